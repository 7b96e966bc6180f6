"""Chooses what one output shows: the conditional content of a `Book`, decided for a format and an edition.

In: a `Book`, the output's names. Out: a `Book` without conditional nodes. Numbers and ids do not change: they were
given to everything. A reference to something that this output hides is a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ketapub import document as d
from ketapub.problems import Problems


def select(book: d.Book, problems: Problems, *, format: str, edition: str = "", clinic: str = "") -> d.Book:
    """`format` as in `--to` and `when-format`: "pdf", "epub", "html"; `edition` such as "large-print"."""
    now = {"format": format, "edition": edition, "clinic": clinic, "lang": book.info.book.language}
    hidden: dict[str, str] = {}

    def change(node: d.Node) -> d.Node | tuple[d.Node, ...] | None:
        if isinstance(node, d.Conditional | d.ConditionalSpan):
            inside = node.blocks if isinstance(node, d.Conditional) else node.children
            if all(_holds(condition, now) for condition in node.conditions):
                return inside
            hidden.update((id, format) for id in d.ids_in(inside))
            return ()
        return node

    chapters = d.map_nodes(book.chapters, change)
    if hidden:
        for chapter in chapters:
            for node in d.walk_chapter(chapter):
                target = d.reference_target(node)
                if target in hidden:
                    problems.add(
                        "hidden-target",
                        node.at,
                        f'"{target}" is hidden in the {format} output, but referred to there',
                        "put the reference under the same condition",
                    )
        chapters = tuple(d.map_nodes(chapter, _without_places(hidden)) for chapter in chapters)
    return replace(book, chapters=chapters)


def _holds(condition: d.Condition, now: Mapping[str, str]) -> bool:
    value = now[condition.key]
    # A format may be asked for by its own name or by what kind of thing it is: "html" holds for site and EPUB too, as
    # in Quarto; "print" for everything on paper. A language holds for its regions.
    names = {value}
    if condition.key == "format":
        names |= {"html"} if value in ("site", "epub") else set()
        names |= {"pdf"} if value in ("press", "large-print", "booklet") else set()
    if condition.key == "lang":
        names.add(value.partition("-")[0])
    return (not names.isdisjoint(condition.values)) == condition.wanted


def _without_places(hidden: Mapping[str, str]) -> d.Change:
    """Back-links from the reference list to citations that are not shown would lead nowhere."""

    def change(node: d.Node) -> d.Node:
        if isinstance(node, d.Entry):
            return replace(node, places=tuple(place for place in node.places if place not in hidden))
        return node

    return change
