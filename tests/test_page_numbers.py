"""Page numbers that are put into pages when those are laid out and drawn."""

from __future__ import annotations

import io

import pikepdf
import pytest

from ketapub.formats.pdf.numbers import BEGIN, END, fill, marked, opened, shown

A, B = "<0024>", "<0025>"
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
