"""What the elements of a tagged PDF say: the tree of a sound graph in, a finding for each element that is wrong out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name

from ketapub.check.findings import Finding, Place
from ketapub.check.pdf_tree import Element
from ketapub.check.tagging.roles import GROUPS, INSIDE, NEW, NEW_NUMBERINGS, NUMBERINGS, STANDARD

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
Fault = tuple[str, str]  # its rule, and the words


def of_meaning(pdf: pikepdf.Pdf, tree: Element) -> Iterator[Finding]:
    new = pdf.pdf_version == "2.0"
    mapped = {role[1:]: str(known)[1:] for role, known in pdf.Root.StructTreeRoot.get("/RoleMap", Dictionary()).items()}
    level = 0
    for one in tree.walk():
        role = one.role if new else mapped.get(one.role, one.role)
        found = [*_of_element(one, role, new=new), *_of_captions(one, role, new=new), *_of_notes(one)]
        if re.fullmatch("H[1-6]", role):
            if int(role[1]) > level + 1:
                found.append(("headings", f"{role} after H{level}: {one.text()} (UA 7.4.2)"))
            level = int(role[1])
        if role == "L":
            found += _of_list(one, new=new)
        elif role == "Table":
            found += _of_table(_kids(one))
        elif role == "Link":
            found += _of_link(one)
        yield from (Finding(rule, message, _at(one)) for rule, message in found)
        for note in _uncalled(one):
            yield Finding("notes", "a note that does not stand behind its call", _at(note))


def _at(one: Element) -> Place:
    return Place(page=one.page(), element=one.path)


def _kids(one: Element) -> list[Element]:
    return [kid for kid in one.kids if isinstance(kid, Element)]


def _of_element(one: Element, role: str, *, new: bool) -> Iterator[Fault]:
    kids = _kids(one)
    if role not in (NEW if new else STANDARD):
        yield "structure", f"{role} is no structure type (UA 7.1)"
    if role in INSIDE and (len(kids) < len(one.kids) or {kid.role for kid in kids} - INSIDE[role]):
        yield "structure", f"{role} holds what it may not hold (UA 7.2)"
    if role in GROUPS - {"Caption", "NonStruct"} and any(isinstance(kid, str) for kid in one.kids):
        yield "structure", f"{role} holds words in no paragraph"
    if one.lang and not LANGUAGE.fullmatch(one.lang):
        yield "language", f"{one.lang} is no language (UA 7.2)"
    if re.fullmatch("H[1-6]|Title", role) and not one.title:
        yield "headings", f"{role} without a title"
    if role in ("Figure", "Formula") and (not one.alt.strip() or "BBox" not in one.attributes):
        yield "pictures", f"{role} without words, or without a place (UA 7.3)"
    if role == "TH" and str(one.attributes.get("Scope", "")) not in ("/Row", "/Column"):
        yield "tables", "a header that heads nothing (UA 7.5)"


def _of_captions(one: Element, role: str, *, new: bool) -> Iterator[Fault]:
    roles = [kid.role for kid in _kids(one)]
    if "Caption" not in roles:
        return
    if "Caption" not in (roles[0], roles[-1]):
        yield "captions", "a caption that is neither the first nor the last in what it belongs to (UA-2 8.2.5.27)"
    if new and sorted(roles) == ["Caption", "Figure"]:
        yield "captions", "a caption that is not in its figure (UA-2 8.2.5.27)"
    if role == "Table" and [index for index, kid in enumerate(roles) if kid == "Caption"] != [0]:
        yield "captions", "the caption of a table is not its first element"


def _of_list(one: Element, *, new: bool) -> Iterator[Fault]:
    said = str(one.attributes.get("ListNumbering", ""))
    if said not in (NUMBERINGS | NEW_NUMBERINGS if new else NUMBERINGS):
        yield "lists", "a list does not say what numbers it (UA 7.6)"
    elif (labels := _numbering(_kids(one), new=new)) and said not in labels:
        yield "lists", f"a list says that it is {said[1:]}, and is {' or '.join(sorted(labels))[1:]} (14.8.5.5)"


def _numbering(items: list[Element], *, new: bool) -> set[str]:
    """What the labels of a list may be called; nothing if it has none."""
    labels = {kid.text().strip() for item in items for kid in _kids(item) if kid.role == "Lbl"}
    if all(re.fullmatch(r"\d+\.", label) for label in labels):
        return {"/Decimal"} if labels else set()
    if labels <= {"•", "–"}:
        return {"/Disc"}
    if labels <= {"☐", "☑"}:
        return {"/Square"}
    return NEW_NUMBERINGS if new else {"/None"}


def _of_table(kids: list[Element]) -> Iterator[Fault]:
    rows = [row for kid in kids for row in kid.walk() if row.role == "TR"]
    below: dict[int, int] = {}  # column -> rows that a cell above still covers
    widths = set()
    for row in rows:
        column = 0
        for cell in _kids(row):
            while below.get(column):
                below[column] -= 1
                column += 1
            for _ in range(_span(cell, "ColSpan")):
                below[column] = _span(cell, "RowSpan") - 1
                column += 1
        while below.get(column):
            below[column] -= 1
            column += 1
        widths.add(column)
    if len(widths) > 1:
        yield "tables", f"rows of {sorted(widths)} columns in one table (UA 7.2)"
    if not any(cell.role == "TH" for row in rows for cell in _kids(row)):
        yield "tables", "a table without headers (UA 7.5)"


def _span(cell: Element, key: str) -> int:
    number: Any = cell.attributes.get(key, 1)
    return int(number)


def _of_notes(one: Element) -> Iterator[Fault]:
    if one.role in ("Note", "FENote"):
        if not one.id:
            yield "notes", "a note without an ID (UA 7.9)"
        if len(one.kids) < 2 or getattr(one.kids[0], "role", "") != "Lbl":
            yield "notes", "a note without its number, or without words"
        if one.role == "FENote" and one.attributes.get("NoteType") != Name.Footnote:
            yield "notes", "a note that does not say which kind it is (UA-2 8.2.5.14)"


def _uncalled(one: Element) -> Iterator[Element]:
    """The notes in an element that do not stand behind their call."""
    for before, kid in zip([None, *one.kids], one.kids, strict=False):
        if isinstance(kid, Element) and kid.role in ("Note", "FENote") and getattr(before, "role", "") != "Reference":
            yield kid


def _of_link(one: Element) -> Iterator[Fault]:
    if not one.links:
        yield "links", f"a link that leads nowhere: {one.text()} (UA 7.18.5)"
    said = one.text() or "".join(kid.alt for kid in one.walk())
    for link in one.links:
        contents = str(link.get("/Contents", ""))
        if not contents.strip():
            yield "links", f"a link that is called nothing: {said} (UA 7.18.5)"
        elif re.match("[a-z]+:", contents) and " ".join(said.split()) not in contents:
            yield "links", f"a link that is called by its address: {said}"
