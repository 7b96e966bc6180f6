"""What a run is made of, data only: stacks of sheets, jobs for those who make them, and what comes of a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from ketapub import document as d
from ketapub.handouts.clinics import GENERAL, Clinic
from ketapub.handouts.sheet import Kind, Resolved
from ketapub.outputs import Bundle
from ketapub.problems import Problem

ALL = "all"  # names the file of a whole stack
GUIDE = "how-to-print"


@dataclass(frozen=True, slots=True)
class Stack:
    """The sheets of a clinic on one paper and in one size. `whole`: all that the clinic has, so they make one file too.

    `guide` is the page for staff in one stack of each clinic, and empty in the others.
    """

    clinic: Clinic | None
    kind: Kind
    sheets: tuple[Resolved, ...]
    whole: bool
    guide: Markup

    def __str__(self) -> str:
        return f"{folder_of(self.clinic)}, {self.kind.suffix}"

    @property
    def book(self) -> d.Book:
        return self.sheets[0].book

    def path(self, sheet: Resolved) -> str:
        return f"{folder_of(self.clinic)}/{sheet.handout.name}-{self.kind.suffix}.pdf"

    @property
    def path_of_all(self) -> str:
        return f"{folder_of(self.clinic)}/{ALL}-{self.kind.suffix}.pdf"

    @property
    def path_of_guide(self) -> str:
        return f"{folder_of(self.clinic)}/{GUIDE}.pdf"

    @property
    def paths(self) -> Iterator[str]:
        yield from map(self.path, self.sheets)
        if self.whole:
            yield self.path_of_all
        if self.guide:
            yield self.path_of_guide


def folder_of(clinic: Clinic | None) -> str:
    return f"handouts/{clinic.id if clinic else GENERAL}"


@dataclass(frozen=True, slots=True)
class Job:
    """A stack, and which of its files to make. `run` is the same for jobs that share style sheets and pictures."""

    stack: Stack
    paths: frozenset[str]
    run: str
    severities: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    files: Bundle
    problems: tuple[Problem, ...]
