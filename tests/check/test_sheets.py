"""The handouts of the real book, for no clinic and for the two sample clinics, by the command that people use: no check
of the gate finds anything in them, and each can be read from a copy in pure black and white."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from tools import ROOT, run

from ketapub.cache import Cache
from ketapub.check.checks import all_checks
from ketapub.check.findings import HANDOUTS, Check, Subject
from ketapub.check.running import run_checks
from ketapub.handouts.sets import clinic_sets
from ketapub.handouts.work import clinics_of, current_handouts, printable_sheets
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.theme import load_theme

NAMES = sorted(path.stem for path in (ROOT / "manuscript/handouts").glob("h*.md"))
TODAY = datetime.date(2026, 11, 30)
COPIER = 300  # dots an inch
READ = 0.97  # of the words of a page, by a program that knows no context


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("handouts")
    command = [sys.executable, "-m", "ketapub", "handouts", str(ROOT / "manuscript"), "-o", str(out), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, json.loads(done.stdout)["problems"]
    return out / "handouts"


def sheets(folder: Path, clinic: str = "*") -> list[Path]:
    found = sorted(path for path in folder.glob(f"{clinic}/*.pdf") if path.name.startswith(tuple(NAMES)))
    assert found
    return found


def test_every_sheet_is_there(folder: Path) -> None:
    names = {f"{name}-{paper}{size}.pdf" for name in NAMES for paper in ("letter", "a4") for size in ("", "-large")}
    assert len(NAMES) == 8
    assert names == {path.name for path in sheets(folder, "general")}
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {
        "general",
        "sample-hilltop",
        "sample-riverbend",
    }


@pytest.fixture(scope="module")
def subject(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    problems, theme = Problems(), load_theme()
    read = read_book(ROOT / "manuscript", theme, problems, as_of=TODAY)
    sets = clinic_sets(printable_sheets(current_handouts(read, problems, TODAY), problems), clinics_of(read, problems))
    files = {one.folder: folder.parent / one.folder for one in sets}
    room = tmp_path_factory.mktemp("room")
    return Subject(read.book, theme, files, "ua-1", room, sets={one.folder: one for one in sets})


@pytest.mark.parametrize(
    "check", [one for one in all_checks().values() if HANDOUTS in one.outputs], ids=lambda check: check.name
)
def test_no_check_finds_anything(subject: Subject, check: Check) -> None:
    results = run_checks([check], subject, Cache(None, Problems()))
    assert len(results) == 3
    assert [(one.output, one.reason, one.findings) for one in results if one.state != "passed"] == []


@pytest.mark.parametrize("name", HANDOUTS)
def test_signs_of_danger_stand_on_the_first_page(folder: Path, name: str) -> None:
    for path in folder.glob(f"*/{name}-*.pdf"):
        texts = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]
        assert "Call 911" in texts[0]
        assert not any("Get help now" in text for text in texts[1:]), path


def test_sources_and_who_may_copy_take_two_lines(folder: Path) -> None:
    """Which end above the help at the foot."""
    for path in sheets(folder):
        text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path))
        assert len(text[text.index("Sources:") : text.index("sheet as it is.")].splitlines()) <= 2, path


def pages(path: Path, dots: int) -> Iterator[Image.Image]:
    for page in pypdfium2.PdfDocument(path):
        yield page.render(scale=dots / 72).to_pil()


def words(text: str) -> list[str]:
    """Those of letters and digits; which letters a blank or a bullet is taken for does not matter."""
    return re.findall(r"[A-Za-z0-9]{2,}", text)


@pytest.mark.parametrize("size", ["", "-large"], ids=["standard", "large"])
@pytest.mark.parametrize("name", NAMES)
def test_a_copy_in_black_and_white_can_be_read(folder: Path, tmp_path: Path, name: str, size: str) -> None:
    path = folder / f"general/{name}-letter{size}.pdf"
    shown, read = [], []
    for number, page in enumerate(pages(path, COPIER)):
        copy = tmp_path / f"{number}.png"
        page.convert("L").convert("1", dither=Image.Dither.NONE).save(copy, dpi=(COPIER, COPIER))
        done = run("tesseract", copy, "-", "--dpi", COPIER)
        assert done.returncode == 0, done.stderr
        read += words(done.stdout)
        shown += words(pypdfium2.PdfDocument(path)[number].get_textpage().get_text_bounded())
    there = set(read)
    lost = [word for word in shown if word not in there]
    assert len(lost) <= (1 - READ) * len(shown), lost
