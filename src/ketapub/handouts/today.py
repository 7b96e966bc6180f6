"""What whoever holds a sheet wants to know of it: versions and today's handouts come in; a page of the site for each
version goes out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ketapub.editions import select
from ketapub.formats.made import SheetPage
from ketapub.handouts.sheet import Resolved
from ketapub.handouts.versions import Versions
from ketapub.problems import Problems


def sheet_pages(sheets: Iterable[Resolved], versions: Versions, problems: Problems) -> tuple[SheetPage, ...]:
    """In the order of the labels, of each the newest first. `versions` are as of today."""
    titles = {sheet.handout.name: sheet.book.info.book.title for sheet in sheets}
    usable = {sheet.handout.name: sheet for sheet in sheets if versions[sheet.id].state != "withdrawn"}
    found = []
    for id, version in reversed(tuple(versions.items())):
        now = usable.get(version.handout)
        page = SheetPage(id, version.printed(id), titles.get(version.handout, ""), version.state, version.why)
        found.append(_with_text(page, now, problems) if now else page)
    return tuple(sorted(found, key=lambda page: (page.version.split(" · ")[0], page.state != "current")))


def _with_text(page: SheetPage, now: Resolved, problems: Problems) -> SheetPage:
    shown = select(now.book, problems, format="site", edition="handout")
    return replace(page, newer=now.version, today=shown, sources="; ".join(now.sources))
