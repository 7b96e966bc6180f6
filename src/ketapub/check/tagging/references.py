"""Elements that name other elements, and destinations that do, in PDF 2.0: a file and its tree in, findings out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary

from ketapub.check.findings import Finding, Place
from ketapub.check.pdf_tree import Element, Number

Elements = dict[Number, Element]


def of_references(pdf: pikepdf.Pdf, tree: Element) -> Iterator[Finding]:
    elements = {one.number: one for one in tree.walk()}
    names = list(pdf.Root.get("/Names", Dictionary()).get("/Dests", Dictionary(Names=Array())).Names)
    known = {bytes(name): place for name, place in zip(names[::2], names[1::2], strict=True)}
    items = list(_items(pdf.Root.Outlines)) if "/Outlines" in pdf.Root else []
    for one in elements.values():
        place = Place(page=one.page(), element=one.path)
        yield from (Finding(rule, said, place) for rule, said in _of_element(one, elements, known))
    yield from _of_destinations(
        pdf, [*known.values(), *(item.get("/A", item.get("/Dest")) for item in items)], elements
    )
    for item in items:
        element = _named(item.get("/A"), elements)
        title = re.sub(r"^\d+\. ", "", str(item.Title))
        titles = [one.title for one in element.walk() if one.title] if element else []
        if not titles or not titles[0].endswith(title):
            meant = next((one for one in elements.values() if one.title.endswith(title)), element)
            yield Finding("outline", f"the outline leads to another element: {item.Title}", _at(meant))


def _named(place: Any, elements: Elements) -> Element | None:
    return elements.get(place.SD[0].objgen) if isinstance(place, Dictionary) and "/SD" in place else None


def _at(element: Element | None) -> Place:
    return Place(page=element.page(), element=element.path) if element else Place()


def _of_element(one: Element, elements: Elements, known: dict[bytes, Any]) -> Iterator[tuple[str, str]]:
    others = [elements[number] for number in one.refers if number in elements]
    if len(others) < len(one.refers):
        yield "structure", f"{one.role} refers to what is not in the tree (2.0 14.7.2)"
    calls = [other for other in others if other.role == "Reference" and one.number in other.refers]
    if one.role == "FENote" and (not calls or calls != others):
        yield "notes", "a note and its call do not name each other (UA-2 8.2.5.14)"
    if one.role == "TOCI":
        links: list[Any] = [annotation for kid in one.walk() for annotation in kid.links]
        target = _named(known.get(bytes(links[0].Dest)), elements) if links and "/Dest" in links[0] else None
        if others != [target]:
            yield "contents", "a line of the contents does not name what it leads to (UA-2 8.2.5.8)"


def _of_destinations(pdf: pikepdf.Pdf, places: list[Any], elements: Elements) -> Iterator[Finding]:
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    for place in places:
        element = _named(place, elements)
        if element is None or list(place.SD)[1:] != list(place.D)[1:]:
            found = _at(element) if element else Place(page=pages.get(_page(place), -1) + 1)
            yield Finding("destinations", "a destination that names no element (UA-2 8.8)", found)
        elif not any(pages.get(place.D[0].objgen) in kid.pages for kid in element.walk()):
            said = f"a destination that names an element of another page: {element.role}"
            yield Finding("destinations", said, _at(element))


def _page(place: Any) -> Number:
    """The page on which a destination lies, or (0, 0)."""
    where = place.get("/D") if isinstance(place, Dictionary) else place
    return where[0].objgen if isinstance(where, Array) else (0, 0)


def _items(parent: Any) -> Iterator[Any]:
    item = parent.get("/First")
    while item is not None:
        yield item
        yield from _items(item)
        item = item.get("/Next")
