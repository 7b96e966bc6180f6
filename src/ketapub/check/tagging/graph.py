"""The tag tree as a graph: an open PDF in, a finding for each arrow that does not come back (14.7.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from ketapub.check.findings import Finding, Place
from ketapub.check.pdf_tree import Number
from ketapub.check.tagging.roles import OLD, OLD_SPACE, SPACE, STANDARD

DRAWING = {"TJ", "Tj", "f", "f*", "S", "B", "B*", "sh", "Do"}
DEEP = 100  # elements in elements; a broken tree may go round in circles
WATCHED = " ".join(("BDC", "BMC", "EMC", *sorted(DRAWING)))


def of_graph(pdf: pikepdf.Pdf) -> list[Finding]:
    graph = _Graph(pdf)
    graph.walk()
    return graph.found


def structure_paths(pdf: pikepdf.Pdf) -> dict[Number, str]:
    """Where each element stands, by the number of its object: `Document[1]/Sect[2]/P[5]`.

    It asks less of the tree than `tag_tree` does, so that faults of a broken one have a place too.
    """
    found: dict[Number, str] = {}

    def visit(one: Any, above: str) -> None:
        siblings: Counter[str] = Counter()
        for kid in _listed(one.get("/K")):
            if not isinstance(kid, Dictionary) or "/S" not in kid or kid.objgen in found:
                continue
            role = str(kid.S)[1:]
            siblings[role] += 1
            found[kid.objgen] = f"{above}{role}[{siblings[role]}]"
            visit(kid, f"{found[kid.objgen]}/")

    visit(pdf.Root.get("/StructTreeRoot", Dictionary()), "")
    return found


def link_paths(pdf: pikepdf.Pdf, paths: Mapping[Number, str]) -> dict[Number, str]:
    """The path of the element that each link is in, by the number of the link's object."""
    held = ((kid, path) for number, path in paths.items() for kid in _listed(pdf.get_object(number).get("/K")))
    return {kid.Obj.objgen: path for kid, path in held if isinstance(kid, Dictionary) and kid.get("/Type") == Name.OBJR}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


class _Graph:
    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.root: Any = pdf.Root.StructTreeRoot
        self.found: list[Finding] = []
        self.paths = structure_paths(pdf)
        self.pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
        self.spaces = {one.objgen: str(one.NS) for one in self.root.get("/Namespaces", [])}
        self.parents: dict[int, Any] = {}
        self.owned: dict[tuple[Number, int], str] = {}  # which element a piece of content is in
        self.linked: dict[Number, str] = {}  # … a link is in
        self.ids: dict[bytes, Number] = {}
        self.sequences: dict[Number, set[int]] = {}  # number of a page or form -> MCIDs in its content
        self.shown_on: dict[Number, int] = dict(self.pages)  # … -> the page
        self.keys: dict[Number, int] = {}  # … -> where the parent tree has its content
        for page in pdf.pages:
            self._read(page.obj)

    def _read(self, page: Any) -> None:
        number = self.pages[page.objgen]
        self.keys[page.objgen] = int(page.get("/StructParents", -1))
        self.sequences[page.objgen] = set(self._marked(page, number))
        for form in page.get("/Resources", Dictionary()).get("/XObject", Dictionary()).values():
            if form.get("/StructParents") is not None:
                self.shown_on[form.objgen] = number
                self.keys[form.objgen] = int(form.StructParents)
                self.sequences[form.objgen] = set(self._marked(form, number))

    def tell(self, rule: str, message: str, element: Any = None, page: int = 0) -> None:
        path = "" if element is None else self.paths.get(element.objgen, "")
        self.found.append(Finding(rule, message, Place(page=page, element=path)))

    def _marked(self, content: Any, page: int) -> Iterator[int]:
        """The MCIDs of a content stream; all that is drawn must stand in one, or in an artifact (UA 7.1)."""
        stack: list[str | int] = []
        said: set[str] = set()  # a fault once a page is enough
        for step in pikepdf.parse_content_stream(content, WATCHED):
            operands: list[Any] = list(step.operands)
            match str(step.operator):
                case "BDC" | "BMC":
                    properties = operands[1] if len(operands) > 1 else None
                    mcid = int(properties.MCID) if isinstance(properties, Dictionary) and "/MCID" in properties else ""
                    artifact = operands[0] == Name.Artifact
                    if stack and (artifact != ("Artifact" in stack) or mcid != ""):
                        said.add("what is read and what is not stand in each other")
                    stack.append("Artifact" if artifact else mcid)
                    if mcid != "":
                        yield int(mcid)
                case "EMC":
                    stack.pop()
                case "Do" if _is_read(content, operands[0]):
                    pass
                case _ if not any(one != "" for one in stack):
                    said.add("something is drawn that is neither read nor an artifact (UA 7.1)")
                case _:
                    pass
        for fault in sorted(said):
            self.tell("artifacts", fault, page=page)

    def walk(self) -> None:
        numbers = list(self.root.ParentTree.Nums)
        keys = [int(one) for one in numbers[::2]]
        self.parents = dict(zip(keys, numbers[1::2], strict=True))
        if keys != sorted(set(keys)):
            self.tell("parent-tree", "the parent tree is not sorted (7.9.7)")
        if int(self.root.get("/ParentTreeNextKey", 0)) <= max(keys, default=0):
            self.tell("parent-tree", "the next key of the parent tree is taken (14.7.2)")
        if sorted(self.spaces.values()) != ([OLD_SPACE, SPACE] if self.pdf.pdf_version == "2.0" else []):
            self.tell("namespaces", "namespaces that are not those of PDF (2.0 14.8.6)")
        for role, standard in self.root.get("/RoleMap", Dictionary()).items():
            if role[1:] in STANDARD or str(standard)[1:] not in STANDARD:
                self.tell("role-map", f"{role} is mapped to {standard} (UA 7.1)")
        tops = _listed(self.root.get("/K"))
        if len(tops) != 1 or str(tops[0].S) != "/Document":
            self.tell("structure", "the tree has not one document at its root")
        for top in tops:
            self._element(top, self.root, None)
        self._compare_content()
        self._compare_links()
        self._compare_ids()

    def _element(self, one: Any, parent: Any, page: Any) -> None:
        page = one.get("/Pg", page)
        if "/P" not in one or one.P.objgen != parent.objgen:
            self.tell("structure", f"{one.S} says that its parent is another element (14.7.2)", one)
        if self.spaces:
            space = self.spaces.get(one.NS.objgen) if "/NS" in one else ""
            if space != (OLD_SPACE if str(one.S)[1:] in OLD else SPACE):
                self.tell("namespaces", f"{one.S} is in no namespace that knows it (UA-2 8.2.4)", one)
        if "/ID" in one:
            if bytes(one.ID) in self.ids:
                self.tell("id-tree", f"{one.S} has the ID of another element", one)
            self.ids[bytes(one.ID)] = one.objgen
        for kid in _listed(one.get("/K")):
            if isinstance(kid, int):
                self._sequence(one, page, kid)
            elif kid.get("/Type") == "/MCR":
                self._sequence(one, kid.get("/Stm", kid.get("/Pg", page)), int(kid.MCID))
            elif kid.get("/Type") == "/OBJR":
                self._link(one, kid.Obj)
            else:
                self._element(kid, one, page)

    def _sequence(self, one: Any, holder: Any, mcid: int) -> None:
        if holder is None or holder.objgen not in self.sequences:
            self.tell("structure", f"{one.S} holds content of no page (14.7.4)", one)
            return
        page = self.shown_on[holder.objgen]
        if (holder.objgen, mcid) in self.owned:
            self.tell("structure", f"{one.S} holds content of another element too (14.7.4)", one, page)
        self.owned[holder.objgen, mcid] = self.paths.get(one.objgen, "")
        if getattr(self._known(holder.objgen, mcid), "objgen", None) != one.objgen:
            self.tell("parent-tree", f"the content of {one.S} does not know it (14.7.4.4)", one, page)

    def _known(self, holder: Number, mcid: int) -> Any:
        """The element that the parent tree has for a piece of content."""
        owners = self.parents.get(self.keys[holder])
        return owners[mcid] if isinstance(owners, Array) and mcid < len(owners) else None

    def _nearest(self, one: Any) -> str:
        """The path of an element, or of the nearest one above it that is in the tree."""
        for _ in range(DEEP):
            if not isinstance(one, Dictionary):
                break
            if one.objgen in self.paths:
                return self.paths[one.objgen]
            one = one.get("/P")
        return ""

    def _link(self, one: Any, link: Any) -> None:
        known = self.parents.get(int(link.get("/StructParent", -1)))
        if known is None or known.objgen != one.objgen:
            self.tell("parent-tree", "a link does not know its element (14.7.4.4)", one)
        if link.objgen in self.linked:
            self.tell("links", "a link stands in two elements", one)
        self.linked[link.objgen] = self.paths.get(one.objgen, "")

    def _compare_content(self) -> None:
        drawn = {(holder, mcid) for holder, mcids in self.sequences.items() for mcid in mcids}
        lost = Counter(
            (self.shown_on[holder], self._nearest(self._known(holder, mcid)))
            for holder, mcid in sorted(drawn - self.owned.keys())
        )
        for (page, path), count in lost.items():
            said = f"{count} pieces of content are in no element: they are not read"
            self.found.append(Finding("structure", said, Place(page=page, element=path)))
        for holder, mcid in self.owned.keys() - drawn:
            place = Place(page=self.shown_on[holder], element=self.owned[holder, mcid])
            self.found.append(Finding("structure", "an element holds content that is not drawn", place))
        slots = [one for owners in self.parents.values() if isinstance(owners, Array) for one in owners]
        if sum(one is not None for one in slots) != len(self.owned):
            self.tell("parent-tree", "the parent tree knows of other content (14.7.4.4)")

    def _compare_links(self) -> None:
        there = set()
        lost: Counter[tuple[int, str]] = Counter()
        for number, page in enumerate(self.pdf.pages, 1):
            for one in page.obj.get("/Annots", []):
                there.add(one.objgen)
                if one.objgen not in self.linked:
                    lost[number, self._nearest(self.parents.get(int(one.get("/StructParent", -1))))] += 1
        for (number, path), count in lost.items():
            said = f"{count} links are in no element (UA 7.18)"
            self.found.append(Finding("links", said, Place(page=number, element=path)))
        for link in self.linked.keys() - there:
            place = Place(element=self.linked[link])
            self.found.append(Finding("links", "an element holds a link of no page (UA 7.18)", place))

    def _compare_ids(self) -> None:
        tree = list(self.root.get("/IDTree", Dictionary(Names=Array())).Names)
        names = [bytes(one) for one in tree[::2]]
        if names != sorted(self.ids) or [one.objgen for one in tree[1::2]] != [self.ids[name] for name in names]:
            self.tell("id-tree", "the tree of IDs is not that of the elements' (14.7.2)")


def _is_read(content: Any, name: Any) -> bool:
    return "/StructParents" in content.Resources.XObject[str(name)]
