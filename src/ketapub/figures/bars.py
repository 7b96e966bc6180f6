"""Groups compared series by series: settings in, lying bars with a number at each, and the table of numbers out."""

# ruff: noqa: RUF009  (`setting` makes dataclass fields, as `field` does)

from __future__ import annotations

from dataclasses import dataclass

from ketapub.document import Row, Table, Text
from ketapub.figures.axis import check_most, draw_axis
from ketapub.figures.pen import FILLS, SIZE, WIDTH, Pen
from ketapub.figures.rows import Part, Sheet, series_columns
from ketapub.figures.values import (
    LABEL,
    MOST,
    NOTE,
    NUMBER,
    Charted,
    Number,
    broken,
    check_count,
    check_range,
    number_cell,
    right_aligned,
    shown,
    text_cell,
)
from ketapub.locale import Words
from ketapub.settings import Place, setting
from ketapub.shapes import list_of, table_of
from ketapub.widths import width_of

_BAR, _NUMBER = 16, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    label: str = setting(LABEL, "", "Who or what is compared", required=True)
    values: tuple[Number, ...] = setting(list_of(NUMBER), (), "A number for each series", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Charted):
    measure: str = setting(NOTE, "", "What the numbers are: the line above the bars", required=True)
    most: Number = setting(NUMBER, Number(MOST), "Where the scale ends")
    names: tuple[str, ...] = setting(
        list_of(LABEL), (), "The names of the bars in each group", required=True, key="series"
    )
    groups: tuple[Group, ...] = setting(list_of(table_of(Group)), (), "The groups, in order", required=True)


def check(figure: Bars, place: Place) -> None:
    check_count(place.under("series"), len(figure.names), 1, len(FILLS), "series")
    check_count(place.under("groups"), len(figure.groups), 1, 12, "groups")
    if not check_most(figure.most, place):
        return
    for index, group in enumerate(figure.groups):
        here = place.under("groups").under(index).under("values")
        if len(group.values) != len(figure.names):
            broken(here, f"{len(group.values)} values for {len(figure.names)} series", "one for each, in their order")
        for number, value in enumerate(group.values):
            check_range(here.under(number), value, figure.most.value)


def draw(figure: Bars, word: Words) -> Pen:
    pen = Pen()
    pen.heading(figure.measure)
    said = [shown(value, word) for group in figure.groups for value in group.values]
    full = WIDTH - 1 - max(width_of(number, _NUMBER, bold=True) for number in said) - 8
    for group in figure.groups:
        pen.text(0, group.label, WIDTH, bold=True)
        pen.y += 4
        for fill, label, value in zip(FILLS, figure.names, group.values, strict=False):
            pen.text(0, label, WIDTH)
            pen.y += 2
            length = full * value.value / figure.most.value
            pen.bar(1, pen.y, length, _BAR, fill)
            pen.line(length + 8, pen.y + _BAR / 2 + _NUMBER * 0.34, shown(value, word), _NUMBER, bold=True)
            pen.y += _BAR + 8
        pen.y += 8
    draw_axis(pen, 1, full, figure.most, word)
    pen.y += SIZE / 2
    return pen


def tabulate(figure: Bars, word: Words) -> Table:
    head = Row((text_cell(word["group"]), *(text_cell(label) for label in figure.names)))
    rows = [
        Row((text_cell(group.label), *(number_cell(value, word) for value in group.values))) for group in figure.groups
    ]
    return Table(head, tuple(rows), right_aligned(len(figure.names)), (Text(figure.measure),))


def from_csv(sheet: Sheet) -> Part:
    """The first column names the groups, each further one is a series."""
    return series_columns(sheet)
