"""One equality: the finished PDF, EPUB, HTML and site say what the tree says, all of it, in the same order.

Each is read back from its file and compared with the tree as that medium shows it; `test_equality.py` holds that
differences are found.
"""

from __future__ import annotations

import pytest
from conftest import Made
from reading import site_files

from ketapub import document as d
from ketapub.check.equality import paper_differs, screen_differs
from ketapub.check.equality.on_screens import epub_file, html_file, read_chapters, site_folder
from ketapub.check.findings import Looked
from ketapub.editions import select


def shown_in(made: Made, name: str) -> d.Book:
    return select(made.book, made.problems, format=name, edition="large-print" if name == "large-print" else "")


@pytest.mark.parametrize("name", ["html", "epub", "site"])
def test_screen_formats_say_what_the_tree_says(stock: Made, formulas: Made, name: str) -> None:
    check_screen(stock, name)
    check_screen(formulas, name)


def test_the_site_and_the_html_file_say_the_same(stock: Made) -> None:
    site, file = site_folder(site_files(stock.files)), html_file(stock.file(".html"))
    assert read_chapters(site) == read_chapters(file)


def check_screen(made: Made, name: str) -> None:
    book = shown_in(made, name)
    match name:
        case "html":
            pages = html_file(made.file(".html"))
        case "epub":
            pages = epub_file(made.file(".epub"))
        case _:
            pages = site_folder(site_files(made.files))
    passed(screen_differs(book, pages, name), book)


def test_pdf_says_what_the_tree_says(stock: Made, formulas: Made) -> None:
    check_pdf(stock)
    check_pdf(formulas)


def test_pdf_2_says_what_the_tree_says(stock_ua_2: Made) -> None:
    check_pdf(stock_ua_2)


def test_large_print_says_what_the_tree_says(large: Made, formulas: Made) -> None:
    check_pdf(large, "large-print")
    check_pdf(formulas, "large-print")


def check_pdf(made: Made, name: str = "pdf") -> None:
    """The tag tree says what the manuscript says, element for element, each note once and behind its call, with the
    page numbers of the pages."""
    book = shown_in(made, name)
    suffix = "-large-print.pdf" if name == "large-print" else f"{book.info.book.slug}.pdf"
    passed(paper_differs(book, made.file(suffix), name), book)


def passed(looked: Looked, book: d.Book) -> None:
    assert [(str(one.at), one.message, one.place) for one in looked.findings] == []
    assert looked.things > len(book.chapters)


def test_the_books_have_every_construct(stock: Made, formulas: Made) -> None:
    """A node that neither book holds is a node that nothing above compares."""
    chapters = stock.book.chapters + formulas.book.chapters
    here = {type(node) for chapter in chapters for node in d.walk_chapter(chapter)}
    marks = {d.BibliographyMark, d.CitationMark, d.ReferenceMark, d.PageReferenceMark, d.Cite, d.Target}
    marks.add(d.PageMark)  # which the pages of print bring into a book (test_page_marks)
    made_by_styles = {d.SmallCaps}
    marks |= {d.SliceMark, d.Blank, d.Field}  # of handouts (test_handouts)
    wanted = {kind for kind in vars(d).values() if isinstance(kind, type) and issubclass(kind, d.Node)}
    assert wanted - here - marks - made_by_styles == {d.Node}
