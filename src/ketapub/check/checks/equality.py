"""Equality: whether an output says what the book says, all of it and nothing else, in the same order."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pikepdf
from lxml import etree

from ketapub.check.equality import paper_differs, screen_differs
from ketapub.check.equality.handouts import set_differs, versions_differ
from ketapub.check.equality.on_screens import epub_file, html_file, site_folder
from ketapub.check.equality.on_sheets import booklet_differs, press_differs
from ketapub.check.findings import Check, Finding, Looked, Subject
from ketapub.check.tools import NotRun
from ketapub.document import Book
from ketapub.editions import EDITIONS, select
from ketapub.problems import Problems

READING = "pdf"  # the edition of whose pages others are made


def look(subject: Subject, output: str) -> Looked:
    try:
        return _look(subject, output)
    except (pikepdf.PdfError, zipfile.BadZipFile, etree.LxmlError) as fault:
        return Looked(1, "file", (Finding("unreadable", f"the file cannot be read: {fault}"),))


def _look(subject: Subject, output: str) -> Looked:
    path = subject.files[output]
    if output in subject.sets:
        return set_differs(subject.sets[output], {one.name: one.read_bytes() for one in sorted(path.iterdir())})
    book = _shown(subject.book, output)
    match output:
        case "html":
            return screen_differs(book, html_file(path.read_bytes()), output)
        case "epub":
            return screen_differs(book, epub_file(path.read_bytes()), output)
        case "site":
            pages = _pages(path)
            of_handouts = {name: data for name, data in pages.items() if name.startswith("h/")}
            versions = versions_differ(book, subject.sheets, of_handouts)
            return _together(screen_differs(book, site_folder(pages), output), versions)
        case "press" | "booklet":
            reading = _reading(subject, book, output)
            differs = press_differs if output == "press" else booklet_differs
            return differs(book, reading, path.read_bytes())
        case _:
            return paper_differs(book, path.read_bytes(), output)


def _together(one: Looked, other: Looked) -> Looked:
    return replace(one, things=one.things + other.things, findings=one.findings + other.findings)


def _shown(book: Book, output: str) -> Book:
    """The book as this output shows it. What its conditions hide was told when it was built."""
    return select(book, Problems(), format=output, edition=EDITIONS.get(output, ""))


def _pages(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.html"))}


def _reading(subject: Subject, book: Book, output: str) -> bytes:
    if READING not in subject.files:
        raise NotRun(f"it is held against the pages of {READING}, which is not there; build that too")
    if _shown(subject.book, READING) != book:
        raise NotRun(f"a condition shows something else in {output} than in {READING}, whose pages it is held against")
    return subject.files[READING].read_bytes()


CHECK = Check(
    "equality",
    "headings, paragraphs, lists, tables, notes, callouts, citations, figures, formulas, alternative texts, languages, "
    "links and contents are those of the manuscript, one for one and in its order",
    ("pdf", "large-print", "press", "booklet", "epub", "html", "site", "handouts"),
    look,
    by_book=True,
)
