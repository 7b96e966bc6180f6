"""Where parts are laid out and drawn, in one process: a part and the number of its first page in; what is to be known
of its pages, and its PDF, out. Only text and bytes leave; pages stay here where they are to be drawn all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from ketapub.collector import clear, keep
from ketapub.formats.pdf.composer import Composed, Composer, Manner
from ketapub.formats.pdf.drawn import draw_part
from ketapub.formats.pdf.engine import Engine, log_as_problems
from ketapub.formats.pdf.parts import Part
from ketapub.problems import Problem, Problems

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Task:
    """A part that begins on page `first`; `key` stands for all that its pages are made of.

    `is_open`: the page numbers in it are put in later, and `first` is only one with as many digits as the right one.
    """

    part: Part
    first: int
    is_open: bool
    key: str


@dataclass(frozen=True, slots=True)
class Heard(Generic[Result]):
    """What was made, and what the engine logged meanwhile."""

    result: Result
    problems: tuple[Problem, ...]


class Desk:
    def __init__(self, manner: Manner, severities: Mapping[str, str]) -> None:
        self.severities = severities
        made = self._heard(lambda: Engine(manner.css, manner.resources, manner.fonts))
        self.engine = made.result
        self.problems = made.problems  # of its style sheets
        self._manner = manner
        self._composer = Composer(manner, made.result)
        self._composed: dict[str, Composed] = {}
        keep()

    def lay_out(self, task: Task) -> Heard[tuple[bytes, bytes]]:
        """Its facts, as JSON, and its `Drawn`, as bytes; nothing of this where all pages are drawn at once."""
        made = self._heard(lambda: self._lay_out(task))
        clear()
        return Heard(made.result, (*self.problems, *made.problems))

    def pages(self, task: Task) -> Composed:
        """The pages of a part, which are nobody else's from now on."""
        return self._composed.pop(task.key, None) or self._compose(task)

    def _lay_out(self, task: Task) -> tuple[bytes, bytes]:
        composed = self._compose(task)
        if self._manner.standard is None:
            self._composed[task.key] = composed
            return composed.facts.as_json(), b""
        drawn, is_open = draw_part(composed, self._manner.language, self._manner.standard)
        facts = replace(composed.facts, is_open=composed.facts.is_open and is_open)
        return facts.as_json(), drawn.as_bytes()

    def _compose(self, task: Task) -> Composed:
        return self._composer.compose(task.part, task.first, is_open=task.is_open)

    def _heard(self, make: Callable[[], Result]) -> Heard[Result]:
        told = Problems()
        told.severities = self.severities
        with log_as_problems(told):
            made = make()
        return Heard(made, tuple(told.found))
