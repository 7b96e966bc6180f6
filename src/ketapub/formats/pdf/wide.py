"""Tables of class `table-wide`: laid out upright in; turned within their pages out, where they then fit.

WeasyPrint turns a box only when it is drawn, so a turned table cannot run over. One that is too tall for it stays
upright on its wide page, and splits there. All tables are turned the same way: their foot is at the right edge of
every page, left or right, so that the reader turns the book once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from ketapub.formats.pdf.notes import notes_of

WIDE = ("wide", "wide-front")  # the names of their pages in print.css
Size = tuple[float, float]  # what a page has for text, in pixels


def turnable(document: Any) -> dict[Element, Size]:
    """The boxes around the wide tables that stand alone on wide pages, by their element, with the room there. A note
    would have to be turned too."""
    found = {}
    for page in document.pages:
        if page._page_box.page_type.name in WIDE:
            for box in page._page_box.descendants():
                if _is_wide(box) and not notes_of(box.element):
                    found[box.element] = (page._page_box.width, page._page_box.height)
    return found


def too_tall(document: Any) -> set[Element]:
    """The turned tables that do not fit on their page."""
    from weasyprint.formatting_structure.boxes import TableBox

    found = set()
    for page in document.pages:
        for box in page._page_box.descendants(placeholders=True):
            if _is_wide(box) and "rotate" in next(iter(box.element), Element("")).get("style", ""):
                inner = [one for one in box.descendants(placeholders=True) if isinstance(one, TableBox)]
                if any(one.position_y + one.height > box.position_y + page._page_box.width + 1 for one in inner):
                    found.add(box.element)
    return found


def _is_wide(box: Any) -> bool:
    return box.element_tag == "div" and _is_named(box.element)


def _is_named(element: Element) -> bool:
    return "table-wide" in element.get("class", "").split()


def turn(tree: Element, sizes: Mapping[int, Size], upright: Collection[int]) -> None:
    """`sizes` and `upright` name the tables by their place among the wide ones of the part."""
    for index, box in enumerate(wide_tables(tree)):
        if index in sizes and index not in upright:
            width, height = sizes[index]
            box.set("style", f"position: relative; width: {width:.2f}px; height: {height:.2f}px")
            for table in box.iter("table"):
                table.set(
                    "style",
                    f"position: absolute; top: 0; left: 0; width: {height:.2f}px; transform-origin: 0 0; "
                    f"transform: translateY({height:.2f}px) rotate(-90deg)",
                )


def wide_tables(tree: Element) -> list[Element]:
    return [box for box in tree.iter("div") if _is_named(box)]
