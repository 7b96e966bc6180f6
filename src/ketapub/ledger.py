"""The evidence ledger of a book: the text of facts.toml comes in, its claims go out, each once and with its source.

A claim is a figure or a piece of advice. The text prints it by its id; what is printed, where it comes from and whether
somebody checked it stand together here.
"""

# ruff: noqa: RUF009  (`setting` makes dataclass fields, as `field` does)

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ketapub.locale import words
from ketapub.problems import Position, Problems, did_you_mean
from ketapub.settings import MOST_PROBLEMS, Place, Shape, read_table, setting
from ketapub.shapes import DAY, FLAG, list_of, mapping_of, matching, text_like
from ketapub.toml_file import read_toml
from ketapub.toml_places import key_places

FILE = "facts.toml"
LONGEST = 2_000  # characters of a text, also with its values filled in: a book may print it any number of times
JUDGEMENT = "clinical judgement"  # the basis of advice that no source supports
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# {name}, {name:0} rounded to no decimals, {-name} with the other sign
_PLACE = re.compile(r"\{(-?)([^{}:]*)(?::(\d))?\}")

Value = int | float | str


def _short(text: str, place: Place) -> str | None:
    if len(text) <= LONGEST:
        return text
    place.wrong(f"{place.name} has {len(text):,} characters, more than {LONGEST:,}", "make several claims of it")
    return None


_TEXT = text_like(_short, maxLength=LONGEST)


def _read_value(value: Any, place: Place) -> Value | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e15:
        return value
    if isinstance(value, str):
        return _TEXT.read(value, place)  # type: ignore[no-any-return]
    place.wrong(f"{place.name} must be a number or a text")
    return None


def _is_id(key: str, place: Place) -> bool:
    if not _ID.fullmatch(key):
        place.wrong(f'"{key}" is no name', "lower-case letters, digits and hyphens, as in dean2021-day-1")
    return _ID.fullmatch(key) is not None


def _one_or_more(shape: Shape) -> Shape:
    several = list_of(shape)

    def read(value: Any, place: Place) -> tuple[Any, ...] | None:
        if isinstance(value, list):
            return several.read(value, place)  # type: ignore[no-any-return]
        found = shape.read(value, place)
        return None if found is None else (found,)

    return Shape(read, {"anyOf": [dict(shape.schema), dict(several.schema)]})


_VALUES = mapping_of(Shape(_read_value, {"type": ["number", "string"]}), _is_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One entry of the ledger. `kind` is free but for "advice": a line that tells a reader what to do."""

    value: Mapping[str, Value] = setting(_VALUES, dict, "The numbers, each under a name")
    text: Mapping[str, str] = setting(mapping_of(_TEXT, _is_id), dict, "What is printed, by form; {name} is a value")
    source: tuple[str, ...] = setting(_one_or_more(_TEXT), (), "The key of the reference, or a list of keys")
    basis: str = setting(
        matching(JUDGEMENT, f'"{JUDGEMENT}", for advice without a source'), "", "What a claim without a source rests on"
    )
    where_: str = setting(_TEXT, "", "Where in the source it stands")
    population: str = setting(_TEXT, "", "Who was studied")
    comparison: str = setting(_TEXT, "", "What it was compared with")
    certainty: str = setting(_TEXT, "", "How sure its source is")
    funding: str = setting(_TEXT, "", "Who paid for the study")
    kind: str = setting(
        matching("[a-z][a-z-]*", "a word such as trial, review, label, guideline, statistic or advice"),
        "trial",
        "What sort of source it is; [checks] max-age goes by it",
    )
    checked: datetime.date | None = setting(
        DAY, None, "The day on which it was compared with its source", required=True
    )
    verified: bool = setting(FLAG, False, "Whether it was seen in its source: nothing else is printed")
    precaution: bool = setting(FLAG, False, "Advice to ask, kept although its source was not seen; for the reviewer")
    age_ok: str = setting(_TEXT, "", "Why an old source is still the right one")
    note: str = setting(_TEXT, "", "What a reviewer should know")


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every claim by its id, in the order of the file. `oldest`: by kind, the day before which a source is too old."""

    claims: Mapping[str, Claim]
    where: Mapping[str, Position] = field(default_factory=dict, compare=False, repr=False)
    language: str = "en"
    oldest: Mapping[str, datetime.date] = field(default_factory=dict)

    def at(self, id: str) -> Position:
        return self.where.get(id, Position(FILE))

    def printed(self, id: str, form: str) -> str | None:
        """The words of a claim in a form of its `text`, else the value of that name; None when it has neither."""
        claim = self.claims[id]
        if form in claim.text:
            return _PLACE.sub(lambda match: self._filled(claim, *match.groups()), claim.text[form])
        return self.number(claim.value[form]) if form in claim.value else None

    def _filled(self, claim: Claim, minus: str, name: str, decimals: str | None) -> str:
        value = claim.value[name]
        if isinstance(value, str):
            return value
        return self.number(-value if minus else value, None if decimals is None else int(decimals))

    def number(self, value: Value, decimals: int | None = None) -> str:
        """A value as readers of the language write numbers: 2,665 and −5.1; rounded half up where that is asked."""
        if isinstance(value, str):
            return value
        return words(self.language).number(value, decimals)


def read_ledger(text: str, problems: Problems, *, language: str, oldest: Mapping[str, datetime.date]) -> Ledger:
    """The claims of facts.toml. What is wrong is reported at its line: the setting codes, and `broken-fact`."""
    problems.know(FILE, text)
    raw = read_toml(text, FILE, problems) or {}
    where = key_places(text, FILE) if raw else {}
    root = Place("", problems, where)
    claims: dict[str, Claim] = {}
    for id, table in raw.items():
        place = root.under(id)
        if not _is_id(id, place):
            continue
        if not isinstance(table, dict):
            place.wrong(f'"{id}" must be a table', f"write [{id}] and its settings below")
            continue
        claims[id] = read_table(Claim, table, place)
    ledger = Ledger(claims, where, language, oldest)
    for id in claims:
        if len(problems.found) >= MOST_PROBLEMS:
            break
        _check(id, ledger, root.under(id))
    return ledger


def _check(id: str, ledger: Ledger, place: Place) -> None:
    """What the settings of a claim mean for each other."""
    claim = ledger.claims[id]
    if not claim.text and not claim.value:
        place.wrong("this claim says nothing", "give it a text or a value", "broken-fact")
    for form in dict.fromkeys((*claim.text, *claim.value)):
        if len(place.problems.found) >= MOST_PROBLEMS:
            break
        at = place.under("text" if form in claim.text else "value").under(form)
        if not claim.text.get(form, "-").strip():
            at.wrong(f'"{form}" says nothing', "write its words, or delete it", "broken-fact")
        elif _check_places(claim, form, at) and len(ledger.printed(id, form) or "") > LONGEST:
            at.wrong(f'"{form}" prints more than {LONGEST:,} characters', "make several claims of it", "broken-fact")
    if bool(claim.source) == bool(claim.basis):
        hint = f'name the key of its source, or say basis = "{JUDGEMENT}"'
        place.wrong("a claim has a source or a basis, one of the two", hint, "broken-fact")
    if claim.basis and claim.verified and claim.kind != "advice" and claim.value:
        hint = "numbers need a source"
        place.under("basis").wrong("a number cannot rest on judgement alone", hint, "broken-fact")
    if claim.precaution and claim.kind != "advice":
        place.under("precaution").wrong("a precaution is advice", 'say kind = "advice", or leave it out', "broken-fact")


def _check_places(claim: Claim, form: str, place: Place) -> bool:
    """Whether each {place} of a form has a value that fits."""
    sound = True
    for match in _PLACE.finditer(claim.text.get(form, "")):
        if match[2] not in claim.value:
            hint = did_you_mean(match[2], claim.value) or "declare it under value"
            place.wrong(f'no value "{match[2]}"', hint, "broken-fact")
            sound = False
        elif isinstance(claim.value[match[2]], str) and (match[1] or match[3]):
            place.wrong(f'the value "{match[2]}" is no number', "write it without quotes", "broken-fact")
            sound = False
    return sound
