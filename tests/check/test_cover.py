"""The printed cover before readers that share no code with the writer; its bar code before a scanner's software."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from checking import look
from conftest import BOOKS
from tools import run

from ketapub.formats.pdf.press.intent import intent_of
from ketapub.formats.pdf.wrap import draw_cover
from ketapub.formats.pdf.wrap.sheet import sheet_of
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.theme import load_theme

ISBN = "978-3-16-148410-0"
INKS = ("Cyan", "Magenta", "Yellow", "Black")
PAGES = 240
TRIM = ("0.00", "0.00", "907.20", "648.00")  # two pages of 432 points, and 240 of 0.0025 in
BLEED = ("-9.00", "-9.00", "916.20", "657.00")


@pytest.fixture(scope="session", params=["real-x-4", "stock-x-4", "stock-x-1a"])
def cover(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    name, _, standard = request.param.partition("-")
    problems = Problems()
    book = read_book(BOOKS[name], load_theme(), problems, as_of=datetime.date(2026, 11, 24)).book
    info = book.info
    info = replace(info, isbn=replace(info.isbn, print_=ISBN), press=replace(info.press, standard=standard))
    book = replace(book, info=info)
    intent = intent_of(book, load_theme(), problems)
    assert intent
    path = tmp_path_factory.mktemp("cover") / "cover.pdf"
    path.write_bytes(draw_cover(book, load_theme(), sheet_of(book, PAGES), intent, problems))
    assert [told for told in problems.found if told.code.startswith(("cover", "too-much", "picture"))] == []
    return path


@pytest.mark.parametrize("check", ["qpdf", "poppler", "mupdf", "ghostscript"])
def test_nothing_is_found(cover: Path, check: str, room: Path) -> None:
    assert look(check, "cover", cover, room).findings == ()


def test_poppler_finds_the_boxes(cover: Path) -> None:
    boxes = dict(re.findall(r"^(\w+Box): +(.*)$", run("pdfinfo", "-box", cover).stdout, re.MULTILINE))
    assert tuple(boxes["TrimBox"].split()) == TRIM
    assert tuple(boxes["BleedBox"].split()) == tuple(boxes["MediaBox"].split()) == BLEED


def test_no_spot_has_more_ink_than_the_limit(cover: Path, tmp_path: Path) -> None:
    """Every pixel of the plates that Ghostscript makes."""
    from PIL import Image, ImageMath

    plates = tmp_path / "plate.tif"  # of all inks; beside it one of each
    options = ("-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=tiffsep", "-r72", "-dTextAlphaBits=1")
    done = run("gs", *options, f"-sOutputFile={plates}", cover)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    opened = {ink: Image.open(tmp_path / f"plate({ink}).tif").convert("L") for ink in INKS}
    left = ImageMath.lambda_eval(lambda at: sum(at[ink] for ink in INKS), **opened)
    assert (4 * 255 - left.getextrema()[0]) / 2.55 <= 240 + 1  # a plate counts in steps of 0.4 %


def test_the_bar_code_is_read(cover: Path, tmp_path: Path) -> None:
    import zxingcpp
    from PIL import Image

    done = run(
        "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pnggray", "-r300", "-o", tmp_path / "seen.png", cover
    )
    assert done.returncode == 0, done.stderr
    found = zxingcpp.read_barcodes(Image.open(tmp_path / "seen.png"))
    assert [(str(code.format), code.text) for code in found] == [("EAN-13", "9783161484100")]
