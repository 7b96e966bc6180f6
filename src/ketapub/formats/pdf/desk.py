"""Where parts are laid out and drawn, in one process: a part and the number of its first page in; what is to be known
of its pages, and later its PDF, out. Pages stay here until they are drawn: only text and bytes leave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ketapub.collector import clear
from ketapub.formats.pdf.composer import Composed, Composer, Manner
from ketapub.formats.pdf.drawn import draw_part
from ketapub.formats.pdf.engine import Engine, log_as_problems
from ketapub.formats.pdf.parts import Part
from ketapub.formats.pdf.standard import Standard
from ketapub.problems import Problem, Problems

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Task:
    """A part that begins on page `first`; `key` stands for all that its pages are made of."""

    part: Part
    first: int
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
        self._composer = Composer(manner, made.result)
        self._composed: dict[str, tuple[str, Composed]] = {}

    def lay_out(self, task: Task) -> Heard[bytes]:
        """Its facts, as JSON."""
        made = self._heard(lambda: self.pages(task).facts.as_json())
        return Heard(made.result, (*self.problems, *made.problems))

    def draw(self, task: Task, language: str, standard: Standard) -> Heard[bytes]:
        """Its `Drawn`, as bytes."""
        made = self._heard(lambda: draw_part(self.pages(task), language, standard).as_bytes())
        return Heard(made.result, (*self.problems, *made.problems))

    def pages(self, task: Task) -> Composed:
        key, known = self._composed.pop(task.part.key, ("", None))
        if known is not None and key != task.key:
            known = self._composer.renumber(known, task.part, task.first)
        composed = known or self._composer.compose(task.part, task.first)
        if composed is not known:
            clear()  # the layouts that came before the last one
        self._composed[task.part.key] = task.key, composed
        return composed

    def _heard(self, make: Callable[[], Result]) -> Heard[Result]:
        told = Problems()
        told.severities = self.severities
        with log_as_problems(told):
            made = make()
        return Heard(made, tuple(told.found))
