"""What a typographer would mend on finished pages: the pages of a part in, findings out. With it the one mend that
needs no author: a short last word is kept with the one before it.

Lines are read as they are set, so each finding can be seen on its page. Headings at the foot, widows and orphans are
what the style sheet avoids; they are named where something else (a note, a picture) left no other way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

from ketapub.formats.pdf.notes import notes_of

FEW_LINES = 3  # a last page with fewer is nearly empty
HYPHENS = 3  # line ends with a hyphen that may follow each other
SHORT = 5  # letters: a last line with a shorter word alone looks like a mistake
NUMBER = "page-number"  # class of what names a page
LAST_WORD = "last-word"  # the class of one of which print.css lets no shorter part go on to another line
FULL = 30  # letters: what has fewer is one line
PARAGRAPHS = ("p", "li", "dd")
HEADING = re.compile("h[1-6]")


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` of the problem, `page` from 0, the element it is about, and the words of the message."""

    code: str
    page: int
    element: Element
    said: str


@dataclass(frozen=True, slots=True)
class _Line:
    page: int
    block: Element  # the paragraph, heading or cell that it is a line of
    text: str


def paragraphs_of(tree: Element) -> list[Element]:
    """Those of the running text: entries of lists at the back end in numbers, and are read one by one."""
    lists = {one for block in tree.iter() if _classes(block) & {"index-list", "references"} for one in block.iter()}
    return [one for one in tree.iter() if one.tag in PARAGRAPHS and one not in lists]


def _classes(element: Element) -> set[str]:
    return set(element.get("class", "").split())


def check_pages(pages: Sequence[Any], tree: Element) -> Iterator[Finding]:
    """`tree` is what was laid out."""
    running = set(paragraphs_of(tree))
    lines = [line for number, page in enumerate(pages) for line in _lines(page, number)]
    blocks: dict[Element, list[_Line]] = {}
    for line in lines:
        blocks.setdefault(line.block, []).append(line)
    yield from _nearly_empty(lines, pages, tree)
    for block, own in blocks.items():
        yield from _hyphens(own)
        if block.tag in PARAGRAPHS and len(own) > 1:
            yield from _alone(own)
            if block in running and _is_short(own[-1].text):
                yield Finding("short-last-line", own[-1].page, block, f'its last line is "{own[-1].text}"')
    for line, following in pairwise(lines):
        if HEADING.fullmatch(line.block.tag) and following.page > line.page:
            yield Finding("heading-at-foot", line.page, line.block, "this heading is the last line of a page")


def _is_short(line: str) -> bool:
    """Whether a line is one short word. A number is none: it is the page of an entry."""
    letters = sum(letter.isalnum() for letter in line)
    return letters < SHORT and any(map(str.isalpha, line)) and not re.search(r"\s", line)


def ease(paragraph: Element) -> None:
    """Let the last line of a paragraph not become a short word, nor a short part of one."""
    said = _said(paragraph)
    if len(said) < FULL:
        return
    last = re.search(r"\S+\s*$", said)
    if last and sum(letter.isalnum() for letter in last[0]) < SHORT:
        glue(paragraph)
    elif last:
        _set_apart(paragraph, len(last[0]), {"class": LAST_WORD})


def glue(paragraph: Element) -> None:
    """Keep the last two words of a paragraph on one line, with what follows them (a citation, say)."""
    words = re.search(r"\S+\s+\S+\s*$", _said(paragraph))
    if words:
        _set_apart(paragraph, len(words[0]), {"style": "white-space: nowrap"})


def _said(element: Element) -> str:
    """The words of an element, without its notes, which stand elsewhere."""
    inside = "".join(_said(child) + (child.tail or "") for child in element)
    return "" if element.get("class") == "footnote" else (element.text or "") + inside


def _set_apart(element: Element, letters: int, attributes: Mapping[str, str]) -> None:
    """The last letters of an element, in a piece of its own."""
    children = list(element)
    for index in reversed(range(len(children))):
        child = children[index]
        text = child.tail or ""
        if letters <= len(text):
            child.tail = text[: len(text) - letters]
            _set_last(element, text[len(text) - letters :], children[index + 1 :], attributes)
            return
        letters -= len(text)
        inside = len(_said(child))
        if letters == inside and NUMBER in _classes(child):  # which is one piece
            _set_last(element, "", children[index:], attributes)
            return
        if letters <= inside:
            _set_apart(child, letters, attributes)  # they begin in a link, or in what else is set apart
            return
        letters -= inside
    text = element.text or ""
    element.text = text[: len(text) - letters]
    _set_last(element, text[len(text) - letters :], children, attributes)


def _set_last(element: Element, text: str, children: list[Element], attributes: Mapping[str, str]) -> None:
    kept = Element("span", dict(attributes))
    kept.text = text
    for child in children:
        element.remove(child)
    kept.extend(children)
    for note in notes_of(kept):
        note.set("style", f"{note.get('style', '')}; white-space: normal".removeprefix("; "))
    element.append(kept)


def _nearly_empty(lines: Sequence[_Line], pages: Sequence[Any], tree: Element) -> Iterator[Finding]:
    meant = {block for before, block in pairwise(tree.iter()) if before.get("class") == "page-break"}
    last = [line for line in lines if line.page == len(pages) - 1]
    if len(pages) > 1 and 0 < len(last) < FEW_LINES and not _pictures(pages[-1]) and last[0].block not in meant:
        words = f"the last page of the chapter holds {len(last)} line{'s' if len(last) > 1 else ''}"
        yield Finding("nearly-empty-page", last[0].page, last[0].block, words)


def _hyphens(lines: Sequence[_Line]) -> Iterator[Finding]:
    run = 0
    for line in lines:
        run = run + 1 if line.text.endswith(("-", "\N{HYPHEN}")) else 0
        if run == HYPHENS + 1:
            words = f"more than {HYPHENS} lines in a row end with a hyphen"
            yield Finding("hyphens-in-a-row", line.page, line.block, words)


def _alone(lines: Sequence[_Line]) -> Iterator[Finding]:
    """Lines that a page break has cut off from the rest of their paragraph."""
    first, last = lines[0], lines[-1]
    if lines[1].page > first.page:
        yield Finding("line-alone", first.page, first.block, "its first line stands alone at the foot of a page")
    if lines[-2].page < last.page:
        yield Finding("line-alone", last.page, last.block, "its last line stands alone at the head of a page")


def _pictures(page: Any) -> bool:
    from weasyprint.formatting_structure.boxes import ReplacedBox

    return any(isinstance(box, ReplacedBox) for box in page._page_box.children[0].descendants())


def _lines(page: Any, number: int) -> Iterator[_Line]:
    """The lines of the text of a page, notes and margins left out, in the order of the boxes."""
    from weasyprint.formatting_structure.boxes import LineBox, ParentBox, TextBox
    from weasyprint.layout.absolute import AbsolutePlaceholder

    def visit(box: Any) -> Iterator[_Line]:
        if isinstance(box, AbsolutePlaceholder):
            return
        if isinstance(box, LineBox):
            texts = (one for one in box.descendants() if isinstance(one, TextBox) and "::" not in one.element_tag)
            text = "".join(one.text for one in texts).strip()
            if text:
                yield _Line(number, box.element, text)
        elif isinstance(box, ParentBox):
            for child in box.children:
                yield from visit(child)

    yield from visit(page._page_box.children[0])
