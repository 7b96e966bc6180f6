"""By the processors of this machine: jobs come in; each goes out with what comes of it, in their order."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

from ketapub.formats.pdf.crew import follow, no_process_lost
from ketapub.formats.pdf.fast import is_plain
from ketapub.handouts.run.stack import Done, Job
from ketapub.handouts.run.window import AHEAD, in_order
from ketapub.handouts.run.worker import Worker, make
from ketapub.theme import Theme


def in_this_process(todo: Iterable[Job], theme: Theme) -> Iterator[tuple[Job, Done]]:
    worker: Worker | None = None
    for job in todo:
        worker = worker or Worker(job.stack.book, theme)
        yield job, worker.make(job)


def by_processes(todo: Iterable[Job], count: int) -> Iterator[tuple[Job, Done]]:
    # A process that is forked would share what Pango knows of fonts, which may not be shared.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), follow, (is_plain(),))
    try:
        with no_process_lost():
            yield from in_order(todo, lambda job: pool.submit(make, job), lambda: AHEAD * count)
    finally:
        pool.shutdown(cancel_futures=True)
