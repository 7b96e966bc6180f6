"""The text of a CSL-YAML file in, its raw records out, each with the place where it opens.

Every value is the text that stands there: in full YAML `language: no` would be false and `page: 1:20` eighty. Titles
may hold Markdown's italics, bold, superscripts and subscripts, and dates may be written as EDTF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from ketapub.library.dates import edtf
from ketapub.library.record import DATES, OLDER, TITLES
from ketapub.problems import Position, Problems

Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's is ten times as fast, where it is built in
DEEPEST = 12  # a date in a list of a record in `references` lies six deep
NOTHING = ("", "~", "null", "Null", "NULL")  # YAML 1.2, 10.2.1.1, when written without quotation marks
A_LIST = "a CSL-YAML file is a list of references, or such a list under `references:`"


class _Fault(Exception):
    """What is wrong, at which mark, and what to do."""


def read(path: str, text: str, problems: Problems) -> Iterator[tuple[Any, Position]]:
    """Yield `(raw record, Position)` for each member of the list; a fault of syntax is reported and ends it."""
    try:
        for raw, mark in _Events(text).records():
            yield _record(raw), Position(path, mark.line + 1, mark.column + 1)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Position(path, mark.line + 1, mark.column + 1) if mark else Position(path)
        problems.add("broken-references", at, f"not valid YAML: {error.problem or error.context or error}")
    except yaml.reader.ReaderError as error:
        found = text.find(chr(error.character)) if isinstance(error.character, int) else -1
        before = text[: max(found, 0)]
        at = Position(path, before.count("\n") + 1, len(before) - before.rfind("\n")) if found >= 0 else Position(path)
        problems.add("broken-references", at, "not valid YAML: the text holds a control character")
    except _Fault as fault:
        message, mark, hint = fault.args
        problems.add("broken-references", Position(path, mark.line + 1, mark.column + 1), message, hint)


@dataclass(slots=True)
class _Open:
    """A list or a table that is being read; `key` is the one whose value comes next."""

    value: Any
    mark: Any
    key: str | None = None


class _Events:
    """Builds values from the parser's events, without recursion, so that a hostile file cannot nest too deeply."""

    def __init__(self, text: str) -> None:
        self.events: Iterator[Any] = yaml.parse(text, Loader=Loader)

    def records(self) -> Iterator[tuple[Any, Any]]:
        seen = False
        event = None
        for event in self.events:
            if isinstance(event, yaml.SequenceStartEvent):
                yield from self.members()
                seen = True
            elif isinstance(event, yaml.MappingStartEvent):
                yield from self.under_references(event.start_mark)
                seen = True
            elif isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
                break
            elif isinstance(event, yaml.DocumentStartEvent) and seen:
                return  # what follows "---" is the text of a Markdown file
        if not seen and event is not None:
            raise _Fault("the file does not open with a list", event.start_mark, A_LIST)

    def under_references(self, opening: Any) -> Iterator[tuple[Any, Any]]:
        found = None
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                if found is None:
                    raise _Fault("the file has no `references:`", opening, A_LIST)
                return
            name = self.value(event)
            event = next(self.events)
            if name != "references":
                self.value(event)
                continue
            found = event
            if isinstance(event, yaml.SequenceStartEvent):
                yield from self.members()
            elif self.value(event) is not None:
                raise _Fault("`references` is not a list", event.start_mark, A_LIST)

    def members(self) -> Iterator[tuple[Any, Any]]:
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self.value(event), event.start_mark

    def value(self, event: Any) -> Any:
        """The value that begins with an event, to its end."""
        open_ones: list[_Open] = []
        while True:
            done: Any
            if isinstance(event, yaml.AliasEvent):
                hint = "write the value out: anchors and aliases are not read"
                raise _Fault(f"the alias *{event.anchor}", event.start_mark, hint)
            if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
                if len(open_ones) >= DEEPEST:
                    raise _Fault("lists and tables are nested too deeply", event.start_mark, "")
                empty: Any = [] if isinstance(event, yaml.SequenceStartEvent) else {}
                open_ones.append(_Open(empty, event.start_mark))
                event = next(self.events)
                continue
            mark = event.start_mark
            if isinstance(event, yaml.ScalarEvent):
                quoted = bool(event.style)
                done = None if not quoted and event.value in NOTHING else event.value
            else:
                ended = open_ones.pop()
                done, mark = ended.value, ended.mark
            if not open_ones:
                return done
            inside = open_ones[-1]
            if isinstance(inside.value, list):
                inside.value.append(done)
            elif inside.key is None:
                if not isinstance(done, str):
                    raise _Fault("a name in a table is not text", mark, "")
                if done in inside.value:
                    raise _Fault(f'the name "{done[:40]}" stands twice', mark, "keep one of them")
                inside.key = done
            else:
                inside.value[inside.key] = done
                inside.key = None
            event = next(self.events)


# --- what CSL-YAML has and CSL-JSON has not -------------------------------------------------------------------------


def _record(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return raw
    record = {}
    for name, value in raw.items():
        known = OLDER.get(name, name)
        if known in TITLES and isinstance(value, str):
            value = marked_up(value)
        elif known in DATES:
            value = _date(value)
        record[name] = value
    return record


def _date(value: Any) -> Any:
    """EDTF, or the tables of pandoc's older files: `year`, `month`, `day`, one or a list of two."""
    if isinstance(value, str):
        return edtf(value) or {"literal": value}
    points = value if isinstance(value, list) else [value]
    if not all(isinstance(point, dict) and "year" in point for point in points):
        return value
    parts = [[point[name] for name in ("year", "month", "day") if point.get(name) is not None] for point in points]
    rest = {name: points[0][name] for name in ("season", "circa") if name in points[0]}
    return {"date-parts": parts, **rest}


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HIDDEN = 0xE000  # escaped characters wait in the private use area while marks are read
_SHOWN = re.compile("[\ue021-\ue07e]")
_MARKS = (
    (re.compile(r"\[([^\[\]]{1,500})\]\{\.nocase\}"), r'<span class="nocase">\1</span>'),
    (re.compile(r"\[([^\[\]]{1,500})\]\{\.smallcaps\}"), r'<span style="font-variant:small-caps;">\1</span>'),
    (re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*]{1,500})(?<=\S)\*\*(?![\w*])"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]{1,500})(?<=\S)\*(?![\w*])"), r"<i>\1</i>"),
    (re.compile(r"(?<![\w_])_(?=[^\s_])([^_]{1,500})(?<=\S)_(?![\w_])"), r"<i>\1</i>"),
    (re.compile(r"\^([^\s^]{1,100})\^"), r"<sup>\1</sup>"),
    (re.compile(r"(?<!~)~([^\s~]{1,100})~(?!~)"), r"<sub>\1</sub>"),
)


def marked_up(title: str) -> str:
    """A title with the obvious marks of Markdown as tags. A lone star or tilde stays what it is."""
    title = _ESCAPED.sub(lambda match: chr(_HIDDEN + ord(match[1])), title)
    for pattern, tags in _MARKS:
        title = pattern.sub(tags, title)
    return _SHOWN.sub(lambda match: chr(ord(match[0]) - _HIDDEN), title)
