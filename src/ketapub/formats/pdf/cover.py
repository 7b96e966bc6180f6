"""The front cover as a picture: the book's own, or the theme's with title and author.

In: a `Book`, the theme. Out: JPEG bytes, 1600 pixels wide and 2560 high, as shops ask of an ebook's cover.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ketapub import document as d
from ketapub.formats.imprint import stamp
from ketapub.formats.pdf.engine import Engine, log_as_problems
from ketapub.formats.pdf.front import SIZES, front_css, front_fits
from ketapub.formats.pdf.raster import draw_page
from ketapub.formats.styling import book_sheet, face_rule, own_faces
from ketapub.locale import direction
from ketapub.problems import Problems
from ketapub.svg import inline_svg
from ketapub.templates import render
from ketapub.theme import Theme

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH, HEIGHT = 1600, 2560  # pixels; a CSS pixel each


def cover_picture(book: d.Book, theme: Theme, problems: Problems) -> bytes:
    """The cover as JPEG. Raises `Stopped` when it cannot be typeset."""
    out = io.BytesIO()
    cover_image(book, theme, problems).save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue()


def cover_image(book: d.Book, theme: Theme, problems: Problems) -> Image:
    """Typeset the cover on one page and raster it. Raises `Stopped` when that failed."""
    from xml.etree import ElementTree

    own = book.assets.get(book.cover)
    picture = ""
    if own is not None and own.svg is not None:
        picture = inline_svg(own.svg, "cover", "", width=f"{WIDTH}px")
    page = render(
        "cover.xml",
        book.templates,
        book=book.info.book,
        direction=direction(book.info.book.language),
        stamp=stamp(book),
        picture=picture,
        image=own.name if own is not None and own.svg is None else "",
    )
    files = {name: asset.data for name, asset in book.assets.items()} | dict(book.files)
    rules = [face_rule(face, f'url("{face.file}")') for face in own_faces(book)]
    css = "\n".join((*rules, book_sheet(book, theme, "cover.css")))
    engine = Engine(css, files, theme.folder / "fonts")
    with log_as_problems(problems):
        for size in SIZES:
            extra = (f"@page {{ size: {WIDTH}px {HEIGHT}px; margin: 0 }}", front_css(size) if size < 1 else "")
            document = engine.lay_out(ElementTree.fromstring(page), "\n".join(extra))
            if front_fits(document, size):
                break
        data = document.copy(document.pages[:1]).write_pdf()
    problems.stop_on_errors()
    return draw_page(data, 1, width=WIDTH)
