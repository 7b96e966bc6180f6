"""What a page of HTML has behind a handout's text, for which paper has no room: a handout as it is cut from the draft
and the resolved book come in; passages of the book, which lead nowhere outside of themselves, go out.

They are the safety note, and what the glossary says of each term to which the handout has a link.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ketapub import document as d
from ketapub.locale import words


@dataclass(frozen=True, slots=True)
class Passage:
    """`level` is that of its heading in the book, by which those of callouts in it go."""

    id: str
    title: d.Inlines
    blocks: d.Blocks
    level: int


@dataclass(frozen=True, slots=True)
class Behind:
    """`book` is the title of the book, which its passages speak of."""

    book: str
    passages: tuple[Passage, ...]


def behind(handout: d.Handout, book: d.Book) -> Behind:
    return Behind(book.info.book.title, (*_safety_note(book), *_terms(handout, book)))


def _safety_note(book: d.Book) -> Iterator[Passage]:
    id = book.info.site.safety_note
    if id and (found := d.section_of(book.chapters, id)):
        heading, blocks = found
        yield Passage(f"book-{id}", d.bare(heading.children), _alone(blocks, book), heading.level)


def _terms(handout: d.Handout, book: d.Book) -> Iterator[Passage]:
    linked = {node.target[1:] for node in d.walk(handout.chapter.blocks) if isinstance(node, d.Link)}
    for chapter in book.chapters:
        items = [node for node in d.walk(chapter.blocks) if isinstance(node, d.Definition) and node.id in linked - {""}]
        if items:
            blocks = _alone((d.DefinitionList(tuple(items)),), book)
            yield Passage(f"book-{chapter.name}", d.bare(chapter.heading.children), blocks, 1)


def _alone(blocks: d.Blocks, book: d.Book) -> d.Blocks:
    """Without links into the book, and with ids that the handout has not got, though it may be cut from here too."""
    before, after = words(book.info.book.language)["in-the-book"].split("{place}")

    def change(node: Any) -> Any:
        match node:
            case d.Reference(children=children) | d.PageReference(elsewhere=children):
                return (d.Text(before), *children, d.Text(after))
            case d.Link(children=children, target=target) if target.startswith("#"):
                return children
            case d.Definition():
                return replace(node, id="", places=())
            case d.Node() if (own := getattr(node, "attributes", d.NONE)).id:
                return replace(node, attributes=replace(own, id=f"book-{own.id}"))  # type: ignore[call-arg]
            case _:
                return node

    return d.map_nodes(blocks, change)
