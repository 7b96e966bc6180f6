"""The table of output formats: a name on the command line, and the function that makes it from a `Book`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ketapub.document import Book
    from ketapub.formats.made import Made, Printed
    from ketapub.outputs import Bundle
    from ketapub.problems import Problems
    from ketapub.theme import Theme

    Format = Callable[[Book, Theme, Made, Problems], Bundle | Printed]

# Named, not imported: a build of the HTML alone must not pay for WeasyPrint.
_MAKERS: Mapping[str, str] = {
    "pdf": "ketapub.formats.pdf:make_pdf",
    "press": "ketapub.formats.pdf.press:make_press",
    "cover": "ketapub.formats.pdf.wrap:make_cover",
    "large-print": "ketapub.formats.pdf.large_print:make_large_print",
    "booklet": "ketapub.formats.pdf.booklet:make_booklet",
    "epub": "ketapub.formats.epub:make_epub",
    "html": "ketapub.formats.html:make_html",
    "site": "ketapub.formats.site:make_site",
    "json": "ketapub.formats.book_json:make_json",
}
FORMATS = tuple(_MAKERS)
_PLACES: Mapping[str, str] = {  # in the output folder; of the site, the folder
    "pdf": "{slug}.pdf",
    "press": "{slug}-press.pdf",
    "cover": "{slug}-cover.pdf",
    "large-print": "{slug}-large-print.pdf",
    "booklet": "{slug}-booklet.pdf",
    "epub": "{slug}.epub",
    "html": "{slug}.html",
    "site": "site",
    "json": "book.json",
}
PRINTED = ("pdf", "press")  # those whose pages the formats without pages tell of
UNPAGED = ("epub", "html", "site")


def maker(name: str) -> Format:
    module, _, function = _MAKERS[name].partition(":")
    found: Format = getattr(import_module(module), function)
    return found


def place(name: str, slug: str) -> str:
    """Where a format stands in the output folder: the path of its file, or of its folder."""
    return _PLACES[name].format(slug=slug)
