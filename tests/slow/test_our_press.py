"""The press edition of the book in manuscript/: letter for letter the pages of its reading edition, in black."""

from __future__ import annotations

import io

import pikepdf
import pytest
from conftest import BOOKS, make
from press_pages import colours
from test_press import check_same_pages

from ketapub.check.printing import press_faults

pytestmark = pytest.mark.slow


def test_our_press_edition_has_the_pages_of_our_pdf() -> None:
    made = make(BOOKS.parents[1] / "manuscript", "pdf", "press")
    slug = made.book.info.book.slug
    press = made.files[f"{slug}-press.pdf"]
    check_same_pages(made.book, made.files[f"{slug}.pdf"], press)
    assert press_faults(press, "x-4") == []
    assert made.problems.found == []
    with pikepdf.open(io.BytesIO(press)) as pdf:
        assert {colour[1:4] for colour in colours(pdf) if colour[0] == "k"} == {(0, 0, 0)}
