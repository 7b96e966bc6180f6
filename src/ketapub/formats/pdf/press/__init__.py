"""The press edition: the pages of the reading edition for a printer, in black ink, as PDF/X-4 or PDF/X-1a.

In: a `Book`, the theme. Out: `<slug>-press.pdf`. Its style is print.css with press.css over it, which changes colours
and nothing that takes room, so that every line stands where it stands for readers.
"""

from __future__ import annotations

from dataclasses import replace

from ketapub import document as d
from ketapub.formats.made import Made, Printed
from ketapub.formats.pdf.edition import Edition
from ketapub.formats.pdf.parts import page_label
from ketapub.formats.pdf.press.intent import intent_of
from ketapub.formats.pdf.press.job import job_of
from ketapub.formats.pdf.press.write import press_pdf
from ketapub.formats.pdf.setter import Setter
from ketapub.formats.pdf.typeset import typeset
from ketapub.formats.pdf.write import Start, in_one, page_labels, starts_of
from ketapub.formats.styling import book_sheet, sheet
from ketapub.locale import direction
from ketapub.outputs import OutputFile
from ketapub.problems import Problems
from ketapub.theme import Theme

BLACK, PAPER = "device-cmyk(0 0 0 1)", "device-cmyk(0 0 0 0)"


def make_press(book: d.Book, theme: Theme, made: Made, problems: Problems) -> Printed:
    intent = intent_of(book, theme, problems)
    if intent is None:
        return Printed(())
    edition = press_edition(book, theme)
    setter = Setter(book, theme, edition, problems)
    layout = typeset(book, edition, setter, problems)
    if layout is None:
        return Printed(())
    starts = starts_of(layout)
    first_spine = "right" if direction(book.info.book.language) == "rtl" else "left"
    job = replace(
        job_of(book, intent),
        page_name=lambda index: f"page {_label(index, starts)}",
        spine="" if book.info.press.bleed_at_spine else first_spine,
        black_only=book.info.press.black_only,
    )
    data = press_pdf(in_one(book, layout, setter), job, problems, labels=page_labels(starts))
    return Printed((OutputFile(f"{book.info.book.slug}-press.pdf", data),), layout.pages)


def press_edition(book: d.Book, theme: Theme) -> Edition:
    trim = " ".join(str(length) for length in book.info.print_.trim)
    page = f"@page {{ size: {trim}; bleed: {book.info.press.bleed}; marks: none }}"
    css = book_sheet(book, theme, "print.css", "\n".join((page, sheet(theme, "press.css"))))
    return Edition("-press", css, book.info.isbn.print_, standard=None, inks=(BLACK, PAPER))


def _label(index: int, starts: list[Start]) -> str:
    """What is printed on a page as its number."""
    start = [one for one in starts if one.page <= index][-1]
    return page_label("roman" if start.style == "/r" else "arabic", start.number + index - start.page)
