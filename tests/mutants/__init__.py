"""Deliberate faults, one at a time in a finished output of the stock book: what the checks are there to find.

A module for each kind of output has its table; `tests/slow/test_mutants.py` puts each of them before the gate, and
docs/mutants.md is written from the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Line:
    """The one line of a file of the book that holds these words."""

    file: str
    words: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: `change` puts it into a copy of the output, a file or the folder of the site.

    `check` finds it, by a rule whose name begins with `rule`, and leads to `line`. Without a line the fault lies at no
    place of the manuscript; `place` is then what is named of the output: "page 9", "object 12", "template wrap.xml".
    `elsewhere` says where it is led to instead, and why that cannot be helped; `unseen` why it is right that nothing
    finds it. `book` is the folder of tests/books whose outputs they are.
    """

    name: str
    output: str
    check: str
    rule: str
    change: Callable[[Path], None]
    line: Line | None = None
    elsewhere: str = ""
    unseen: str = ""
    standard: str = "ua-1"
    place: str = ""
    book: str = "stock"
