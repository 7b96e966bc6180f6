"""One share a step: settings in, a row of bars that each stand for the whole, and the table of their numbers out."""

# ruff: noqa: RUF009  (`setting` makes dataclass fields, as `field` does)

from __future__ import annotations

from dataclasses import dataclass

from ketapub.document import Row, Table
from ketapub.figures.axis import check_most, draw_axis
from ketapub.figures.pen import LEAD, SIZE, WIDTH, Pen, wrap
from ketapub.figures.rows import Part, Sheet, entries
from ketapub.figures.values import (
    LABEL,
    MOST,
    NOTE,
    NUMBER,
    Charted,
    Number,
    check_count,
    check_range,
    number_cell,
    shown,
    text_cell,
)
from ketapub.locale import Words
from ketapub.settings import Place, setting
from ketapub.shapes import list_of, table_of
from ketapub.widths import width_of

_NUMBER, _BAR = 16, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    label: str = setting(LABEL, "", "The name of the step", required=True)
    value: Number = setting(NUMBER, Number(0), "How much of the bar is filled", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(Charted):
    measure: str = setting(NOTE, "", "What the numbers are: the line above the bars", required=True)
    filled: str = setting(LABEL, "", "What the filled part means", required=True)
    hollow: str = setting(LABEL, "", "What the hollow part means", required=True)
    most: Number = setting(NUMBER, Number(MOST), "What a whole bar stands for")
    steps: tuple[Step, ...] = setting(list_of(table_of(Step)), (), "The steps, in order", required=True)


def check(figure: Steps, place: Place) -> None:
    check_count(place.under("steps"), len(figure.steps), 1, 12, "steps")
    if check_most(figure.most, place):
        for index, step in enumerate(figure.steps):
            check_range(place.under("steps").under(index).under("value"), step.value, figure.most.value)


def draw(figure: Steps, word: Words) -> Pen:
    pen = Pen()
    pen.heading(figure.measure)
    full = WIDTH - 2
    numbers = [shown(step.value, word) for step in figure.steps]
    room = max(width_of(number, _NUMBER, bold=True) for number in numbers) + 10
    for step, number in zip(figure.steps, numbers, strict=True):
        lines = wrap(step.label, WIDTH - room, SIZE, bold=True)
        pen.y += max(0, _NUMBER - SIZE)
        beside = max(width_of(line, SIZE, bold=True) for line in lines) + 10 if lines else 0
        for line in lines:
            pen.line(0, pen.y + SIZE, line, bold=True)
            pen.y += SIZE * LEAD
        pen.line(beside, pen.y - SIZE * (LEAD - 1), number, _NUMBER, bold=True)
        pen.y += 3
        pen.bar(1, pen.y, full, _BAR, "hollow")
        pen.bar(1, pen.y, full * step.value.value / figure.most.value, _BAR)
        pen.y += _BAR + 10
    draw_axis(pen, 1, full, figure.most, word)
    pen.y += 6
    for fill, label in (("solid", figure.filled), ("hollow", figure.hollow)):
        pen.bar(1, pen.y + 2, 12, 10, fill)
        pen.text(20, label, WIDTH - 20)
        pen.y += 2
    return pen


def tabulate(figure: Steps, word: Words) -> Table:
    rows = tuple(Row((text_cell(step.label), number_cell(step.value, word))) for step in figure.steps)
    return Table(Row((text_cell(word["step"]), text_cell(figure.measure))), rows, ("", "right"))


def from_csv(sheet: Sheet) -> Part:
    """Columns `label` and `value`."""
    return entries(sheet, "steps", texts=("label",))
