"""The scale of a chart: its end in, ticks with their numbers out, drawn below bars or left of lines."""

from __future__ import annotations

from ketapub.figures.pen import LEAD, SIZE, Pen, num
from ketapub.figures.values import Number, broken
from ketapub.locale import Words
from ketapub.settings import Place


def check_most(most: Number, place: Place) -> bool:
    if most.value > 0:
        return True
    broken(place.under("most"), "an axis must end above 0")
    return False


def ticks(most: Number) -> tuple[int | float, ...]:
    """The beginning, the middle and the end of a scale from 0."""
    half = most.value / 2
    return 0, int(half) if half == int(half) else half, most.value


def draw_axis(pen: Pen, x: float, width: float, most: Number, word: Words) -> None:
    """A scale below bars that begin at `x` and are `width` wide when they are full."""
    marks = [(x + width * tick / most.value, word.number(tick)) for tick in ticks(most)]
    path = "".join(f"M{num(place)} {num(pen.y)}v5" for place, _ in marks)
    pen.path(f"{path}M{num(x)} {num(pen.y)}h{num(width)}")
    pen.y += 6
    for (place, said), anchor in zip(marks, ("", "middle", "end"), strict=True):
        pen.line(place, pen.y + SIZE, said, anchor=anchor)
    pen.y += SIZE * LEAD
