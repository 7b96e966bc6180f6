"""What many tests share: the stock book, resolved, and its outputs, made once a run."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import pytest

from ketapub import document as d
from ketapub.build import make_formats
from ketapub.formats.made import Made as Run
from ketapub.manuscript import read_manuscript
from ketapub.parse import parse
from ketapub.problems import Problems
from ketapub.resolve import resolve
from ketapub.theme import load_theme

BOOKS = Path(__file__).parent / "books"
TODAY = datetime.date(2026, 2, 1)


@dataclass(frozen=True)
class Made:
    book: d.Book
    files: dict[str, bytes]
    problems: Problems

    def file(self, suffix: str) -> bytes:
        return next(data for name, data in self.files.items() if name.endswith(suffix))


def resolved(root: Path, problems: Problems) -> d.Book:
    manuscript = read_manuscript(root, problems, TODAY)
    return resolve(parse(manuscript, problems), manuscript, load_theme(), problems)


def make(root: Path, *formats: str, pdf_standard: str = "ua-1") -> Made:
    """A book and its outputs, in memory."""
    problems = Problems()
    book = resolved(root, problems)
    made = Run(pdf_standard=pdf_standard)
    bundle = make_formats(book, load_theme(), formats, problems, lambda step: None, made)
    return Made(book, {file.path: file.data for file in bundle}, problems)


@pytest.fixture(scope="session")
def stock() -> Made:
    return make(BOOKS / "stock", "pdf", "booklet", "epub", "html", "site", "json")


@pytest.fixture(scope="session")
def stock_ua_2() -> Made:
    return make(BOOKS / "stock", "pdf", "booklet", pdf_standard="ua-2")


@pytest.fixture(scope="session")
def formulas() -> Made:
    return make(BOOKS / "formulas", "pdf", "large-print", "epub", "html", "site", "json")


@pytest.fixture(scope="session")
def large() -> Made:
    return make(BOOKS / "stock", "large-print")
