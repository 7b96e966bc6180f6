"""The book as a site, of which a page is made when it is asked for: a resolved book comes in, files by name go out.

All that differs from the site that `build` makes: it has no downloads, no picture of the cover and no pages of old
sheets, its fonts are whole, and each element says where it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from ketapub import document as d
from ketapub.editions import select
from ketapub.formats.made import Made
from ketapub.formats.site import pages_around, site_of
from ketapub.formats.site.assets import scripts_and_pictures, split_dark
from ketapub.formats.site.frame import fill
from ketapub.formats.site.pages import chapter_page
from ketapub.formats.site.search import search_index
from ketapub.formats.styling import book_sheet, face_rule, faces
from ketapub.problems import Problems
from ketapub.theme import Theme

SEARCH = "pagefind/"  # where the index of the search lies


class Screen:
    """Raises `Stopped` where the site cannot show the book."""

    def __init__(self, book: d.Book, theme: Theme, problems: Problems) -> None:
        self._made = Made(traced=True)
        self._site = site_of(select(book, problems, format="site"), theme, self._made)
        problems.stop_on_errors()
        self._chapters = {f"{chapter.name}.html": index for index, chapter in enumerate(self._site.book.chapters)}
        self._kept: dict[str, bytes] = {}

    def page_of(self, source: str) -> str:
        """The page that shows what is written in a file of the book; "" for none."""
        return next((f"{one.name}.html" for one in self._site.book.chapters if one.source == source), "")

    def file(self, name: str) -> bytes | None:
        """The file of this name, if the site has one."""
        if name in self._chapters:
            if name not in self._kept:
                self._kept[name] = fill(self._site, chapter_page(self._site, self._chapters[name]))
            return self._kept[name]
        if name.endswith(".html"):
            return self._pages_around.get(name)
        return (self._index if name.startswith(SEARCH) else self._loaded).get(name)

    @cached_property
    def _pages_around(self) -> Mapping[str, bytes]:
        return {page.name: fill(self._site, page) for page in pages_around(self._site, ())}

    @cached_property
    def _loaded(self) -> Mapping[str, bytes]:
        """What the pages load."""
        site = self._site
        fonts = faces(site.theme, site.book)
        rules = [face_rule(face, f'url("{face.file}")') for face in fonts]
        light, dark = _split("\n".join((*rules, book_sheet(site.book, site.theme, "site.css"))))
        files = {"style.css": light.encode(), "dark.css": dark.encode()} | {face.file: face.data for face in fonts}
        return scripts_and_pictures(site, self._made) | files

    @cached_property
    def _index(self) -> Mapping[str, bytes]:
        pages = {name: page for name in self._chapters if (page := self.file(name)) is not None}
        return search_index(self._site, {**pages, **self._pages_around}, Problems())


_split = lru_cache(maxsize=2)(split_dark)  # it takes longer than a page, and rarely has anything new to do
