"""A drawing of the book that is no chart: settings in, the place of the drawing out; it shows no data and says so."""

from __future__ import annotations

from dataclasses import dataclass

from ketapub.figures.values import Declared, broken
from ketapub.settings import Place, setting
from ketapub.shapes import PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing(Declared):
    file: str = setting(PATH, "", "The drawing: an SVG file of the book", required=True)


def check(figure: Drawing, place: Place) -> None:
    if figure.file and not figure.file.lower().endswith(".svg"):
        broken(place.under("file"), f'"{figure.file}" is no SVG file', "a photograph needs no description in a file")
