"""The parts of a printed book: front matter, then each chapter, as trees that WeasyPrint lays out.

In: a `Book`, page labels as far as they are known. Out: for each part its tags as text. Each part is a document of its
own: it opens on a right-hand page, its folios are roman or arabic, its page numbers in the text are plain words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup, escape

from ketapub import document as d
from ketapub.formats.imprint import imprint_lines, stamp, use_until
from ketapub.formats.pdf.edition import Edition
from ketapub.formats.pdf.numbers import marked, opened, shown
from ketapub.formulas.drawing import draw
from ketapub.locale import direction, words
from ketapub.markup import Medium, Start, is_bibliography, is_index, markup_chapter, markup_inlines
from ketapub.templates import render, traced_templates

Folio = Literal["roman", "arabic"]


@dataclass(frozen=True, slots=True)
class Part:
    """`key` is unique in the book; `running` is the running head on its right-hand pages."""

    key: str
    folio: Folio
    running: str
    language: str
    body: Markup
    of_numbers: bool = False  # whether it is made of the pages of other things: contents, references, an index
    starts: tuple[Start, ...] = field(default=(), compare=False, repr=False)  # of its nodes; the body says all of it

    @property
    def first_order(self) -> int:
        """The least number that a node of it has in the book."""
        return min((start.node.order for start in self.starts), default=0)

    @property
    def letters(self) -> int:
        """How many there are in its text."""
        return len(re.sub(r"<[^>]*>", "", shown(self.body)))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The page numbers in it that need not be known when it is laid out."""
        return opened(self.body)[1]

    def labels(self, first: int, pages: int) -> list[str]:
        """Those of its pages, if it begins on page `first`."""
        return [page_label(self.folio, first + index) for index in range(pages)]

    def starts_apart(self) -> list[tuple[int, int, int, str]]:
        """Where its nodes begin, by numbers that do not change with what stands in other parts."""
        least = self.first_order
        return [(one.at, one.node.order - least, one.part, type(one.node).__name__) for one in self.starts]

    def page(self, title: str, stamp_text: str, *, is_open: bool = False) -> str:
        """The whole part as one XML document, in no namespace, as an HTML parser would give it; or without the page
        numbers in it, for which there is room."""
        body = opened(self.body)[0] if is_open else shown(self.body)
        kind = "front" if self.folio == "roman" else "main"
        said = {"lang": self.language, "dir": direction(self.language)}
        said |= {"data-part": self.key, "data-book": title, "data-chapter": self.running, "data-stamp": stamp_text}
        attributes = "".join(f' {key}="{escape(value)}"' for key, value in said.items())
        head = f"<head><title>{escape(title)}</title></head>"
        return f'<html{attributes}>{head}<body class="{kind}">{body}</body></html>'


def make_parts(
    book: d.Book,
    labels: Mapping[str, str],
    edition: Edition,
    only: Collection[str] = (),
    *,
    traced: bool = False,
) -> list[Part]:
    """The parts in the order of the book. `labels` gives the page label of each id; unknown ones are guessed. `only`:
    the keys of the chapters to be made, if not everything is.

    With `traced`, each element says where it comes from (`Medium`, `templates.traced_templates`).
    """

    def label(id: str) -> str:
        return labels.get(id, "10")  # two digits: most books have fewer than 100 pages before a reference

    medium = Medium(
        href=lambda id: f"#{id}",
        image=lambda asset: asset.name,
        notes="foot",
        listed=edition.listed,
        drawn=draw,
        page=label,
        numbered=marked,
        traced=traced,
    )
    chapters = [chapter for chapter in book.chapters if not only or _key(chapter) in only]
    front = [] if only else [_front(book, edition, medium, label, traced=traced)]
    return front + [_of_chapter(chapter, book, medium) for chapter in chapters]


def _front(book: d.Book, edition: Edition, medium: Medium, label: Callable[[str], str], *, traced: bool) -> Part:
    body = render(
        "front.xml",
        traced_templates() if traced else None,
        book=book.info.book,
        stamp=stamp(book),
        use_until=use_until(book),
        imprint=book.info.book.publisher,
        lines=imprint_lines(book, edition.isbn),
        said=(stamp(book), use_until(book)),
        contents=book.contents,
        lists=d.lists_of(book),
        depth=2,
        level=1,
        words=words(book.info.book.language),
        href=medium.href,
        page=lambda id: medium.numbered(label(id)),
        inlines=lambda nodes: markup_inlines(nodes, book, medium),
    )
    return Part("front", "roman", "", book.info.book.language, body, of_numbers=True)


def _of_chapter(chapter: d.Chapter, book: d.Book, medium: Medium) -> Part:
    title = d.plain_text(d.bare(chapter.heading.children))
    running = f"{chapter.heading.number}. {title}" if chapter.heading.number else title
    folio: Folio = "roman" if chapter.role == "front" else "arabic"
    tags = markup_chapter(chapter, book, medium)
    of_numbers = is_bibliography(chapter) or is_index(chapter)
    language = chapter.language or book.info.book.language
    return Part(_key(chapter), folio, running, language, tags.text, of_numbers, tags.starts)


def _key(chapter: d.Chapter) -> str:
    return f"chapter-{chapter.name}"


def page_label(folio: Folio, number: int) -> str:
    return roman(number) if folio == "roman" else str(number)


ROMAN = {"m": 1000, "cm": 900, "d": 500, "cd": 400, "c": 100, "xc": 90, "l": 50, "xl": 40, "x": 10, "ix": 9, "v": 5}
ROMAN |= {"iv": 4, "i": 1}


def roman(number: int) -> str:
    letters = ""
    for sign, value in ROMAN.items():
        letters += sign * (number // value)
        number %= value
    return letters
