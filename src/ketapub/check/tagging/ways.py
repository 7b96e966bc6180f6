"""Ways through a PDF: destinations, links, outline, page labels; a file and its tree in, findings out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary

from ketapub.check.findings import Finding, Place
from ketapub.check.pdf_tree import Element, Number, artifacts

Pages = dict[Number, int]  # counted from 1


def of_ways(pdf: pikepdf.Pdf, tree: Element, *, book: bool) -> Iterator[Finding]:
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    names = list(pdf.Root.get("/Names", Dictionary()).get("/Dests", Dictionary(Names=Array())).Names)
    keys = [bytes(one) for one in names[::2]]
    if keys != sorted(set(keys)):
        yield Finding("destinations", "named destinations are not sorted (7.9.6)")
    places: list[Any] = [place.D if isinstance(place, Dictionary) else place for place in names[1::2]]
    for key, place in zip(keys, places, strict=True):
        if place[0].objgen not in pages:
            yield Finding("destinations", f"a destination on no page: {_said(key)}")
    paths = {link.objgen: one.path for one in tree.walk() for link in one.links}
    for number, page in enumerate(pdf.pages, 1):
        for link in page.obj.get("/Annots", []):
            for message in _of_link(link, page.obj, set(keys)):
                yield Finding("links", message, Place(page=number, element=paths.get(link.objgen, "")))
    if book and "/Outlines" not in pdf.Root:
        yield Finding("outline", "no outline (UA 7.17)")
    elif book:
        headings = [one for one in tree.walk() if re.fullmatch("H[1-6]", one.role)]
        yield from _Outline(pages, headings).level(pdf.Root.Outlines)
        yield from _labels(pdf)


def _said(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def _of_link(link: Any, page: Any, known: set[bytes]) -> Iterator[str]:
    if "/Dest" in link and bytes(link.Dest) not in known:
        yield f"a link to {_said(bytes(link.Dest))}, which is not there"
    if int(link.get("/F", 0)) & 4 == 0:
        yield "a link that is not printed (A 6.3.2)"
    left, low, right, high = (float(one) for one in link.Rect)
    box = [float(one) for one in page.MediaBox]
    if not (box[0] <= min(left, right) and max(left, right) <= box[2] and box[1] <= min(low, high)):
        yield "a link outside of its page"


class _Outline:
    """The entries of the outline, held against the headings of the tree in their order."""

    def __init__(self, pages: Pages, headings: list[Element]) -> None:
        self.pages, self.headings = pages, headings
        self.reached = 0  # headings that the outline has passed

    def level(self, parent: Any) -> Iterator[Finding]:
        before, item = None, parent.get("/First")
        while item is not None:
            if item.Parent.objgen != parent.objgen or getattr(item.get("/Prev"), "objgen", None) != before:
                yield Finding("outline", f"an entry of the outline does not know its neighbours: {item.Title} (12.3.3)")
            yield from self._leads(item)
            yield from self.level(item)
            before, item = item.objgen, item.get("/Next")
        if before is not None and parent.Last.objgen != before:
            yield Finding("outline", "the outline ends elsewhere than it says (12.3.3)")

    def _leads(self, item: Any) -> Iterator[Finding]:
        title = re.sub(r"^\d+\. ", "", str(item.Title))
        target = item.Dest if "/Dest" in item else item.A.D
        on = self.pages.get(target[0].objgen, 0)
        left = range(self.reached, len(self.headings))
        here = next((index for index in left if self.headings[index].title.endswith(title)), None)
        if here is None:
            meant = next((self.headings[index].path for index in left if self.headings[index].page() == on), "")
            yield Finding("outline", f"the outline leads to no heading: {title}", Place(page=on, element=meant))
            return
        heading = self.headings[here]
        if heading.page() == on:
            self.reached = here + 1
        else:
            place = Place(page=heading.page(), element=heading.path)
            yield Finding("outline", f"the outline leads to another page than the heading's: {title}", place)


def _labels(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    if "/PageLabels" not in pdf.Root:
        yield Finding("page-labels", "pages have no labels (12.4.2)")
        return
    starts = [int(one) for one in list(pdf.Root.PageLabels.Nums)[::2]]
    if starts != sorted(set(starts)) or starts[0] != 0:
        yield Finding("page-labels", "page labels do not begin with the first page (12.4.2)")
    for number, page in enumerate(pdf.pages, 1):
        folio = [text for text in artifacts(page) if re.fullmatch(r"\d+|[ivxlc]+", text)]
        if folio and folio[-1] != str(page.label):
            place = Place(page=number)
            yield Finding("page-labels", f"the page is called {page.label}, and says {folio[-1]}", place)
