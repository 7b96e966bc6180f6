"""What letters stand where on a page: every run of glyphs that a PDF draws, read from its content streams.

It shares no code with the writer, and looks at nothing but text operators (ISO 32000-1, 9.4).
"""

from __future__ import annotations

from typing import NamedTuple

import pikepdf

from ketapub.check.pdf_tree import letters


class Run(NamedTuple):
    """`pieces` are words and gaps, in thousandths of the font size; `x` and `y` count from the corner of the trim."""

    font: str
    size: float
    x: float
    y: float
    pieces: tuple[str | float, ...]


def runs(page: pikepdf.Page) -> list[Run]:
    left, bottom = (float(edge) for edge in page.trimbox[:2])
    return list(_runs(page.obj, page.obj.Resources, pikepdf.Matrix(1, 0, 0, 1, -left, -bottom)))


def words(page: pikepdf.Page) -> str:
    return " ".join("".join(piece for piece in run.pieces if isinstance(piece, str)) for run in runs(page))


def _runs(stream: pikepdf.Object, resources: pikepdf.Object, matrix: pikepdf.Matrix):
    saved = []
    line = text = pikepdf.Matrix()
    font, size = ("", {}), 0.0  # its name, and the letters of its codes
    fonts = {}
    for operands, operator in pikepdf.parse_content_stream(stream, "q Q cm BT Tf Tm Td Do TJ Tj"):
        match str(operator):
            case "q":
                saved.append((matrix, font, size))
            case "Q" if saved:
                matrix, font, size = saved.pop()
            case "cm":
                matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
            case "BT":
                line = text = pikepdf.Matrix()
            case "Tf":
                name, size = str(operands[0]), float(operands[1])
                font = fonts[name] = fonts.get(name) or _font(resources.Font[name])
            case "Tm":
                line = text = pikepdf.Matrix(*map(float, operands))
            case "Td":
                line = text = pikepdf.Matrix(1, 0, 0, 1, *map(float, operands)) @ line
            case "Do" if resources.XObject[operands[0]].get("/Subtype") == "/Form":
                form = resources.XObject[operands[0]]
                yield from _runs(form, form.Resources, matrix)
            case "TJ" | "Tj":
                shown = operands[0] if str(operator) == "TJ" else [operands[0]]
                at = text @ matrix
                yield Run(
                    font[0],
                    round(size * (at.b * at.b + at.d * at.d) ** 0.5, 3),
                    round(at.e, 3),
                    round(at.f, 3),
                    tuple(_piece(piece, font[1]) for piece in shown),
                )


_tables: dict[bytes, dict[int, str]] = {}


def _font(font: pikepdf.Object) -> tuple[str, dict[int, str]]:
    data = font.ToUnicode.read_raw_bytes()
    if data not in _tables:
        _tables[data] = letters(font)
    return str(font.BaseFont).partition("+")[2], _tables[data]


def _piece(piece: pikepdf.Object, table: dict[int, str]) -> str | float:
    if not isinstance(piece, pikepdf.String):
        return round(float(piece), 3)
    data = bytes(piece)
    return "".join(table.get(int.from_bytes(data[at : at + 2], "big"), "?") for at in range(0, len(data), 2))
