"""The PDF before five readers that share no code with the writer, and before veraPDF."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from tools import run
from verapdf import verdict

UA1_RULES = 106
# Rules of PDF/UA-1 (ISO 14289-1:2014) that fail as long as WeasyPrint's own tags are used. Any other one is a fault.
EXPECTED = {
    "7.2-17": "a block in the running text of a list item (the back-links of a reference) makes items outside the list",
    "7.2-20": "an item of a list that holds two blocks",
    "7.3-1": "a picture that is decoration is tagged as a figure, not as an artifact",
    "7.18.5-1": "a link that runs over a line, or holds an element, has annotations outside its tag",
}


def test_qpdf(pdf: Path) -> None:
    done = run("qpdf", "--check", pdf)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()


def test_poppler_is_silent(pdf: Path, tmp_path: Path) -> None:
    for name, *rest in [("pdfinfo", pdf), ("pdfinfo", "-struct-text", pdf), ("pdftotext", pdf, tmp_path / "text")]:
        done = run(name, *rest)
        assert (done.returncode, done.stderr) == (0, ""), name
    assert (tmp_path / "text").stat().st_size > 1000


def test_ghostscript_is_silent(pdf: Path) -> None:
    done = run("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=nullpage", pdf)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_mupdf_is_silent(pdf: Path, tmp_path: Path) -> None:
    done = run("mutool", "draw", "-q", "-F", "text", "-o", tmp_path / "text", pdf)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if not _known(line)] == []
    assert (tmp_path / "text").stat().st_size > 1000


def _known(line: str) -> bool:
    """Debian builds MuPDF without colour management, and it says so once for each file that brings a profile."""
    return "ICC" in line and "warning" in line


def test_fonts_are_embedded_and_subset(pdf: Path) -> None:
    head, _rule, *fonts = run("pdffonts", pdf).stdout.splitlines()
    assert fonts
    for font in fonts:
        # name, type, encoding, then: emb sub uni object id; the name and the type may hold spaces.
        assert font.split()[-5:-2] == ["yes", "yes", "yes"], f"{head}\n{font}"


def test_pdf_ua_1(pdf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = verdict(pdf, "ua1")
    with capsys.disabled():
        for rule, (count, what) in sorted(found.failed.items()):
            print(f"\n{pdf.name}: PDF/UA-1 {rule} fails {count} times: {what}", end="")
    assert found.rules == UA1_RULES
    assert {rule: what for rule, what in found.failed.items() if rule not in EXPECTED} == {}


def test_verapdf_finds_a_fault(pdf: Path, tmp_path: Path) -> None:
    """The same file without its language: a validator that says yes to everything would not be noticed otherwise."""
    with pikepdf.open(pdf) as document:
        del document.Root.Lang
        document.save(tmp_path / "faulty.pdf")
    assert set(verdict(tmp_path / "faulty.pdf", "ua1").failed) - set(EXPECTED)
