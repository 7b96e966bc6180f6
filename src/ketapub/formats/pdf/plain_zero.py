"""A font file whose zero has a slash comes in; the same face with a plain zero goes out, under a name of its own.

Lay readers take the slashed zero in "100" for a sign that they do not know. The slash cuts the inside of the zero into
two contours with a straight edge each: without those edges, the two are the one that the designer began with.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from ketapub import document as d
from ketapub.formats.styling import Face, faces
from ketapub.theme import Theme

SLASHED, PLAIN = "Atkinson Hyperlegible Next", "Atkinson Plain Zero"

Point = tuple[float, float]
Contour = list[tuple[Point, int]]  # points with 1 where they lie on the curve


def plain_faces(theme: Theme, book: d.Book) -> tuple[Face, ...]:
    """The sans with a zero that everyone reads as one, under the family name that style sheets know it by."""
    return tuple(
        replace(face, family=PLAIN, file=f"plain-zero/{face.file}", data=with_plain_zero(face.data, SLASHED, PLAIN))
        for face in faces(theme, book)
        if face.family == SLASHED
    )


@cache  # several editions of a run, and many books of a test run, use the same few faces
def with_plain_zero(data: bytes, old: str, new: str) -> bytes:
    """`data` with the family `old` called `new`. A zero of another build than expected stays as it is."""
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(data), recalcTimestamp=False) as font:
        for glyph in font.getGlyphOrder():
            if glyph.partition(".")[0] == "zero":
                _mend(font, glyph)
        for record in font["name"].names:
            said = record.toUnicode()
            record.string = said.replace(old, new).replace(old.replace(" ", ""), new.replace(" ", ""))
        out = io.BytesIO()
        font.save(out, reorderTables=False)
        return out.getvalue()


def _mend(font: Any, name: str) -> None:
    from fontTools.ttLib.tables._g_l_y_f import GlyphCoordinates
    from fontTools.ttLib.tables.ttProgram import Program

    glyph = font["glyf"][name]
    if glyph.numberOfContours != 3:
        return
    points, ends, flags = glyph.getCoordinates(font["glyf"])
    starts = [0, *(end + 1 for end in ends[:-1])]
    contours = [
        [(points[at], flags[at] & 1) for at in range(start, end + 1)] for start, end in zip(starts, ends, strict=True)
    ]
    outer, *halves = sorted(contours, key=_height, reverse=True)
    # The designer left the slash's edge as the longest straight line of each half: begin right behind it.
    one, other = (_behind_longest_edge(half) for half in halves)
    mended = [outer, [*one, *_bend(one, other), *other, *_bend(other, one)]]
    glyph.coordinates = GlyphCoordinates([(round(x), round(y)) for contour in mended for (x, y), _ in contour])
    glyph.flags = bytearray(on for contour in mended for _, on in contour)
    glyph.endPtsOfContours = [len(mended[0]) - 1, len(mended[0]) + len(mended[1]) - 1]
    glyph.numberOfContours = 2
    glyph.program = Program()
    glyph.program.fromBytecode(b"")
    glyph.recalcBounds(font["glyf"])


def _height(contour: Contour) -> float:
    heights = [y for (_, y), _ in contour]
    return max(heights) - min(heights)


def _behind_longest_edge(contour: Contour) -> Contour:
    def length(at: int) -> float:
        ((x, y), on), ((to_x, to_y), to_on) = contour[at - 1], contour[at]
        return (to_x - x) ** 2 + (to_y - y) ** 2 if on and to_on else 0

    begin = max(range(len(contour)), key=length)
    return contour[begin:] + contour[:begin]


def _bend(before: Contour, after: Contour) -> Sequence[tuple[Point, int]]:
    """The control point between the end of one curve and the begin of the next: where their tangents meet."""
    (ax, ay), (bx, by) = before[-2][0], before[-1][0]
    (cx, cy), (dx, dy) = after[0][0], after[1][0]
    (px, py), (qx, qy) = (bx - ax, by - ay), (dx - cx, dy - cy)
    across = px * qy - py * qx
    if not across:
        return ()
    step = ((cx - bx) * qy - (cy - by) * qx) / across
    return [((bx + step * px, by + step * py), 0)] if step > 0 else ()
