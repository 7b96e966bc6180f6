"""Answers the plain cases of computed style first.

What: no rule sets two in three properties that an element is asked for; they are inherited, or have their initial
value. It takes `ComputedStyle.__missing__` some 25 steps to find that out; for which properties these come to nothing
is found once.
Why safe: only for properties that no rule sets, under a logical name either, and that are not computed otherwise. Text
decorations, page, position, float and display have rules of their own and are WeasyPrint's.
Gain: a tenth of the time of a book.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from weasyprint.css import AnonymousStyle, ComputedStyle
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.functions import check_math
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES

from ketapub.formats.pdf.fast.replacing import replaced

SPECIAL = {"page", "position", "float", "display"}

ask_computed = ComputedStyle.__missing__
ask_anonymous = AnonymousStyle.__missing__


def apply() -> None:
    replaced.put(ComputedStyle, "__missing__", computed)
    replaced.put(AnonymousStyle, "__missing__", anonymous)


class _Plain(NamedTuple):
    names: frozenset[str]  # rules for these may set it
    inherited: bool
    value: Any


def _names(key: str) -> frozenset[str]:
    """A property, and its logical names."""
    function = PHYSICAL_FUNCTIONS.get(key)
    logical = (function(block="ttb", inline=inline) for inline in ("ltr", "rtl")) if function else ()
    return frozenset((key, *logical))


def _is_special(key: str) -> bool:
    return key in SPECIAL or key.startswith("text_decoration_")


PLAIN = {
    key: _Plain(_names(key), key in INHERITED, value)
    for key, value in INITIAL_VALUES.items()
    if not (_is_special(key) or check_math(value)) and (key in INHERITED or key not in INITIAL_NOT_COMPUTED)
}
# Without a style, a border has no width.
PLAIN |= {
    f"border_{side}_width": _Plain(_names(f"border_{side}_width") | _names(f"border_{side}_style"), False, 0)
    for side in ("top", "right", "bottom", "left")
}
INITIAL = {
    key: value
    for key, value in INITIAL_VALUES.items()
    if not (_is_special(key) or key in INHERITED or key in INITIAL_NOT_COMPUTED)
}


class Untouched:
    """Asks of a style whether no rule sets any of some properties, and none was looked up or changed: those that are
    inherited are as in its parent then, others as CSS begins. They are not looked up for that."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self.rules = frozenset().union(*(PLAIN[name].names for name in self.names))

    def __call__(self, style: Any) -> bool:
        return style.keys().isdisjoint(self.names) and self.rules.isdisjoint(getattr(style, "cascaded", ()))


def computed(self: Any, key: str) -> Any:
    plain = PLAIN.get(key)
    if plain is None or not plain.names.isdisjoint(self.cascaded) or (plain.inherited and self.parent_style is None):
        return ask_computed(self, key)
    value = self[key] = self.parent_style[key] if plain.inherited else plain.value
    return value


def anonymous(self: Any, key: str) -> Any:
    if key in INITIAL:
        value = self[key] = INITIAL[key]
    elif key in INHERITED:
        value = self[key] = self.parent_style[key]
    else:
        return ask_anonymous(self, key)
    return value
