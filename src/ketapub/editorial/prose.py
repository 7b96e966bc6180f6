"""A resolved book comes in; its words go out as runs of plain text, in which every offset leads back to its place.

The base of every rule for the text. Left out are citations, the numbers of notes, the list of references and
what the program adds (crisis lines). Code, and the words that a cross-reference shows, are `given`: they are read, but
they are not words that the author wrote there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from ketapub import document as d
from ketapub.editorial.places import Span, columns, joined
from ketapub.problems import NOWHERE, Position

Kind = Literal[
    "paragraph", "item", "heading", "subtitle", "caption", "cell", "datum", "term", "callout-title", "note", "alt",
    "drawing", "setting",
]  # fmt: skip
RUNNING: tuple[Kind, ...] = ("paragraph", "item")
Line = Callable[[Position], str]  # the text of the source line that a position stands in, or ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Where the text of a run comes from, from `start` on."""

    start: int
    at: Position
    exact: bool = True  # False: all of it has one place, such as a setting


@dataclass(frozen=True, slots=True)
class Run:
    """The words of one paragraph, heading, cell … `section` counts in `Prose.sections`."""

    kind: Kind
    text: str
    pieces: tuple[Piece, ...]
    section: int
    at: Position  # where the run begins, whatever its words
    callout: str = ""  # the kind of callout it stands in
    plain: bool = False  # a paragraph of its own: in no callout, list, quotation, table
    quoted: tuple[Span, ...] = ()  # inside `.quoted`
    given: tuple[Span, ...] = ()  # words of a cross-reference, code, keys
    facts: tuple[Span, ...] = ()  # printed by the ledger, or in `.no-fact`
    defined: tuple[Span, ...] = ()  # inside `<abbr title>`
    targets: tuple[str, ...] = ()  # the ids that it links
    chart: int = 0  # the figure with data that it belongs to, counted from 1

    def place(self, offset: int, line: Line) -> Position:
        """The position of the character at an offset."""
        piece = self.pieces[max(0, bisect_right(self.pieces, offset, key=lambda one: one.start) - 1)]
        if not piece.at.file:
            return self.at
        if not piece.exact or not piece.at.column:
            return piece.at
        found = columns(self.text[piece.start : self._end(piece)], piece.at.column, line(piece.at))
        return Position(piece.at.file, piece.at.line, found[min(offset - piece.start, len(found) - 1)])

    def _end(self, piece: Piece) -> int:
        behind = bisect_right(self.pieces, piece.start, key=lambda one: one.start)
        return self.pieces[behind].start if behind < len(self.pieces) else len(self.text)


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter's title or a heading, with the text below it. `above`: the section it stands in, -1 for none."""

    title: str
    level: int
    at: Position
    above: int
    attributes: d.Attributes = d.NONE
    language: str = ""
    first_run: int = 0  # of its heading, in `Prose.runs`


@dataclass(frozen=True, slots=True)
class Prose:
    runs: tuple[Run, ...]
    sections: tuple[Section, ...]
    callouts: dict[str, str]  # id -> kind, of the whole book

    def around(self, section: int) -> Iterator[int]:
        """A section and those it stands in, the inner ones first."""
        while section >= 0:
            yield section
            section = self.sections[section].above

    def part(self, section: int) -> int:
        """The section of level 2 that it belongs to, or the chapter's title."""
        return next((one for one in self.around(section) if self.sections[one].level <= 2), section)


def read_prose(book: d.Book) -> Prose:
    return _Reader(book).read()


@dataclass(slots=True)
class _Text:
    """A run in the making."""

    words: list[str] = field(default_factory=list)
    length: int = 0
    pieces: list[Piece] = field(default_factory=list)
    quoted: list[Span] = field(default_factory=list)
    given: list[Span] = field(default_factory=list)
    facts: list[Span] = field(default_factory=list)
    defined: list[Span] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    after: list[d.Node] = field(default_factory=list)  # notes and pictures, which are runs of their own

    def add(self, words: str, at: Position, *, exact: bool = True) -> None:
        if at.file or not self.pieces:
            self.pieces.append(Piece(self.length, at, exact))
        self.words.append(words)
        self.length += len(words)


class _Reader:
    def __init__(self, book: d.Book) -> None:
        self.book = book
        self.runs: list[Run] = []
        self.sections: list[Section] = []
        self.callouts: dict[str, str] = {}
        self.callout = ""
        self.quoted = 0
        self.in_note = False
        self.charts = self.chart = 0
        self.no_fact = False  # inside a figure of that class
        self.language = ""

    def read(self) -> Prose:
        info = self.book.info
        self.sections.append(Section(info.book.title, 0, NOWHERE, -1))
        for key in ("title", "subtitle", "description"):
            self._fixed("setting", getattr(info.book, key), info.at(f"book.{key}"))
        for asset in self.book.assets.values():
            for words, line in asset.svg.words if asset.svg else ():
                self._fixed("drawing", words, Position(asset.svg.file if asset.svg else "", line))
        for chapter in self.book.chapters:
            if chapter.source:
                self.language = chapter.language or info.book.language
                self._heading(chapter.heading)
                self._line("subtitle", chapter.subtitle, chapter.heading.at)
                self._blocks(chapter.blocks, plain=True)
        return Prose(tuple(self.runs), tuple(self.sections), self.callouts)

    def _fixed(self, kind: Kind, words: str, at: Position) -> None:
        if words:
            self.runs.append(Run(kind, words, (Piece(0, at, exact=False),), 0, at))

    def _heading(self, node: d.Heading) -> None:
        above = len(self.sections) - 1
        while above >= 0 and self.sections[above].level >= node.level:
            above = self.sections[above].above
        title = " ".join(d.plain_text(d.bare(node.children)).split())
        self.sections.append(Section(title, node.level, node.at, above, node.attributes, self.language, len(self.runs)))
        self._line("heading", node.children, node.at)

    def _blocks(self, blocks: d.Blocks, *, plain: bool = False, kind: Kind = "paragraph") -> None:
        for block in blocks:
            self._block(block, plain, kind)

    def _block(self, node: d.Block, plain: bool, kind: Kind) -> None:
        match node:
            case d.Paragraph(children=children) | d.Plain(children=children):
                self._line("note" if self.in_note else kind, children, node.at, plain=plain)
            case d.Heading():
                self._heading(node)
            case d.List(items=items):
                for item in items:
                    self._blocks(item.blocks, kind="item")
            case d.Quote(blocks=blocks):
                self._blocks(blocks)
            case d.Div(blocks=blocks, attributes=attributes):
                if "crisis-lines" in attributes.classes and not node.at.file:
                    return
                self.quoted += "quoted" in attributes.classes
                self._blocks(blocks, plain=plain, kind=kind)
                self.quoted -= "quoted" in attributes.classes
            case d.Conditional(blocks=blocks):
                self._blocks(blocks, plain=plain, kind=kind)
            case d.Callout():
                outer, self.callout = self.callout, node.kind
                self.callouts[node.attributes.id] = node.kind
                self._line("callout-title", node.title, node.at, empty=True)
                self._blocks(node.blocks)
                self.callout = outer
            case d.Table():
                self._table(node)
            case d.Figure():
                self._figure(node)
            case d.DefinitionList(items=definitions):
                for one in definitions:
                    self._line("term", one.term, one.at)
                    for meaning in one.meanings:
                        self._blocks(meaning, kind="item")
            case d.DisplayFormula(alt=said, attributes=attributes):
                pieces, facts = (Piece(0, node.at, exact=False),), ((0, len(said)),) if attributes.facts else ()
                self.runs.append(Run("alt", said, pieces, len(self.sections) - 1, node.at, facts=facts))
            case d.CodeBlock() | d.Rule() | d.PageBreak() | d.Bibliography():
                pass

    def _table(self, node: d.Table, *, data: bool = False) -> None:
        """`data`: it holds the numbers of a figure, which stand on the right; places on a scale do not."""
        self._line("caption", node.caption, node.at)
        for row in (node.head, *node.body):
            for column, cell in enumerate(row.cells):
                datum = data and row is not node.head and node.alignments[column] == "right"
                self._line("datum" if datum else "cell", cell.children, cell.at)

    def _figure(self, node: d.Figure) -> None:
        self.charts += node.data is not None
        self.chart = self.charts if node.data else 0
        self.no_fact = d.NO_FACT in node.attributes.classes
        for image in node.images:
            self._alternative(image, node.attributes)
        self._line("caption", node.caption, node.at)
        self._line("caption", node.source, node.at)
        self._blocks(node.description)
        if node.data:
            self._table(node.data, data=True)
        self.chart, self.no_fact = 0, False

    def _line(self, kind: Kind, nodes: d.Inlines, at: Position, *, plain: bool = False, empty: bool = False) -> None:
        text = _Text()
        self._inlines(nodes, text)
        words = "".join(text.words)
        if words.strip() or empty:
            whole = ((0, len(words)),)
            quoted = whole if self.quoted else joined(text.quoted)
            facts = whole if self.no_fact else joined(text.facts)
            self.runs.append(
                Run(
                    kind, words, tuple(text.pieces) or (Piece(0, at),), len(self.sections) - 1, at, self.callout,
                    plain, quoted, joined(text.given), facts, joined(text.defined), tuple(text.targets), self.chart,
                )
            )  # fmt: skip
        for node in text.after:
            if isinstance(node, d.Note):
                self.in_note = True
                self._blocks(node.blocks)
                self.in_note = False
            elif isinstance(node, d.Image):
                self._alternative(node, d.NONE)

    def _alternative(self, image: d.Image, around: d.Attributes) -> None:
        """`around`: the attributes of the figure, which has those of a picture that stands alone in it."""
        if image.alt:
            facts, end = [(0, len(image.alt))] if self.no_fact else [], 0
            for key, fact in image.attributes.facts + around.facts:
                said = d.plain_text(fact)
                if key in ("alt", "fig-alt") and (start := image.alt.find(said, end)) >= 0:
                    end = start + len(said)
                    facts.append((start, end))
            pieces, section = (Piece(0, image.at, exact=False),), len(self.sections) - 1
            self.runs.append(Run("alt", image.alt, pieces, section, image.at, facts=joined(facts), chart=self.chart))

    def _inlines(self, nodes: d.Inlines, text: _Text) -> None:
        for node in nodes:
            self._inline(node, text)

    def _inline(self, node: d.Inline, text: _Text) -> None:
        start = text.length
        match node:
            case d.Text(text=words):
                text.add(words, node.at)
            case d.Code(text=words):
                text.add(words, node.at)
                text.given.append((start, text.length))
            case d.Formula(alt=said, attributes=attributes):
                text.add(said, node.at, exact=False)  # its numbers are typed by hand, and its short forms read
                if attributes.facts:  # but for what its author says from the ledger
                    text.facts.append((start, text.length))
            case d.SoftBreak() | d.HardBreak():
                text.add(" ", node.at)
            case d.Citation() | d.CitationMark():
                pass
            case d.Note() | d.Image():
                text.after.append(node)
            case d.Reference(children=children, target=target):
                self._inlines(children, text)
                text.given.append((start, text.length))
                text.targets.append(target)
            case d.Fact():
                text.add(d.plain_text(node), node.at, exact=False)
                text.facts.append((start, text.length))
            case d.PageReference(children=children, target=target):
                self._inlines(children, text)
                text.targets.append(target)
            case d.Link(children=children, target=target):
                self._inlines(children, text)
                if target.startswith("#"):
                    text.targets.append(target[1:])
            case d.Keyboard(children=children):
                self._inlines(children, text)
                text.given.append((start, text.length))
            case d.Span(children=children, attributes=attributes):
                self._inlines(children, text)
                if "quoted" in attributes.classes:
                    text.quoted.append((start, text.length))
                if d.NO_FACT in attributes.classes:
                    text.facts.append((start, text.length))
            case d.Abbreviation(children=children, title=title):
                self._inlines(children, text)
                if title:
                    text.defined.append((start, text.length))
            case _:
                self._inlines(getattr(node, "children", ()), text)
