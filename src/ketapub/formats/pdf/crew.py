"""Desks in other processes, for as many processors: tasks in; what came of each, in their order, out."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress

from ketapub.collector import seldom_from_now_on
from ketapub.formats.pdf.composer import Manner
from ketapub.formats.pdf.desk import Desk, Heard, Task
from ketapub.formats.pdf.engine import Engine
from ketapub.formats.pdf.fast import is_plain, set_plain
from ketapub.problems import NOWHERE, Problem, Stopped


class Crew:
    def __init__(self, manner: Manner, severities: Mapping[str, str], count: int) -> None:
        context = multiprocessing.get_context("fork" if may_fork() else "spawn")
        self._desks = ProcessPoolExecutor(count, context, _start, (manner, dict(severities), is_plain()))

    def lay_out(
        self, tasks: Sequence[Task], meanwhile: Callable[[], None] = lambda: None
    ) -> Iterator[Heard[tuple[bytes, bytes]]]:
        longest_first = sorted(tasks, key=lambda task: -len(task.part.body))
        with no_process_lost():
            begun = {task.key: self._desks.submit(_lay_out, task) for task in longest_first}
            meanwhile()
            yield from (begun[task.key].result() for task in tasks)

    def close(self) -> None:
        self._desks.shutdown(wait=False, cancel_futures=True)


def may_fork() -> bool:
    """A forked process begins with all that is loaded here, which takes another one 0.6 s. But it may find a lock held
    by a thread that it does not have, and would share what Pango knows of fonts, which may not be shared."""
    with suppress(OSError):  # Linux tells of threads of libraries too
        return len(os.listdir("/proc/self/task")) == 1 and not Engine.is_used
    return False


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


def _lay_out(task: Task) -> Heard[tuple[bytes, bytes]]:
    return _own.lay_out(task)
