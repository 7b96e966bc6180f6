"""Events in their order: settings in, a line with a circle for each event, and the table of them out."""

# ruff: noqa: RUF009  (`setting` makes dataclass fields, as `field` does)

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ketapub.document import Row, Table
from ketapub.figures.pen import WIDTH, Pen, num
from ketapub.figures.rows import Part, Sheet, entries
from ketapub.figures.values import LABEL, NOTE, NUMBER, Charted, Number, broken, check_count, text_cell
from ketapub.locale import Words
from ketapub.settings import Place, setting
from ketapub.shapes import FLAG, list_of, table_of

_LINE, _TEXT = 7, 26  # where the line stands, and the words
TALLEST = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    label: str = setting(LABEL, "", "What happens", required=True)
    duration: str = setting(LABEL, "", "How long it takes")
    note: str = setting(NOTE, "", "What else to know")
    at: Number | None = setting(NUMBER, None, "When it begins, where the line is to scale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline(Charted):
    to_scale: bool = setting(FLAG, False, "Whether distances are times")
    events: tuple[Event, ...] = setting(list_of(table_of(Event)), (), "The events, in order", required=True)


def check(figure: Timeline, place: Place) -> None:
    check_count(place.under("events"), len(figure.events), 2, 12, "events")
    if not figure.to_scale:
        return
    times = []
    for index, event in enumerate(figure.events):
        here = place.under("events").under(index)
        if event.at is None:
            broken(here, "an event on a line to scale has a time", "write at = 40, in the same unit for all")
        else:
            times.append(event.at.value)
            if len(times) > 1 and times[-1] <= times[-2]:
                broken(here.under("at"), "an event begins before the one that comes before it", "sort them")
    if len(times) == len(figure.events) and all(one < other for one, other in pairwise(times)):
        height = (times[-1] - times[0]) * _scale(figure)
        if height > TALLEST:
            message = "events so close to each other need a line too long for a page"
            broken(place.under("events"), message, "leave some out, or say to-scale = false")


def draw(figure: Timeline, word: Words) -> Pen:
    pen, places = Pen(), []
    scale = _scale(figure) if figure.to_scale else 0
    for event in figure.events:
        if figure.to_scale and event.at and figure.events[0].at:
            pen.y = (event.at.value - figure.events[0].at.value) * scale
        places.append((_LINE, pen.y + 8))
        _words(event, pen)
        pen.y += 12
    for (x, before), (_, after) in pairwise(places):
        pen.path(f"M{x} {num(before + 6)}V{num(after - 6)}", 1.5)
    pen.circles(places, 5, filled=True)
    if not figure.to_scale:
        pen.text(_TEXT, word["not-to-scale"], WIDTH - _TEXT)
    return pen


def _words(event: Event, pen: Pen) -> None:
    pen.text(_TEXT, event.label, WIDTH - _TEXT, bold=True)
    for more in (event.duration, event.note):
        pen.text(_TEXT, more, WIDTH - _TEXT)


def _scale(figure: Timeline) -> float:
    """Units a unit of time: so many that the words of each event stand clear of the next one's."""
    most = 0.0
    for event, after in pairwise(figure.events):
        pen = Pen()
        _words(event, pen)
        if event.at and after.at and after.at.value > event.at.value:
            most = max(most, (pen.y + 12) / (after.at.value - event.at.value))
    return most


def tabulate(figure: Timeline, word: Words) -> Table:
    """The columns that some event fills."""
    columns = [(word["event"], [event.label for event in figure.events])]
    if figure.to_scale:
        times = [word.number(event.at.value) if event.at else "" for event in figure.events]
        columns.append((word["time"], times))
    columns.append((word["duration"], [event.duration for event in figure.events]))
    columns.append((word["comment"], [event.note for event in figure.events]))
    columns = [column for column in columns if any(column[1])]
    head = Row(tuple(text_cell(name) for name, _ in columns))
    rows = tuple(Row(tuple(text_cell(texts[index]) for _, texts in columns)) for index in range(len(figure.events)))
    return Table(head, rows, tuple("" for _ in columns))


def from_csv(sheet: Sheet) -> Part:
    """Columns `label`, and if wanted `duration`, `note`, `at`."""
    return entries(sheet, "events", texts=("label", "duration", "note"))
