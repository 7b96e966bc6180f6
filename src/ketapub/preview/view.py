"""What the preview shows at one moment, and how it is told to the page in the browser."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ketapub.preview.paper import Paper
from ketapub.preview.places import Place
from ketapub.preview.screen import Screen
from ketapub.problems import Problem

WIDTH = 900  # pixels of a picture of a page: enough for its column on a screen with small ones


@dataclass(frozen=True, slots=True)
class View:
    """`edition` counts the states of the text that the screen has shown, `place` is where the last one changed.

    A screen or paper that is old shows an earlier state: the present one has errors, or the pages are being laid out.
    """

    title: str = ""
    edition: int = 0
    screen: Screen | None = None
    place: Place | None = None
    paper: Paper = field(default_factory=Paper)
    problems: tuple[Problem, ...] = ()
    reading: bool = False
    printing: bool = False
    screen_is_old: bool = False
    paper_is_old: bool = False

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    def as_json(self) -> str:
        place = self.place
        return json.dumps(
            {
                "title": self.title,
                "edition": self.edition,
                "place": place and {"page": f"{place.chapter}.html", "at": str(place.at)},
                "paper": {
                    "width": WIDTH,
                    "height": round(WIDTH * self.paper.height / self.paper.width) if self.paper.width else 0,
                    "turned": self.paper.turned,
                    "pages": [
                        [label, f"{part.key}/{number}.png"]
                        for part in self.paper.parts
                        for number, label in enumerate(part.labels, 1)
                    ],
                },
                "problems": [self._told(problem) for problem in self.problems],
                "errors": self.errors,
                "reading": self.reading,
                "printing": self.printing,
                "screenIsOld": self.screen_is_old,
                "paperIsOld": self.paper_is_old,
            },
            ensure_ascii=False,
        )

    def _told(self, problem: Problem) -> dict[str, str]:
        page = self.screen.page_of(problem.at.file) if self.screen else ""
        return {"text": str(problem), "severity": problem.severity, "at": str(problem.at), "page": page}
