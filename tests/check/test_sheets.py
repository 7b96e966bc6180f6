"""The handouts of the real book, for no clinic and for the two sample clinics, by the command that people use: each is
what its tags say and what the standards ask, has no colour, and can be read from a copy in pure black and white."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from tools import ROOT, run

from ketapub.check.checks.verapdf import judge
from ketapub.check.tagging import faults

HANDOUTS = sorted(path.stem for path in (ROOT / "manuscript/handouts").glob("h*.md"))
COPIER, SCREEN = 300, 50  # dots an inch
READ = 0.97  # of the words of a page, by a program that knows no context


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("handouts")
    command = [sys.executable, "-m", "ketapub", "handouts", str(ROOT / "manuscript"), "-o", str(out), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, json.loads(done.stdout)["problems"]
    return out / "handouts"


def sheets(folder: Path, clinic: str = "*") -> list[Path]:
    found = sorted(path for path in folder.glob(f"{clinic}/*.pdf") if path.name.startswith(tuple(HANDOUTS)))
    assert found
    return found


def test_every_sheet_is_there(folder: Path) -> None:
    names = {f"{name}-{paper}{size}.pdf" for name in HANDOUTS for paper in ("letter", "a4") for size in ("", "-large")}
    assert len(HANDOUTS) == 8
    assert names == {path.name for path in sheets(folder, "general")}
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {
        "general",
        "sample-hilltop",
        "sample-riverbend",
    }


def test_verapdf_finds_nothing(folder: Path) -> None:
    judged = judge(tuple(folder.glob("*/*.pdf")))
    told = {
        f"{path.parent.name}/{path.name}": [rule for verdict in one.verdicts.values() for rule in verdict.failed]
        for path, one in judged.items()
    }
    assert {name: failed for name, failed in told.items() if failed} == {}
    assert all(one.verdicts.keys() == {"ua1", "2a"} and not one.said for one in judged.values())


def test_the_tags_are_sound(folder: Path) -> None:
    found = {}
    for path in folder.glob("*/*.pdf"):
        with pikepdf.open(path) as pdf:
            found[f"{path.parent.name}/{path.name}"] = [str(one) for one in faults(pdf)]
    assert {name: told for name, told in found.items() if told} == {}


@pytest.mark.parametrize("name", HANDOUTS)
def test_signs_of_danger_stand_on_the_first_page(folder: Path, name: str) -> None:
    for path in folder.glob(f"*/{name}-*.pdf"):
        texts = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]
        assert "Call 911" in texts[0]
        assert not any("Get help now" in text for text in texts[1:]), path


def pages(path: Path, dots: int) -> Iterator[Image.Image]:
    for page in pypdfium2.PdfDocument(path):
        yield page.render(scale=dots / 72).to_pil()


def test_nothing_has_a_colour(folder: Path) -> None:
    coloured = [
        path.name
        for path in sheets(folder)
        for page in pages(path, SCREEN)
        if any(red != green or green != blue for _, (red, green, blue) in page.convert("RGB").getcolors(1 << 24))
    ]
    assert coloured == []


def words(text: str) -> list[str]:
    """Those of letters and digits; which letters a blank or a bullet is taken for does not matter."""
    return re.findall(r"[A-Za-z0-9]{2,}", text)


@pytest.mark.parametrize("size", ["", "-large"], ids=["standard", "large"])
@pytest.mark.parametrize("name", HANDOUTS)
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
