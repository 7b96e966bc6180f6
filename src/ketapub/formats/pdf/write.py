"""Writes a layout as one PDF: parts joined, outline, page labels, metadata.

In: a `Layout`, the `Setter` that made it, the `Book`, a `Standard`. Out: the bytes of an edition.
"""

from __future__ import annotations

import datetime
import io
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

from ketapub import __version__, document as d
from ketapub.formats.as_json import book_as_json
from ketapub.formats.pdf.engine import Engine, log_as_problems, to_pdf
from ketapub.formats.pdf.merge import Joined
from ketapub.formats.pdf.setter import Setter
from ketapub.formats.pdf.standard import Standard
from ketapub.formats.pdf.typeset import Layout
from ketapub.locale import words
from ketapub.problems import NOWHERE, Problems

if TYPE_CHECKING:
    from weasyprint import Document


class Start(NamedTuple):
    """Where page labels begin anew: on which page, in which style, with which number, behind which words."""

    page: int  # its index
    style: str
    number: int
    prefix: str = ""


def write_pdf(book: d.Book, layout: Layout, setter: Setter, problems: Problems) -> bytes:
    """ISO 32000-1: page labels 12.4.2, outline 12.3.3; metadata in XMP and Info."""
    standard = setter.manner.standard
    assert standard is not None
    with ExitStack() as room:
        joined = Joined(_base(book, setter, standard), room)
        for laid in layout.parts:
            if len(joined.pdf.pages) % 2:
                joined.add_blank()
            joined.add(setter.drawn(laid))
        for id in joined.finish(setter.originals):
            problems.add("typesetting", NOWHERE, f"a link leads to {id}, which is on no page")
        problems.stop_on_errors()
        return _finished(joined.pdf, book, starts_of(layout))


def _base(book: d.Book, setter: Setter, standard: Standard) -> bytes:
    """A file with all that a book says of itself, and an empty page."""
    document = blank(setter.desk.engine)
    describe(document.metadata, book)
    document.metadata.attachments = [_attachment(book, standard.attachment)] if standard.attachment else []
    with log_as_problems(setter.problems):
        return to_pdf(document, standard)


def blank(engine: Engine) -> Document:
    tree = ElementTree.fromstring("<html><body></body></html>")
    return engine.lay_out(tree, "@page { @top-left { content: none } }")


def starts_of(layout: Layout) -> list[Start]:
    """Where page labels begin anew."""
    starts: list[Start] = []
    pages, folio = 0, ""
    for laid in layout.parts:
        pages += pages % 2
        if laid.part.folio != folio:
            starts.append(Start(pages, "/r" if laid.part.folio == "roman" else "/D", laid.first))
            folio = laid.part.folio
        pages += laid.facts.pages
    return starts


def length(layout: Layout) -> int:
    """How many pages it has, with the empty ones."""
    pages = 0
    for laid in layout.parts:
        pages += pages % 2 + laid.facts.pages
    return pages


def in_one(book: d.Book, layout: Layout, setter: Setter) -> Document:
    """All pages as one document with its metadata."""
    pages: list[Any] = []
    documents: list[Document] = []
    for laid in layout.parts:
        if len(pages) % 2:
            pages.append(blank(setter.desk.engine).pages[0])
        documents.append(setter.pages(laid).document)
        pages += documents[-1].pages
    document = documents[0].copy(pages)
    describe(document.metadata, book)
    return document


def describe(metadata: Any, book: d.Book) -> None:
    info = book.info.book
    metadata.title = info.title
    metadata.authors = list(info.authors)
    metadata.description = info.description or None
    metadata.keywords = list(info.subjects)
    metadata.generator = f"ketapub {__version__}"
    metadata.created = metadata.modified = _date(book).isoformat()
    metadata.lang = info.language


def _date(book: d.Book) -> datetime.date:
    """Dates of the book, not of the build: the same manuscript gives the same bytes."""
    return book.info.book.date or datetime.date(1970, 1, 1)


def _attachment(book: d.Book, name: str) -> Any:
    """The resolved book, from which the pages were set: its words and what they are, for programs."""
    from weasyprint import Attachment

    day = datetime.datetime.combine(_date(book), datetime.time())
    return Attachment(
        file_obj=io.BytesIO(book_as_json(book)),
        name=name,
        description=words(book.info.book.language)["attached-book"],
        created=day,
        modified=day,
        relationship="Source",
    )


def page_labels(starts: list[Start]) -> Any:
    from pikepdf import Array, Dictionary, Name, String

    labels = Array()
    for index, style, first, prefix in starts:
        label = Dictionary(S=Name(style), St=first)
        if prefix:
            label.P = String(prefix)
        labels.append(index)
        labels.append(label)
    return Dictionary(Nums=labels)


def _finished(pdf: Any, book: d.Book, starts: list[Start]) -> bytes:
    pdf.Root.PageLabels = page_labels(starts)
    names = _destinations(pdf)

    def items(contents: tuple[d.Contents, ...]) -> list[Any]:
        made = []
        for line in contents:
            title = d.plain_text(line.title)
            item = _item(f"{line.number}. {title}" if line.number else title, names[line.id])
            item.children.extend(items(line.children))
            made.append(item)
        return made

    with pdf.open_outline() as outline:
        outline.root[:] = items(book.contents)
    return saved(pdf)


def saved(pdf: Any) -> bytes:
    """A file of pikepdf, small, and with the same bytes each time."""
    import pikepdf

    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _item(title: str, place: Any) -> Any:
    """A line of the outline. A place is one on a page, or that and the element there (ISO 32000-2, 12.6.4.2)."""
    from pikepdf import Dictionary, Name, OutlineItem

    if isinstance(place, Dictionary):
        return OutlineItem(title, action=Dictionary(S=Name.GoTo, D=place.D, SD=place.SD))
    return OutlineItem(title, place)


def _destinations(pdf: Any) -> dict[str, Any]:
    names = pdf.Root.Names.Dests.Names
    return {str(names[i]): names[i + 1] for i in range(0, len(names), 2)}


def pages_of(data: bytes) -> int:
    """How many pages a PDF has."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)
