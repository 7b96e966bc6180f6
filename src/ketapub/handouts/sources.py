"""The works that a handout rests on: a resolved handout and the library come in; "Singh 2016", "Rush 2006" go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ketapub import document as d
from ketapub.library import Library
from ketapub.locale import Words

LONGEST = 40  # characters of a name: what an institution is called may be a sentence
ROOM = 115  # characters: with the copying permission behind it, two lines in the large size


def sources_of(book: d.Book, library: Library) -> tuple[str, ...]:
    """First author and year of each work, in the order in which it is cited first."""
    entries = [node for node in d.walk_book(book) if isinstance(node, d.Entry)]
    return tuple(dict.fromkeys(_short(library.records[one.key].fields) for one in entries))


def in_two_lines(sources: Sequence[str], word: Words) -> str:
    """As many as there is room for, and how many there are beside those: the sheet's page of HTML lists them all."""
    whole = "; ".join(sources)
    some = [
        word.format("sources-and-more", sources="; ".join(sources[:shown]), count=len(sources) - shown)
        for shown in range(len(sources) - 1, 0, -1)
    ]
    return next((line for line in (whole, *some) if len(line) <= ROOM), some[-1] if some else whole)


def _short(fields: Mapping[str, Any]) -> str:
    """By CSL-JSON: "author" with "family" or "literal", "issued" with "date-parts"."""
    people = fields.get("author") or fields.get("editor") or [{}]
    name = people[0].get("family") or people[0].get("literal") or fields.get("publisher") or fields.get("title", "")
    parts = fields.get("issued", {}).get("date-parts") or [[""]]
    year = str(parts[0][0])
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rsplit(' ', 1)[0]}…"
    return f"{short} {year}".strip()
