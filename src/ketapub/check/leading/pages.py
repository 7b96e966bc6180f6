"""A page of HTML or XHTML as text in; its elements out, to be found by XPath, by CSS selector, or by line and column.

It is read as it stands, faults included, and not mended as a browser would: a checker's line leads to it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

from ketapub.check.leading.outline import Origin, Outliner, Piece

VOID = frozenset(("br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"))
Spot = tuple[int, int]  # line and column, from 1


@dataclass(frozen=True, slots=True)
class Page:
    """`pieces`, `elements` and where each begins and ends, in the order of the page; `index_of` an element in them."""

    pieces: tuple[Piece, ...]
    elements: tuple[Element, ...]
    begins: tuple[Spot, ...]
    ends: tuple[Spot, ...]
    index_of: Mapping[Element, int]

    def by_selector(self, selector: str) -> int | None:
        """The index of the first element that an XPath or a CSS selector names; None if there is none."""
        found = self._by_path(selector) if selector.startswith("/") else self._by_css(selector)
        return None if found is None else self.index_of[found]

    def _by_path(self, path: str) -> Element | None:
        root = self.elements[0] if self.elements else None
        if root is None:
            return None
        path = path if "@" in path else path.lower()  # names as the reader has them, "linearGradient" too
        _, top, *steps = path.split("/")
        try:
            if not top:  # //p[2]
                return root.find(f".{path}")
            if top.partition("[")[0] not in (root.tag, "*"):
                return None
            return root.find("./" + "/".join(steps)) if steps else root
        except (SyntaxError, KeyError):  # what ElementTree does not know of XPath
            return None

    def _by_css(self, selector: str) -> Element | None:
        import cssselect2  # type: ignore[import-untyped]

        if not self.elements:
            return None
        root = cssselect2.ElementWrapper.from_html_root(self.elements[0])
        try:
            found = root.query(selector)
        except cssselect2.SelectorError:
            return None
        return None if found is None else found.etree_element

    def by_spot(self, line: int, column: int) -> int | None:
        """The index of the innermost element in which a place of the text lies. Without a column, of the first element
        that begins on the line."""
        if not column:
            first = bisect_right(self.begins, (line, 0))
            if first < len(self.begins) and self.begins[first][0] == line:
                return first
            column = 1
        index = bisect_right(self.begins, (line, column)) - 1
        while index >= 0 and self.ends[index] < (line, column):
            index = self.pieces[index].parent
        return index if index >= 0 else None


def read_page(text: str, origin_of: Callable[[dict[str, str]], Origin | None] = lambda attributes: None) -> Page:
    """`origin_of` reads the origin of an element off its attributes, where they tell of it."""
    reader = _Reader(origin_of)
    reader.feed(text)
    reader.close()
    return Page(
        tuple(reader.outliner.pieces()),
        tuple(reader.elements),
        tuple(reader.begins),
        tuple(end or (1 << 31, 0) for end in reader.ends),
        {element: index for index, element in enumerate(reader.elements)},
    )


class _Reader(HTMLParser):
    def __init__(self, origin_of: Callable[[dict[str, str]], Origin | None]) -> None:
        super().__init__(convert_charrefs=True)
        self.origin_of = origin_of
        self.outliner = Outliner()
        self.elements: list[Element] = []
        self.begins: list[Spot] = []
        self.ends: list[Spot | None] = []
        self.open: list[int] = []

    def spot(self) -> Spot:
        line, offset = self.getpos()
        return line, offset + 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.begin(tag, attrs)
        if tag in VOID:
            self.end(self.behind())

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.begin(tag, attrs)
        self.end(self.behind())

    def behind(self) -> Spot:
        """The place of the last character of the tag that was just read."""
        line, column = self.spot()
        tag = self.get_starttag_text() or ""
        lines = tag.split("\n")
        return line + len(lines) - 1, len(lines[-1]) + (column - 1 if len(lines) == 1 else 0)

    def begin(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        made = SubElement(self.elements[self.open[-1]], tag, attributes) if self.open else Element(tag, attributes)
        # Where printed pages begin is known to a whole build alone.
        loose = attributes.get("role") == "doc-pagebreak"
        origin = self.origin_of(attributes)
        self.open.append(self.outliner.open(tag, attributes.get("id", ""), origin, loose=loose))
        self.outliner.text(attributes.get("alt", ""))
        self.elements.append(made)
        self.begins.append(self.spot())
        self.ends.append(None)

    def end(self, spot: Spot) -> None:
        self.ends[self.open.pop()] = spot
        self.outliner.close()

    def handle_endtag(self, tag: str) -> None:
        if not any(self.elements[index].tag == tag for index in self.open):
            return
        line, column = self.spot()
        while True:
            is_it = self.elements[self.open[-1]].tag == tag
            self.end((line, column + len(tag) + 2))
            if is_it:
                return

    def handle_data(self, data: str) -> None:
        if self.open and self.elements[self.open[-1]].tag not in ("style", "script"):
            self.outliner.text(data)
