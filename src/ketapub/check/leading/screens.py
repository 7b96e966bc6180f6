"""Leads places in an HTML file, an EPUB or a site back to what they come from: a `Place` in, an `Origin` out."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from ketapub.check.findings import Place, Subject
from ketapub.check.leading.outline import UNKNOWN, Origin, origins
from ketapub.check.leading.pages import Page, read_page
from ketapub.check.leading.sheets import from_sheet, main_sheet
from ketapub.check.leading.traced import origin_reader, traced_pages
from ketapub.problems import NOWHERE

PACKAGE = (".opf", ".ncx", ".xml")  # what an EPUB says of itself


@dataclass(frozen=True)
class Read:
    page: Page
    origins: tuple[Origin, ...]


class Screens:
    """One output. Pages are read when a finding names them."""

    def __init__(self, subject: Subject, output: str) -> None:
        self.subject, self.output = subject, output
        self.known: dict[str, Read | None] = {}

    @cached_property
    def texts(self) -> dict[str, str]:
        """The text files of the output by the names of their pages; "" for the HTML."""
        place = self.subject.files[self.output]
        try:
            files = {"": place.read_bytes()} if self.output == "html" else _files(place)
        except (OSError, zipfile.BadZipFile, NotImplementedError):  # a file that cannot be read has no places
            return {}
        return {name: data.decode(errors="replace") for name, data in files.items()}

    @cached_property
    def traced(self) -> dict[str, Page]:
        origin_of = origin_reader(self.subject.book)
        pages = traced_pages(self.subject, self.output)
        return {name: read_page(text, origin_of) for name, text in pages.items()}

    def read(self, name: str) -> Read | None:
        """A page with the origin of each of its elements."""
        if name not in self.known:
            self.known[name] = None
            if name in self.texts:
                page = read_page(self.texts[name])
                traced = self.traced[name].pieces if name in self.traced else ()
                self.known[name] = Read(page, tuple(origins(page.pieces, traced)))
        return self.known[name]

    def origin(self, place: Place) -> Origin:
        is_folder = self.output == "site" or self.output in self.subject.sets
        name = "" if self.output == "html" else place.part if is_folder else PurePosixPath(place.part).name
        if name.endswith(PACKAGE):
            return Origin(made_by=f"the package file {name}")
        if name.endswith(".css"):
            return from_sheet(self.subject, self.output, self.texts.get(name, ""), place.line)
        if not place.element and not place.line:
            return self.whole(name)
        read = self.read(name)
        if read is None:
            return UNKNOWN
        index = read.page.by_selector(place.element) if place.element else None
        if index is None and place.line:
            index = read.page.by_spot(place.line, place.column)
        if index is None:
            return UNKNOWN
        if read.page.elements[index].tag == "style":
            return Origin(made_by=f"style sheet {main_sheet(self.output)}")
        return read.origins[index]

    def whole(self, name: str) -> Origin:
        """Of a page with nothing named on it: the heading of its chapter or handout."""
        chapters = {one.name: one.heading.at for one in self.subject.book.chapters}
        if self.output in self.subject.sets:
            sheets = self.subject.sets[self.output].sheets
            chapters = {one.handout.name: one.book.chapters[0].heading.at for one in sheets}
        return Origin(chapters.get(PurePosixPath(name).stem, NOWHERE))


def _files(place: Path) -> dict[str, bytes]:
    wanted = (".html", ".xhtml", ".css")
    if place.is_dir():
        files = (path for path in place.rglob("*") if path.name.endswith(wanted))
        return {path.relative_to(place).as_posix(): path.read_bytes() for path in sorted(files)}
    with zipfile.ZipFile(place) as archive:
        names = [name for name in archive.namelist() if name.endswith(wanted)]
        return {PurePosixPath(name).name: archive.read(name) for name in names}
