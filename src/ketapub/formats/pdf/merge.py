"""Joins the PDFs of the parts of a book into one that is as valid: `Drawn` parts and a base in, one open file out.

The base has one empty page and says all that is said once: language, metadata, output intent, attachments. What belongs
to the whole is made anew: the tree of tags, its parent tree and its IDs, named destinations. (ISO 32000-1: 14.7.2,
14.7.4.4, 14.7.3; 12.3.2.3.)
"""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from ketapub.formats.pdf.drawn import ELSEWHERE, Drawn, UsedFont
from ketapub.formats.pdf.union import Originals, unite_fonts


class Joined:
    """The open file while parts are added to it."""

    def __init__(self, base: bytes, room: ExitStack) -> None:
        import pikepdf

        self.room = room
        self.pdf = room.enter_context(pikepdf.open(io.BytesIO(base)))
        self.empty = self.pdf.pages[0].obj
        del self.pdf.pages[0]
        self.tree = self.pdf.Root.StructTreeRoot
        self.document = self.tree.K[0]
        self.spaces = {str(space.NS): space for space in self.tree.get("/Namespaces", ())}
        self.elements: list[Any] = []
        self.owners: list[Any] = []
        self.ids: dict[bytes, Any] = {}
        self.places: dict[bytes, Any] = {}
        self.roles: dict[str, Any] = {}
        self.resources: list[tuple[Mapping[str, UsedFont], Any]] = []
        self.next_key = 0

    def add_blank(self) -> None:
        """An empty page. It has no tags, so no place in their tree."""
        import pikepdf

        page = pikepdf.Dictionary({key: value for key, value in self.empty.items() if key != "/StructParents"})
        self.pdf.pages.append(pikepdf.Page(self.pdf.make_indirect(page)))

    def add(self, drawn: Drawn) -> None:
        import pikepdf

        source = self.room.enter_context(pikepdf.open(io.BytesIO(drawn.data)))
        start = len(self.pdf.pages)
        with warnings.catch_warnings():  # named destinations are taken over below
            warnings.simplefilter("ignore", pikepdf.PageCopyWarning)
            self.pdf.pages.extend(source.pages)
        pages = [self.pdf.pages[index].obj for index in range(start, len(self.pdf.pages))]
        # After its pages: what is copied now leads to those copies.
        tree = self.pdf.copy_foreign(source.Root.StructTreeRoot)
        self._add_tags(tree, pages)
        if "/Names" in source.Root and "/Dests" in source.Root.Names:
            names = self.pdf.copy_foreign(source.make_indirect(source.Root.Names.Dests)).Names
            self.places |= {bytes(names[i]): names[i + 1] for i in range(0, len(names), 2)}
        self.resources.append((drawn.fonts, pages[0].Resources))

    def _add_tags(self, tree: Any, pages: Sequence[Any]) -> None:
        for page in pages:
            page.StructParents = int(page.StructParents) + self.next_key
            for annotation in page.get("/Annots", ()):
                if "/StructParent" in annotation:
                    annotation.StructParent = int(annotation.StructParent) + self.next_key
        for form in _forms(pages[0].Resources):  # a transparency group has a key of its own
            if "/StructParents" in form:
                form.StructParents = int(form.StructParents) + self.next_key
        owners = tree.ParentTree.Nums
        for index in range(0, len(owners), 2):
            self.owners += (int(owners[index]) + self.next_key, owners[index + 1])
        self.next_key += int(tree.ParentTreeNextKey)
        for element in tree.K[0].K:
            element.P = self.document
            self.elements.append(element)
        self.roles |= tree.get("/RoleMap", {}).items()
        if "/IDTree" in tree:
            names = tree.IDTree.Names
            self.ids |= {bytes(names[i]): names[i + 1] for i in range(0, len(names), 2)}

    def finish(self, originals: Originals) -> list[str]:
        """Make what belongs to the whole. Out: the ids that links lead to and that stand nowhere."""
        from pikepdf import Array, Dictionary

        self.document.K = Array(self.elements)
        self.tree.ParentTree = self.pdf.make_indirect(Dictionary(Nums=Array(self.owners)))
        self.tree.ParentTreeNextKey = self.next_key
        if self.roles:
            self.tree.RoleMap = Dictionary(dict(sorted(self.roles.items())))
        if self.ids:
            self.tree.IDTree = self.pdf.make_indirect(_name_tree(self.ids))
        if "/Names" not in self.pdf.Root:
            self.pdf.Root.Names = Dictionary()
        self.pdf.Root.Names.Dests = self.pdf.make_indirect(_name_tree(self.places))
        lost = self._lead()
        if self.spaces:
            for element in _within(self.elements):
                self._refer(element)
        _share_streams(self.pdf, [resources for _, resources in self.resources], self.empty.Resources)
        unite_fonts(self.pdf, [(fonts, resources.Font) for fonts, resources in self.resources], originals)
        return lost

    def _lead(self) -> list[str]:
        """Links to another part lead there now."""
        from pikepdf import String

        lost = []
        for page in self.pdf.pages:
            for annotation in page.obj.get("/Annots", ()):
                address = str(annotation.A.get("/URI", "")) if "/A" in annotation else ""
                if address.startswith(ELSEWHERE):
                    name = String(address.removeprefix(ELSEWHERE))
                    if bytes(name) in self.places:
                        annotation.Dest = name
                        del annotation["/A"]
                    else:
                        lost.append(str(name))
        return lost

    def _refer(self, element: Any) -> None:
        """PDF 2.0: one namespace for all parts; and the element of another part that is named by its id so far."""
        from pikepdf import Array, String

        if "/NS" in element:
            element.NS = self.spaces[str(element.NS.NS)]
        if isinstance(name := element.get("/Ref"), String):
            if bytes(name) in self.places:
                element.Ref = Array([self.places[bytes(name)].SD[0]])
            else:
                del element["/Ref"]


def _within(elements: Sequence[Any]) -> Iterator[Any]:
    """Structure elements and all those in them."""
    from pikepdf import Array, Dictionary

    waiting = list(elements)
    while waiting:
        element = waiting.pop()
        if isinstance(element, Dictionary) and "/S" in element:
            yield element
            kids = element.get("/K", ())
            waiting.extend(kids if isinstance(kids, Array) else [kids])


def _name_tree(names: Mapping[bytes, Any]) -> Any:
    """Sorted by the bytes of its names (7.9.6)."""
    from pikepdf import Array, Dictionary, String

    made = Array()
    for name in sorted(names):
        made.append(String(name))
        made.append(names[name])
    return Dictionary(Names=made)


def _forms(resources: Any) -> Iterator[Any]:
    """The form XObjects that pages use, and those that they use."""
    seen = set()
    waiting = list(resources.get("/XObject", {}).values())
    while waiting:
        form = waiting.pop()
        if form.get("/Subtype") == "/Form" and form.objgen not in seen:
            seen.add(form.objgen)
            yield form
            waiting += form.get("/Resources", {}).get("/XObject", {}).values()


def _share_streams(pdf: Any, resources: Sequence[Any], base: Any) -> None:
    """Each picture once, and the colour spaces of the base, which are the same in all parts."""
    known: dict[bytes, Any] = {}

    def shared(picture: Any) -> Any:
        if "/SMask" in picture:
            picture.SMask = shared(picture.SMask)
        digest = hashlib.sha256(picture.read_raw_bytes())
        for key in sorted(set(picture.keys()) - {"/Length"}):
            value = picture[key]
            digest.update(f"{key} {value.objgen if getattr(value, 'is_indirect', False) else value!r}".encode())
        return known.setdefault(digest.digest(), picture)

    for one in resources:
        for holder in (one, *(form.Resources for form in _forms(one) if "/Resources" in form)):
            if "/ColorSpace" in holder:
                holder.ColorSpace = base.ColorSpace
            pictures = holder.get("/XObject", {})
            for name, picture in list(pictures.items()):
                if picture.get("/Subtype") == "/Image":
                    pictures[name] = shared(picture)
        for pattern in one.get("/Pattern", {}).values():
            if "/Resources" in pattern and "/ColorSpace" in pattern.Resources:
                pattern.Resources.ColorSpace = base.ColorSpace
