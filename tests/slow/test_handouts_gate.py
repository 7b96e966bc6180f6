"""Handouts on their way through `ketapub check` and `ketapub release`: made where they are missing, looked at clinic by
clinic, and published signed, recorded and checked, or as a draft that says so."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from handout_book import TODAY, handout_book
from signed_book import ABOUT, LOOKED, NOTES, REVIEW, REVIEWER, record

import ketapub.release
from ketapub.check import check_book
from ketapub.check.report.people import tasks
from ketapub.check.report.run import Run
from ketapub.formats.pdf.sheets import words_of
from ketapub.handouts.work import record_versions, texts_of
from ketapub.problems import Problems, Stopped
from ketapub.reading import read_book
from ketapub.release import release
from ketapub.signatures import sign
from ketapub.theme import load_theme

pytestmark = pytest.mark.slow

STAMP = "Draft for tests"
SHEET = "general/h1-next-letter.pdf"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The book with handouts and one format, signed but for its handouts."""
    root = handout_book(tmp_path / "book")
    settings = (root / "book.toml").read_text("utf-8").replace(f'stamp = "{STAMP}"\n', REVIEW)
    settings = settings.replace("[bibliography]", 'formats = ["html"]\n\n[bibliography]', 1)
    (root / "book.toml").write_text(f"{settings}\n{ABOUT}", "utf-8")
    (root / "CHANGELOG.md").write_text(NOTES, "utf-8")
    (root / "review").mkdir()
    (root / "review/checks.toml").write_text("\n".join(record(task.name) for task in tasks()), "utf-8")
    sign_files(root, "chapters/")
    return root


def sign_files(root: Path, folder: str) -> None:
    read = read_book(root, load_theme(), Problems(), as_of=TODAY)
    texts = texts_of(read, Problems())
    files = tuple(one.source for text in texts for one in text.chapters if one.source.startswith(folder))
    path, text = sign(texts, files, name=REVIEWER, credential="Tester", scope=folder, date=LOOKED)
    (root / path).with_stem(folder.strip("/")).write_text(text, "utf-8")


def test_check_makes_what_is_missing_and_looks_at_each_clinic(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def look() -> dict[tuple[str, str], str]:
        checked = check_book(root, out, as_of=TODAY, only=("links", "equality", "office-print"), jobs=2)
        return {(one.check, one.output): one.state for one in checked.run.results}

    sets = ("handouts/general", "handouts/sample")
    wanted = {(check, output): "passed" for check in ("links", "equality") for output in ("html", *sets)}
    wanted |= {("office-print", output): "passed" for output in sets}
    assert look() == wanted
    sheet, report = out / "handouts" / SHEET, json.loads((out / "report.json").read_text("utf-8"))
    assert report["outputs"] == {"html": "stock.html", **{output: output for output in sets}}
    made = sheet.stat().st_mtime_ns
    assert look() == wanted
    assert sheet.stat().st_mtime_ns == made
    sheet.unlink()
    assert look() == wanted
    assert sheet.exists()


def test_a_finding_names_the_file_in_its_clinics_folder(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    check_book(root, out, as_of=TODAY, only=("links",), jobs=2)
    text = (root / "handouts/h1-next.md").read_text("utf-8")
    (root / "handouts/h1-next.md").write_text(text.replace("../images/grey.png", "../images/dot.png"), "utf-8")
    checked = check_book(root, out, as_of=TODAY, only=("office-print",), jobs=2)
    told = [str(one) for one in checked.problems if one.code == "failed-check"]
    assert [one.partition(", Document")[0] for one in told] == [
        "handouts/h1-next.md:20:1: error[failed-check]: office-print: colour: the picture has colours; "
        f"the same in {more} (handouts/{clinic}, h1-next-{first}.pdf, page 1"
        for clinic, first, more in (
            ("general", "a4-large", "7 more files of this clinic"),
            ("sample", "letter", "1 more file of this clinic"),
        )
    ]
    page = (out / "report.html").read_text("utf-8")
    assert 'alt="Page 1 of handouts/general/h1-next-a4-large.pdf"' in page


@pytest.fixture
def quick_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """All checks are made of the same files in tests/check; here one is enough."""
    judge = ketapub.release.judge

    def quick(*arguments: Any, **options: Any) -> Run:
        return judge(*arguments, **options | {"only": ("links",)})

    monkeypatch.setattr(ketapub.release, "judge", quick)


@pytest.mark.usefixtures("quick_gate")
def test_handouts_are_released_when_they_are_signed_and_recorded(root: Path, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    with pytest.raises(Stopped) as stopped:
        release(root, dist, as_of=TODAY)
    assert {f"{one.at.file} {one.code}" for one in stopped.value.problems} >= {
        "handouts/h1-next.md unsigned-chapter",
        "handouts/h2-after.md unsigned-chapter",
    }
    sign_files(root, "handouts/")
    with pytest.raises(Stopped, match="unrecorded-version"):
        release(root, dist, as_of=TODAY)
    record_versions(root, as_of=TODAY)
    release(root, dist, as_of=TODAY, jobs=2)
    with pikepdf.open(dist / "handouts" / SHEET) as pdf:
        assert pdf.Root.ViewerPreferences.PrintScaling == "/None"
    assert STAMP not in words_of((dist / "handouts" / SHEET).read_bytes())
    sums = (dist / "SHA256SUMS").read_text("utf-8")
    assert f"{hashlib.sha256((dist / 'handouts' / SHEET).read_bytes()).hexdigest()}  handouts/{SHEET}\n" in sums
    said = json.loads((dist / "conformance.json").read_text("utf-8"))
    (claim,) = (one for one in said["claims"] if one["says"] == "PDF/UA-1")
    assert claim["outputs"] == ["handouts/general", "handouts/sample"]
    listed = json.loads((dist / "inventory.spdx.json").read_text("utf-8"))
    assert "handouts" in {one["name"] for one in listed["packages"]}


@pytest.mark.usefixtures("quick_gate")
def test_handouts_of_a_draft_say_so_though_they_are_signed(root: Path, tmp_path: Path) -> None:
    sign_files(root, "handouts/")
    release(root, tmp_path / "dist", as_of=TODAY, draft=True, jobs=2)
    folder = tmp_path / "dist/handouts-draft"
    sheets = [path for path in folder.glob("*/h*.pdf") if path.name != "how-to-print.pdf"]
    assert len(sheets) == 10
    assert all(STAMP in words_of(path.read_bytes()) for path in sheets)
    assert all(STAMP in path.read_text("utf-8") for path in folder.glob("*/*.html"))
