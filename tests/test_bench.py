"""The benchmarks run and print their tables; what they measure is for `make bench-stages` to judge, not for a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_the_benchmark_of_citations_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.citations", "--rounds", "1", "--only", "apa,"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stderr == ""
    head, row = done.stdout.splitlines()
    assert head.split()[:6] == ["CPU", "seconds", "ours", "bare", "ratio", "limit"]
    assert row.startswith("apa, 60 works, 150 citations")
    assert row.removesuffix("  FAILED").endswith(" 0")
    assert done.returncode == (1 if row.endswith("FAILED") else 0)


@pytest.mark.slow
def test_the_benchmark_of_the_preview_runs() -> None:
    book = ROOT / "tests/books/stock"
    done = subprocess.run(
        [sys.executable, "-m", "bench.preview", str(book), "--edits", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.stderr == ""
    head, row = done.stdout.splitlines()
    assert head.split()[-3:] == ["shown", "seen", "printed"]
    assert row.startswith("stock, ")
    shown, seen, printed = map(float, row.split()[-3:])
    assert 0 < shown <= seen <= printed
    assert done.returncode == 0


@pytest.mark.slow
def test_the_benchmark_of_the_site_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.site", "--rounds", "1"], capture_output=True, text=True, timeout=900, cwd=ROOT
    )
    assert done.stderr == ""
    head, row = done.stdout.splitlines()
    assert head.split()[-6:] == ["read", "site", "pandoc", "ratio", "limit", "whole"]
    assert row.startswith("the book in manuscript/")
    assert done.returncode == (float(row.split()[-3]) > float(row.split()[-2]))


@pytest.mark.slow
def test_the_benchmark_of_tags_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.tags", "--rounds", "1", "--only", "stock"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stderr == ""
    head, row = done.stdout.splitlines()
    assert head.split()[-6:] == ["bare", "ua-1", "ratio", "ua-2", "ratio", "limit"]
    assert row.startswith("the stock book")
    assert len(row.split()) == 9
    assert done.returncode in (0, 1)


@pytest.mark.slow
def test_the_benchmark_of_handouts_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.handouts", "--size", "8"], capture_output=True, text=True, timeout=900, cwd=ROOT
    )
    assert done.stderr == ""
    _, *rows = done.stdout.splitlines()
    assert [row.split()[0] for row in rows] == ["plain", "untagged", "tagged", "two", "dask"]
    assert done.returncode in (0, 1)
