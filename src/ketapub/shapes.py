"""What the values of book.toml may be: one raw TOML value comes in, our checked value or a complaint goes out."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from ketapub.problems import did_you_mean
from ketapub.settings import Place, Shape, read_table, schema_of, setting


class Length(str):
    """A length as CSS writes it ("0.125in"); `points` is the same in points (1/72 inch)."""

    __slots__ = ()

    @property
    def points(self) -> float:
        number, unit = _LENGTH.fullmatch(self).groups()  # type: ignore[union-attr]  # made by the shape LENGTH only
        return float(number) * _POINTS[unit]


_POINTS = {"pt": 1.0, "pc": 12.0, "in": 72.0, "cm": 72 / 2.54, "mm": 7.2 / 2.54, "px": 0.75}  # CSS Values 4, 6.2
_LENGTH = re.compile(rf"(\d{{1,5}}(?:\.\d{{1,6}})?|\.\d{{1,6}}) ?({'|'.join(_POINTS)})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")  # XML 1.0, 2.2: no output could hold them


def _sort(value: object) -> str:
    """What a TOML value is, in words."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        (str, "a text"),
        (datetime.datetime, "a date with a time"),
        (datetime.date, "a date"),
        (list, "a list"),
        (dict, "a table"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "a time")


def _expect(value: object, kind: type | tuple[type, ...], wanted: str, place: Place, hint: str = "") -> bool:
    fits = isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)
    if not fits:
        place.wrong(f"{place.name} must be {wanted}, not {_sort(value)}", hint)
    return fits


# --- text ----------------------------------------------------------------------------------------------


def _read_text(value: Any, place: Place) -> str | None:
    if not _expect(value, str, "a text in quotes", place):
        return None
    if control := _CONTROL.search(value):
        place.wrong(f"{place.name} holds the control character U+{ord(control[0]):04X}", "delete it")
        return None
    return str(value)


TEXT = Shape(_read_text, {"type": "string"})


def text_like(check: Callable[[str, Place], Any], **schema: Any) -> Shape:
    """A text with a rule of its own. "" stays "": not set."""

    def read(value: Any, place: Place) -> Any:
        text = _read_text(value, place)
        return check(text, place) if text else text

    return Shape(read, {"type": "string", **schema})


def words_up_to(most: int) -> Shape:
    """A text of at most so many words."""

    def check(text: str, place: Place) -> str | None:
        if (count := len(text.split())) > most:
            place.wrong(f"{place.name} has {count} words, more than {most}", "nobody reads a long line of small print")
            return None
        return text

    return text_like(check)


def _length(text: str, place: Place) -> Length | None:
    if _LENGTH.fullmatch(text):
        return Length(text.replace(" ", ""))
    place.wrong(f'{place.name}: "{text}" is no length', 'write a number and a unit, as in "6in", "3mm", "12pt"')
    return None


LENGTH = text_like(_length, pattern=f"^{_LENGTH.pattern}$")


def length_up_to(most: str) -> Shape:
    def check(text: str, place: Place) -> Length | None:
        found = _length(text, place)
        if found is not None and found.points > Length(most).points:
            place.wrong(f"{place.name} cannot be {text}", f"at most {most}")
            return None
        return found

    return Shape(text_like(check).read, LENGTH.schema)


def choice(*names: str) -> Shape:
    def check(text: str, place: Place) -> str | None:
        if text in names:
            return text
        hint = did_you_mean(text, names) or f"one of: {', '.join(name for name in names if name)}"
        place.wrong(f'{place.name} cannot be "{text}"', hint)
        return None

    return Shape(text_like(check).read, {"enum": list(names)})


_TAG = re.compile(  # RFC 5646, 2.1, without the grandfathered tags; no language code has more than three letters
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*"
    r"(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?",
    re.I,
)


def language_tag(text: str) -> str:
    """A BCP 47 tag in its usual letters (RFC 5646, 2.1.1: en-US, zh-Hant-TW), or "" when it is none."""
    if not _TAG.fullmatch(text):
        return ""
    first, *others = text.lower().split("-")
    single = next((index for index, one in enumerate(others) if len(one) == 1), len(others))
    usual = [
        one.title() if len(one) == 4 and one.isalpha() else one.upper() if len(one) == 2 else one for one in others
    ]
    return "-".join([first, *usual[:single], *others[single:]])


def _language(text: str, place: Place) -> str | None:
    if tag := language_tag(text):
        return tag
    tried = language_tag(text.replace("_", "-"))
    hint = f'did you mean "{tried}"?' if tried else 'a BCP 47 tag: "en", "en-US", "es", "zh-Hant"'
    place.wrong(f'{place.name}: "{text}" is no language tag', hint)
    return None


LANGUAGE = text_like(_language)


def isbn_digits(text: str) -> str:
    """The 13 digits of an ISBN-13 or ISBN-10 (ISO 2108, Annex C, check digits tested), or "" when it is none."""
    digits = re.sub(r"[ \-\u2010-\u2013]", "", text).upper()
    if re.fullmatch(r"97[89]\d{10}", digits):
        return digits if sum(int(one) * (1, 3)[index % 2] for index, one in enumerate(digits)) % 10 == 0 else ""
    if not re.fullmatch(r"\d{9}[\dX]", digits):
        return ""
    values = [10 if one == "X" else int(one) for one in digits]
    if sum(value * (10 - index) for index, value in enumerate(values)) % 11:
        return ""
    body = f"978{digits[:9]}"
    total = sum(int(one) * (1, 3)[index % 2] for index, one in enumerate(body))
    return f"{body}{-total % 10}"


def _isbn(text: str, place: Place) -> str | None:
    if isbn_digits(text):
        return text
    message = f'{place.name}: "{text}" is no ISBN'
    place.wrong(message, "13 digits whose check digit fits; compare it with what the agency gave", "wrong-isbn")
    return None


ISBN = text_like(_isbn)


def matching(pattern: str, example: str) -> Shape:
    """A text that fits a pattern whole; `example` is how the hint says it."""

    def check(text: str, place: Place) -> str | None:
        if re.fullmatch(pattern, text):
            return text
        place.wrong(f'{place.name} cannot be "{text}"', example)
        return None

    return text_like(check, pattern=f"^(?:{pattern})?$")


WEB_ADDRESS = matching(r"https?://[^\s/?#\"<>\\][^\s\"<>\\]*", 'an address, as in "https://example.org/book"')
PATH = TEXT  # a path in the book folder: BookFolder is the judge of paths

# --- numbers, dates ------------------------------------------------------------------------------------


def _bounded(kind: type | tuple[type, ...], words: str, name: str, least: float, most: float, step: int) -> Shape:
    def read(value: Any, place: Place) -> Any:
        if not _expect(value, kind, words, place):
            return None
        if math.isfinite(value) and least <= value <= most and not (step and value % step):
            return value
        steps = f", a multiple of {step}" if step else ""
        place.wrong(f"{place.name} must lie between {least:g} and {most:g}{steps}")
        return None

    bounds = {"type": name, "minimum": least, "maximum": most}
    return Shape(read, {**bounds, "multipleOf": step} if step else bounds)


def whole(least: int, most: int, *, step: int = 0) -> Shape:
    return _bounded(int, "a whole number", "integer", least, most, step)


def number(least: float, most: float) -> Shape:
    return _bounded((int, float), "a number", "number", least, most, 0)


def _flag(value: Any, place: Place) -> bool | None:
    return value if _expect(value, bool, "true or false, without quotes", place) else None


FLAG = Shape(_flag, {"type": "boolean"})


def _day(value: Any, place: Place) -> datetime.date | None:
    plain = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    hint = "write it without quotes, as in 2026-11-23"
    if not plain:
        place.wrong(f"{place.name} must be a date, not {_sort(value)}", hint)
        return None
    return value  # type: ignore[no-any-return]  # the isinstance above


DAY = Shape(_day, {"type": "string", "format": "date"})

# --- several values ------------------------------------------------------------------------------------


def list_of(shape: Shape, *, exactly: int = 0, unique: bool = False) -> Shape:
    def read(value: Any, place: Place) -> tuple[Any, ...] | None:
        if not _expect(value, list, "a list in brackets", place):
            return None
        if exactly and len(value) != exactly:
            place.wrong(f"{place.name} needs {exactly} entries, not {len(value)}")
            return None
        found: list[Any] = []
        for index, one in enumerate(value):
            read_one = shape.read(one, place.under(index))
            if unique and read_one in found:
                place.under(index).wrong(f'{place.name} names "{read_one}" twice')
            elif read_one is not None:
                found.append(read_one)
        return tuple(found)

    limits = {"minItems": exactly, "maxItems": exactly} if exactly else {}
    return Shape(read, {"type": "array", "items": dict(shape.schema), **limits})


def mapping_of(shape: Shape, check_key: Callable[[str, Place], bool] = lambda key, place: True) -> Shape:
    """A table with free keys; `check_key` complains about a key and gives False, or gives True."""

    def read(value: Any, place: Place) -> dict[str, Any] | None:
        if not _expect(value, dict, "a table", place):
            return None
        good = {key: one for key, one in value.items() if check_key(key, place.under(key))}
        found = {key: shape.read(one, place.under(key)) for key, one in good.items()}
        return {key: one for key, one in found.items() if one is not None}

    return Shape(read, {"type": "object", "additionalProperties": dict(shape.schema)})


def table_of(kind: type[Any]) -> Shape:
    """A table whose keys are the settings of a dataclass."""

    def read(value: Any, place: Place) -> Any:
        return read_table(kind, value, place) if _expect(value, dict, "a table", place) else None

    return Shape(read, schema_of(kind))


def section(kind: type[Any], help: str, *, optional: bool = False) -> Any:
    """A field that is a table of settings: all defaults when it is not written, or None where it is `optional`."""
    return setting(table_of(kind), None if optional else kind, help)


def either(text: Shape, table: Shape) -> Shape:
    """A text or a table, as in label = "Key points" and label = {en = "Key points"}."""

    def read(value: Any, place: Place) -> Any:
        return (table if isinstance(value, Mapping) else text).read(value, place)

    return Shape(read, {"anyOf": [dict(text.schema), dict(table.schema)]})


def _variable(value: Any, place: Place) -> str | None:
    if isinstance(value, (list, dict)):
        place.wrong(f"{place.name} must be a text, not {_sort(value)}")
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return _read_text(value if isinstance(value, str) else str(value), place)


VARIABLE = Shape(_variable, {"type": ["string", "number", "boolean"]})
