"""The booklet of the finished reading edition before readers that share no code with the writer."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from checking import look
from conftest import BOOKS, Built
from tools import run

from ketapub.formats.pdf.booklet import PAPERS, impose
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.theme import load_theme


@pytest.fixture(scope="session", params=PAPERS)
def booklet(request: pytest.FixtureRequest, built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    problems = Problems()
    book = read_book(BOOKS[built.book], load_theme(), problems, as_of=datetime.date(2026, 11, 24)).book
    reading = built.file(".pdf")
    info = replace(book.info, booklet=replace(book.info.booklet, paper=request.param))
    path = tmp_path_factory.mktemp("booklet") / f"{reading.stem}-booklet.pdf"
    path.write_bytes(impose(reading.read_bytes(), replace(book, info=info), load_theme(), problems))
    return path


@pytest.mark.parametrize("check", ["qpdf", "poppler", "ghostscript"])
def test_nothing_is_found(booklet: Path, check: str, room: Path) -> None:
    assert look(check, "booklet", booklet, room).findings == ()


def test_each_side_holds_no_more_than_its_paper(booklet: Path) -> None:
    """All sides are of one size, landscape, and poppler finds no word beyond the edge or across the fold."""
    lines = run("pdftotext", "-bbox", booklet, "-").stdout.splitlines()
    sizes = {line.strip() for line in lines if line.strip().startswith("<page ")}
    assert len(sizes) == 1
    width, height = (float(part) for part in sizes.pop().split('"')[1::2])
    assert width > height
    words = [[float(part) for part in line.split('"')[1::2]] for line in lines if line.strip().startswith("<word ")]
    assert len(words) > 300
    for left, top, right, bottom in words:
        assert left > 0
        assert right < width
        assert top > 0
        assert bottom < height
        assert right < width / 2 or left > width / 2
