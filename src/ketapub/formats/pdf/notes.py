"""Where the notes of a part stand: its pages in; the notes that are lost or off the page of their call out, and what
to change in their paragraphs.

WeasyPrint 70 drops a note when two notes of one page do not fit. Other line breaks avoid that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

# What to change, in this order, in the paragraph that calls such a note.
NUDGES = (
    "orphans: 1; widows: 1",
    "orphans: 3; widows: 3",
    "orphans: 4; widows: 4",
    "break-inside: avoid",
    "break-before: page",
)
NEW_PAGE = len(NUDGES) - 1  # the step that leaves a gap
ALLOWS = 0  # the step that lets more be divided: it changes nothing in what the end of no page is near to
OF_DIVIDED = range(1, NEW_PAGE)  # these only forbid to divide: they change nothing in what stands on one page
BLOCKS = {"p", "li", "dd", "dt", "blockquote", "figure", "figcaption", "td", "th", "caption", "div"}
BLOCKS |= {"h1", "h2", "h3", "h4"}


def notes_of(tree: Element) -> list[Element]:
    return [span for span in tree.iter("span") if span.get("class") == "footnote"]


def nudge(tree: Element, notes: Sequence[Element], steps: Mapping[int, int]) -> None:
    """`steps`: index of a note -> of what is tried for it."""
    parents = _parents(tree) if steps else {}
    for index, step in steps.items():
        block = _block(notes[index], parents)
        if block.tag in ("td", "th") and step == NEW_PAGE:
            block = parents[block]  # a page begins with a row
        block.set("style", NUDGES[step])


def beside_breaks(document: Any, tree: Element, notes: Sequence[Element]) -> tuple[set[int], set[int]]:
    """Indexes of the notes whose paragraph stands on more than one page; and of those where it is the last of a page,
    or goes on there."""
    from weasyprint.formatting_structure.boxes import BlockContainerBox, TextBox

    parents = _parents(tree)
    blocks = [_block(note, parents) for note in notes]
    pages: dict[Element, set[int]] = {block: set() for block in blocks}
    last: set[Element] = set()
    for number, page in enumerate(document.pages):
        for box in page._page_box.descendants():
            if box.element in pages and isinstance(box, BlockContainerBox):
                pages[box.element].add(number)
        texts = [box for box in page._page_box.children[0].descendants() if isinstance(box, TextBox)]
        element = texts[-1].element if texts else None
        while element is not None:
            last.add(element)
            element = parents.get(element)
    divided = {index for index, block in enumerate(blocks) if len(pages[block]) != 1}
    return divided, {index for index, block in enumerate(blocks) if block in last}


def _parents(tree: Element) -> dict[Element, Element]:
    return {child: parent for parent in tree.iter() for child in parent}


def _block(note: Element, parents: Mapping[Element, Element]) -> Element:
    """The paragraph that calls a note, or what is like one."""
    block = parents[note]
    while block.tag not in BLOCKS:
        block = parents[block]
    return block


def misplaced_notes(document: Any, notes: Sequence[Element]) -> tuple[set[int], set[int]]:
    """Indexes of the notes that do not stand on the pages exactly once; and of those not on the page of their call."""
    from weasyprint.formatting_structure.boxes import TextBox

    pages: dict[str, dict[object, list[int]]] = {"span::footnote-marker": {}, "span::footnote-call": {}}
    for number, page in enumerate(document.pages):
        for box in page._page_box.descendants():
            if isinstance(box, TextBox) and box.element_tag in pages:
                pages[box.element_tag].setdefault(box.element, []).append(number)
    at, called = pages["span::footnote-marker"], pages["span::footnote-call"]
    lost = {index for index, note in enumerate(notes) if len(at.get(note, [])) != 1}
    displaced = {index for index, note in enumerate(notes) if index not in lost and called.get(note) != at[note]}
    return lost, displaced
