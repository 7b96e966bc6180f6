"""Makes the styles of markers and notes for the elements that have one.

What: WeasyPrint's own style sheet has rules for the markers and the notes of all elements, so each element gets six
more styles before layout, of which a book uses one in a hundred.
Why safe: a style depends on the document and the style sheets, and both are the same when it is asked for. Sheets are
matched by their own selectors, and weighed as WeasyPrint does. A rule that names an anchor is heard at once, since
links are looked up before all styles are asked for.
Gain: an eighth of the memory of a book, and a hundredth of its time.
"""

from __future__ import annotations

from math import inf
from typing import Any

from weasyprint.css import StyleFor, declaration_precedence

from ketapub.formats.pdf.fast.replacing import replaced

LATE = frozenset(("marker", "footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"))

ask_styles = StyleFor.__init__
ask_style = StyleFor.__call__


def apply() -> None:
    replaced.put(StyleFor, "__init__", set_up)
    replaced.put(StyleFor, "__call__", style_for)


class _Sheet:
    """A style sheet with the rules alone that are needed at once, also as the matcher of their selectors."""

    def __init__(self, sheet: Any) -> None:
        self.matcher, self.match_all = self, sheet.matcher.match
        self.layers, self.page_rules = sheet.layers, sheet.page_rules
        self.named: list[tuple[Any, str]] = []  # which elements' late rules name an anchor

    def match(self, element: Any) -> list[Any]:
        found = []
        for selector in self.match_all(element):
            _, _, pseudo_type, (declarations, _) = selector
            if pseudo_type not in LATE:
                found.append(selector)
            elif any(name == "anchor" for name, *_ in declarations):
                self.named.append((element.etree_element, pseudo_type))
        return found


def set_up(self: Any, html: Any, sheets: Any, hints: Any, font_config: Any, target_collector: Any) -> None:
    early = [(_Sheet(sheet), origin, specificity) for sheet, origin, specificity in sheets]
    ask_styles(self, html, early, hints, font_config, target_collector)
    self._late = html, target_collector
    for element, pseudo_type in dict.fromkeys(named for sheet, _, _ in early for named in sheet.named):
        _add(self, element, pseudo_type)


def style_for(self: Any, element: Any, pseudo_type: str | None = None) -> Any:
    if pseudo_type in LATE and (element, pseudo_type) not in self._computed_styles:
        _add(self, element, pseudo_type)
    return ask_style(self, element, pseudo_type)


def _add(styles: Any, element: Any, pseudo_type: str) -> None:
    """The style of a pseudo-element, if any rule is for it: the last half of StyleFor.__init__."""
    html, target_collector = styles._late
    if "_elements" not in styles.__dict__:
        styles._elements = {one.etree_element: one for one in html.wrapper_element.iter_subtree()}
    declared = [
        (name, value, (declaration_precedence(origin, important), order, fixed or specificity))
        for sheet, origin, fixed in styles._sheets
        for specificity, _, kind, (declarations, layer) in sheet.match_all(styles._elements[element])
        if kind == pseudo_type
        for order in [inf if layer is None else sheet.layers.index(layer)]
        for name, value, important in declarations
    ]
    if not declared:
        return
    cascaded: dict[str, tuple[Any, Any]] = {}
    for name, value, weight in declared:
        if name not in cascaded or cascaded[name][1] <= weight:
            cascaded[name] = value, weight
    waiting = styles.get_cascaded_styles()
    waiting[element, pseudo_type] = cascaded
    styles.set_computed_styles(element, element, html.etree_element, pseudo_type, html.base_url, target_collector)
    del waiting[element, pseudo_type]  # else it would be taken for one of a page
