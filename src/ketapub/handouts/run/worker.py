"""One process at work: a job comes in, its finished files and what was wrong go out. It opens no file of the book."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path

from ketapub import __version__, document as d
from ketapub.collector import in_bulk
from ketapub.formats.pdf.engine import engine_versions
from ketapub.formats.pdf.sheets import lay_out, lay_out_blank, sheet_engine, write_sheet, write_sheets
from ketapub.handouts.run.stack import Done, Job, Stack
from ketapub.handouts.sheet import Fits, fit, pictures_of
from ketapub.locale import words
from ketapub.outputs import OutputFile
from ketapub.problems import Problems
from ketapub.theme import Theme, load_theme


class Worker:
    """Makes stacks, with fonts, style sheets and pictures read once."""

    def __init__(self, book: d.Book, theme: Theme) -> None:
        self.fits = Fits()
        self.pictures: dict[str, bytes] = {}
        self.engine = sheet_engine(book, theme, self.pictures, Problems())

    def make(self, job: Job) -> Done:
        with in_bulk():
            return self._make(job)

    def _make(self, job: Job) -> Done:
        stack, problems = job.stack, Problems()
        problems.severities = job.severities
        files, laid = [], []
        for sheet in stack.sheets:
            path = stack.path(sheet)
            if not {path, stack.path_of_all} & job.paths:
                continue
            self.pictures |= pictures_of(sheet, stack.clinic)
            document = fit(sheet, stack.clinic, stack.kind, self.engine, problems, self.fits)
            if document is None:
                continue
            laid.append((sheet.handout.label, document))
            if path in job.paths:
                files.append(OutputFile(path, write_sheet(document, sheet.book, problems)))
        if stack.path_of_all in job.paths and len(laid) == len(stack.sheets):
            blank = lay_out_blank(self.engine, stack.kind.paper, stack.kind.large, problems)
            data = write_sheets(laid, blank, _titled(stack.book, title_of_all(stack)), problems)
            files.append(OutputFile(stack.path_of_all, data))
        if stack.path_of_guide in job.paths:
            title = words(stack.book.info.book.language)["how-to-print"]
            document = lay_out(self.engine, stack.guide, problems)
            data = write_sheet(document, _titled(stack.book, title), problems)
            files.append(OutputFile(stack.path_of_guide, data))
        return Done(tuple(files), tuple(problems.found))


_workers: dict[str, Worker] = {}  # of this process: none, or that of the run it last made something for


def make(job: Job) -> Done:
    """By the worker of this process, who is the same for all jobs of a run."""
    if job.run not in _workers:
        _workers.clear()
        _workers[job.run] = Worker(job.stack.book, load_theme())
    return _workers[job.run].make(job)


@cache
def fingerprint() -> Mapping[str, str]:
    """Of all besides a job that decides which bytes come of it: where two agree in it, they make the same."""
    theme, package = load_theme(), Path(str(resources.files("ketapub")))
    code = hashlib.sha256()
    for path in sorted(path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        code.update(f"{path.relative_to(package).as_posix()}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    styles = {name: hashlib.sha256(theme.read(name)).hexdigest() for name in theme.files}
    return {
        "ketapub": __version__,
        **engine_versions(theme.folder / "fonts"),
        **styles,
        "code of ketapub": code.hexdigest(),
        "Python": platform.python_version(),
    }


def title_of_all(stack: Stack) -> str:
    title = words(stack.book.info.book.language)["all-handouts"]
    return f"{title}: {stack.clinic.name}" if stack.clinic else title


def _titled(book: d.Book, title: str) -> d.Book:
    return replace(book, info=replace(book.info, book=replace(book.info.book, title=title)))
