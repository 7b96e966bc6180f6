"""On which pages the callouts of a part stand: its pages in; those that share a page or run over out, and how to part
them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from ketapub import document as d
from ketapub.formats.pdf.notes import notes_of
from ketapub.problems import Position


def callouts_of(book: d.Book, urgency: str) -> dict[str, Position]:
    """Where the callouts of an urgency stand, by id."""
    return {
        node.attributes.id: node.at
        for node in d.walk_book(book)
        if isinstance(node, d.Callout) and book.info.callouts[node.kind].urgency == urgency
    }


def _boxes(document: Any) -> Iterator[tuple[int, str, Any]]:
    """Every box of a callout, with the number of its page and the callout's id."""
    for number, page in enumerate(document.pages):
        for box in page._page_box.descendants():
            if box.element_tag == "aside":
                yield number, box.element.get("id", ""), box


def pages_of(document: Any, ids: Collection[str]) -> dict[str, set[int]]:
    """On which pages of a document each of these callouts stands, in their order."""
    seen: dict[str, set[int]] = {}
    tree = document.pages[0]._page_box.children[0].element
    if any(callout.get("id") in ids for callout in tree.iter("aside")):  # few parts have any; boxes are many
        for number, id, _ in _boxes(document):
            if id in ids:
                seen.setdefault(id, set()).add(number)
    return seen


def crowded(document: Any, urgent: Collection[str]) -> set[str]:
    """The urgent callouts that begin on a page on which another one stands already."""
    found: set[str] = set()
    taken: set[int] = set()
    for id, pages in pages_of(document, urgent).items():
        if min(pages) in taken:
            found.add(id)
        taken |= pages
    return found


def broken(document: Any, emergencies: Collection[str]) -> set[str]:
    """The emergency callouts that run over to another page."""
    return {id for id, pages in pages_of(document, emergencies).items() if len(pages) > 1}


def has_whole_lines(document: Any, id: str) -> bool:
    """Whether the crisis lines of a callout stand on the first of its pages, all of them."""
    lines = {
        number
        for number, callout, box in _boxes(document)
        for inner in box.descendants()
        if callout == id and "crisis-lines" in _classes(inner)
    }
    return lines == {min(pages_of(document, {id})[id])}


def _classes(box: Any) -> list[str]:
    return box.element.get("class", "").split() if box.element_tag == "div" else []


def set_apart(tree: Element, ids: Collection[str]) -> None:
    for callout in tree.iter("aside"):
        if callout.get("id") in ids:
            callout.set("style", "break-before: page")


def notes_in(tree: Element, ids: Collection[str]) -> list[Element]:
    return [note for callout in tree.iter("aside") if callout.get("id") in ids for note in notes_of(callout)]


def let_notes_go(tree: Element, ids: Collection[str]) -> None:
    """Help is seen at once or not at all, so rather its sources turn the page."""
    for note in notes_in(tree, ids):
        note.set("style", "footnote-policy: auto")
