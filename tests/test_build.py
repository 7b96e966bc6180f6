"""The pipeline as a whole: what is asked for, what is kept between runs, what stands after a failure."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import BOOKS, TODAY

from ketapub.build import build
from ketapub.formats import screen


def test_the_cache_changes_nothing_but_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = build(BOOKS / "stock", tmp_path / "cold", as_of=TODAY, formats=("html",), cache=tmp_path / "cache")
    monkeypatch.setattr(screen, "subset_woff2", lambda *_: pytest.fail("a font is cut a second time"))
    warm = build(BOOKS / "stock", tmp_path / "warm", as_of=TODAY, formats=("html",), cache=tmp_path / "cache")
    assert cold.outputs == warm.outputs
