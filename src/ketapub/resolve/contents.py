"""The table of contents: chapters and the headings inside them, nested by level.

In: numbered chapters. Out: a tree of `Contents`. Titles of callouts are not among them.
"""

from __future__ import annotations

from ketapub import document as d


def make_contents(chapters: tuple[d.Chapter, ...]) -> tuple[d.Contents, ...]:
    return tuple(_nest([chapter.heading, *_headings(chapter.blocks)])[0] for chapter in chapters)


def _headings(blocks: d.Blocks) -> list[d.Heading]:
    return [
        node for node in d.walk(blocks) if isinstance(node, d.Heading) and "unlisted" not in node.attributes.classes
    ]


def _nest(headings: list[d.Heading]) -> tuple[d.Contents, ...]:
    """Each heading takes in the deeper ones that follow it."""
    lines: list[d.Contents] = []
    index = 0
    while index < len(headings):
        heading = headings[index]
        end = index + 1
        while end < len(headings) and headings[end].level > heading.level:
            end += 1
        inside = _nest(headings[index + 1 : end])
        lines.append(d.Contents(heading.attributes.id, heading.level, heading.number, d.bare(heading.children), inside))
        index = end
    return tuple(lines)
