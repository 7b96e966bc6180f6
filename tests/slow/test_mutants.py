"""Each deliberate fault in a finished output is found, and led to its line of the manuscript: the gate is asked as
`ketapub check` asks it, about one output in which one thing was changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from conftest import BOOKS, make
from handout_book import handout_outputs, text_of
from mutants import Line, Mutant
from mutants.pdf import in_pdf
from mutants.tables import TABLES

from ketapub.cache import Cache
from ketapub.check.checks import all_checks
from ketapub.check.findings import Check, Finding, Result, Subject, format_of
from ketapub.check.leading import lead_back
from ketapub.check.running import run_checks
from ketapub.formats import FORMATS, place
from ketapub.problems import Position, Problems
from ketapub.theme import load_theme

pytestmark = pytest.mark.slow

MUTANTS = tuple(mutant for table in TABLES.values() for mutant in table)
CONFORMING = ("pdf", "large-print")  # all that there is of a second standard
LOOKS = sorted({(mutant.book, mutant.check, mutant.output, mutant.standard) for mutant in MUTANTS if not mutant.unseen})
Whole = Callable[[str, str], Subject]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A book as it should be, with its outputs made for a standard."""

    @cache
    def made(book: str, standard: str) -> Subject:
        if book == "handouts":
            return handout_outputs(tmp_path_factory.mktemp(book), site=True)
        folder, room = tmp_path_factory.mktemp(standard), tmp_path_factory.mktemp("room")
        names = tuple(name for name in FORMATS if name != "json") if standard == "ua-1" else CONFORMING
        stock = make(BOOKS / "stock", *names, pdf_standard=standard)
        for name, data in stock.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        files = {name: folder / place(name, stock.book.info.book.slug) for name in names}
        return Subject(stock.book, load_theme(), files, standard, room)

    return made


def with_change(whole: Subject, output: str, change: Callable[[Path], None], folder: Path) -> Subject:
    """All outputs, one of them changed."""
    path = whole.files[output]
    changed = folder / output / path.name
    changed.parent.mkdir(parents=True)
    if path.is_dir():
        shutil.copytree(path, changed)
    else:
        shutil.copy(path, changed)
    change(changed)
    return replace(whole, files={**whole.files, output: changed})


def found_by(checks: Iterable[Check], subject: Subject, output: str) -> list[Finding]:
    """What checks find in one output. One that does not run fails the test."""
    asked = tuple(replace(check, outputs=(format_of(output),)) for check in checks)
    subject = replace(
        subject, files={name: path for name, path in subject.files.items() if name == output or "/" not in name}
    )
    results: tuple[Result, ...] = run_checks(asked, subject, Cache(None, Problems()))
    assert [(one.check, one.reason) for one in results if one.state == "not run"] == []
    assert len(results) == len(asked)
    return [finding for result in lead_back(results, subject) for finding in result.findings]


def lies_on(at: Position, line: Line) -> bool:
    return at.file == line.file and line.words in text_of(line.file).split("\n")[at.line - 1]


@pytest.mark.parametrize(("book", "check", "output", "standard"), LOOKS)
def test_nothing_is_found_where_nothing_was_changed(
    book: str, check: str, output: str, standard: str, whole: Whole, tmp_path: Path
) -> None:
    """Nor where a PDF was only opened and written, as is done to change it."""
    subject = whole(book, standard)
    change = in_pdf(lambda pdf: None) if subject.files[output].suffix == ".pdf" else lambda path: None
    subject = with_change(subject, output, change, tmp_path)
    assert found_by([all_checks()[check]], subject, output) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: f"{one.output}-{one.check}-{one.standard}-{one.name}")
def test_a_fault_is_found(mutant: Mutant, whole: Whole, tmp_path: Path) -> None:
    subject = with_change(whole(mutant.book, mutant.standard), mutant.output, mutant.change, tmp_path)
    if mutant.unseen:
        format = format_of(mutant.output)
        quick = [check for check in all_checks().values() if format in check.outputs and not check.slow]
        assert found_by(quick, subject, mutant.output) == []
        return
    found = found_by([all_checks()[mutant.check]], subject, mutant.output)
    named = [one for one in found if one.rule.startswith(mutant.rule)]
    assert named, found
    told = [f"{one.at} {one.rule}: {one.told(subject.name(mutant.output))}" for one in named]
    if mutant.line is None:
        assert any(mutant.place in one for one in told), told
    else:
        assert any(lies_on(one.at, mutant.line) for one in named) == (not mutant.elsewhere), told
