"""A date as people and programs write it in, the same in CSL-JSON's terms out.

What cannot be read stays as it was written, as a `literal`: a date is never guessed, and never lost. Days that do not
exist are passed on, for `record.py` to complain of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Date = dict[str, Any]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ENDINGS = ("uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember")
MONTH_NUMBERS = {
    **{name: number for number, name in enumerate(MONTHS, 1)},
    **{name + ending: number for number, (name, ending) in enumerate(zip(MONTHS, ENDINGS, strict=True), 1)},
    "sept": 9,
}
SEASONS = {"spring": 1, "summer": 2, "autumn": 3, "fall": 3, "winter": 4}
EDTF_SEASONS = 20  # "months" 21 to 24 are seasons (EDTF level 1)

_EDTF = re.compile(r"(-?\d{4})(?:-(\d{2})(?:-(\d{2})(?:T[\d:.+Z-]*)?)?)?([~?%]?)")
_NUMBERS = re.compile(r"(\d{4})[/.](\d{1,2})(?:[/.](\d{1,2}))?")
_TOKEN = re.compile(r"\s*(?:(\d{4})(?!\w)|(\d{1,2})(?:st|nd|rd|th)?(?!\w)|([a-z]+)\.?|(--?|[–—/])|[,~])", re.ASCII)
LONGEST = 100  # characters; what is longer is no date


def edtf(text: str) -> Date | None:
    """A date or a range of dates in the form of EDTF, such as "2020-05~"; None if it is not one."""
    ends = text.strip().split("/")
    points = [_EDTF.fullmatch(end) for end in ends]
    first = points[0]
    if first is None or len(ends) > 2:
        return None
    if len(ends) == 2 and ends[1] in ("", ".."):
        return {"literal": f"{ends[0]}–"}
    numbers = [[int(part) for part in point.groups()[:3] if part is not None] for point in points if point]
    if len(numbers) != len(ends):
        return None
    circa = any(point and point[4] for point in points)
    return _date(numbers) | ({"circa": True} if circa else {})


def spoken(text: str) -> Date:
    """A date in the forms of PubMed, RIS and BibTeX, in English: "2021 Mar-Apr", "29 March 2021", "Winter 2020"."""
    text = text.strip()
    if (date := edtf(text)) is not None:
        return date
    bare = text.strip("[]().,; ").lower()
    if match := _NUMBERS.fullmatch(bare):
        numbers = [int(part) for part in match.groups() if part]
        if len(numbers) == 2 and numbers[1] > 12:  # "2020/21" is two years, or nothing known
            next_year = numbers[0] + 1
            return _date([numbers[:1], [next_year]]) if next_year % 100 == numbers[1] else {"literal": text}
        return _date([numbers])
    if circa := re.fullmatch(r"(?:circa|ca?\.?)\s*(\d{4})", bare):
        return {"date-parts": [[int(circa[1])]], "circa": True}
    points = _points(bare) if len(bare) <= LONGEST else None
    return _date(points) if points else {"literal": text}


@dataclass(slots=True)
class _Point:
    year: int | None = None
    month: int | None = None
    day: int | None = None


def _points(text: str) -> list[list[int]] | None:
    """The one or two points in time that words and numbers name; what one leaves out, the other tells."""
    points = [_Point()]
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            return None
        offset = match.end()
        year, day, word, dash = match.groups()
        point = points[-1]
        month = MONTH_NUMBERS.get(word or "") or (EDTF_SEASONS + SEASONS[word] if word in SEASONS else None)
        if year and point.year is None:
            point.year = int(year)
        elif day and point.day is None:
            point.day = int(day)
        elif month and point.month is None:
            point.month = month
        elif dash and len(points) == 1:
            points.append(_Point())
        elif year or day or word or dash:
            return None
    first, last = points[0], points[-1]
    first.year = first.year if first.year is not None else last.year
    last.year = last.year if last.year is not None else first.year
    if last is not first:
        if last.month is None and last.day is not None:  # "2021 Mar 3-9"
            last.month = first.month
        elif first.month is None and first.day is not None:  # "3-9 March 2021"
            first.month = last.month
    numbers = []
    for point in points:
        if point.year is None or (point.day is not None and (point.month is None or point.month > EDTF_SEASONS)):
            return None
        numbers.append([part for part in (point.year, point.month, point.day) if part is not None])
    return numbers


def _date(points: list[list[int]]) -> Date:
    only = points[0]
    if len(points) == 1 and len(only) == 2 and EDTF_SEASONS < only[1] <= EDTF_SEASONS + 4:
        return {"date-parts": [only[:1]], "season": str(only[1] - EDTF_SEASONS)}
    return {"date-parts": points}
