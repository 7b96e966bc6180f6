"""A run: stacks of sheets come in; their files go out, each from the cache where an earlier run made the same.

Stacks are made in this process, by others on this machine, or by those of a Dask cluster (`--scheduler`). The others
are handed data alone: they open no file of the book, and this process alone remembers and writes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain, islice
from uuid import uuid4

from ketapub import document as d
from ketapub.cache import Cache, cache_key
from ketapub.formats.as_json import as_json
from ketapub.formats.pdf.sheets import style_key
from ketapub.handouts.run.cluster import by_cluster
from ketapub.handouts.run.here import by_processes, in_this_process
from ketapub.handouts.run.stack import ALL, Done, Job, Stack
from ketapub.handouts.run.worker import title_of_all
from ketapub.handouts.sheet import MOST_LINES, MOST_QUESTIONS, page, pictures_of, show
from ketapub.outputs import Bundle, Keep, OutputFile
from ketapub.problems import Problems
from ketapub.theme import Theme


def make_stacks(
    stacks: Iterable[Stack],
    theme: Theme,
    problems: Problems,
    progress: Callable[[str], None] = lambda step: None,
    cache: Cache | None = None,
    jobs: int = 1,
    scheduler: str = "",
    keep: Keep = lambda file: file,
) -> Bundle:
    """Their files, in the order of the stacks. What is done stays in the cache, however the run ends.

    Each file is handed to `keep` when it is there: memory need not hold them all.
    """
    first = next(remaining := iter(stacks), None)
    if first is None:
        return ()
    cache = cache or Cache(None, problems)
    off = sorted(code for code, severity in problems.severities.items() if severity == "off")  # not told, and so kept
    style = cache_key(style_key(first.book, theme), *off)
    keys: dict[str, str] = {}
    found: dict[str, OutputFile] = {}
    run, severities = uuid4().hex, dict(problems.severities)

    def todo() -> Iterator[Job]:
        for stack in chain([first], remaining):
            own = _keys(stack, style, problems)
            keys.update(own)
            before = ((path, cache.get(key)) for path, key in own.items())
            kept = {path: keep(OutputFile(path, data)) for path, data in before if data is not None}
            found.update(kept)
            if kept:
                progress(f"{stack}: {len(kept)} of {len(own)} files as before")
            if missing := own.keys() - kept.keys():
                yield Job(stack, frozenset(missing), run, severities)

    with closing(_work(todo(), theme, jobs, scheduler, problems)) as made:
        for job, done in made:
            progress(str(job.stack))
            problems.take(replace(one, source=problems.line(one.at)) for one in done.problems)
            for file in done.files:
                found[file.path] = keep(file)
                if not done.problems:  # they would not be told of again
                    cache.put(keys[file.path], file.data)
    return tuple(found[path] for path in keys if path in found)


def _work(
    todo: Iterator[Job], theme: Theme, jobs: int, scheduler: str, problems: Problems
) -> Generator[tuple[Job, Done], None, None]:
    """Each job and what comes of it, in their order. What is to do is found while others work."""
    some = list(islice(todo, 2))
    todo = chain(some, todo)
    if not some:
        return
    if scheduler:
        yield from by_cluster(todo, scheduler, problems)
    elif jobs == 1 or len(some) == 1:
        yield from in_this_process(todo, theme)
    else:
        yield from by_processes(todo, jobs)


def _keys(stack: Stack, style: str, problems: Problems) -> dict[str, str]:
    """A key for each file, of all that it is made of: its page with all that may give way, its pictures, its budget."""
    found = {}
    for sheet in stack.sheets:
        shown = show(sheet, stack.clinic, problems)
        text = page(sheet, shown, stack.clinic, stack.kind, MOST_LINES, MOST_QUESTIONS)
        pictures = [part for pair in sorted(pictures_of(sheet, stack.clinic).items()) for part in pair]
        budget = str(sheet.budget(stack.kind))
        found[stack.path(sheet)] = cache_key(style, text, budget, _about(sheet.book), *pictures)
    if stack.whole:
        found[stack.path_of_all] = cache_key(ALL, title_of_all(stack), *found.values())
    if stack.guide:
        found[stack.path_of_guide] = cache_key(style, stack.guide, _about(stack.book))
    return found


def _about(book: d.Book) -> str:
    """What the file says of the book it is from."""
    return json.dumps(as_json(book.info.book), default=str)
