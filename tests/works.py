"""A few references as tests of the care for them want them: whole ones, to take fields from, and a library of some."""

from __future__ import annotations

from typing import Any

from ketapub.library import Library, Record
from ketapub.problems import Position

ARTICLE = {
    "type": "article-journal",
    "title": "Antidepressant effects of ketamine in depressed patients",
    "author": [{"family": "Berman", "given": "Robert M."}],
    "container-title": "Biological Psychiatry",
    "issued": {"date-parts": [[2000, 2, 15]]},
    "volume": "47",
}
BOOK = {
    "type": "book",
    "title": "Medical microbiology",
    "author": [{"family": "Murray", "given": "Patrick R."}],
    "publisher": "Mosby",
    "issued": {"date-parts": [[2002]]},
}
PAGE = {"type": "webpage", "title": "Depression", "URL": "https://www.who.int/depression"}


def record(key: str = "one", line: int = 1, file: str = "refs.json", **fields: Any) -> Record:
    """A record; a field given as None is left out."""
    kept = {name.replace("_", "-"): value for name, value in fields.items() if value is not None}
    return Record(key, {"id": key, **kept}, Position(file, line, 2))


def library(*records: Record) -> Library:
    return Library({one.key: one for one in records})
