"""What stands before and around the chapters of an output: the book in; the lines of each part of it, as `Item`s, out.

Parts for which the book has a template of its own are left out: it decides what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ketapub import document as d
from ketapub.check.equality.items import Item, tidy
from ketapub.check.equality.speaker import Medium, Speaker
from ketapub.formats.imprint import imprint_lines, stamp, use_until
from ketapub.problems import NOWHERE, Position
from ketapub.resolve.crisis import crisis_lines

_SIGNS = re.compile("[⟪⟫⟦⟧]|⟨=.*?⟩")  # of an item, which plain words have not
# How deep the contents go; the lists of figures and of tables have one level.
DEEPEST = 9
DEPTHS = {"pdf": 2, "large-print": 2, "html": 2, "site": 2, "epub": DEEPEST}
# The templates that make a part, besides those of all parts.
TITLE, COPYRIGHT, CONTENTS, CRISIS = "title.xml", "copyright.xml", "contents.xml", "crisis.xml"
FRAMES = {
    "pdf": ("front.xml",),
    "large-print": ("front.xml",),
    "html": ("page.html",),
    "site": ("site/landing.html", "site/page.html"),
    "epub": ("epub-page.xhtml",),
}


def expected_front(book: d.Book, medium: Medium, output: str) -> list[list[Item]]:
    """The title page, the copyright page, the contents and the lists, each in its order."""
    if not set(FRAMES[output]).isdisjoint(book.templates):
        return []
    contents = "epub-nav.xml" if output == "epub" else CONTENTS
    found = [] if TITLE in book.templates and output != "site" else [_title(book, output)]
    if COPYRIGHT not in book.templates:
        isbn = book.info.isbn.large_print if output == "large-print" else None
        # On paper, what the title page says is not read out again.
        said = (stamp(book), use_until(book)) if medium.page is not None else ()
        found.append([_line(line, book.info.at("book")) for line in imprint_lines(book, isbn) if line not in said])
    if contents not in book.templates:
        found.append(expected_contents(book, book.contents, medium, DEPTHS[output]))
        found += [expected_contents(book, lines, medium, 1) for _, lines in d.lists_of(book)]
    return found


def _title(book: d.Book, output: str) -> list[Item]:
    info, said = book.info.book, [stamp(book), use_until(book)]
    of_stamp = [(" · ".join(filter(None, said)), "review")] if output == "site" else [(one, "review") for one in said]
    authors = (", ".join(info.authors), "book.authors")
    lines = [(info.title, "book.title"), (info.subtitle, "book.subtitle")]
    lines += [authors, *of_stamp] if output == "site" else [*of_stamp, authors, (info.publisher, "book.publisher")]
    return [_line(words, book.info.at(key)) for words, key in lines if words]


def _line(words: str, at: Position) -> Item:
    return Item("text", words, at=at)


def expected_help(book: d.Book, medium: Medium) -> list[Item]:
    """Whom to call in a crisis: the head of each page of the HTML and of the site."""
    crisis, found = book.info.crisis, list[Item]()
    if crisis is not None and CRISIS not in book.templates:
        for line in crisis_lines(crisis, book.info.book.language):
            speaker = Speaker(book, medium)
            speaker.inlines(line)
            if item := speaker.line.end("text", book.info.at("crisis")):
                found.append(item)
    return found


def expected_contents(book: d.Book, lines: tuple[d.Contents, ...], medium: Medium, depth: int) -> list[Item]:
    """Number, title and page of each line, with a link to what it names."""
    return list(_contents(book, lines, medium, depth, _places(book)))


def expected_outline(book: d.Book, medium: Medium) -> list[Item]:
    """The bookmarks of a PDF: the words of all lines of the contents, and the page that each leads to."""
    lines = _contents(book, book.contents, medium, DEEPEST, _places(book), ". ")
    return [Item("text", tidy(_SIGNS.sub("", line.words)), at=line.at) for line in lines]


def _contents(
    book: d.Book,
    lines: tuple[d.Contents, ...],
    medium: Medium,
    depth: int,
    places: dict[str, Position],
    behind_number: str = " ",
) -> Iterator[Item]:
    for line in lines:
        speaker = Speaker(book, medium)
        speaker.line.lead(f"#{line.id}")
        speaker.say(f"{line.number}{behind_number}" if line.number else "")
        speaker.inlines(line.title)
        speaker.say(f" {medium.page[line.id]}" if medium.page is not None else "")
        if item := speaker.line.end("text", places.get(line.id, NOWHERE)):
            yield item
        if depth > 1:
            yield from _contents(book, line.children, medium, depth - 1, places, behind_number)


def _places(book: d.Book) -> dict[str, Position]:
    """Where each element that has an id stands in the manuscript."""
    found: dict[str, Position] = {}
    for chapter in book.chapters:
        for node in d.walk_chapter(chapter):
            if id := getattr(node, "attributes", d.NONE).id:
                found.setdefault(id, node.at)
    return found
