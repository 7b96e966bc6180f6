"""Sets a book on pages: a part at a time, with room for the page numbers in it.

In: a `Book`, the theme. Out: a `Layout`: its parts with their pages, and `Pages`. Parts are laid out again until the
room for page numbers is that of the pages on which things stand. (In-text `target-counter` would do this in one
document, but loses and repeats footnotes in WeasyPrint 70.) What an earlier run has laid out comes from the cache.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ketapub import document as d
from ketapub.formats.pdf.edition import Edition
from ketapub.formats.pdf.facts import formula, report, turns_of
from ketapub.formats.pdf.parts import Part, make_parts, page_label
from ketapub.formats.pdf.setter import LaidPart, Setter
from ketapub.formulas.drawing import Undrawable, draw, without_glyph
from ketapub.problems import NOWHERE, Position, Problems

NEAR = 40  # pages: for a few parts, as much is in doubt as for so many pages
MANY = 5_000  # letters: fewer say little of how full a page is
ROUNDS = 8  # page numbers settle in two or three; a number that gains a digit may need another


@dataclass(frozen=True)
class Layout:
    parts: tuple[LaidPart, ...]  # in the order of the book: all roman ones first
    pages: d.Pages
    reused: int  # how many of them an earlier run has laid out


def typeset(book: d.Book, edition: Edition, setter: Setter, problems: Problems) -> Layout | None:
    """Set every part, as often as page numbers need. None when something did not fit (see `problems`)."""
    _check_formulas(book, problems)
    if problems.errors:
        return None
    labels = setter.labels or _guessed(book, edition, setter)
    early = not setter.labels
    for _ in range(ROUNDS):
        parts = _set(make_parts(book, labels, edition), setter, early=early)
        if problems.errors:
            return None
        found = _labels(parts)
        if found == labels:
            break
        labels = {**labels, **found} if early else found
        early = False
    else:
        problems.add("page-numbers-unsettled", NOWHERE, f"page numbers still changed after {ROUNDS} layouts")
        return None
    setter.keep_plan(labels, parts)
    _report(parts, book, problems)
    if problems.errors:
        return None
    turns = tuple(turn for one in parts for turn in turns_of(one.facts, one.part.first_order, one.labels))
    pages = d.Pages(labels, sum(one.facts.pages for one in parts), turns)
    return Layout(parts, pages, sum(one.task.key not in setter.laid for one in parts))


def _guessed(book: d.Book, edition: Edition, setter: Setter) -> Mapping[str, str]:
    """Page numbers with as many digits as the right ones, for the most part: then there is room for those.

    What is laid out shows how much of this book goes on a page. So that comes first which keeps its pages though page
    numbers are off; and the more is known, the less they are.
    """
    laid: dict[str, LaidPart] = {}
    parts = make_parts(book, {}, edition)
    if sum(part.folio == "roman" for part in parts) > 1:
        laid[parts[0].key] = setter.lay_out(parts[0], 1)  # its length cannot be told from its words
    texts = {part.key for part in parts if _is_text(part)}
    while waiting := texts - laid.keys():
        made = {part.key: part for part in make_parts(book, _spread(parts, setter, laid), edition, waiting)}
        numbered = [(made[one.key], first) for one, first in _numbered(parts, setter.length) if one.key in waiting]
        chosen = surest(numbered, setter, is_first=waiting == texts)
        setter.lay_out_ahead(chosen)
        laid |= {part.key: setter.lay_out(part, first) for part, first in chosen}
    return _spread(parts, setter, laid)


def surest(numbered: Sequence[tuple[Part, int]], setter: Setter, *, is_first: bool) -> Sequence[tuple[Part, int]]:
    """Of the parts that are not laid out, those that need not be laid out again, as far as can be told. The first one
    of all has to show how many letters go on a page."""
    pages = [range(first, first + setter.length(part)) for part, first in numbered]
    doubt = 0.2 if is_first else 0.07
    unsure = {part.key: _unsure(part, own, pages, doubt) for (part, _), own in zip(numbered, pages, strict=True)}
    if is_first:
        samples = [one for one in numbered if one[0].letters > MANY] or numbered
        return sorted(samples, key=lambda one: (unsure[one[0].key], one[0].letters))[: setter.jobs]
    return [one for one in numbered if not unsure[one[0].key]] or numbered[: setter.jobs]


def _is_text(part: Part) -> bool:
    return part.folio == "arabic" and not part.of_numbers


def _unsure(part: Part, pages: range, unlaid: Iterable[range], doubt: float) -> int:
    """How many of its own page numbers and of those in it may have fewer or more digits, if the lengths of parts that
    are not laid out are off by this share."""

    def is_unsure(number: int) -> bool:
        before = sum(min(number, one.stop) - one.start for one in unlaid if one.start < number)
        off = math.ceil(doubt * (before + NEAR)) if before else 0
        return _digits(max(1, number - off)) != _digits(number + off)

    return sum(map(is_unsure, (pages.start, pages.stop, *map(int, part.numbers))))


def _digits(number: int) -> int:
    return len(str(number))


def _spread(parts: Sequence[Part], setter: Setter, laid: Mapping[str, LaidPart]) -> Mapping[str, str]:
    """The page labels of all ids: the right ones where all is `laid` out before, by the keys of parts; elsewhere as if
    each part had as many pages as `setter` thinks, all as full as another."""
    labels: dict[str, str] = {}
    for part, first in _numbered(parts, setter.length):
        length = setter.length(part)
        pages = laid[part.key].facts.anchors if part.key in laid else {}
        for found in re.finditer(r' id="([^"]+)"', part.body):
            page = pages.get(found[1], length * found.start() // len(part.body))
            labels[found[1]] = page_label(part.folio, first + page)
    return labels


def _set(parts: Sequence[Part], setter: Setter, *, early: bool) -> tuple[LaidPart, ...]:
    """`early`: without what is made of page numbers, as none is known."""
    for _ in range(2):  # the first time with lengths that may be guessed
        numbered = _numbered(parts, setter.length)
        setter.lay_out_ahead((part, first) for part, first in numbered if not (early and part.of_numbers))
    laid = []
    for part, first in _numbered(parts, setter.length):  # which knows the length of a part that it has laid out
        if not (early and part.of_numbers):
            laid.append(setter.lay_out(part, first))
    return tuple(laid)


def _numbered(parts: Sequence[Part], length: Callable[[Part], int]) -> Iterator[tuple[Part, int]]:
    """Each part with the number of its first page; how long it is is asked behind it."""
    following = {"roman": 1, "arabic": 1}
    for part in parts:
        first = following[part.folio]
        yield part, first
        last = first + length(part) - 1
        following[part.folio] = last + 1 + last % 2  # the next part opens on a right-hand page


def _labels(parts: tuple[LaidPart, ...]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for laid in parts:
        for anchor, page in laid.facts.anchors.items():
            labels.setdefault(anchor, laid.labels[page])
    return labels


def _report(parts: tuple[LaidPart, ...], book: d.Book, problems: Problems) -> None:
    named = {formula(node.alt): node.at for node in d.formulas_in(book.chapters)}
    for node in d.walk_book(book):
        if isinstance(node, d.Callout) and node.attributes.id:
            named[node.attributes.id] = node.at

    for laid in parts:

        def position(place: str | int, part: Part = laid.part) -> Position:
            return part.starts[place].node.at if isinstance(place, int) else named.get(place, NOWHERE)

        report(laid.facts, laid.labels, position, problems)


def _check_formulas(book: d.Book, problems: Problems) -> None:
    """Each can be drawn, with the letters of a font of their own, which has fewer than the book's."""
    for node in d.formulas_in(book.chapters):
        try:
            draw(node.mathml, isinstance(node, d.DisplayFormula))
        except Undrawable:
            problems.add("bad-formula", node.at, "this formula cannot be drawn for print", "write it in another way")
        if missing := "".join(without_glyph(node.mathml)):
            message = f"the font of formulas has no {', '.join(missing)}"
            problems.add("missing-glyph", node.at, message, "write it outside of the formula")
