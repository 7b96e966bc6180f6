"""The landing page: what the book is, how finished it is, help, the ways to read it, and the downloads of this run.

In: a `Site`, the files that this run made. Out: a `Page`; the `Download`s that it offers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from markupsafe import Markup

from ketapub import document as d
from ketapub.formats.accessibility import accessibility_of
from ketapub.formats.imprint import cover_words
from ketapub.formats.made import Made
from ketapub.formats.schema_org import as_script, book_metadata
from ketapub.formats.site.frame import Page, Site
from ketapub.formats.site.statement import Feature, features
from ketapub.locale import Words
from ketapub.markup import markup_inlines, markup_passage

# What readers are offered, by the end of the file's name, in the order of the page; and its icon. Files for printers
# are not for them.
OFFERED = (
    ("epub", ".epub", "definition"),
    ("pdf", ".pdf", "printer"),
    ("large-print", "-large-print.pdf", "large-text"),
)
DEVICES = ("iphone", "android", "kindle", "kobo", "computer")


@dataclass(frozen=True, slots=True)
class Download:
    """`pages` is 0 where it has none."""

    format: str
    path: str
    data: bytes
    icon: str
    pages: int = 0

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def downloads(book: d.Book, made: Made) -> tuple[Download, ...]:
    files = {file.path: file.data for file in made.files}
    slug = book.info.book.slug
    return tuple(
        Download(format, path, files[path], icon, made.page_counts.get(path, 0))
        for format, ending, icon in OFFERED
        if (path := f"{slug}{ending}") in files
    )


def landing_page(site: Site, offered: tuple[Download, ...]) -> Page:
    info, word = site.book.info, site.words
    crisis = info.crisis
    found = features(site.book, site.claims)
    body = site.render(
        "landing.html",
        cover=cover_words(site.book) if site.has_cover else "",
        first=f"{site.book.chapters[0].name}.html",
        help=[line for line in (*crisis.more, crisis.languages, crisis.elsewhere) if line] if crisis else [],
        downloads=[(one, site.icon(one.icon), _facts(one, site)) for one in offered],
        devices=[(word[f"device-{one}"], word[f"open-on-{one}"]) for one in DEVICES],
        safety_note=_safety_note(site),
        sheets=site.sheets,
        features=features_in_words(found, word),
        depth=2,
        level=2,
    )
    metadata = book_metadata(site.book, accessibility_of(site.book), site.url)
    return Page("index.html", info.book.title, body, metadata=as_script(metadata))


def _safety_note(site: Site) -> tuple[Markup, Markup, str] | None:
    """The section that the settings name: its title, its text, and where it stands in the book."""
    id = site.book.info.site.safety_note
    found = d.section_of(site.book.chapters, id) if id else None
    if found is None:
        return None
    (heading, blocks), medium = found, site.medium()
    title = markup_inlines(heading.children, site.book, medium)
    return title, markup_passage(blocks, site.book, medium), medium.href(id)


def features_in_words(found: tuple[Feature, ...], word: Words) -> list[tuple[str, list[str]]]:
    """The features under the headings of the W3C's Accessibility Metadata Display Guide."""
    groups: dict[str, list[str]] = {}
    for one in found:
        groups.setdefault(word[f"feature-{one.group}"], []).append(word[f"feature-{one.name}"])
    return list(groups.items())


def _facts(one: Download, site: Site) -> str:
    """ "EPUB, 2.0 MB, November 23, 2026"."""
    word, date = site.words, site.book.info.book.date
    size = len(one.data) / 1_000_000
    shown = (
        word.format("size-mb", number=word.number(size, 1))
        if size >= 0.95
        else word.format("size-kb", number=word.number(max(1, round(len(one.data) / 1000))))
    )
    name = "EPUB" if one.format == "epub" else "PDF"
    pages = word.format("count-of-pages", count=word.number(one.pages)) if one.pages else ""
    return ", ".join(part for part in (name, pages, shown, word.date(date) if date else "") if part)
