"""The text of a BibTeX or BibLaTeX file in, its records in CSL-JSON's terms out, each with the place where it opens.

bibtexparser finds the entries; abbreviations (`@string`), `crossref` and `xdata` are resolved here. One broken entry
costs no other: it is told, and its key stands, so that citing it is not a second fault.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ketapub.library.bibtex_fields import TYPES, csl_of, inherited
from ketapub.library.dates import MONTHS
from ketapub.problems import Position, Problems, Severity, did_you_mean

MOST_FAULTS = 100  # entries told of in one file; who saved a web page as .bib need not read a million lines
MOST_ENTRIES = 100_000
MOST_COPIED = 20_000_000  # characters that abbreviations and cross-references add: a few lines could ask for any number
TOO_LARGE = "keep the works of this book in their own file"
LONGEST_OPENING = 400  # characters in which a broken entry says its key
DEEPEST = 8  # entries from which one may inherit through others

_ENTRY = re.compile(r"@(\w*)[ \t]*[{(]")
_COMMENTARY = re.compile(r"@commentary(?=[ \t]*[{(])", re.IGNORECASE)  # bibtexparser would take it for a @comment
_KEY = re.compile(r"@\w*[ \t]*[{(]\s*([^\s,{}()=\"#%'~\\]+)\s*,")
_LEFT_OVER = re.compile(r"[,}\"]|[A-Za-z][\w-]*\s*=")
_NOT_OPENED = re.compile(r"^[ \t]*@(\w+)", re.MULTILINE)
_BRACE = re.compile(r"(?<!\\)[{}]")
_QUOTE = re.compile(r"(?<!\\)[{}\"]")
_WORD = re.compile(r"[^\s#{}\",]+")


class _Fault(Exception):
    """What is wrong with a value, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def _nearest(name: str, known: Mapping[str, object]) -> str:
    return did_you_mean(name[:40], known) if len(known) < 1_000 else ""  # it takes its time with each


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    key: str
    fields: dict[str, str]
    at: Position


def read(path: str, text: str, problems: Problems) -> Iterator[tuple[Any, Position]]:
    """Yield `(raw record, Position)` for each entry. Problems: `broken-reference`."""
    file = _File(path, text, problems)
    entries = file.entries()
    by_key = {entry.key: entry for entry in reversed(entries)}
    for entry in entries:
        if entry.kind == "broken":
            yield {"id": entry.key, "type": "document"}, entry.at
        elif entry.kind != "xdata":
            fields = file.with_inherited(entry, by_key)
            yield {"id": entry.key, **csl_of(entry.kind, fields)}, entry.at


class _File:
    """One file: what is defined in it, and how much of it was copied so far."""

    def __init__(self, path: str, text: str, problems: Problems) -> None:
        self.path, self.text, self.problems = path, text, problems
        self.lines = text.split("\n")
        self.last = Position(path)
        self.faults = 0
        self.copied = 0
        self.macros = {name: name for name in MONTHS}

    # --- entries ---------------------------------------------------------------------------------------------------

    def entries(self) -> list[_Entry]:
        from bibtexparser.model import (
            DuplicateBlockKeyBlock,
            DuplicateFieldKeyBlock,
            Entry,
            ImplicitComment,
            ParsingFailedBlock,
            String,
        )
        from bibtexparser.splitter import Splitter

        logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it would say, we say with its place
        entries: list[_Entry] = []
        if sum(1 for _ in _ENTRY.finditer(self.text)) > MOST_ENTRIES:
            message = f"the file has more than {MOST_ENTRIES:,} entries"
            self.problems.add("file-too-large", Position(self.path), message, TOO_LARGE)
            return []
        before: object = None
        text = _COMMENTARY.sub(lambda match: "@book".ljust(len(match[0])), self.text)
        for block in Splitter(text).split().blocks:
            if self.faults > MOST_FAULTS:
                break
            line = (block.start_line or 0) + 1
            if isinstance(block, ImplicitComment):
                self.left_over(block.comment, line, entries if isinstance(before, Entry) else [])
                before = block
                continue
            at = self.opening(line)
            twice: set[str] = set()
            while isinstance(block, (DuplicateBlockKeyBlock, DuplicateFieldKeyBlock)):
                if isinstance(block, DuplicateFieldKeyBlock):
                    twice |= block.duplicate_keys
                inner = block.ignore_error_block
                assert inner is not None  # both wrap what they were made of
                block = inner
            before = block
            if isinstance(block, Entry):
                entries.append(self.entry(block.entry_type, block.key, block.fields, at, twice))
            elif isinstance(block, String):
                self.string(block.key, block.value, at)
            elif isinstance(block, ParsingFailedBlock):
                entries += self.broken(block.raw or "", str(getattr(block.error, "abort_reason", block.error)), at)
        return [entry for entry in entries if entry.key or entry.kind != "broken"]

    def entry(self, kind: str, key: str, fields: list[Any], at: Position, twice: set[str]) -> _Entry:
        if not key:
            self.fault(at, "the entry has no key", f"write @{kind}{{rush2006, …}}")
        if kind not in TYPES and kind != "xdata":
            message = f'"@{kind[:40]}" is no type of BibTeX or BibLaTeX, so the reference is read as a document'
            hint = did_you_mean(kind[:40], TYPES) or "a journal article is @article"
            self.fault(at, message, hint, "warning")
        values: dict[str, str] = {}
        for field in fields:
            name = field.key.lower()
            if name in values:
                continue  # the first one counts, as in BibTeX
            try:
                values[name] = self.value(field.value)
            except _Fault as fault:
                place = self.field(name, field.start_line + 1, at)
                self.fault(place, f'"{name}" of reference "{key}" {fault.message}', fault.hint)
        if told := sorted(name.lower() for name in twice if name.lower() in ("title", "author", "year", "date", "doi")):
            message = f'"{told[0]}" stands twice in reference "{key}": the first one counts'
            self.fault(at, message, "remove one of them", "warning")
        return _Entry(kind, key, values, at) if key else _Entry("broken", "", {}, at)

    def broken(self, raw: str, reason: str, at: Position) -> list[_Entry]:
        end = at.line + raw.rstrip().count("\n")
        if reason.startswith("Unexpected block start"):
            message = f"is not closed before the next one begins, below line {end}"
            hint = "a closing brace or quotation mark is missing"
        elif reason.startswith("Unexpectedly reached end"):
            message, hint = "is not closed before the end of the file", "a closing brace or quotation mark is missing"
        else:
            found = re.sub(r"\s+", " ", reason).strip(" .")
            message, hint = f"cannot be read: {found[:1].lower()}{found[1:200]}", "is a comma, or a brace, missing?"
        match = _KEY.match(raw[:LONGEST_OPENING])
        kind = match_kind[1] if (match_kind := _ENTRY.match(raw)) else ""
        name = f'reference "{match[1]}"' if match else f"this @{kind[:40]}"
        self.fault(at, f"{name} {message}", hint)
        return [_Entry("broken", match[1], {}, at)] if match else []

    def left_over(self, comment: str, line: int, entries: list[_Entry]) -> None:
        """Text between entries is a comment, unless it looks like the rest of one."""
        at = Position(self.path, line, len(self.lines[line - 1]) - len(self.lines[line - 1].lstrip()) + 1)
        if entries and _LEFT_OVER.match(comment):
            if comment.startswith(("}", ",")):
                column = self.lines[line - 1].rfind(comment.partition("\n")[0]) + 1
                at = Position(self.path, line, column or at.column)
            message = f'this text stands behind the end of reference "{entries[-1].key}", so it is not read'
            self.fault(at, message, "there is a closing brace too many before it")
            return
        for match in _NOT_OPENED.finditer(comment):
            if match[1].lower() in TYPES:
                place = line + comment.count("\n", 0, match.start())
                column = self.lines[place - 1].find("@") + 1
                message, hint = f"no brace opens after @{match[1]}, so it is not read", f"write @{match[1]}{{key, …}}"
                self.fault(Position(self.path, place, column), message, hint)

    def fault(self, at: Position, message: str, hint: str = "", severity: Severity = "error") -> None:
        self.faults += 1
        if self.faults <= MOST_FAULTS:
            self.problems.add("broken-reference", at, message, hint, severity)
        elif self.faults == MOST_FAULTS + 1:
            message = f"more than {MOST_FAULTS} references are broken: the rest of the file is not read"
            self.problems.add("broken-references", at, message)

    # --- places ----------------------------------------------------------------------------------------------------

    def opening(self, line: int) -> Position:
        """Where the next entry of a line opens."""
        start = self.last.column if self.last.line == line else 0
        match = _ENTRY.search(self.lines[line - 1], start)
        self.last = Position(self.path, line, match.start() + 1 if match else 1)
        return self.last

    def field(self, name: str, line: int, at: Position) -> Position:
        start = at.column if line == at.line else 0
        match = re.compile(rf"\b{re.escape(name)}\s*=", re.IGNORECASE).search(self.lines[line - 1], start)
        return Position(self.path, line, match.start() + 1) if match else Position(self.path, line)

    # --- values ----------------------------------------------------------------------------------------------------

    def string(self, name: str, written: str, at: Position) -> None:
        try:
            self.macros[name.lower()] = self.value(written)
        except _Fault as fault:
            self.fault(at, f'the abbreviation "{name}" {fault.message}', fault.hint)

    def value(self, written: str) -> str:
        """A value of braces, quotation marks, numbers and abbreviations, joined by "#"."""
        if written[:1] == "{" and written.find("}") == len(written) - 1 and written.count("{") == 1:
            return written[1:-1]
        parts: list[str] = []
        offset = 0
        while True:
            while offset < len(written) and written[offset].isspace():
                offset += 1
            part, offset = self.part(written, offset)
            parts.append(part)
            rest = written[offset:].lstrip() if offset < len(written) else ""
            if not rest:
                return "".join(parts)
            if not rest.startswith("#"):
                follows = re.match(r"([A-Za-z][\w-]*)\s*=", rest)
                hint = f'a comma is missing before "{follows[1]}"' if follows else "is a comma missing before it?"
                raise _Fault(f"has text behind its end: {rest.split(chr(10))[0][:40]}", hint)
            offset = written.index("#", offset) + 1
            if len(parts) > 1000:
                raise _Fault("is joined of more than 1,000 parts", "write it out")

    def part(self, written: str, offset: int) -> tuple[str, int]:
        mark = written[offset : offset + 1]
        if mark in ("{", '"') and mark:
            depth = 0
            for match in (_BRACE if mark == "{" else _QUOTE).finditer(written, offset + (mark == '"')):
                depth += {"{": 1, "}": -1}.get(match[0], 0)
                if depth == 0 and match[0] == ("}" if mark == "{" else '"'):
                    return written[offset + 1 : match.start()], match.end()
            raise _Fault("is not closed", "a closing brace or quotation mark is missing")
        word = _WORD.match(written, offset)
        if word is None:
            raise _Fault("is empty", "write the value in braces: {…}")
        name = word[0].lower()
        if word[0].isdigit():
            return word[0], word.end()
        if name not in self.macros:
            hint = _nearest(name, self.macros) or "write the value in braces: {…}"
            raise _Fault(f'is "{word[0][:40]}", an abbreviation that no @string defines', hint)
        self.copy(self.macros[name])
        return self.macros[name], word.end()

    def copy(self, text: str) -> None:
        self.copied += len(text)
        if self.copied > MOST_COPIED:
            raise _Fault(f"makes abbreviations and cross-references larger than {MOST_COPIED:,} characters")

    # --- what an entry has from others -----------------------------------------------------------------------------

    def with_inherited(self, entry: _Entry, by_key: dict[str, _Entry]) -> dict[str, str]:
        """The fields of an entry with those of its `xdata` and `crossref`. What it says itself comes first."""
        try:
            return self.inherit(entry, by_key, ())
        except _Fault as fault:
            self.fault(entry.at, f'reference "{entry.key}" {fault.message}', fault.hint)
            return entry.fields

    def inherit(self, entry: _Entry, by_key: dict[str, _Entry], below: tuple[str, ...]) -> dict[str, str]:
        names = [("xdata", name.strip()) for name in entry.fields.get("xdata", "").split(",") if name.strip()]
        if parent := entry.fields.get("crossref", "").strip():
            names.append(("crossref", parent))
        if not names:
            return entry.fields
        if len(below) >= DEEPEST or len(names) > DEEPEST or entry.key in below:
            raise _Fault("inherits from others in a circle, or through too many of them", "write the fields out")
        fields = dict(entry.fields)
        for field, name in names:
            other = by_key.get(name)
            if other is None:
                hint = _nearest(name, by_key)
                raise _Fault(f'has a {field} "{name[:40]}", which is in this file nowhere', hint)
            has = self.inherit(other, by_key, (*below, entry.key))
            for inner, value in inherited(other.kind if field == "crossref" else "", entry.kind, has):
                if inner not in fields:
                    self.copy(value)
                    fields[inner] = value
        return fields
