"""A build that finds in the cache what an earlier one made gives what a cold one gives, and makes only what changed."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from conftest import BOOKS

from ketapub.build import build
from ketapub.formats.pdf.composer import Composer

TODAY = datetime.date(2026, 2, 1)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of a small book."""
    return shutil.copytree(BOOKS / "kochbuch", tmp_path / "book")


def pdf(book: Path, cache: Path) -> tuple[bytes, str]:
    """The PDF, and what the build says of the parts that it did not lay out."""
    said: list[str] = []
    built = build(book, book.parent / "out", as_of=TODAY, formats=("pdf",), cache=cache, progress=said.append)
    return built.outputs[0].data, next(step for step in said if step.endswith("parts as before"))


def test_nothing_is_laid_out_twice(book: Path, tmp_path: Path) -> None:
    cold, first = pdf(book, tmp_path / "cache")
    warm, second = pdf(book, tmp_path / "cache")
    parts = second.split()[0]
    assert first.startswith("0 of ")
    assert second == f"{parts} of {parts} parts as before"
    assert warm == cold


def test_an_edit_lays_out_its_chapter_and_equals_a_cold_build(book: Path, tmp_path: Path) -> None:
    pdf(book, tmp_path / "cache")
    chapter = sorted((book / "chapters").glob("*.md"))[0]
    chapter.write_text(chapter.read_text(encoding="utf-8").replace(" und ", " oder ", 1), encoding="utf-8")
    warm, said = pdf(book, tmp_path / "cache")
    reused, _, parts, *_ = said.split()
    assert int(reused) == int(parts) - 1
    assert warm == pdf(book, tmp_path / "another")[0]


def test_a_complaint_that_was_off_is_told_once_it_is_on(book: Path, tmp_path: Path) -> None:
    (book / "own.css").write_text("p { colr: red }", encoding="utf-8")
    settings = (book / "book.toml").read_text(encoding="utf-8") + '\n[theme]\ncss = ["own.css"]\n'
    told = []
    for severity in ("off", "warning"):
        (book / "book.toml").write_text(f'{settings}\n[checks]\ntypesetting = "{severity}"\n', encoding="utf-8")
        built = build(book, tmp_path / "out", as_of=TODAY, formats=("pdf",), cache=tmp_path / "cache")
        told.append([problem.code for problem in built.problems])
    assert told == [[], ["typesetting"]]


@pytest.mark.slow
def test_numbers_changed_on_the_pages_are_those_of_a_new_layout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changed = []
    real = Composer.renumber
    monkeypatch.setattr(Composer, "renumber", lambda *given: changed.append(real(*given)) or changed[-1])
    built = build(BOOKS / "stock", tmp_path / "one", as_of=TODAY, formats=("pdf",))
    assert any(changed)
    monkeypatch.setattr(Composer, "renumber", lambda *given: None)
    assert build(BOOKS / "stock", tmp_path / "other", as_of=TODAY, formats=("pdf",)).outputs == built.outputs


@pytest.mark.slow
def test_parts_laid_out_side_by_side_are_the_same(tmp_path: Path) -> None:
    built = build(BOOKS / "stock", tmp_path / "out", as_of=TODAY, formats=("pdf",), jobs=2)
    assert build(BOOKS / "stock", tmp_path / "one", as_of=TODAY, formats=("pdf",)).outputs == built.outputs
