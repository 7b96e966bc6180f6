"""What a page lays on paper: a page of a press file in, its mixes of inks and its pictures out.

Everything that the page uses is followed with the matrix that it is drawn by (ISO 32000-1, 8.3.4): forms, patterns,
gradients. Masks are not, as they lay no ink.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Dictionary

from ketapub.check.drawing import matrix_of, steps

Mix = tuple[float, ...]  # cyan, magenta, yellow, black, from 0 to 1
DEEP = 50  # forms in forms; we write a few
WATCHED = "k K sc SC scn SCN Do sh"


@dataclass(frozen=True, slots=True)
class Picture:
    """`ppi`: pixels that it has there on an inch, across or down, whichever are fewer; `size`: its longer side, in
    points."""

    ppi: float
    size: float
    coloured: bool


@dataclass
class Painted:
    mixes: dict[Mix, None] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)

    @property
    def coloured(self) -> bool:
        """Whether anything may lay another ink than black."""
        return any(any(mix[:3]) for mix in self.mixes) or any(picture.coloured for picture in self.pictures)


def painted(page: Any) -> Painted:
    found = Painted()
    _follow(page, pikepdf.Matrix(), found, DEEP)
    return found


def _follow(stream: Any, matrix: pikepdf.Matrix, found: Painted, depth: int) -> None:
    resources = stream.get("/Resources", Dictionary())
    for operator, operands, now in steps(stream, WATCHED, matrix):
        match operator:
            case "Do":
                _object(resources.XObject[operands[0]], now, found, depth)
            case "sh":
                found.mixes.update(dict.fromkeys(_stops(resources.Shading[operands[0]])))
            case "scn" | "SCN" if isinstance(operands[-1], pikepdf.Name):
                _pattern(resources.Pattern[operands[-1]], found, depth)
            case "k" | "K" | "sc" | "SC" | "scn" | "SCN" if len(operands) == 4:
                found.mixes[tuple(map(float, operands))] = None
            case _:
                pass


def _object(thing: Any, matrix: pikepdf.Matrix, found: Painted, depth: int) -> None:
    if thing.get("/Subtype") == "/Image":
        across, down = ((x * x + y * y) ** 0.5 for x, y in ((matrix.a, matrix.b), (matrix.c, matrix.d)))
        if across and down:
            ppi = 72 * min(int(thing.Width) / across, int(thing.Height) / down)
            found.pictures.append(Picture(ppi, max(across, down), thing.get("/ColorSpace") == "/DeviceCMYK"))
    elif depth:
        _follow(thing, _matrix(thing) @ matrix, found, depth - 1)


def _pattern(pattern: Any, found: Painted, depth: int) -> None:
    if pattern.PatternType == 2:
        found.mixes.update(dict.fromkeys(_stops(pattern.Shading)))
    elif depth:
        _follow(pattern, _matrix(pattern), found, depth - 1)


def _stops(shading: Any) -> Iterator[Mix]:
    """The mixes between which a gradient goes: what lies between two of them has no more ink than they have."""
    left = [shading.Function]
    while left:
        function = left.pop()
        left.extend(list(function.get("/Functions", [])))
        for key in ("/C0", "/C1"):
            if len(function.get(key, [])) == 4:
                yield tuple(map(float, function[key]))


def _matrix(thing: Any) -> pikepdf.Matrix:
    return matrix_of(thing["/Matrix"]) if "/Matrix" in thing else pikepdf.Matrix()
