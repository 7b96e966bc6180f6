"""Gives pages to which the same rules apply the same styles.

What: each page, with each of its margin boxes, gets styles of its own, although one page of a part is like the other.
Why safe: a page's style depends on its rules and on the style of the root element. What WeasyPrint sets in it while it
makes a page comes to the same when it is set again (`_standardize_page_based_counters`). The first page is alone, as
its size is not known before.
Gain: some hundredths of the time of a book.
"""

from __future__ import annotations

from typing import Any

from weasyprint.layout import page

from ketapub.formats.pdf.fast.replacing import replaced

ask_styles = page.set_page_type_computed_styles


def apply() -> None:
    replaced.put(page, "set_page_type_computed_styles", set_page_type_computed_styles)


def set_page_type_computed_styles(page_type: Any, html: Any, style_for: Any) -> None:
    style_for.add_page_declarations(page_type)
    waiting, computed = style_for.get_cascaded_styles(), style_for.get_computed_styles()
    pseudo_types = [None, *(one for element, one in waiting if one and element == page_type)]
    rules = tuple(
        (pseudo_type, name, id(value), precedence, *specificity)
        for pseudo_type in pseudo_types
        for name, (value, (precedence, _, specificity)) in waiting.get((page_type, pseudo_type), {}).items()
    )
    known = style_for.__dict__.setdefault("_of_pages", {})
    if page_type.index and rules in known:
        for pseudo_type, style in known[rules].items():
            computed[page_type, pseudo_type] = style
        return
    ask_styles(page_type, html, style_for)
    if page_type.index:
        known[rules] = {pseudo_type: computed[page_type, pseudo_type] for pseudo_type in pseudo_types}
