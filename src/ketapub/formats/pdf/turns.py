"""Where the pages of a laid out book begin: the pages of each part and the tags they were made of in, `Turn`s out.

A page begins with the first word or picture of its text: what the typesetter repeats or makes itself (running heads,
heads of tables, numbers of lists) and the notes at its foot do not count. A word that runs over from the page before
begins the new one as a whole, so that nothing is ever put into a word.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element

from ketapub import document as d
from ketapub.markup import Start
from ketapub.problems import NOWHERE

UNCOUNTED = " \t\n\r\f\u00ad"  # white space, and hyphens that are seen at the end of a line alone
_WITHOUT = str.maketrans("", "", UNCOUNTED)
SVG = "{http://www.w3.org/2000/svg}svg"
INLINE = {"a", "abbr", "br", "code", "em", "img", "kbd", "s", "span", "strong", "sub", "sup", SVG}
FRONT: Mapping[str, d.FrontPage] = {"half-title": "title", "title-page": "title", "copyright-page": "copyright"}


@dataclass(slots=True)
class _Text:
    """Pieces of text, each behind the place where it begins. A part has many, and few are looked into."""

    pieces: list[tuple[int, str]] = field(default_factory=list)

    def letters(self) -> Iterator[tuple[int, str]]:
        """Each letter behind its place."""
        return ((at, letter) for begin, piece in self.pieces for at, letter in enumerate(piece, begin))


class _Line(_Text):
    """The text of one block, without what stands in blocks and notes inside of it."""


@dataclass(slots=True)
class _Own(_Text):
    """The text that stands directly in an element; its letters that count, and how many of them are drawn already."""

    counted: str = ""
    drawn: int = 0


class _Source:
    """The text of a part as its tags have it; every letter has a place in it, counted without drawings."""

    def __init__(self, body: Element) -> None:
        self.length = 0
        self.own: dict[Element, _Own] = {}
        self.line_of: dict[Element, _Line] = {}
        self.start: dict[Element, int] = {}
        self.top: dict[Element, Element] = {}  # element -> what it stands in, right in the body
        self.read(body, _Line(), body)

    def read(self, element: Element, around: _Line, top: Element) -> None:
        self.start[element] = self.length
        inline = element.tag in INLINE and element.get("class") != "footnote"
        line = around if inline else _Line()
        self.line_of[element], self.own[element], self.top[element] = line, _Own(), top
        if element.tag == SVG:
            return
        if element.tag == "br":
            line.pieces.append((self.length, "\n"))
        self.add(element, element.text, line)
        for child in element:
            self.read(child, line, child if element.tag == "body" else top)
            self.add(element, child.tail, line)

    def add(self, element: Element, text: str | None, line: _Line) -> None:
        if text:
            own = self.own[element]
            own.counted += text.translate(_WITHOUT)
            own.pieces.append((self.length, text))
            line.pieces.append((self.length, text))
            self.length += len(text)

    def draw(self, element: Element, text: str, hyphen: str) -> int | None:
        """With which of the letters of an element its next drawn piece begins; None if nothing is drawn.

        Letters are counted, not compared: a style sheet may change their case.
        """
        own = self.own[element]
        count = len(text.translate(_WITHOUT))
        if not count or own.drawn >= len(own.counted):
            return None
        first = own.drawn
        own.drawn += count
        last = own.counted[own.drawn - 1 : own.drawn]
        if text.endswith(hyphen) and (not last or not hyphen.endswith(last)):
            own.drawn -= len(hyphen)  # made at the end of a line
        return first

    def place(self, element: Element, number: int) -> int:
        """Of one of the letters of an element that count."""
        counted = (at for at, letter in self.own[element].letters() if letter not in UNCOUNTED)
        return next(islice(counted, number, None))

    def word(self, element: Element, at: int) -> int:
        """The place at which the word begins that a letter belongs to."""
        letters = list(self.line_of[element].letters())
        index = bisect_left(letters, (at, ""))
        while index and not _parts(letters[index - 1][1], letters[index][1]):
            index -= 1
        return letters[index][0]


def _parts(before: str, after: str) -> bool:
    """Whether a word ends between two letters. Chinese and Japanese are written without spaces."""
    return before.isspace() or east_asian_width(before) in "WF" or east_asian_width(after) in "WF"


def page_turns(pages: Iterable[Any], body: Element, starts: Sequence[Start]) -> list[d.Turn]:
    """The turns of one part, in the order of its pages, whose indices are their labels. A page without any text or
    picture has none; one that shows notes alone begins where the next one does."""
    source, repeated = _Source(body), set[Element]()
    turns: list[d.Turn] = []
    waiting: list[str] = []
    for index, page in enumerate(pages):
        root = page._page_box.children[0]
        first: tuple[Element, int, bool] | None = None
        for box, is_picture in _drawn(root, repeated):
            if is_picture:
                at = source.start[box.element]
            else:
                number = source.draw(box.element, box.text, box.style["hyphenate_character"])
                if first or number is None:
                    continue
                at = source.place(box.element, number)
            first = first or (box.element, at, is_picture)
        waiting += [str(index)] if first or _notes(page._page_box) else []
        if first:
            turns += [_turn(one, *first, source, starts) for one in waiting]
            waiting = []
    return turns


def place_of(body: Element, starts: Sequence[Start]) -> Callable[[Element], int | str]:
    """A function that gives where in the manuscript an element of the tags stands: a block, or what it stands in, as
    its number among `starts`; "" where it stands nowhere."""
    source = cache(_Source)  # a part is read when the first place is asked for, and once

    def place(element: Element) -> int | str:
        behind = bisect_right(starts, source(body).start[element], key=lambda start: start.at)
        return next((one for one in range(behind - 1, -1, -1) if starts[one].node.at != NOWHERE), "")

    return place


def _notes(page: Any) -> bool:
    from weasyprint.formatting_structure.boxes import FootnoteAreaBox

    return any(child.children for child in page.children if isinstance(child, FootnoteAreaBox))


def _drawn(root: Any, repeated: set[Element]) -> list[tuple[Any, bool]]:
    """Pieces of text and pictures (True) of a page that the manuscript has, in reading order."""
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout.absolute import AbsolutePlaceholder

    found: list[tuple[Any, bool]] = []

    def visit(box: Any) -> None:
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        if "::" in (box.element_tag or ""):  # made by the style sheet
            return
        if box.element in repeated:
            return
        if isinstance(box, boxes.TextBox):
            found.append((box, False))
        elif isinstance(box, boxes.ReplacedBox):
            found.append((box, True))
        elif isinstance(box, boxes.ParentBox):
            for child in box.children:
                visit(child)
            if isinstance(box, boxes.TableBox):
                repeated.update(child for child in box.element if child.tag in ("thead", "tfoot"))

    visit(root)
    return found


def _turn(label: str, element: Element, at: int, is_picture: bool, source: _Source, starts: Sequence[Start]) -> d.Turn:
    if not starts:
        return d.Turn(label, front=FRONT.get(source.top[element].get("class", ""), "contents"))
    if not is_picture:
        at = source.word(element, at)
    behind = bisect_right(starts, at, key=lambda start: start.at)
    if is_picture:
        for start in reversed(starts[:behind]):
            if start.at != at:
                break
            if isinstance(start.node, d.Image):
                return d.Turn(label, start.node.order)
    # The text that holds the word; or the innermost node that begins with it; or, where the program has put the word
    # behind a text (the page of a reference), the end of that text.
    text = next((one for one in reversed(starts[:behind]) if (d.plain_text(one.node) and _is_text(one.node))), None)
    if text is not None and at < text.at + len(d.plain_text(text.node)):
        return d.Turn(label, text.node.order, at - text.at)
    last = starts[behind - 1]
    if last is text:
        return d.Turn(label, last.node.order, len(d.plain_text(last.node)))
    if isinstance(last.node, d.SoftBreak | d.HardBreak | d.IndexMark) and text is not None:
        return d.Turn(label, text.node.order, len(d.plain_text(text.node)))
    return d.Turn(label, last.node.order, last.part)


def _is_text(node: d.Node) -> bool:
    return isinstance(node, d.Text | d.Code | d.CodeBlock)
