"""Where a book has changed: two states of it come in, the first node that is another one goes out; and where a place of
the manuscript stands in print.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ketapub import document as d
from ketapub.problems import NOWHERE, Position


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the text: the chapter that shows it, and where it was written."""

    chapter: str
    at: Position


def changed_place(before: d.Book, now: d.Book, files: Collection[str]) -> Place | None:
    """Where the text differs first; better still, where it does so in one of these files: an edit may also give numbers
    to what stands before it. None if it says the same as before."""
    known = {chapter.name: chapter for chapter in before.chapters}
    places = [
        Place(chapter.name, _changed(known.get(chapter.name), chapter).at)
        for chapter in now.chapters
        if chapter != known.get(chapter.name)
    ]
    return next((place for place in places if place.at.file in files), places[0] if places else None)


def _changed(before: object, now: d.Chapter | d.Node) -> d.Node:
    """The innermost node that holds the first difference, or the last one before what was taken out."""
    inside = list(d.children(now))
    if type(before) is type(now):
        others = list(d.children(before))
        for old, new in zip(others, inside, strict=False):
            if old != new:
                return _changed(old, new)
        if len(others) < len(inside):
            return inside[len(others)]
        if len(others) > len(inside) > 0:
            return inside[-1]
    return now if isinstance(now, d.Node) else now.heading


def page_of(at: Position, chapters: Sequence[d.Chapter], turns: Sequence[d.Turn]) -> str:
    """The label of the page that shows what was written at a place, of those that begin with `turns`; "" for none."""
    before = (node for chapter in chapters for node in d.walk_chapter(chapter) if node.at.file == at.file)
    written = max((node for node in before if NOWHERE < node.at <= at), key=lambda node: node.at, default=None)
    if written is None:
        return ""
    return next((turn.label for turn in reversed(turns) if not turn.front and turn.order <= written.order), "")
