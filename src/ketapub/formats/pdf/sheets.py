"""Sheets for patients on paper: pages as XML come in; laid out documents and finished PDFs go out.

One engine serves all sheets of a process: fonts, style sheets and pictures are read once.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

from markupsafe import Markup

from ketapub import __version__, document as d
from ketapub.formats.pdf.engine import Engine, log_as_problems, to_pdf
from ketapub.formats.pdf.plain_zero import plain_faces
from ketapub.formats.pdf.standard import UA_1, Standard
from ketapub.formats.pdf.write import Start, describe, page_labels
from ketapub.formats.styling import book_sheet, face_rule, own_faces
from ketapub.problems import Problems
from ketapub.theme import Theme

if TYPE_CHECKING:
    from weasyprint import Document as Document

Paper = Literal["letter", "a4"]
PAPERS: tuple[Paper, ...] = ("letter", "a4")
LINE = {False: 23, True: 30}  # points of a line to write on, in either size


def sheet_engine(book: d.Book, theme: Theme, pictures: Mapping[str, bytes], problems: Problems) -> Engine:
    """`pictures` are those of handouts and clinics, by the names that their pages give them."""
    faces = (*plain_faces(theme, book), *own_faces(book))
    rules = [face_rule(face, f'url("{face.file}")') for face in faces]
    resources = {**pictures, **book.files, **{face.file: face.data for face in faces}}
    with log_as_problems(problems):
        return Engine("\n".join((*rules, book_sheet(book, theme, "handout.css"))), resources, theme.folder / "fonts")


def lay_out(engine: Engine, page: Markup, problems: Problems) -> Document:
    with log_as_problems(problems):
        return engine.lay_out(ElementTree.fromstring(page), "")


def room_below(document: Document) -> float:
    """How much is free on the last page, in points."""
    page = document.pages[-1]._page_box
    bottom = max((box.position_y + box.margin_height() for box in _flow(page)), default=page.content_box_y())
    return float(page.content_box_y() + page.height - bottom) * 0.75  # CSS pixels


def height_beyond(document: Document, pages: int) -> float:
    """How high what stands behind so many pages is, in points."""
    found = 0.0
    for page in document.pages[pages:]:
        box = page._page_box
        bottom = max((one.position_y + one.margin_height() for one in _flow(box)), default=box.content_box_y())
        found += float(bottom - box.content_box_y()) * 0.75
    return found


def first_words(document: Document, page: int) -> str:
    """Of the text with which a page begins, counted from 0."""
    for box in document.pages[page]._page_box.descendants():
        if (text := getattr(box, "text", "").strip()) and len(text) > 3:
            return str(text)
    return ""


def _flow(page: Any) -> Iterator[Any]:
    """The blocks of the body that follow each other down the page."""
    html = page.children[0]
    for body in html.children:
        yield from (box for box in body.children if box.is_in_normal_flow())


def write_sheet(document: Document, book: d.Book, problems: Problems, standard: Standard = UA_1) -> bytes:
    """PDF/UA and PDF/A, by the same tags as the book; it asks to be printed at its own size, on both sides."""
    import pikepdf

    describe(document.metadata, book)
    document.metadata.generator = f"ketapub {__version__}"
    with log_as_problems(problems):
        data = to_pdf(document, standard)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        wishes = pdf.Root.get("/ViewerPreferences", pikepdf.Dictionary())
        wishes.PrintScaling = pikepdf.Name("/None")  # ISO 32000-1, 12.2: at actual size
        wishes.Duplex = pikepdf.Name.DuplexFlipLongEdge
        pdf.Root.ViewerPreferences = wishes
        pdf.Root.PageLabels = page_labels([Start(0, "/D", 1)])
        out = io.BytesIO()
        pdf.save(
            out, deterministic_id=True, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
        return out.getvalue()


def words_of(data: bytes) -> str:
    """The text of all pages of a PDF, as it is drawn. Raises `ValueError` where it is none."""
    import pypdfium2

    try:
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))
    except pypdfium2.PdfiumError as error:
        raise ValueError(str(error)) from None
