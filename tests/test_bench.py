"""The benchmarks run and print their tables; what they measure is for `make bench-stages` to judge, not for a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(module: str, *given: str, seconds: int) -> subprocess.CompletedProcess[str]:
    """It has nothing to complain of."""
    command = [sys.executable, "-m", module, *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds)
    assert done.stderr == ""
    return done


def test_the_benchmark_of_citations_runs() -> None:
    done = run("bench.citations", "--rounds", "1", "--only", "apa,", seconds=300)
    head, row = done.stdout.splitlines()
    assert head.split()[:6] == ["CPU", "seconds", "ours", "bare", "ratio", "limit"]
    assert row.startswith("apa, 60 works, 150 citations")
    assert row.removesuffix("  FAILED").endswith(" 0")
    assert done.returncode == (1 if row.endswith("FAILED") else 0)


@pytest.mark.slow
def test_the_benchmark_of_the_preview_runs() -> None:
    book = ROOT / "tests/books/stock"
    done = run("bench.preview", str(book), "--edits", "1", seconds=900)
    head, row = done.stdout.splitlines()
    assert head.split()[-3:] == ["shown", "seen", "printed"]
    assert row.startswith("stock, ")
    shown, seen, printed = map(float, row.split()[-3:])
    assert 0 < shown <= seen <= printed
    assert done.returncode == 0


@pytest.mark.slow
def test_the_benchmark_of_the_site_runs() -> None:
    done = run("bench.site", "--rounds", "1", seconds=900)
    head, row = done.stdout.splitlines()
    assert head.split()[-6:] == ["read", "site", "pandoc", "ratio", "limit", "whole"]
    assert row.startswith("the book in manuscript/")
    assert done.returncode == (float(row.split()[-3]) > float(row.split()[-2]))


@pytest.mark.slow
def test_the_benchmark_of_tags_runs() -> None:
    done = run("bench.tags", "--rounds", "1", "--only", "stock", seconds=300)
    head, row = done.stdout.splitlines()
    assert head.split()[-6:] == ["bare", "ua-1", "ratio", "ua-2", "ratio", "limit"]
    assert row.startswith("the stock book")
    assert len(row.split()) == 9
    assert done.returncode in (0, 1)


@pytest.mark.slow
def test_the_benchmark_of_handouts_runs() -> None:
    done = run("bench.handouts", "--size", "8", seconds=900)
    _, *rows = done.stdout.splitlines()
    assert [row.split()[0] for row in rows] == ["plain", "untagged", "tagged", "two", "dask"]
    assert done.returncode in (0, 1)
