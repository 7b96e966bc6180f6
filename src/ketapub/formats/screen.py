"""What the one HTML file and the pages of the site share: the words around the text, and fonts cut to their letters.

In: a `Book`, the theme, a `Medium`. Out: what their templates show, finished pages, and font files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from typing import Any

from ketapub import __version__, document as d
from ketapub.formats.imprint import imprint_lines, stamp, use_until
from ketapub.formats.made import Made
from ketapub.formats.styling import Face, faces, features_asked, font_packer, subset_woff2, theme_icon
from ketapub.formulas.tex import shown_letters
from ketapub.locale import direction, words
from ketapub.markup import Medium, markup_inlines
from ketapub.resolve.crisis import crisis_lines
from ketapub.theme import Theme

# The markup is XML; HTML gives the slash of an empty element no meaning. In a tag, > stands for nothing else. An <img>
# may hold a picture, which is long to go through: to look for one character is several times as quick as for two.
_VOID = re.compile(rb"<((?:br|hr|img|input)\b[^>]*)/>")
_ASCII = b"\t\n\r" + bytes(range(32, 128))  # as far as markup may have it


def as_html(page: str) -> bytes:
    return _VOID.sub(lambda found: b"<%b>" % found[1].removesuffix(b" "), page.encode())


def frame_words(book: d.Book, theme: Theme, medium: Medium) -> dict[str, Any]:
    """What the templates around the text show, by name."""
    info = book.info
    crisis = crisis_lines(info.crisis, info.book.language) if info.crisis else ()
    return {
        "book": info.book,
        "words": words(info.book.language),
        "direction": direction(info.book.language),
        "generator": f"ketapub {__version__}",
        "menu": theme_icon(theme, "menu"),
        "link": theme_icon(theme, "link"),
        "crisis": [markup_inlines(line, book, medium, links=True) for line in crisis],
        "stamp": stamp(book),
        "use_until": use_until(book),
        "lines": imprint_lines(book),
        "contents": book.contents,
        "lists": d.lists_of(book),
        "level": 2,
        "href": medium.href,
        "page": None,
        "inlines": lambda nodes: markup_inlines(nodes, book, medium),
    }


def letters_of(page: bytes) -> frozenset[str]:
    """Each character of a page. Most of one that has its pictures inside is ASCII, of which each is looked for."""
    other = page.translate(None, bytes(range(128))).decode()
    return frozenset(other).union(chr(code) for code in _ASCII if code in page)


def cut_faces(theme: Theme, book: d.Book, page: bytes, made: Made) -> Iterator[tuple[Face, bytes]]:
    """Each face that draws a letter of a page or of a formula, and its font file with those alone, as WOFF2."""
    engines = version("uharfbuzz"), version("fonttools"), font_packer()
    features = features_asked(theme, book, page)
    letters = letters_of(page) | frozenset("".join(shown_letters(one.mathml) for one in d.formulas_in(book.chapters)))
    for face in faces(theme, book):
        cut = partial(subset_woff2, face, letters, features)
        asked = "".join(sorted(letters)), *sorted(features)
        if data := made.cache.kept(cut, "woff2", *engines, face.data, *asked):
            yield face, data
