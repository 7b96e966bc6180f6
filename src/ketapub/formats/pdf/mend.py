"""Mends two faults of WeasyPrint 70. Nothing in or out: `mend` changes the library, once.

A drawing in a page knows nothing of the colour of the text around it (CSS Color 4, 6.2, `currentColor`). Formulas are
text, in headings and callouts too, so they get it here.

And where the rest of a text fits on a line but for the space it ends in (before a link, say), WeasyPrint takes the
text for one that cannot be broken, and breaks it after its first word: a line with a single word in the middle of a
paragraph. A space at the end of a line hangs (CSS Text 3, 4.1.3), so such a text fits.
"""

from __future__ import annotations

from functools import cache
from typing import Any

VERSION = "70.0"  # the one this was made for; another may have mended it, or changed what is replaced here
NARROWEST = 0.25  # of the font size: no text has narrower letters on average, so longer ones need not be tried


@cache
def mend() -> None:
    import weasyprint
    from weasyprint.layout import inline
    from weasyprint.text import line_break

    if weasyprint.__version__ != VERSION:
        return

    def split_first_line(text: str, style: Any, context: Any, max_width: Any, *others: Any, **more: Any) -> Any:
        found = line_break.split_first_line(text, style, context, max_width, *others, **more)
        resume_index = found[2]
        if resume_index is None or not max_width or not text.endswith(" "):
            return found
        if style["white_space"] != "normal" or len(text) * style["font_size"] * NARROWEST > max_width:
            return found
        whole = line_break.split_first_line(text.rstrip(" "), style, context, max_width, *others, **more)
        return whole if whole[2] is None and whole[3] <= max_width else found

    inline.split_first_line = split_first_line

    from weasyprint.images import SVGImage

    draw = SVGImage.draw

    def draw_in_colour(self: Any, stream: Any, width: float, height: float, style: Any) -> None:
        if "math" in (self._svg.tree.get("class") or "").split():
            self._svg.tree.attrib["color"] = _css(style["color"])
        draw(self, stream, width, height, style)

    SVGImage.draw = draw_in_colour


def _css(colour: Any) -> str:
    """A computed colour as a value of CSS, in the space that it was given in: print may know no other."""
    space, parts = colour.space, colour.coordinates
    if space in ("srgb", "hsl", "hwb"):
        space, parts = "color", ("srgb", *colour.to("srgb").coordinates)
    elif space not in ("device-cmyk", "lab", "lch", "oklab", "oklch"):
        space, parts = "color", (space, *parts)
    return f"{space}({' '.join(map(str, parts))} / {colour.alpha})"
