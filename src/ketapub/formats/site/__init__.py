"""The site: a folder for any web server, or to open from the disk. It asks for nothing from elsewhere.

In: a `Book`, the theme, what this run has made. Out: `site/…`: the landing page, a page a chapter, search, the
statements, a page for each version of a handout, style sheets, scripts, fonts, pictures, and copies of the downloads.
"""

from __future__ import annotations

from ketapub import document as d
from ketapub.formats.made import Made
from ketapub.formats.site.assets import scripts_and_pictures, styles
from ketapub.formats.site.frame import Page, Site, fill
from ketapub.formats.site.landing import Download, downloads, landing_page
from ketapub.formats.site.pages import chapter_pages, sitemap
from ketapub.formats.site.search import search_index, search_page
from ketapub.formats.site.sheets import sheet_pages
from ketapub.formats.site.statement import accessibility_page, missing_page, privacy_page
from ketapub.outputs import Bundle, OutputFile
from ketapub.problems import Problems
from ketapub.theme import Theme


def make_site(book: d.Book, theme: Theme, made: Made, problems: Problems) -> Bundle:
    site = site_of(book, theme, made)
    offered = downloads(book, made)
    pages = make_pages(site, offered)
    html = {page.name: fill(site, page) for page in pages}
    files = html | styles(site, b"".join(html.values()), made) | scripts_and_pictures(site, made)
    files |= {f"downloads/{one.path}": one.data for one in offered}
    files |= search_index(site, html, problems)
    if site.url:
        files["sitemap.xml"] = sitemap(site, pages)
    return tuple(OutputFile(f"site/{name}", data) for name, data in files.items())


def site_of(book: d.Book, theme: Theme, made: Made) -> Site:
    return Site(book, theme, made.cover is not None, made.claims, made.pdf_standard, made.traced, made.sheets)


def make_pages(site: Site, offered: tuple[Download, ...]) -> tuple[Page, ...]:
    landing, *others = pages_around(site, offered)
    return (landing, *chapter_pages(site), *others)


def pages_around(site: Site, offered: tuple[Download, ...]) -> tuple[Page, ...]:
    """Those that are no chapter's; the landing page is the first."""
    return (
        landing_page(site, offered),
        search_page(site),
        accessibility_page(site, offered),
        privacy_page(site),
        *sheet_pages(site),
        missing_page(site),
    )
