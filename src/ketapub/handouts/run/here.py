"""By the processors of this machine: jobs come in; what comes of each goes out, in their order."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from ketapub.formats.pdf.crew import follow, no_process_lost
from ketapub.formats.pdf.fast import is_plain
from ketapub.handouts.run.stack import Done, Job
from ketapub.handouts.run.window import AHEAD, in_order
from ketapub.handouts.run.worker import Worker, make
from ketapub.theme import Theme


def in_this_process(todo: Sequence[Job], theme: Theme) -> Iterator[Done]:
    worker = Worker(todo[0].stack.book, theme)
    yield from map(worker.make, todo)


def by_processes(todo: Sequence[Job], count: int) -> Iterator[Done]:
    # A process that is forked would share what Pango knows of fonts, which may not be shared.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), follow, (is_plain(),))
    try:
        with no_process_lost():
            yield from in_order(todo, lambda job: pool.submit(make, job), lambda: AHEAD * count)
    finally:
        pool.shutdown(cancel_futures=True)
