"""Shortens three small questions that are asked of each box, many times.

What: whether a box is in the normal flow takes five calls; where there is no float, a line has as much room as its
block; and `descendants` hands each box up through all generators above it.
Why safe: the answers are the same; what floats and what is written from right to left is WeasyPrint's.
Gain: some hundredths of the time of a book, a twentieth of that of a sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weasyprint.formatting_structure.boxes import Box, LineBox
from weasyprint.layout import float as floats
from weasyprint.layout.absolute import AbsolutePlaceholder

from ketapub.formats.pdf.fast.replacing import replaced

ask_flow = Box.is_in_normal_flow
ask_room = floats.avoid_collisions


def apply() -> None:
    replaced.put(Box, "is_in_normal_flow", is_in_normal_flow)
    replaced.put(Box, "descendants", descendants)
    replaced.put_everywhere(ask_room, avoid_collisions)


def is_in_normal_flow(self: Any) -> Any:
    style = self.style
    return (style["float"] == "none" and style["position"] in ("static", "relative")) or ask_flow(self)


def avoid_collisions(context: Any, box: Any, containing_block: Any, outer: bool = True) -> Any:
    if (
        context.excluded_shapes
        or type(box) is not LineBox
        or box.style["float"] != "none"
        or containing_block.style["direction"] != "ltr"
    ):
        return ask_room(context, box, containing_block, outer)
    left = containing_block.content_box_x()
    right = left + containing_block.width
    if outer:
        return left, box.position_y, right - left
    left += box.margin_left
    right -= box.margin_right
    # A sum and its difference: the least bit of a number may depend on both.
    return left - box.margin_left, box.border_box_y() - box.margin_top, right - left


def descendants(self: Any, placeholders: bool = False) -> Iterator[Any]:
    waiting = [self]
    while waiting:
        box = waiting.pop()
        if placeholders and isinstance(box, AbsolutePlaceholder):
            box = box._box
        yield box
        if isinstance(box, Box):
            waiting += reversed(box.children)
