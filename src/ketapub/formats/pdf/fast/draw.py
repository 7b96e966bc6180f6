"""Draws a line from the words of which it was made, instead of shaping it once more.

What: `draw_text` sets up a context, a font and a layout of Pango, gives each space an attribute that makes it as wide
as it is in a justified line, shapes the line and goes over its glyphs. But in such a line each word and each space is
shaped alone; any other line is its words with kerned spaces. What is written for a word is kept for each font of a PDF.
Why safe: it is made of the same numbers by the same arithmetic. Colour and bitmap fonts, decorated text and lines cut
by an ellipsis are WeasyPrint's; the first lines of each face are compared with what it draws (`COMPARED`).
Gain: a seventh of the time of writing a short book; see `text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

import weasyprint.draw
import weasyprint.draw.text
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, pango

from ketapub.formats.pdf.fast.replacing import replaced
from ketapub.formats.pdf.fast.text import Unlaid
from ketapub.formats.pdf.fast.words import Face, Gap, Glyph, Word

COMPARED = 3
PIXEL = 1024  # Pango units
SMALLEST = 1e-6  # size of a font that is drawn
OLD_PANGO = pango.pango_version() < 14802  # gives another size of the font (draw_first_line)

ask_draw = weasyprint.draw.text.draw_text


def apply() -> None:
    replaced.put_everywhere(ask_draw, draw_text)


class Pen:
    """Writes lines of one face with its font of one PDF."""

    def __init__(self, face: Face, stream: Any, font_size: float) -> None:
        self.fonts, self.face = stream._fonts, face
        self.font, size = stream.add_font(face.font)
        self.size = font_size if OLD_PANGO else size
        self.usable = not (self.font.bitmap or self.font.png or self.font.svg or self.font.colr)
        self.alone: dict[str, str] = {}  # words as runs
        self.joined: dict[tuple[Word | None, Gap | None], str] = {}  # words as a part of one, with the space behind
        self.drawn: dict[Glyph, str] = {}  # what is written for a glyph
        self.extents = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")

    def line(self, text: str, spacing: float) -> str | None:
        found = self.face.spaced(text)
        if found is None or spacing < 0 or (spacing and "\u00a0" in text):
            return None
        words, gaps = found
        return self._justified(words, int(spacing * TO_UNITS)) if spacing else self._joined(words, gaps)

    def _joined(self, words: Sequence[Word | None], gaps: Sequence[Gap]) -> str:
        """One run."""
        string = ""
        for word, gap in zip_longest(words, gaps):
            key = word, gap
            if key not in self.joined:
                glyphs = list(word.glyphs if word else ())
                if gap:
                    if word:
                        glyphs[-1] = glyphs[-1]._replace(width=glyphs[-1].width + gap.kern)
                    glyphs.append(self.face.space._replace(width=gap.space))
                self.joined[key] = self._operands(glyphs)
            string += self.joined[key]
        return _run(string)

    def _justified(self, words: Sequence[Word | None], wider: int) -> str:
        """A run for each word and each space. Pango divides what a space gets between its two sides, and does not put
        it beyond the edge of a text; therefore WeasyPrint doubles it there."""
        string, inner, half = "", "", _half(wider * 2)
        for index, word in enumerate(words):
            if index == 1 and words[0] is None:
                string += self._space(2 * wider - half, 0)
            elif index and word is None:
                string += self._space(half, half)
            elif index:
                inner = inner or self._space(wider, _half(wider))
                string += inner
            if word:
                if word.text not in self.alone:
                    self.alone[word.text] = _run(self._operands(word.glyphs))
                string += self.alone[word.text]
        return string

    def _space(self, wider: int, offset: int) -> str:
        space = self.face.space
        return _run(self._operands((space._replace(width=space.width + wider, offset=offset),)))

    def _operands(self, glyphs: Iterable[Glyph]) -> str:
        return "".join([self.drawn.get(glyph) or self._operand(glyph) for glyph in glyphs])

    def _operand(self, glyph: Glyph) -> str:
        """A pass of the loop of draw_first_line, without the brackets of a run."""
        id, width, x_offset, text = glyph
        string, font = "", self.font
        font.to_unicode.setdefault(id, text)
        if offset := x_offset / self.size:
            string += f">{-offset}<"
        string += f"{id:04x}"
        if id not in font.widths:
            pango.pango_font_get_glyph_extents(self.face.font, id, *self.extents)
            font.widths[id] = round(self.extents[1].width * 1000 * FROM_UNITS / self.size)
        if kerning := font.widths[id] + offset - width * 1000 * FROM_UNITS / self.size:
            string += f">{int(kerning)}<"
        self.drawn[glyph] = string
        return string


def _half(units: int) -> int:
    """Rounded to whole pixels if there are only such: pango_glyph_item_letter_space."""
    half = units // 2
    return half if units % PIXEL else half + PIXEL // 2 & -PIXEL


def _run(string: str) -> str:
    return f"<{string[:-1]}" if string.endswith("<") else f"<{string}>"


def draw_text(stream: Any, textbox: Any, offset_x: float, text_overflow: str, block_ellipsis: Any) -> Any:
    layout, style = textbox.pango_layout, textbox.style
    if (
        not isinstance(layout, Unlaid)
        or not layout.face.simple
        or layout.face.decorated
        or text_overflow == "ellipsis"
        or block_ellipsis != "none"
        or style["visibility"] != "visible"
        or style["font_size"] < SMALLEST
    ):
        return ask_draw(stream, textbox, offset_x, text_overflow, block_ellipsis)
    face = layout.face
    if not textbox.text.strip():  # nothing is shown
        stream.set_color(style["color"])
        stream.begin_text()
        return stream.end_text()
    pen = face.pen
    if pen is None or pen.fonts is not stream._fonts:
        pen = face.pen = Pen(face, stream, style["font_size"])
    line = pen.line(layout.text, layout.justification_spacing) if pen.usable else None
    if line is None or (face.drawn < COMPARED and not _is_same(line, stream, textbox)):
        return ask_draw(stream, textbox, offset_x, text_overflow, block_ellipsis)
    stream.set_color(style["color"])
    stream.begin_text()
    stream.set_text_matrix(1, 0, 0, -1, textbox.position_x, textbox.position_y + textbox.baseline)
    stream.set_font_size(pen.font.hash, pen.size)
    stream.show_text(line)
    stream.end_text()


def _is_same(line: str, stream: Any, textbox: Any) -> Any:
    """As WeasyPrint draws it, on a sheet that is thrown away."""
    face, other = textbox.pango_layout.face, stream.clone()
    ask_draw(other, textbox, 0, "clip", "none")
    face.drawn += 1
    face.simple = b"[%b] TJ" % line.encode() in other.stream
    return face.simple
