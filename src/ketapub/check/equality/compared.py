"""Where an output and the book differ: the items it should have and those it has in; findings out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ketapub.check.equality.items import Item
from ketapub.check.findings import Finding, Place
from ketapub.problems import NOWHERE, Position

ALIKE = 0.6  # how much of two lines is the same where one is the other, changed
SHOWN = 70  # characters of a line in a message
LONGEST = 100  # a stretch of items in which none is as it should be: longer ones are not paired by likeness
NOUNS = {
    "text": "the line",
    "contents": "the line of the contents",
    "code": "the code",
    "label": "the label",
    "note": "the note",
    "term": "the term",
    "callout": "the callout",
    "caption": "the caption",
    "summary": "the summary",
    "cell": "the cell",
    "header": "the cell",
    "column header": "the head of a column,",
    "row header": "the head of a row,",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """An item of the book and what stands in its place; None where there is nothing."""

    expected: Item | None
    found: Item | None


def compared(expected: Sequence[Item], found: Sequence[Item], *, more: bool = False) -> Iterator[Finding]:
    """What is missing, too much, changed or elsewhere, and where links lead to something else or a language is lost.

    With `more`, an output may say more than this.
    """
    pairs = list(_paired(expected, found, more))
    lost = Counter(_key(one.expected) for one in pairs if one.expected and not one.found)
    moved = lost & Counter(_key(one.found) for one in pairs if one.found and not one.expected)
    told = Counter(moved)
    wanted = frozenset(link[1:] for item in expected for link in item.links if link.startswith("#"))
    at, place = _first_place(expected), Place()
    for pair in pairs:
        if pair.expected and pair.expected.at != NOWHERE:
            at = pair.expected.at
        if pair.found:
            place = pair.found.place
        match pair:
            case Pair(None, Item() as extra):
                if moved[_key(extra)]:
                    moved[_key(extra)] -= 1  # told where it is missing
                elif not more:
                    yield Finding("extra", f"not in the book: {_named(extra)}", place, at)
            case Pair(Item() as missing, None):
                if told[_key(missing)]:
                    told[_key(missing)] -= 1
                    yield Finding("order", f"in another order: {_named(missing)}", place, at)
                else:
                    yield Finding("missing", f"missing: {_named(missing)}", place, at)
            case Pair(Item() as one, Item() as other):
                yield from (replace(each, place=place, at=at) for each in _differences(one, other, wanted))


def _first_place(items: Sequence[Item]) -> Position:
    return next((item.at for item in items if item.at != NOWHERE), NOWHERE)


def _key(item: Item) -> tuple[str, str]:
    return item.kind, item.words


def _paired(expected: Sequence[Item], found: Sequence[Item], more: bool) -> Iterator[Pair]:
    """Every item of both, in their order."""
    start = 0
    while start < min(len(expected), len(found)) and _key(expected[start]) == _key(found[start]):
        yield Pair(expected[start], found[start])
        start += 1
    expected, found = expected[start:], found[start:]
    matcher = SequenceMatcher(None, [*map(_key, expected)], [*map(_key, found)], autojunk=False)
    for same, first, last, start, end in matcher.get_opcodes():
        if same == "equal":
            yield from map(Pair, expected[first:last], found[start:end])
        else:
            yield from _alike(expected[first:last], found[start:end], more)


def _alike(expected: Sequence[Item], found: Sequence[Item], more: bool) -> Iterator[Pair]:
    """Items none of which is the same: each with the next one that it may have become."""
    if len(expected) == len(found) == 1 and expected[0].kind == found[0].kind and not more:
        yield Pair(expected[0], found[0])
        return
    next_one = 0
    for item in expected:
        near = range(next_one, len(found)) if len(found) * len(expected) < LONGEST * LONGEST else range(0)
        at = next((index for index in near if _may_be(item, found[index])), None)
        if at is None:
            yield Pair(item, None)
            continue
        yield from (Pair(None, other) for other in found[next_one:at])
        yield Pair(item, found[at])
        next_one = at + 1
    yield from (Pair(None, other) for other in found[next_one:])


def _may_be(one: Item, other: Item) -> bool:
    if one.words == other.words:
        return True
    if one.kind != other.kind:
        return False
    matcher = SequenceMatcher(None, one.words, other.words, autojunk=False)
    short = max(len(one.words), len(other.words)) < 8  # "12" may have become "21"
    return short or (matcher.real_quick_ratio() > ALIKE < matcher.quick_ratio() and matcher.ratio() > ALIKE)


def _differences(one: Item, other: Item, wanted: frozenset[str]) -> Iterator[Finding]:
    """Between an item of the book and what has become of it; `wanted` are the ids that links lead to."""
    if one.words != other.words:
        mine, theirs = _around_difference(one.words, other.words)
        yield Finding("changed", f'changed: {_noun(other)} says "{theirs}", the book says "{mine}"')
    if one.kind != other.kind:
        yield Finding("kind", f'{_named(other)} is "{other.kind}", in the book it is "{one.kind}"')
    for mine, theirs in _unlike(one.links, other.links):
        yield Finding("link", f"{_named(other)}: a link leads to {theirs}, in the book to {mine}")
    if one.languages != other.languages:
        yield Finding("language", f"{_named(other)}: {_spoken(other)}; in the book, {_spoken(one)}")
    if astray := sorted((one.anchors & wanted) - other.anchors):
        yield Finding("anchor", f"{_named(other)}: {', '.join(f'#{id}' for id in astray)} does not lead here")


def _unlike(mine: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Where links lead, in the book and here, as far as that is not the same."""
    if len(mine) == len(theirs):
        yield from ((one, other) for one, other in zip(mine, theirs, strict=True) if one != other)
        return
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    for same, first, last, start, end in matcher.get_opcodes():
        if same != "equal":
            yield ", ".join(mine[first:last]) or "nothing", ", ".join(theirs[start:end]) or "nothing"


def _spoken(item: Item) -> str:
    """What is said in which language."""
    if not item.languages:
        return "all is in the language of the whole"
    return ", ".join(f'"{words}" is in "{language}"' for language, words in item.languages)


def _noun(item: Item) -> str:
    return "the heading" if item.kind.startswith("heading") else NOUNS.get(item.kind, "the line")


def _named(item: Item) -> str:
    return f'{_noun(item)} "{_short(item.words)}"'


def _short(words: str) -> str:
    return words if len(words) <= SHOWN else f"{words[:SHOWN].rstrip()}…"


def _around_difference(one: str, other: str) -> tuple[str, str]:
    """Two lines from a little before the first letter in which they differ."""
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = one.rfind(" ", 0, max(0, same - 20)) + 1
    before = "…" if start else ""
    return before + _short(one[start:]), before + _short(other[start:])
