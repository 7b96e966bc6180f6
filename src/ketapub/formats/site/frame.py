"""The frame of every page: head, crisis lines, top bar with contents and settings, foot.

In: a `Site` and a `Page`. Out: the finished HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from ketapub import document as d
from ketapub.formats.claims import NO_CLAIMS, Claims
from ketapub.formats.imprint import stamp
from ketapub.formats.made import SheetPage
from ketapub.formats.screen import as_html, frame_words
from ketapub.formats.styling import theme_icon
from ketapub.locale import Words, words
from ketapub.markup import Medium
from ketapub.templates import render
from ketapub.theme import Theme

# Content Security Policy, level 3: everything comes from the site itself, and no script or style stands in a page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Page:
    """`name` is the file's, `title` the page's; `body` stands in `main`, `pager` behind it.

    `here` is the name of the chapter on the page, `script` a file of the theme that only such pages load. `metadata` is
    what machines read of it. `listed`: it is a page that search engines may show.
    """

    name: str
    title: str
    body: Markup
    here: str = ""
    pager: str = ""
    script: str = ""
    metadata: str = ""
    policy: str = POLICY
    listed: bool = True

    @property
    def root(self) -> str:
        """The way from the page to the top of the site."""
        return "../" * self.name.count("/")


@dataclass(frozen=True)
class Site:
    book: d.Book
    theme: Theme
    has_cover: bool
    claims: Claims = NO_CLAIMS
    pdf_standard: str = "ua-1"  # of the PDFs that it offers
    traced: bool = False
    sheets: tuple[SheetPage, ...] = ()

    @cached_property
    def url(self) -> str:
        """Where the site will stand, with a slash at its end; "" when nobody has said."""
        url = self.book.info.site.url
        return f"{url.rstrip('/')}/" if url else ""

    @cached_property
    def words(self) -> Words:
        return words(self.book.info.book.language)

    def medium(self, here: str = "") -> Medium:
        """Links from the page of the chapter `here`, or from one that is no chapter's."""
        chapter_of = self.book.chapter_of

        def href(id: str) -> str:
            chapter = chapter_of.get(id, here)
            return f"#{id}" if chapter == here else f"{chapter}.html#{id}"

        opening, traced = stamp(self.book), self.traced
        return Medium(href=href, image=lambda asset: asset.name, notes="end", opening=opening, traced=traced)

    def chapter_address(self, id: str) -> str:
        """The page of a chapter whose heading has this id: its top, where title and stamp stand."""
        return f"{self.book.chapter_of[id]}.html"

    @cached_property
    def words_around(self) -> dict[str, Any]:
        """What frames every page, made once."""
        return frame_words(self.book, self.theme, self.medium())

    def render(self, name: str, **shown: Any) -> Markup:
        return render(f"site/{name}", self.book.templates, **(self.words_around | shown))

    def icon(self, name: str) -> Markup:
        return theme_icon(self.theme, name)


def fill(site: Site, page: Page) -> bytes:
    """The whole page. A page that is missing may be asked for at any depth: it alone names places by the site's own
    address, where that is known."""
    root = site.url if page.name == "404.html" else page.root
    headings = {chapter.name: chapter.heading.attributes.id for chapter in site.book.chapters}
    text = site.render(
        "page.html",
        this=page,
        root=root,
        url=site.url,
        cover_address=f"{site.url}cover.jpg" if site.has_cover else "",
        current=headings.get(page.here, ""),
        lists=(),
        depth=1,
        href=lambda id: f"{root}{site.chapter_address(id)}",
        settings=SETTINGS,
        open=site.icon("large-text"),
    )
    return as_html(text)


# What readers can set, and the values of each; the first is what the book comes with.
SETTINGS = (
    ("text-size", ("normal", "large", "larger", "largest")),
    ("line-width", ("normal", "narrow", "wide")),
    ("typeface", ("book", "plain")),
    ("colours", ("device", "light", "dark")),
)
