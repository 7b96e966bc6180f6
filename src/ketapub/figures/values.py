"""What the file of a figure may hold: raw TOML values in, checked numbers and labels out, or a complaint.

Numbers and labels are bounded, so that every drawing has room for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ketapub.document import Align, Cell, Fact, Text
from ketapub.locale import Words
from ketapub.problems import NOWHERE, Position
from ketapub.settings import Place, Shape, setting
from ketapub.shapes import PATH, TEXT

MOST = 100  # where an axis ends that names no other end
LONGEST = 60  # characters of a label
LONGEST_NOTE = 120  # of a line that has the width of the figure
LARGEST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a figure; `fact` is the claim of the ledger that it was read from."""

    value: int | float
    fact: Fact | None = None
    at: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What every kind of figure has. The texts are Markdown for running text but `finding`, which is plain."""

    kind: str = setting(TEXT, "", "What sort of figure it is", required=True)
    title: str = setting(TEXT, "", "A short title; also the caption where the Markdown has none", required=True)
    finding: str = setting(TEXT, "", "What the picture shows, in a sentence: its alternative text", required=True)
    description: str = setting(TEXT, "", "The picture in words, for those who cannot see it", required=True)
    source: str = setting(TEXT, "", "Where the numbers come from, printed behind the caption")


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted(Declared):
    """A figure that is drawn from data."""

    data: str = setting(PATH, "", "A CSV file with the data, in place of its tables")


def broken(place: Place, message: str, hint: str = "") -> None:
    place.wrong(message, hint, "broken-figure")


def _label(longest: int) -> Shape:
    def read(value: Any, place: Place) -> str | None:
        if isinstance(value, Number):
            place.wrong(f"{place.name} must be a text in quotes", "a fact in a text is written {{< fact ID FORM >}}")
            return None
        text: str | None = TEXT.read(value, place)
        if text is None:
            return None
        words = " ".join(text.split())
        if text and not words:
            broken(place, f"{place.name} holds nothing but spaces")
            return None
        if len(words) > longest:
            broken(place, f"{place.name} has {len(words)} characters, at most {longest} are drawn", "say it shorter")
        return words[:longest]

    return Shape(read, {"type": "string", "maxLength": longest})


LABEL = _label(LONGEST)
NOTE = _label(LONGEST_NOTE)


def _number(value: Any, place: Place) -> Number | None:
    if isinstance(value, Number):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) <= LARGEST:  # which "nan" is not either
            return Number(value, at=place.at)
        broken(place, f"{place.name} must lie between -{LARGEST:,} and {LARGEST:,}")
        return None
    hint = 'without quotes, as in 27, or { fact = "ID", value = "NAME" }'
    place.wrong(f"{place.name} must be a number", hint)
    return None


NUMBER = Shape(_number, {"type": "number"})


def check_count(place: Place, found: int, least: int, most: int, what: str) -> None:
    """Complain where there are too few or too many of something."""
    if not least <= found <= most:
        broken(place, f"a figure of this kind has {least} to {most} {what}, not {found}")


def check_range(place: Place, number: Number, most: float) -> None:
    """Complain of a number that the axis does not reach."""
    if not 0 <= number.value <= most:
        broken(place, f"{place.name} is {number.value:g}, which does not lie between 0 and {most:g}")


def shown(number: Number, word: Words) -> str:
    return word.number(number.value)


def number_cell(number: Number | None, word: Words) -> Cell:
    if number is None:
        return Cell(())
    return Cell((number.fact or Text(shown(number, word), at=number.at),))


def right_aligned(columns: int) -> tuple[Align, ...]:
    """The alignments of a table whose first column has words, and the others numbers."""
    others: list[Align] = ["right"] * columns
    return ("", *others)


def text_cell(text: str) -> Cell:
    return Cell((Text(text),) if text else ())
