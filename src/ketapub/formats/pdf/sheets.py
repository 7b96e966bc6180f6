"""Sheets for patients on paper: pages as XML come in; laid out documents and finished PDFs go out.

One engine serves all sheets of a process: fonts, style sheets and pictures are read once.
"""

from __future__ import annotations

import io
from collections import ChainMap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

from markupsafe import Markup

from ketapub import document as d
from ketapub.cache import cache_key
from ketapub.formats.pdf.engine import Engine, engine_versions, log_as_problems, to_pdf
from ketapub.formats.pdf.plain_zero import plain_faces
from ketapub.formats.pdf.standard import UA_1, Standard
from ketapub.formats.pdf.write import Start, describe, page_labels, saved
from ketapub.formats.styling import book_sheet, face_rule, own_faces
from ketapub.problems import Problems
from ketapub.theme import Theme

if TYPE_CHECKING:
    from weasyprint import Document as Document

Paper = Literal["letter", "a4"]
PAPERS: tuple[Paper, ...] = ("letter", "a4")
PIXEL = 0.75  # points: boxes are measured in pixels of CSS
LINE = {False: 23, True: 30}  # points of a line to write on, in either size
_IDS = {"id", "headers", "for", "aria-labelledby", "aria-describedby"}  # attributes that hold ids
_BLANK = "@page { @top-right { content: none } @bottom-left { content: none } @bottom-right { content: none } }"


def sheet_engine(book: d.Book, theme: Theme, pictures: dict[str, bytes], problems: Problems) -> Engine:
    """`pictures` are those of handouts and clinics, by the names that their pages give them; more may come later."""
    css, files = sheet_style(book, theme)
    with log_as_problems(problems):
        return Engine(css, ChainMap(pictures, files), theme.folder / "fonts")


def style_key(book: d.Book, theme: Theme) -> str:
    """The same for sheets that look the same: style sheets, fonts, engines."""
    css, files = sheet_style(book, theme)
    engines = engine_versions(theme.folder / "fonts")
    named: dict[str, bytes | str] = {**engines, **files}
    return cache_key(css, *(part for pair in sorted(named.items()) for part in pair))


def sheet_style(book: d.Book, theme: Theme) -> tuple[str, dict[str, bytes]]:
    """The style sheet of all sheets of a book, and the files that it names. Sizes of pictures are not in it: each sheet
    has its own."""
    book = replace(book, chapters=())
    faces = (*plain_faces(theme, book), *own_faces(book))
    rules = [face_rule(face, f'url("{face.file}")') for face in faces]
    files = {**book.files, **{face.file: face.data for face in faces}}
    return "\n".join((*rules, book_sheet(book, theme, "handout.css"))), files


def lay_out(engine: Engine, page: Markup, problems: Problems, name: str = "", css: str = "") -> Document:
    """`name` sets its ids apart from those of other sheets in the same file; `css` is of this sheet alone."""
    tree = ElementTree.fromstring(page)
    for element in tree.iter() if name else ():
        for key in _IDS.intersection(element.keys()):
            element.set(key, " ".join(f"{name}-{id}" for id in element.get(key, "").split()))
        if (target := element.get("href", "")).startswith("#"):
            element.set("href", f"#{name}-{target[1:]}")
    with log_as_problems(problems):
        return engine.lay_out(tree, css)


def lay_out_blank(engine: Engine, paper: Paper, large: bool, problems: Problems) -> Document:
    """A page with nothing on it."""
    page = Markup('<html><body class="{}"></body></html>').format(f"{paper} large" if large else paper)
    with log_as_problems(problems):
        return engine.lay_out(ElementTree.fromstring(page), _BLANK)


def blocks_of(document: Document) -> tuple[tuple[int, float, float], ...]:
    """Where the blocks of its text stand: on which page, from where on, how high."""
    return tuple(
        (number, float(box.position_y), float(box.margin_height()))
        for number, page in enumerate(document.pages)
        for box in _flow(page._page_box)
    )


def room_below(document: Document) -> float:
    """How much is free on the last page, in points."""
    page = document.pages[-1]._page_box
    return (float(page.height) - _filled(page)) * PIXEL


def height_beyond(document: Document, pages: int) -> float:
    """How high what stands behind so many pages is, in points."""
    return sum(_filled(page._page_box) for page in document.pages[pages:]) * PIXEL


def _filled(page: Any) -> float:
    """How far down the text of a page reaches, in CSS pixels."""
    top = page.content_box_y()
    return float(max((box.position_y + box.margin_height() for box in _flow(page)), default=top) - top)


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
    return _write(document, book, [Start(0, "/D", 1)], problems, standard)


def write_sheets(
    documents: Sequence[tuple[str, Document]],
    blank: Document,
    book: d.Book,
    problems: Problems,
    standard: Standard = UA_1,
) -> bytes:
    """Sheets one after the other, by their labels ("H4"): each begins on a new sheet of paper printed on both sides."""
    pages: list[Any] = []
    starts = []
    for label, document in documents:
        pages += blank.pages * (len(pages) % 2)
        starts.append(Start(len(pages), "/D", 1, f"{label}-"))
        pages += document.pages
    return _write(documents[0][1].copy(pages), book, starts, problems, standard)


def _write(document: Document, book: d.Book, starts: list[Start], problems: Problems, standard: Standard) -> bytes:
    import pikepdf

    describe(document.metadata, book)
    with log_as_problems(problems):
        data = to_pdf(document, standard)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        wishes = pdf.Root.get("/ViewerPreferences", pikepdf.Dictionary())
        wishes.PrintScaling = pikepdf.Name("/None")  # ISO 32000-1, 12.2: at actual size
        wishes.Duplex = pikepdf.Name.DuplexFlipLongEdge
        pdf.Root.ViewerPreferences = wishes
        pdf.Root.PageLabels = page_labels(starts)
        return saved(pdf)


def words_of(data: bytes) -> str:
    """The text of all pages of a PDF, as it is drawn. Raises `ValueError` where it is none."""
    import pypdfium2

    try:
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))
    except pypdfium2.PdfiumError as error:
        raise ValueError(str(error)) from None
