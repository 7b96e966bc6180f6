"""A run: stacks of sheets come in; their files go out, each from the cache where an earlier run made the same.

Stacks are made one after the other in this process, or by processes of their own, which are handed data alone: they
open no file of the book, and this process alone remembers and writes.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from markupsafe import Markup

from ketapub import __version__, document as d
from ketapub.cache import Cache, cache_key
from ketapub.formats.as_json import as_json
from ketapub.formats.pdf.engine import in_bulk
from ketapub.formats.pdf.fast import is_plain, set_plain
from ketapub.formats.pdf.sheets import lay_out, lay_out_blank, sheet_engine, style_key, write_sheet, write_sheets
from ketapub.handouts.clinics import GENERAL, Clinic
from ketapub.handouts.sheet import MOST_LINES, MOST_QUESTIONS, Fits, Kind, Resolved, fit, page, pictures_of, show
from ketapub.locale import words
from ketapub.outputs import Bundle, OutputFile
from ketapub.problems import Problem, Problems
from ketapub.theme import Theme, load_theme

ALL = "all"  # names the file of a whole stack
GUIDE = "how-to-print"


@dataclass(frozen=True, slots=True)
class Stack:
    """The sheets of a clinic on one paper and in one size. `whole`: all that the clinic has, so they make one file too.

    `guide` is the page for staff in one stack of each clinic, and empty in the others.
    """

    clinic: Clinic | None
    kind: Kind
    sheets: tuple[Resolved, ...]
    whole: bool
    guide: Markup

    @property
    def book(self) -> d.Book:
        return self.sheets[0].book

    def path(self, sheet: Resolved) -> str:
        return f"{folder_of(self.clinic)}/{sheet.handout.name}-{self.kind.suffix}.pdf"

    @property
    def path_of_all(self) -> str:
        return f"{folder_of(self.clinic)}/{ALL}-{self.kind.suffix}.pdf"

    @property
    def path_of_guide(self) -> str:
        return f"{folder_of(self.clinic)}/{GUIDE}.pdf"


def folder_of(clinic: Clinic | None) -> str:
    return f"handouts/{clinic.id if clinic else GENERAL}"


@dataclass(frozen=True, slots=True)
class _Job:
    """A stack, and which of its files to make."""

    stack: Stack
    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Done:
    files: Bundle
    problems: tuple[Problem, ...]


class Worker:
    """Makes stacks, with fonts, style sheets and pictures read once."""

    def __init__(self, book: d.Book, theme: Theme, severities: Mapping[str, str]) -> None:
        self.severities, self.fits = severities, Fits()
        self.pictures: dict[str, bytes] = {}
        self.engine = sheet_engine(book, theme, self.pictures, Problems())

    def make(self, job: _Job) -> _Done:
        with in_bulk():
            return self._make(job)

    def _make(self, job: _Job) -> _Done:
        stack, problems = job.stack, Problems()
        problems.severities = self.severities
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
            data = write_sheets(laid, blank, _titled(stack.book, _title_of_all(stack)), problems)
            files.append(OutputFile(stack.path_of_all, data))
        if stack.path_of_guide in job.paths:
            title = words(stack.book.info.book.language)["how-to-print"]
            document = lay_out(self.engine, stack.guide, problems)
            data = write_sheet(document, _titled(stack.book, title), problems)
            files.append(OutputFile(stack.path_of_guide, data))
        return _Done(tuple(files), tuple(problems.found))


def make_stacks(
    stacks: Iterable[Stack],
    theme: Theme,
    problems: Problems,
    progress: Callable[[str], None] = lambda step: None,
    cache: Cache | None = None,
    jobs: int = 1,
) -> Bundle:
    """Their files, in the order of the stacks. What is done stays in the cache, however the run ends."""
    stacks = tuple(stacks)
    if not stacks:
        return ()
    cache = cache or Cache(None, problems)
    style = style_key(stacks[0].book, theme)
    keys = {path: key for stack in stacks for path, key in _keys(stack, style, problems).items()}
    found = {path: data for path, key in keys.items() if (data := cache.get(key)) is not None}
    progress(f"{len(found)} of {len(keys)} files as before")
    todo = [_Job(stack, frozenset(_paths(stack)) - found.keys()) for stack in stacks]
    todo = [job for job in todo if job.paths]
    for job, done in zip(todo, _work(todo, theme, problems.severities, jobs), strict=True):
        progress(f"{folder_of(job.stack.clinic)}, {job.stack.kind.suffix}")
        problems.take(replace(one, source=problems.line(one.at)) for one in done.problems)
        for file in done.files:
            found[file.path] = file.data
            if not done.problems:  # they would not be told of again
                cache.put(keys[file.path], file.data)
    return tuple(OutputFile(path, found[path]) for path in keys if path in found)


def _work(todo: list[_Job], theme: Theme, severities: Mapping[str, str], jobs: int) -> Iterator[_Done]:
    """What comes of each job, in their order."""
    if not todo:
        return
    book = todo[0].stack.book
    if min(jobs, len(todo)) == 1:
        worker = Worker(book, theme, severities)
        yield from map(worker.make, todo)
        return
    # A process that is forked would share what Pango knows of fonts, which may not be shared.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(jobs, len(todo)), context, _start, (book, dict(severities), is_plain()))
    try:
        yield from pool.map(_make, todo)
    finally:
        pool.shutdown(cancel_futures=True)


_worker: Worker  # of this process, where it is one of a pool


def _start(book: d.Book, severities: dict[str, str], plain: bool) -> None:
    global _worker
    set_plain(plain)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who interrupts a run means the process that leads it
    _worker = Worker(book, load_theme(), severities)


def _make(job: _Job) -> _Done:
    return _worker.make(job)


def _paths(stack: Stack) -> Iterator[str]:
    yield from map(stack.path, stack.sheets)
    if stack.whole:
        yield stack.path_of_all
    if stack.guide:
        yield stack.path_of_guide


def _keys(stack: Stack, style: str, problems: Problems) -> dict[str, str]:
    """A key for each file, of all that it is made of: its page with all that may give way, its pictures, its budget."""
    found = {}
    for sheet in stack.sheets:
        shown = show(sheet, stack.clinic, problems)
        text = page(sheet, shown, stack.clinic, stack.kind, MOST_LINES, MOST_QUESTIONS)
        pictures = [part for pair in sorted(pictures_of(sheet, stack.clinic).items()) for part in pair]
        budget = str(sheet.budget(stack.kind))
        found[stack.path(sheet)] = cache_key(__version__, style, text, budget, _about(sheet.book), *pictures)
    if stack.whole:
        found[stack.path_of_all] = cache_key(ALL, _title_of_all(stack), *found.values())
    if stack.guide:
        found[stack.path_of_guide] = cache_key(__version__, style, stack.guide, _about(stack.book))
    return found


def _about(book: d.Book) -> str:
    """What the file says of the book it is from."""
    return json.dumps(as_json(book.info.book), default=str)


def _title_of_all(stack: Stack) -> str:
    title = words(stack.book.info.book.language)["all-handouts"]
    return f"{title}: {stack.clinic.name}" if stack.clinic else title


def _titled(book: d.Book, title: str) -> d.Book:
    return replace(book, info=replace(book.info, book=replace(book.info.book, title=title)))
