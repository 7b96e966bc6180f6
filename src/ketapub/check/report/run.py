"""What all reports of the gate are made from: one start of it, with the book that it looked at."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from ketapub.check.findings import Check, Result, State, Subject
from ketapub.problems import Position, Problems
from ketapub.reading import Read

STATES: tuple[State, ...] = ("failed", "not run", "passed")  # in the order in which they are told
OWN_CODES = ("failed-check", "check-not-run")  # the problems that the gate makes of its results
FAMILIES: Mapping[str, tuple[str, ...]] = {"pdf": ("pdf", "large-print"), "epub": ("epub",), "web": ("html", "site")}


@dataclass(frozen=True, slots=True)
class Run:
    """`checks` were asked for, `left_out` not. `problems` knows the text of the book's files, and what a build says."""

    read: Read
    subject: Subject
    checks: tuple[Check, ...]
    left_out: tuple[Check, ...]
    results: tuple[Result, ...]
    problems: Problems
    as_of: datetime.date

    def source(self, at: Position) -> str:
        """The line of the manuscript at a place, or ""."""
        return self.problems.line(at)

    @property
    def families(self) -> tuple[str, ...]:
        """Those of which an output is there to be read on a screen."""
        return tuple(name for name, outputs in FAMILIES.items() if any(one in self.subject.files for one in outputs))


def told_first(results: tuple[Result, ...]) -> list[Result]:
    """What failed, then what did not run, then the rest; each in the order of the table."""
    return sorted(results, key=lambda result: STATES.index(result.state))
