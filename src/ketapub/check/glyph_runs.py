"""What letters stand where on a page: a page in; every run of glyphs that it draws, from its content streams, out.

It shares no code with the writer, and looks at nothing but text operators (ISO 32000-1, 9.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pikepdf

from ketapub.check.drawing import matrix_of
from ketapub.check.pdf_tree import letters, spelled

SHOWN = "q Q cm BT Tf Tm Td Do TJ Tj"


class Run(NamedTuple):
    """`pieces` are words and gaps, in thousandths of the font size; `x` and `y` count from the corner of the trim."""

    font: str
    size: float
    x: float
    y: float
    pieces: tuple[str | float, ...]

    @property
    def words(self) -> str:
        return "".join(piece for piece in self.pieces if isinstance(piece, str))


def runs(page: pikepdf.Page) -> list[Run]:
    left, bottom = (float(edge) for edge in list(page.trimbox)[:2])
    return list(_runs(page.obj, page.obj.Resources, pikepdf.Matrix(1, 0, 0, 1, -left, -bottom)))


def form_runs(form: pikepdf.Object) -> list[Run]:
    """The same of a page that has become a form; places count from the origin of the form."""
    return list(_runs(form, form.Resources, pikepdf.Matrix()))


def words(page: pikepdf.Page) -> str:
    return " ".join(run.words for run in runs(page))


def _runs(stream: pikepdf.Object, resources: pikepdf.Object, matrix: pikepdf.Matrix) -> Iterator[Run]:
    saved: list[tuple[pikepdf.Matrix, tuple[str, Mapping[int, str]], float]] = []
    line = text = pikepdf.Matrix()
    font: tuple[str, Mapping[int, str]] = ("", {})  # its name, and the letters of its codes
    fonts: dict[str, tuple[str, Mapping[int, str]]] = {}
    size = 0.0
    for step in pikepdf.parse_content_stream(stream, SHOWN):
        operands: list[Any] = list(step.operands)
        match str(step.operator):
            case "q":
                saved.append((matrix, font, size))
            case "Q" if saved:
                matrix, font, size = saved.pop()
            case "cm":
                matrix = matrix_of(operands) @ matrix
            case "BT":
                line = text = pikepdf.Matrix()
            case "Tf":
                name, size = str(operands[0]), float(operands[1])
                font = fonts[name] = fonts.get(name) or _font(resources.Font[name])
            case "Tm":
                line = text = matrix_of(operands)
            case "Td":
                line = text = matrix_of([1, 0, 0, 1, *operands]) @ line
            case "Do" if resources.XObject[operands[0]].get("/Subtype") == "/Form":
                form = resources.XObject[operands[0]]
                yield from _runs(form, form.Resources, matrix)
            case "TJ" | "Tj":
                shown = operands[0] if str(step.operator) == "TJ" else [operands[0]]
                at = text @ matrix
                yield Run(
                    font[0],
                    round(size * (at.b * at.b + at.d * at.d) ** 0.5, 3),
                    round(at.e, 3),
                    round(at.f, 3),
                    tuple(_piece(piece, font[1]) for piece in shown),
                )


def _font(font: pikepdf.Object) -> tuple[str, Mapping[int, str]]:
    return str(font.BaseFont).partition("+")[2], letters(font)


def _piece(piece: Any, letters: Mapping[int, str]) -> str | float:
    if not isinstance(piece, pikepdf.String):
        return round(float(piece), 3)
    return spelled(bytes(piece), letters)
