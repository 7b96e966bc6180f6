"""Outside programs as tests start them: by the gate's own rules for finding them.

A program that is not there fails the test that needs it: a check that did not run is not a check that passed.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ketapub.check import browser, tools

ROOT = Path(__file__).parents[2]
MINUTES = 5


def program(name: str) -> str:
    """The path of a program."""
    return _or_fail(lambda: tools.program(name))


def chromium() -> str:
    return _or_fail(browser.chromium)


def run(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program(name), *map(str, arguments)],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=MINUTES * 60,
        env={**os.environ, "PATH": tools.PATH},
    )


def _or_fail(find: Callable[[], str]) -> str:
    try:
        return find()
    except tools.NotRun as why:
        pytest.fail(f"not run: {why}", pytrace=False)
