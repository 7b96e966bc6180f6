"""The checks of the gate, asked by the tests of one file at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketapub.check.checks import all_checks
from ketapub.check.findings import Looked, Subject
from ketapub.check.tools import NotRun
from ketapub.document import Book
from ketapub.theme import load_theme


def look(
    name: str, output: str, path: Path, room: Path, *, standard: str = "ua-1", book: Book | None = None, **others: Path
) -> Looked:
    """What a check finds in an output. One that cannot be made fails the test. `others` are outputs that it reads as
    well; `book` is for those checks that ask it."""
    check = all_checks()[name]
    assert output in check.outputs
    try:
        for tool in check.tools:
            tool.found()
        return check.look(Subject(book, load_theme(), {output: path, **others}, standard, room), output)
    except NotRun as why:
        pytest.fail(f"not run: {why}", pytrace=False)
