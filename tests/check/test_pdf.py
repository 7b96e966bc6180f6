"""Each PDF before five readers that share no code with the writer, and before veraPDF as the PDF/UA and the PDF/A that
it is to be."""

from __future__ import annotations

from pathlib import Path

import pikepdf
from tools import fonts_are_embedded_and_subset, ghostscript_is_silent, mupdf_is_silent, qpdf_is_silent, run
from verapdf import verdict

from ketapub.check.tagging import faults
from ketapub.formats.pdf.standard import STANDARDS

RULES = {"ua-1": {"ua1": 106, "2a": 153}, "ua-2": {"ua2": 1723, "4f": 109}}  # of veraPDF 1.28.2


def test_qpdf(pdf: Path) -> None:
    qpdf_is_silent(pdf)


# Poppler 22 knows the attributes of PDF 1.7 alone. In PDF 2.0 notes have their own (ISO 32000-2, 14.8.5), and lists
# more kinds of numbering.
NEWER = {
    "Syntax Warning: O object is invalid value (FENote)",
    "Syntax Warning: Attribute ListNumbering value is of wrong type (name)",
}


def test_poppler_is_silent(pdf: Path, standard: str, tmp_path: Path) -> None:
    # Not -struct-text: poppler 22 sets up the output intent for each piece of text, which takes minutes.
    for name, *rest in [("pdfinfo", pdf), ("pdfinfo", "-struct", pdf), ("pdftotext", pdf, tmp_path / "text")]:
        done = run(name, *rest)
        assert done.returncode == 0, name
        assert set(done.stderr.splitlines()) <= (NEWER if standard == "ua-2" else set()), name
    assert (tmp_path / "text").stat().st_size > 1000


def test_ghostscript_is_silent(pdf: Path) -> None:
    ghostscript_is_silent(pdf)


def test_mupdf_is_silent(pdf: Path, tmp_path: Path) -> None:
    mupdf_is_silent(pdf, "-F", "text", "-o", tmp_path / "text")
    assert (tmp_path / "text").stat().st_size > 1000


def test_fonts_are_embedded_and_subset(pdf: Path) -> None:
    fonts_are_embedded_and_subset(pdf)


def test_no_fault_that_validators_do_not_see(pdf: Path, standard: str) -> None:
    with pikepdf.open(pdf) as document:
        assert faults(document, STANDARDS[standard].pdf) == []


def test_verapdf(pdf: Path, standard: str) -> None:
    found = {flavour: verdict(pdf, flavour) for flavour in RULES[standard]}
    assert {flavour: one.failed for flavour, one in found.items() if one.failed} == {}
    assert {flavour: one.rules for flavour, one in found.items()} == RULES[standard]


def test_verapdf_finds_a_fault(pdf: Path, standard: str, tmp_path: Path) -> None:
    """The same file without its tags and its profile of colours: a validator that says yes to everything would not be
    noticed otherwise."""
    with pikepdf.open(pdf) as document:
        del document.Root.StructTreeRoot, document.Root.OutputIntents
        document.save(tmp_path / "faulty.pdf")
    assert all(verdict(tmp_path / "faulty.pdf", flavour).failed for flavour in RULES[standard])
