"""Compares an output with the same one made anew, whose elements tell where they come from: two rows of `Piece`s in,
the origins of the first one out.

The rows need not be equal: the file that was checked may have been changed since it was built, and it has a few things
that only a whole build can know (where printed pages begin, the numbers of lists).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ketapub.problems import NOWHERE, Position

WORDS = 60  # letters of its text by which an element is known
MOST = 4_000_000  # comparisons, at worst, for what has no words to be known by


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of the manuscript that an element comes from, or what else made it: "template page.html, line 5"."""

    at: Position = NOWHERE
    made_by: str = ""


UNKNOWN = Origin()
OURS = Origin(made_by="our markup")  # of what has no place of its own: the heading of an index, the head of a table


def nearest(own: Origin | None, around: Origin) -> Origin:
    """The origin of an element, which may be known only of what it stands in."""
    return around if own is None or (own == OURS and around.at != NOWHERE) else own


@dataclass(frozen=True, slots=True)
class Piece:
    """An element: `said` are the first letters of its words, `parent` is its index in the row, or -1. What is `loose`
    is compared with nothing, and comes from where its parent does."""

    name: str
    id: str
    said: str
    parent: int
    loose: bool = False
    origin: Origin = UNKNOWN


class Outliner:
    """Writes the row while somebody reads a document: elements are opened and closed around texts."""

    def __init__(self) -> None:
        self._letters: list[str] = []
        self._length = 0
        self._begun: list[Piece] = []  # without their words
        self._bounds: list[tuple[int, int]] = []  # of their words among all letters
        self._open: list[int] = []

    def open(self, name: str, id: str = "", origin: Origin | None = None, *, loose: bool = False) -> int:
        """Begin an element; its index in the row. One without an origin has that of what it stands in."""
        parent = self._open[-1] if self._open else -1
        around = UNKNOWN
        if parent >= 0:
            loose, around = loose or self._begun[parent].loose, self._begun[parent].origin
        self._open.append(len(self._begun))
        self._begun.append(Piece(name, id, "", parent, loose, nearest(origin, around)))
        self._bounds.append((self._length, self._length))
        return self._open[-1]

    def text(self, text: str) -> None:
        if not self._open or not self._begun[self._open[-1]].loose:  # words that are loose are nobody's
            letters = "".join(text.split()).replace("\N{SOFT HYPHEN}", "")
            self._letters.append(letters)
            self._length += len(letters)

    def close(self) -> None:
        index = self._open.pop()
        self._bounds[index] = self._bounds[index][0], self._length

    def pieces(self) -> list[Piece]:
        while self._open:
            self.close()
        text = "".join(self._letters)
        return [
            replace(piece, said=text[start : min(end, start + WORDS)])
            for piece, (start, end) in zip(self._begun, self._bounds, strict=True)
        ]


Key = Callable[[Piece], Hashable]


def _whole(piece: Piece) -> Hashable:
    return piece.name, piece.id, piece.said


def _said(piece: Piece) -> Hashable:
    return piece.said


def _name(piece: Piece) -> Hashable:
    return piece.name


def origins(found: Sequence[Piece], traced: Sequence[Piece]) -> list[Origin]:
    """The origin of each piece that was found. A piece that stands there twice comes from one place; one that nothing
    is known of comes from where its parent does."""
    rows = [index for index, piece in enumerate(found) if not piece.loose]
    known = [piece for piece in traced if not piece.loose]
    partner = {rows[one]: known[other] for one, other in _pairs([found[row] for row in rows], known)}
    twins = {_whole(piece): piece for piece in reversed(known)}
    out: list[Origin] = []
    for index, piece in enumerate(found):
        twin = partner.get(index) or (twins.get(_whole(piece)) if piece.said or piece.id else None)
        if twin is not None:
            out.append(twin.origin)
        else:
            out.append(out[piece.parent] if piece.parent >= 0 else UNKNOWN)
    return out


def _pairs(
    one: Sequence[Piece], other: Sequence[Piece], keys: tuple[Key, ...] = (_whole, _said, _name)
) -> Iterator[tuple[int, int]]:
    """Which pieces are the same: as a whole; between these, by their words; between these, by their names; and what is
    left in equal numbers, in its order."""
    if not keys:
        yield from zip(range(len(one)), range(len(other)), strict=True) if len(one) == len(other) else ()
        return
    key, *rest = keys
    mine, theirs = [key(piece) for piece in one], [key(piece) for piece in other]
    done = (0, 0)
    for at, to, count in _blocks(mine, theirs, careful=key is not _whole):
        gap = _pairs(one[done[0] : at], other[done[1] : to], tuple(rest))
        yield from ((done[0] + first, done[1] + second) for first, second in gap)
        yield from ((at + step, to + step) for step in range(count))
        done = at + count, to + count


def _blocks(mine: Sequence[Hashable], theirs: Sequence[Hashable], *, careful: bool) -> Iterator[tuple[int, int, int]]:
    """As `SequenceMatcher.get_matching_blocks`, which is slow where much is equal: the same beginning and end first."""
    shorter = min(len(mine), len(theirs))
    first = next((at for at in range(shorter) if mine[at] != theirs[at]), shorter)
    last = next((at for at in range(shorter - first) if mine[-1 - at] != theirs[-1 - at]), shorter - first)
    yield 0, 0, first
    middle = mine[first : len(mine) - last], theirs[first : len(theirs) - last]
    if not careful or len(middle[0]) * len(middle[1]) <= MOST:
        for at, to, count in SequenceMatcher(None, *middle, autojunk=False).get_matching_blocks():
            if count:
                yield first + at, first + to, count
    yield len(mine) - last, len(theirs) - last, last
