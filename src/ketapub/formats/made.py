"""What a run has made so far and how, for the formats that build on it: `site` lists downloads, the EPUB shows the
cover, the booklet has the pages of the reading edition, the printed cover is as thick as those of the press edition.
What is no format of the book, its handouts, the site tells of as well.

With it goes the cache, where a format keeps what is slow to make and does not change from run to run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ketapub.cache import Cache
from ketapub.document import Book, Pages
from ketapub.formats.claims import NO_CLAIMS, Claims
from ketapub.outputs import Bundle
from ketapub.problems import Problems


@dataclass(frozen=True, slots=True)
class Paged:
    """A finished edition on pages, and the book as it shows it."""

    shown: Book
    data: bytes


@dataclass(frozen=True, slots=True)
class Printed:
    """The files of a paged edition, and where its pages begin."""

    files: Bundle
    pages: Pages | None = None


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A version of a handout that was ever printed: what the site says to whoever has a sheet of it.

    `state` is "current", "replaced" or "withdrawn". `newer` is the version that counts now, whose text `today` has;
    without one, there is no such sheet any more. `sources` are the works that it rests on, in a line.
    """

    id: str
    version: str
    title: str
    state: str
    why: str = ""
    newer: str = ""
    today: Book | None = None
    sources: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    cover: Callable[[], bytes] | None = None  # the front cover as JPEG, made when first asked for
    pages: Pages | None = None  # of the print edition that this run makes
    page_counts: Mapping[str, int] = field(default_factory=dict)  # of the paged files, by path
    reading: Paged | None = None  # the reading edition, for what is made of its pages
    press: Paged | None = None  # the press edition: its pages make the spine of the cover
    files: Bundle = ()
    cache: Cache = field(default_factory=lambda: Cache(None, Problems()))
    jobs: int = 1  # how many processes may lay out pages
    pdf_standard: str = "ua-1"  # what the paged editions of this run conform to
    claims: Claims = NO_CLAIMS
    sheets: tuple[SheetPage, ...] = ()  # of the handouts, for the site
    progress: Callable[[str], None] = lambda step: None  # hears of what a format has not to make again
    meanwhile: Callable[[], None] = lambda: None  # what can be made while other processes lay out pages
    traced: bool = False  # whether each element says where it comes from: for the gate, in pages that nobody ships
