"""Draws lines and inline boxes that are only text without asking for borders and backgrounds.

What: `draw_inline_level` calls three functions for each line and each inline box, which mostly find nothing to draw.
Why safe: that there is nothing depends on the style and on `box.background`; any other box is WeasyPrint's.
Gain: a fiftieth of the time of a book.
"""

from __future__ import annotations

from typing import Any

import weasyprint.draw
from weasyprint.formatting_structure.boxes import InlineBox, LineBox, TextBox
from weasyprint.stacking import StackingContext

from ketapub.formats.pdf.fast.replacing import replaced

ask_draw = weasyprint.draw.draw_inline_level


def apply() -> None:
    replaced.put_everywhere(ask_draw, draw_inline_level)


def draw_inline_level(
    stream: Any,
    page: Any,
    box: Any,
    offset_x: float = 0,
    text_overflow: str = "clip",
    block_ellipsis: Any = "none",
) -> Any:
    if type(box) not in (LineBox, InlineBox) or box.background is not None or not _is_bare(box.style):
        return ask_draw(stream, page, box, offset_x, text_overflow, block_ellipsis)
    if isinstance(box, LineBox):
        text_overflow, block_ellipsis = box.text_overflow, box.block_ellipsis
    for child in box.children:
        ellipsis = block_ellipsis if child is box.children[-1] else "none"
        child_offset_x = offset_x
        if not isinstance(child, StackingContext):
            child_offset_x += child.position_x - box.position_x
        if isinstance(child, TextBox):
            with stream.marked(child, "Span"):
                weasyprint.draw.draw_text(stream, child, child_offset_x, text_overflow, ellipsis)
        else:
            draw_inline_level(stream, page, child, child_offset_x, text_overflow, ellipsis)


def _is_bare(style: Any) -> Any:
    found = style.__dict__.get("_bare")
    if found is None:
        found = style._bare = (
            style["visibility"] == "visible"
            and style["mask_border_source"][0] == "none"
            and style["border_image_source"][0] == "none"
            and not any(style[f"border_{side}_width"] for side in ("top", "right", "bottom", "left"))
        )
    return found
