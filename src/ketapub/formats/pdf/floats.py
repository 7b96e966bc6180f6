"""Figures that leave white space behind, and the text that moves up into it.

A figure that does not fit on the rest of a page begins the next one, and the rest stays white. Text that follows the
figure in its own section is set before it then, on the page alone: the tree is as it was when tags are made of it, so
the reading order does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

if TYPE_CHECKING:
    from weasyprint import Document

WHITE = 0.2  # of a page's height: less looks as if it were meant
RUNNING = frozenset({"p", "ul", "ol", "dl"})  # these may run on to the next page
WRAPPERS = frozenset({"html", "body", "section", "div"})


@dataclass(frozen=True)
class Move:
    """A figure with what belongs to it, and where it stood among the children of `parent`."""

    parent: Element
    at: int
    figure: tuple[Element, ...]


def fill_gaps(
    tree: Element,
    document: Document,
    lay_out: Callable[[], Document],
    sound: Callable[[Document], bool],
    pinned: Container[str],
) -> Document:
    """`document` again with less white in it, if that can be: `lay_out` makes it of the changed `tree`, `sound` says
    whether it may stand. `pinned` are the ids of callouts that stay where they are. The tree is as before afterwards.
    """
    moves: list[Move] = []
    left = gaps(document)
    while left:
        now = _move(tree, left, document, pinned)
        other = lay_out() if now else document
        moves += now
        white = gaps(other)
        if not now or sum(white.values()) >= sum(left.values()) or not sound(other):
            break
        document, left = other, white
    for one in reversed(moves):
        for block in one.figure:
            one.parent.remove(block)
        one.parent[one.at : one.at] = one.figure
    return document


def gaps(document: Document) -> dict[Element, float]:
    """Each figure that begins a page, and how much it left white on the page before, in CSS px."""
    from weasyprint.formatting_structure.boxes import FootnoteAreaBox

    found: dict[Element, float] = {}
    for before, page in pairwise(document.pages):
        first = next((box for box in _in_flow(page) if box.element_tag not in WRAPPERS), None)
        if first is not None and first.element_tag == "figure":
            area = before._page_box
            notes = [box.position_y for box in area.children if isinstance(box, FootnoteAreaBox)]
            ends = [box.position_y + box.height for box in _in_flow(before) if not box.children]
            bottom = min([area.content_box_y() + area.height, *notes])
            white = bottom - max(ends, default=bottom)
            if white > WHITE * area.height:
                found[first.element] = white
    return found


def _move(tree: Element, gaps: Mapping[Element, float], document: Document, pinned: Container[str]) -> list[Move]:
    """Set figures behind the text that fills what they left white. `document` is the layout in which they did."""
    high = _heights(document)
    moves = []
    for parent in list(tree.iter()):
        for figure in [child for child in parent if child in gaps]:
            blocks = list(parent)
            at = blocks.index(figure)
            end = at + 1 + (blocks[at + 1 : at + 2] != [] and blocks[at + 1].get("class") == "figure-data")
            whole = tuple(blocks[at:end])
            if any(span.get("class") == "footnote" for block in whole for span in block.iter("span")):
                continue  # notes stand at the foot in the order of their numbers
            passed = _passed(blocks[end:], gaps[figure], high, pinned)
            if passed:
                moves.append(Move(parent, at, whole))
                parent[at : end + passed] = [*blocks[end : end + passed], *whole]
    return moves


def _passed(following: list[Element], room: float, high: Mapping[Element, float], pinned: Container[str]) -> int:
    """How many blocks go before the figure, until the room is full. Sections of the chapter do not lose a figure, nor
    does anything urgent become less near to what it belongs to."""
    passed = count = 0
    for count, block in enumerate(following, 1):
        kind = (block.get("class") or "").split()[:1]
        runs = block.tag in RUNNING
        heading = kind in (["level-3"], ["level-4"])
        whole = kind == ["table"] or (kind == ["callout"] and block.get("id") not in pinned)
        if not (runs or heading or whole) or (not runs and high.get(block, room) >= room):
            break
        room -= high.get(block, 0)
        if not heading:
            passed = count
        if room <= 0:
            break
    return passed


def _heights(document: Document) -> dict[Element, float]:
    """How high each block is, on all of its pages together, in CSS px."""
    from weasyprint.formatting_structure.boxes import BlockLevelBox

    found: dict[Element, float] = {}
    for page in document.pages:
        for box in _in_flow(page):
            if isinstance(box, BlockLevelBox):
                found[box.element] = found.get(box.element, 0) + box.margin_height()
    return found


def _in_flow(page: Any) -> Iterator[Any]:
    """The boxes of a page's text, without its margins and its notes."""
    return page._page_box.children[0].descendants()  # type: ignore[no-any-return]
