"""A style in; out: which fields of a work its reference list prints, and whether it prints titles as they are stored.

A layout is gone through as the engine would (CSL 1.0.2, "Rendering Elements"), for the fields that a record has: the
question is what it would print, not how. What only the engine can know (whether a text is numeric) counts as both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketapub.citation_style.style import CSL, Style

if TYPE_CHECKING:
    from lxml import etree

SAME = {"event": "event-title"}  # CSL 1.0.1 and 1.0.2
AS_STORED = ("", "capitalize-first")  # values of text-case that leave the words of a title alone
DEEPEST = 150  # elements in one another, macros included; the deepest installed style has 34
CASES = 2_000  # kinds of record whose layouts are remembered

Fields = frozenset[str]


@dataclass(frozen=True, slots=True)
class Printed:
    """What a layout prints: fields, those of them that it prints as stored, and the terms of its own."""

    fields: Fields
    stored: Fields
    terms: Fields


class Needs:
    """What one style prints. A style without a reference list prints the works in its citations."""

    def __init__(self, style: Style) -> None:
        from lxml import etree

        root = etree.fromstring(style.xml)  # our own copy of what was read with care
        self._macros = {macro.get("name", ""): macro for macro in root.iter(f"{CSL}macro")}
        listed = root.find(f"{CSL}bibliography/{CSL}layout")
        self._layout = root.find(f"{CSL}citation/{CSL}layout") if listed is None else listed
        self._noted = listed is None
        self._mentioned = frozenset(
            SAME.get(name, name)
            for element in root.iter(f"{CSL}*")
            for attribute in ("variable", "is-numeric", "is-uncertain-date")
            for name in element.get(attribute, "").split()
        )
        self._known: dict[tuple[str, Fields], Printed] = {}

    def prints(self, kind: str, present: Iterable[str], variable: str) -> bool:
        """Would a record of this type, with these fields, have `variable` printed if it had it too?"""
        if SAME.get(variable, variable) not in self._mentioned:
            return False
        return SAME.get(variable, variable) in self.printed(kind, (*present, variable)).fields

    def printed(self, kind: str, present: Iterable[str]) -> Printed:
        """What is printed of a record of this type that has these fields."""
        there = self._mentioned.intersection(SAME.get(name, name) for name in present)
        key = (kind, there)
        if key not in self._known:
            if len(self._known) >= CASES:
                self._known.clear()
            walk = _Walk(self._macros, kind, there, self._noted)
            result = _NOTHING if self._layout is None else walk.children(self._layout, False, 0)
            self._known[key] = Printed(result.fields, result.stored, result.terms)
        return self._known[key]


@dataclass(frozen=True, slots=True)
class _Result:
    """What a part of a layout prints; `called` and `filled` decide whether a group around it is printed."""

    fields: Fields = frozenset()
    stored: Fields = frozenset()
    terms: Fields = frozenset()
    called: bool = False
    filled: bool = False

    def __add__(self, other: _Result) -> _Result:
        if other is _NOTHING or self is _NOTHING:
            return other if self is _NOTHING else self
        return _Result(
            self.fields | other.fields,
            self.stored | other.stored,
            self.terms | other.terms,
            self.called or other.called,
            self.filled or other.filled,
        )


_NOTHING = _Result()
_EMPTY = _Result(called=True)  # a field was asked for that is not there


class _Walk:
    """One way through a layout. `changed`: a text-case further out already changes the words."""

    def __init__(self, macros: Mapping[str, etree._Element], kind: str, there: Fields, noted: bool) -> None:
        self.macros, self.kind, self.there, self.noted = macros, kind, there, noted
        self.done: dict[tuple[str, bool], _Result] = {}  # each macro once, however often it is called

    def children(self, parent: etree._Element, changed: bool, depth: int) -> _Result:
        result = _NOTHING
        if depth < DEEPEST:
            for element in parent.iterchildren(f"{CSL}*"):
                result += self.element(element, changed, depth + 1)
        return result

    def element(self, element: etree._Element, changed: bool, depth: int) -> _Result:
        changed = changed or element.get("text-case", "") not in AS_STORED
        match str(element.tag).removeprefix(CSL):
            case "text" if macro := element.get("macro"):
                return self.macro(macro, changed, depth)
            case "text" if term := element.get("term"):
                return _Result(terms=frozenset([term]))
            case "text" | "number" | "date":
                return self.variables(element, changed)
            case "names":
                found = self.variables(element, changed)
                substitute = element.find(f"{CSL}substitute")
                if not found.filled and substitute is not None and depth < DEEPEST:
                    for other in substitute.iterchildren(f"{CSL}*"):
                        instead = self.element(other, changed, depth + 1)
                        if instead.filled:
                            return found + instead
                return found
            case "group":
                inside = self.children(element, changed, depth)
                return _EMPTY if inside.called and not inside.filled else inside
            case "choose":
                return self.choice(element, changed, depth)
        return _NOTHING

    def variables(self, element: etree._Element, changed: bool) -> _Result:
        names = [name for name in element.get("variable", "").split() if name != "year-suffix"]  # the engine's own
        found = self.there.intersection(SAME.get(name, name) for name in names)
        if not found:
            return _EMPTY if names else _NOTHING
        return _Result(found, frozenset() if changed else found, called=True, filled=True)

    def macro(self, name: str, changed: bool, depth: int) -> _Result:
        key = (name, changed)
        if key not in self.done:
            self.done[key] = _NOTHING  # a macro that calls itself prints nothing more
            if (macro := self.macros.get(name)) is not None:
                self.done[key] = self.children(macro, changed, depth)
        return self.done[key]

    def choice(self, choose: etree._Element, changed: bool, depth: int) -> _Result:
        """The branch that the engine takes; where that is not known, each that it may take."""
        result = _NOTHING
        for branch in choose.iterchildren(f"{CSL}*"):
            holds = True if branch.tag == f"{CSL}else" else self.holds(branch)
            if holds is not False:
                result += self.children(branch, changed, depth)
            if holds:
                break
        return result

    def holds(self, branch: etree._Element) -> bool | None:
        tests = [
            self.test(attribute, value)
            for attribute, values in branch.attrib.items()
            if attribute != "match"
            for value in values.split()
        ]
        wanted = branch.get("match", "all")
        decides = wanted != "all"  # one test of this outcome settles the matter
        if decides in tests:
            return wanted == "any"
        return None if None in tests else wanted != "any"

    def test(self, attribute: str, value: str) -> bool | None:
        match attribute:
            case "type":
                return value == self.kind
            case "variable":
                return SAME.get(value, value) in self.there or value == "citation-number"
            case "is-numeric" | "is-uncertain-date":
                return None if SAME.get(value, value) in self.there else False
            case "position":
                return self.noted and value == "first"
            case "locator":
                return False
        return None
