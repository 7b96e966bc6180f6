"""Gives every number and every id of the book, once: chapters, figures, tables, formulas, callouts, notes.

In: chapters as parsed. Out: the same with numbers and ids, unique in the whole book. Numbers go to everything, shown
or not in this or that output, so that they are the same in all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from ketapub import document as d
from ketapub.info import Info
from ketapub.problems import Position, Problems
from ketapub.slugs import slug

# Ids of the frames around the chapters (title page, contents, the page of the HTML).
RESERVED = ("book-title", "contents", "landmarks", "list-of-figures", "list-of-tables", "main", "toc")


WHOLE = ""  # names the book's reference list; a chapter's own is named as the chapter is


def entry_id(key: str, list_name: str = WHOLE) -> str:
    """The id of a work in a reference list."""
    return f"ref-{list_name}-{key}" if list_name else f"ref-{key}"


def number_book(chapters: tuple[d.Chapter, ...], info: Info, problems: Problems) -> tuple[d.Chapter, ...]:
    ids = _Ids(problems)
    ids.taken |= dict.fromkeys(_made_later(chapters, info.bibliography.placement), Position("the program"))
    for chapter in chapters:  # written ids first: they stay as they are, automatic ones make way
        for node in d.walk_chapter(chapter):
            if (attributes := _attributes(node)) and attributes.id:
                ids.claim(attributes.id, node.at)
    numbered, counts, number = [], _Counts(), 0
    for chapter in chapters:
        label = ""
        if chapter.role == "body" and "unnumbered" not in chapter.heading.attributes.classes:
            number += 1
            label = str(number)
        numbered.append(_number_chapter(chapter, label, info, ids, counts))
    return tuple(numbered)


def _made_later(chapters: tuple[d.Chapter, ...], placement: str) -> Iterator[str]:
    """The ids that `resolve.citations` and `resolve.index` will give: of their chapters, citations and works."""
    nodes = {chapter.name: tuple(d.walk_chapter(chapter)) for chapter in chapters}
    works = {chapter.name: dict.fromkeys(key.removeprefix("@") for key in chapter.nocite) for chapter in chapters}
    for name, inside in nodes.items():
        works[name] |= {node.key: None for node in inside if isinstance(node, d.Cite)}
    if any(works.values()) and placement != "chapter":
        if not any(isinstance(node, d.BibliographyMark) for inside in nodes.values() for node in inside):
            yield "references"
        yield from (entry_id(key) for keys in works.values() for key in keys)
    if placement != "book":
        yield from (entry_id(key, name) for name, keys in works.items() for key in keys)
    marks = sum(isinstance(node, d.CitationMark) for inside in nodes.values() for node in inside)
    yield from (f"cite-{number}" for number in range(1, marks + 1))
    if any(isinstance(node, d.IndexMark) for inside in nodes.values() for node in inside):
        yield "index"


class _Counts(Counter[tuple[str, str]]):
    """Counts by chapter and sort of thing; unnumbered chapters share one count, without a chapter's number."""

    def next(self, chapter: str, sort: str) -> str:
        self[chapter, sort] += 1
        return f"{chapter}.{self[chapter, sort]}" if chapter else str(self["", sort])


def _number_chapter(chapter: d.Chapter, number: str, info: Info, ids: _Ids, counts: _Counts) -> d.Chapter:
    name = chapter.name
    title = chapter.heading.attributes.id or ids.automatic(f"{name}-{_slug(chapter.heading.children)}")
    ids.claim(f"{title}-notes", chapter.heading.at)
    if info.bibliography.placement != "book":
        ids.claim(f"{title}-references", chapter.heading.at)
    level, per_book = 1, info.notes.numbering == "book"

    def change(node: d.Node) -> d.Node:
        nonlocal level
        match node:
            case d.Heading(children=children, attributes=attributes):
                level = node.level
                id = attributes.id or ids.automatic(f"{name}-{_slug(children)}")
                return replace(node, attributes=replace(attributes, id=id))
            case d.Note():
                count = counts.next("" if per_book else f"note {name}", "note").rpartition(".")[2]
                id = f"fn-{name}-{count}"
                ids.claim(id, node.at)
                ids.claim(f"{id}-ref", node.at)
                return replace(node, number=int(count), id=id)
            case d.Fact():
                anchor = f"fact-{counts.next('', 'fact')}"
                ids.claim(anchor, node.at)
                return replace(node, anchor=anchor)
            case d.IndexMark() if node.see is None:
                id = f"idx-{counts.next('', 'index mark')}"
                ids.claim(id, node.at)
                return replace(node, id=id)
            case d.Div() if d.is_glossary(node):
                return d.map_nodes(node, define)
            case d.Figure(attributes=attributes):
                if attributes.id.startswith("fig-"):
                    return replace(node, number=counts.next(number, "figure"))
                return node
            case d.DisplayFormula(attributes=attributes) if attributes.id.startswith("eq-"):
                return replace(node, number=counts.next(number, "equation"))
            case d.Table(attributes=attributes):
                id = attributes.id or ids.automatic(f"{name}-table")
                ids.claim(f"{id}-caption", node.at)
                given = counts.next(number, "table") if attributes.id.startswith("tbl-") else ""
                return replace(node, attributes=replace(attributes, id=id), number=given)
            case d.Callout(attributes=attributes):
                kind = info.callouts[node.kind]
                id = attributes.id or ids.automatic(f"{name}-{kind.name}")
                ids.claim(f"{id}-title", node.at)
                # As in Quarto, an id with the kind's prefix asks for a number. A crisis box keeps one name everywhere.
                wanted = attributes.id.startswith(f"{kind.prefix}-") and kind.urgency != "emergency"
                return replace(
                    node,
                    attributes=replace(attributes, id=id),
                    number=counts.next(number, kind.name) if wanted else "",
                    level=min(6, level + 1) if kind.heading else 0,
                )
            case _:
                return node

    def define(node: d.Node) -> d.Node:
        """A definition of a glossary. One in a glossary inside another has its id already."""
        if not isinstance(node, d.Definition) or node.id:
            return node
        id = f"gls-{_slug(node.term)}"
        ids.claim(id, node.at, "a glossary explains each term once")
        return replace(node, id=id)

    heading = d.map_nodes(replace(chapter.heading, attributes=replace(chapter.heading.attributes, id=title)), change)
    heading = replace(heading, number=number)
    return replace(
        chapter,
        heading=heading,
        subtitle=d.map_nodes(chapter.subtitle, change),
        blocks=d.map_nodes(chapter.blocks, change),
    )


class _Ids:
    """The ids of the book. An id is unique in all of it, so that one file can hold it all."""

    def __init__(self, problems: Problems) -> None:
        self.taken: dict[str, Position] = dict.fromkeys(RESERVED, Position("the program"))
        self.problems = problems

    def claim(self, id: str, at: Position, advice: str = "choose another") -> None:
        if id in self.taken:
            hint = f"it was first given at {self.taken[id]}; {advice}"
            self.problems.add("duplicate-id", at, f'the id "{id}" is taken', hint)
        self.taken.setdefault(id, at)

    def automatic(self, wanted: str) -> str:
        """`wanted`, or `wanted-2`, `wanted-3` … where that is taken."""
        id, count = wanted, 1
        while id in self.taken:
            count += 1
            id = f"{wanted}-{count}"
        self.taken[id] = Position("")
        return id


def _attributes(node: d.Node) -> d.Attributes | None:
    return getattr(node, "attributes", None)


def _slug(title: d.Inlines) -> str:
    return slug(d.plain_text(title)) or "section"
