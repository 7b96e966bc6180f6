"""Work that others do: things to do come in; each goes out with what comes of it, in their order.

Only so many are with the others at a time, done or not: however many there are, memory holds no more of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result", covariant=True)
AHEAD = 4  # jobs for each process: enough for the others to go on behind one that takes long


class Begun(Protocol[Result]):
    def result(self) -> Result: ...


def in_order(
    todo: Iterable[Task], begin: Callable[[Task], Begun[Result]], room: Callable[[], int]
) -> Iterator[tuple[Task, Result]]:
    """`begin` hands one to the others; `room` is how many they may have now."""
    begun: deque[tuple[Task, Begun[Result]]] = deque()
    for task in todo:
        while begun and len(begun) >= room():
            yield _oldest(begun)
        begun.append((task, begin(task)))
    while begun:
        yield _oldest(begun)


def _oldest(begun: deque[tuple[Task, Begun[Result]]]) -> tuple[Task, Result]:
    task, work = begun.popleft()
    return task, work.result()
