"""One raw reference in (CSL-JSON as its file held it), a checked `Record` out.

The engine stops the whole book for one bad value (`null` for a title, "Dec" for a month), so every value is checked
here, where its place is still known. Fields and types: CSL 1.0.2, appendices III and IV, and csl-data.json.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketapub.library.names import OTHERS, is_others
from ketapub.problems import Position, Problems, did_you_mean, nearest


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TYPES = _words(
    """article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection
    dataset document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview legal_case
    legislation manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical
    personal_communication post post-weblog regulation report review review-book software song speech standard thesis
    treaty webpage"""
)
TITLES = _words(
    """title title-short container-title container-title-short collection-title event-title original-title part-title
    reviewed-title volume-title"""
)
TEXTS = TITLES | _words(
    """abstract annote archive archive_collection archive_location archive-place authority call-number chapter-number
    citation-key citation-label citation-number collection-number dimensions division DOI edition event event-place
    first-reference-note-number genre ISBN ISSN issue jurisdiction keyword language license locator medium note number
    number-of-pages number-of-volumes original-publisher original-publisher-place page page-first part-number PMCID PMID
    printing-number publisher publisher-place references reviewed-genre scale section source status supplement-number
    URL version volume year-suffix"""
)
NAMES = _words(
    """author chair collection-editor compiler composer container-author contributor curator director editor
    editor-translator editorial-director executive-producer guest host illustrator interviewer narrator organizer
    original-author performer producer recipient reviewed-author script-writer series-creator translator"""
)
DATES = _words("accessed available-date event-date issued original-date submitted")
OLDER = {"journalAbbreviation": "container-title-short", "shortTitle": "title-short"}  # names of CSL 1.0.1
UNPRINTED = frozenset(["id", "type", "categories", "custom"])  # of the schema, but no style prints them
NAME_PARTS = _words(
    """family given suffix dropping-particle non-dropping-particle literal comma-suffix static-ordering
    parse-names"""
)
FLAGS = frozenset(["comma-suffix", "static-ordering", "parse-names"])

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # not allowed in XML 1.0
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s[^<>]*)?)/?>")
OPENING = {
    "<i>": "i",
    "<b>": "b",
    "<sup>": "sup",
    "<sub>": "sub",
    '<span class="nocase">': "span",
    '<span style="font-variant:small-caps;">': "span",
    '<span style="font-variant: small-caps;">': "span",
}
LONGEST_KEY = 200  # characters
MOST_NAMED = 10  # unknown fields of a reference
ISO_DATE = re.compile(r"-?\d{1,4}(-\d{1,2}(-\d{1,2})?)?")


@dataclass(frozen=True, slots=True)
class Record:
    """One work. `fields` is its CSL-JSON, fit to hand to the engine; `at` is where its file has it."""

    key: str
    fields: Mapping[str, Any]
    at: Position


class _Fault(Exception):
    """A value that cannot be used: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def check_record(raw: Any, at: Position, problems: Problems) -> Record | None:
    """Check one reference and bring it into one form; None if it has no usable id.

    Ids and numbers become text, fields that CSL does not know are dropped with a warning, tags in titles other than
    `<i> <b> <sup> <sub> <span class="nocase">` (and small capitals) stay text. Reports at the place of the record.
    """
    if not isinstance(raw, dict):
        problems.add("bad-reference", at, "a reference is not an object", 'write {"id": "…", "type": "…", …}')
        return None
    try:
        key = _key(raw.get("id"))
    except _Fault as fault:
        problems.add("bad-reference", at, fault.message, fault.hint)
        return None
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        wrong = f'of type "{str(kind)[:40]}", which CSL 1.0.2 does not know' if kind else "without a type"
        hint = (
            did_you_mean(str(kind)[:40], TYPES)
            if kind
            else 'add "type", such as "article-journal", "book" or "webpage"'
        )
        problems.add("bad-reference", at, f'reference "{key}" is {wrong}', hint)
        kind = "document"
    fields: dict[str, Any] = {"id": key, "type": kind}
    unknown = []
    for written, value in raw.items():
        name = OLDER.get(written, written)
        if name in UNPRINTED or (name != written and name in raw):
            continue
        try:
            if name in TITLES:
                value = _title(_text(value), key, name, at, problems)
            elif name in TEXTS:
                value = _text(value) if value is not None else ""
            elif name in NAMES:
                value = _names(value)
            elif name in DATES:
                value = _date(value)
            else:
                unknown.append(written)
                continue
        except _Fault as fault:
            problems.add("bad-reference", at, f'"{written}" of reference "{key}" {fault.message}', fault.hint)
            continue
        if value:
            fields[name] = _bare_doi(value) if name == "DOI" else value
    if unknown:
        known = TEXTS | NAMES | DATES
        named = [name[:40] for name in unknown[:MOST_NAMED]]
        hints = [f'"{near}" for "{name}"' for name in named if (near := nearest(name, known))]
        names = ", ".join(f'"{name}"' for name in named) + " and more" * (len(unknown) > len(named))
        hint = f"did you mean {', '.join(hints)}?" if hints else "it is left out"
        problems.add("unknown-reference-field", at, f'reference "{key}": CSL has no field {names}', hint, "warning")
    return Record(key, fields, at)


def _key(value: Any) -> str:
    if value is None or value == "":
        raise _Fault("a reference has no id", 'add "id": "…", the key that @key cites')
    if not isinstance(value, str):
        raise _Fault("the id of a reference is neither text nor a number")
    if len(value) > LONGEST_KEY:
        raise _Fault(f"the id {value[:40]!r}… has more than {LONGEST_KEY} characters", "an id is one short word")
    if re.search(r"\s", value) or CONTROL.search(value):
        raise _Fault(f"the id {value!r} holds a space", "an id is one word: @key cites it")
    return value


def _text(value: Any) -> str:
    if value is None:
        raise _Fault("is null", "write its text, or remove the line")
    if not isinstance(value, str):  # numbers have been text since they were read
        raise _Fault(f"is {_called(value)}, not text")
    if CONTROL.search(value):
        raise _Fault("holds a control character", "retype it: something invisible was pasted with it")
    return " ".join(value.split())


def _called(value: Any) -> str:
    return {bool: "true or false", list: "a list", dict: "an object"}.get(type(value), "of an unknown kind")


def _names(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _Fault(
            f"is {_called(value) if not isinstance(value, str) else 'text'}, not a list of names",
            'write [{"family": "Rush", "given": "A. John"}]',
        )
    names = []
    for one in value:
        if not isinstance(one, dict):
            raise _Fault(
                f"holds {one!r}, which is not a name",
                'write {"family": "Rush", "given": "A. John"}, or {"literal": "…"} for a group',
            )
        if stray := [part for part in one if part not in NAME_PARTS]:
            raise _Fault(f'has a name with "{stray[0]}"', did_you_mean(stray[0], NAME_PARTS))
        name = {part: bool(text) if part in FLAGS else _text(text) for part, text in one.items() if text is not None}
        if not (name.get("family") or name.get("literal") or name.get("given")):
            raise _Fault("has a name without family, given or literal")
        names.append(OTHERS if is_others(str(name.get("literal", ""))) else name)
    return names


A_DATE = 'write {"date-parts": [[2026, 11, 23]]}: year, month, day as numbers'


def _date(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _Fault("is not a date", A_DATE)
    date: dict[str, Any] = {}
    if (parts := value.get("date-parts")) is not None:
        if not isinstance(parts, list) or not 1 <= len(parts) <= 2:
            raise _Fault("needs one date, or two for a range, in date-parts", A_DATE)
        date["date-parts"] = [_date_parts(part) for part in parts]
    elif value.get("raw") is not None:
        raw = _text(value["raw"])
        ends = raw.split("/")
        if len(ends) <= 2 and all(ISO_DATE.fullmatch(end) for end in ends):
            date["date-parts"] = [_date_parts(end.split("-")) for end in ends]
        else:
            date["literal"] = raw
    elif value.get("literal") is not None:
        date["literal"] = _text(value["literal"])
    else:
        raise _Fault("is an empty date", A_DATE)
    if value.get("circa") not in (None, False, "", "0"):
        date["circa"] = True
    if (season := value.get("season")) is not None:
        if season not in ("1", "2", "3", "4"):
            raise _Fault(f"has the season {season!r}", "1 is spring, 2 summer, 3 autumn, 4 winter")
        date["season"] = int(season)
    return date


def _date_parts(part: Any) -> list[int]:
    if not isinstance(part, list) or not 1 <= len(part) <= 3:
        raise _Fault("has a date that is not a year, a year and month, or a full date", A_DATE)
    try:
        numbers = [int(number) for number in part if not isinstance(number, bool)]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) != len(part) or not -9999 <= numbers[0] <= 9999 or numbers[0] == 0:
        raise _Fault(f"has a date that is not made of numbers: {part}", A_DATE)
    month = numbers[1] if len(numbers) > 1 else 1
    if not (1 <= month <= 12 or (21 <= month <= 24 and len(numbers) == 2)):  # 21 to 24: seasons (EDTF level 1)
        raise _Fault(f"has month {month}", "months are 1 to 12")
    if len(numbers) == 3:
        try:
            datetime.date(max(numbers[0], 4), month, numbers[2])
        except ValueError:
            raise _Fault(f"has a day that does not exist: {'-'.join(map(str, numbers))}") from None
    return numbers


def _title(text: str, key: str, field: str, at: Position, problems: Problems) -> str:
    """A title whose italics keep their capitals in styles that capitalise titles (species, trial names)."""
    open_tags: list[str] = []
    paired, foreign = True, []
    for match in TAG.finditer(text):
        closing, name = match[1], match[2]
        if match[0] not in OPENING and not (closing and name in OPENING.values()):
            foreign.append(match[0])
        if name in OPENING.values():
            if not closing:
                open_tags.append(name)
            else:
                paired = bool(open_tags) and open_tags.pop() == name and paired
    where = f'"{field}" of reference "{key}"'
    if foreign:
        hint = 'a title may hold <i>, <b>, <sup>, <sub> and <span class="nocase">'
        problems.add("title-markup", at, f"{where} holds {foreign[0][:60]}, which is printed as text", hint, "warning")
    if open_tags or not paired:
        problems.add(
            "title-markup",
            at,
            f"{where} has tags that do not pair up, so they are left out",
            "close each tag, the last opened one first",
            "warning",
        )
        return TAG.sub(lambda match: match[0] if match[0] in foreign else "", text)
    if foreign:
        return text  # `</i>` may close a tag that is printed as text
    return text.replace("<i>", '<i><span class="nocase">').replace("</i>", "</span></i>")


def _bare_doi(doi: str) -> str:
    """A DOI without the address or label that people paste with it."""
    return re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", doi, flags=re.IGNORECASE)
