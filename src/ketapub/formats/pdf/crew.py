"""Desks in other processes, for as many processors: tasks in; what came of each, in their order, out.

A part stays with the process that laid it out first, which has its pages when they are to be drawn.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from ketapub.collector import seldom_from_now_on
from ketapub.formats.pdf.composer import Manner
from ketapub.formats.pdf.desk import Desk, Heard, Task
from ketapub.formats.pdf.fast import is_plain, set_plain
from ketapub.formats.pdf.standard import Standard
from ketapub.problems import NOWHERE, Problem, Stopped


class Crew:
    def __init__(self, manner: Manner, severities: Mapping[str, str], count: int) -> None:
        # A process that is forked would share what Pango knows of fonts, which may not be shared.
        context = multiprocessing.get_context("spawn")
        self._desks = [
            ProcessPoolExecutor(1, context, _start, (manner, dict(severities), is_plain())) for _ in range(count)
        ]
        self._load = [0] * count
        self._desk_of: dict[str, int] = {}

    def lay_out(self, tasks: Sequence[Task]) -> Iterator[Heard[bytes]]:
        for task in sorted(tasks, key=lambda task: -len(task.part.body)):
            if task.part.key not in self._desk_of:
                least = self._load.index(min(self._load))
                self._desk_of[task.part.key] = least
                self._load[least] += len(task.part.body)
        with no_process_lost():
            found = [self._desk(task).submit(_lay_out, task) for task in tasks]
            yield from (one.result() for one in found)

    def draw(self, tasks: Sequence[Task], language: str, standard: Standard) -> Iterator[Heard[bytes]]:
        with no_process_lost():
            found = [self._desk(task).submit(_draw, task, language, standard) for task in tasks]
            yield from (one.result() for one in found)

    def knows(self, task: Task) -> bool:
        return task.part.key in self._desk_of

    def close(self) -> None:
        for desk in self._desks:
            desk.shutdown(wait=False, cancel_futures=True)

    def _desk(self, task: Task) -> ProcessPoolExecutor:
        return self._desks[self._desk_of[task.part.key]]


@contextmanager
def no_process_lost() -> Iterator[None]:
    """Raises `Stopped` where a process that worked for this one is gone."""
    try:
        yield
    except BrokenProcessPool:
        message = "a process that worked for this one was ended from outside, as when there is no memory left"
        hint = "run it again; --jobs 1 takes less memory"
        raise Stopped([Problem("process-lost", NOWHERE, message, hint)]) from None


def follow(plain: bool) -> None:
    """What each process does first that works for another one: it ends with it, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who interrupts a run means the process that leads it
    threading.Thread(target=_end_with_leader, daemon=True).start()
    set_plain(plain)


def _end_with_leader() -> None:
    leader = multiprocessing.parent_process()
    assert leader is not None
    leader.join()
    os._exit(1)


_own: Desk  # of this process, where it is one of a crew


def _start(manner: Manner, severities: dict[str, str], plain: bool) -> None:
    global _own
    follow(plain)
    seldom_from_now_on()
    _own = Desk(manner, severities)


def _lay_out(task: Task) -> Heard[bytes]:
    return _own.lay_out(task)


def _draw(task: Task, language: str, standard: Standard) -> Heard[bytes]:
    return _own.draw(task, language, standard)
