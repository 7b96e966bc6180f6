"""Each PDF before four readers that share no code with the writer, before veraPDF as the PDF/UA and the PDF/A that it
is to be, and before our own eyes for tags."""

from __future__ import annotations

from pathlib import Path

import pytest
from checking import look

from ketapub.check.canaries.pdfs import damaged, speechless

READERS = ("qpdf", "poppler", "mupdf", "ghostscript")


@pytest.mark.parametrize("check", [*READERS, "pdf-tags", "verapdf"])
def test_nothing_is_found(pdf: Path, standard: str, check: str, room: Path) -> None:
    output = "large-print" if pdf.stem.endswith("-large-print") else "pdf"
    looked = look(check, output, pdf, room, standard=standard)
    assert looked.findings == ()
    assert looked.things > 0


@pytest.mark.parametrize("check", [*READERS, "pdf-tags", "verapdf"])
def test_half_a_file_is_not_passed(check: str, room: Path) -> None:
    assert look(check, "pdf", damaged(room), room).findings


@pytest.mark.parametrize(("standard", "element"), [("ua-1", "Div[1]/Figure[1]"), ("ua-2", "Figure[1]")])
def test_verapdf_finds_a_fault_and_its_element(standard: str, element: str, room: Path) -> None:
    picture, *colours = look("verapdf", "pdf", speechless(standard, room), room, standard=standard).findings
    assert picture.place.element == f"Document[1]/Sect[1]/{element}"
    assert {one.place.page for one in colours[:-1]} == {1}
    assert colours[-1].message.endswith("more of this kind")
