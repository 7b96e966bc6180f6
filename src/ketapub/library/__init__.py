"""Reference files in (path and bytes), a `Library` out: checked records in CSL-JSON's terms, by key.

One reader a file format, chosen by the file's suffix and imported when a book has such a file. A reader yields raw
records with their places; checking them is the same for all (`record.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any

from ketapub.library.record import Record, check_record
from ketapub.problems import Position, Problems, did_you_mean

__all__ = ["Library", "Record", "read_library"]

Reader = Callable[[str, str, Problems], Iterator[tuple[Any, Position]]]

READERS: Mapping[str, str] = {  # suffix: the module whose `read` is the reader
    ".json": "csl_json",
    ".yaml": "csl_yaml",
    ".yml": "csl_yaml",
    ".bib": "bibtex",
    ".bibtex": "bibtex",
    ".biblatex": "bibtex",
    ".ris": "ris",
    ".nbib": "nbib",
    ".txt": "nbib",  # as PubMed's "Save" names the same file
}
LARGEST = 20_000_000  # characters of one file; five thousand references with their abstracts need half of it
UNREADABLE = ("broken-references", "unknown-reference-format", "file-too-large")  # a file, not one reference of it
MOST_TOLD = 1_000  # problems with one file: who saved something else under its name need not read a million


@dataclass(frozen=True, slots=True)
class Library:
    """Every work that may be cited, by its key, in the order of the files.

    Not `complete`: a file could not be read, so that a key which is not here may still be right.
    """

    records: Mapping[str, Record]
    complete: bool = True


def read_library(files: tuple[tuple[str, bytes], ...], problems: Problems) -> Library:
    """Read reference files: `(path in the book folder, bytes)` each, UTF-8.

    Problems: `unknown-reference-format`, `file-too-large`, `broken-references`, `broken-reference`, `bad-reference`,
    `duplicate-reference`, `unknown-reference-field`, `title-markup`. A record with a bad field keeps its key, so that
    one fault is reported once and not again at every citation.
    """
    records: dict[str, Record] = {}
    before = len(problems.errors)
    for path, data in files:
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            reader = _reader(path, "", problems)
            line = data.count(b"\n", 0, error.start) + 1
            if reader is not None:
                at = Position(path, line)
                problems.add("broken-references", at, "the file is not UTF-8 text", "save it as UTF-8")
            continue
        if len(text) > LARGEST:
            message = f"{path} has {len(text):,} characters, more than {LARGEST:,}"
            problems.add("file-too-large", Position(path), message, "keep the works of this book in their own file")
            continue
        reader = _reader(path, text, problems)
        if reader is None:
            continue
        problems.know(path, text)
        told = len(problems.found)
        for raw, at in reader(path, text, problems):
            record = check_record(raw, at, problems)
            if len(problems.found) - told > MOST_TOLD:
                message = f"more than {MOST_TOLD:,} problems with this file: the rest of it is not read"
                problems.add("broken-references", at, message)
                break
            if record is None:
                continue
            if (first := records.get(record.key)) is not None:
                message = f'the key "{record.key}" is already taken by the reference at {first.at}'
                problems.add("duplicate-reference", at, message, "give one of them another id")
                continue
            records[record.key] = record
    return Library(records, not any(one.code in UNREADABLE for one in problems.errors[before:]))


def _reader(path: str, text: str, problems: Problems) -> Reader | None:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in READERS and not (suffix == ".txt" and text and not text.lstrip().startswith("PMID-")):
        reader: Reader = import_module(f"ketapub.library.{READERS[suffix]}").read
        return reader
    hint = did_you_mean(suffix, READERS) or f"save the references as one of: {', '.join(READERS)}"
    if suffix == ".txt":
        hint = 'a .txt file of references is one that PubMed saves: it begins with "PMID-"'
    problems.add(
        "unknown-reference-format", Position(path), f'cannot read references from a "{suffix or path}" file', hint
    )
    return None
