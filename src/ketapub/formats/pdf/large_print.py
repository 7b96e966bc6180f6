"""The large-print edition: the book laid out anew at 18 points or more on letter paper or A4 (PDF/UA and PDF/A).

In: a `Book`, the theme. Out: `<slug>-large-print.pdf`, with page numbers, contents and index of its own. Its style is
print.css made larger as a whole, so that nothing in it can stay small, and large-print.css over that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ketapub import document as d
from ketapub.formats.made import Made
from ketapub.formats.pdf import make_edition
from ketapub.formats.pdf.edition import Edition
from ketapub.formats.pdf.plain_zero import plain_faces
from ketapub.formats.pdf.standard import STANDARDS
from ketapub.formats.styling import book_sheet, scaled, sheet
from ketapub.formulas.tex import ems
from ketapub.outputs import Bundle
from ketapub.problems import Problems
from ketapub.theme import Theme

PAPERS = {"letter": (612, 792), "a4": (595.28, 841.89)}  # points
MEASURE = 26  # ems: about 56 letters a line
MARGIN = 43.2  # points at least: what desk printers leave white, and a thumb
LETTERS = 2.05  # letters in an em of the sans, as texts go
DESIGNED = 18  # points of text for which large-print.css is written
BODY = 10.5  # and print.css


@dataclass(frozen=True, slots=True)
class Fit:
    """When a table can stand as a table: each column is as wide as its longest word and as `lines` lines of its longest
    cell need, and all of them together are no wider than `letters`."""

    letters: int
    lines: int = 5
    gap: int = 2  # letters between columns

    def takes(self, table: d.Table) -> bool:
        rows = [[_shown(cell) for cell in row.cells] for row in (table.head, *table.body)]
        columns = [[row[at] for row in rows if at < len(row)] for at in range(max(map(len, rows)))]
        return sum(self.width(column) + self.gap for column in columns) - self.gap <= self.letters

    def width(self, cells: Iterable[str]) -> int:
        words = max((len(word) for cell in cells for word in cell.split()), default=0)
        return max(words, -(-max(map(len, cells), default=0) // self.lines))


def _shown(cell: d.Cell) -> str:
    """The words of a cell, and letters as wide as its formulas."""

    def measure(node: d.Node) -> d.Node:
        return d.Text("x" * round(ems(node.mathml) * LETTERS)) if isinstance(node, d.Formula) else node

    return d.plain_text(d.map_nodes(d.bare(cell.children), measure))


def make_large_print(book: d.Book, theme: Theme, made: Made, problems: Problems) -> Bundle:
    return make_edition(book, theme, large_print_edition(book, theme, made), made, problems).files


def large_print_edition(book: d.Book, theme: Theme, made: Made) -> Edition:
    size, (width, height) = book.info.large_print.size, PAPERS[book.info.large_print.paper]
    side = (width - _measure(book)) / 2
    sides = f"margin-left: {side / 72:.4f}in; margin-right: {side / 72:.4f}in"
    page = (
        f"@page {{ size: {width / 72:.4f}in {height / 72:.4f}in }}\n@page :left, :right, wide, wide-front {{ {sides} }}"
    )
    large = scaled(sheet(theme, "large-print.css"), BODY / DESIGNED)  # and with the rest, which follows
    css = scaled(book_sheet(book, theme, "print.css", "\n".join((large, page))), size / BODY)
    return Edition(
        suffix="-large-print",
        css=css,
        isbn=book.info.isbn.large_print,
        standard=STANDARDS[made.pdf_standard],
        faces=plain_faces(theme, book),
        splits_help=True,
        judged=False,
        listed=wide_tables(book),
    )


def wide_tables(book: d.Book) -> Callable[[d.Table], bool]:
    """Which tables are too wide for the page of a book, and become lists of their rows."""
    fit = Fit(letters=int(_measure(book) / (book.info.large_print.size * 16 / 18) * LETTERS))  # set at 16 of 18 points
    return lambda table: bool(table.body) and not fit.takes(table)


def _measure(book: d.Book) -> float:
    """The length of a line, in points."""
    settings = book.info.large_print
    return min(MEASURE * settings.size, PAPERS[settings.paper][0] - 2 * MARGIN)
