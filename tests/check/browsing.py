"""A page in a browser, in the state to which a test has brought it, before axe; and outputs before the gate."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import Built

from ketapub.cache import Cache
from ketapub.check.browser import Visit
from ketapub.check.checks import all_checks, axe
from ketapub.check.findings import Finding, Subject
from ketapub.check.running import run_checks
from ketapub.handouts.work import current_handouts, pages_of_sheets
from ketapub.problems import Problems
from ketapub.reading import Read, read_book
from ketapub.theme import load_theme

TODAY = datetime.date(2026, 2, 1)


def faults(page: Any) -> list[tuple[str, str, str]]:
    """What axe finds on a page as it is now, and what it leaves open without a written reason."""
    page.evaluate(axe.source())
    return [(fault.rule, fault.element, fault.message) for fault in axe.ask_axe(Visit(page), "site")]


def judged(check: str, output: str, built: Built, room: Path, changed: Path | None = None) -> list[Finding]:
    """What a check finds in an output for screens, or in a changed one. One that does not run fails."""
    epub = built.file(".epub")
    files = {"epub": epub, "html": epub.with_suffix(".html"), "site": epub.with_name("site")}
    return judged_alone(check, output, built.source, changed or files[output], room)


def judged_alone(check: str, output: str, source: Path, file: Path, room: Path) -> list[Finding]:
    """The same for a file or folder by itself, of the book whose manuscript is in `source`."""
    read = _read(source)
    sheets = pages_of_sheets(current_handouts(read, Problems(), TODAY), Problems()) if output == "site" else ()
    subject = Subject(read.book, load_theme(), {output: file}, "ua-1", room, sheets)
    (result,) = run_checks([all_checks()[check]], subject, Cache(None, Problems()))
    if result.state == "not run":
        pytest.fail(f"not run: {result.reason}", pytrace=False)
    assert result.things
    return list(result.findings)


@cache
def _read(source: Path) -> Read:
    return read_book(source, load_theme(), Problems(), as_of=TODAY)
