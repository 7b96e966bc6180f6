"""Chooses what one output shows: the conditional content of a `Book`, decided for a format and an edition.

In: a `Book`, the output's names. Out: a `Book` without conditional nodes. Numbers and ids do not change: they were
given to everything. A reference to something that this output hides is a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ketapub import document as d
from ketapub.problems import Problems

# What `when-edition` calls the edition that a format is.
EDITIONS: Mapping[str, str] = {"large-print": "large-print"}
# The cover is as thick as the pages of the press edition.
SHOWN_AS: Mapping[str, str] = {"cover": "press"}


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

    chapters = tuple(d.map_nodes(one, change) if _is_conditional(one) else one for one in book.chapters)
    contents, figures, tables = (_titles(lines, change) for lines in (book.contents, book.figures, book.tables))
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
        chapters = _without_lost_entries(chapters)
        names = {chapter.name for chapter in chapters}
        contents = tuple(line for line in contents if book.chapter_of[line.id] in names)
        figures, tables = (tuple(line for line in lines if line.id not in hidden) for lines in (figures, tables))
    return replace(book, chapters=chapters, contents=contents, figures=figures, tables=tables)


def check_same_words(book: d.Book, problems: Problems, *, format: str, other: str) -> None:
    """Warn of each condition by which a format says something else than the other one, whose pages it should have."""
    one, two = (
        {"format": name, "edition": "", "clinic": "", "lang": book.info.book.language} for name in (format, other)
    )
    for node in d.walk_book(book):
        if isinstance(node, d.Conditional | d.ConditionalSpan):
            shown, shown_there = (all(_holds(condition, now) for condition in node.conditions) for now in (one, two))
            if shown != shown_there:
                where = f"only in {format}" if shown else f"in {other} but not in {format}"
                hint = f'the pages may no longer be the same: use when-format="pdf", which holds for {format} too'
                problems.add("press-differs", node.at, f"this stands {where}", hint, severity="warning")


def _titles(lines: tuple[d.Contents, ...], change: d.Change) -> tuple[d.Contents, ...]:
    """Lines of the contents whose words hold conditions too."""
    return tuple(
        replace(line, title=d.map_nodes(line.title, change), children=_titles(line.children, change)) for line in lines
    )


def _is_conditional(chapter: d.Chapter) -> bool:
    return any(isinstance(node, d.Conditional | d.ConditionalSpan) for node in d.walk_chapter(chapter))


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
    """Links from the reference list, a glossary and the index to what is not shown would lead nowhere."""

    def change(node: d.Node) -> d.Node:
        if isinstance(node, d.Entry | d.Definition):
            return replace(node, places=tuple(place for place in node.places if place not in hidden))
        if isinstance(node, d.IndexEntry):  # of a range with one end left, that is a place
            left = (tuple(id for id in place if id not in hidden) for place in node.places)
            return replace(node, places=tuple(place for place in left if place))
        return node

    return change


def _without_lost_entries(chapters: tuple[d.Chapter, ...]) -> tuple[d.Chapter, ...]:
    """Without the entries of the index that lead nowhere now, what leads to those, and an index that is empty."""

    def drop(node: d.Node) -> d.Node | None:
        if isinstance(node, d.IndexEntry) and not (node.places or node.see or node.see_also or node.entries):
            lost.add(node.id)
            return None
        return node

    def forget(node: d.Node) -> d.Node | None:
        return None if isinstance(node, d.Reference) and node.target in lost else node

    while True:
        lost: set[str] = set()
        chapters = tuple(d.map_nodes(chapter, drop) if _index_of(chapter) else chapter for chapter in chapters)
        lost.discard("")
        if not lost:
            break
        chapters = tuple(d.map_nodes(chapter, forget) if _index_of(chapter) else chapter for chapter in chapters)
    return tuple(chapter for chapter in chapters if (index := _index_of(chapter)) is None or index.entries)


def _index_of(chapter: d.Chapter) -> d.Index | None:
    return next((block for block in chapter.blocks if isinstance(block, d.Index)), None)
