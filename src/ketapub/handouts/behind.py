"""What a page of HTML has behind a handout's text, for which paper has no room: a handout as it is cut from the draft
and the resolved book come in; passages of the book, which lead nowhere outside of themselves, go out.

They are the safety note, and what the glossary says of each term to which the handout has a link.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ketapub import document as d
from ketapub.locale import words

PREFIX = "book-"  # of ids and names of pictures


@dataclass(frozen=True, slots=True)
class Behind:
    """`book` is the title of the book, which its passages speak of. Each is a chapter here, whose heading has the level
    that it has in the book; conditions are still open."""

    book: str
    passages: tuple[d.Chapter, ...]
    assets: Mapping[str, d.Asset]


def behind(handout: d.Handout, book: d.Book) -> Behind:
    passages = (*_safety_note(book), *_terms(handout, book))
    images = {node.source for one in passages for node in d.walk_chapter(one) if isinstance(node, d.Image)}
    assets = {name: book.assets[name.removeprefix(PREFIX)] for name in images}
    return Behind(book.info.book.title, passages, assets)


def _safety_note(book: d.Book) -> Iterator[d.Chapter]:
    id = book.info.site.safety_note
    if id and (found := d.section_of(book.chapters, id)):
        yield _passage(id, *found, book)


def _terms(handout: d.Handout, book: d.Book) -> Iterator[d.Chapter]:
    linked = {node.target[1:] for node in d.walk(handout.chapter.blocks) if isinstance(node, d.Link)}
    for chapter in book.chapters:
        items = [node for node in d.walk(chapter.blocks) if isinstance(node, d.Definition) and node.id in linked - {""}]
        if items:
            yield _passage(chapter.name, chapter.heading, (d.DefinitionList(tuple(items)),), book)


def _passage(name: str, heading: d.Heading, blocks: d.Blocks, book: d.Book) -> d.Chapter:
    title = replace(heading, children=d.bare(heading.children))
    return d.Chapter(PREFIX + name, "back", title, _alone(blocks, book))


def _alone(blocks: d.Blocks, book: d.Book) -> d.Blocks:
    """Without links into the book, and with names that the handout has not got, though it may be cut from here too."""
    before, after = words(book.info.book.language)["in-the-book"].split("{place}")

    def change(node: Any) -> Any:
        match node:
            case d.Reference(children=children) | d.PageReference(elsewhere=children):
                return (d.Text(before), *children, d.Text(after))
            case d.Link(children=children, target=target) if target.startswith("#"):
                return children
            case d.Image(source=source):
                return replace(node, source=PREFIX + source, attributes=replace(node.attributes, id=""))
            case d.Definition():
                return replace(node, id="", places=())
            case d.Node() if (own := getattr(node, "attributes", d.NONE)).id:
                return replace(node, attributes=replace(own, id=PREFIX + own.id))  # type: ignore[call-arg]
            case _:
                return node

    return d.map_nodes(blocks, change)
