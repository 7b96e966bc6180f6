"""How wide words are drawn in the theme's face for numbers and captions: a text in, a width out."""

from __future__ import annotations

import re
from functools import cache

from ketapub.fonts import advances, family_name, read_font
from ketapub.problems import Position, Problems
from ketapub.theme import load_theme

SLACK = 1.04  # a reader's own font may run a little wider than ours


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a line is drawn, at most. A character that the theme's face lacks counts as a full square."""
    widths = _widths(600 if bold else 400)
    return sum(widths.get(ord(character), 1.0) for character in text) * size * SLACK


@cache
def stack() -> str:
    """The families of numbers and captions in the theme, best first."""
    found = re.search(r"--figures:\s*([^;]+);", load_theme().css["tokens.css"])
    return " ".join(found[1].split()) if found else "serif"


@cache
def _widths(weight: int) -> dict[int, float]:
    """The advance of each character of the theme's face for numbers, in ems."""
    family, theme = stack().split(",")[0].strip(' "'), load_theme()
    for name in theme.fonts:
        data = theme.read(name)
        if family_name(data) == family:
            font = read_font(data, name, Position(name), Problems())
            if font and font.weight == weight and not font.italic:
                return dict(advances(data))
    return {}
