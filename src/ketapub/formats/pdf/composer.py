"""Lays out one part of a book: its tags come in; its pages, with no note lost and no warning torn apart, go out.

The same part gives the same pages, whatever was laid out before it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from ketapub.formats.pdf.boxed import (
    broken,
    crowded,
    has_whole_lines,
    let_notes_go,
    notes_in,
    set_apart,
)
from ketapub.formats.pdf.engine import Engine
from ketapub.formats.pdf.facts import PartFacts, Remark, formula
from ketapub.formats.pdf.floats import fill_gaps
from ketapub.formats.pdf.notes import (
    ALLOWS,
    NEW_PAGE,
    NUDGES,
    OF_DIVIDED,
    beside_breaks,
    misplaced_notes,
    notes_of,
    nudge,
)
from ketapub.formats.pdf.numbers import are_alike, open_boxes
from ketapub.formats.pdf.parts import Part
from ketapub.formats.pdf.quality import check_pages, ease, glue, paragraphs_of
from ketapub.formats.pdf.standard import Standard
from ketapub.formats.pdf.turns import page_turns, place_of
from ketapub.formats.pdf.wide import Size, too_tall, turn, turnable, wide_tables

if TYPE_CHECKING:
    from weasyprint import Document

OURS = {"icon", "place", "chart"}  # classes of drawings that the program makes
SVG = "{http://www.w3.org/2000/svg}svg"


def tokens(css: str) -> dict[str, str]:
    """The light colours of tokens.css by name."""
    root = css[css.index(":root") : css.index("}")]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})\s*;", root))


def _body(tree: ElementTree.Element) -> ElementTree.Element:
    body = tree.find("body")
    assert body is not None
    return body


@dataclass
class Plan:
    """What to change in a part beyond its style sheet, as far as its layouts have shown. Notes, wide tables and
    paragraphs are named by their place among those of the part."""

    nudges: dict[int, int] = field(default_factory=dict)  # note -> which of `NUDGES` its paragraph gets
    given_up: set[int] = field(default_factory=set)  # notes that stand a page after their call, whatever is tried
    apart: set[str] = field(default_factory=set)  # urgent callouts that begin a page
    whole: set[str] = field(default_factory=set)  # emergency callouts on one page only if their notes need not be
    turned: dict[int, Size] = field(default_factory=dict)  # wide tables, with the room on their page
    upright: set[int] = field(default_factory=set)  # wide tables too tall to be turned
    glued: set[int] = field(default_factory=set)  # paragraphs whose last two words stay together

    def changes(self) -> tuple[object, ...]:
        """All that makes another layout of it."""
        return tuple(self.nudges.items()), *map(
            frozenset, (self.apart, self.whole, self.turned, self.upright, self.glued)
        )


@dataclass(frozen=True)
class _Laid:
    """One layout of a part."""

    document: Document
    tree: ElementTree.Element
    notes: list[ElementTree.Element]


@dataclass(frozen=True)
class Composed:
    """A part on its pages, and what is to be known of them."""

    part: Part
    first: int
    laid: _Laid
    facts: PartFacts
    open: tuple[tuple[Any, str], ...] = ()  # boxes of numbers that are to be put in, see `numbers.open_boxes`

    @property
    def document(self) -> Document:
        return self.laid.document


@dataclass(frozen=True)
class Manner:
    """How the parts of an edition are laid out: data, which another process can be given.

    `ink`: colours by name; `urgent`, `emergencies`: the ids of such callouts. The rest is that of `Edition`.
    """

    css: str
    resources: Mapping[str, bytes]
    fonts: Path
    title: str
    stamp: str
    ink: Mapping[str, str]
    urgent: Collection[str]
    emergencies: Collection[str]
    suffix: str
    judged: bool
    inks: tuple[str, str] | None
    splits_help: bool
    language: str
    standard: Standard | None


@dataclass(frozen=True)
class Composer:
    """Lays out one part at a time."""

    manner: Manner
    engine: Engine

    def compose(self, part: Part, first: int, *, is_open: bool) -> Composed:
        """Lay out, and again as long as something can be had in a better place. `first` numbers the first page;
        `is_open`: the page numbers in the part are not known."""
        plan = Plan()
        css = f"@page :first {{ counter-reset: page {first} }}"
        steps = [self.turn_tables, self.keep_notes, self.part_urgent, self.keep_emergencies_whole]
        steps += [self.glue_last_words] if self.looks_at(part) else []
        plain = self.once(part, css, plan, is_open=is_open), plan.changes()
        while True:
            # What was tried in vain for a note is given up.
            laid = plain[0] if plan.changes() == plain[1] else self.once(part, css, plan, is_open=is_open)
            if not any(step(plan, laid) for step in steps):
                laid = replace(laid, document=self.filled(css, plan, laid))
                facts = self.facts(part, laid)
                if is_open:
                    boxes = tuple(open_boxes(laid.document.pages, part.labels(first, facts.pages)))
                    return Composed(part, first, laid, replace(facts, is_open=are_alike(boxes, laid.tree)), boxes)
                return Composed(part, first, laid, facts)

    def looks_at(self, part: Part) -> bool:
        """Whether its lines are judged; title and contents are no text."""
        return self.manner.judged and bool(part.starts)

    def facts(self, part: Part, laid: _Laid) -> PartFacts:
        anchors: dict[str, int] = {}
        for number, page in enumerate(laid.document.pages):
            for anchor in page.anchors:
                anchors.setdefault(anchor, number)
        turns = page_turns(laid.document.pages, _body(laid.tree), part.starts)
        turns = [turn if turn.front else replace(turn, order=turn.order - part.first_order) for turn in turns]
        return PartFacts(len(laid.document.pages), anchors, tuple(turns), tuple(self.remarks(part, laid)))

    def once(self, part: Part, css: str, plan: Plan, *, is_open: bool = False) -> _Laid:
        tree = self.tree(part, is_open)
        notes = notes_of(tree)
        nudge(tree, notes, plan.nudges)
        set_apart(tree, plan.apart)
        let_notes_go(tree, plan.whole)
        turn(tree, plan.turned, plan.upright)
        for index, paragraph in enumerate(paragraphs_of(tree) if self.looks_at(part) else ()):
            if index in plan.glued:
                glue(paragraph)
            else:
                ease(paragraph)
        return _Laid(self.engine.lay_out(tree, css), tree, notes)

    # -- each says whether it has changed the plan

    def turn_tables(self, plan: Plan, laid: _Laid) -> bool:
        tables = wide_tables(laid.tree)
        upright = {tables.index(table) for table in too_tall(laid.document)}
        turned = {tables.index(table): size for table, size in turnable(laid.document).items()}
        changed = not upright <= plan.upright or not turned.keys() <= plan.turned.keys()
        plan.upright |= upright
        plan.turned = turned | plan.turned
        return changed

    def keep_notes(self, plan: Plan, laid: _Laid) -> bool:
        """Try the next thing for each note that is lost, or is not on the page of its call."""
        lost, displaced = misplaced_notes(laid.document, laid.notes)
        wanted = sorted(lost | displaced - plan.given_up)
        divided, last = beside_breaks(laid.document, laid.tree, laid.notes) if wanted else (set(), set())
        tried = False
        for index in wanted:
            step = plan.nudges.get(index, -1) + 1
            if step == ALLOWS and index not in divided | last:
                step += 1
            if step in OF_DIVIDED and index not in divided:
                step = NEW_PAGE
            # A new page leaves a gap on the one before: where pages are judged, only to save a note that would be lost.
            if step < (len(NUDGES) if index in lost or not self.manner.judged else NEW_PAGE):
                plan.nudges[index] = step
                tried = True
            elif index not in lost:
                plan.given_up.add(index)
                plan.nudges.pop(index, None)
                tried = True
        return tried

    def part_urgent(self, plan: Plan, laid: _Laid) -> bool:
        # What follows a forced break inside a note would be lost (WeasyPrint 70).
        fixed = {callout.get("id", "") for note in laid.notes for callout in note.iter("aside")}
        movable = crowded(laid.document, self.manner.urgent) - plan.apart - fixed
        plan.apart |= movable
        return bool(movable)

    def keep_emergencies_whole(self, plan: Plan, laid: _Laid) -> bool:
        running_over = broken(laid.document, self.manner.emergencies) - plan.whole
        plan.whole |= running_over
        plan.given_up |= {laid.notes.index(note) for note in notes_in(laid.tree, running_over)}
        return bool(running_over)

    def glue_last_words(self, plan: Plan, laid: _Laid) -> bool:
        place = {paragraph: index for index, paragraph in enumerate(paragraphs_of(laid.tree))}
        found = (one for one in check_pages(laid.document.pages, laid.tree) if one.code == "short-last-line")
        short = {place[one.element] for one in found} - plan.glued
        plan.glued |= short
        return bool(short)

    def remarks(self, part: Part, laid: _Laid) -> Iterator[Remark]:
        yield from self.on_notes(laid)
        for id in sorted(crowded(laid.document, self.manner.urgent)):
            message = "this urgent callout stands on a page with another one"
            hint = "one warning a page is read, two are not: join them, or move one"
            yield Remark("crowded-callouts", message, hint, "warning", id)
        yield from self.on_emergencies(laid)
        yield from self.on_formulas(laid)
        for found in check_pages(laid.document.pages, laid.tree) if self.looks_at(part) else ():
            place = place_of(_body(laid.tree), part.starts)(found.element)
            hint = "change a few words, or the order of things"
            yield Remark(found.code, found.said, hint, "warning", place, found.page)

    def on_notes(self, laid: _Laid) -> Iterator[Remark]:
        lost, displaced = misplaced_notes(laid.document, laid.notes)
        hint = "shorten it, or move it"
        for index in sorted(lost):
            message = f'the footnote "{laid.notes[index].get("id", "")}" does not fit on its page'
            yield Remark("note-lost", message, hint)
        for index in sorted(displaced):
            message = f'the footnote "{laid.notes[index].get("id", "")}" stands on the page after the one that calls it'
            yield Remark("note-displaced", message, hint, "warning")

    def on_emergencies(self, laid: _Laid) -> Iterator[Remark]:
        """Help in a crisis must be seen at once: such a box may not run over to another page. On pages of few words, at
        least the numbers to call stand on one."""
        for id in sorted(broken(laid.document, self.manner.emergencies)):
            message = "this emergency callout does not fit on one page"
            hint = "say less: a reader in danger needs the numbers first"
            if self.manner.splits_help and has_whole_lines(laid.document, id):
                message += f" of {self.manner.suffix.strip('-')}; the numbers to call stand on its first page"
                yield Remark("emergency-split", message, hint, "warning", id)
            else:
                yield Remark("emergency-too-tall", message, hint, "error", id)

    def on_formulas(self, laid: _Laid) -> Iterator[Remark]:
        """A formula that is wider than its place was drawn smaller."""
        told: set[str] = set()
        for page in laid.document.pages:
            for box in page._page_box.descendants():
                if box.element_tag != SVG or "math" not in (box.element.get("class") or "").split():
                    continue
                alt, wanted = box.element.get("aria-label", ""), float(box.element.get("width", "0em")[:-2])
                shown = box.width / (wanted * box.style["font_size"]) if wanted else 1
                if shown < 0.99 and alt not in told:
                    told.add(alt)
                    suffix = self.manner.suffix
                    where = f" of {suffix.strip('-')}" if suffix else ""
                    message = f"this formula is too wide for the page{where}, and drawn at {shown:.0%} of its size"
                    hint = r"divide it into lines: \begin{aligned} … \\ … \end{aligned}"
                    yield Remark("formula-too-wide", message, hint, "warning", formula(alt))

    def filled(self, css: str, plan: Plan, laid: _Laid) -> Document:
        """The layout with less white before figures, if it has no other fault then: no other note displaced, no other
        emergency callout broken, no urgent ones on one page more than before."""
        before = crowded(laid.document, self.manner.urgent)

        def is_sound(other: Document) -> bool:
            lost, displaced = misplaced_notes(other, laid.notes)
            helped = broken(other, self.manner.emergencies) <= plan.whole
            return not lost and displaced <= plan.given_up and helped and crowded(other, self.manner.urgent) <= before

        pinned = {*self.manner.urgent, *self.manner.emergencies}
        return fill_gaps(laid.tree, laid.document, lambda: self.engine.lay_out(laid.tree, css), is_sound, pinned)

    def tree(self, part: Part, is_open: bool) -> ElementTree.Element:
        tree = ElementTree.fromstring(part.page(self.manner.title, self.manner.stamp, is_open=is_open))
        for callout in tree.iter("aside"):
            for icon in callout.iter(SVG):
                if icon.get("class") == "icon":
                    # WeasyPrint gives drawings no colour from CSS. The heavy frame's title is reversed.
                    frame = callout.get("data-frame")
                    icon.set("color", self.manner.ink["on-heavy" if frame == "heavy" else f"frame-{frame}"])
        if self.manner.inks:
            for drawing in tree.iter(SVG):
                if drawing.get("class") in OURS or not drawing.get("color"):
                    drawing.set("color", self.manner.inks[drawing.get("color") == self.manner.ink["on-heavy"]])
        return tree
