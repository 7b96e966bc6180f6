"""Remembers what is asked of each line: how high it is, and whether it may be divided.

What: for its height, a line is asked for sixteen properties and a text is made of them, to find a height that is known;
and whether a line may end between two letters, as at each end of a link, is left to Pango time and again.
Why safe: the height is kept with the style; and these properties are inherited, so a style in which nothing sets them
has the height of its parent. Letters and their language alone decide where they may be parted.
Gain: a hundredth of the time of a book.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from weasyprint.text import line_break

from ketapub.formats.pdf.fast.replacing import replaced

REMEMBERED = 10_000  # texts, most of them of two letters
FONT = ["family", "style", "stretch", "weight", "size", "feature_settings", "variation_settings", "language_override"]
VARIANTS = ["ligatures", "position", "caps", "numeric", "alternates", "east_asian"]

ask_strut = line_break.strut
ask_break = line_break.can_break_text
can_break_text = lru_cache(REMEMBERED)(ask_break)
DECIDING = frozenset(
    ("lang", "line_height", *(f"font_{name}" for name in FONT), *(f"font_variant_{name}" for name in VARIANTS))
)


def apply() -> None:
    replaced.put_everywhere(ask_strut, strut)
    replaced.put_everywhere(ask_break, can_break_text)


def strut(style: Any) -> Any:
    found = style.__dict__.get("_strut")
    if found is None:
        parent = getattr(style, "parent_style", None)  # a text in a drawing has none
        found = strut(parent) if parent is not None and _is_as(style, parent) else ask_strut(style)
        style._strut = found
    return found


def _is_as(style: Any, parent: Any) -> bool:
    """Whether no rule sets any property that decides, nor was one changed since."""
    return DECIDING.isdisjoint(getattr(style, "cascaded", ())) and all(
        style[key] == parent[key] for key in style.keys() & DECIDING
    )
