"""The logical tree of a document while it is made: what nodes are, and how content gets into them.

In: roles and places. Out: `Structure`: a tree of `Node`s, and for each element the node that its words go into.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from xml.etree.ElementTree import Element

from ketapub.formats.pdf.standard import Standard
from ketapub.formats.pdf.tags.roles import TABLE

OBJECT, BREAK = "\N{OBJECT REPLACEMENT CHARACTER}", "\x1e"  # in a `Line`: a picture, a block inside


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked-content sequence: a piece of a page that an element shows."""

    page: int
    mcid: int


@dataclass(frozen=True, slots=True)
class Linked:
    """A rectangle of a page that leads somewhere."""

    page: int
    annotation: Any


@dataclass(eq=False, slots=True)
class Node:
    """A structure element. `kids` are sorted by their keys: the place of a node in the document, and of content
    behind the node that was filled last."""

    role: str
    parent: Node | None
    order: int
    language: str = ""
    direction: str = "ltr"
    lang: str = ""  # where it is another one than around it
    alt: str = ""
    expansion: str = ""
    title: str = ""
    id: str = ""
    label: str = ""  # of a link: what it is called, where its words do not say it
    address: str = ""  # of a link
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)  # owner -> its attributes
    headers: tuple[Node, ...] = ()  # of a cell
    refers: list[Node] = field(default_factory=list)  # a call and its note to each other
    leads_to: str = ""  # id of an element, of a line of the contents
    kids: list[tuple[tuple[int, int], Node | Marked | Linked]] = field(default_factory=list)
    runs: list[Node] = field(default_factory=list)  # paragraphs made for text that stands in a group itself
    latest: int = -1  # order of the kid that was filled last
    before: int = 0  # of a reference to a note: order of the note, which is filled later and still stands right behind

    def in_order(self) -> list[Node | Marked | Linked]:
        return [kid for _, kid in sorted(self.kids, key=itemgetter(0))]

    def read(self) -> Iterator[Node | Marked | Linked]:
        """Itself, and everything in it."""
        yield self
        for kid in self.in_order():
            if isinstance(kid, Node):
                yield from kid.read()
            else:
                yield kid

    def holds_something(self) -> bool:
        """Empty cells count: a table has them."""
        if self.role in TABLE:
            return True
        return any(not isinstance(kid, Node) or kid.holds_something() for _, kid in self.kids)

    def add(self, kid: Marked | Linked) -> None:
        """Behind everything of this node that is filled already."""
        self.kids.append(((max(self.latest, self.order), len(self.kids) + 1), kid))
        child, node = self, self.parent
        while node is not None:
            node.latest = max(node.latest, child.before or child.order)
            child, node = node, node.parent


@dataclass(eq=False, slots=True)
class Line:
    """The words of one block as the manuscript has them: what is drawn of it is held against them."""

    text: str = ""
    preformatted: bool = False


@dataclass(eq=False)
class Structure:
    """`node_of[element]` is None for what is decoration. `generated` are the nodes of a box's pseudo-element."""

    document: Node
    standard: Standard
    node_of: dict[Element, Node | None] = field(default_factory=dict)
    line_of: dict[Element, Line] = field(default_factory=dict)
    generated: dict[tuple[Element, str], Node] = field(default_factory=dict)
    links: dict[Element, Node] = field(default_factory=dict)  # what stands in a link -> the link
    calls: dict[Element, Line] = field(default_factory=dict)  # note -> the line that calls it
    places: dict[str, Node] = field(default_factory=dict)  # id of an element -> the node of the element
    part: str = ""  # the name of the part, where the file will be joined with those of other parts
    ids: set[str] = field(default_factory=set)
    count: int = 0

    def node(self, role: str, parent: Node, *, lang: str = "", direction: str = "") -> Node:
        self.count += 1
        made = Node(role, parent, self.count, lang or parent.language, direction or parent.direction)
        if made.language != parent.language:
            made.lang = made.language
        if made.direction != parent.direction:
            made.attributes["Layout"] = {"WritingMode": "/RlTb" if made.direction == "rtl" else "/LrTb"}
        parent.kids.append(((made.order, 0), made))
        return made

    def name(self, wanted: str) -> str:
        """An ID: that of the element, which no other one has in the book, or one that no element can have."""
        name, count = wanted, len(self.ids)
        while not name or name in self.ids:
            count += 1
            name = f"{wanted} {count}"  # no id of HTML holds a space
        self.ids.add(name)
        return name

    def line(self, element: Element, pseudo: str) -> Line:
        return self.calls[element] if pseudo == "footnote-call" else self.line_of[element]

    def target(self, element: Element, pseudo: str) -> Node | None:
        """The node for words of an element, or of a pseudo-element of it."""
        node = self.generated.get((element, pseudo)) or self.node_of[element]
        if node is None or not node.runs:
            return node
        if any(run.order == node.latest for run in node.runs):
            return next(run for run in node.runs if run.order == node.latest)
        return next((run for run in node.runs if run.order > node.latest), node.runs[-1])


def new_structure(language: str, standard: Standard) -> Structure:
    return Structure(Node("Document", None, 0, language), standard)
