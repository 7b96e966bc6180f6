"""One equality: the finished PDF, EPUB and HTML say what the tree says, all of it, in the same order.

Each is read back from its file and compared with the tree as that medium shows it (reading.py).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pikepdf
import pytest
from conftest import Made
from reading import Expect, ExpectPrint, Item, PdfReader, epub_pages, html_pages, read_epub, read_html, read_site, tidy

from ketapub import document as d
from ketapub.check.pdf_tree import Element, page_labels, tag_tree
from ketapub.editions import select
from ketapub.formats.imprint import stamp


def shown_in(made: Made, name: str) -> d.Book:
    return select(made.book, made.problems, format=name, edition="large-print" if name == "large-print" else "")


@pytest.mark.parametrize("name", ["html", "epub", "site"])
def test_screen_formats_say_what_the_tree_says(stock: Made, formulas: Made, name: str) -> None:
    check_screen(stock, name)
    check_screen(formulas, name)


def test_the_site_and_the_html_file_say_the_same(stock: Made) -> None:
    assert read_site(stock.files) == read_html(stock.file(".html"))


def check_screen(made: Made, name: str, listed: Callable[[d.Table], bool] = lambda table: False) -> None:
    book = shown_in(made, name)
    found = (
        read_site(made.files) if name == "site" else {"html": read_html, "epub": read_epub}[name](made.file(f".{name}"))
    )
    assert len(found) == len(book.chapters)
    for chapter, items in zip(book.chapters, found, strict=True):
        if said := stamp(book):  # a page's own foot says it in print
            assert items.pop(2 if chapter.subtitle else 1) == Item("text", said), chapter.name
        assert items == Expect(book, listed).chapter(chapter), chapter.name


@pytest.mark.parametrize(("name", "read"), [("html", html_pages), ("epub", epub_pages)])
def test_screen_formats_have_the_lists_and_the_index_of_the_tree(stock: Made, name: str, read) -> None:
    """Lines of the lists of figures and of tables, and entries of the index: the same words in the same order."""
    book, pages = shown_in(stock, name), read(stock.file(f".{name}"))
    index = next(node for chapter in book.chapters for node in chapter.blocks if isinstance(node, d.Index))
    terms = [d.plain_text(node.term) for node in d.walk(index) if isinstance(node, d.IndexEntry)]
    items = [item for page in pages for item in page.iter("{*}li") if item.getparent().get("class") == "index-list"]
    assert [re.sub(r"(, |\n)$", "", item.text) for item in items] == terms
    for heading, lines in (("list-of-figures", book.figures), ("list-of-tables", book.tables)):
        (nav,) = (nav for page in pages for nav in page.iterfind(f".//{{*}}nav[@aria-labelledby='{heading}']"))
        shown = [tidy("".join(link.itertext())) for link in nav.iter("{*}a")]
        assert shown == [f"{line.number} {d.plain_text(line.title)}" for line in lines]
        assert shown


def test_pdf_says_what_the_tree_says(stock: Made, formulas: Made) -> None:
    check_pdf(stock)
    check_pdf(formulas)


def test_pdf_2_says_what_the_tree_says(stock_ua_2: Made) -> None:
    check_pdf(stock_ua_2)


def test_large_print_says_what_the_tree_says(large: Made, formulas: Made) -> None:
    check_pdf(large, "large-print")
    check_pdf(formulas, "large-print")


def check_pdf(made: Made, name: str = "pdf", listed: Callable[[d.Table], bool] = lambda table: False) -> None:
    """The tag tree says what the manuscript says, element for element, each note once and behind its call, with the
    page numbers of the pages. `listed` tables are lists."""
    book = shown_in(made, name)
    suffix = "-large-print.pdf" if name == "large-print" else f"{book.info.book.slug}.pdf"
    with pikepdf.open(io.BytesIO(made.file(suffix))) as pdf:
        tree, labels = tag_tree(pdf), page_labels(pdf)
    expect, reader = ExpectPrint(book, labels, listed), PdfReader()
    count = len(book.chapters)
    front, chapters = tree.kids[:-count], tree.kids[-count:]
    for chapter, element in zip(book.chapters, chapters, strict=True):
        assert isinstance(element, Element)
        reader.items = []
        reader.block(element)
        wanted = [Item("text", item.words) if item.kind == "summary" else item for item in expect.chapter(chapter)]
        assert reader.items == wanted, chapter.name
    assert reader.notes == expect.all_notes
    pictures = [element.alt for element in tree.walk() if element.role == "Figure"]
    assert pictures == expect.pictures
    lines = [tidy(one.text()) for part in front for one in part.walk() if one.role in ("P", "Title", "H1", "Link")]
    wanted_lines = contents_lines(book.contents, labels, depth=2) + contents_lines(
        book.figures + book.tables, labels, depth=1
    )
    assert [line for line in lines if line in wanted_lines] == wanted_lines
    for said in (book.info.book.title, book.info.book.subtitle, stamp(book)):
        assert lines.count(said) == bool(said), said


def contents_lines(contents: tuple[d.Contents, ...], labels: dict[str, str], depth: int) -> list[str]:
    lines = []
    for line in contents:
        lines.append(tidy(f"{line.number} {d.plain_text(line.title)} {labels[line.id]}"))
        if depth > 1:
            lines += contents_lines(line.children, labels, depth - 1)
    return lines


def test_the_books_have_every_construct(stock: Made, formulas: Made) -> None:
    """A node that neither book holds is a node that nothing above compares."""
    chapters = stock.book.chapters + formulas.book.chapters
    here = {type(node) for chapter in chapters for node in d.walk_chapter(chapter)}
    marks = {d.BibliographyMark, d.CitationMark, d.ReferenceMark, d.PageReferenceMark, d.Cite, d.Target}
    marks.add(d.PageMark)  # which the pages of print bring into a book (test_page_marks)
    made_by_styles = {d.SmallCaps}
    wanted = {kind for kind in vars(d).values() if isinstance(kind, type) and issubclass(kind, d.Node)}
    assert wanted - here - marks - made_by_styles == {d.Node}
