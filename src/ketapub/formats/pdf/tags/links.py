"""One rectangle for each piece of a link: the pages that WeasyPrint laid out come in, and are given back tidied.

WeasyPrint makes a link of every box inside of an <a>, one over the other; a reader then meets the same link several
times, and a checker one that is in no Link element (ISO 14289-1, 7.18.5).
"""

from __future__ import annotations

from typing import Any

NEAR = 0.5  # pixels: rectangles that differ less are the same

Rectangle = tuple[float, float, float, float]


def tidy_links(pages: list[Any]) -> None:
    from weasyprint.formatting_structure.boxes import ReplacedBox

    for page in pages:
        kept: list[tuple[str, str, Rectangle, Any]] = []
        for kind, target, rectangle, box in page.links:
            picture = isinstance(box, ReplacedBox)
            if not (box.element_tag == "a" and box.element.get("href")) and not picture:
                continue
            last = kept[-1] if kept and kept[-1][:2] == (kind, target) else None
            union = _union(last[2], rectangle) if last else rectangle
            if last and (_same(union, last[2]) or (picture and _overlap(last[2], rectangle))):
                kept[-1] = (kind, target, union, last[3])  # a picture may be higher than its line
            else:
                kept.append((kind, target, rectangle, box))
        page.links[:] = kept


def _same(one: Rectangle, other: Rectangle) -> bool:
    return all(abs(a - b) < NEAR for a, b in zip(one, other, strict=True))


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return other[0] < one[2] and one[0] < other[2] and other[1] < one[3] and one[1] < other[3]


def _union(one: Rectangle, other: Rectangle) -> Rectangle:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
