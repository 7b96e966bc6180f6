"""Lays a book out on pages: one WeasyPrint document a part, page numbers as plain words, no note lost.

In: a `Book`, the theme. Out: a `Layout`: the parts' documents and `Pages`. Parts are laid out again until the page
numbers printed in them are the pages on which things stand. (In-text `target-counter` would do this in one document,
but loses and repeats footnotes in WeasyPrint 70.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from ketapub import document as d
from ketapub.formats.imprint import stamp, use_until
from ketapub.formats.pdf.boxed import (
    broken,
    callouts_of,
    crowded,
    has_whole_lines,
    let_notes_go,
    notes_in,
    set_apart,
)
from ketapub.formats.pdf.edition import Edition
from ketapub.formats.pdf.engine import Engine, log_as_problems
from ketapub.formats.pdf.floats import fill_gaps
from ketapub.formats.pdf.notes import NEW_PAGE, NUDGES, misplaced_notes, notes_of, nudge
from ketapub.formats.pdf.parts import Part, make_parts
from ketapub.formats.pdf.quality import check_pages, glue, paragraphs_of
from ketapub.formats.pdf.turns import page_turns, places
from ketapub.formats.pdf.wide import Size, too_tall, turn, turnable, wide_tables
from ketapub.formulas.drawing import Undrawable, draw, without_glyph
from ketapub.problems import NOWHERE, Position, Problems
from ketapub.theme import Theme

if TYPE_CHECKING:
    from weasyprint import Document

ROUNDS = 8  # page numbers settle in two or three; a number that gains a digit may need another
OURS = {"icon", "place", "chart"}  # classes of drawings that the program makes
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
        urgent=callouts_of(book, "urgent"),
        emergencies=callouts_of(book, "emergency"),
        judged=edition.judged,
        inks=edition.inks,
        engine=engine,
        problems=problems,
    )
    _check_formulas(book, problems)
    if problems.errors:
        return None
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
    _check_widths(ordered, book, edition, problems)
    if edition.judged:
        _judge(ordered, problems)
    turns = tuple(
        turn for one in ordered for turn in page_turns(one.document.pages, one.labels, _body(one.tree), one.part.starts)
    )
    pages = d.Pages(labels, sum(len(part.document.pages) for part in ordered), turns)
    return Layout(ordered, pages, blank)


def _check_formulas(book: d.Book, problems: Problems) -> None:
    """Each can be drawn, with the letters of a font of their own, which has fewer than the book's."""
    for node in d.formulas_in(book.chapters):
        try:
            draw(node.mathml, isinstance(node, d.DisplayFormula))
        except Undrawable:
            problems.add("bad-formula", node.at, "this formula cannot be drawn for print", "write it in another way")
        if missing := "".join(without_glyph(node.mathml)):
            message = f"the font of formulas has no {', '.join(missing)}"
            problems.add("missing-glyph", node.at, message, "write it outside of the formula")


def _check_widths(parts: tuple[LaidPart, ...], book: d.Book, edition: Edition, problems: Problems) -> None:
    """A formula that is wider than its place was drawn smaller."""
    places = {node.alt: node.at for node in d.formulas_in(book.chapters)}
    told: set[str] = set()
    for laid in parts if places else ():
        for page in laid.document.pages:
            for box in page._page_box.descendants():
                if box.element_tag != SVG or "math" not in (box.element.get("class") or "").split():
                    continue
                alt, wanted = box.element.get("aria-label", ""), float(box.element.get("width", "0em")[:-2])
                shown = box.width / (wanted * box.style["font_size"]) if wanted else 1
                if shown < 0.99 and alt not in told:
                    told.add(alt)
                    where = f" of {edition.suffix.strip('-')}" if edition.suffix else ""
                    message = f"this formula is too wide for the page{where}, and drawn at {shown:.0%} of its size"
                    hint = r"divide it into lines: \begin{aligned} … \\ … \end{aligned}"
                    problems.add("formula-too-wide", places.get(alt, NOWHERE), message, hint, severity="warning")


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


@dataclass
class _Plan:
    """What to change in a part beyond its style sheet, as far as its layouts have shown. Notes, wide tables and
    paragraphs are named by their place among those of the part."""

    nudges: dict[int, int] = field(default_factory=dict)  # note -> which of `NUDGES` its paragraph gets
    given_up: set[int] = field(default_factory=set)  # notes that stand a page after their call, whatever is tried
    apart: set[str] = field(default_factory=set)  # urgent callouts that begin a page
    whole: set[str] = field(default_factory=set)  # emergency callouts on one page only if their notes need not be
    turned: dict[int, Size] = field(default_factory=dict)  # wide tables, with the room on their page
    upright: set[int] = field(default_factory=set)  # wide tables too tall to be turned
    glued: set[int] = field(default_factory=set)  # paragraphs whose last two words stay together


@dataclass(frozen=True)
class _Laid:
    """One layout of a part."""

    document: Document
    tree: ElementTree.Element
    notes: list[ElementTree.Element]


@dataclass(frozen=True)
class _Typesetter:
    """Lays out one part at a time. `ink`: colours by name; `urgent`, `emergencies`: where each such callout stands."""

    title: str
    stamp: str
    ink: Mapping[str, str]
    urgent: Mapping[str, Position]
    emergencies: Mapping[str, Position]
    judged: bool
    inks: tuple[str, str] | None
    engine: Engine
    problems: Problems
    glued: dict[str, set[int]] = field(default_factory=dict)  # of each part, when it was laid out before

    def lay_out(self, part: Part, first: int) -> LaidPart:
        """Lay out, and again as long as something can be had in a better place."""
        plan = _Plan(glued=self.glued.setdefault(part.key, set()))
        css = f"@page :first {{ counter-reset: page {first} }}"
        steps = [self.turn_tables, self.keep_notes, self.part_urgent, self.keep_emergencies_whole]
        steps += [self.glue_last_words] if self.judged and part.starts else []  # title and contents are no text
        while True:
            laid = self.once(part, css, plan)
            if not any(step(plan, laid) for step in steps):
                laid = replace(laid, document=self.filled(css, plan, laid))
                self.complain(laid)
                return LaidPart(part, first, laid.document, laid.tree)

    def once(self, part: Part, css: str, plan: _Plan) -> _Laid:
        tree = self.tree(part)
        notes = notes_of(tree)
        nudge(tree, notes, plan.nudges)
        set_apart(tree, plan.apart)
        let_notes_go(tree, plan.whole)
        turn(tree, plan.turned, plan.upright)
        for index, paragraph in enumerate(paragraphs_of(tree) if plan.glued else ()):
            if index in plan.glued:
                glue(paragraph)
        return _Laid(self.engine.lay_out(tree, css), tree, notes)

    # -- each says whether it has changed the plan

    def turn_tables(self, plan: _Plan, laid: _Laid) -> bool:
        tables = wide_tables(laid.tree)
        upright = {tables.index(table) for table in too_tall(laid.document)}
        turned = {tables.index(table): size for table, size in turnable(laid.document).items()}
        changed = not upright <= plan.upright or not turned.keys() <= plan.turned.keys()
        plan.upright |= upright
        plan.turned = turned | plan.turned
        return changed

    def keep_notes(self, plan: _Plan, laid: _Laid) -> bool:
        """Try the next thing for each note that is lost, or is not on the page of its call."""
        lost, displaced = misplaced_notes(laid.document, laid.notes)
        tried = False
        for index in sorted(lost | displaced - plan.given_up):
            step = plan.nudges.get(index, -1) + 1
            # A new page leaves a gap on the one before: where pages are judged, only to save a note that would be lost.
            if step < (len(NUDGES) if index in lost or not self.judged else NEW_PAGE):
                plan.nudges[index] = step
                tried = True
            elif index not in lost:
                plan.given_up.add(index)
                plan.nudges.pop(index, None)
                tried = True
        return tried

    def part_urgent(self, plan: _Plan, laid: _Laid) -> bool:
        # What follows a forced break inside a note would be lost (WeasyPrint 70).
        fixed = {callout.get("id", "") for note in laid.notes for callout in note.iter("aside")}
        movable = crowded(laid.document, self.urgent) - plan.apart - fixed
        plan.apart |= movable
        return bool(movable)

    def keep_emergencies_whole(self, plan: _Plan, laid: _Laid) -> bool:
        running_over = broken(laid.document, self.emergencies) - plan.whole
        plan.whole |= running_over
        plan.given_up |= {laid.notes.index(note) for note in notes_in(laid.tree, running_over)}
        return bool(running_over)

    def glue_last_words(self, plan: _Plan, laid: _Laid) -> bool:
        place = {paragraph: index for index, paragraph in enumerate(paragraphs_of(laid.tree))}
        found = (one for one in check_pages(laid.document.pages, laid.tree) if one.code == "short-last-line")
        short = {place[one.element] for one in found} - plan.glued
        plan.glued |= short
        return bool(short)

    def complain(self, laid: _Laid) -> None:
        lost, displaced = misplaced_notes(laid.document, laid.notes)
        for index in sorted(lost):
            message = f'the footnote "{laid.notes[index].get("id", "")}" does not fit on its page'
            self.problems.add("note-lost", NOWHERE, message, "shorten it, or move it")
        for index in sorted(displaced):
            message = f'the footnote "{laid.notes[index].get("id", "")}" stands on the page after the one that calls it'
            self.problems.add("note-displaced", NOWHERE, message, "shorten it, or move it", severity="warning")
        for id in sorted(crowded(laid.document, self.urgent)):
            message = "this urgent callout stands on a page with another one"
            hint = "one warning a page is read, two are not: join them, or move one"
            self.problems.add("crowded-callouts", self.urgent[id], message, hint, severity="warning")

    def filled(self, css: str, plan: _Plan, laid: _Laid) -> Document:
        """The layout with less white before figures, if it has no other fault then: no other note displaced, no other
        emergency callout broken, no urgent ones on one page more than before."""
        before = crowded(laid.document, self.urgent)

        def is_sound(other: Document) -> bool:
            lost, displaced = misplaced_notes(other, laid.notes)
            helped = broken(other, self.emergencies) <= plan.whole
            return not lost and displaced <= plan.given_up and helped and crowded(other, self.urgent) <= before

        pinned = {*self.urgent, *self.emergencies}
        return fill_gaps(laid.tree, laid.document, lambda: self.engine.lay_out(laid.tree, css), is_sound, pinned)

    def tree(self, part: Part) -> ElementTree.Element:
        tree = ElementTree.fromstring(part.page(self.title, self.stamp))
        for callout in tree.iter("aside"):
            for icon in callout.iter(SVG):
                if icon.get("class") == "icon":
                    # WeasyPrint gives drawings no colour from CSS. The heavy frame's title is reversed.
                    frame = callout.get("data-frame")
                    icon.set("color", self.ink["on-heavy" if frame == "heavy" else f"frame-{frame}"])
        if self.inks:
            for drawing in tree.iter(SVG):
                if drawing.get("class") in OURS or not drawing.get("color"):
                    drawing.set("color", self.inks[drawing.get("color") == self.ink["on-heavy"]])
        return tree


def _judge(parts: tuple[LaidPart, ...], problems: Problems) -> None:
    hint = "change a few words, or the order of things"
    for laid in (one for one in parts if one.part.starts):
        place_of = places(_body(laid.tree), laid.part.starts)
        for found in check_pages(laid.document.pages, laid.tree):
            message = f"page {laid.labels[found.page]}: {found.said}"
            problems.add(found.code, place_of(found.element), message, hint, severity="warning")


def _check_emergencies(
    parts: tuple[LaidPart, ...], places: Mapping[str, Position], edition: Edition, problems: Problems
) -> None:
    """Help in a crisis must be seen at once: such a box may not run over to another page. On pages of few words, at
    least the numbers to call stand on one."""
    for laid in parts:
        for id in sorted(broken(laid.document, places)):
            message = "this emergency callout does not fit on one page"
            hint = "say less: a reader in danger needs the numbers first"
            if edition.splits_help and has_whole_lines(laid.document, id):
                message += f" of {edition.suffix.strip('-')}; the numbers to call stand on its first page"
                problems.add("emergency-split", places[id], message, hint, severity="warning")
            else:
                problems.add("emergency-too-tall", places[id], message, hint)
