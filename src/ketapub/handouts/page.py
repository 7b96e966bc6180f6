"""Handouts on a screen: a resolved handout and a clinic come in; one HTML file goes out that says what the sheet of
paper says, in its order, and behind it what paper has no room for: the safety note, terms, and all references.

It has fields to fill in, and no form or script that could send or keep what is typed. A clinic's own page lists its
sheets.
"""

from __future__ import annotations

import base64
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from ketapub import document as d
from ketapub.editions import select
from ketapub.formats.html import data_address, policy, style_with_fonts
from ketapub.formats.imprint import stamp
from ketapub.formats.made import Made
from ketapub.formats.screen import as_html, frame_words
from ketapub.handouts.clinics import Clinic
from ketapub.handouts.sheet import Kind, Resolved, fields_of, said
from ketapub.locale import Words, words
from ketapub.markup import Medium, Sheet, markup_chapter, markup_inlines, markup_passage
from ketapub.problems import Problems
from ketapub.templates import render, traced_templates
from ketapub.theme import Theme

STYLE = "handout-web.css"
# Any of these may be typed into a field. They are in the fonts of each page, so most pages share their fonts.
TYPED = "".join((string.printable, *map(chr, range(0xA0, 0x100)), "–—‘’“”…•"))


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished PDF of a sheet: its file in the clinic's folder, and how many pages and bytes it has."""

    name: str
    kind: Kind
    pages: int
    size: int


def handout_page(sheet: Resolved, clinic: Clinic | None, theme: Theme, made: Made, problems: Problems) -> bytes:
    def select_from(book: d.Book) -> d.Book:
        return select(book, problems, format="html", edition="handout", clinic=clinic.id if clinic else "")

    own = with_crisis_of(clinic, select_from(sheet.book))
    passages = select_from(replace(sheet.book, chapters=sheet.behind.passages)).chapters
    book = replace(own, chapters=own.chapters + passages, assets={**own.assets, **sheet.behind.assets})
    medium = Medium(
        href=lambda id: f"#{id}",
        image=data_address,
        traced=made.traced,
        sheet=Sheet(fields_of(clinic), typed=True, cited=True),
    )
    lower = replace(medium, shift=1)  # behind the sheet, whose title is the page's h1

    def passage(one: d.Chapter) -> tuple[str, Markup, Markup]:
        text = markup_passage(one.blocks, book, replace(medium, shift=2 - one.heading.level))
        return one.name, markup_inlines(one.heading.children, book, medium), text

    shown = {
        "title": book.info.book.title,
        "label": sheet.handout.label,
        "message": d.plain_text(own.chapters[0].subtitle),
        "logo": _logo(clinic),
        "from_book": words(book.info.book.language).format("handout-behind", title=sheet.behind.book),
        "passages": [passage(one) for one in passages],
        "references": [markup_chapter(chapter, book, lower).text for chapter in own.chapters[1:]],
        **said(sheet, book, clinic, medium),
    }
    return _whole("handout.html", book, theme, made, frame_words(book, theme, medium) | shown)


def index_page(
    sheets: Sequence[tuple[Resolved, tuple[Printed, ...]]],
    whole: tuple[Printed, ...],
    clinic: Clinic | None,
    how_to_print: str,
    theme: Theme,
    made: Made,
) -> bytes:
    """The page of a clinic: each handout with its files; before them the `whole` ones, which hold all handouts.

    `how_to_print` is the file that tells staff how, or "".
    """
    book = with_crisis_of(clinic, sheets[0][0].book)
    word, medium = words(book.info.book.language), Medium(href=lambda id: f"#{id}", image=data_address)
    shown = {
        "title": word.format("handouts-of-clinic", clinic=clinic.name) if clinic else word["handouts"],
        "how_to_print": how_to_print,
        "whole": [_row(one, word) for one in whole],
        "sheets": [
            (
                sheet,
                word.format("handout-version", id=sheet.version),
                stamp(sheet.book),
                [_row(one, word) for one in own],
            )
            for sheet, own in sheets
        ],
    }
    return _whole("handouts.html", book, theme, made, frame_words(book, theme, medium) | shown)


def with_crisis_of(clinic: Clinic | None, book: d.Book) -> d.Book:
    """A clinic's own crisis help stands instead of all of the book's."""
    return replace(book, info=replace(book.info, crisis=clinic.crisis)) if clinic and clinic.crisis else book


def _whole(template: str, book: d.Book, theme: Theme, made: Made, shown: dict[str, Any]) -> bytes:
    """Filled twice: the letters that the page shows decide what of each font goes into it."""
    if made.traced:  # nobody looks at it
        return as_html(render(template, traced_templates(), style="", policy="", **shown))
    bare = render(template, style="", policy="", **shown)
    style = style_with_fonts(book, theme, STYLE, f"{bare}{TYPED}".encode(), made)
    return as_html(render(template, style=Markup(style), policy=policy(style), **shown))


def _row(printed: Printed, word: Words) -> tuple[str, str, str]:
    """File, "Letter paper, large print (18 pt)", and "PDF, pages: 2, 80 KB"."""
    size = word["handout-large" if printed.kind.large else "handout-standard"]
    facts = (
        "PDF",
        word.format("count-of-pages", count=word.number(printed.pages)),
        word.format("size-kb", number=word.number(max(1, round(printed.size / 1000)))),
    )
    return printed.name, word.format(f"handout-{printed.kind.paper}", size=size), ", ".join(facts)


def _logo(clinic: Clinic | None) -> Markup:
    """Beside the clinic's name, which it repeats: nobody has to hear it twice."""
    logo = clinic.picture if clinic else None
    if logo is None:
        return Markup("")
    address = f"data:{logo.media_type};base64,{base64.b64encode(logo.data).decode()}"
    pixels = {"width": round(logo.width * 4 / 3), "height": round(logo.height * 4 / 3)}
    return Markup('<img src="{}" alt="" width="{width}" height="{height}">').format(address, **pixels)
