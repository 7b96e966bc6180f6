"""The stock book with handouts and a clinic, for tests: what tests/books/handouts has, laid over it."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

from ketapub.build import make_formats
from ketapub.check.findings import Subject
from ketapub.formats import place
from ketapub.formats.made import Made
from ketapub.handouts import Asked
from ketapub.handouts.sets import clinic_sets
from ketapub.handouts.work import clinics_of, current_handouts, make_handouts, pages_of_sheets, printable_sheets
from ketapub.outputs import write_files
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.theme import load_theme

BOOKS = Path(__file__).parent / "books"
TODAY = datetime.date(2026, 2, 1)


def handout_book(folder: Path) -> Path:
    """A copy of it in `folder`."""
    root = shutil.copytree(BOOKS / "stock", folder)
    shutil.copytree(BOOKS / "handouts", root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("book.toml"))
    settings = (BOOKS / name / "book.toml" for name in ("stock", "handouts"))
    (root / "book.toml").write_text("".join(path.read_text("utf-8") for path in settings), "utf-8")
    return root


def text_of(file: str) -> str:
    """A file of its manuscript. What is laid over book.toml stands behind the stock book's own."""
    paths = [path for name in ("stock", "handouts") if (path := BOOKS / name / file).exists()]
    return "".join(path.read_text("utf-8") for path in paths)


def handout_outputs(folder: Path, asked: Asked = Asked(), *, site: bool = False) -> Subject:  # noqa: B008 (frozen)
    """Its handouts, and its site if that is asked for, made in `folder`, for the checks of the gate."""
    problems, theme = Problems(), load_theme()
    read = read_book(handout_book(folder / "book"), theme, problems, as_of=TODAY)
    current = current_handouts(read, problems, TODAY)
    sheets, clinics = printable_sheets(current, problems), clinics_of(read, problems)
    bundle = make_handouts(sheets, clinics, asked, theme, problems)
    pages = pages_of_sheets(current, problems) if site else ()
    if site:
        bundle += make_formats(read.book, theme, ("site",), problems, made=Made(sheets=pages))
    assert not problems.errors
    write_files(folder / "out", bundle)
    sets = {one.folder: one for one in clinic_sets(sheets, clinics) if (folder / "out" / one.folder).is_dir()}
    files = {output: folder / "out" / output for output in sets}
    files |= {"site": folder / "out" / place("site", "stock")} if site else {}
    (folder / "room").mkdir()
    return Subject(read.book, theme, files, "ua-1", folder / "room", pages, sets)
