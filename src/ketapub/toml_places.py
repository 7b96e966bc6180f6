"""Where each key of a TOML file stands: a text that tomllib accepted comes in, key path -> position goes out.

tomllib gives values without places, and the readers that keep places bring a document model of their own; the
tokens of TOML 1.0 are few, and the text is known to be right.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from ketapub.problems import Position

_TOKEN = re.compile(
    r"""(?P<blank> [ \t\r]+ | \#[^\n]* )
      | (?P<text> \"{3} (?:[^\\]|\\.)*? \"{3,5} | '{3} .*? '{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*' )
      | (?P<mark> [\[\]{}=,.\n] )
      | (?P<bare> [^\s\[\]{}=,.\#"']+ )""",
    re.S | re.X,
)


@dataclass(slots=True)
class _Open:
    """A list (`index` counts its entries) or an inline table (`index` is -1) that is not closed yet."""

    path: str
    index: int


def key_places(text: str, file: str) -> dict[str, Position]:
    """The position of every key ("book.title"), table ("book") and list entry ("book.chapters.0", "parts.1").

    The file itself is under "".
    """
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    places = {"": Position(file)}
    for path, offset in _keys(text):
        line = bisect_right(starts, offset)
        places.setdefault(path, Position(file, line, offset - starts[line - 1] + 1))
    return places


def _keys(text: str) -> Iterator[tuple[str, int]]:
    tables: dict[str, int] = {}  # path of an array of tables -> its last index
    table = ""  # the path of the header we are under
    open_: list[_Open] = []
    parts: list[str] = []  # of the key being read
    start = 0  # offset of its first part
    state = "key"  # key, header, value, end (after a value or header)
    brackets = 0  # of the header being read

    for match in _TOKEN.finditer(text):
        token, kind = match[0], match.lastgroup
        if kind == "blank":
            continue
        within = open_[-1] if open_ else None
        if state == "value" and within and within.index >= 0 and token not in ("\n", "]"):  # an entry of a list begins
            yield f"{within.path}.{within.index}", match.start()
        if kind != "mark":
            if state in ("key", "header"):
                start = start if parts else match.start()
                parts.append(_key_part(token))
            elif state == "value":
                state = "end"
        elif state == "header" and token == "]":
            brackets -= 1
            if parts:
                table = yield from _header(parts, start, tables, doubled=brackets == 1)
                parts = []
            state = "header" if brackets else "end"
        elif state in ("key", "header") and token == "[":
            state, brackets = "header", brackets + 1
        elif state == "key" and token == "=":
            base = within.path if within else table
            for length in range(1, len(parts) + 1):
                key = ".".join(part for part in [base, *parts[:length]] if part)
                yield key, start
            parts, state = [], "value"
        elif state == "value" and token in "[{":
            path = key if not within or within.index < 0 else f"{within.path}.{within.index}"
            open_.append(_Open(path, 0 if token == "[" else -1))
            state = "value" if token == "[" else "key"
        elif token in "]}" and within:
            open_.pop()
            state = "end"
        elif token == "," and within:
            if within.index >= 0:
                within.index += 1
            state = "value" if within.index >= 0 else "key"
        elif token == "\n" and not within:
            state = "key"


def _key_part(token: str) -> str:
    if token[0] in "\"'":
        return str(tomllib.loads(f"key = {token}")["key"])
    return token


def _header(
    parts: list[str], start: int, tables: dict[str, int], *, doubled: bool
) -> Generator[tuple[str, int], None, str]:
    """The tables that a header names; returns the path of the keys below it."""
    path = ""
    for index, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        yield path, start
        if doubled and index == len(parts) - 1:
            tables[path] = tables.get(path, -1) + 1
        if path in tables:
            path = f"{path}.{tables[path]}"
            yield path, start
    return path
