"""What a tagged PDF says: an open file in; the `Item`s of its front pages and of its chapters, by its tags, out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from ketapub.check.equality.items import Item, Line, tidy
from ketapub.check.findings import Place
from ketapub.check.pdf_tree import Element, destinations, tag_tree

KINDS = {
    "P": "text",
    "Title": "heading 1",
    "TOCI": "contents",
    "Caption": "caption",
    "TH": "header",
    "TD": "cell",
    "LBody": "text",
    "Lbl": "term",
    **{f"H{level}": f"heading {level}" for level in range(1, 7)},
}
SCOPES = {"/Column": "column header", "/Row": "row header"}
INLINE = {"Span", "Em", "Strong", "Link", "Reference", "Code", "Quote", "BibEntry", "Figure", "Sub", "Ruby", "Warichu"}
NOTES = ("Note", "FENote")
BULLETS = {"•", "–"}  # of outer and of inner lists


@dataclass(frozen=True, slots=True)
class Paper:
    """`parts` are the items of each element right below the document: the front pages, then the chapters."""

    language: str  # of all that has none of its own
    parts: tuple[list[Item], ...]


def read_paper(pdf: pikepdf.Pdf) -> Paper:
    document, targets = tag_tree(pdf), _Targets(pdf)
    language = document.lang or str(pdf.Root.get("/Lang", ""))
    return Paper(language, tuple(_Reader(targets, language).read(part, language) for part in document.kids))


def read_outline(pdf: pikepdf.Pdf) -> list[Item]:
    """The bookmarks, each with the number of the page that it leads to."""
    pages = {page.obj.objgen: (number, str(page.label)) for number, page in enumerate(pdf.pages, 1)}

    def read(lines: Iterable[pikepdf.OutlineItem]) -> Iterator[Item]:
        for line in lines:
            target: Any = line.action.get("/D") if line.action is not None else line.destination
            page = target[0] if isinstance(target, pikepdf.Array) else None
            number, label = pages.get(page.objgen, (0, "nowhere")) if page is not None else (0, "nowhere")
            yield Item("text", tidy(f"{line.title} {label}"), place=Place(page=number))
            yield from read(line.children)

    with pdf.open_outline() as outline:
        return list(read(outline.root))


class _Targets:
    """Where links lead, and what leads to a page."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pages = destinations(pdf)
        self.on: dict[int, set[str]] = {}
        for id, page in self.pages.items():
            self.on.setdefault(page, set()).add(id)

    def of(self, annotations: Iterable[pikepdf.Object]) -> list[str]:
        """What the rectangles of one link lead to, which is one thing if it is sound."""
        return list(dict.fromkeys(map(self.target, annotations))) or ["nowhere"]

    def target(self, annotation: pikepdf.Object) -> str:
        action = annotation.get("/A", pikepdf.Dictionary())
        if "/URI" in action:
            return str(action.URI)
        name = annotation.get("/Dest", action.get("/D"))
        if not isinstance(name, pikepdf.String | pikepdf.Name):
            return "nowhere"
        id = str(name)
        return f"#{id}" if id in self.pages else f"#{id} (nothing there)"

    def leading_to(self, pages: Iterable[int]) -> set[str]:
        return {id for page in pages for id in self.on.get(page, ())}


@dataclass
class _Reader:
    targets: _Targets
    own: str  # the language of the document
    items: list[Item] = field(default_factory=list)
    notes: list[Item] = field(default_factory=list)  # of those that the line calls

    def read(self, part: Element | str, language: str) -> list[Item]:
        if isinstance(part, str):
            self.loose([part], language, Place())
        else:
            self.block(part, language)
        return self.items

    def end(self, line: Line, kind: str, element: Element, *, blank: bool = False) -> None:
        line.anchor(*self.targets.leading_to(page + 1 for one in element.walk() for page in one.pages))
        place = Place(page=element.page(), element=element.path)
        if item := line.end(kind, place=place, blank=blank):
            self.items.append(item)
        self.items += self.notes
        self.notes = []

    def loose(self, words: list[str], language: str, place: Place) -> None:
        """Words that stand in no line of their own."""
        line = Line(self.own)
        line.say("".join(words), language)
        if item := line.end("text", place=place):
            self.items.append(item)

    def block(self, element: Element, language: str, *, callout: bool = False) -> None:
        """An element with a line of its own, or a group of such."""
        language = element.lang or language
        kids = [kid for kid in element.kids if not isinstance(kid, str)]
        if element.role == "L":
            for item in kids:
                self.list_item(item, language)
        elif element.role in KINDS:
            code = [kid.role for kid in kids] == ["Code"] and len(element.kids) == 1
            kind = "callout" if callout else "code" if code else KINDS[element.role]
            if element.role == "TH":
                kind = SCOPES.get(str(element.attributes.get("Scope", "")), kind)
            self.lines(element, kind, language)
        elif element.role in ("Figure", "Formula"):
            line = Line(self.own)
            line.say(_pictured(element), language)
            self.end(line, "text", element)
            for kid in kids:
                self.block(kid, language)  # its caption
        else:
            if loose := [kid for kid in element.kids if isinstance(kid, str) and kid.strip()]:
                self.loose(loose, language, Place(page=element.page(), element=element.path))
            for index, kid in enumerate(kids):
                self.block(kid, language, callout=element.role == "Aside" and index == 0)

    def list_item(self, item: Element, language: str) -> None:
        language = item.lang or language
        kids = [kid for kid in item.kids if not isinstance(kid, str)]
        label = next((kid for kid in kids if kid.role == "Lbl"), None)
        before = ""
        for kid in kids:
            if kid is label:
                first = _first([one for one in kids if one is not label])
                said = tidy(kid.text())
                if said in ("☐", "☑") or (first is not None and first.role == "BibEntry"):
                    before = kid.text()
                elif said in BULLETS or re.fullmatch(r"\d+\.", said):
                    line = Line(self.own)
                    line.say("•" if said in BULLETS else said, kid.lang or language)
                    self.end(line, "label", kid)
                else:
                    self.lines(kid, "term", language)
            elif kid.role == "LBody":
                self.lines(kid, "text", language, before)
                before = ""
            else:
                self.block(kid, language)

    def lines(self, element: Element, kind: str, language: str, before: str = "") -> None:
        """The line of an element, and the blocks in it."""
        line = Line(self.own)
        line.say(before, language)

        def visit(one: Element, language: str) -> None:
            language = one.lang or language
            if one.role == "Link":
                for target in self.targets.of(one.links):
                    line.lead(target)
            for kid in one.kids:
                if isinstance(kid, str):
                    line.say(kid, language)
                elif kid.role in ("Figure", "Formula"):
                    line.say(_pictured(kid), kid.lang or language)
                elif kid.role in NOTES:
                    line.lead(f"#{kid.id}")
                    self.note(kid, language)
                elif kid.role == "Lbl" and one.role == "Reference":
                    line.say(f"⟨{tidy(kid.text())}⟩", language)
                elif kid.role in INLINE:
                    visit(kid, language)
                else:
                    self.end(line, kind, element)
                    self.block(kid, language)
            if one.expansion:
                line.say(f"⟨= {one.expansion}⟩", language)

        visit(element, language)
        self.end(line, kind, element, blank=element.role in ("TH", "TD"))

    def note(self, note: Element, language: str) -> None:
        inner = _Reader(self.targets, self.own)
        for kid in note.kids:
            if isinstance(kid, str):
                inner.loose([kid], language, Place(page=note.page(), element=note.path))
            elif kid.role == "Lbl":
                inner.lines(kid, "note", note.lang or language)
            else:
                inner.block(kid, note.lang or language)
        self.notes += inner.items


def _pictured(element: Element) -> str:
    return f"⟪{element.alt}⟫" if element.role == "Formula" else f"⟦{element.alt}⟧"


def _first(elements: list[Element]) -> Element | None:
    """The first element in some, if no words come before it."""
    for element in elements:
        for kid in element.kids:
            if not isinstance(kid, str):
                return kid
            if kid.strip():
                return None
    return None
