"""Figures from data: the tables of a figure's TOML file come in; a drawing, and its numbers as a table, go out.

Nothing of a book is run: a figure is what one of these kinds draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ketapub.document import Table
from ketapub.figures import bars, drawing, icon_array, line, steps, timeline
from ketapub.figures.drawing import Drawing
from ketapub.figures.pen import Pen
from ketapub.figures.rows import Part, Sheet, read_csv
from ketapub.figures.values import Charted, Declared, Number
from ketapub.locale import Words
from ketapub.problems import Problems, did_you_mean
from ketapub.settings import Place, read_table

__all__ = [
    "KINDS",
    "Charted",
    "Declared",
    "Drawing",
    "Number",
    "Part",
    "Sheet",
    "csv_part",
    "draw_figure",
    "read_csv",
    "read_figure",
    "tabulate_figure",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """`settings` is the dataclass of its file; the others take an instance of that. A drawing has nothing to draw."""

    settings: type[Declared]
    check: Callable[[Any, Place], None]
    draw: Callable[[Any, Words], Pen] | None = None
    tabulate: Callable[[Any, Words], Table] | None = None
    from_csv: Callable[[Sheet], Part] | None = None


KINDS: Mapping[str, Kind] = {
    "icon-array": Kind(
        icon_array.IconArray, icon_array.check, icon_array.draw, icon_array.tabulate, icon_array.from_csv
    ),
    "line": Kind(line.Line, line.check, line.draw, line.tabulate, line.from_csv),
    "bars": Kind(bars.Bars, bars.check, bars.draw, bars.tabulate, bars.from_csv),
    "steps": Kind(steps.Steps, steps.check, steps.draw, steps.tabulate, steps.from_csv),
    "timeline": Kind(timeline.Timeline, timeline.check, timeline.draw, timeline.tabulate, timeline.from_csv),
    "drawing": Kind(drawing.Drawing, drawing.check),
}


def kind_of(raw: Mapping[str, Any], place: Place) -> Kind | None:
    """The kind that a file names; None after a complaint."""
    name = raw.get("kind")
    if isinstance(name, str) and name in KINDS:
        return KINDS[name]
    hint = (did_you_mean(name, KINDS) if isinstance(name, str) else "") or f"one of: {', '.join(KINDS)}"
    if "kind" in raw:
        place.under("kind").wrong(f'there is no kind of figure "{name}"', hint)
    else:
        place.wrong('a figure needs "kind"', hint, "missing-setting")
    return None


def csv_part(kind: object, sheet: Sheet) -> Part | None:
    """The tables that the rows of a CSV file are in a figure of this kind; None where it has none."""
    found = KINDS.get(kind) if isinstance(kind, str) else None
    return found.from_csv(sheet) if found and found.from_csv else None


def read_figure(raw: Mapping[str, Any], place: Place) -> Declared | None:
    """What the tables of a figure say; None where it cannot be drawn, after complaints.

    Where a number stands in `raw`, a `Number` may stand already.
    """
    found = Problems()  # of its own: what [checks] makes of a complaint does not make the figure whole
    here = replace(place, problems=found)
    figure, kind = None, kind_of(raw, here)
    if kind is not None:
        figure = read_table(kind.settings, raw, here)
        if not found.found:  # else numbers may be missing that are there
            kind.check(figure, here)
    for one in found.found:
        place.problems.add(one.code, one.at, one.message, one.hint, one.severity)
    return None if found.found else figure


def draw_figure(figure: Declared, word: Words) -> str:
    """The text of its SVG drawing; "" for a figure that is drawn already."""
    draw = KINDS[figure.kind].draw
    return draw(figure, word).svg() if draw else ""


def tabulate_figure(figure: Declared, word: Words) -> Table | None:
    """Its numbers as a table, so that nobody has to read them from a picture."""
    tabulate = KINDS[figure.kind].tabulate
    return tabulate(figure, word) if tabulate else None
