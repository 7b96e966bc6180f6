"""Numbers over time: settings in, one or two panels of lines on the same scale, and the table of their points out."""

# ruff: noqa: RUF009  (`setting` makes dataclass fields, as `field` does)

from __future__ import annotations

from dataclasses import dataclass

from ketapub.document import Row, Table, Text
from ketapub.figures.axis import check_most, ticks
from ketapub.figures.pen import LEAD, SIZE, WIDTH, Pen, num, wrap
from ketapub.figures.rows import Part, Sheet, line_panels
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
    text_cell,
)
from ketapub.locale import Words
from ketapub.settings import Place, setting
from ketapub.shapes import list_of, table_of
from ketapub.widths import width_of

_HEIGHT, _PAD = 150, 8
_LABELS = 92  # room for the names of the lines, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    label: str = setting(LABEL, "", "The name of the line", required=True)
    values: tuple[Number, ...] = setting(list_of(NUMBER), (), "A number for each place on the scale", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    title: str = setting(NOTE, "", "What the panel shows")
    along: str = setting(LABEL, "", "What its scale counts: hours, days", required=True)
    at: tuple[Number, ...] = setting(list_of(NUMBER), (), "The places on that scale, even or not", required=True)
    lines: tuple[Series, ...] = setting(list_of(table_of(Series)), (), "The lines", required=True, key="series")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Charted):
    measure: str = setting(NOTE, "", "What the numbers are: the line above the chart", required=True)
    most: Number = setting(NUMBER, Number(MOST), "Where the upright scale ends, in all panels")
    panels: tuple[Panel, ...] = setting(list_of(table_of(Panel)), (), "One panel, or two", required=True)


def check(figure: Line, place: Place) -> None:
    check_count(place.under("panels"), len(figure.panels), 1, 2, "panels")
    points = sum(len(series.values) for panel in figure.panels for series in panel.lines)
    check_count(place.under("panels"), points, 2, 400, "points")
    known = check_most(figure.most, place)
    for index, panel in enumerate(figure.panels):
        here = place.under("panels").under(index)
        check_count(here.under("series"), len(panel.lines), 1, 4, "lines in a panel")
        check_count(here.under("at"), len(panel.at), 2, 400, "places")
        for number in range(1, len(panel.at)):
            if panel.at[number].value <= panel.at[number - 1].value:
                broken(here.under("at").under(number), "a place lies before the one that comes before it", "sort them")
        for which, series in enumerate(panel.lines):
            if series.label in [one.label for one in panel.lines[:which]]:
                broken(here.under("series").under(which), f'two lines are called "{series.label}"', "name them apart")
            values = here.under("series").under(which).under("values")
            if len(series.values) != len(panel.at):
                broken(values, f"{len(series.values)} values for {len(panel.at)} places", "give one for each")
            for number, value in enumerate(series.values if known else ()):
                check_range(values.under(number), value, figure.most.value)


def draw(figure: Line, word: Words) -> Pen:
    pen = Pen()
    for panel in figure.panels:
        pen.heading(panel.title)
        pen.text(0, figure.measure, WIDTH, bold=not panel.title)
        pen.y += 4
        _panel(panel, figure.most, word, pen)
        pen.y += 12
    pen.y -= 12
    return pen


def _panel(panel: Panel, most: Number, word: Words, pen: Pen) -> None:
    marks = [word.number(tick) for tick in ticks(most)]
    left = max(width_of(mark, SIZE) for mark in marks) + 8
    names = [wrap(series.label, _LABELS) for series in panel.lines]
    right = WIDTH - max(width_of(line, SIZE) for lines in names for line in lines) - 10
    heights = [len(lines) * SIZE * LEAD for lines in names]
    height = max(_HEIGHT, sum(heights))
    top, foot = pen.y + SIZE / 2, pen.y + SIZE / 2 + height
    first, last = panel.at[0].value, panel.at[-1].value

    def across(value: float) -> float:
        return left + _PAD + (right - left - 2 * _PAD) * (value - first) / (last - first)

    def down(value: float) -> float:
        return foot - height * value / most.value

    for tick, said in zip(ticks(most), marks, strict=True):
        pen.line(left - 6, down(tick) + SIZE * 0.34, said, anchor="end")
        pen.path(f"M{num(left)} {num(down(tick))}H{num(right)}", 1 if tick == 0 else 0.4)
    behind = -1.0
    for number in panel.at:
        said = word.number(number.value)
        x, half = across(number.value), width_of(said, SIZE) / 2
        pen.path(f"M{num(x)} {num(foot)}v4")
        if x - half > behind:  # a number that would touch the one before it is left to the table
            pen.line(x, foot + 6 + SIZE, said, anchor="middle")
            behind = x + half + 4
    for index, series in enumerate(panel.lines):
        places = [(across(at.value), down(value.value)) for at, value in zip(panel.at, series.values, strict=True)]
        pen.track(places, index)
    ends = [down(series.values[-1].value) for series in panel.lines]
    pen.y = foot + 6 + SIZE * LEAD
    for lines, y in zip(names, spread(ends, heights, top, foot), strict=True):
        for index, line in enumerate(lines):
            base = y - len(lines) * SIZE * LEAD / 2 + index * SIZE * LEAD + SIZE
            pen.line(right + 6, base, line)
    pen.text(left, panel.along, WIDTH - left)


def spread(wanted: list[float], heights: list[float], top: float, foot: float) -> list[float]:
    """Where labels stand that must not touch: each as near its line's end as its neighbours allow."""
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    centres = list(wanted)
    edge = top - SIZE
    for index in order:  # down from the top, each below the one before it
        centres[index] = max(wanted[index], edge + heights[index] / 2)
        edge = centres[index] + heights[index] / 2
    edge = max(foot, top + sum(heights) - SIZE)
    for index in reversed(order):  # and up again from the foot
        centres[index] = min(centres[index], edge - heights[index] / 2)
        edge = centres[index] - heights[index] / 2
    return centres


def tabulate(figure: Line, word: Words) -> Table:
    """A row for each place on the scale, a column a line. Panels with the same scale share rows."""
    scales = list(dict.fromkeys(panel.along for panel in figure.panels))
    several = len(figure.panels) > 1
    columns = [
        f"{panel.title}: {line.label}" if several and panel.title else line.label
        for panel in figure.panels
        for line in panel.lines
    ]
    rows = []
    for scale in scales:
        panels = [panel if panel.along == scale else None for panel in figure.panels]
        for place in sorted({at.value for panel in panels if panel for at in panel.at}):
            said = word.number(place) if len(scales) == 1 else f"{scale}: {word.number(place)}"
            cells = [cell for panel, of in zip(panels, figure.panels, strict=True) for cell in _cells(panel, of, place)]
            rows.append(Row((text_cell(said), *(number_cell(number, word) for number in cells))))
    head = Row((text_cell(scales[0] if len(scales) == 1 else word["time"]), *map(text_cell, columns)))
    return Table(head, tuple(rows), right_aligned(len(columns)), (Text(figure.measure),))


def _cells(shown: Panel | None, panel: Panel, place: float) -> list[Number | None]:
    """The numbers of each line of a panel at a place; nothing where the panel is not `shown` or has no such place."""
    index = next((index for index, at in enumerate(panel.at) if at.value == place), None)
    return [line.values[index] if shown and index is not None else None for line in panel.lines]


def from_csv(sheet: Sheet) -> Part:
    """The first column is the place on the scale, each further one a line; `panel` may name panels."""
    return line_panels(sheet)
