"""Pages for whoever holds a sheet from a clinic: one for each version of a handout, and a list of all.

In: a `Site`, the versions. Out: `Page`s in the folder h/, whose short addresses stand on the sheets.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from ketapub.formats.imprint import stamp
from ketapub.formats.made import SheetPage
from ketapub.formats.site.frame import Page, Site
from ketapub.markup import Medium, Sheet, markup_chapter

FOLDER = "h"
LIST = f"{FOLDER}/index.html"


def sheet_pages(site: Site) -> Iterator[Page]:
    if site.sheets:
        yield Page(LIST, site.words["is-my-sheet-current"], site.render("sheets.html", sheets=site.sheets))
    for sheet in site.sheets:
        name = f"{FOLDER}/{sheet.id.lower()}.html"
        body = site.render("sheet.html", sheet=sheet, state=_state(site, sheet), text=_text(site, sheet))
        title = site.words.format("handout-version", id=sheet.version)
        yield Page(name, title, body, listed=sheet.state == "current")


def _state(site: Site, sheet: SheetPage) -> str:
    return site.words.format(f"sheet-is-{sheet.state}", why=sheet.why.rstrip("."))


def _text(site: Site, sheet: SheetPage) -> Markup:
    """As a sheet of the set without a clinic has it, under the heading of the page."""
    if sheet.today is None:
        return Markup("")
    medium = Medium(
        href=lambda id: f"#{id}",
        image=lambda asset: f"../{asset.name}",
        shift=1,
        opening="" if stamp(site.book) else stamp(sheet.today),
        traced=site.traced,
        sheet=Sheet({}),
    )
    return markup_chapter(sheet.today.chapters[0], sheet.today, medium).text
