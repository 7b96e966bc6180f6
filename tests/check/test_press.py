"""The press edition before readers that share no code with the writer: silence, and black ink alone on text pages."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pytest
from conftest import Built
from press_pages import CLEAR, PLAIN, picture, printed, shown
from tools import fonts_are_embedded_and_subset, ghostscript_is_silent, mupdf_is_silent, qpdf_is_silent, run

from ketapub.check.printing import press_faults

LIMIT = 240
ROUNDING = 2  # per cent: four inks, each a byte, and a screen of JPEG blocks between them


def inks(pdf: Path) -> list[tuple[float, ...]]:
    """How much of each page's trimmed area each ink covers."""
    done = run("gs", "-q", "-o", "-", "-dSAFER", "-dUseTrimBox", "-sDEVICE=inkcov", pdf)
    assert (done.returncode, done.stderr) == (0, "")
    return [tuple(map(float, line.split()[:4])) for line in done.stdout.splitlines()]


def test_text_pages_have_black_ink_alone(press: Path, built: Built) -> None:
    pages = inks(press)
    with pikepdf.open(press) as pdf:
        assert len(pages) == len(pdf.pages)
        coloured = {index for index, page in enumerate(pdf.pages) if _has_colour(page)}
    for index, (cyan, magenta, yellow, _) in enumerate(pages):
        assert (cyan + magenta + yellow > 0) == (index in coloured), index
    assert (len(coloured) > 0) == (built.book in ("stock", "notes"))  # which have a drawing in colour


def _has_colour(page: pikepdf.Page) -> bool:
    """By the operators and pictures of its content."""
    for operands, operator in pikepdf.parse_content_stream(page, "k K Do"):
        if str(operator) == "Do":
            if page.Resources.XObject[operands[0]].get("/ColorSpace") == "/DeviceCMYK":
                return True
        elif any(map(float, operands[:3])):
            return True
    return False


def test_no_fault(press: Path) -> None:
    assert press_faults(press.read_bytes(), "x-4") == []


def test_readers_are_silent(press: Path, tmp_path: Path) -> None:
    silent(press, tmp_path)


def silent(pdf: Path, folder: Path) -> None:
    qpdf_is_silent(pdf)
    for name, *rest in (("pdfinfo", pdf), ("pdftotext", pdf, folder / "text")):
        done = run(name, *rest)
        assert (done.returncode, done.stderr) == (0, ""), name
    ghostscript_is_silent(pdf)
    mupdf_is_silent(pdf, "-F", "text", "-o", folder / "mutool")


def test_fonts_are_embedded_and_subset(press: Path) -> None:
    fonts_are_embedded_and_subset(press)


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
def test_no_spot_of_the_raster_has_more_ink_than_the_limit(name: str, standard: str, tmp_path: Path) -> None:
    from PIL import Image

    from ketapub.formats.pdf.press.colour import most_ink

    body, files = CASES[name]
    if name.startswith("clear") and standard == "x-1a":
        pytest.skip("refused")
    path = tmp_path / "page.pdf"
    path.write_bytes(printed(body, pictures=files, standard=standard, ink_limit=LIMIT).data)
    silent(path, tmp_path)
    raster = tmp_path / "page.tif"
    done = run("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=tiff32nc", "-r300", "-o", raster, path)
    assert (done.returncode, done.stderr) == (0, "")
    with Image.open(raster) as page:
        assert page.mode == "CMYK"
        assert 0 < most_ink(page) <= LIMIT + ROUNDING
