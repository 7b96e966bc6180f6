"""One HTML file that holds the whole book: it asks for nothing from anywhere, and reads well without its script.

In: a `Book`, the theme. Out: `<slug>.html` with its style sheet, its script, the letters of its fonts, and its pictures
inside.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from ketapub import document as d
from ketapub.formats.accessibility import accessibility_of
from ketapub.formats.imprint import stamp
from ketapub.formats.made import Made
from ketapub.formats.schema_org import as_script, book_metadata
from ketapub.formats.screen import as_html, cut_faces, frame_words
from ketapub.formats.styling import book_sheet, face_rule, media_type
from ketapub.markup import Medium, front_marks, markup_chapter
from ketapub.outputs import Bundle, OutputFile
from ketapub.problems import Problems
from ketapub.templates import render
from ketapub.theme import Theme


def make_html(book: d.Book, theme: Theme, made: Made, problems: Problems) -> Bundle:
    shown = _shown(book, theme, made)
    # The letters that the page shows decide what of each font goes into it, so it is filled twice.
    style = style_with_fonts(book, theme, "web.css", _bare(book, shown).encode(), made)
    script = theme.read("reader.js").decode()
    text = render(
        "page.html",
        book.templates,
        style=Markup(style),
        script=Markup(script),
        policy=policy(style, script),
        metadata=as_script(book_metadata(book, accessibility_of(book))),
        **shown,
    )
    return (OutputFile(f"{book.info.book.slug}.html", as_html(text)),)


def cut_ahead(book: d.Book, theme: Theme, made: Made) -> None:
    """Cuts the fonts for what is known of the page: its numbers of printed pages seldom have letters of their own."""
    for _ in cut_faces(theme, book, unstyled_page(book, theme, made), made):
        pass


def unstyled_page(book: d.Book, theme: Theme, made: Made) -> bytes:
    return as_html(_bare(book, _shown(book, theme, made)))


def _shown(book: d.Book, theme: Theme, made: Made) -> dict[str, Any]:
    """What the template shows, by name."""
    medium = Medium(
        href=lambda id: f"#{id}", image=data_address, notes="end", shift=1, opening=stamp(book), traced=made.traced
    )
    return frame_words(book, theme, medium) | {
        "imprint": book.info.book.publisher,
        "depth": 2,
        "front_pages": front_marks(book),
        "chapters": [markup_chapter(chapter, book, medium).text for chapter in book.chapters],
    }


def _bare(book: d.Book, shown: dict[str, Any]) -> Markup:
    return render("page.html", book.templates, style="", script="", policy="", metadata="", **shown)


def style_with_fonts(book: d.Book, theme: Theme, name: str, page: bytes, made: Made) -> str:
    """The theme's sheet `name` for one file, with fonts that have the letters of this page inside."""
    rules = [
        face_rule(face, f'url("{_data("font/woff2", data)}") format("woff2"); font-display: swap')
        for face, data in cut_faces(theme, book, page, made)
    ]
    return "\n".join((*rules, book_sheet(book, theme, name, address=_address_of(book))))


def policy(style: str, script: str = "") -> str:
    """Content Security Policy, level 3: nothing is fetched, and only this style sheet and this script count."""
    scripts = f"script-src '{source_hash(script)}'; " if script else ""
    return (
        f"default-src 'none'; {scripts}style-src '{source_hash(style)}'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def source_hash(text: str) -> str:
    """By which a policy allows a style sheet or a script that stands in the page (CSP 3, 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def data_address(asset: d.Asset) -> Markup:
    """The whole picture; marked, as nothing in it needs to be escaped, and it is long to look through."""
    return Markup(_data(asset.media_type, asset.data))


def _address_of(book: d.Book) -> Callable[[str], str]:
    return lambda name: _data(media_type(name), book.files[name])


def _data(type: str, data: bytes) -> str:
    return f"data:{type};base64,{base64.b64encode(data).decode()}"
