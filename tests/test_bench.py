"""The benchmark runs and prints its table; what it measures is for `make bench` to judge, not for a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "bench/citations.py"


def test_the_benchmark_of_citations_runs() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--rounds", "1", "--only", "apa,"], capture_output=True, text=True, timeout=300
    )
    assert done.stderr == ""
    head, row = done.stdout.splitlines()
    assert head.split()[:6] == ["CPU", "seconds", "ours", "bare", "ratio", "limit"]
    assert row.startswith("apa, 60 works, 150 citations")
    assert row.removesuffix("  FAILED").endswith(" 0")
    assert done.returncode == (1 if row.endswith("FAILED") else 0)
