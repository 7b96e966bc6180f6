"""The pipeline as a whole: what is asked for, what is kept between runs, what stands after a failure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import BOOKS, TODAY

from ketapub.build import build
from ketapub.formats import screen
from ketapub.problems import Stopped


def test_an_output_that_cannot_be_made_yet_is_a_problem(tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(BOOKS / "stock", book)
    settings = (
        (book / "book.toml").read_text(encoding="utf-8").replace("[bibliography]", 'formats = ["site"]\n[bibliography]')
    )
    (book / "book.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(Stopped) as stopped:
        build(book, tmp_path / "out", as_of=TODAY)
    assert [problem.code for problem in stopped.value.problems] == ["unsupported-format"]


def test_the_cache_changes_nothing_but_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = build(BOOKS / "stock", tmp_path / "cold", as_of=TODAY, formats=("html",), cache=tmp_path / "cache")
    monkeypatch.setattr(screen, "subset_woff2", lambda face, letters: pytest.fail("a font is cut a second time"))
    warm = build(BOOKS / "stock", tmp_path / "warm", as_of=TODAY, formats=("html",), cache=tmp_path / "cache")
    assert cold.outputs == warm.outputs
