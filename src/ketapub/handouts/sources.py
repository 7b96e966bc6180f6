"""The works that a handout rests on: a resolved handout and the library come in; "Singh 2016; Rush 2006" goes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ketapub import document as d
from ketapub.library import Library

LONGEST = 40  # characters of a name: what an institution is called may be a sentence


def source_line(book: d.Book, library: Library) -> str:
    """First author and year of each work, in the order in which it is cited first."""
    entries = [node for node in d.walk_book(book) if isinstance(node, d.Entry)]
    return "; ".join(dict.fromkeys(_short(library.records[one.key].fields) for one in entries))


def _short(fields: Mapping[str, Any]) -> str:
    """By CSL-JSON: "author" with "family" or "literal", "issued" with "date-parts"."""
    people = fields.get("author") or fields.get("editor") or [{}]
    name = people[0].get("family") or people[0].get("literal") or fields.get("publisher") or fields.get("title", "")
    parts = fields.get("issued", {}).get("date-parts") or [[""]]
    year = str(parts[0][0])
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rsplit(' ', 1)[0]}…"
    return f"{short} {year}".strip()
