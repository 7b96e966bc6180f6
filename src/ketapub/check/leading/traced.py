"""Makes an output anew so that each element tells where it comes from: a subject and the name of an output in; pages,
or the trees of a PDF's parts, out.

Nothing about places is kept when a book is built. It would have to be stored for every file, and would be wrong as soon
as a line moved in the manuscript, which need not change a byte of an output. Made anew, it costs nothing as long as
nothing is wrong, holds for the manuscript as it stands, and comes out of the same code as the output itself. Neither
fonts nor the layout of pages are needed for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from xml.etree import ElementTree

from ketapub.check.findings import Subject
from ketapub.check.leading.outline import OURS, Origin
from ketapub.document import Book
from ketapub.editions import EDITIONS, SHOWN_AS, select
from ketapub.formats.made import Made
from ketapub.handouts import HOW_TO_PRINT, INDEX
from ketapub.handouts.page import Printed, handout_page, index_page
from ketapub.handouts.run.stack import ALL
from ketapub.handouts.sets import ClinicSet
from ketapub.handouts.sheet import MOST_LINES, MOST_QUESTIONS, page, show
from ketapub.markup import PLACE
from ketapub.outputs import OutputFile
from ketapub.problems import Position, Problems
from ketapub.templates import SOURCE, traced_templates


def traced_pages(subject: Subject, output: str) -> Mapping[str, str]:
    """The pages of "html", "epub", "site" or a clinic's handouts by the name of their file, without folder; "" for that
    of the HTML."""
    if output in subject.sets:
        return _traced_handouts(subject, subject.sets[output])
    own = traced_templates(subject.book.templates)
    book, made = replace(shown_in(subject, output), templates=own), _made(subject)
    match output:
        case "html":
            from ketapub.formats.html import unstyled_page

            return {"": unstyled_page(book, subject.theme, made).decode()}
        case "epub":
            from ketapub.formats import epub

            return {page.name: page.data.decode() for page in epub.make_pages(book, made)}
        case "site":
            from ketapub.formats import site as sites
            from ketapub.formats.site.frame import fill
            from ketapub.formats.site.landing import downloads

            site = sites.site_of(book, subject.theme, made)
            pages = sites.make_pages(site, downloads(book, made))
            return {page.name: fill(site, page).decode() for page in pages}
        case _:
            raise ValueError(output)


def traced_parts(subject: Subject, output: str, labels: Mapping[str, str]) -> list[ElementTree.Element]:
    """The trees that the pages of a paged output were laid out from. `labels` are the page labels of ids, for the text
    has some of them."""
    from ketapub.formats.pdf import reading_edition
    from ketapub.formats.pdf.large_print import large_print_edition
    from ketapub.formats.pdf.parts import make_parts

    book, made = shown_in(subject, output), _made(subject)
    make_edition = large_print_edition if output == "large-print" else reading_edition
    parts = make_parts(book, labels, make_edition(book, subject.theme, made), traced=True)
    return [ElementTree.fromstring(part.page(book.info.book.title, "")) for part in parts]


def _traced_handouts(subject: Subject, one: ClinicSet) -> Mapping[str, str]:
    made, problems = Made(traced=True), Problems()
    pages = {
        name: handout_page(sheet, one.clinic, subject.theme, made, problems).decode()
        for name, sheet in one.pages.items()
    }

    def printed(stem: str) -> tuple[Printed, ...]:
        return tuple(Printed(f"{stem}-{kind.suffix}.pdf", kind, 1, 1) for kind in one.kinds)

    listed = [(sheet, printed(sheet.handout.name)) for sheet in one.sheets]
    index = index_page(listed, printed(ALL), one.clinic, HOW_TO_PRINT, subject.theme, made)
    return pages | {INDEX: index.decode()}


def traced_sheets(one: ClinicSet, name: str) -> list[ElementTree.Element]:
    """The trees that a file of sheets was laid out from, with all that may have given way."""
    if name not in one.pdfs:
        return []
    kind, sheets = one.pdfs[name]
    shown = ((sheet, show(sheet, one.clinic, Problems())) for sheet in sheets)
    return [
        ElementTree.fromstring(page(sheet, book, one.clinic, kind, MOST_LINES, MOST_QUESTIONS, traced=True))
        for sheet, book in shown
    ]


def shown_in(subject: Subject, output: str) -> Book:
    """The book as one output shows it. What is wrong with its conditions was told when it was built."""
    name = SHOWN_AS.get(output, output)
    return select(subject.book, Problems(), format=name, edition=EDITIONS.get(output, ""))


def _made(subject: Subject) -> Made:
    """As if there were a cover and the downloads that there are: pages tell of them."""
    files = tuple(OutputFile(path.name, b"") for path in subject.files.values() if path.is_file())
    return Made(cover=bytes, files=files, pdf_standard=subject.standard or "ua-1", sheets=subject.sheets, traced=True)


def origin_reader(book: Book) -> Callable[[Mapping[str, str]], Origin | None]:
    """What reads the origin of an element off its attributes: None where they do not tell."""

    def origin_of(attributes: Mapping[str, str]) -> Origin | None:
        if place := attributes.get(PLACE):
            file, line, column = place.rsplit(":", 2)
            return Origin(Position(file, int(line), int(column))) if file else OURS
        if source := attributes.get(SOURCE):
            name, line = source.rsplit(":", 1)
            if own := book.templates.get(name):
                return Origin(Position(own.path, int(line)), f"template {name}")
            return Origin(made_by=f"template {name}, line {line}")
        return None

    return origin_of
