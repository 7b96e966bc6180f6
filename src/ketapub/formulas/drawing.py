"""The door to ziamath: the MathML of a formula comes in, its drawing for paper goes out, in outlines alone.

The letters are those of STIX Two Math, which ziamath brings; only their outlines get into a book.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from xml.etree import ElementTree

from ketapub.formulas.tex import shown_letters

UNIT = 100  # of the drawing, in an em
# In a line, limits stand beside these (MathML's `movablelimits`), which ziamath knows nothing of.
WITH_LIMITS = frozenset("∑∏∐⋀⋁⋂⋃⨀⨁⨂⨄⨆")
BESIDE = {"munder": "msub", "mover": "msup", "munderover": "msubsup"}


@dataclass(frozen=True, slots=True)
class Drawing:
    """`shapes` are elements of SVG in the colour of the text; lengths are in ems. `depth`: below the baseline."""

    shapes: str
    view_box: str
    width: float
    height: float
    depth: float


class Undrawable(Exception):
    """ziamath has failed at a formula."""


@lru_cache(maxsize=4096)
def draw(mathml: str, display: bool) -> Drawing:
    """Raises `Undrawable`."""
    root = ElementTree.fromstring(f'<math displaystyle="{"true" if display else "false"}">{mathml}</math>')
    if not display:
        for element in root.iter():
            if element.tag in BESIDE and (element[0].text or "") in WITH_LIMITS:
                element.tag = BESIDE[element.tag]
    try:
        made = _ziamath().Math(root, size=UNIT, margin=0)
        drawn = made.svgxml()
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Undrawable from error
    box = made.node.bbox
    # ziamath's box begins with the ink; a line begins where its first letter does, and ends a little behind its ink.
    left, right = min(box.xmin, 0), box.xmax + 0.03 * UNIT
    width, height = right - left, max(box.ymax - box.ymin, 1)
    shapes = []
    for element in drawn.iter():
        if element.tag in ("path", "rect", "line", "polyline"):
            for paint in ("fill", "stroke"):
                if element.get(paint) not in (None, "none"):
                    element.set(paint, "currentColor")
            element.tail = None
            shapes.append(ElementTree.tostring(element, encoding="unicode"))
    view_box = f"{left:.2f} {-box.ymax:.2f} {width:.2f} {height:.2f}"
    return Drawing("".join(shapes), view_box, width / UNIT, height / UNIT, -box.ymin / UNIT)


def without_glyph(mathml: str) -> Iterator[str]:
    """The characters that no drawing can show."""
    font = _ziamath().zmath.loadedfonts["default"]
    for character in dict.fromkeys(shown_letters(mathml)):
        if not character.isspace() and character not in "\u2061\u2062\u2063\u2064" and not font.glyphindex(character):
            yield character


@cache
def _ziamath() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it finds its font in a way that Python 3.11 is unsure of
        import ziamath
        from ziamath.config import config

    config.svg2 = False  # paths in their places, no symbols: nothing that needs an id
    config.precision = 2
    return ziamath
