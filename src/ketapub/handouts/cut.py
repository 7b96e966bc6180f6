"""Cuts out of the book what a handout takes from it: a handout whose slices are open and the book's draft come in, the
handout with the book's own blocks in their places goes out.

Notes and marks of the index stay in the book: a sheet of paper has room for neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ketapub import document as d
from ketapub.problems import Problems, did_you_mean


def cut(handout: d.Handout, draft: d.Draft, problems: Problems) -> d.Handout:
    """Problem: `unknown-reference`, for a slice that the book has not got."""
    level = 1

    def fill(node: d.Node) -> d.Node | tuple[d.Node, ...] | None:
        match node:
            case d.SliceMark(target=target):
                if (found := find(draft, target)) is None:
                    known = {id for chapter in draft.chapters for id in d.ids_in(chapter)}
                    message = f'nothing in the book has the id "{target}"'
                    problems.add("unknown-reference", node.at, message, did_you_mean(target, known))
                    return ()
                return lowered(d.map_nodes(found, _left_in_the_book), level)
            case _:
                return node

    blocks: list[d.Block] = []
    for block in handout.chapter.blocks:
        level = block.level if isinstance(block, d.Heading) else level
        blocks += d.map_nodes((block,), fill)
    return replace(handout, chapter=replace(handout.chapter, blocks=tuple(blocks)))


def find(draft: d.Draft, id: str) -> d.Blocks | None:
    """What has this id: what stands in a section, without its heading; or a callout, table, figure or div itself."""
    if section := d.section_of(draft.chapters, id):
        return section[1]
    for chapter in draft.chapters:
        if chapter.heading.attributes.id == id:
            return chapter.blocks
        for node in d.walk(chapter.blocks):
            if isinstance(node, d.Callout | d.Table | d.Figure | d.Div) and node.attributes.id == id:
                return (node,)
    return None


def lowered(blocks: d.Blocks, level: int) -> d.Blocks:
    """With headings that go on from `level`, the highest one a level below it."""
    highest = min((node.level for node in _headings(blocks)), default=0)
    shift = level + 1 - highest

    def move(node: d.Node) -> d.Node:
        return replace(node, level=min(6, node.level + shift)) if isinstance(node, d.Heading) else node

    return d.map_nodes(blocks, move) if highest else blocks


def _headings(blocks: d.Blocks) -> Iterator[d.Heading]:
    return (node for node in d.walk(blocks) if isinstance(node, d.Heading))


def _left_in_the_book(node: d.Node) -> d.Node | tuple[d.Node, ...] | None:
    match node:
        case d.Note():
            return None
        case d.IndexMark(children=children):
            return children
        case _:
            return node
