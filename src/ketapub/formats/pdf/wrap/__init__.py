"""The cover of the printed book: back, spine and front on one sheet, for the printer.

In: a `Book` as the press edition shows it, and how many pages that has. Out: `<slug>-cover.pdf`. The sheet is as wide
as two pages and the spine; its words are those of book.toml, made to fit (see `fit`).
"""

from __future__ import annotations

import io
import re
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ketapub import document as d
from ketapub.formats.imprint import stamp, use_until
from ketapub.formats.made import Made
from ketapub.formats.pdf.engine import Engine, log_as_problems
from ketapub.formats.pdf.plain_zero import plain_faces
from ketapub.formats.pdf.press import press_edition
from ketapub.formats.pdf.press.intent import Intent, intent_of
from ketapub.formats.pdf.press.job import job_of
from ketapub.formats.pdf.press.write import press_pdf
from ketapub.formats.pdf.setter import Setter
from ketapub.formats.pdf.typeset import typeset
from ketapub.formats.pdf.wrap.barcode import bars
from ketapub.formats.pdf.wrap.fit import Fit, blurb, complain, tighter, widest
from ketapub.formats.pdf.wrap.picture import picture_css
from ketapub.formats.pdf.wrap.sheet import Sheet, sheet_of
from ketapub.formats.pdf.write import describe, length
from ketapub.formats.styling import book_sheet, face_rule, own_faces
from ketapub.locale import direction, words
from ketapub.outputs import Bundle, OutputFile
from ketapub.problems import Problems
from ketapub.shapes import isbn_digits
from ketapub.svg import inline_svg
from ketapub.templates import render
from ketapub.theme import Theme

if TYPE_CHECKING:
    from weasyprint import Document


def make_cover(book: d.Book, theme: Theme, made: Made, problems: Problems) -> Bundle:
    intent = intent_of(book, theme, problems)
    pages = _pages(book, theme, made, problems) if intent else 0
    if intent is None or not pages:
        return ()
    data = draw_cover(book, theme, sheet_of(book, pages), intent, problems)
    return (OutputFile(f"{book.info.book.slug}-cover.pdf", data),)


def _pages(book: d.Book, theme: Theme, made: Made, problems: Problems) -> int:
    """How many pages the press edition has; it is laid out for this alone where this run did not make it. 0 when that
    failed."""
    if made.press is not None and made.press.shown == book:
        import pikepdf

        with pikepdf.open(io.BytesIO(made.press.data)) as pdf:
            return len(pdf.pages)
    edition = press_edition(book, theme)
    with closing(Setter(book, theme, edition, problems, made.cache, made.jobs)) as setter:
        layout = typeset(book, edition, setter, problems)
    return length(layout) if layout else 0


def draw_cover(book: d.Book, theme: Theme, sheet: Sheet, intent: Intent, problems: Problems) -> bytes:
    document = lay_out_cover(book, theme, sheet, problems)
    describe(document.metadata, book)
    job = job_of(book, intent)
    places = {**job.places, book.cover: (book.info.at("book.cover"),)}
    folds = tuple(dict.fromkeys((sheet.width, sheet.width + sheet.spine)))
    job = replace(job, places=places, folds=folds, page_name=lambda index: "the cover")
    return press_pdf(document, job, problems)


def lay_out_cover(book: d.Book, theme: Theme, sheet: Sheet, problems: Problems) -> Document:
    """The sheet with everything on it as large as it may be."""
    faces = (*plain_faces(theme, book), *own_faces(book))
    css = [face_rule(face, f'url("{face.file}")') for face in faces]
    inks = _thinned(theme.css["wrap.css"], book.info.press.ink_limit)
    css += [book_sheet(book, theme, "cover.css", inks), sheet.css()]
    if book.cover:
        css.append(picture_css(book, theme, sheet, problems))
    resources = {name: asset.data for name, asset in book.assets.items()} | dict(book.files)
    resources |= {face.file: face.data for face in faces}
    with log_as_problems(problems):
        engine = Engine("\n".join(css), resources, theme.folder / "fonts")
        fit = widest(book, sheet)
        while True:
            document = engine.lay_out(_tree(book, fit), fit.css())
            next_fit = tighter(fit, document)
            if next_fit == fit or problems.errors:
                break
            fit = next_fit
    complain(fit, document, book, sheet, problems)
    return document


def _thinned(css: str, limit: int) -> str:
    """The theme's inks for a press that takes less of them than they were chosen for."""

    def thin(found: re.Match[str]) -> str:
        *colours, black = (float(part) for part in found[1].split())
        part = min(1.0, max(0.0, limit / 100 - black) / (sum(colours) or 1))
        inks = (*(ink * part for ink in colours), black)
        return f"device-cmyk({' '.join(f'{int(ink * 1e4 + 1e-6) / 1e4:g}' for ink in inks)})"  # rounded down

    return re.sub(r"device-cmyk\(([^)]*)\)", thin, css)


def _tree(book: d.Book, fit: Fit) -> ElementTree.Element:
    info, isbn = book.info.book, book.info.isbn.print_
    digits = isbn_digits(isbn)
    picture = book.assets.get(book.cover)
    beside = {"authors": ", ".join(info.authors), "publisher": info.publisher}
    page = render(
        "wrap.xml",
        book.templates,
        book=info,
        direction=direction(info.language),
        stamp=stamp(book),
        use_until=use_until(book),
        blurb=blurb(info.description, fit.sentences),
        spine={name: beside[name] for name in fit.beside if beside[name]} if fit.spine else None,
        isbn=words(info.language).format("isbn", number=_of_13(isbn, digits)) if isbn else "",
        digits=digits,
        bars=bars(digits) if isbn else "",
        picture=inline_svg(picture.svg, "cover", "") if picture is not None and picture.svg is not None else "",
        image=picture.name if picture is not None and picture.svg is None else "",
    )
    return ElementTree.fromstring(page)


def _of_13(isbn: str, digits: str) -> str:
    """An ISBN of ten digits as one of thirteen, with the hyphens that its author wrote."""
    return isbn if sum(sign.isdigit() for sign in isbn) == 13 else f"978-{isbn[:-1]}{digits[-1]}"
