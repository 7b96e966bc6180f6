"""A notice for the staff of clinics: the versions of handouts come in; a page that says what to put out and what to
throw away goes out, as a PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ketapub import document as d
from ketapub.formats.imprint import stamp
from ketapub.formats.pdf import print_plain
from ketapub.handouts.sheet import Resolved
from ketapub.handouts.versions import Version, Versions
from ketapub.locale import Words, direction, words
from ketapub.outputs import Bundle, OutputFile
from ketapub.problems import Problems
from ketapub.templates import render
from ketapub.theme import Theme

NAME = "notice.pdf"


def make_notice(
    book: d.Book, sheets: Iterable[Resolved], versions: Versions, theme: Theme, problems: Problems
) -> Bundle:
    """What came with this version of the book, what that replaced, and all that was ever withdrawn."""
    info = book.info
    word, titles = words(info.book.language), {sheet.handout.name: sheet.book.info.book.title for sheet in sheets}
    kinds: tuple[tuple[str, Callable[[Version], bool]], ...] = (
        ("withdrawn", lambda one: one.state == "withdrawn"),
        ("replaced", lambda one: one.state == "replaced" and versions[one.by].month == info.book.version),
        ("new", lambda one: one.state == "current" and one.month == info.book.version),
    )
    lists = []
    for kind, belongs in kinds:
        lines = [
            _line(id, one, versions, titles.get(one.handout, ""), word) for id, one in versions.items() if belongs(one)
        ]
        if lines:
            lists.append((word[f"notice-{kind}"], word[f"notice-{kind}-do"], lines))
    page = render(
        "notice.xml",
        book=info.book,
        direction=direction(info.book.language),
        stamp=stamp(book),
        words=word,
        lists=lists,
        address=f"{info.site.url.rstrip('/')}/h/" if info.site.url else "",
    )
    return (OutputFile(f"handouts/{NAME}", print_plain(page, book, theme, "notice.css", problems)),)


def _line(id: str, version: Version, versions: Versions, title: str, word: Words) -> tuple[str, str, str]:
    """The version, what it is called, and since when it stands as it does."""
    day = version.since if version.state == "current" else version.until
    since = word.format("notice-since", date=word.date(day)) if day else ""
    now = [
        one.printed(key) for key, one in versions.items() if (one.handout, one.state) == (version.handout, "current")
    ]
    more = word.format("notice-by", id=now[0]) if now and version.state == "replaced" else ""
    why = word.format("sheet-is-withdrawn", why=version.why.rstrip(".")) if version.state == "withdrawn" else ""
    return version.printed(id), title, " ".join(part for part in (since, more, why) if part)
