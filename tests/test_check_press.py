"""The checks of files for the press, without any outside program: what they look at, and what they find."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pikepdf
import pytest
from conftest import Made
from pikepdf import Array
from press_pages import CLEAR, PLAIN, Printed, picture, printed, shown

from ketapub import document as d
from ketapub.check.checks import press_ink
from ketapub.check.checks.press import of_boxes, of_openings, of_paint
from ketapub.check.printing.painted import painted
from ketapub.info import PressSettings
from ketapub.shapes import Length

TRIM = (216.0, 288.0)  # of the small pages, in points


def boxes(made: Printed, spine: str = "", **settings: Any) -> list[str]:
    with made.pdf() as pdf:
        return list(of_boxes(pdf.pages[0].obj, TRIM, PressSettings(**settings), spine))


def test_boxes_are_those_of_the_book() -> None:
    assert boxes(printed("<p>words</p>")) == []
    assert boxes(printed("<p>words</p>", crop_marks=True), crop_marks=True) == []
    assert boxes(printed("<p>words</p>", spine="left"), "left") == []


def test_boxes_of_another_size_are_found() -> None:
    made = printed("<p>words</p>")
    assert [message.split()[0] for message in boxes(made, bleed=Length("3mm"))] == ["/BleedBox", "/MediaBox"]
    assert boxes(made, "left") == boxes(made, "left", bleed_at_spine=False) != []
    assert boxes(printed("<p>words</p>", crop_marks=True)) != []
    with made.pdf() as pdf:
        page = pdf.pages[0].obj
        page.TrimBox = Array([0, 0, 216, 287])
        (message,) = of_boxes(page, TRIM, PressSettings(), "")
    assert message == "/TrimBox is 0 0 216 287, and book.toml asks for 0 0 216 288"


def paint(body: str, css: str = "", files: dict[str, bytes] | None = None) -> list[tuple[str, str]]:
    with printed(body, css, files).pdf() as pdf:
        return list(of_paint(painted(pdf.pages[0].obj), PressSettings()))


@pytest.mark.parametrize("name", PLAIN)
def test_colour_is_seen_wherever_it_is_painted(name: str) -> None:
    for body in (PLAIN[name], CLEAR.get(name, CLEAR["opacity"])):
        with printed(body).pdf() as pdf:
            assert painted(pdf.pages[0].obj).coloured
            assert list(of_paint(painted(pdf.pages[0].obj), PressSettings())) == []


def test_black_is_no_colour() -> None:
    body = '<p style="background: #ccc; border: 2pt groove #888">words</p>' + shown("a.png")
    with printed(body, pictures={"a.png": picture("L")}).pdf() as pdf:
        found = painted(pdf.pages[0].obj)
    assert not found.coloured
    assert [round(one.ppi) for one in found.pictures] == [320]  # 160 pixels on half an inch


def test_too_much_ink_and_too_few_pixels_are_found() -> None:
    heavy = '<p style="color: device-cmyk(1 1 .9 .5)">words</p>'
    assert paint(heavy) == [("ink", "device-cmyk(1 1 0.9 0.5) lays 340% ink, and the limit is 240%")]
    files = {"a.jpg": picture("RGB", "JPEG")}
    message = "a picture of 160 pixels an inch, and 300 look sharp"
    assert paint(shown("a.jpg"), "img { width: 1in }", files) == [("pictures", message)]
    assert paint(shown("a.jpg"), "img { width: .5in }", files) == []


def test_a_chapter_on_a_left_hand_page_is_found(stock: Made) -> None:
    with pikepdf.open(io.BytesIO(stock.file(".pdf"))) as pdf:
        assert list(of_openings(pdf, stock.book, len(pdf.pages))) == []
        pdf.add_blank_page(page_size=(432, 648))
        blank = pdf.pages[-1]
        del pdf.pages[-1]
        pdf.pages.insert(0, blank)
        found = list(of_openings(pdf, stock.book, len(pdf.pages)))
        assert list(of_openings(pdf, stock.book, 0)) == []  # of a file with other pages nothing is said
    assert [one.at for one in found] == [chapter.heading.at for chapter in stock.book.chapters]
    assert {one.place.page % 2 for one in found} == {0}


def test_ornaments_of_pixels_leave_pages_of_words_to_be_judged(stock: Made) -> None:
    def drawn(node: d.Node) -> d.Node:
        return replace(node, source="a.SVG") if isinstance(node, d.Image) and node.decorative else node

    assert press_ink._is_plain(stock.book)
    chapters = tuple(replace(one, blocks=d.map_nodes(one.blocks, drawn)) for one in stock.book.chapters)
    assert not press_ink._is_plain(replace(stock.book, chapters=chapters))


COVERAGE = """ 0.00000  0.00000  0.00000  0.08215 CMYK OK
 0.04582  0.04582  0.04582  0.08082 CMYK OK
"""


def test_a_page_of_words_in_other_inks_than_black_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press_ink, "run", lambda *command: CompletedProcess(command, 0, COVERAGE, ""))
    pages = press_ink.coverage(Path("a.pdf"))
    assert [any(inks[:3]) for inks in pages] == [False, True]
    assert list(press_ink.coloured_text(pages, {1: "words alone"})) == []
    found = list(press_ink.coloured_text(pages, dict.fromkeys((1, 2, 3), "words alone")))
    assert [one.place.page for one in found] == [2, 3]  # and one that was not drawn at all
