"""Links to terms of a glossary, both ways: each link gets an id to come back to, each term the ids of its links.

In: chapters whose links lead somewhere, and the chapter of each id. Out: the same, with those ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from ketapub import document as d


def link_terms(
    chapters: tuple[d.Chapter, ...], chapter_of: Mapping[str, str]
) -> tuple[tuple[d.Chapter, ...], Mapping[str, str]]:
    nodes = (node for chapter in chapters for node in d.walk_chapter(chapter))
    places: dict[str, list[str]] = {node.id: [] for node in nodes if isinstance(node, d.Definition) and node.id}
    if not places:
        return chapters, chapter_of
    where = dict(chapter_of)
    name = ""

    def mark(node: d.Node) -> d.Node:
        if not isinstance(node, d.Link) or (found := places.get(node.target.removeprefix("#"))) is None:
            return node
        id = node.attributes.id
        if not id:
            numbers = count(len(found) + 1)
            id = next(free for number in numbers if (free := f"{node.target[1:]}-link-{number}") not in where)
            where[id] = name
        found.append(id)
        return replace(node, place=id)

    def tell(node: d.Node) -> d.Node:
        return replace(node, places=tuple(places[node.id])) if isinstance(node, d.Definition) and node.id else node

    marked = []
    for chapter in chapters:
        name = chapter.name
        marked.append(d.map_nodes(chapter, mark))
    return tuple(d.map_nodes(chapter, tell) for chapter in marked), where
