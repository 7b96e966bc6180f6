"""Nodes of a `Book` to tags: the one place where the document becomes markup.

In: a chapter (or some inlines) and a `Medium`. Out: `Tags`: well-formed XML without named entities, which parses
alike as XHTML and as HTML; and, for a medium that asks for it, each element with its place in the manuscript.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Literal, NamedTuple, assert_never

from markupsafe import Markup, escape

from ketapub import callouts, document as d
from ketapub.formulas import tex
from ketapub.locale import Words, words
from ketapub.problems import NOWHERE, Position
from ketapub.svg import inline_icon, inline_svg

if TYPE_CHECKING:
    from ketapub.formulas.drawing import Drawing

Value = str | int | None

MATHML = "http://www.w3.org/1998/Math/MathML"
SVG = "http://www.w3.org/2000/svg"
PLACE = "ketapub-place"  # no name that an author can give an attribute
_PHONE, _BESIDE = 12, 11  # ems of text: what a phone of 320 px shows of a formula, and of one beside its number
_ESCAPED = re.compile("[&<>'\"]")
MANY_WAYS_BACK = 10  # more than a line or two of a phone holds


@dataclass(frozen=True, slots=True)
class Sheet:
    """What sets a handout apart from a chapter.

    `clinic` says what fields stand for; what it does not say is a blank. Blanks are `typed` into, or written on by
    hand. There are `lines` of them for notes, and `questions` at most are asked. `cited`: citations are shown.
    """

    clinic: Mapping[str, str]
    typed: bool = False
    lines: int = 0
    questions: int = 3
    cited: bool = False


@dataclass(frozen=True, slots=True)
class Medium:
    """All that differs between outputs inside a chapter.

    `href` and `image` address an id of the book and a picture; `page` gives the page label of an id, or None where
    there are no pages. `notes` stand at the foot of the page, or at the end of the chapter. `shift` is added to the
    level of headings: 1 where the book's own title is the page's h1. `opening` is said at the start of each chapter:
    the draft stamp, where it does not stand on each page by itself. `listed` says which tables become lists. `drawn`
    makes the picture of a formula where MathML is not known, `numbered` writes the label of a page. `traced`: each
    element says in `PLACE` where it stands in the manuscript. Such pages are held against finished ones and never
    shipped. Only handouts have a `sheet`.
    """

    href: Callable[[str], str]
    image: Callable[[d.Asset], str]
    notes: Literal["foot", "end"] = "end"
    page: Callable[[str], str] | None = None
    shift: int = 0
    opening: str = ""
    listed: Callable[[d.Table], bool] = lambda table: False
    drawn: Callable[[str, bool], Drawing] | None = None
    numbered: Callable[[str], str] = str
    traced: bool = False
    sheet: Sheet | None = None


class Start(NamedTuple):
    """Where the words of a node begin: behind so many characters of the text of all tags, drawings left out.

    `part` is 1 for what stands behind a figure.
    """

    at: int
    node: d.Node
    part: int = 0


@dataclass(frozen=True, slots=True)
class Tags:
    text: Markup
    starts: tuple[Start, ...] = ()


def markup_chapter(chapter: d.Chapter, book: d.Book, medium: Medium) -> Tags:
    """A chapter as `<section>`, with its notes at the end where the medium wants them there."""
    writer = _Writer(book, medium, chapter.language)
    writer.chapter(chapter)
    return writer.tags()


def markup_inlines(nodes: d.Inlines, book: d.Book, medium: Medium, *, links: bool = False) -> Markup:
    """Running text alone, for contents lists and templates; without notes, citations, ids and (unless asked) links."""
    writer = _Writer(book, medium)
    shown = nodes if links else d.bare(nodes)
    writer.name_formulas(shown)
    writer.inlines(shown)
    return writer.tags().text


def markup_passage(blocks: d.Blocks, book: d.Book, medium: Medium) -> Markup:
    """Part of a chapter a second time, on another page: without notes, citations and what others lead to."""

    def change(node: d.Node) -> d.Node | tuple[d.Node, ...] | None:
        match node:
            case d.Note() | d.Citation() | d.PageMark():
                return None
            case d.IndexMark() | d.Fact():
                return node.children
            case d.Link():
                return replace(node, place="")
            case _:
                return node

    writer = _Writer(book, medium)
    writer.blocks(d.map_nodes(blocks, change))
    return writer.tags().text


def markup_blank(label: str, book: d.Book, medium: Medium) -> Markup:
    """Room to write, behind a label, for the frame of a handout."""
    writer = _Writer(book, medium)
    writer.blank(label, NOWHERE)
    return writer.tags().text


def front_marks(book: d.Book) -> Mapping[d.FrontPage, Markup]:
    """Where the printed pages before the first chapter begin, for the templates."""
    places: tuple[d.FrontPage, ...] = ("title", "copyright", "contents")
    medium = Medium(href=str, image=str)
    made = {}
    for place in places:
        writer = _Writer(book, medium)
        writer.inlines(book.front_pages.get(place, ()))
        made[place] = writer.tags().text
    return made


class _Element:
    """Inside of an element, whose start tag is written."""

    __slots__ = ("name", "parts")

    def __init__(self, parts: list[str], name: str) -> None:
        self.parts, self.name = parts, name

    def __enter__(self) -> None:
        pass

    def __exit__(self, *fault: object) -> None:
        self.parts.append(f"</{self.name}>")


class _Writer:
    """Writes tags in document order."""

    def __init__(self, book: d.Book, medium: Medium, language: str = "") -> None:
        self.book, self.medium = book, medium
        self.words: Words = words(language or book.info.book.language)
        self.parts: list[str] = []
        self.starts: list[Start] = []
        self.length = 0  # of the text so far, without drawings
        self.notes: list[d.Note] = []
        self.name = ""  # of the chapter
        self.pictures = 0
        self.citing = False
        self.title_id = ""  # of the chapter's heading
        self.heading_id = ""  # of the section that is being written
        self.labelled: set[str] = set()  # headings that name a glossary
        self.linked = False  # inside of a link
        self.named: set[int] = set()  # formulas that give their names to what they stand in

    def tags(self) -> Tags:
        return Tags(Markup("".join(self.parts)), tuple(self.starts))

    # -- the smallest pieces

    def text(self, text: str) -> None:
        self.parts.append(_escaped(text))
        self.length += len(text)

    def raw(self, markup: str) -> None:
        """White space, punctuation, or a whole drawing."""
        self.parts.append(markup)
        self.length += 0 if "<" in markup else len(markup)

    def begin(self, node: d.Node, part: int = 0) -> None:
        self.starts.append(Start(self.length, node, part))

    def start(self, name: str, at: Position, attributes: Mapping[str, Value], end: str = ">") -> None:
        given = [(key, value) for key, value in attributes.items() if value is not None and value != ""]
        written = "".join([f' {key}="{_escaped(value)}"' for key, value in given])
        self.parts.append(f"<{name}{self.traced(at)}{written}{end}")

    def traced(self, at: Position) -> str:
        """The attribute of an element. In a chapter, what has no place says so: no template made it."""
        if not self.medium.traced or (at == NOWHERE and not self.name):
            return ""
        return f' {PLACE}="{escape(at.file)}:{at.line}:{at.column}"'

    def element(self, name: str, at: Position = NOWHERE, attributes: Mapping[str, Value] | None = None) -> _Element:
        self.start(name, at, attributes or {})
        return _Element(self.parts, name)

    def leaf(self, name: str, text: str, attributes: Mapping[str, Value] | None = None, at: Position = NOWHERE) -> None:
        with self.element(name, at, attributes):
            self.text(text)

    def page_label(self, name: str, label: str, attributes: Mapping[str, Value], at: Position = NOWHERE) -> None:
        with self.element(name, at, {**attributes, "class": "page-number"}):
            self.parts.append(self.medium.numbered(label))
            self.length += len(label)

    # -- a chapter

    def chapter(self, chapter: d.Chapter) -> None:
        heading, info = chapter.heading, self.book.info
        kinds = {"front": "chapter frontmatter", "body": "chapter", "back": "chapter backmatter"}
        made_of = _made_of(chapter)
        self.name = chapter.name
        attributes = {
            "class": kinds[chapter.role] + (f" {made_of}" if made_of in ("bibliography", "index") else ""),
            "role": f"doc-{made_of}" if made_of else None,
            "aria-labelledby": heading.attributes.id,
            "lang": chapter.language if chapter.language != info.book.language else None,
        }
        self.title_id = self.heading_id = heading.attributes.id
        self.labelled = {heading.attributes.id} if made_of in ("bibliography", "glossary") else set()
        with self.element("section", heading.at, attributes):
            self.inlines(chapter.pages)
            self.begin(heading)
            if heading.number:
                self.place(chapter)
            with self.heading(heading):
                if heading.number:
                    self.leaf(
                        "span", self.words.format("chapter-number", number=heading.number), {"class": "chapter-number"}
                    )
                    self.raw(" ")
                self.inlines(heading.children)
            if chapter.subtitle:
                at = _place(chapter.subtitle, heading.at)
                with self.element("p", at, {"class": "chapter-subtitle", "role": "doc-subtitle"}):
                    self.inlines(chapter.subtitle)
            if self.medium.opening:
                with self.element("p", heading.at, {"class": "draft-stamp"}):
                    self.leaf("strong", self.medium.opening, at=heading.at)
            self.raw("\n")
            self.blocks(chapter.blocks)
            if self.notes:
                self.endnotes(chapter)
        self.raw("\n")

    def place(self, chapter: d.Chapter) -> None:
        """The row of dots above a chapter's title: where am I in the book? Decoration; the number says it in words."""
        numbers = [c.heading.number for c in self.book.chapters if c.role == "body" and c.heading.number]
        if not 2 <= len(numbers) <= 40:
            return
        here, step = numbers.index(chapter.heading.number), min(14.9, 194 / (len(numbers) - 1))
        dots = []
        for index in range(len(numbers)):
            radius, paint = (6.3, "") if index == here else (3, "") if index < here else (2.6, "hollow")
            look = 'fill="none" stroke="currentColor" stroke-width=".9"' if paint else 'fill="currentColor"'
            dots.append(f'<circle cx="{7 + index * step:.1f}" cy="6.5" r="{radius}" {look}/>')
        self.raw(
            '<svg xmlns="http://www.w3.org/2000/svg" class="place" viewBox="0 0 208 13" color="#14384a" '
            f'aria-hidden="true" focusable="false">{"".join(dots)}</svg>'
        )

    def heading(self, node: d.Heading) -> AbstractContextManager[None]:
        level = min(6, node.level + self.medium.shift)
        self.heading_id = node.attributes.id
        self.name_formulas(node.children)
        return self.element(f"h{level}", node.at, self.common(node.attributes, f"level-{node.level}"))

    def endnotes(self, chapter: d.Chapter) -> None:
        title = f"{chapter.heading.attributes.id}-notes"
        # "Notes", then the chapter: no two landmarks of a page may have one name.
        names = f"{title} {chapter.heading.attributes.id}"
        with self.element("section", attributes={"class": "notes", "aria-labelledby": names}):
            self.leaf(f"h{2 + self.medium.shift}", self.words["notes"], {"id": title, "class": "level-2"})
            notes, self.notes = self.notes, []
            for note in notes:
                at = _place(note.blocks, note.at)
                with self.element("div", at, {"class": "note", "role": "doc-footnote", "id": note.id}):
                    first, *rest = note.blocks or (d.Paragraph(()),)
                    lead = isinstance(first, d.Paragraph | d.Plain)
                    with self.element("p", first.at):
                        self.leaf(
                            "a",
                            str(note.number),
                            {
                                "role": "doc-backlink",
                                "class": "note-number",
                                "href": self.medium.href(f"{note.id}-ref"),
                                "aria-label": self.words.format("back-from-note", number=note.number),
                            },
                        )
                        self.raw(" ")
                        if isinstance(first, d.Paragraph | d.Plain):
                            self.inlines(first.children)
                    self.blocks(tuple(rest) if lead else (first, *rest))
                self.raw("\n")

    # -- blocks

    def blocks(self, nodes: d.Blocks) -> None:
        for node in nodes:
            self.block(node)
            self.raw("\n")

    def common(self, attributes: d.Attributes, *classes: str) -> dict[str, Value]:
        """id, class and what else an author may set on any element."""
        return {
            "id": attributes.id,
            "class": " ".join([*classes, *attributes.classes]),
            **{
                key: value
                for key, value in attributes.pairs
                if key in ("lang", "dir", "title") or key.startswith("data-")
            },
        }

    def block(self, node: d.Block) -> None:
        self.begin(node)
        match node:
            case d.Paragraph(children=children) if children and all(d.is_point(one) for one in children):
                with self.element("div", node.at, {"class": "index-points"}):  # a paragraph of no words is none
                    self.inlines(children)
            case d.Paragraph(children=children):
                with self.element("p", node.at):
                    self.inlines(children)
            case d.Plain(children=children):
                self.inlines(children)
            case d.Heading(children=children):
                with self.heading(node):
                    self.inlines(children)
            case d.List():
                self.list(node)
            case d.Quote(blocks=blocks):
                with self.element("blockquote", node.at):
                    self.blocks(blocks)
            case d.CodeBlock(text=text, language=language, attributes=attributes):
                with self.element("pre", node.at, self.common(attributes)):
                    with self.element("code", node.at, {"class": f"language-{language}" if language else None}):
                        done = 0
                        for at, mark in node.pages:
                            self.text(text[done:at])
                            self.inline(mark)
                            done = at
                        self.text(text[done:])
            case d.DisplayFormula():
                self.display_formula(node)
            case d.Rule():
                self.start("hr", node.at, {}, "/>")
            case d.PageBreak():
                with self.element("div", node.at, {"class": "page-break"}):
                    pass
            case d.Table():
                self.table(node)
            case d.Figure():
                self.figure(node)
            case d.Callout():
                self.callout(node)
            case d.Div(blocks=blocks) if self.medium.sheet and "teach-back" in node.attributes.classes:
                self.teach_back(node, blocks, self.medium.sheet)
            case d.Div(blocks=blocks) if self.medium.sheet and "notes" in node.attributes.classes:
                self.room_for_notes(node, blocks, self.medium.sheet)
            case d.Div() if d.is_glossary(node):
                self.glossary(node)
            case d.Div(blocks=blocks, attributes=attributes):
                place = self.book.info.at("crisis") if "crisis-lines" in attributes.classes else node.at
                with self.element("div", place, self.common(attributes)):
                    self.blocks(blocks)
            case d.DefinitionList(items=items, attributes=attributes):
                with self.element("dl", node.at, self.common(attributes)):
                    for item in items:
                        self.begin(item)
                        with self.element("dt", item.at, {"id": item.id}):
                            self.inlines(item.term)
                        for number, meaning in enumerate(item.meanings, 1):
                            with self.element("dd", _place(meaning, item.at)):
                                self.blocks(meaning)
                                if item.places and self.medium.page is None and number == len(item.meanings):
                                    self.ways_back(item.at, item.places)
            case d.Bibliography():
                self.bibliography(node)
            case d.Index(entries=entries):
                self.index(entries)
            case d.PageMark():
                self.page_mark(node)
            case d.BibliographyMark() | d.SliceMark():
                raise AssertionError(f"{node.at}: {type(node).__name__} reached markup unresolved")
            case d.Conditional():
                raise AssertionError(f"{node.at}: conditional content is chosen before markup (see editions.select)")
            case _:
                assert_never(node)

    def list(self, node: d.List) -> None:
        tasks = any(item.checked is not None for item in node.items)
        attributes: dict[str, Value] = {"class": "checklist" if tasks else None}
        if node.ordered and node.start != 1:
            attributes["start"] = node.start
        with self.element("ol" if node.ordered else "ul", node.at, attributes):
            for item in node.items:
                self.begin(item)
                with self.element("li", item.at):
                    blocks = item.blocks
                    if item.checked is not None:
                        if blocks and isinstance(first := blocks[0], d.Paragraph | d.Plain):
                            marks = _leading_marks(first.children)
                            self.inlines(marks)
                            blocks = (replace(first, children=first.children[len(marks) :]), *blocks[1:])
                        self.checkbox(item)
                    self.blocks(blocks)

    def checkbox(self, item: d.ListItem) -> None:
        if (sheet := self.medium.sheet) and sheet.typed:

            def spoken(node: d.Node) -> d.Node | None:
                if isinstance(node, d.Field):
                    return d.Text(sheet.clinic.get(node.name, "") or self.words[f"clinic-{node.name}"])
                return None if isinstance(node, d.Citation) else node

            name = d.plain_text(d.map_nodes(item.blocks, spoken)).strip()
            self.start("input", item.at, {"type": "checkbox", "aria-label": name}, "/>")
        else:
            self.leaf("span", "☑" if item.checked else "☐", {"class": "checkbox"})
        self.raw(" ")

    # -- handouts

    def blank(self, label: str, at: Position, *, hidden: bool = False) -> None:
        """A label and room behind it: a line for a pen, which says so to those who listen, or a field to type into."""
        sheet = self.medium.sheet
        assert sheet is not None, at
        kind = "blank bare" if hidden else "blank"
        with self.element("label" if sheet.typed else "span", at, {"class": kind}):
            if not hidden:
                self.leaf("span", label, {"class": "blank-label"}, at)
                self.raw(" ")
            if sheet.typed:
                named = {"aria-label": label if hidden else None}
                self.start("input", at, {"type": "text", "autocomplete": "off", **named}, "/>")
            else:
                space = self.words["space-to-write"]
                self.line_to_write(f"{label}: {space}" if hidden else space)

    def line_to_write(self, said: str) -> None:
        """A drawing, so that a PDF has something there to name; as wide as its style sheet says."""
        self.raw(
            f'<span class="line"><svg xmlns="{SVG}" class="write" role="img" aria-label="{escape(said)}" '
            'viewBox="0 0 100 20" preserveAspectRatio="none"><rect x="0" y="19" width="100" height="1" fill="#000000"/>'
            "</svg></span>"
        )

    def field(self, node: d.Field) -> None:
        sheet = self.medium.sheet
        assert sheet is not None, node.at
        if text := sheet.clinic.get(node.name, ""):
            self.text(", ".join(text.split("\n")))
        else:
            self.blank(self.words[f"clinic-{node.name}"], node.at, hidden=True)  # the text around it says what it is

    def teach_back(self, node: d.Div, blocks: d.Blocks, sheet: Sheet) -> None:
        """Questions to answer in one's own words. Where room is short, the last ones go."""
        title = f"{self.title_id}-teach-back"
        with self.element("section", node.at, {"class": "teach-back", "aria-labelledby": title}):
            self.leaf(f"h{2 + self.medium.shift}", self.words["teach-back"], {"id": title, "class": "level-2"}, node.at)
            for block in blocks:
                self.block(replace(block, items=block.items[: sheet.questions]) if isinstance(block, d.List) else block)

    def room_for_notes(self, node: d.Div, blocks: d.Blocks, sheet: Sheet) -> None:
        if not sheet.lines and not sheet.typed:
            return
        title = f"{self.title_id}-notes"
        with self.element("section", node.at, {"class": "room-for-notes", "aria-labelledby": title}):
            self.leaf(f"h{2 + self.medium.shift}", self.words["my-notes"], {"id": title, "class": "level-2"}, node.at)
            self.blocks(blocks)
            if sheet.typed:
                with self.element("textarea", node.at, {"rows": 4, "aria-labelledby": title, "autocomplete": "off"}):
                    pass
            for number in range(0 if sheet.typed else sheet.lines):
                with self.element("p", node.at, {"class": "write-on"}):
                    self.line_to_write(self.words["space-to-write"] if number == 0 else "")

    def display_formula(self, node: d.DisplayFormula) -> None:
        """The formula and its number, each in a box of its own: beside each other as far as there is room."""
        with self.element("div", node.at, self.common(node.attributes, "equation")):
            with self.element("div", node.at, self.frame(node, node.number) or {"class": "formula"}):
                self.formula(node, {}, display=True)
            if node.number:
                self.raw("\n")
                self.leaf("div", f"({node.number})", {"class": "equation-number"}, node.at)

    def frame(self, node: d.Formula | d.DisplayFormula, number: str = "") -> dict[str, Value]:
        """What a formula stands in that a phone may not hold: it scrolls, so it needs focus and a name (WCAG 2.1.1), as
        a wide table does."""
        if self.medium.drawn or self.linked or tex.ems(node.mathml) <= (_BESIDE if number else _PHONE):
            return {}
        name = self.words.format("equation-number", number=number) if number else self.words["equation"]
        return {"class": "formula wide", "role": "group", "tabindex": 0, "aria-label": name}

    def formula(self, node: d.Formula | d.DisplayFormula, own: dict[str, Value], *, display: bool = False) -> None:
        if self.medium.drawn is None:
            own |= {"xmlns": MATHML, "display": "block" if display else None, "alttext": node.alt}
            own |= {"aria-label": node.alt if id(node) in self.named else None}
            with self.element("math", node.at, own):
                self.raw(node.mathml)
            return
        drawing = self.medium.drawn(node.mathml, display)
        own |= {"xmlns": SVG, "role": "img", "aria-label": node.alt, "viewBox": drawing.view_box}
        own |= {"class": f"math {own.get('class') or ''}".strip(), "fill": "currentColor"}
        own |= {"width": f"{drawing.width:.3f}em", "height": f"{drawing.height:.3f}em"}
        with self.element("svg", node.at, own | {"style": f"vertical-align: {-drawing.depth:.3f}em"}):
            self.raw(drawing.shapes)

    def name_formulas(self, children: d.Inlines) -> None:
        """A heading, header or link that shows formulas alone takes its name from theirs, which MathML has not got."""
        found = [one for one in d.walk(children) if isinstance(one, d.Formula)]
        if found and not d.plain_text(d.map_nodes(children, _without_formulas)).strip():
            self.named.update(map(id, found))

    def caption(self, word: str, number: str, caption: d.Inlines) -> None:
        if number:
            self.leaf("span", self.words.format(word, number=number) + ".", {"class": "label"})
            self.raw(" ")
        self.inlines(caption)

    def table(self, node: d.Table) -> None:
        if self.medium.listed(node):
            self.listed_table(node)
            return
        name = f"{node.attributes.id}-caption"
        # A table may be wider than a phone: the box around it scrolls, so it needs focus and a name (WCAG 2.1.1).
        region: dict[str, Value] = {"role": "region", "tabindex": 0}
        region |= {"aria-labelledby": name} if node.caption else {"aria-label": self.words["table"]}
        row_headers = "no-row-headers" not in node.attributes.classes
        with self.element("div", node.at, self.common(node.attributes, "table") | region):
            with self.element("table", node.at):
                if node.caption:
                    with self.element("caption", _place(node.caption, node.at), {"id": name}):
                        self.caption("table-number", node.number, node.caption)
                with self.element("thead"):
                    self.row(node.head, node.alignments, "col", all_headers=True)
                with self.element("tbody"):
                    for row in node.body:
                        self.row(row, node.alignments, "row" if row_headers else "")

    def listed_table(self, node: d.Table) -> None:
        """A row an item, which begins with its first cell; in it each further cell, behind the head of its column.

        The heads are said again in each row, with their notes and anchors only in the first.
        """
        name = f"{node.attributes.id}-caption"
        named: dict[str, Value] = {"role": "group"}
        named |= {"aria-labelledby": name} if node.caption else {"aria-label": self.words["table"]}
        with self.element("div", node.at, self.common(node.attributes, "table", "listed") | named):
            if node.caption:
                at = _place(node.caption, node.at)
                with self.element("p", at, {"id": name, "class": "table-caption"}):
                    self.caption("table-number", node.number, node.caption)
            with self.element("ul", node.at):
                for index, row in enumerate(node.body):
                    heads = node.head.cells if index == 0 else tuple(map(_bare_cell, node.head.cells))
                    self.listed_row(row, heads)

    def listed_row(self, row: d.Row, heads: tuple[d.Cell, ...]) -> None:
        first, *others = enumerate(row.cells)
        with self.element("li", row.at):
            with self.element("strong", row.at, {"class": "row-head"}):
                self.listed_cell(first[1], heads[:1])
            if others:
                with self.element("ul", row.at):
                    for column, cell in others:
                        with self.element("li", cell.at):
                            self.listed_cell(cell, heads[column : column + 1])

    def listed_cell(self, cell: d.Cell, head: tuple[d.Cell, ...]) -> None:
        for one in head:
            if one.children:
                label = d.plain_text(d.bare(one.children))
                shown = "{label}" if callouts.ends_itself(label) else self.words["label-before-title"]
                before, after = shown.split("{label}")
                with self.element("span", one.at, {"class": "column-head"}):
                    self.text(before)
                    self.inlines(one.children)
                    self.text(after)
                self.raw(" ")
        if cell.children:
            self.inlines(cell.children)
        else:
            self.text("–")  # so that nobody takes it for forgotten

    def row(self, row: d.Row, alignments: tuple[d.Align, ...], scope: str, *, all_headers: bool = False) -> None:
        with self.element("tr", row.at):
            for column, cell in enumerate(row.cells):
                align = alignments[column] if column < len(alignments) else ""
                look: dict[str, Value] = {"class": {"right": "num", "center": "centre"}.get(align)}
                # An empty header cell would be announced as a header of nothing.
                header = bool(scope and cell.children and (all_headers or column == 0))
                self.name_formulas(cell.children if header else ())
                with self.element("th" if header else "td", cell.at, {"scope": scope if header else None} | look):
                    self.begin(cell)
                    self.inlines(cell.children)

    def figure(self, node: d.Figure) -> None:
        described = ("described",) if node.description else ()
        with self.element("figure", node.at, self.common(node.attributes, *described)):
            for image in node.images:
                self.begin(image)
                self.picture(image)
            if node.caption or node.number:
                with self.element("figcaption", _place(node.caption, node.at)):
                    self.caption("figure-number", node.number, node.caption)
                    if node.schematic:
                        self.raw(" ")
                        self.leaf("span", self.words["drawing-not-data"], {"class": "schematic"})
                    if node.source:
                        self.raw(" ")
                        with self.element("span", node.at, {"class": "source"}):
                            before, after = self.words["figure-source"].split("{source}")
                            self.text(before)
                            self.inlines(node.source)
                            self.text(after)
        if node.description:
            self.raw("\n")
            self.figure_details(node)

    def figure_details(self, node: d.Figure) -> None:
        """What the picture says, in words and numbers: beside the figure, not in it, since a page may break in it."""
        marks = _leading_marks(node.description)
        self.blocks(marks)
        self.begin(node, part=1)
        with self.element("details", node.at, {"class": "figure-data"}):
            key = "figure-description"
            if node.data:
                key = "figure-and-numbers" if d.has_numbers(node.data) else "figure-and-table"
            self.leaf("summary", self.words[key], None, node.at)
            self.raw("\n")
            self.blocks(node.description[len(marks) :])
            if node.data:
                self.table(node.data)

    def callout(self, node: d.Callout) -> None:
        kind, info = self.book.info.callouts[node.kind], self.book.info
        title = f"{node.attributes.id}-title"
        attributes = self.common(node.attributes, "callout") | {
            "data-kind": kind.name,
            "data-frame": kind.frame,
            "role": "note",
            "aria-labelledby": title,
        }
        label = callouts.label(kind, info.book.language)
        if node.number:
            label = self.words.format("label-number", label=label, number=node.number)
        level = min(6, node.level + self.medium.shift)
        with self.element("aside", node.at, attributes):
            with self.element(f"h{level}" if node.level else "p", node.at, {"class": "callout-title", "id": title}):
                self.raw(inline_icon(self.book.icons[kind.name]))
                colon = node.title and not callouts.ends_itself(label)
                shown = self.words.format("label-before-title", label=label) if colon else label
                self.leaf("span", shown, {"class": "callout-kind"})
                if node.title:
                    self.raw(" ")
                    with self.element("span", _place(node.title, node.at), {"class": "callout-more"}):
                        self.inlines(node.title)
            self.raw("\n")
            self.blocks(node.blocks)

    def bibliography(self, node: d.Bibliography) -> None:
        """A landmark, named by its heading, unless the chapter is it already. Its list has the numbers of the works."""
        heading = node.id or self.heading_id
        landmark = heading not in self.labelled
        names = f"{heading} {self.title_id}" if node.title else heading  # no two landmarks may have one name
        attributes = {"class": "reference-list", "role": "doc-bibliography", "aria-labelledby": names}
        with self.element("section", node.at, attributes) if landmark else nullcontext():
            self.labelled.add(heading)
            if node.title:
                with self.element(f"h{2 + self.medium.shift}", node.at, {"id": node.id, "class": "level-2"}):
                    self.inlines(node.title)
                self.raw("\n")
            labels = [entry.label for entry in node.entries if entry.label]
            look = "numbered" if labels and all(map(str.isdecimal, labels)) else "labelled" if labels else ""
            with self.element("ol", node.at, {"class": f"references {look}".strip()}):
                for entry in node.entries:
                    self.entry(entry)

    def entry(self, entry: d.Entry) -> None:
        self.begin(entry)
        with self.element("li", entry.at, {"id": entry.id}):
            marks = _leading_marks(entry.body)
            self.inlines(marks)
            if entry.label:
                self.leaf("span", f"{entry.label}.", {"class": "ref-number"})
                self.raw(" ")
            with self.element("span", entry.at, {"class": "ref-body"}):
                self.inlines(entry.body[len(marks) :])
                if entry.places and self.medium.page is not None:
                    self.raw(" ")
                    self.pages_back(entry, self.medium.page)
            if entry.places and self.medium.page is None:
                self.ways_back(entry.at, entry.places)
        self.raw("\n")

    def pages_back(self, entry: d.Entry, page: Callable[[str], str]) -> None:
        """On paper, the pages that cite this work."""
        with self.element("span", entry.at, {"class": "backlinks"}):
            first_on: dict[str, str] = {}
            for place in entry.places:
                first_on.setdefault(page(place), place)
            before, after = self.words["cited-on-page" if len(first_on) == 1 else "cited-on-pages"].split("{pages}")
            self.text(before)
            for index, (label, place) in enumerate(first_on.items()):
                self.raw(", " if index else "")
                name = self.words.format("page-number", number=self.medium.numbered(label))
                self.page_label("a", label, {"href": self.medium.href(place), "aria-label": name})
            self.text(after)

    def ways_back(self, at: Position, places: tuple[str, ...]) -> None:
        """On screens, back to every place that led here, chapter by chapter. Many are closed at first: whoever moves by
        keyboard would have to pass them all, work after work."""
        chapters = [tuple(group) for _, group in groupby(enumerate(places, 1), key=self.chapter_of_place)]
        if len(places) <= MANY_WAYS_BACK:
            with self.element("p", at, {"class": "backlinks"}):
                self.text(self.words.format("label-before-title", label=self.words["back-to-text"]))
                for index, group in enumerate(chapters):
                    self.raw(" · " if index else " ")
                    self.ways_into(group, "chapter-in-name")
            return
        with self.element("details", at, {"class": "backlinks"}):
            self.leaf("summary", self.words.format("back-to-places", count=len(places)))
            with self.element("ul"):
                for group in chapters:
                    with self.element("li"):
                        self.ways_into(group, "chapter-number")

    def ways_into(self, places: tuple[tuple[int, str], ...], chapter_named: str) -> None:
        """The chapter, and a number for each place in it; the words before a number say what it is."""
        name = self.chapter_name(places[0][1], chapter_named)
        self.text(name if callouts.ends_itself(name) else self.words.format("label-before-title", label=name))
        for number, place in places:
            self.raw(" ")
            self.leaf("a", str(number), {"role": "doc-backlink", "href": self.medium.href(place)})

    def chapter_of_place(self, place: tuple[int, str]) -> str:
        return self.book.chapter_of[place[1]]

    def chapter_name(self, id: str, named: str) -> str:
        """The chapter in which an id stands: "chapter 7" in the words of this name, or its title without a number."""
        heading = next(one.heading for one in self.book.chapters if one.name == self.book.chapter_of[id])
        if heading.number:
            return self.words.format(named, number=heading.number)
        return d.plain_text(d.bare(heading.children))

    def glossary(self, node: d.Div) -> None:
        """A landmark, named by its heading (no two of one role may have one name), unless the chapter is it already."""
        attributes = self.common(node.attributes)
        landmark = self.heading_id not in self.labelled
        if landmark:
            self.labelled.add(self.heading_id)
            attributes |= {"role": "doc-glossary", "aria-labelledby": self.heading_id}
        with self.element("section" if landmark else "div", node.at, attributes):
            self.blocks(node.blocks)

    # -- the index

    def index(self, entries: tuple[d.IndexEntry, ...]) -> None:
        """A list a letter. The letters are headings: through a list of headings, a screen reader jumps to one."""
        locate = _Locate(self.book, self.medium, self.words)
        for letter, group in groupby(entries, key=lambda entry: entry.letter):
            first, *others = group
            marks = _leading_marks(first.term)
            self.inlines(marks)
            self.begin(first)
            title = letter or self.words["signs-and-numbers"]
            self.leaf(f"h{2 + self.medium.shift}", title, {"class": "index-letter"})
            self.index_list((replace(first, term=first.term[len(marks) :]), *others), locate)

    def index_list(self, entries: tuple[d.IndexEntry, ...], locate: _Locate) -> None:
        with self.element("ul", attributes={"class": "index-list"}):
            for entry in entries:
                self.begin(entry)
                with self.element("li", entry.at, {"id": entry.id}):
                    self.inlines(entry.term)
                    for locators in locate.of(entry.places):
                        self.raw(", ")
                        for number, one in enumerate(locators):
                            self.text("–" if number else "")
                            link = {"href": self.medium.href(one.id), "aria-label": one.name}
                            write = self.leaf if locate.page is None else self.page_label
                            write("a", one.text, link, entry.at)
                    self.see("see", entry.see, ", ")
                    self.see("see-also", entry.see_also, "; " if entry.places else ", ")
                    if entry.entries:
                        self.raw("\n")
                        self.index_list(entry.entries, locate)
        self.raw("\n")

    def see(self, word: str, targets: tuple[d.Reference, ...], before: str) -> None:
        for number, target in enumerate(targets):
            self.text("; " if number else before)
            if not number:
                self.leaf("span", self.words[word], {"class": "index-see"})
                self.raw(" ")
            self.inline(target)

    # -- inlines

    def inlines(self, nodes: d.Inlines) -> None:
        for node in nodes:
            self.inline(node)

    def wrap(self, name: str, node: d.Node, children: d.Inlines, attributes: Mapping[str, Value] | None = None) -> None:
        with self.element(name, node.at, attributes):
            self.inlines(children)

    def inline(self, node: d.Inline) -> None:
        self.begin(node)
        match node:
            case d.Text(text=text):
                self.text(text)
            case d.SoftBreak():
                self.raw("\n")
            case d.HardBreak():
                self.start("br", node.at, {}, "/>")
            case d.Emphasis(children=children):
                self.wrap("em", node, children)
            case d.Strong(children=children):
                self.wrap("strong", node, children)
            case d.Strikeout(children=children):
                self.wrap("s", node, children)
            case d.Superscript(children=children):
                self.wrap("sup", node, children)
            case d.Subscript(children=children):
                self.wrap("sub", node, children)
            case d.SmallCaps(children=children):
                self.wrap("span", node, children, {"class": "small-caps"})
            case d.Keyboard(children=children):
                self.wrap("kbd", node, children)
            case d.Abbreviation(children=children, title=title):
                self.wrap("abbr", node, children, {"title": title})
            case d.Code(text=text, attributes=attributes):
                self.leaf("code", text, self.common(attributes), node.at)
            case d.Formula(attributes=attributes):
                frame = self.frame(node)
                with self.element("span", node.at, frame) if frame else nullcontext():
                    self.formula(node, self.common(attributes))
            case d.Span(children=children, attributes=attributes):
                self.wrap("span", node, children, self.common(attributes))
            case d.Fact(children=children, anchor=anchor):
                self.wrap("span", node, children, {"id": anchor})
            case d.Link(children=children, target=target, title=title, attributes=attributes, name=name):
                href = self.medium.href(target[1:]) if target.startswith("#") else target
                role = "doc-biblioref" if self.citing and target.startswith("#") else None
                own: dict[str, Value] = {"role": role, "href": href, "title": title, "aria-label": name}
                if node.place and self.medium.page is None:  # paper has no way back
                    own |= {"role": "doc-glossref", "id": node.place}
                self.name_formulas(children)
                self.linked = True  # nothing in a link takes the focus from it
                self.wrap("a", node, children, self.common(attributes) | own)
                self.linked = False
            case d.Image():
                self.picture(node)
            case d.Note():
                self.note(node)
            case d.Citation() if self.medium.sheet and not self.medium.sheet.cited:
                pass
            case d.Citation(children=children, id=id, numeric=numeric):
                with self.element("span", node.at, {"class": "citation numeric" if numeric else "citation", "id": id}):
                    self.citing = True  # the links inside lead into the reference list, and say so
                    self.inlines(children)
                    self.citing = False
            case d.Reference(children=children, target=target):
                self.wrap("a", node, children, {"class": "reference", "href": self.medium.href(target)})
            case d.PageReference(children=children, target=target, elsewhere=elsewhere):
                with self.element("a", node.at, {"class": "reference", "href": self.medium.href(target)}):
                    if self.medium.page is None:
                        self.inlines(elsewhere)
                    else:
                        self.inlines(children)
                        self.text("\N{NO-BREAK SPACE}")
                        self.page_label("span", self.medium.page(target), {})
            case d.IndexMark(children=children, id=id):
                if id:
                    self.wrap("span", node, children, {"id": id})
                else:
                    self.inlines(children)
            case d.PageMark():
                self.page_mark(node)
            case d.Blank(label=label, hidden=hidden):
                self.blank(label, node.at, hidden=hidden)
            case d.Field():
                self.field(node)
            case d.ConditionalSpan():
                raise AssertionError(f"{node.at}: conditional content is chosen before markup (see editions.select)")
            case d.CitationMark() | d.ReferenceMark() | d.PageReferenceMark():
                raise AssertionError(f"{node.at}: {type(node).__name__} reached markup unresolved")
            case _:
                assert_never(node)

    def page_mark(self, node: d.PageMark) -> None:
        # Named by its title: axe knows no role of books that would let a span have a label.
        name = self.words.format("page-number", number=node.label)
        self.leaf("span", "", {"role": "doc-pagebreak", "id": node.id, "title": name}, node.at)

    def note(self, node: d.Note) -> None:
        if self.medium.notes == "foot":
            attributes: dict[str, Value] = {"class": "footnote", "id": node.id, "data-number": node.number}
            with self.element("span", node.at, attributes):
                self.blocks(node.blocks)
            return
        self.notes.append(node)
        with self.element("sup", node.at, {"class": "noteref"}):
            self.leaf(
                "a",
                str(node.number),
                {
                    "role": "doc-noteref",
                    "id": f"{node.id}-ref",
                    "href": self.medium.href(node.id),
                    "aria-label": self.words.format("note-number", number=node.number),
                },
                node.at,
            )

    def picture(self, node: d.Image) -> None:
        asset = self.book.assets[node.source]
        if asset.svg is not None:
            self.pictures += 1
            # The picture stands in the page itself: its words then have the book's fonts, and can be searched.
            prefix = f"picture-{self.name or node.at.line}-{self.pictures}"
            # A chart takes the ink of the page around it; the colour is for where no style sheet reaches.
            colour, name = ("#14384a", "chart") if node.drawing else ("", "")
            alt = "" if node.decorative else node.alt
            drawing = inline_svg(asset.svg, prefix, alt, width=node.width, color=colour, classes=name)
            self.raw(str(drawing).replace("<svg", f"<svg{self.traced(node.at)}", 1))
            return
        # Sizes are rules of the style sheet (styling.size_rules): style attributes are not allowed in outputs.
        sizes = {"data-width": node.width, "data-height": node.height}
        attributes = self.common(node.attributes) | {"src": self.medium.image(asset)} | sizes
        attributes |= {"title": node.title, "width": _pixels(asset.width), "height": _pixels(asset.height)}
        self.start("img", node.at, attributes, f' alt="{escape("" if node.decorative else node.alt)}"/>')


@dataclass(frozen=True, slots=True)
class _Locator:
    """What the index says of a place: `text` to show, `name` in full where the text alone says too little."""

    id: str
    text: str
    name: str = ""

    @property
    def number(self) -> int:
        """That of a page or chapter; -1 for roman numbers and titles."""
        return int(self.text) if self.text.isdecimal() and len(self.text) < 10 else -1


class _Locate:
    """Where the places of an index are: the pages in print, elsewhere the chapters."""

    def __init__(self, book: d.Book, medium: Medium, word: Words) -> None:
        self.chapter_of, self.page, self.numbered, self.word = book.chapter_of, medium.page, medium.numbered, word
        self.headings = {chapter.name: chapter.heading for chapter in book.chapters}

    def of(self, places: tuple[tuple[str, ...], ...]) -> list[tuple[_Locator, ...]]:
        """A locator for each place, two for a range. The same one stands once, and none stands inside of a range."""
        found = [tuple(self.locator(id) for id in place) for place in places]
        found = [place if place[0].text != place[-1].text else place[:1] for place in found]
        shown = {tuple(one.text for one in place): place for place in reversed(found)}  # the first of each counts
        ranges = [place for place in shown.values() if len(place) == 2]
        out = (shown.pop(tuple(one.text for one in place), ()) for place in found)
        return [place for place in out if len(place) == 2 or (place and not _lies_in(place[0], ranges))]

    def locator(self, id: str) -> _Locator:
        if self.page is not None:
            page = self.page(id)
            return _Locator(id, page, self.word.format("page-number", number=self.numbered(page)))
        heading = self.headings[self.chapter_of[id]]
        title = d.plain_text(d.bare(heading.children))
        if not heading.number:
            return _Locator(id, title)
        chapter = self.word.format("chapter-number", number=heading.number)
        return _Locator(id, heading.number, f"{chapter}, {title}")


def _lies_in(place: _Locator, ranges: Sequence[tuple[_Locator, ...]]) -> bool:
    return any(
        place.text in (first.text, last.text) or 0 <= first.number <= place.number <= last.number
        for first, last in ranges
    )


def _made_of(chapter: d.Chapter) -> Literal["", "chapter", "bibliography", "index", "glossary"]:
    """What the whole chapter is, as far as there is a role for it."""
    if is_index(chapter):
        return "index"
    if chapter.role == "body":
        return "chapter"
    if is_bibliography(chapter):
        return "bibliography"
    return "glossary" if is_glossary(chapter) else ""


def is_index(chapter: d.Chapter) -> bool:
    return any(isinstance(block, d.Index) for block in chapter.blocks)


def is_bibliography(chapter: d.Chapter) -> bool:
    """Whether a chapter outside of the body is the book's reference list: it has one, and no sections."""
    if chapter.role == "body":
        return False
    lists = [node for node in d.walk(chapter.blocks) if isinstance(node, d.Bibliography) and not node.title]
    return len(lists) == 1 and not _has_sections(chapter)


def is_glossary(chapter: d.Chapter) -> bool:
    """Whether a chapter outside of the body is a glossary: it has one, and no sections."""
    glossaries = [block for block in chapter.blocks if d.is_glossary(block)]
    return chapter.role != "body" and len(glossaries) == 1 and not _has_sections(chapter)


def _has_sections(chapter: d.Chapter) -> bool:
    return any(isinstance(node, d.Heading) for node in d.walk(chapter.blocks))


def _escaped(value: str | int) -> str:
    """Most words have nothing to escape, and are as they are."""
    return value if type(value) is str and not _ESCAPED.search(value) else str(escape(value))


def _leading_marks(nodes: d.Inlines | d.Blocks) -> tuple[d.PageMark, ...]:
    """The pages that begin with a text, before whose number or heading they stand."""
    return tuple(takewhile(lambda node: isinstance(node, d.PageMark), nodes))  # type: ignore[arg-type]


def _place(nodes: Sequence[d.Node], around: Position) -> Position:
    """Where the first of some nodes stands that has a place, or else what is around them."""
    return next((node.at for node in nodes if node.at != NOWHERE), around)


def _pixels(length: float) -> str | None:
    return str(round(length)) if length else None


def _without_formulas(node: d.Node) -> d.Node | None:
    return None if isinstance(node, d.Formula) else node


def _bare_cell(cell: d.Cell) -> d.Cell:
    return replace(cell, children=d.bare(cell.children))
