"""The pages of print in the EPUB and the HTML: each begins there with the words with which it begins on paper.

Both sides are read back from the finished files: the words on paper by pdfium, without what stands in the margins.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator

import pytest
from conftest import BOOKS, Made, make
from lxml import etree
from reading import epub_pages, html_pages
from tree import info

from ketapub import document as d
from ketapub.check.equality.on_screens import chapter_elements
from ketapub.page_marks import with_page_marks

TOP, FOOT = 50, 52  # points of a page's margins that running heads and folios stand in
MARKERS = r"(\d+\.|[•–])?"  # of lists, which have no letters in the EPUB
LETTERS = 24


def solid(text: str) -> str:
    """Letters alone: where lines end, and where a box to tick stands, is not the same on paper. "ﬁ" is one letter."""
    return re.sub(r"[\s\u00ad\u200b\ufffe\u0002☐☑-]+", "", unicodedata.normalize("NFKC", text))


def printed_pages(data: bytes) -> Iterator[tuple[str, tuple[str, str]]]:
    """The label and the letters of every page that has any: in the order of drawing, which is not that of reading where
    something is positioned, and from the top down, which is not where there are columns."""
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(data) as pdf:
        for number in range(len(pdf)):
            page = pdf[number]
            width, height = page.get_size()
            words = page.get_textpage()
            text = words.get_text_bounded(0, FOOT, width, height - TOP)
            if solid(text):
                rects = (words.get_rect(index) for index in range(words.count_rects()))
                inside = sorted((-rect[3], rect) for rect in rects if FOOT < rect[1] < rect[3] < height - TOP)
                down = "".join(words.get_text_bounded(*rect) for _, rect in inside)
                yield pdf.get_page_label(number), (solid(text), solid(down))


def marks(pages: list[etree._Element]) -> dict[str, tuple[str, int]]:
    """Label of each mark -> the letters behind it, and how many of them may stand on the page before: those of one word
    or link."""
    found = {}
    for page in pages:
        for mark in page.iter("{*}span"):
            if mark.get("role") == "doc-pagebreak":
                behind = text_behind(mark)
                whole = re.match(r"\s*(\S*)", behind)[1]
                link = mark.getnext()
                if not (mark.tail or "").strip() and link is not None and etree.QName(link).localname == "a":
                    whole = "".join(link.itertext())
                label = mark.get("id").removeprefix("page-").removesuffix("-print")  # where that id is taken
                assert label not in found
                found[label] = (solid(behind), len(solid(whole)))
    return found


def text_behind(mark: etree._Element) -> str:
    """All text behind an element; without drawings, and without what paper has elsewhere or not at all."""
    names = ("draft-stamp", "ref-number", "backlinks", "column-head")
    elsewhere = f"ancestor::*[local-name()='svg' or {' or '.join(f'@class={name!r}' for name in names)}]"
    return "".join(mark.xpath(f"following::text()[not({elsewhere})]")[:200])


def head_of(pages: list[etree._Element], id: str) -> str:
    """The head of the table that a mark stands in, as it is repeated on paper."""
    for root in pages:
        for mark in root.iter("{*}span"):
            if mark.get("id") == id:
                heads = mark.xpath("ancestor::*[local-name()='table']/*[local-name()='thead']")
                heads += mark.xpath("ancestor::*[@class='table listed']/*/*[1]//*[@class='column-head']")
                return solid("".join(re.sub(r"\s*:$", "", "".join(head.itertext())) for head in heads))
    return ""


def check_page_marks(made: Made, name: str) -> None:
    pages = {"epub": epub_pages, "html": html_pages}[name](made.file(f".{name}"))
    found, printed = marks(pages), dict(printed_pages(made.file(".pdf")))
    assert set(found) == set(printed)  # each page that shows anything, and no other
    chapters = {id for page in pages for one in chapter_elements(page) for id in one.xpath(".//@id")}
    index = {id for page in pages for id in page.xpath("//*[contains(@class, 'backmatter index')]//@id")}
    for label, orders in printed.items():
        id = f"page-{label}-print" if f"page-{label}-print" in chapters else f"page-{label}"
        if id not in chapters:
            continue  # title page and contents look otherwise on a screen
        behind, over = found[label]
        head = head_of(pages, id)
        assert any(begins(letters.removeprefix(head), behind, over, id in index) for letters in orders), (
            label,
            [letters[:40] for letters in orders],
            behind[:80],
        )


def begins(letters: str, behind: str, over: int, in_index: bool) -> bool:
    """Whether letters of paper are those behind a mark, of which the first `over` may stand on the page before."""
    if in_index:
        letters = letters.partition(",")[0]  # what follows are the pages of an entry, here its chapters
    marker = re.match(MARKERS, letters)
    begin = marker.end() if marker and not behind.startswith(letters[:4]) else 0
    return 0 <= behind.find(letters[begin : begin + LETTERS]) <= over


@pytest.mark.parametrize("name", ["epub", "html"])
def test_each_page_begins_where_it_does_on_paper(stock: Made, name: str) -> None:
    check_page_marks(stock, name)


WORD = "Donaudampfschifffahrtsgesellschaft"
SMALL = """
[book]
title = "Small pages"
slug = "small"
language = "{language}"
identifier = "urn:uuid:7b4f8e1e-3c57-4c11-9d0a-0d5f5a1c2b3a"
date = 2026-01-15
chapters = ["one.md", "two.md"]

[print]
trim = ["4in", "4.6in"]
"""
TEXT = """
# Running

{words}

{compounds}

A link [of very many words, {words}](https://example.org/{path}) and `code of many words, {words}` **and {words}**.

``` text
{lines}
```

- {words}
- - {words}
  - [ ] not a task

- [ ] {words}
- [x] {words}

1. {words}

| One | Two |
|---|---|
| {words} | {words} |
| {words} | {words} |
| {words} | {words} |

Term {words}
: {words}
: {words}

::: {{.callout-note}}
### {words}

{words}^[A note: {words}]
:::

> {words}

## A heading {{#page-4}}

{words} An end.
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """On pages so small that something of each kind runs over."""
    root = tmp_path_factory.mktemp("small")
    (root / "book.toml").write_text(SMALL.format(language="de"), encoding="utf-8")
    words = " ".join(f"{word}{number}" for number in range(9) for word in ("wenig", "mehr", "Wort-Teil"))
    text = TEXT.format(
        words=words,
        compounds=" ".join([WORD] * 40),
        path="/".join(["weit"] * 30),
        lines="\n".join(f"Zeile {number}  mit  Abstand" for number in range(24)),
    )
    (root / "one.md").write_text(text, encoding="utf-8")
    (root / "two.md").write_text("# Two\n\nThe last page.\n", encoding="utf-8")
    return make(root, "html", "epub", "pdf")


def test_pages_begin_within_everything(small: Made) -> None:
    check_page_marks(small, "epub")
    check_page_marks(small, "html")
    (page, *_) = html_pages(small.file(".html"))
    around = {etree.QName(mark.getparent()).localname for mark in page.xpath("//*[@role='doc-pagebreak']")}
    assert around >= {"section", "p", "code", "li", "th", "dd", "div"}
    assert not around & {"a", "h1", "h2", "h3", "summary"}


def test_no_page_begins_inside_a_word(small: Made) -> None:
    (page, *_) = html_pages(small.file(".html"))
    assert "".join(page.xpath("//p//text()")).count(WORD) == 40
    marks = [mark for mark in page.xpath("//*[@role='doc-pagebreak']") if (mark.tail or "").startswith(WORD)]
    before = [mark.xpath("preceding::text()[1]")[0] for mark in marks]
    assert len(before) > 1
    assert all(one.endswith(f"{WORD} ") for one in before)


def test_a_page_whose_first_words_are_hidden_begins_with_the_next() -> None:
    hidden, shown = d.Text("in print", order=2), d.Text("on screens", order=3)
    chapter = d.Chapter("one", "body", d.Heading(1, (d.Text("One", order=1),)), (d.Paragraph((shown,), order=4),))
    book = d.Book(info(), (chapter,), (), {}, {}, {"page-2": "one"})
    marked = with_page_marks(book, d.Pages({}, 2, (d.Turn("1", 1), d.Turn("2", hidden.order, 3))))
    (chapter,) = marked.chapters
    assert chapter.pages == (d.PageMark("1", "page-1"),)
    assert chapter.blocks == (d.Paragraph((d.PageMark("2", "page-2-print"), shown)),)


def package_of(made: Made) -> dict[str, etree._Element]:
    with zipfile.ZipFile(io.BytesIO(made.file(".epub"))) as archive:
        return {
            name: etree.fromstring(archive.read(f"EPUB/{name}")) for name in ("content.opf", "toc.ncx", "nav.xhtml")
        }


def test_the_epub_lists_every_page_and_names_its_source(stock: Made) -> None:
    files, printed = package_of(stock), dict(printed_pages(stock.file(".pdf")))
    pages = files["nav.xhtml"].xpath("//*[@role='doc-pagelist']//*[local-name()='a']")
    assert [page.text for page in pages] == list(printed)
    targets = files["toc.ncx"].findall(".//{*}pageTarget")
    assert [target.findtext(".//{*}text") for target in targets] == list(printed)
    addresses = [page.get("href") for page in pages]
    assert addresses == [target.find("{*}content").get("src") for target in targets]
    with zipfile.ZipFile(io.BytesIO(stock.file(".epub"))) as archive:
        for address in addresses:
            file, id = address.split("#")
            (mark,) = etree.fromstring(archive.read(f"EPUB/{file}")).xpath(f"//*[@id='{id}']")
            assert mark.get("{http://www.idpf.org/2007/ops}type") == "pagebreak"
            assert mark.get("aria-label") == f"page {id.removeprefix('page-')}"
    said = {meta.get("property"): meta.text for meta in files["content.opf"].iter("{*}meta")}
    assert said["pageBreakSource"] == files["content.opf"].findtext(".//{*}source")
    assert said["source-of"] == "pagination"


def test_without_print_nothing_is_said_of_pages() -> None:
    made = make(BOOKS / "stock", "epub")
    files = package_of(made)
    assert not files["nav.xhtml"].xpath("//*[@role='doc-pagelist']")
    assert files["toc.ncx"].find("{*}pageList") is None
    assert not re.search("(?i)page(Break|Nav)|pagination", etree.tostring(files["content.opf"]).decode())
    assert all(b"doc-pagebreak" not in etree.tostring(page) for page in epub_pages(made.file(".epub")))
