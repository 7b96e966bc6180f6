"""One HTML file that holds the whole book: it asks for nothing from anywhere, and reads well without script.

In: a `Book`, the theme. Out: `<slug>.html` with its style sheet, the letters of its fonts, and its pictures inside.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import partial
from importlib.metadata import version

from markupsafe import Markup

from ketapub import __version__, document as d
from ketapub.formats.imprint import imprint_lines, stamp, use_until
from ketapub.formats.made import Made
from ketapub.formats.styling import book_sheet, face_rule, faces, media_type, subset_woff2, theme_icon
from ketapub.formulas.tex import shown_letters
from ketapub.locale import direction, words
from ketapub.markup import Medium, front_marks, markup_chapter, markup_inlines
from ketapub.outputs import Bundle, OutputFile
from ketapub.problems import Problems
from ketapub.resolve.crisis import crisis_lines
from ketapub.templates import render
from ketapub.theme import Theme

# The markup is XML; HTML gives the slash of an empty element no meaning. In a tag, < and > stand for nothing else.
_VOID = re.compile(r"<((?:br|hr|img)\b[^<>]*?) ?/>")


def make_html(book: d.Book, theme: Theme, made: Made, problems: Problems) -> Bundle:
    info = book.info
    medium = Medium(href=lambda id: f"#{id}", image=_data_address, notes="end", shift=1, opening=stamp(book))
    chapters = [markup_chapter(chapter, book, medium).text for chapter in book.chapters]
    crisis = crisis_lines(info.crisis, info.book.language) if info.crisis else ()
    shown = {
        "book": info.book,
        "words": words(info.book.language),
        "direction": direction(info.book.language),
        "generator": f"ketapub {__version__}",
        "menu": theme_icon(theme, "menu"),
        "crisis": [markup_inlines(line, book, medium, links=True) for line in crisis],
        "stamp": stamp(book),
        "use_until": use_until(book),
        "imprint": info.book.publisher,
        "lines": imprint_lines(book),
        "contents": book.contents,
        "lists": d.lists_of(book),
        "depth": 2,
        "level": 2,
        "href": medium.href,
        "page": None,
        "front_pages": front_marks(book),
        "inlines": lambda nodes: markup_inlines(nodes, book, medium),
        "chapters": chapters,
    }
    # The letters that the page shows decide what of each font goes into it, so it is filled twice.
    letters = frozenset(render("page.html", book.templates, style="", policy="", **shown)) | _letters_of_formulas(book)
    style = "\n".join(
        (_faces(theme, book, letters, made), book_sheet(book, theme, "web.css", address=_address_of(book)))
    )
    text = render("page.html", book.templates, style=Markup(style), policy=_policy(style), **shown)
    return (OutputFile(f"{info.book.slug}.html", _VOID.sub(r"<\1>", str(text)).encode()),)


def _letters_of_formulas(book: d.Book) -> frozenset[str]:
    return frozenset("".join(shown_letters(one.mathml) for one in d.formulas_in(book.chapters)))


def _policy(style: str) -> str:
    """Content Security Policy, level 3: nothing is fetched, no script runs, only this style sheet counts."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _data_address(asset: d.Asset) -> str:
    return _data(asset.media_type, asset.data)


def _address_of(book: d.Book) -> Callable[[str], str]:
    return lambda name: _data(media_type(name), book.files[name])


def _data(type: str, data: bytes) -> str:
    return f"data:{type};base64,{base64.b64encode(data).decode()}"


def _faces(theme: Theme, book: d.Book, letters: frozenset[str], made: Made) -> str:
    rules = []
    for face in faces(theme, book):
        cut = partial(subset_woff2, face, letters)
        if not (data := made.kept(cut, "woff2", version("fonttools"), face.data, "".join(sorted(letters)))):
            continue  # no letter of the book is in this face
        rules.append(face_rule(face, f'url("{_data("font/woff2", data)}") format("woff2"); font-display: swap'))
    return "\n".join(rules)
