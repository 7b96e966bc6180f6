"""Puts reference lists where they stand: at an author's `::: {#refs}`, else behind the chapter or behind the book.

In: chapters, and the entries of each list. Out: the chapters with their lists and without `BibliographyMark` nodes, and
a last chapter for the book's list where nothing in the book asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ketapub import document as d
from ketapub.info import Info
from ketapub.locale import words
from ketapub.problems import Position, Problems

Entries = tuple[d.Entry, ...]
WHOLE = ""  # names the book's list; the others have the names of their chapters


def place_lists(
    chapters: tuple[d.Chapter, ...], lists: Mapping[str, Entries], info: Info, problems: Problems
) -> tuple[d.Chapter, ...]:
    """Place `lists`: the book's under `WHOLE`, a chapter's own under its name.

    A mark in a chapter with a list of its own is the place of that; any other is the place of the book's. Problem:
    `second-reference-list`, for a second mark of the same list.
    """
    placer = _Placer(lists, info, problems)
    placed = tuple(placer.chapter(chapter) for chapter in chapters)
    if placer.waits(WHOLE):
        title = (d.Text(words(info.book.language)["references"]),)
        heading = d.Heading(1, title, d.Attributes(id="references"))
        placed = (*placed, d.Chapter("references", "back", heading, (d.Bibliography(lists[WHOLE]),)))
    return placed


class _Placer:
    def __init__(self, lists: Mapping[str, Entries], info: Info, problems: Problems) -> None:
        self.lists, self.info, self.problems = lists, info, problems
        self.placed: dict[str, Position] = {}

    def waits(self, name: str) -> bool:
        return bool(self.lists.get(name)) and name not in self.placed

    def chapter(self, chapter: d.Chapter) -> d.Chapter:
        name = chapter.name if self.lists.get(chapter.name) else WHOLE

        def change(node: d.Node) -> d.Node | tuple[d.Node, ...]:
            if not isinstance(node, d.BibliographyMark):
                return node
            if name in self.placed:
                hint = f"the list stands at {self.placed[name]}; remove one of them"
                self.problems.add("second-reference-list", node.at, "a second place for the same reference list", hint)
            if not self.waits(name):
                return node.blocks
            self.placed[name] = node.at
            return (*node.blocks, d.Bibliography(self.lists[name], at=node.at))

        blocks = d.map_nodes(chapter.blocks, change)
        if name != WHOLE and self.waits(name):
            title = (d.Text(words(chapter.language or self.info.book.language)["references"]),)
            id = f"{chapter.heading.attributes.id}-references"
            blocks = (*blocks, d.Bibliography(self.lists[name], title, id, at=chapter.heading.at))
        return replace(chapter, blocks=blocks)
