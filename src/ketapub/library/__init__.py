"""Reference files in (path and bytes), a `Library` out: checked records in CSL-JSON's terms, by key.

One reader a file format, chosen by the file's suffix. A reader yields raw records with their places; checking them
is the same for all (`record.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ketapub.library import csl_json
from ketapub.library.record import Record, check_record
from ketapub.problems import Position, Problems, did_you_mean

__all__ = ["Library", "Record", "read_library"]

Reader = Callable[[str, str, Problems], Iterator[tuple[Any, Position]]]

READERS: Mapping[str, Reader] = {".json": csl_json.read}


@dataclass(frozen=True, slots=True)
class Library:
    """Every work that may be cited, by its key, in the order of the files.

    Not `complete`: a file could not be read, so that a key which is not here may still be right.
    """

    records: Mapping[str, Record]
    complete: bool = True


def read_library(files: tuple[tuple[str, bytes], ...], problems: Problems) -> Library:
    """Read reference files: `(path in the book folder, bytes)` each, UTF-8.

    Problems: `unknown-reference-format`, `broken-references`, `bad-reference`, `duplicate-reference`,
    `unknown-reference-field`, `title-markup`. A record with a bad field keeps its key, so that one fault is
    reported once and not again at every citation.
    """
    records: dict[str, Record] = {}
    before = len(problems.errors)
    unreadable = ("broken-references", "unknown-reference-format")
    for path, data in files:
        suffix = PurePosixPath(path).suffix.lower()
        reader = READERS.get(suffix)
        if reader is None:
            problems.add(
                "unknown-reference-format",
                Position(path),
                f'cannot read references from a "{suffix or path}" file',
                did_you_mean(suffix, READERS) or f"save the references as one of: {', '.join(READERS)} (CSL-JSON)",
            )
            continue
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            problems.add("broken-references", Position(path, line), "the file is not UTF-8 text", "save it as UTF-8")
            continue
        problems.know(path, text)
        for raw, at in reader(path, text, problems):
            record = check_record(raw, at, problems)
            if record is None:
                continue
            if (first := records.get(record.key)) is not None:
                message = f'the key "{record.key}" is already taken by the reference at {first.at}'
                problems.add("duplicate-reference", at, message, "give one of them another id")
                continue
            records[record.key] = record
    return Library(records, not any(one.code in unreadable for one in problems.errors[before:]))
