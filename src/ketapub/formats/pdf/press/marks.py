"""Crop marks: a page's boxes in, the operators that draw the marks and the room they need out.

Beyond the bleed, so that none is left on a page that is cut a little wide, and on every plate, so that plates can be
laid on each other by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points

LENGTH, GAP, WIDTH = 18.0, 6.0, 0.25  # points: a mark, from the bleed to it, its line
ROOM = GAP + LENGTH + 3
SPACE = "Marks"  # the colour space that means every plate


def widened(box: Box, by: float) -> Box:
    left, bottom, right, top = box
    return left - by, bottom - by, right + by, top + by


def crop_marks(trim: Box, bleed: Box, folds: Sequence[float] = ()) -> bytes:
    """Two lines at each corner, in line with the edges of the trimmed page; and two in line with each fold."""
    ends = _lines(trim, bleed, folds)
    lines = "\n".join(f"{_n(x)} {_n(y)} m {_n(to_x)} {_n(to_y)} l S" for x, y, to_x, to_y in ends)
    return f"\nq /{SPACE} CS 1 SCN {WIDTH} w 0 J [] 0 d\n{lines}\nQ\n".encode()


def _lines(trim: Box, bleed: Box, folds: Sequence[float]) -> Iterator[Box]:
    inner, outer = widened(bleed, GAP), widened(bleed, GAP + LENGTH)
    for x in (trim[0], *folds, trim[2]):
        yield x, inner[1], x, outer[1]
        yield x, inner[3], x, outer[3]
    for y in (trim[1], trim[3]):
        yield inner[0], y, outer[0], y
        yield inner[2], y, outer[2], y


def _n(number: float) -> str:
    return f"{number:.4f}".rstrip("0").rstrip(".")
