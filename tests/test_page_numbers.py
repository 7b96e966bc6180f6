"""Page numbers that are put into pages when those are laid out and drawn."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pytest
from markupsafe import Markup

from ketapub.formats.pdf import numbers
from ketapub.formats.pdf.engine import Engine, to_plain_pdf
from ketapub.formats.pdf.numbers import BEGIN, END, drawn_open, fill, marked, open_boxes, opened, shown
from ketapub.formats.pdf.parts import Part
from ketapub.formats.pdf.typeset import surest
from ketapub.theme import load_theme

A, B = "<0024>", "<0025>"
FIGURES = """html { font-family: Literata; font-feature-settings: "lnum", "tnum"; font-kerning: none }
b { font-family: Atkinson Hyperlegible Next }"""
DIGITS = "".join(f"{number:04x}" for number in range(16, 26))


def test_noughts_keep_the_room_of_a_number_that_is_all_that_an_element_says() -> None:
    tags = f'<p>See <a class="x">{marked("12")}</a>, <i>{marked("iv")}</i> and {marked("7")}.</p>'
    assert opened(tags) == ('<p>See <a class="x" data-numeral="0">00</a>, <i>iv</i> and 7.</p>', ("12",))
    assert shown(tags) == '<p>See <a class="x">12</a>, <i>iv</i> and 7.</p>'


def test_a_number_in_an_attribute_is_named() -> None:
    tags = f'<a title="page {marked("12")}">{marked("12")}</a> <b title="page {marked("iv")}"/>'
    said = f'<a title="page {BEGIN}1{END}" data-numeral="0">00</a> <b title="page iv"/>'
    assert opened(tags) == (said, ("12", "12"))


def page(*lines: str, name: str = "") -> pikepdf.Pdf:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.pages[0].Contents = pdf.make_stream("\n".join(lines).encode())
    if name:
        pdf.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Contents=pikepdf.String(name))])
    return pdf


@pytest.mark.parametrize(
    ("run", "filled"),
    [("[<00100010>] TJ", "[<00130015>] TJ"), ("[<0010>0<0010>0>] TJ", "[<0013>0<0015>0>] TJ")],
    ids=["as one", "with what is less than one between"],
)
def test_digits_stand_where_noughts_stood(run: str, filled: str) -> None:
    pdf = page("[<0010>] TJ", f"%number 0 {DIGITS}", "BT", "/F 9 Tf", run, "ET", f"%number folio {DIGITS}", run)
    fill(pdf, ["35"], ["35"])
    assert pdf.pages[0].Contents.read_bytes().decode().split("\n") == [
        "[<0010>] TJ", "BT", "/F 9 Tf", filled, "ET", filled,
    ]  # fmt: skip


def test_a_number_with_another_count_of_digits_has_no_room() -> None:
    with pytest.raises((AssertionError, RuntimeError)):
        fill(page(f"%number 0 {DIGITS}", "[<00100010>] TJ"), ["135"], ["1"])


def test_what_is_said_of_a_number_is_said_of_the_right_one() -> None:
    said = f"page {BEGIN}0{END} ("
    pdf = page(f"/Span <</ActualText <feff{said.encode('utf-16-be').hex()}>>> BDC", name=said)
    fill(pdf, ["12"], ["1"])
    assert pdf.pages[0].Contents.read_bytes() == rb"/Span <</ActualText (page 12 \()>> BDC"
    assert str(pdf.pages[0].Annots[0].Contents) == "page 12 ("
    pdf.save(io.BytesIO())


def part(key: str, *numbers: int, letters: int = 9_000) -> Part:
    said = "".join(f"<b>{marked(str(number))}</b>" for number in numbers)
    return Part(key, "arabic", "", "en", Markup(said + "x" * letters))


PAGES: Any = SimpleNamespace(length=lambda part: 20, jobs=1)  # each part has about as many


def chosen(*numbered: tuple[Part, int], is_first: bool = False) -> list[str]:
    return [part.key for part, _ in surest(numbered, PAGES, is_first=is_first)]


def test_parts_come_first_that_have_room_for_their_numbers_though_pages_are_off() -> None:
    early, late = (part("early", 2, 40), 31), (part("late", 103, 200), 211)
    assert chosen((part("before", 101), 1), early, late, (part("later", 40, 300), 231)) == ["early", "later"]


def test_where_no_part_is_sure_to_have_room_the_next_one_comes_first() -> None:
    assert chosen((part("a", 101), 31), (part("b", 99), 51), (part("c", 100), 71)) == ["a"]


def test_the_first_part_of_all_shows_how_much_goes_on_a_page() -> None:
    short = (part("short", letters=100), 31)
    assert chosen((part("a", 99), 11), short, (part("b", 50), 51), is_first=True) == ["b"]


def test_digits_are_drawn_once_for_each_style(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, ask = [], numbers._digits

    def noting(*arguments: Any) -> str | None:
        drawn.append(ask(*arguments))
        return drawn[-1]

    monkeypatch.setattr(numbers, "_digits", noting)
    tags = "".join(f'<{tag} data-numeral="{name}">0</{tag}> ' for name, tag in enumerate("aaba"))
    tree = ElementTree.fromstring(f"<html lang='en'><head><title>x</title></head><body><p>{tags}</p></body></html>")
    document = Engine(FIGURES, {}, load_theme().folder / "fonts").lay_out(tree, "")
    with drawn_open(tuple(open_boxes(document.pages, [""]))) as drawing:
        data = to_plain_pdf(document)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = [line.split()[1:] for line in pdf.pages[0].Contents.read_bytes().splitlines() if b"%number" in line]
    assert drawing.is_open
    assert len(drawn) == len(set(drawn)) == 2
    assert [(int(name), drawn.index(digits.decode())) for name, digits in found] == [(0, 0), (1, 0), (2, 1), (3, 0)]
