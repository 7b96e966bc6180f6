"""Writes a filled structure into the PDF: nodes in; structure elements, the parent tree, the tree of IDs and named
destinations out.

ISO 32000-1, 14.7.2 (tree, elements), 14.7.4.3 and 14.7.4.4 (objects, parent tree), 14.7.3 (role map); ISO 32000-2,
14.7.4 (namespaces), 12.3.2.3 (structure destinations).
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE
from typing import Any

from ketapub.formats.pdf.tags.content import Pages
from ketapub.formats.pdf.tags.nodes import Linked, Marked, Node, Structure
from ketapub.formats.pdf.tags.roles import OLD

OLD_SPACE, SPACE = "http://iso.org/pdf/ssn", "http://iso.org/pdf2/ssn"  # of structure types: ISO 32000-2, 14.8.6


def write_tree(pdf: Any, structure: Structure, pages: Pages, streams: list[Any]) -> None:
    import pydyf

    root = pydyf.Dictionary({"Type": "/StructTreeRoot"})
    pdf.add_object(root)
    writer = _Writer(pdf, structure, pages, streams)
    if writer.spaces:
        root["Namespaces"] = pydyf.Array(space.reference for space in writer.spaces.values())
    root["K"] = pydyf.Array([writer.element(structure.document, root).reference])
    writer.refer()
    used = {node.role for node in writer.elements}
    if roles := {role: f"/{known}" for role, known in structure.standard.mapped.items() if role in used}:
        root["RoleMap"] = pydyf.Dictionary(roles)
    if ids := writer.ids():
        root["IDTree"] = ids.reference
    parents, following = writer.parents()
    root["ParentTree"] = parents.reference
    root["ParentTreeNextKey"] = following
    pdf.catalog["StructTreeRoot"] = root.reference
    pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})
    pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
    if "Dests" in (tree := pdf.catalog.get("Names", {})):
        tree["Dests"]["Names"] = writer.destinations(tree["Dests"]["Names"])


def name_bytes(text: str) -> bytes:
    """A string as it is written: name trees are sorted by these (7.9.2.2, 7.9.6)."""
    return text.encode() if text.isascii() else BOM_UTF16_BE + text.encode("utf-16-be")


class _Writer:
    def __init__(self, pdf: Any, structure: Structure, pages: Pages, streams: list[Any]) -> None:
        self.pdf, self.structure, self.pages, self.streams = pdf, structure, pages, streams
        self.standard = structure.standard
        self.page_references = pdf.page_references  # made anew at each access
        self.elements: dict[Node, Any] = {}
        self.spaces = {name: self.space(name) for name in (OLD_SPACE, SPACE) if self.standard.refers}

    def space(self, name: str) -> Any:
        import pydyf

        made = pydyf.Dictionary({"Type": "/Namespace", "NS": pydyf.String(name)})
        self.pdf.add_object(made)
        return made

    def element(self, node: Node, parent: Any) -> Any:
        import pydyf

        made = self.elements[node] = pydyf.Dictionary(
            {"Type": "/StructElem", "S": f"/{self.standard.called.get(node.role, node.role)}", "P": parent.reference}
        )
        self.pdf.add_object(made)
        if self.spaces:
            made["NS"] = self.spaces[OLD_SPACE if node.role in OLD else SPACE].reference
            if node.role == "FENote":
                node.attributes["FENote"] = {"NoteType": "/Footnote"}
        texts = {"Lang": node.lang, "Alt": node.alt, "E": node.expansion, "T": node.title, "ID": node.id}
        made |= {key: pydyf.String(text) for key, text in texts.items() if text}
        if node.headers:
            heads = pydyf.Array([pydyf.String(head.id) for head in node.headers])
            node.attributes.setdefault("Table", {})["Headers"] = heads
        if node.attributes:
            owned = [pydyf.Dictionary({"O": f"/{owner}", **values}) for owner, values in node.attributes.items()]
            made["A"] = owned[0] if len(owned) == 1 else pydyf.Array(owned)
        kids = node.in_order()
        home = next((kid.page for kid in kids if not isinstance(kid, Node)), None)
        if home is not None:
            made["Pg"] = self.page_references[home]
        made["K"] = pydyf.Array(
            self.kid(kid, made, home) for kid in kids if not isinstance(kid, Node) or kid.holds_something()
        )
        return made

    def kid(self, kid: Node | Marked | Linked, parent: Any, home: int | None) -> Any:
        import pydyf

        if isinstance(kid, Node):
            return self.element(kid, parent).reference
        page = self.page_references[kid.page]
        if isinstance(kid, Linked):
            return pydyf.Dictionary({"Type": "/OBJR", "Obj": kid.annotation.reference, "Pg": page})
        stream = self.pages.sequences[kid.page][kid.mcid].stream
        if stream is not self.streams[kid.page]:
            return pydyf.Dictionary({"Type": "/MCR", "Pg": page, "Stm": stream.reference, "MCID": kid.mcid})
        if kid.page == home:
            return kid.mcid
        return pydyf.Dictionary({"Type": "/MCR", "Pg": page, "MCID": kid.mcid})

    def written(self, node: Node | None) -> Any:
        """The element of a node, or of the nearest one around it that is not empty."""
        while node is not None and node not in self.elements:
            node = node.parent
        return self.elements[node or self.structure.document]

    def refer(self) -> None:
        """ISO 14289-2, 8.2.5.14 and 8.2.5.8: a note and its call, a line of the contents and what it leads to."""
        import pydyf

        for node, made in self.elements.items() if self.standard.refers else ():
            others = [self.elements[other] for other in node.refers if other in self.elements]
            if node.leads_to in self.structure.places:
                others.append(self.written(self.structure.places[node.leads_to]))
            if others:
                made["Ref"] = pydyf.Array(other.reference for other in others)
            elif node.leads_to and self.structure.part:
                made["Ref"] = pydyf.String(node.leads_to)  # in another part: `merge` knows the element

    def destinations(self, names: Any) -> Any:
        """Named destinations as name trees want them: WeasyPrint sorts them by letters, and "é" is not written where it
        stands among letters. In PDF 2.0 each leads to an element too (ISO 14289-2, 8.8)."""
        import pydyf

        pairs = sorted(zip(names[::2], names[1::2], strict=True), key=lambda pair: name_bytes(pair[0].string))
        if self.standard.refers:
            place = {name.string: self.written(self.structure.places.get(name.string)) for name, _ in pairs}
            pairs = [
                (name, pydyf.Dictionary({"D": page, "SD": pydyf.Array([place[name.string].reference, *page[1:]])}))
                for name, page in pairs
            ]
        return pydyf.Array(one for pair in pairs for one in pair)

    def ids(self) -> Any:
        import pydyf

        named = {node.id: self.elements[node].reference for node in self.elements if node.id}
        if not named:
            return None
        names = pydyf.Array()
        for id in sorted(named, key=name_bytes):
            names.extend([pydyf.String(id), named[id]])
        tree = pydyf.Dictionary({"Names": names})
        self.pdf.add_object(tree)
        return tree

    def parents(self) -> tuple[Any, int]:
        """A number tree: the owner of each sequence of each page and group, then that of each link."""
        import pydyf

        numbers = pydyf.Array()

        def owners(page: int, stream: Any) -> Any:
            own = {
                mcid: node
                for mcid, node in self.pages.owners[page].items()
                if self.pages.sequences[page][mcid].stream is stream
            }
            last = max(own, default=-1)
            return pydyf.Array(self.elements[own[n]].reference if n in own else "null" for n in range(last + 1))

        for page, stream in enumerate(self.streams):
            numbers.extend([page, owners(page, stream)])
        key = len(self.streams)
        for page, stream in self.pages.groups:
            stream.extra["StructParents"] = key
            numbers.extend([key, owners(page, stream)])
            key += 1
        for node, annotation in self.pages.links:
            annotation["StructParent"] = key
            numbers.extend([key, self.elements[node].reference])
            key += 1
        tree = pydyf.Dictionary({"Nums": numbers})
        self.pdf.add_object(tree)
        return tree, key
