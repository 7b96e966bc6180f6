"""The pages of print in the EPUB and the HTML: each begins there with the words with which it begins on paper.

Both sides are read back from the finished files: the words on paper by pdfium, without what stands in the margins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pytest
from conftest import Made
from lxml import etree
from reading import chapter_elements, epub_pages, html_pages

TOP, FOOT = 50, 52  # points of a page's margins that running heads and folios stand in
MARKERS = r"(\d+\.|[•–☐☑])?"  # of lists, which have no letters in the EPUB
LETTERS = 24


def solid(text: str) -> str:
    """Letters alone: where lines and words end is not the same on paper. "ﬁ" is one letter there."""
    return re.sub(r"[\s\u00ad\u200b\ufffe\u0002-]+", "", unicodedata.normalize("NFKC", text))


def printed_pages(data: bytes) -> Iterator[tuple[str, str]]:
    """The label and the letters of every page that has any."""
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(data) as pdf:
        for number in range(len(pdf)):
            page = pdf[number]
            width, height = page.get_size()
            text = page.get_textpage().get_text_bounded(0, FOOT, width, height - TOP)
            if solid(text):
                yield pdf.get_page_label(number), solid(text)


def marks(pages: list[etree._Element]) -> dict[str, tuple[str, int]]:
    """Id of each mark -> the letters behind it, and how many of them may stand on the page before: those of one word
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
                assert mark.get("id") not in found
                found[mark.get("id")] = (solid(behind), len(solid(whole)))
    return found


def text_behind(mark: etree._Element) -> str:
    """All text behind an element; without drawings, and without what paper has elsewhere or not at all."""
    elsewhere = "ancestor::*[local-name()='svg' or @class='draft-stamp' or @class='ref-number']"
    return "".join(mark.xpath(f"following::text()[not({elsewhere})]")[:200])


def head_of(pages: list[etree._Element], id: str) -> str:
    """The head of the table that a mark stands in, as it is repeated on paper."""
    for root in pages:
        for mark in root.iter("{*}span"):
            if mark.get("id") == id:
                heads = mark.xpath("ancestor::*[local-name()='table']/*[local-name()='thead']")
                return solid("".join("".join(head.itertext()) for head in heads))
    return ""


def check_page_marks(made: Made, name: str) -> None:
    pages = {"epub": epub_pages, "html": html_pages}[name](made.file(f".{name}"))
    found, printed = marks(pages), dict(printed_pages(made.file(".pdf")))
    assert set(found) == {f"page-{label}" for label in printed}  # each page that shows anything, and no other
    chapters = {id for page in pages for one in chapter_elements(page) for id in one.xpath(".//@id")}
    index = {id for page in pages for id in page.xpath("//*[contains(@class, 'backmatter index')]//@id")}
    for label, letters in printed.items():
        if f"page-{label}" not in chapters:
            continue  # title page and contents look otherwise on a screen
        behind, over = found[f"page-{label}"]
        letters = letters.removeprefix(head_of(pages, f"page-{label}"))
        if f"page-{label}" in index:
            letters = letters.partition(",")[0]  # what follows are the pages of an entry, here its chapters
        marker = re.match(MARKERS, letters)
        begin = marker.end() if marker and not behind.startswith(letters[:4]) else 0
        assert 0 <= behind.find(letters[begin : begin + LETTERS]) <= over, (label, letters[:40], behind[:80])


@pytest.mark.parametrize("name", ["epub", "html"])
def test_each_page_begins_where_it_does_on_paper(stock: Made, name: str) -> None:
    check_page_marks(stock, name)
