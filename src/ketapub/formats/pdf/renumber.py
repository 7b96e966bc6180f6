"""Other page numbers on pages that are laid out already, where nothing moves by it.

In: a laid out document, its tags before and now, the labels of its pages before and now. Out: whether the document is
what a new layout would give; if not, it is as it was. Numbers of as many digits are as wide in fonts of books, and what
stands around a number is set apart from it: so only the numbers change. Each width is compared all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

NAMED = "aria-label"  # the attribute that may say a number too


@dataclass(frozen=True, slots=True)
class Change:
    """Another number for an element, by its place in the document: the text of a leaf, or its name."""

    index: int
    name: str  # of the attribute; "" for the text
    old: str
    new: str


def changes(before: Element, now: Element) -> list[Change] | None:
    """What is different in two trees of a part; None if it is more than the numbers of pages."""
    found: list[Change] = []
    ours, theirs = list(before.iter()), list(now.iter())
    if len(ours) != len(theirs):
        return None
    for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one.tag != other.tag or one.tail != other.tail or one.keys() != other.keys() or len(one) != len(other):
            return None
        texts = [("", one.text or "", other.text or "")]
        texts += [(key, value, other.get(key, "")) for key, value in one.items()]
        for name, old, new in texts:
            if old == new:
                continue
            if (name == "" and not _are_alike(old, new)) or name not in ("", NAMED) or len(one):
                return None
            found.append(Change(index, name, old, new))
    return found


def _are_alike(old: str, new: str) -> bool:
    return len(old) == len(new) and all(text.isascii() and text.isdecimal() for text in (old, new))


def renumber(
    document: Any, elements: Sequence[Element], wanted: Sequence[Change], folios: Mapping[int, tuple[str, str]]
) -> bool:
    """`elements` are those of the document, in the order that the tree had; `folios`: the label of each page, by its
    index, before and now, where it is another one."""
    new_of = {elements[change.index]: change for change in wanted if not change.name}
    shown: set[Element] = set()
    boxes: list[tuple[Any, str]] = []
    for number, page in enumerate(document.pages):
        for box in _texts(page._page_box):
            change = new_of.get(box.element)
            if change is None:
                continue
            if box.text != change.old or box.element in shown:
                return False
            shown.add(box.element)
            boxes.append((box, change.new))
        if number in folios:
            found = list(_folios(page._page_box, *folios[number]))
            if None in found:
                return False
            boxes += [one for one in found if one is not None]
    if shown != new_of.keys() or not all(_is_as_wide(*one) for one in boxes):
        return False
    for box, text in boxes:
        box.text = box.pango_layout.text = text
    for change in wanted:
        if change.name:
            elements[change.index].set(change.name, change.new)
        else:
            elements[change.index].text = change.new
    return True


def _texts(box: Any) -> Iterator[Any]:
    from weasyprint.formatting_structure.boxes import TextBox

    return (one for one in box.descendants() if isinstance(one, TextBox))


def _folios(page: Any, old: str, new: str) -> Iterator[tuple[Any, str] | None]:
    """The text in each margin of a page that counts pages; None where it is more than a number of as many digits."""
    from weasyprint.formatting_structure.boxes import MarginBox

    for margin in page.children:
        if not isinstance(margin, MarginBox) or "page" not in str(margin.style["content"]):
            continue
        texts = list(_texts(margin))
        if [box.text for box in texts] == [old] and _are_alike(old, new):
            yield texts[0], new
        elif texts:
            yield None


def _is_as_wide(box: Any, text: str) -> bool:
    from weasyprint.text.line_break import split_first_line

    _, _, rest, width, *_ = split_first_line(text, box.style, None, None, 0)
    return rest is None and width == box.width
