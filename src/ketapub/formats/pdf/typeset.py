"""Lays a book out on pages: one WeasyPrint document a part, page numbers as plain words, no note lost.

In: a `Book`, the theme. Out: a `Layout`: the parts' documents and `Pages`. Parts are laid out again until the page
numbers printed in them are the pages on which things stand. (In-text `target-counter` would do this in one document,
but loses and repeats footnotes in WeasyPrint 70.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from ketapub import document as d
from ketapub.formats.imprint import stamp, use_until
from ketapub.formats.pdf.edition import Edition
from ketapub.formats.pdf.engine import Engine, log_as_problems
from ketapub.formats.pdf.parts import Part, make_parts
from ketapub.formats.pdf.turns import page_turns
from ketapub.problems import NOWHERE, Position, Problems, Severity
from ketapub.theme import Theme

if TYPE_CHECKING:
    from weasyprint import Document

ROUNDS = 8  # page numbers settle in two or three; a number that gains a digit may need another
# What to change, in this order, in the paragraph that calls a note which WeasyPrint 70 lost: it drops a note when two
# notes of one page do not fit, and other line breaks avoid that.
NUDGES = (
    "orphans: 1; widows: 1",
    "orphans: 3; widows: 3",
    "orphans: 4; widows: 4",
    "break-inside: avoid",
    "break-before: page",
)
BLOCKS = {
    "p",
    "li",
    "dd",
    "dt",
    "blockquote",
    "figure",
    "figcaption",
    "td",
    "th",
    "caption",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
}
SVG = "{http://www.w3.org/2000/svg}svg"


@dataclass(frozen=True)
class LaidPart:
    part: Part
    first: int  # number of its first page
    document: Document
    tree: ElementTree.Element  # its tags, as they were laid out

    @property
    def last(self) -> int:
        return self.first + len(self.document.pages) - 1

    @property
    def labels(self) -> list[str]:
        return [page_label(self.part.folio, number) for number in range(self.first, self.last + 1)]


@dataclass(frozen=True)
class Layout:
    parts: tuple[LaidPart, ...]  # in the order of the book: all roman ones first
    pages: d.Pages
    blank: Document  # one empty page, for versos


def typeset(book: d.Book, theme: Theme, engine: Engine, problems: Problems, edition: Edition) -> Layout | None:
    """Lay out every part, as often as page numbers need. None when something did not fit (see `problems`)."""
    setter = _Typesetter(
        title=book.info.book.title,
        stamp=stamp(book) or use_until(book),
        ink=tokens(theme.css["tokens.css"]),
        urgent=_callouts(book, "urgent"),
        emergencies=_callouts(book, "emergency"),
        engine=engine,
        problems=problems,
    )
    labels: Mapping[str, str] = {}
    laid: dict[str, LaidPart] = {}
    with log_as_problems(problems):
        for _ in range(ROUNDS):
            parts = make_parts(book, labels, edition)
            first = {"roman": 1, "arabic": 1}
            for part in parts:
                known = laid.get(part.key)
                if known is None or known.part != part or known.first != first[part.folio]:
                    laid[part.key] = setter.lay_out(part, first[part.folio])
                first[part.folio] = laid[part.key].last + 1
                first[part.folio] += 1 - first[part.folio] % 2  # the next part opens on a right-hand page
            if problems.errors:
                return None
            found = _labels(laid.values())
            if found == labels:
                break
            labels = found
        else:
            problems.add("page-numbers-unsettled", NOWHERE, f"page numbers still changed after {ROUNDS} layouts")
            return None
        blank = engine.lay_out(
            ElementTree.fromstring("<html><body></body></html>"), "@page { @top-left { content: none } }"
        )
    ordered = tuple(laid[part.key] for part in parts)
    _check_emergencies(ordered, setter.emergencies, edition, problems)
    turns = tuple(
        turn for one in ordered for turn in page_turns(one.document.pages, one.labels, _body(one.tree), one.part.starts)
    )
    pages = d.Pages(labels, sum(len(part.document.pages) for part in ordered), turns)
    return Layout(ordered, pages, blank)


def _labels(parts: Any) -> dict[str, str]:
    labels: dict[str, str] = {}
    for laid in parts:
        for page, label in zip(laid.document.pages, laid.labels, strict=True):
            for anchor in page.anchors:
                labels.setdefault(anchor, label)
    return labels


def _body(tree: ElementTree.Element) -> ElementTree.Element:
    body = tree.find("body")
    assert body is not None
    return body


def page_label(folio: str, number: int) -> str:
    return roman(number) if folio == "roman" else str(number)


ROMAN = {"m": 1000, "cm": 900, "d": 500, "cd": 400, "c": 100, "xc": 90, "l": 50, "xl": 40, "x": 10, "ix": 9, "v": 5}
ROMAN |= {"iv": 4, "i": 1}


def roman(number: int) -> str:
    letters = ""
    for sign, value in ROMAN.items():
        letters += sign * (number // value)
        number %= value
    return letters


def tokens(css: str) -> dict[str, str]:
    """The light colours of tokens.css by name."""
    root = css[css.index(":root") : css.index("}")]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})\s*;", root))


@dataclass(frozen=True)
class _Typesetter:
    """Lays out one part at a time. `ink`: colours by name; `urgent`, `emergencies`: where each such callout stands."""

    title: str
    stamp: str
    ink: Mapping[str, str]
    urgent: Mapping[str, Position]
    emergencies: Mapping[str, Position]
    engine: Engine
    problems: Problems

    def lay_out(self, part: Part, first: int) -> LaidPart:
        """Lay out, and again as long as a note is lost or two urgent callouts share a page."""
        css = f"@page :first {{ counter-reset: page {first} }}"
        nudges: dict[int, int] = {}
        given_up: set[int] = set()  # notes that stand a page after their call, whatever is tried
        apart: set[str] = set()  # urgent callouts that begin a page
        whole: set[str] = set()  # emergency callouts that stand on one page only if their notes need not
        while True:
            tree = self.tree(part)
            notes = [span for span in tree.iter("span") if span.get("class") == "footnote"]
            _nudge(tree, notes, nudges)
            _set_apart(tree, apart)
            _let_notes_go(tree, whole)
            document = self.engine.lay_out(tree, css)
            lost, displaced = _misplaced_notes(document, notes)
            if not lost and displaced <= given_up:
                crowded = _crowded(document, self.urgent)
                # What follows a forced break inside a note would be lost (WeasyPrint 70).
                fixed = {callout.get("id", "") for note in notes for callout in note.iter("aside")}
                if movable := crowded - apart - fixed:
                    apart |= movable
                    continue
                if broken := _broken(document, self.emergencies) - whole:
                    whole |= broken
                    given_up |= {notes.index(note) for note in _notes_in(tree, broken)}
                    continue
                for index in displaced:
                    id = notes[index].get("id", "")
                    message = f'the footnote "{id}" stands on the page after the one that calls it'
                    self.problems.add("note-displaced", NOWHERE, message, "shorten it, or move it", severity="warning")
                for id in sorted(crowded):
                    message = "this urgent callout stands on a page with another one"
                    hint = "one warning a page is read, two are not: join them, or move one"
                    self.problems.add("crowded-callouts", self.urgent[id], message, hint, severity="warning")
                return LaidPart(part, first, document, tree)
            for index in lost | displaced - given_up:
                step = nudges.get(index, -1) + 1
                if step < len(NUDGES) - (index not in lost):  # no new page only to keep a note in its place
                    nudges[index] = step
                elif index in lost:
                    id = notes[index].get("id", "")
                    message = f'the footnote "{id}" does not fit on its page'
                    self.problems.add("note-lost", NOWHERE, message, "shorten it, or move it")
                    return LaidPart(part, first, document, tree)
                else:
                    given_up.add(index)
                    nudges.pop(index, None)

    def tree(self, part: Part) -> ElementTree.Element:
        tree = ElementTree.fromstring(part.page(self.title, self.stamp))
        for items in tree.iter("ol"):
            if start := items.get("start"):  # the engine knows no attribute for it
                items.set("style", f"counter-reset: list-item {int(start) - 1}")
        for callout in tree.iter("aside"):
            for icon in callout.iter(SVG):
                if icon.get("class") == "icon":
                    # WeasyPrint gives drawings no colour from CSS. The heavy frame's title is reversed.
                    frame = callout.get("data-frame")
                    icon.set("color", self.ink["on-heavy" if frame == "heavy" else f"frame-{frame}"])
        return tree


def _callouts(book: d.Book, urgency: str) -> dict[str, Position]:
    """Where the callouts of an urgency stand, by id."""
    return {
        node.attributes.id: node.at
        for node in d.walk(tuple(chapter.blocks for chapter in book.chapters))
        if isinstance(node, d.Callout) and book.info.callouts[node.kind].urgency == urgency
    }


def _pages_of(document: Document, places: Mapping[str, Position]) -> dict[str, set[int]]:
    """On which pages of a document each of these callouts stands, in their order."""
    seen: dict[str, set[int]] = {}
    for number, page in enumerate(document.pages):
        for box in page._page_box.descendants():
            if box.element_tag == "aside" and (id := box.element.get("id")) in places:
                seen.setdefault(id, set()).add(number)
    return seen


def _crowded(document: Document, urgent: Mapping[str, Position]) -> set[str]:
    """The urgent callouts that begin on a page on which another one stands already."""
    crowded: set[str] = set()
    taken: set[int] = set()
    for id, pages in _pages_of(document, urgent).items():
        if min(pages) in taken:
            crowded.add(id)
        taken |= pages
    return crowded


def _set_apart(tree: ElementTree.Element, ids: set[str]) -> None:
    for callout in tree.iter("aside"):
        if callout.get("id") in ids:
            callout.set("style", "break-before: page")


def _broken(document: Document, emergencies: Mapping[str, Position]) -> set[str]:
    """The emergency callouts that run over to another page."""
    return {id for id, pages in _pages_of(document, emergencies).items() if len(pages) > 1}


def _notes_in(tree: ElementTree.Element, ids: set[str]) -> list[ElementTree.Element]:
    callouts = [one for one in tree.iter("aside") if one.get("id") in ids]
    return [span for callout in callouts for span in callout.iter("span") if span.get("class") == "footnote"]


def _let_notes_go(tree: ElementTree.Element, ids: set[str]) -> None:
    """Help is seen at once or not at all, so rather its sources turn the page."""
    for note in _notes_in(tree, ids):
        note.set("style", "footnote-policy: auto")


def _nudge(tree: ElementTree.Element, notes: list[ElementTree.Element], nudges: Mapping[int, int]) -> None:
    parents = {child: parent for parent in tree.iter() for child in parent} if nudges else {}
    for index, step in nudges.items():
        block = parents[notes[index]]
        while block.tag not in BLOCKS:
            block = parents[block]
        block.set("style", NUDGES[step])


def _misplaced_notes(document: Document, notes: list[ElementTree.Element]) -> tuple[set[int], set[int]]:
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


def _check_emergencies(
    parts: tuple[LaidPart, ...], places: Mapping[str, Position], edition: Edition, problems: Problems
) -> None:
    """Help in a crisis must be seen at once: such a box may not run over to another page. On pages of few words, at
    least the numbers to call stand on one."""
    for laid in parts:
        for id in sorted(_broken(laid.document, places)):
            message = "this emergency callout does not fit on one page"
            severity: Severity = "error"
            if edition.splits_help and _has_whole_lines(laid.document, id):
                message += f" of {edition.suffix.strip('-')}; the numbers to call stand on its first page"
                severity = "warning"
            hint = "say less: a reader in danger needs the numbers first"
            problems.add("emergency-too-tall", places[id], message, hint, severity=severity)


def _has_whole_lines(document: Document, id: str) -> bool:
    """Whether the crisis lines of a callout stand on the first of its pages, all of them."""
    box_pages, line_pages = set[int](), set[int]()
    for number, page in enumerate(document.pages):
        for box in page._page_box.descendants():
            if box.element_tag == "aside" and box.element.get("id") == id:
                box_pages.add(number)
                for inner in box.descendants():
                    if inner.element_tag == "div" and "crisis-lines" in inner.element.get("class", "").split():
                        line_pages.add(number)
    return line_pages == {min(box_pages)}
