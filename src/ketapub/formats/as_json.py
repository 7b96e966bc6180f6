"""A resolved book in, the text of a JSON file out: every node with its type and its place."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any

from ketapub import document as d
from ketapub.problems import Position


def book_as_json(book: d.Book) -> bytes:
    whole = {
        "title": book.info.book.title,
        "language": book.info.book.language,
        "chapters": [as_json(chapter) for chapter in book.chapters],
        "contents": [as_json(line) for line in book.contents],
        "figures": [as_json(line) for line in book.figures],
        "tables": [as_json(line) for line in book.tables],
    }
    return f"{json.dumps(whole, ensure_ascii=False, indent=1)}\n".encode()


def as_json(value: Any) -> Any:
    """A node as `{"node": "Paragraph", "at": "file:line:column", …}`; fields at their default are left out."""
    if isinstance(value, Position):
        return str(value)
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    if is_dataclass(value):
        found: dict[str, Any] = {"node": type(value).__name__}
        for one in fields(value):
            content = getattr(value, one.name)
            if content != one.default and one.name != "order":  # which only numbers the nodes of one run
                found[one.name] = as_json(content)
        if "at" in found:
            found["at"] = found.pop("at")  # last: the words come first
        return found
    return value
