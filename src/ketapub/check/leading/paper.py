"""Leads places in a PDF back to what they come from: a `Place` in, an `Origin` out.

In a tagged PDF a place is a structure element or a page. Files for printers have no tags: there the words on the page
are looked for in the book.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice, takewhile
from typing import Any
from xml.etree.ElementTree import Element

import pikepdf

from ketapub.check.findings import Place, Subject
from ketapub.check.leading.outline import UNKNOWN, Origin, Outliner, Piece, nearest, origins
from ketapub.check.leading.traced import origin_reader, traced_parts, traced_sheets
from ketapub.check.pdf_tree import Element as Tag, letters, page_labels, spelled, tag_tree
from ketapub.formats.pdf.standard import STANDARDS, UA_1
from ketapub.formats.pdf.tags.foretold import Foretold, foretell
from ketapub.handouts import HOW_TO_PRINT

PROBE = 30  # letters by which a page is known
# What pikepdf raises where something is missing that has to be there, or is something else.
BROKEN = (pikepdf.PdfError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
FRAMES = {"cover": "wrap.xml", HOW_TO_PRINT: "how-to-print.xml"}  # that hold all there is on some pages
LABEL = "Lbl"  # most of them are made by the style sheet


class Paper:
    """One output, or a file of a clinic's handouts. It is read when a finding names a place in it; what is broken has
    no places."""

    def __init__(self, subject: Subject, output: str, part: str = "") -> None:
        self.subject, self.output, self.part = subject, output, part

    def origin(self, place: Place) -> Origin:
        if (frame := FRAMES.get(self.part or self.output)) and (place.element or place.page):
            return Origin(made_by=f"template {frame}")
        found = self._by_element(place.element)
        return self._by_page(place.page) if found == UNKNOWN else found

    def _by_element(self, path: str) -> Origin:
        """That of the element, or of the nearest one around it that is there."""
        while path:
            if (index := self.index_of.get(path)) is not None:
                found = self.origins[index]
                return Origin(made_by="our tagger") if found == UNKNOWN and "/" not in path else found
            path = path.rpartition("/")[0]
        return UNKNOWN

    def _by_page(self, page: int) -> Origin:
        if not page:
            return UNKNOWN
        if self.tags:
            on_page = (self.origins[index] for index, tag in enumerate(self.tags) if page - 1 in tag.pages)
            return next((one for one in on_page if one != UNKNOWN), UNKNOWN)
        return self._by_words(page)

    # -- the file as it stands

    @cached_property
    def file(self) -> pikepdf.Pdf | None:
        try:
            return pikepdf.open(io.BytesIO((self.subject.files[self.output] / self.part).read_bytes()))
        except (OSError, *BROKEN):
            return None

    @cached_property
    def tags(self) -> list[Tag]:
        try:
            return list(tag_tree(self.file).walk()) if self.file and "/StructTreeRoot" in self.file.Root else []
        except BROKEN:
            return []

    @cached_property
    def labels(self) -> Mapping[str, str]:
        try:
            return page_labels(self.file) if self.file and "/Names" in self.file.Root else {}
        except BROKEN:
            return {}

    def drawn(self, page: int) -> str:
        """The letters on a page, in the order in which they are drawn."""
        try:
            content = self.file.pages[page - 1].obj if self.file else pikepdf.Dictionary()
            forms = content.get("/Resources", pikepdf.Dictionary()).get("/XObject", pikepdf.Dictionary())
            whole = [content, *(form for form in forms.values() if form.get("/Subtype") == "/Form")]
            return "".join("".join(_drawn(one)) for one in whole)
        except BROKEN:
            return ""

    @cached_property
    def index_of(self) -> Mapping[str, int]:
        return {tag.path: index for index, tag in enumerate(self.tags)}

    # -- what it should be

    @cached_property
    def foretold(self) -> list[tuple[Foretold, Origin | None]]:
        """What the file should hold, with the origin of each element of it."""
        if self.output in self.subject.sets:
            roots = traced_sheets(self.subject.sets[self.output], self.part)
        else:
            roots = traced_parts(self.subject, self.output, self.labels)
        standard = STANDARDS.get(self.subject.standard_of(self.output), UA_1)  # "" where no file conforms to one
        told = foretell(roots, self.subject.book.info.book.language, standard)
        origin_of = origin_reader(self.subject.book)
        known: dict[Element, Origin] = {}

        def learn(element: Element, around: Origin) -> None:
            known[element] = nearest(origin_of(element.attrib), around)
            for child in element:
                learn(child, known[element])

        for root in roots:
            learn(root, UNKNOWN)
        return [(one, _origin(told, index, known)) for index, one in enumerate(told)]

    @cached_property
    def origins(self) -> list[Origin]:
        return origins(row_found(self.tags[0]), row_foretold(self.foretold)) if self.tags else []

    # -- pages without tags

    @cached_property
    def words(self) -> tuple[str, list[int], list[Origin]]:
        """All letters of the book, and from which of them on an origin holds."""
        letters, starts, places, length, around = list[str](), list[int](), list[Origin](), 0, UNKNOWN
        for one, origin in self.foretold:
            if one.role:
                around = origin or around
                continue
            letters.append("".join(one.said.split()))
            starts.append(length)
            places.append(around)
            length += len(letters[-1])
        return "".join(letters), starts, places

    def _by_words(self, page: int) -> Origin:
        """The place of the first words of the page that stand in the book once."""
        text, starts, places = self.words
        drawn = self.drawn(page)
        for at in range(0, len(drawn) - PROBE, PROBE // 3):
            probe = drawn[at : at + PROBE]
            if text.count(probe) == 1:
                return places[bisect_right(starts, text.index(probe)) - 1]
        return UNKNOWN


def _drawn(content: pikepdf.Object) -> Iterator[str]:
    """The words of a page or a form without their spaces, marked or not."""
    fonts = content.get("/Resources", pikepdf.Dictionary()).get("/Font", pikepdf.Dictionary())
    current: Mapping[int, str] = {}
    for step in pikepdf.parse_content_stream(content, "Tf TJ Tj"):
        operands: list[Any] = list(step.operands)
        if str(step.operator) == "Tf":
            current = letters(fonts[str(operands[0])])
            continue
        shown = operands[0] if isinstance(operands[0], pikepdf.Array) else operands
        for string in shown:
            if isinstance(string, pikepdf.String):
                yield "".join(spelled(bytes(string), current).split())


def _origin(told: Sequence[Foretold], index: int, known: Mapping[Element, Origin]) -> Origin | None:
    """That of what an element is made of, or else of the first thing in it: the item of a list, of its body."""
    inside = takewhile(lambda one: one.depth > told[index].depth, islice(told, index + 1, None))
    return next((known[one.source] for one in chain([told[index]], inside) if one.source is not None), None)


def row_foretold(foretold: Sequence[tuple[Foretold, Origin | None]]) -> list[Piece]:
    outliner, depth = Outliner(), 0
    for one, origin in foretold:
        while depth > one.depth:
            outliner.close()
            depth -= 1
        if one.role:
            outliner.open(one.role, origin=origin, loose=one.role == LABEL)
            outliner.text(one.said)
            depth += 1
        else:
            outliner.text(one.said)
    return outliner.pieces()


def row_found(tag: Tag) -> list[Piece]:
    outliner = Outliner()

    def read(tag: Tag) -> None:
        outliner.open(tag.role, loose=tag.role == LABEL)
        outliner.text(tag.alt)
        for kid in tag.kids:
            if isinstance(kid, Tag):
                read(kid)
            elif not tag.alt:
                outliner.text(kid)
        outliner.close()

    read(tag)
    return outliner.pieces()
