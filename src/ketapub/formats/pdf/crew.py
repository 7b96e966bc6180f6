"""Desks in several processes, this one among them: tasks in; what came of each, in their order, out."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from ketapub.collector import seldom_from_now_on
from ketapub.formats.pdf.composer import Manner
from ketapub.formats.pdf.desk import Desk, Heard, Task
from ketapub.formats.pdf.fast import is_plain, set_plain
from ketapub.problems import NOWHERE, Problem, Stopped

LaidOut = Heard[tuple[bytes, bytes]]


class Crew:
    """`count`: how many processes there are besides this one."""

    def __init__(self, manner: Manner, severities: Mapping[str, str], count: int) -> None:
        self._count = count
        # A process that is forked would share what Pango knows of fonts, which may not be shared.
        context = multiprocessing.get_context("spawn")
        self._desks = ProcessPoolExecutor(count, context, _start, (manner, dict(severities), is_plain()))

    def lay_out(self, tasks: Sequence[Task], here: Callable[[Task], LaidOut]) -> Iterator[LaidOut]:
        """`here` lays out in this process. Whoever is ready takes the longest task that is left."""
        left = deque(sorted(tasks, key=lambda task: -len(task.part.body)))
        begun: dict[str, Future[LaidOut]] = {}
        lost: list[Future[LaidOut]] = []
        lock = threading.Lock()  # each task is either left or begun

        def begin(ended: Future[LaidOut] | None = None) -> None:
            """Elsewhere, at once and then whenever a process there is ready."""
            if ended and (ended.cancelled() or ended.exception()):
                lost.append(ended)
                return
            with lock:
                if not left:
                    return
                task = left.popleft()
                future = begun[task.key] = self._desks.submit(_lay_out, task)
            future.add_done_callback(begin)

        def begin_here() -> None:
            with lock:
                if not left:
                    return
                task = left.popleft()
                future = begun[task.key] = Future()
            future.set_result(here(task))

        def is_ready(task: Task) -> bool:
            """To be given out, or at least begun like all others."""
            with lock:
                return not left or (task.key in begun and begun[task.key].done())

        waiting = deque(tasks)
        with no_process_lost():
            try:
                for _ in range(self._count):
                    begin()
                while waiting:
                    begin_here()
                    while waiting and not lost and is_ready(waiting[0]):
                        yield begun[waiting.popleft().key].result()
                    for one in lost:
                        one.result()
            finally:
                with lock:
                    left.clear()

    def close(self) -> None:
        self._desks.shutdown(wait=False, cancel_futures=True)


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


def _lay_out(task: Task) -> LaidOut:
    return _own.lay_out(task)
