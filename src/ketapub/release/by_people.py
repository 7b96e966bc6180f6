"""What people have looked at: the text of review/checks.toml comes in; the checks that they made go out.

A record says who looked, when, at which version of the book, and what came of it. Like a signature it is a record, not
a proof.
"""

# ruff: noqa: RUF009  (`setting` makes dataclass fields, as `field` does)

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ketapub.check.report.people import tasks
from ketapub.manuscript import HUMAN_CHECKS, BookFolder
from ketapub.problems import Position, Problems
from ketapub.settings import Place, find_place, read_table, setting
from ketapub.shapes import DAY, TEXT, choice, list_of, table_of
from ketapub.toml_file import read_toml
from ketapub.toml_places import key_places


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanCheck:
    check: str = setting(choice(*(task.name for task in tasks())), "", "Which check was made", required=True)
    person: str = setting(TEXT, "", "Who made it", required=True)
    date: datetime.date | None = setting(DAY, None, "When", required=True)
    version: str = setting(TEXT, "", "Which version of the book they looked at", required=True)
    result: str = setting(choice("passed", "failed"), "", "What came of it: passed or failed", required=True)
    note: str = setting(TEXT, "", "What they used, and what they saw")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    check: tuple[HumanCheck, ...] = setting(list_of(table_of(HumanCheck)), (), "The checks that were made")


@dataclass(frozen=True, slots=True)
class Record:
    """A check, and where it stands."""

    made: HumanCheck
    at: Position


def read_records(folder: BookFolder, problems: Problems) -> tuple[Record, ...]:
    """Those in review/checks.toml; none without that file. What is wrong is reported at its line."""
    if not (folder.root / HUMAN_CHECKS).exists():
        return ()
    text = folder.read_text(HUMAN_CHECKS, problems, Position(HUMAN_CHECKS))
    raw = None if text is None else read_toml(text, HUMAN_CHECKS, problems)
    if text is None or raw is None:
        return ()
    where: Mapping[str, Position] = key_places(text, HUMAN_CHECKS)
    read = read_table(_File, raw, Place("", problems, where))
    return tuple(Record(made, find_place(where, f"check.{index}")) for index, made in enumerate(read.check))


def in_force(records: Collection[Record], version: str, as_of: datetime.date) -> tuple[Record, ...]:
    """Those of this version that are not dated in the future; of two of the same check, the later one."""
    found: dict[str, Record] = {}
    for record in sorted(records, key=lambda one: one.made.date or datetime.date.min):
        if record.made.version == version and record.made.date and record.made.date <= as_of:
            found[record.made.check] = record
    return tuple(found.values())
