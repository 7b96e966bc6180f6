"""The nouns of the gate: what a check is, what it looks at, what it finds, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ketapub.check.tools import Tool
from ketapub.document import Book
from ketapub.formats.made import SheetPage
from ketapub.handouts.run.stack import ALL
from ketapub.handouts.sets import ClinicSet
from ketapub.problems import NOWHERE, Position
from ketapub.theme import Theme

State = Literal["passed", "failed", "not run"]
HANDOUTS = "handouts"  # the format of the outputs "handouts/general", "handouts/<clinic>"
OF_HANDOUTS = "ua-1"  # what their PDFs conform to, whatever those of the book do


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an output a finding lies, as the check that found it says it.

    `part` is a file inside of an EPUB or of a folder, `page` counts the pages of a PDF from 1. `element` is a CSS
    selector, an XPath (`/html[1]/body[1]/p[2]`), or a path of structure elements (`Document[1]/Sect[2]/P[5]`). `line`
    and `column` are those of `part`, from 1. What is not known is empty or 0.
    """

    part: str = ""
    page: int = 0
    element: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """As people read it: "words.xhtml, line 7"."""
        page, line = f"page {self.page}" if self.page else "", f"line {self.line}" if self.line else ""
        return ", ".join(filter(None, (self.part, page, self.element, line)))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with an output. `rule` is what the check calls it: "color-contrast", "ua1 7.1-3".

    `at` and `made_by` are found afterwards: the place of the manuscript that is at fault, or else the template or
    style sheet.
    """

    rule: str
    message: str
    place: Place = Place()
    at: Position = NOWHERE
    made_by: str = ""

    def told(self, file: str) -> str:
        """What is wrong, and where in the output of that name."""
        return f"{self.message} ({', '.join(filter(None, (file, str(self.place), self.made_by)))})"

    def inside(self, part: str) -> Finding:
        """The same, of this file of an output."""
        return replace(self, place=replace(self.place, part=part))


@dataclass(frozen=True, slots=True)
class Looked:
    """What a check returns: how many things it looked at, what one of them is ("page", "rule"), what it found."""

    things: int
    unit: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What there is to check: the finished outputs and the book that they are to show.

    `files` has a path for each output: a file, or the folder of the site or of a clinic's handouts, which are an output
    "handouts/<clinic>". `standard` is what the PDFs of the book are to conform to ("ua-1", "ua-2"). `room` is an empty
    folder for what checks write. `sheets` are the versions of handouts of which the
    site has pages; `sets` are the handouts, by output.
    """

    book: Book
    theme: Theme
    files: Mapping[str, Path]
    standard: str
    room: Path
    sheets: tuple[SheetPage, ...] = ()
    sets: Mapping[str, ClinicSet] = field(default_factory=dict)

    def name(self, output: str) -> str:
        """What people call an output: its file or folder."""
        return output if output in self.sets else self.files[output].name

    def own(self, output: str, check: str) -> Path:
        """A folder in `room` for what a check writes about an output: outputs are looked at side by side."""
        folder = self.room / check / output
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def standard_of(self, output: str) -> str:
        return OF_HANDOUTS if output in self.sets else self.standard

    def of_formats(self, formats: Iterable[str]) -> Iterator[str]:
        """The outputs that are there, format by format."""
        for name in formats:
            yield from (output for output in self.files if format_of(output) == name)


def format_of(output: str) -> str:
    return output.partition("/")[0]


def pdfs_of(path: Path) -> Mapping[str, Path]:
    """The PDFs of an output by what a `Place` calls them: one without a name, or those in a folder, single handouts
    first."""
    files = sorted(path.glob("*.pdf"), key=lambda one: (one.name.startswith(f"{ALL}-"), one.name))
    return {one.name: one for one in files} if path.is_dir() else {"": path}


@dataclass(frozen=True, slots=True)
class Check:
    """One way of looking at outputs.

    `outputs` are the formats it applies to. `look` is given the subject and one of them; it raises `NotRun` where it
    cannot work. With `by_book` the result depends on the book besides the output, and is never taken from the cache.
    `slow` ones take minutes for a whole book.
    """

    name: str
    proves: str
    outputs: tuple[str, ...]
    look: Callable[[Subject, str], Looked]
    tools: tuple[Tool, ...] = ()
    by_book: bool = False
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one check of one output. `reason` says why it did not run."""

    check: str
    output: str
    state: State
    things: int = 0
    unit: str = ""
    findings: tuple[Finding, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)  # of the tools, by name
    seconds: float = 0
    kept: bool = False  # the result of an earlier run, on the same bytes with the same tools
    reason: str = ""
