"""What the index says of the places of an entry: the entry, and where an id stands, in; shown places out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ketapub import document as d


@dataclass(frozen=True, slots=True)
class Shown:
    """A page or a chapter as it is shown, "12" or "12–15", and the ids to which that leads."""

    words: str
    ids: tuple[str, ...]


def shown_places(entry: d.IndexEntry, where: Callable[[str], str]) -> list[Shown]:
    """Each place once, by the first mark on it; none that a range of the same entry holds."""
    found: dict[str, Shown] = {}
    ranges: set[tuple[str, str]] = set()
    for place in entry.places:
        first, last = where(place[0]), where(place[-1])
        if first == last:
            found.setdefault(first, Shown(first, place[:1]))
        else:
            found.setdefault(f"{first}–{last}", Shown(f"{first}–{last}", place))
            ranges.add((first, last))
    return [shown for words, shown in found.items() if not any(_lies_in(words, *ends) for ends in ranges)]


def _lies_in(words: str, first: str, last: str) -> bool:
    numbers = [words, first, last]
    if all(one.isdecimal() and len(one) < 10 for one in numbers):
        return int(first) <= int(words) <= int(last)
    return words in (first, last)
