"""Breaks lines with widths of words that are measured once, instead of up to nine layouts of Pango a line.

What: WeasyPrint lays out somewhat more than a line, then a word more, then each hyphenation of that word, and the final
line once more. Here the end of the line is looked up (`breaks`), and no layout is made before the line is drawn.
`split_first_line` does a line of a text, `split_text_box` the same for a box, and `create_layout` keeps a justified
line for drawing.
Why safe: widths are whole numbers, so sums are exact. What is not simple text in a simple face goes to WeasyPrint, as
does a line whose end hangs on a space that is not drawn; its answers are kept. And the first lines of each face are
compared with WeasyPrint's (`COMPARED`).
Gain: with `draw`, a quarter of the time of a long book, a thirtieth of that of a short one.
"""

from __future__ import annotations

from typing import Any

import weasyprint.layout.preferred  # measures text too
import weasyprint.svg.text  # noqa: F401  # and so does this
from weasyprint.layout import inline
from weasyprint.text import line_break
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS
from weasyprint.text.fonts import FontConfiguration
from weasyprint.text.line_break import Layout

from ketapub.formats.pdf.fast.breaks import Breaker, Unsure
from ketapub.formats.pdf.fast.lines import strut
from ketapub.formats.pdf.fast.replacing import replaced
from ketapub.formats.pdf.fast.words import LETTER, MOST, Face, Text, face_of

COMPARED = 3

ask_split = line_break.split_first_line
ask_split_box = inline.split_text_box
ask_layout = line_break.create_layout
ask_font_face = FontConfiguration.add_font_face


def apply() -> None:
    replaced.put_everywhere(ask_split, split_first_line)
    replaced.put(inline, "split_text_box", split_text_box)
    replaced.put(inline, "create_layout", create_layout)  # there only: split_first_line needs real ones
    replaced.put(FontConfiguration, "add_font_face", add_font_face)


class Unlaid(Layout):  # type: ignore[misc]  # weasyprint has no types
    """A line of text that has no layout yet: `reactivate`, when it is drawn, makes one as for any other."""

    def __init__(self, text: str, face: Face, spacing: float, max_width: float | None) -> None:
        self.text, self.face = text, face
        self.justification_spacing, self.max_width = spacing, max_width
        model = face.model
        self.first_line_direction = model.first_line_direction
        self.ascent = model.ascent
        self.underline_position, self.strikethrough_position = model.underline_position, model.strikethrough_position
        if face.decorated:
            self.underline_thickness = model.underline_thickness
            self.strikethrough_thickness = model.strikethrough_thickness

    def deactivate(self) -> None:
        for name in ("layout", "language", "style"):
            self.__dict__.pop(name, None)


def split_first_line(
    text: str,
    style: Any,
    context: Any,
    max_width: float | None,
    justification_spacing: float,
    is_line_start: bool = True,
    minimum: bool = False,
) -> Any:
    return split(text, 0, style, context, max_width, justification_spacing, is_line_start, minimum)


def split(
    text: str,
    start: int,
    style: Any,
    context: Any,
    max_width: float | None,
    spacing: float,
    is_line_start: bool,
    minimum: bool = False,
) -> Any:
    face = face_of(style)
    if not face.simple:
        return ask_split(text[start:], style, context, max_width, spacing, is_line_start, minimum)
    if known := face.text(text):
        anywhere = style["overflow_wrap"] == "anywhere" or (style["overflow_wrap"] == "break-word" and not minimum)
        key = (start, max_width, is_line_start and anywhere, style["hyphenate_limit_zone"])
        if key not in known.lines:
            known.lines[key] = _line(face, known, style, *key[:3])
        if line := known.lines[key]:
            shown, *found = line
            if face.compared < COMPARED:
                face.compared += 1
                asked = ask_split(text[start:], style, context, max_width, spacing, is_line_start, minimum)
                if (asked[0].text, *asked[1:]) != (shown, *found):
                    face.simple = False
                    return asked
            return Unlaid(shown, face, spacing, max_width), *found
    return _asked(face, text[start:], style, context, max_width, spacing, is_line_start, minimum)


def _line(face: Face, known: Text, style: Any, start: int, max_width: float | None, divides: bool) -> Any:
    """What is shown of a line and what split_first_line says of it; None where that is for WeasyPrint to say."""
    try:
        line = Breaker(face, known, style, divides).line(start, max_width)
    except Unsure:
        return None
    length = len(known.text[start : line.end].encode())
    resume = None if line.resume is None else len(known.text[start : line.resume].encode())
    return line.shown, length, resume, line.width * FROM_UNITS, face.height, face.baseline


def _asked(
    face: Face,
    text: str,
    style: Any,
    context: Any,
    max_width: float | None,
    spacing: float,
    is_line_start: bool,
    minimum: bool,
) -> Any:
    """WeasyPrint's answer, which it is asked for once."""
    key = (text, max_width, is_line_start, minimum, style["hyphenate_limit_zone"])
    if key not in face.asked:
        layout, *found = ask_split(text, style, context, max_width, spacing, is_line_start, minimum)
        if layout.first_line_direction != face.model.first_line_direction:
            return layout, *found
        if len(face.asked) > MOST:
            face.asked.clear()
        face.asked[key] = layout.text, *found
    shown, *found = face.asked[key]
    return Unlaid(shown, face, spacing, max_width), *found


def split_text_box(context: Any, box: Any, available_width: float | None, skip: int, is_line_start: bool = True) -> Any:
    """As WeasyPrint does it, but the text before `skip` stays, so that its words are looked up once."""
    text, style, skip = box.text, box.style, skip or 0
    if not text or style["font_size"] == 0:
        return None, None, False
    start = skip if text.isascii() else len(text.encode()[:skip].decode())
    if start >= len(text):
        return None, None, False
    face = face_of(style)
    if not face.simple:
        return ask_split_box(context, box, available_width, skip, is_line_start)
    spacing = box.justification_spacing
    found = split(text, start, style, context, available_width, spacing, is_line_start)
    if found[2] is not None and text[-1] == " " and available_width and _may_fit(face, text, start, available_width):
        found = inline.split_first_line(text[start:], style, context, available_width, spacing, is_line_start)
    layout, length, resume, width, height, baseline = found
    preserved = ""
    if resume is not None:
        preserved = text.encode()[skip + length : skip + resume].decode().strip(" ")
        resume += skip
    if not length:
        return None, resume, preserved
    box = box.copy_with_text(layout.text)
    box.width, box.height, box.pango_layout = width, height, layout
    box.margin_top = box.margin_bottom = (strut(style)[0] - height) / 2
    box.baseline = baseline + box.margin_top
    return box, resume, preserved


def _may_fit(face: Face, text: str, start: int, width: float) -> bool:
    """Whether what is left of a text fits but for the spaces at its end: then `mend` knows better."""
    known = face.text(text)
    return not known or (known.letters and not LETTER.search(text, start)) or known.least(start) <= width * TO_UNITS


def create_layout(text: str, style: Any, context: Any, max_width: float | None, justification_spacing: float) -> Any:
    face = face_of(style)
    if face.simple and max_width is None:
        return Unlaid(text, face, justification_spacing, max_width)
    return ask_layout(text, style, context, max_width, justification_spacing)


def add_font_face(self: Any, *arguments: Any, **more: Any) -> None:
    """A new font may stand in for another one."""
    self.__dict__.pop("_faces", None)
    ask_font_face(self, *arguments, **more)
