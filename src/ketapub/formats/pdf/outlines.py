"""Letters as outlines, for marks that are no text: words and a font come in, PDF path operators go out."""

from __future__ import annotations

import io
from functools import cache


@cache
def outlines(text: str, font: bytes, size: float) -> tuple[float, float, str]:
    """The width of the words, the height of their capitals, and the paths, from the origin on (ISO 32000-1, 8.5)."""
    from fontTools.pens.basePen import BasePen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.ttLib import TTFont

    class Pen(BasePen):  # type: ignore[misc]  # fontTools has no types
        """Quadratic curves become cubic ones: PDF knows no others."""

        def _moveTo(self, point: tuple[float, float]) -> None:
            drawn.append(f"{_points(point)} m")

        def _lineTo(self, point: tuple[float, float]) -> None:
            drawn.append(f"{_points(point)} l")

        def _curveToOne(self, *points: tuple[float, float]) -> None:
            drawn.append(f"{_points(*points)} c")

        def _closePath(self) -> None:
            drawn.append("h")

    drawn: list[str] = []
    with TTFont(io.BytesIO(font)) as face:
        scale, names, glyphs = size / face["head"].unitsPerEm, face.getBestCmap(), face.getGlyphSet()
        rise = face["OS/2"].sCapHeight * scale
        pen, x = Pen(glyphs), 0.0
        for letter in text:
            glyph = glyphs[names[ord(letter)]]
            glyph.draw(TransformPen(pen, (scale, 0, 0, scale, x, 0)))
            x += glyph.width * scale
    return x, rise, " ".join(drawn)


def _points(*points: tuple[float, float]) -> str:
    return " ".join(f"{x:.3f} {y:.3f}" for x, y in points)
