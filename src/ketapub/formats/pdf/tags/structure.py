"""The elements of a part, as PDF structure elements: the logical tree, before anything is known of pages.

In: a part's element tree. Out: nodes of a `Structure`, with the names of `roles`. One element is one node,
on however many pages it will stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ketapub.formats.pdf.tags import roles
from ketapub.formats.pdf.tags.nodes import BREAK, OBJECT, Line, Node, Structure
from ketapub.formats.pdf.tags.tables import Cell, lay_out_table

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def add_part(structure: Structure, root: Element) -> None:
    """Append what a part's tree holds. Its <html> and <body> are nothing of their own."""
    structure.part = root.get("data-part", "")
    _Part(structure).children(root, structure.document, Line(), *_manner(root, structure.document))
    if structure.standard.refers:
        _find_places(structure, root, structure.document)


def _find_places(structure: Structure, element: Element, around: Node) -> None:
    """The node of each element with an id; for what is nothing itself, that of what it stands in."""
    node = structure.node_of.get(element) or around
    item = node.parent if element.tag == "li" else None
    if id := element.get("id"):
        structure.places[id] = item or node
    for child in element:
        _find_places(structure, child, node)


def _manner(element: Element, around: Node | None, lang: str = "", direction: str = "") -> tuple[str, str]:
    """Language and direction of what stands in an element."""
    lang = lang or (around.language if around else "")
    direction = direction or (around.direction if around else "")
    return element.get("lang") or element.get(XML_LANG) or lang, element.get("dir") or direction


class _Part:
    """Goes through a part's elements in the order of the document."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.make = structure.node
        self.contents = False  # inside of a table of contents, or a list of figures or tables

    def put(self, element: Element, node: Node | None, line: Line) -> None:
        self.structure.node_of[element], self.structure.line_of[element] = node, line

    def children(self, element: Element, node: Node, line: Line, lang: str, direction: str) -> None:
        """What stands in an element whose words go to `node`."""
        self.put(element, node, line)
        grouping = node.role in roles.GROUPS
        line.text += element.text or ""
        run = self.run(node, element.text) if grouping else None
        for child in element:
            if not isinstance(child.tag, str):  # a comment
                line.text += child.tail or ""
                continue
            block = roles.is_block(child)
            if grouping and not block and run is None and not roles.is_picture(child):
                run = self.run(node)
            manner = _manner(child, None, lang, direction)
            if block:
                run = None
                line.text += BREAK
                self.block(child, node, *manner)
                line.text += BREAK
            else:
                self.inline(child, run or node, line, *manner)
            line.text += child.tail or ""
            if grouping and run is None:
                run = self.run(node, child.tail)

    def run(self, group: Node, text: str | None = OBJECT) -> Node | None:
        """A paragraph for text that stands in a group without one."""
        if not (text or "").strip():
            return None
        group.runs.append(self.make("P", group))
        return group.runs[-1]

    def decoration(self, element: Element, line: Line) -> None:
        for one in element.iter():
            self.put(one, None, line)
        line.text += OBJECT if roles.is_picture(element) else "".join(element.itertext())

    # -- blocks

    def block(self, element: Element, parent: Node, lang: str, direction: str) -> None:
        line = Line(preformatted=element.tag == "pre")
        if roles.is_decoration(element):
            self.decoration(element, line)
            return
        role = roles.block_role(element, self.contents)
        if roles.is_contents(element):
            self.contents = True
            self.children(element, self.make(role, parent, lang=lang, direction=direction), line, lang, direction)
            self.contents = False
        elif not role:  # nothing of its own
            self.children(element, parent, line, lang, direction)
        elif role == "Table":
            self.table(element, self.make("Table", parent, lang=lang, direction=direction), lang, direction)
        elif self.structure.standard.caption_in_figure and (picture := roles.pictured(element)) is not None:
            self.pictured(element, picture, parent, line, lang, direction)
        elif role == "LI":
            self.item(element, parent, lang, direction)
        elif role == "L" and element.tag == "dl":
            self.definitions(element, self.list(element, parent, lang, direction), lang, direction)
        else:
            node = self.list(element, parent, lang, direction) if role == "L" else None
            node = node or self.make(role, parent, lang=lang, direction=direction)
            if role[0] == "H" or role in ("Title", "Aside"):
                node.title = roles.title_of(element)
            self.children(element, node, line, lang, direction)

    def list(self, element: Element, parent: Node, lang: str, direction: str) -> Node:
        node = self.make("L", parent, lang=lang, direction=direction)
        numbering = roles.numbering(element)
        numbering = self.structure.standard.numberings.get(numbering, numbering)
        node.attributes["List"] = {"ListNumbering": f"/{numbering}"}
        return node

    def item(self, element: Element, parent: Node, lang: str, direction: str) -> None:
        """LI, its label (a marker that the style sheet makes, or one that the markup has), its body."""
        item = self.make("LI", parent, lang=lang, direction=direction)
        label = self.make("Lbl", item)
        self.structure.generated[element, "marker"] = label
        body = self.make("LBody", item)
        for child in element:
            if roles.is_label(child):
                self.structure.generated[child, "label"] = label
        self.children(element, body, Line(), lang, direction)

    def definitions(self, element: Element, parent: Node, lang: str, direction: str) -> None:
        """14.8.4.3.3: the label of an item is the term, its body the definition; further ones go into the same body."""
        self.put(element, parent, Line())
        body: Node | None = None
        for child in _terms(element):
            manner = _manner(child, None, lang, direction)
            if child.tag == "dt":
                item = self.make("LI", parent, lang=manner[0], direction=manner[1])
                self.children(child, self.make("Lbl", item), Line(), *manner)
                body = self.make("LBody", item)
                continue
            if body is None:
                body = self.make("LBody", self.make("LI", parent))
            inner = any(roles.is_block(one) for one in child)
            node = body if inner else self.make("P", body, lang=manner[0], direction=manner[1])
            self.children(child, node, Line(), *manner)

    def table(self, element: Element, table: Node, lang: str, direction: str) -> None:
        line = Line()
        self.put(element, table, line)
        groups: dict[Element, Node] = {}
        for child in element:
            if child.tag == "caption":
                self.children(child, self.make("Caption", table), Line(), *_manner(child, None, lang, direction))
        nodes: dict[Element, Node] = {}
        made_of: list[tuple[Cell, Node]] = []
        for row in lay_out_table(element):
            group = table
            if row.group is not None:
                if row.group not in groups:
                    groups[row.group] = self.make(roles.ROW_GROUPS[str(row.group.tag)], table)
                    self.put(row.group, groups[row.group], line)
                group = groups[row.group]
            node = self.make("TR", group)
            self.put(row.element, node, line)
            for cell in row.cells:
                manner = (lang, direction) if cell.element is None else _manner(cell.element, None, lang, direction)
                made = self.make(cell.role, node, lang=manner[0], direction=manner[1])
                if cell.attributes:
                    made.attributes["Table"] = dict(cell.attributes)
                if cell.element is not None:
                    nodes[cell.element] = made
                    made_of.append((cell, made))
                    self.children(cell.element, made, Line(), *manner)
        for cell, made in made_of:
            made.headers = tuple(nodes[head] for head in cell.headers)
            for header in made.headers:
                header.id = header.id or self.structure.name(f"th {self.structure.part}".strip())

    def pictured(self, element: Element, picture: Element, parent: Node, line: Line, lang: str, direction: str) -> None:
        """ISO 14289-2, 8.2.5.27: a caption stands in what it is the caption of."""
        node = self.make(roles.picture_role(picture), parent, lang=lang, direction=direction)
        node.alt = roles.alternative(picture)
        self.put(element, node, line)
        for child in element:
            if child is picture:
                self.put(child, node, line)
                line.text += OBJECT
            else:
                self.block(child, node, *_manner(child, None, lang, direction))

    # -- inlines

    def inline(self, element: Element, parent: Node, line: Line, lang: str, direction: str) -> None:
        if roles.is_decoration(element):
            self.decoration(element, line)
        elif roles.is_picture(element):
            node = self.make(roles.picture_role(element), parent, lang=lang, direction=direction)
            node.alt = roles.alternative(element)
            self.put(element, node, line)
            line.text += OBJECT
        elif element.tag == "br":
            self.put(element, parent, line)
            line.text += "\n"
        elif roles.is_note(element):
            self.note(element, parent, line, lang, direction)
        elif (label := self.structure.generated.get((element, "label"))) is not None:
            self.children(element, label, line, lang, direction)
        else:
            self.children(element, self.inline_node(element, parent, lang, direction), line, lang, direction)

    def inline_node(self, element: Element, parent: Node, lang: str, direction: str) -> Node:
        """The node of an inline element; the one around it, if it is nothing that a PDF has a name for."""
        node = parent
        for role in roles.inline_roles(element):
            node = self.make(role, node, lang=lang, direction=direction)
        if node.role == "Link" and node is not parent:
            node.label, node.address = element.get("aria-label") or "", element.get("href") or ""
            self.structure.links |= dict.fromkeys(element.iter(), node)
            if self.contents and (line := _around(node, "TOCI")) is not None:
                line.leads_to = node.address.removeprefix("#")
        expansion = (element.get("title") or "").strip() if element.tag == "abbr" else ""
        if expansion or (node is parent and (lang, direction) != (parent.language, parent.direction)):
            node = self.make("Span", node, lang=lang, direction=direction)
            node.expansion = expansion
        return node

    def note(self, element: Element, parent: Node, line: Line, lang: str, direction: str) -> None:
        """The call refers to the note, which follows it at once; its words stand at the foot of a page."""
        self.structure.calls[element] = line
        reference = self.make("Reference", parent)
        self.structure.generated[element, "footnote-call"] = self.make("Lbl", reference)
        note = self.make("FENote", parent, lang=lang, direction=direction)
        reference.before = note.order
        reference.refers.append(note)
        note.refers.append(reference)
        note.id = self.structure.name(element.get("id") or self.structure.part)
        self.structure.generated[element, "footnote-marker"] = self.make("Lbl", note)
        self.children(element, note, Line(), lang, direction)


def _around(node: Node | None, role: str) -> Node | None:
    while node is not None and node.role != role:
        node = node.parent
    return node


def _terms(element: Element) -> Iterator[Element]:
    """The terms and definitions of a list; they may stand in groups."""
    for child in element:
        if child.tag == "div":
            yield from _terms(child)
        elif child.tag in ("dt", "dd"):
            yield child
