"""The words of a front cover made to fit it, for the EPUB's cover and the printed one alike.

In: a cover, laid out with its title in one size. Out: whether all has room, and the style sheet for another size. The
foot (authors, stamp) stands at the bottom; title and subtitle give way to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weasyprint import Document

TITLE, SUBTITLE = 10.75, 4.125  # rem, in cover.css
SIZES = tuple(0.92**step for step in range(15))  # of the title; down to a third
SMALLEST_SUBTITLE = 0.62
HALF = 0.5  # of the full size: down to there a title takes no more than so many lines, and no word of it is broken
MOST_LINES = 4
GAP = 2.5  # rem at least between the subtitle and the foot


def front_css(size: float) -> str:
    """The style sheet for a title of `size` times its full size."""
    under = max(size, SMALLEST_SUBTITLE) * SUBTITLE
    broken = "" if size > HALF else "; hyphens: auto; overflow-wrap: anywhere"
    return (
        f".title {{ font-size: {TITLE * size:.4f}rem{broken} }}\n"
        f".subtitle {{ font-size: {under:.4f}rem; line-height: 1.33 }}"
    )


def front_fits(document: Document, size: float) -> bool:
    """Whether title and subtitle end above the foot, and a large title is no column and has no word too long."""
    heads, feet = boxes(document, "head"), boxes(document, "foot")
    if not heads:
        return True  # a picture, or a template of the book's own
    if not feet:
        return False  # the head took the whole page: what follows is not drawn
    for title in boxes(document, "title") if size > HALF else ():
        widths = [sum(box.margin_width() for box in line.children) for line in title.children]
        if len(widths) > MOST_LINES or max(widths, default=0) > title.width + 0.01:
            return False
    rem = document.pages[0]._page_box.style["font_size"]
    return bool(bottom(heads[0]) + GAP * rem <= feet[0].position_y)


def boxes(document: Document, name: str) -> list[Any]:
    """The boxes of the elements of a class on the first page; not their lines and texts, nor pseudo-elements."""
    from weasyprint.formatting_structure.boxes import LineBox, TextBox

    return [
        box
        for box in document.pages[0]._page_box.descendants(placeholders=True)
        if box.element is not None
        and box.element_tag == box.element.tag
        and not isinstance(getattr(box, "_box", box), LineBox | TextBox)  # what is placed absolutely is wrapped
        and name in box.element.get("class", "").split()
    ]


def bottom(box: Any) -> float:
    return float(box.position_y + box.margin_height())
