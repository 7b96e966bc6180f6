"""The press edition before readers that share no code with the writer: silence, and black ink alone on text pages."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pikepdf
import pytest
from checking import look
from conftest import Built
from press_pages import CLEAR, PLAIN, picture, printed, shown
from tools import run

from ketapub.check.checks.press_ink import ROUNDING, coverage
from ketapub.check.printing.painted import painted
from ketapub.document import Book
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.theme import load_theme

LIMIT = 240
READERS = ("qpdf", "poppler", "mupdf", "ghostscript")


@pytest.fixture(scope="session")
def book(built: Built) -> Book:
    return read_book(built.source, load_theme(), Problems(), as_of=datetime.date(2026, 11, 24)).book


@pytest.mark.parametrize("check", [*READERS, "press", "press-ink"])
def test_nothing_is_found(press: Path, built: Built, book: Book, check: str, room: Path) -> None:
    looked = look(check, "press", press, room, book=book, pdf=built.file(".pdf"))
    assert looked.findings == ()
    assert looked.things > 0


def test_there_is_colour_just_where_something_asks_for_it(press: Path, built: Built) -> None:
    with pikepdf.open(press) as pdf:
        asked = [painted(page.obj).coloured for page in pdf.pages]
    assert [any(inks[:3]) for inks in coverage(press)] == asked
    assert any(asked) == (built.book in ("stock", "notes"))  # which have a drawing in colour


def test_poppler_finds_the_boxes(press: Path) -> None:
    boxes = re.findall(r"^Page\s+\d+ (\w+Box):\s+(.*)$", run("pdfinfo", "-box", "-l", "9999", press).stdout, re.M)
    found = {(name, *map(float, edges.split())) for name, edges in boxes}
    bleed = (-9, -9, 441, 657)
    trim = ("TrimBox", 0, 0, 432, 648)
    assert found == {trim, *((name, *bleed) for name in ("MediaBox", "CropBox", "BleedBox", "ArtBox"))}


CASES = {
    **{f"plain {name}": (body, {}) for name, body in PLAIN.items()},
    **{f"clear {name}": (body, {}) for name, body in CLEAR.items()},
    "photograph": (shown("a.jpg"), {"a.jpg": picture("RGB", "JPEG", quality=95)}),
    "heavy photograph": (shown("a.jpg"), {"a.jpg": picture("CMYK", "JPEG", quality=95)}),
    "half-clear picture": (shown("a.png"), {"a.png": picture("RGBA")}),
    "dark colours": ('<p style="background: #0a0a1e; color: #120005">a</p>', {}),
}


@pytest.mark.parametrize("standard", ["x-4", "x-1a"])
@pytest.mark.parametrize("name", CASES)
def test_no_spot_of_the_raster_has_more_ink_than_the_limit(
    name: str, standard: str, tmp_path: Path, room: Path
) -> None:
    from PIL import Image

    from ketapub.formats.pdf.press.colour import most_ink

    body, files = CASES[name]
    if name.startswith("clear") and standard == "x-1a":
        pytest.skip("refused")
    path = tmp_path / "page.pdf"
    path.write_bytes(printed(body, pictures=files, standard=standard, ink_limit=LIMIT).data)
    for check in ("qpdf", "mupdf", "ghostscript"):  # Poppler is asked for words, and these pages have none
        assert look(check, "press", path, room).findings == ()
    raster = tmp_path / "page.tif"
    done = run("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=tiff32nc", "-r300", "-o", raster, path)
    assert (done.returncode, done.stderr) == (0, "")
    with Image.open(raster) as page:
        assert page.mode == "CMYK"
        assert 0 < most_ink(page) <= LIMIT + ROUNDING
