"""Equality: whether each output says what the tree says, all of it, in the same order.

Book -> expected ┐
                 ├ compared -> findings, each with its place in the manuscript
file -> on_…    ─┘
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pikepdf

from ketapub import document as d
from ketapub.check.equality.compared import compared
from ketapub.check.equality.expected import expected_chapters
from ketapub.check.equality.front import expected_contents, expected_front, expected_help, expected_outline
from ketapub.check.equality.items import Item
from ketapub.check.equality.on_paper import read_outline, read_paper
from ketapub.check.equality.on_screens import Page, Pages, read_chapters, read_frame
from ketapub.check.equality.speaker import Medium
from ketapub.check.findings import Finding, Looked, Place
from ketapub.check.pdf_tree import drawn_words, page_labels
from ketapub.formats.imprint import stamp
from ketapub.formats.narrow import is_too_wide
from ketapub.formats.pdf.large_print import wide_tables

UNIT = "line"


def screen_differs(book: d.Book, pages: Pages, output: str) -> Looked:
    """Where the pages of an EPUB, an HTML file or a site differ from the book as `select` gives it for them."""
    medium = Medium(opening=stamp(book))
    if output == "epub":  # a phone holds no wide table, and a reading system follows no sms:
        medium = replace(medium, listed=is_too_wide, unlinked=("sms",))
    expected = _joined(expected_chapters(book, medium))
    found = [*_wrong_languages(book, pages), *compared(expected, _joined(read_chapters(pages)))]
    front = expected_front(book, medium, output)
    shown = _frames(pages, output)
    found += _missing_in_front(front, _joined(read_frame(page, pages) for page in shown))
    if output != "epub" and front:
        help, chapters = expected_help(book, medium), expected_contents(book, book.contents, medium, depth=1)
        for page in pages.values():
            around = [help, chapters] if output == "site" and page.chapter is not None else [help]
            found += _missing_in_front(around, read_frame(page, pages))
    return Looked(len(expected) + sum(map(len, front)), UNIT, tuple(found))


def paper_differs(book: d.Book, data: bytes, output: str) -> Looked:
    """Where a tagged PDF differs from the book as `select` gives it for that edition."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if "/StructTreeRoot" not in pdf.Root:
            return Looked(1, "file", (Finding("untagged", "the file has no tags, so nobody can hear what it says"),))
        medium = Medium(page=_Labels(page_labels(pdf)))
        if output == "large-print":
            medium = replace(medium, listed=wide_tables(book))
        paper = read_paper(pdf)
        expected = expected_chapters(book, medium)
        before, chapters = _split(paper.parts, expected)
        found: list[Finding] = []
        if paper.language.lower() != book.info.book.language.lower():
            found.append(_wrong_language(book, paper.language, Place()))
        found += compared(_joined(expected), _joined(chapters))
        front = expected_front(book, medium, output)
        found += _missing_in_front(front, _joined(before))
        outline = expected_outline(book, medium)
        found += compared(outline, read_outline(pdf))
        found += _without_stamp(book, pdf)
    return Looked(sum(map(len, [*expected, *front, outline])), UNIT, tuple(found))


class _Labels(dict[str, str]):
    """The numbers of the pages on which ids stand. An id that leads nowhere is on none."""

    def __missing__(self, id: str) -> str:
        return "?"


def _joined(parts: Iterable[Sequence[Item]]) -> list[Item]:
    return [item for part in parts for item in part]


def _frames(pages: Pages, output: str) -> list[Page]:
    """The pages on which title, contents and imprint stand."""
    names = {"html": [""], "site": ["index.html"]}.get(output)
    return [page for name, page in pages.items() if (name in names if names else page.chapter is None)]


def _split(
    parts: Sequence[list[Item]], expected: Sequence[list[Item]]
) -> tuple[Sequence[list[Item]], Sequence[list[Item]]]:
    """The front pages, and what follows: from the title of the first chapter on, or as many parts as chapters."""
    title = expected[0][0] if expected and expected[0] else None
    first = next((at for at, part in enumerate(parts) if part and part[0] == title), len(parts) - len(expected))
    return parts[: max(0, first)], parts[max(0, first) :]


def _missing_in_front(front: Iterable[list[Item]], found: Sequence[Item]) -> Iterator[Finding]:
    """What is not said before and around the chapters. More may be: words of the page that are not the book's."""
    lines = [replace(item, kind="text") for item in found]
    for part in front:
        yield from compared(part, lines, more=True)


def _wrong_languages(book: d.Book, pages: Pages) -> Iterator[Finding]:
    for page in pages.values():
        if page.language.lower() != book.info.book.language.lower():
            yield _wrong_language(book, page.language, Place(page.name, element="/html[1]"))


def _wrong_language(book: d.Book, language: str, place: Place) -> Finding:
    message = f'the language of the whole is "{language}", that of the book is "{book.info.book.language}"'
    return Finding("language", message, place, book.info.at("book.language"))


def _without_stamp(book: d.Book, pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """The pages that show anything, but not that the book is a draft."""
    said = "".join(stamp(book).split())
    for number, page in enumerate(pdf.pages if said else (), 1):
        drawn = "".join("".join(drawn_words(page.obj)).split())
        if drawn and said not in drawn:
            yield Finding("stamp", f'missing: the stamp "{stamp(book)}"', Place(page=number), book.info.at("review"))
