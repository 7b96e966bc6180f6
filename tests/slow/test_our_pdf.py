"""What is made of the book in manuscript/, read back: it says what the manuscript says, and the PDF has no fault."""

from __future__ import annotations

import io

import pikepdf
import pytest
from conftest import BOOKS, make
from test_consistency import check_pdf, check_screen
from test_page_marks import check_page_marks

from ketapub.check.tagging import faults
from ketapub.formats.pdf.fast import plain_engine

pytestmark = pytest.mark.slow


def test_our_pdf_says_what_the_manuscript_says() -> None:
    made = make(BOOKS.parents[1] / "manuscript", "pdf", "epub", "html")
    check_pdf(made)
    check_screen(made, "epub")
    check_screen(made, "html")
    check_page_marks(made, "epub")
    check_page_marks(made, "html")
    with pikepdf.open(io.BytesIO(made.file(".pdf"))) as pdf:
        assert faults(pdf) == []


def test_our_pdf_is_the_same_without_our_shortcuts() -> None:
    book = BOOKS.parents[1] / "manuscript"
    with plain_engine():
        plain = make(book, "pdf")
    assert make(book, "pdf").file(".pdf") == plain.file(".pdf")
