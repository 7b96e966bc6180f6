"""Sets the lengths of a box at once where none of them is a percentage.

What: each time that a box is laid out, `resolve_percentages` goes through nineteen properties one by one.
Why safe: lengths in pixels, and `auto`, are the same in every containing block. They are kept with the style, and made
anew when one of its properties has changed. Where no rule sets any of them and the style has none yet, as in most
lines, they are those that CSS begins with, and the style gets none. Percentages, formulas, collapsed borders and boxes
measured with their borders are WeasyPrint's.
Gain: some hundredths of the time and of the memory of a sheet or a book.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from weasyprint.layout import percent
from weasyprint.layout.absolute import AbsolutePlaceholder

from ketapub.formats.pdf.fast.replacing import replaced
from ketapub.formats.pdf.fast.styles import PLAIN, Untouched

SIDES = ("top", "right", "bottom", "left")
WIDTHS = [f"border_{side}_width" for side in SIDES]
LENGTHS = [f"{kind}_{side}" for kind in ("margin", "padding") for side in SIDES]
LENGTHS += ["width", "min_width", "max_width", "height", "min_height", "max_height"]
LEAST = {"min_width", "min_height"}

ask_resolve = percent.resolve_percentages
_properties: Any = itemgetter(*["box_sizing", "border_collapse", *LENGTHS, *WIDTHS])
_widths: Any = itemgetter(*WIDTHS)

_are_untouched = Untouched(("box_sizing", *LENGTHS))


def apply() -> None:
    replaced.put_everywhere(ask_resolve, resolve_percentages)


def resolve_percentages(box: Any, containing_block: Any) -> None:
    if type(box) is not AbsolutePlaceholder:
        style = box.style
        if _are_untouched(style) and style["border_collapse"] != "collapse":
            box.__dict__.update(UNSET)
            box.border_top_width, box.border_right_width, box.border_bottom_width, box.border_left_width = _widths(
                style
            )
            return
        values = _properties(style)
        known = style.__dict__.get("_lengths")
        if known is None or known[0] != values:
            known = style._lengths = values, _lengths_of(*values)
        if known[1] is not None:
            box.__dict__.update(known[1])
            return
    ask_resolve(box, containing_block)


def _lengths_of(sizing: str, collapse: str, *values: Any) -> dict[str, Any] | None:
    lengths = dict(zip((*LENGTHS, *WIDTHS), values, strict=True))
    if sizing != "content-box" or collapse == "collapse":
        return None
    for name in LENGTHS:
        value = lengths[name]
        if value == "auto":
            lengths[name] = 0 if name in LEAST else "auto"
        elif getattr(value, "unit", None) == "px":
            lengths[name] = value.value
        else:
            return None
    return lengths


UNSET: Any = _lengths_of("content-box", "separate", *(PLAIN[name].value for name in (*LENGTHS, *WIDTHS)))
