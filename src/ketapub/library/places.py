"""A text in, a function out that says in which line and column a character of it stands.

Asking is cheap, so that a file of many thousand references can name the place of each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from ketapub.problems import Position

Places = Callable[[int], Position]


def places_in(path: str, text: str) -> Places:
    starts = [0]
    end = text.find("\n")
    while end >= 0:
        starts.append(end + 1)
        end = text.find("\n", end + 1)

    def place(offset: int) -> Position:
        line = bisect_right(starts, offset)
        return Position(path, line, offset - starts[line - 1] + 1)

    return place
