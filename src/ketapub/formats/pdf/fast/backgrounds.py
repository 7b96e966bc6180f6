"""Passes boxes that paint nothing behind their content.

What: after layout, each box of each page is asked for eleven properties, to find that it has no background.
Why safe: where no rule sets a background, a shadow, an image of the border or round corners, there is none. The page
itself, placeholders and all other boxes are WeasyPrint's.
Gain: a hundredth or two of the time of a book.
"""

from __future__ import annotations

from typing import Any

from weasyprint.layout import background
from weasyprint.layout.absolute import AbsolutePlaceholder

from ketapub.formats.pdf.fast.replacing import replaced
from ketapub.formats.pdf.fast.styles import Untouched

CORNERS = [f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left")]
IMAGES = ["border_image_source", "mask_border_source", "background_image"]
NOTHING: dict[str, Any] = {"background": None, **dict.fromkeys(CORNERS, (0, 0))}

ask_background = background.layout_box_backgrounds
_are_untouched = Untouched((*CORNERS, *IMAGES, "background_color", "box_shadow"))


def apply() -> None:
    replaced.put_everywhere(ask_background, layout_box_backgrounds)


def layout_box_backgrounds(
    page: Any, box: Any, get_image_from_uri: Any, layout_children: bool = True, style: Any = None
) -> None:
    if style is not None or box is page or type(box) is AbsolutePlaceholder or not _are_untouched(box.style):
        ask_background(page, box, get_image_from_uri, layout_children, style)
        return
    box.__dict__.update(NOTHING)
    if layout_children:
        for child in box.all_children():
            layout_box_backgrounds(page, child, get_image_from_uri)
