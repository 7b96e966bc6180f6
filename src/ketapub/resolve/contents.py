"""The table of contents, and the lists of figures and of tables.

In: numbered chapters. Out: trees of `Contents`. Chapters and the headings inside them are nested by level; titles of
callouts are not among them. Figures and tables with a number stand under short captions.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ketapub import document as d
from ketapub.info import Info
from ketapub.locale import words

# What may end a sentence, with what closes behind it.
_END = re.compile(r"""(?<![.!?])[.!?]++["'”’»“‘)\]]*(?=\s|$)|[。！？]""")
_NEAR = 40  # characters on each side that tell whether it does
_OPENING = "(\"'“‘„«["


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


def list_figures(chapters: tuple[d.Chapter, ...], info: Info) -> tuple[d.Contents, ...]:
    return _list(d.Figure, chapters, info)


def list_tables(chapters: tuple[d.Chapter, ...], info: Info) -> tuple[d.Contents, ...]:
    return _list(d.Table, chapters, info)


def _list(kind: type[d.Figure | d.Table], chapters: tuple[d.Chapter, ...], info: Info) -> tuple[d.Contents, ...]:
    nameless = d.Text(words(info.book.language)["figure" if kind is d.Figure else "table"])
    return tuple(
        d.Contents(
            node.attributes.id,
            1,
            node.number,
            short_caption(_title(node), chapter.language or info.book.language) or (nameless,),
        )
        for chapter in chapters
        for node in d.walk_chapter(chapter)
        if isinstance(node, kind) and node.number
    )


def _title(node: d.Figure | d.Table) -> d.Inlines:
    """Its short title, which figures declared in files have; else its caption."""
    return (d.Text(node.title),) if isinstance(node, d.Figure) and node.title else node.caption


def short_caption(caption: d.Inlines, language: str) -> d.Inlines:
    """The first sentence of a caption, or all of it, without its full stop; without notes, citations and links."""
    nodes = d.bare(caption)
    text = d.plain_text(nodes)
    length = len(text)
    for match in _END.finditer(text):
        if _ends_a_sentence(text, match, language):
            full_stop = match[0] in (".", "。")
            length = match.start() if full_stop else match.end()
            break
    return _first(nodes, len(text[:length].rstrip()))[0]


def _ends_a_sentence(text: str, match: re.Match[str], language: str) -> bool:
    """A full stop may also belong to an abbreviation, an initial, or a number."""
    next_letter = text[match.end() : match.end() + _NEAR].lstrip().lstrip(_OPENING)[:1]
    if match[0] != ".":
        return not next_letter.islower()
    before = text[max(0, match.start() - _NEAR) : match.start()]
    word = re.split(r"\s", before)[-1].lstrip(_OPENING)
    initial, ordinal = len(word) == 1 and word.isalpha(), word.isdecimal() and len(word) == match.start()
    if next_letter and (initial or ordinal or f"{word}." in words(language)["abbreviations"].split()):
        return False
    return not next_letter or (next_letter.isalnum() and not next_letter.islower())


def _first(nodes: d.Inlines, length: int) -> tuple[d.Inlines, int]:
    """The nodes that hold the first `length` characters of their plain text, and how many are still to come."""
    out: list[d.Inline] = []
    for node in nodes:
        if length <= 0:
            break
        if isinstance(node, d.Text):
            out.append(replace(node, text=node.text[:length]))
            length -= len(node.text)
        elif isinstance(inside := getattr(node, "children", None), tuple):
            kept, length = _first(inside, length)
            out.append(replace(node, children=kept))  # type: ignore[arg-type]  # it has the field
        else:
            out.append(node)
            length -= len(d.plain_text(node))
    return tuple(out), length
