"""Counts of people out of a hundred: settings in, fields of ten by ten circles and the table of their numbers out."""

# ruff: noqa: RUF009  (`setting` makes dataclass fields, as `field` does)

from __future__ import annotations

from dataclasses import dataclass

from ketapub.document import Cell, Row, Table, Text
from ketapub.figures.pen import LEAD, SIZE, WIDTH, Pen, wrap
from ketapub.figures.rows import Part, Sheet, parts_by_panel
from ketapub.figures.values import (
    LABEL,
    NOTE,
    NUMBER,
    Charted,
    Number,
    broken,
    check_count,
    number_cell,
    shown,
    text_cell,
)
from ketapub.locale import Words
from ketapub.settings import Place, setting
from ketapub.shapes import list_of, table_of
from ketapub.widths import width_of

HUNDRED = 100
_FIELD, _GAP = 132, 24  # the width of a field and what lies between two
_PITCH, _RADIUS, _COUNT = 11.8, 4.4, 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    label: str = setting(LABEL, "", "Who is counted", required=True)
    count: Number = setting(NUMBER, Number(0), "How many of a hundred", required=True)
    low: Number | None = setting(NUMBER, None, "The lower end of the likely range")
    high: Number | None = setting(NUMBER, None, "The upper end of the likely range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    title: str = setting(NOTE, "", "What its groups have in common")
    groups: tuple[Group, ...] = setting(list_of(table_of(Group)), (), "The groups, two side by side", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IconArray(Charted):
    filled: str = setting(LABEL, "", "What a filled circle means", required=True)
    hollow: str = setting(LABEL, "", "What a hollow circle means", required=True)
    panels: tuple[Panel, ...] = setting(list_of(table_of(Panel)), (), "The groups that are compared", required=True)


def check(figure: IconArray, place: Place) -> None:
    check_count(place.under("panels"), sum(len(panel.groups) for panel in figure.panels), 1, 12, "groups")
    for index, panel in enumerate(figure.panels):
        for number, group in enumerate(panel.groups):
            here = place.under("panels").under(index).under("groups").under(number)
            _check_group(group, here)


def _check_group(group: Group, place: Place) -> None:
    for name, number in (("count", group.count), ("low", group.low), ("high", group.high)):
        if number is not None and number.value not in range(HUNDRED + 1):
            message = f"{name} is {number.value:g}, which is no whole number from 0 to {HUNDRED}"
            broken(place.under(name), message, "people are drawn whole: round it, or draw steps or bars")
    if (group.low is None) != (group.high is None):
        broken(place, "a range has two ends", "give low and high, or neither")
    elif group.low and group.high and not group.low.value <= group.count.value <= group.high.value:
        broken(
            place, f"the count {group.count.value:g} lies outside its range", "low, count and high, from small to large"
        )


def draw(figure: IconArray, word: Words) -> Pen:
    pen = Pen()
    for panel in figure.panels:
        pen.heading(panel.title)
        for first in range(0, len(panel.groups), 2):
            _pair(panel.groups[first : first + 2], word, pen)
        pen.y += 6
    _legend(figure, pen)
    return pen


def _pair(groups: tuple[Group, ...], word: Words, pen: Pen) -> None:
    """One group, or two side by side whose circles begin at the same height."""
    labels = [wrap(group.label, _FIELD, SIZE, bold=True) for group in groups]
    top = pen.y + max(map(len, labels)) * SIZE * LEAD
    for index, (group, lines) in enumerate(zip(groups, labels, strict=True)):
        x = index * (_FIELD + _GAP)
        for number, line in enumerate(lines):  # the last line stands right above the number
            y = top - (len(lines) - number) * SIZE * LEAD + SIZE
            pen.line(x, y, line, bold=True)
        said = word.format("count-of", count=shown(group.count, word), whole=HUNDRED)
        size = min(_COUNT, _COUNT * _FIELD / width_of(said, _COUNT, bold=True))
        pen.line(x, top + _COUNT, said, size, bold=True)
        places = [
            (x + _RADIUS + 1 + _PITCH * (one % 10), top + _COUNT + 13 + _PITCH * (one // 10)) for one in range(HUNDRED)
        ]
        count = int(group.count.value)
        pen.circles(places[:count], _RADIUS, filled=True)
        pen.circles(places[count:], _RADIUS, filled=False)
    pen.y = top + _COUNT + 13 + _PITCH * 9 + _RADIUS + 4
    ranges = [wrap(range_of(group, word), _FIELD) for group in groups]
    for index, lines in enumerate(ranges):
        for number, line in enumerate(lines):
            pen.line(index * (_FIELD + _GAP), pen.y + SIZE + number * SIZE * LEAD, line)
    pen.y += max(map(len, ranges)) * SIZE * LEAD + 6


def range_of(group: Group, word: Words) -> str:
    if group.low is None or group.high is None:
        return ""
    return word.format("likely-range", low=shown(group.low, word), high=shown(group.high, word))


def _legend(figure: IconArray, pen: Pen) -> None:
    """What the two circles mean, in one line where there is room."""
    x: float = 0
    for filled, label in ((True, figure.filled), (False, figure.hollow)):
        if x and x + 18 + width_of(label, SIZE) > WIDTH:
            x, pen.y = 0, pen.y + 4
        elif x:
            pen.y -= SIZE * LEAD
        pen.circles([(x + _RADIUS + 1, pen.y + SIZE - 4)], _RADIUS, filled=filled)
        pen.text(x + 18, label, WIDTH - 18 - x)
        x += 18 + width_of(label, SIZE) + 22 if not x else 0


def tabulate(figure: IconArray, word: Words) -> Table:
    ranged = any(group.low for panel in figure.panels for group in panel.groups)
    titled = any(panel.title for panel in figure.panels)
    head = [text_cell(word["group"]), text_cell(word.format("out-of", label=figure.filled, whole=HUNDRED))]
    rows = []
    for panel in figure.panels:
        for group in panel.groups:
            label = f"{panel.title}: {group.label}" if titled and panel.title else group.label
            cells = [text_cell(label), number_cell(group.count, word)]
            rows.append(Row((*cells, _range_cell(group, word)) if ranged else tuple(cells)))
    if ranged:
        head.append(text_cell(word["range"]))
    return Table(Row(tuple(head)), tuple(rows), ("", "right", "right") if ranged else ("", "right"))


def _range_cell(group: Group, word: Words) -> Cell:
    if group.low is None or group.high is None:
        return Cell(())
    before, rest = word["range-of"].split("{low}")
    between, after = rest.split("{high}")
    low, high = number_cell(group.low, word).children, number_cell(group.high, word).children
    texts = [(Text(text),) if text else () for text in (before, between, after)]
    return Cell((*texts[0], *low, *texts[1], *high, *texts[2]))


def from_csv(sheet: Sheet) -> Part:
    """Columns `label`, `count`, and if wanted `low`, `high` and `panel`."""
    return parts_by_panel(sheet, "groups", texts=("label",))
