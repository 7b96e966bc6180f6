"""The front cover as a picture: the book's own, or the theme's with title and author.

In: a `Book`, the theme. Out: JPEG bytes, 1600 pixels wide and 2560 high, as shops ask of an ebook's cover.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketapub import document as d
from ketapub.cache import Cache, cache_key
from ketapub.formats.imprint import stamp
from ketapub.formats.pdf.engine import Engine, engine_versions, log_as_problems
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


@dataclass(frozen=True, slots=True)
class _Cover:
    """All that it is made of."""

    page: str
    css: str
    files: Mapping[str, bytes]


def cover_picture(book: d.Book, theme: Theme, cache: Cache, problems: Problems) -> bytes:
    """The cover as JPEG. Raises `Stopped` when it cannot be typeset."""
    cover, before = _cover(book, theme), len(problems.found)
    engines = json.dumps(engine_versions(theme.folder / "fonts"))
    fonts = (theme.read(name) for name in theme.fonts)
    named = (part for name in sorted(cover.files) for part in (name, cover.files[name]))
    key = cache_key("cover", cover.page, cover.css, engines, *fonts, "files", *named)
    if (kept := cache.get(key)) is not None:
        return kept
    out = io.BytesIO()
    _drawn(cover, theme, problems).save(out, "JPEG", quality=88, optimize=True)
    if len(problems.found) == before:  # or what the engine complained of would not be told again
        cache.put(key, out.getvalue())
    return out.getvalue()


def cover_image(book: d.Book, theme: Theme, problems: Problems) -> Image:
    """Typeset the cover on one page and raster it. Raises `Stopped` when that failed."""
    return _drawn(_cover(book, theme), theme, problems)


def _cover(book: d.Book, theme: Theme) -> _Cover:
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
    rules = [face_rule(face, f'url("{face.file}")') for face in own_faces(book)]
    css = "\n".join((*rules, book_sheet(book, theme, "cover.css")))
    files = {name: asset.data for name, asset in book.assets.items()} | dict(book.files)
    return _Cover(str(page), css, {name: data for name, data in files.items() if f'"{name}"' in f"{page}{css}"})


def _drawn(cover: _Cover, theme: Theme, problems: Problems) -> Image:
    from xml.etree import ElementTree

    engine = Engine(cover.css, cover.files, theme.folder / "fonts")
    with log_as_problems(problems):
        for size in SIZES:
            extra = (f"@page {{ size: {WIDTH}px {HEIGHT}px; margin: 0 }}", front_css(size) if size < 1 else "")
            document = engine.lay_out(ElementTree.fromstring(cover.page), "\n".join(extra))
            if front_fits(document, size):
                break
        data = document.copy(document.pages[:1]).write_pdf()
    problems.stop_on_errors()
    return draw_page(data, 1, width=WIDTH)
