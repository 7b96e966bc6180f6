"""The document in the middle: every node, `Draft` and `Book`. All nouns of the pipeline are here.

Frozen, no behaviour. `parse` makes a `Draft`, whose `…Mark` nodes are what the author asked for;
`resolve` makes a `Book`, in which each mark has become its result. Formats accept only a `Book`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from itertools import chain, count, takewhile
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, TypeVar

from ketapub.problems import NOWHERE, Position

if TYPE_CHECKING:
    from ketapub.info import Info
    from ketapub.svg import CleanSvg

Role = Literal["front", "body", "back"]
Inlines = tuple["Inline", ...]
Blocks = tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Attributes:
    """What an author wrote in `{#id .class key="value"}`, after the allow-list.

    `facts` are the claims of the ledger that its values print, each with the key of the value.
    """

    id: str = ""
    classes: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, Fact], ...] = ()

    def get(self, key: str, default: str = "") -> str:
        return dict(self.pairs).get(key, default)


NONE = Attributes()
GRADE_OK = "grade-ok"  # the class of a heading whose section may be hard to read; its `reason` says why
NO_FACT = "no-fact"  # the class of words whose number stands in no ledger; their `reason` says why


@dataclass(frozen=True, slots=True)
class Node:
    """Every node knows where it stands in the manuscript; two trees are equal whatever their places.

    `order` is its number in the whole book, once `in_order` has given it: what one output shows is found by it in
    another one.
    """

    at: Position = field(default=NOWHERE, kw_only=True, compare=False, repr=False)
    order: int = field(default=0, kw_only=True, compare=False, repr=False)


# --- inline ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text(Node):
    text: str


@dataclass(frozen=True, slots=True)
class SoftBreak(Node):
    """A line end in the source that is a space in every output."""


@dataclass(frozen=True, slots=True)
class HardBreak(Node):
    pass


@dataclass(frozen=True, slots=True)
class Emphasis(Node):
    children: Inlines


@dataclass(frozen=True, slots=True)
class Strong(Node):
    children: Inlines


@dataclass(frozen=True, slots=True)
class Strikeout(Node):
    children: Inlines


@dataclass(frozen=True, slots=True)
class Superscript(Node):
    children: Inlines


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    children: Inlines


@dataclass(frozen=True, slots=True)
class SmallCaps(Node):
    children: Inlines


@dataclass(frozen=True, slots=True)
class Keyboard(Node):
    children: Inlines


@dataclass(frozen=True, slots=True)
class Abbreviation(Node):
    children: Inlines
    title: str = ""
    attributes: Attributes = NONE  # the claims that its title prints


@dataclass(frozen=True, slots=True)
class Code(Node):
    text: str
    attributes: Attributes = NONE


@dataclass(frozen=True, slots=True)
class Formula(Node):
    """`mathml` is the content of its `<math>`, without namespaces; `alt` is what is said in its place."""

    tex: str
    mathml: str
    alt: str
    attributes: Attributes = NONE


@dataclass(frozen=True, slots=True)
class Span(Node):
    children: Inlines
    attributes: Attributes = NONE


@dataclass(frozen=True, slots=True)
class Fact(Node):
    """A claim of the ledger, printed: the id of its entry, the form that was asked for, and the words of that form.

    `anchor` ("fact-<n>") is given by `resolve`: by it a page is found on which the claim stands.
    """

    id: str
    form: str
    children: Inlines
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Link(Node):
    """`target` is an address (https, mailto, tel, sms) or, inside the book, "#id".

    `name` says where it leads in full, the shown words included, where those alone say too little ("5"). `place` is the
    id of a link to a term of a glossary, which leads back.
    """

    children: Inlines
    target: str
    title: str = ""
    attributes: Attributes = NONE
    name: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Image(Node):
    """`source` is the path in the book folder as written; `resolve` makes it a key of `Book.assets`.

    `drawing` is the text of an SVG file where the picture is drawn from data: then `source` only gives it its name.
    """

    source: str
    alt: str = ""
    decorative: bool = False
    title: str = ""
    width: str = ""
    height: str = ""
    attributes: Attributes = NONE
    drawing: str = ""


@dataclass(frozen=True, slots=True)
class ConditionalSpan(Node):
    children: Inlines
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Note(Node):
    """A footnote, standing where it is called. `resolve` gives number and id."""

    blocks: Blocks
    number: int = 0
    id: str = ""


@dataclass(frozen=True, slots=True)
class Cite(Node):
    """One work inside a citation mark. `label` is the CSL name of the locator's kind ("page")."""

    key: str
    prefix: Inlines = ()
    suffix: Inlines = ()
    locator: str = ""
    label: str = ""
    mode: Literal["normal", "suppress-author", "narrative"] = "normal"


@dataclass(frozen=True, slots=True)
class CitationMark(Node):
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Citation(Node):
    """What a citation mark became: text to show, with links to the entries of its works; `id` is "cite-<n>"."""

    children: Inlines
    keys: tuple[str, ...]
    id: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Target(Node):
    """One thing asked for inside a cross-reference mark. `form`: "Figure 2.1", the number only, or "figure"."""

    id: str
    prefix: Inlines = ()
    suffix: Inlines = ()
    form: Literal["full", "number", "capital"] = "full"


@dataclass(frozen=True, slots=True)
class ReferenceMark(Node):
    """`@fig-x`, `[@fig-x; @tbl-y]`, or `[](#x)`, which has one target and takes its text from it."""

    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """What a cross-reference became: text to show and the id to link."""

    children: Inlines
    target: str


@dataclass(frozen=True, slots=True)
class PageReferenceMark(Node):
    """`[page](#x){.page}`; the author's own words are `children`."""

    children: Inlines
    target: str


@dataclass(frozen=True, slots=True)
class PageReference(Node):
    """In print `children` and the page label of `target`; elsewhere `elsewhere`, the target's title."""

    children: Inlines
    target: str
    elsewhere: Inlines


@dataclass(frozen=True, slots=True)
class IndexPath(Node):
    """An entry of the index as authors name it: main entry, subentry, sub-subentry."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexMark(Node):
    """A place that the index leads to; `path` names the entry. Without `children` it marks a point between words.

    A mark with `see` is no place: it says in the index that the entry is found under another name. `numbering` gives
    the others their id.
    """

    children: Inlines
    path: tuple[str, ...]
    see: IndexPath | None = None
    see_also: IndexPath | None = None
    range: Literal["", "start", "end"] = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class PageMark(Node):
    """Where a page of the print edition begins; `label` is its number as printed ("iv", "12"). See `turns`."""

    label: str
    id: str


@dataclass(frozen=True, slots=True)
class Blank(Node):
    """In a handout: a line to write on by hand. `hidden`: its label is there for those who listen alone."""

    label: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Field(Node):
    """In a handout: what the clinic says of itself, by its name in `CLINIC_FIELDS`; a blank where it says nothing."""

    name: str


# What may stand behind "clinic." in a handout.
CLINIC_FIELDS = ("name", "address", "phone", "after-hours", "hours")

Inline = (
    Text
    | SoftBreak
    | HardBreak
    | Emphasis
    | Strong
    | Strikeout
    | Superscript
    | Subscript
    | SmallCaps
    | Keyboard
    | Abbreviation
    | Code
    | Formula
    | Span
    | Fact
    | Link
    | Image
    | ConditionalSpan
    | Note
    | CitationMark
    | Citation
    | ReferenceMark
    | Reference
    | PageReferenceMark
    | PageReference
    | IndexMark
    | PageMark
    | Blank
    | Field
)

# --- block -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph(Node):
    children: Inlines


@dataclass(frozen=True, slots=True)
class Plain(Node):
    """Text of a tight list item or definition: no paragraph of its own."""

    children: Inlines


@dataclass(frozen=True, slots=True)
class Heading(Node):
    """`level` 1 is a chapter's title (it stands in `Chapter`, not among its blocks)."""

    level: int
    children: Inlines
    attributes: Attributes = NONE
    number: str = ""  # "2.1"; "" where the chapter is unnumbered or the heading carries .unnumbered


@dataclass(frozen=True, slots=True)
class ListItem(Node):
    blocks: Blocks
    checked: bool | None = None  # None: not a task


@dataclass(frozen=True, slots=True)
class List(Node):
    items: tuple[ListItem, ...]
    ordered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Quote(Node):
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class CodeBlock(Node):
    text: str
    language: str = ""
    attributes: Attributes = NONE
    pages: tuple[tuple[int, PageMark], ...] = ()  # that begin inside, behind so many characters


@dataclass(frozen=True, slots=True)
class DisplayFormula(Node):
    """A formula on lines of its own; it has a number if its id begins with "eq-"."""

    tex: str
    mathml: str
    alt: str
    attributes: Attributes = NONE
    number: str = ""


@dataclass(frozen=True, slots=True)
class Rule(Node):
    pass


@dataclass(frozen=True, slots=True)
class PageBreak(Node):
    pass


Align = Literal["", "left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Cell(Node):
    children: Inlines


@dataclass(frozen=True, slots=True)
class Row(Node):
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table(Node):
    """`alignments` has one entry a column. The first column heads its rows unless class `no-row-headers`."""

    head: Row
    body: tuple[Row, ...]
    alignments: tuple[Align, ...]
    caption: Inlines = ()
    attributes: Attributes = NONE
    number: str = ""


@dataclass(frozen=True, slots=True)
class Figure(Node):
    """`title`, `source`, `description` and `data`, the numbers, are those of a figure declared in a file.

    `schematic`: it is a drawing and shows no data, which its caption says.
    """

    images: tuple[Image, ...]
    caption: Inlines = ()
    attributes: Attributes = NONE
    number: str = ""
    title: str = ""
    schematic: bool = False
    source: Inlines = ()
    description: Blocks = ()
    data: Table | None = None


@dataclass(frozen=True, slots=True)
class Callout(Node):
    """`kind` is a key of `Info.callouts`. `level` is set by `resolve` where the title is a real heading."""

    kind: str
    title: Inlines
    blocks: Blocks
    attributes: Attributes = NONE
    number: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Div(Node):
    blocks: Blocks
    attributes: Attributes = NONE


@dataclass(frozen=True, slots=True)
class Condition:
    """`when-format="pdf epub"` or its `unless-` twin; values are alternatives."""

    key: str  # format, edition, clinic, lang
    values: tuple[str, ...]
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """Shown where every condition holds."""

    blocks: Blocks
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Definition(Node):
    """`id` is "gls-<slug of the term>" in a glossary, and "" elsewhere; `places` are the ids of the links to it."""

    term: Inlines
    meanings: tuple[Blocks, ...]
    id: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DefinitionList(Node):
    items: tuple[Definition, ...]
    attributes: Attributes = NONE


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """One work in a reference list. `places` are the ids of the citations of it, in order.

    `id` is "ref-<key>" in the book's list, "ref-<chapter>-<key>" in a chapter's.
    """

    key: str
    id: str
    label: str  # "5"; "" in styles without numbers
    body: Inlines
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BibliographyMark(Node):
    """`::: {#refs}`: where the author wants a reference list; `blocks` stand before it."""

    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Bibliography(Node):
    """A reference list. `title`, with its `id`, heads a chapter's own; the others stand under a heading already."""

    entries: tuple[Entry, ...]
    title: Inlines = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class IndexEntry(Node):
    """One line of the index with its sublines.

    `places` are the ids of a mark, or of the two marks that a range begins and ends with, in reading order. `letter` is
    the group of a main entry: "K", or "" for signs and digits. `id` is given where another entry leads to this one.
    """

    term: Inlines
    places: tuple[tuple[str, ...], ...] = ()
    see: tuple[Reference, ...] = ()
    see_also: tuple[Reference, ...] = ()
    entries: tuple[IndexEntry, ...] = ()
    letter: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Index(Node):
    entries: tuple[IndexEntry, ...]


@dataclass(frozen=True, slots=True)
class SliceMark(Node):
    """In a handout: what has this id in the book stands here."""

    target: str


Block = (
    Paragraph
    | Plain
    | Heading
    | List
    | Quote
    | CodeBlock
    | DisplayFormula
    | Rule
    | PageBreak
    | Table
    | Figure
    | Callout
    | Div
    | Conditional
    | DefinitionList
    | BibliographyMark
    | Bibliography
    | Index
    | PageMark
    | SliceMark
)
AnyNode = Inline | Block | ListItem | Row | Cell | Definition | Entry | IndexEntry | IndexPath | Cite | Target

# --- the whole ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chapter:
    """One file of the book. `name` is the file name without leading number and suffix: `short-answer`."""

    name: str
    role: Role
    heading: Heading
    blocks: Blocks
    source: str = ""  # path in the book folder; "" for chapters that the program makes (references)
    subtitle: Inlines = ()
    language: str = ""  # BCP 47, where it differs from the book's
    part: str = ""  # title of the [[parts]] entry it opens or stands in
    nocite: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()  # of this chapter alone
    pages: tuple[PageMark, ...] = ()  # that begin with its heading

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node in it in reading order, as `walk` gives them: asked for many times, and never another."""
        return tuple(walk((*self.pages, self.heading, self.subtitle, self.blocks)))


@dataclass(frozen=True, slots=True)
class Handout:
    """A sheet for patients. `chapter` holds it: its title, its one main message as the subtitle, and its text.

    It may fill `pages` pages, and `large_pages` in large print.
    """

    chapter: Chapter
    pages: int
    large_pages: int

    @property
    def name(self) -> str:
        return self.chapter.name

    @property
    def label(self) -> str:
        """ "H4" of "h4-side-effects"."""
        return self.name.partition("-")[0].upper()


@dataclass(frozen=True, slots=True)
class Draft:
    info: Info
    chapters: tuple[Chapter, ...]
    handouts: tuple[Handout, ...] = ()  # with open slices


@dataclass(frozen=True, slots=True)
class Contents:
    """One line of the table of contents, or of the list of figures or of tables."""

    id: str
    level: int
    number: str
    title: Inlines
    children: tuple[Contents, ...] = ()


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture of the book: checked bytes. `width`, `height` in CSS pixels (0: unknown)."""

    name: str  # file name in outputs, unique: "images/four-steps.svg"
    media_type: str
    data: bytes
    width: float = 0
    height: float = 0
    svg: CleanSvg | None = None  # a drawing, checked: it stands in the page itself


@dataclass(frozen=True, slots=True)
class Book:
    """Nothing open: every number given, every citation and reference resolved, every picture checked."""

    info: Info
    chapters: tuple[Chapter, ...]
    contents: tuple[Contents, ...]
    assets: Mapping[str, Asset]
    icons: Mapping[str, CleanSvg]  # callout kind -> its icon
    chapter_of: Mapping[str, str]  # id -> name of the chapter it stands in
    cover: str = ""  # the asset that is the front cover; "": the theme draws one
    styles: tuple[str, ...] = ()  # the book's own style sheets, checked, over the theme's
    fonts: tuple[str, ...] = ()  # names in `files` of its own fonts, behind the theme's in every stack
    figures: tuple[Contents, ...] = ()  # those with a number, under short captions
    tables: tuple[Contents, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)  # what those name: fonts, pictures
    templates: Mapping[str, OwnTemplate] = field(default_factory=dict)  # by name, over the built-in ones
    output_intent: bytes = b""  # the ICC profile of its printer; empty: the theme's general one
    signed: bool = False  # every chapter, by every reviewer, as it stands: the draft stamp goes
    front_pages: Mapping[FrontPage, tuple[PageMark, ...]] = field(default_factory=dict)  # before the first chapter


def lists_of(book: Book) -> tuple[tuple[str, tuple[Contents, ...]], ...]:
    """The lists behind the contents that hold anything, by the id of their heading, which names its words as well."""
    lists = (("list-of-figures", book.figures), ("list-of-tables", book.tables))
    return tuple((id, lines) for id, lines in lists if lines)


@dataclass(frozen=True, slots=True, order=True)
class OwnTemplate:
    """A template of the book. `path` is relative to the book folder."""

    path: str
    text: str


FrontPage = Literal["title", "copyright", "contents"]  # what `formats` make without a node


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a page begins: its label as printed, the `order` of the node with its first word, and where in it.

    `offset` counts characters of a text before that word; behind a figure's picture, its description has offset 1.
    """

    label: str
    order: int = 0
    offset: int = 0
    front: FrontPage | None = None  # in place of a node


@dataclass(frozen=True, slots=True)
class Pages:
    """Where things stand in one paged edition: the page label of every id ("iv", "12"), and what each page that shows
    anything of the text begins with."""

    labels: Mapping[str, str]
    count: int = 0
    turns: tuple[Turn, ...] = ()


# --- walking -----------------------------------------------------------------------------------------

Anything = TypeVar("Anything")


_PLAIN = {"str", "int", "bool", "float", "Position", "Attributes"}  # types that hold no nodes


@cache  # trees are walked many times
def _fields(kind: type) -> tuple[tuple[str, Callable[[object], object]], ...]:
    """The fields of a class that may hold nodes, in reading order, and what gets each."""
    if kind is Table:  # the caption stands above the table
        names = ["caption", "head", "body"]
    elif kind is Chapter:
        names = ["pages", "heading", "subtitle", "blocks"]
    else:
        names = [one.name for one in fields(kind) if one.type not in _PLAIN]
    return tuple((name, attrgetter(name)) for name in names)


def held(node: object) -> list[tuple[str, object]]:
    """What the fields of a node hold, by their names, as far as they may hold nodes, in reading order."""
    kind: type = type(node)
    return [(name, get(node)) for name, get in _fields(kind)]


def children(node: object) -> Iterator[Node]:
    """The nodes directly inside a node (or in a tuple), in reading order."""
    found: list[Node] = []
    kind: type = type(node)
    for value in node if isinstance(node, tuple) else [get(node) for _, get in _fields(kind)]:
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found += children(value)
    return iter(found)


def walk(node: object) -> Iterator[Node]:
    """Every node inside a node (or a tuple of nodes) in reading order, the outer one before what it holds.

    The one definition of reading order: a note and a caption count where they are anchored.
    """
    found: list[Node] = []
    _find(node if isinstance(node, tuple) else tuple(children(node)), found)
    return iter(found)


def _find(values: tuple[object, ...], found: list[Node]) -> None:
    for value in values:
        if isinstance(value, Node):
            found.append(value)
            kind: type = type(value)
            for _, get in _fields(kind):
                if inside := get(value):
                    _find(inside if isinstance(inside, tuple) else (inside,), found)
        elif isinstance(value, tuple):
            _find(value, found)


def walk_chapter(chapter: Chapter) -> Iterator[Node]:
    return iter(chapter.nodes)


def walk_book(book: Book | Draft) -> Iterator[Node]:
    return chain.from_iterable(chapter.nodes for chapter in book.chapters)


Change = Callable[[Node], "Node | tuple[Node, ...] | None"]


def map_nodes(value: Anything, change: Change) -> Anything:
    """Rebuild a node, a tuple of nodes or a chapter from the inside out, in reading order.

    `change` sees each node after what it holds, and returns the node to put in its place, several of them
    (where it stands in a tuple), or None to leave it out.
    """
    result = _map(value, change)
    return result  # type: ignore[return-value]  # the same type, unless `change` made it another


def _map(value: object, change: Change) -> object:
    if isinstance(value, Node):
        return change(_rebuilt(value, change))
    if isinstance(value, tuple):
        return _map_all(value, change)
    return _rebuilt(value, change) if isinstance(value, Chapter) else value


def _map_all(values: tuple[object, ...], change: Change) -> tuple[object, ...]:
    """The same tuple where nothing changes."""
    out: list[object] | None = None
    for index, value in enumerate(values):
        new = _map(value, change)
        if out is None:
            if new is value:
                continue
            out = [*values[:index]]
        if isinstance(new, tuple) and isinstance(value, Node):
            out += new
        elif new is not None:
            out.append(new)
    return values if out is None else tuple(out)


Rebuilt = TypeVar("Rebuilt", Node, Chapter)


def _rebuilt(node: Rebuilt, change: Change) -> Rebuilt:
    changed = {}
    kind: type = type(node)
    for name, get in _fields(kind):
        old = get(node)
        if old and (new := _map(old, change)) is not old:
            changed[name] = new
    return replace(node, **changed) if changed else node  # type: ignore[arg-type]


def plain_text(value: object) -> str:
    """The words a reader sees, without notes: for ids, titles, alternative texts and comparisons."""
    match value:
        case tuple():
            return "".join(plain_text(item) for item in value)
        case Text(text=text) | Code(text=text) | CodeBlock(text=text):
            return text
        case SoftBreak() | HardBreak():
            return " "
        case Image(alt=alt) | Formula(alt=alt) | DisplayFormula(alt=alt):
            return alt
        case Blank(label=label):
            return label
        case Note():
            return ""
        case Node():
            return "".join(plain_text(child) for child in children(value))
        case _:
            return ""


def bare(nodes: Inlines, *, facts: bool = False) -> Inlines:
    """Words of a heading as they may stand a second time: without notes, citations, links and ids.

    With `facts` they keep what rules for the text go by: claims of the ledger, before those have ids, and classes.
    """

    def change(node: Node) -> Node | tuple[Node, ...] | None:
        match node:
            case Note() | Citation() | CitationMark() | PageMark():
                return None
            case Fact() if facts:
                return node
            case Link() | Reference() | IndexMark() | Fact():
                return node.children
            case Formula():
                return replace(node, attributes=NONE)
            case Span(children=children, attributes=attributes):
                language = tuple(pair for pair in attributes.pairs if pair[0] in ("lang", "dir"))
                kept = Attributes(classes=attributes.classes if facts else (), pairs=language)
                return Span(children, kept) if kept != NONE else children
            case _:
                return node

    return map_nodes(nodes, change)


def section_of(chapters: tuple[Chapter, ...], id: str) -> tuple[Heading, Blocks] | None:
    """The heading with this id, if it is one inside of a chapter, and all that stands under it."""
    for chapter in chapters:
        for index, block in enumerate(chapter.blocks, 1):
            if isinstance(block, Heading) and block.attributes.id == id:
                return block, _until_heading(chapter.blocks[index:], block.level)
    return None


def _until_heading(blocks: Blocks, level: int) -> Blocks:
    return tuple(takewhile(lambda one: not isinstance(one, Heading) or one.level > level, blocks))


def in_order(book: Book) -> Book:
    """The book with a number in each node of its chapters, in reading order, the outer one behind what it holds."""
    numbers = count(1)
    return replace(book, chapters=map_nodes(book.chapters, lambda node: replace(node, order=next(numbers))))


def facts_in(node: object) -> Iterator[Fact]:
    """Every claim of the ledger that is printed in a node (or in a tuple), in attributes too, in reading order."""
    attributes = getattr(node, "attributes", NONE)
    yield from (fact for _, fact in attributes.facts)
    for child in children(node):
        if isinstance(child, Fact):
            yield child
        yield from facts_in(child)


def facts_of(book: Book) -> Mapping[str, Sequence[Fact]]:
    """Each fact that the book prints, by the name of its claim, in reading order."""
    found: dict[str, list[Fact]] = {}
    for chapter in book.chapters:
        for fact in facts_in((chapter.heading, chapter.subtitle, chapter.blocks)):
            found.setdefault(fact.id, []).append(fact)
    return found


def formulas_in(chapters: tuple[Chapter, ...]) -> Iterator[Formula | DisplayFormula]:
    for chapter in chapters:
        for node in walk_chapter(chapter):
            if isinstance(node, Formula | DisplayFormula):
                yield node


def has_numbers(table: Table) -> bool:
    """Whether any of its columns stands on the right, as numbers do."""
    return "right" in table.alignments


def ids_in(nodes: object) -> set[str]:
    found = set()
    for node in walk(nodes):
        attributes = getattr(node, "attributes", None)
        if attributes is not None and attributes.id:
            found.add(attributes.id)
        if isinstance(node, Note | Citation | Definition | IndexMark | IndexEntry | Bibliography) and node.id:
            found.add(node.id)
        elif isinstance(node, Fact):
            found.add(node.anchor)
        elif isinstance(node, Link) and node.place:
            found.add(node.place)
    return found


def is_point(node: Node) -> bool:
    """Whether it marks a place for the index without holding any words."""
    return isinstance(node, IndexMark) and not node.children


def is_glossary(node: Node) -> bool:
    return isinstance(node, Div) and "glossary" in node.attributes.classes


def reference_target(node: Node) -> str:
    match node:
        case Reference(target=target) | PageReference(target=target):
            return target
        case Link(target=target) if target.startswith("#"):
            return target[1:]
        case _:
            return ""
