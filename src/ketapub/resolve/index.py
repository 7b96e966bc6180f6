"""Makes the index of the book from its marks, in a chapter at the very end.

In: numbered chapters. Out: the same with the chapter `book-index`, if the book has any marks. Entries stand in the
order of the alphabet, their places in reading order. Numbers of pages and chapters are not here: they are the output's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from ketapub import document as d
from ketapub.info import Info
from ketapub.locale import words
from ketapub.problems import NOWHERE, Position, Problems, did_you_mean
from ketapub.resolve.collation import letter_of, order_of
from ketapub.slugs import slug

NAME, ID = "book-index", "index"  # "index" as the name of a chapter would be the first page of a site


@dataclass
class _Line:
    """An entry while it is being collected."""

    term: str = ""
    above: _Line | None = None
    at: Position = NOWHERE
    id: str = ""
    places: list[tuple[str, ...]] = field(default_factory=list)
    see: dict[tuple[str, ...], d.IndexPath] = field(default_factory=dict)
    see_also: dict[tuple[str, ...], d.IndexPath] = field(default_factory=dict)
    below: dict[str, _Line] = field(default_factory=dict)
    begun: d.IndexMark | None = None  # a range that has no end so far
    begun_at: int = 0  # its index in `places`

    @property
    def path(self) -> tuple[str, ...]:
        return (*self.above.path, self.term) if self.above else ()

    def find(self, path: Iterable[str]) -> _Line | None:
        line: _Line | None = self
        for part in path:
            line = line.below.get(_same(part)) if line else None
        return line

    def all(self) -> Iterator[_Line]:
        for line in self.below.values():
            yield line
            yield from line.all()


def add_index(chapters: tuple[d.Chapter, ...], info: Info, problems: Problems) -> tuple[d.Chapter, ...]:
    top = _Line()
    for chapter in chapters:
        for node in d.walk_chapter(chapter):
            if isinstance(node, d.IndexMark):
                _collect(node, top, problems)
    if not top.below:
        return chapters
    for line in top.all():
        if line.begun:
            _open_range(line.begun, "ends nowhere", "end", problems)
    _give_ids(top, chapters, problems)
    language = info.book.language
    heading = d.Heading(1, (d.Text(words(language)["index"]),), d.Attributes(id=ID))
    return (*chapters, d.Chapter(NAME, "back", heading, (d.Index(_entries(top, top, language)),)))


def _same(part: str) -> str:
    """Two names of one entry may differ in capitals, and in how an apostrophe or an accent is typed."""
    return unicodedata.normalize("NFC", part.casefold()).replace("’", "'")


def _capitals(term: str) -> int:
    return sum(letter.isupper() for letter in term)


def _collect(mark: d.IndexMark, top: _Line, problems: Problems) -> None:
    line = top
    for part in mark.path:
        line = line.below.setdefault(_same(part), _Line(part, line, mark.at))
        if _capitals(part) < _capitals(line.term):  # a word at the start of a sentence has one too many
            line.term = part
    if mark.see:
        line.see.setdefault(tuple(map(_same, mark.see.parts)), mark.see)
        return
    if mark.see_also:
        line.see_also.setdefault(tuple(map(_same, mark.see_also.parts)), mark.see_also)
    if mark.range == "end" and line.begun:
        line.places[line.begun_at] = (line.begun.id, mark.id)
        line.begun = None
        return
    if mark.range == "end":
        _open_range(mark, "begins nowhere", "start", problems)
    elif mark.range == "start" and line.begun:
        message = f"begins again, before its end (it began at {line.begun.at})"
        _open_range(mark, message, "end", problems)
    elif mark.range == "start":
        line.begun, line.begun_at = mark, len(line.places)
    line.places.append((mark.id,))


def _open_range(mark: d.IndexMark, what: str, missing: str, problems: Problems) -> None:
    name = "!".join(mark.path)
    hint = f'write []{{.index entry="{name}" range="{missing}"}} where it {"begins" if missing == "start" else "ends"}'
    problems.add("open-index-range", mark.at, f'the range of the entry "{name}" {what}', hint)


def _give_ids(top: _Line, chapters: tuple[d.Chapter, ...], problems: Problems) -> None:
    """An id for every entry that another one leads to."""
    names = ["!".join(line.path) for line in top.all()]
    taken = {id for chapter in chapters for id in d.ids_in((chapter.heading, chapter.subtitle, chapter.blocks))}
    for line in top.all():
        for path in (*line.see.values(), *line.see_also.values()):
            target = top.find(path.parts)
            if target is None or target is line:
                name = "!".join(path.parts)
                message, hint = f'the index has no entry "{name}"', did_you_mean(name, names)
                if target is line:
                    message, hint = f'the entry "{name}" leads to itself', "name another one, or leave it out"
                problems.add("unknown-index-entry", path.at, message, hint)
            elif not target.id:
                wanted = f"idx-{slug(' '.join(target.path)) or 'entry'}"
                id, count = wanted, 1
                while id in taken:
                    count += 1
                    id = f"{wanted}-{count}"
                taken.add(id)
                target.id = id


def _entries(line: _Line, top: _Line, language: str) -> tuple[d.IndexEntry, ...]:
    """What stands below a line, in order; below `top`, the main entries with their letters."""
    ordered = sorted(((order_of(one.term, language), one) for one in line.below.values()), key=itemgetter(0))
    return tuple(
        d.IndexEntry(
            (d.Text(one.term, at=one.at),),
            tuple(one.places),
            _references(one.see.values(), one, top, language),
            _references(one.see_also.values(), one, top, language),
            _entries(one, top, language),
            letter_of(order) if line is top else "",
            one.id,
            at=one.at,
        )
        for order, one in ordered
    )


def _references(paths: Iterable[d.IndexPath], line: _Line, top: _Line, language: str) -> tuple[d.Reference, ...]:
    """Links to the entries that `paths` name: "diet: fibre"."""
    found = []
    for path in paths:
        target = top.find(path.parts)
        if target is None or target is line:
            continue
        *above, last = target.path
        name = " ".join([*(words(language).format("label-before-title", label=part) for part in above), last])
        reference = d.Reference((d.Text(name, at=path.at),), target.id, at=path.at)
        found.append((order_of(name, language), reference))
    return tuple(reference for _, reference in sorted(found, key=itemgetter(0)))
