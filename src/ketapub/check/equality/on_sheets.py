"""Files without tags, made of the pages of the reading edition: it and press edition or booklet in; findings out.

Words, line ends, places, faces, sizes and gaps are those of the reading edition, which is held against the tree itself.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import TypeVar

import pikepdf

from ketapub import document as d
from ketapub.check.drawing import steps
from ketapub.check.equality.expected import expected_chapters
from ketapub.check.equality.items import Item
from ketapub.check.equality.speaker import Medium
from ketapub.check.findings import Finding, Looked, Place
from ketapub.check.glyph_runs import Run, form_runs, runs
from ketapub.check.pdf_tree import page_labels
from ketapub.formats.pdf.imposition import imposition
from ketapub.locale import direction
from ketapub.problems import NOWHERE, Position

Runs = list[Run]
Half = TypeVar("Half")


def press_differs(book: d.Book, reading: bytes, press: bytes) -> Looked:
    """Where the pages of the press edition are not those of the reading edition. `book` is as that one shows it."""
    with pikepdf.open(io.BytesIO(reading)) as one, pikepdf.open(io.BytesIO(press)) as other:
        places = _Places(book, one)
        found = [*_other_count(len(one.pages), len(other.pages))]
        for number, (mine, theirs) in enumerate(zip(one.pages, other.pages, strict=False), 1):
            found += _other_runs(runs(mine), runs(theirs), Place(page=number), places)
            if str(mine.label) != str(theirs.label):
                message = f'the number of the page is "{theirs.label}", that in the reading edition "{mine.label}"'
                found.append(Finding("page-number", message, Place(page=number)))
        return Looked(len(one.pages), "page", tuple(found))


def booklet_differs(book: d.Book, reading: bytes, booklet: bytes) -> Looked:
    """Where a folded booklet does not give the pages of the reading edition one after the other, each once."""
    with pikepdf.open(io.BytesIO(reading)) as one, pikepdf.open(io.BytesIO(booklet)) as other:
        places, wanted = _Places(book, one), [runs(page) for page in one.pages]
        halves = [_halves(page) for page in other.pages]
        if direction(book.info.book.language) == "rtl":
            halves = [half[::-1] for half in halves]
        sheets = imposition(len(wanted), book.info.booklet.signature)
        if len(halves) != 2 * len(sheets):
            message = f"the booklet has {len(halves)} sides of sheets, and {len(wanted)} pages need {2 * len(sheets)}"
            return Looked(len(wanted), "page", (Finding("pages", message),))
        leaves: list[Runs] = []
        for _, of_signature in groupby(sheets, key=lambda sheet: sheet.signature):
            count = 2 * len(list(of_signature))
            leaves += folded(list(zip(halves[:count:2], halves[1:count:2], strict=True)))
            halves = halves[count:]
        found: list[Finding] = []
        for number, leaf in enumerate(leaves, 1):
            mine = wanted[number - 1] if number <= len(wanted) else []
            if leaf == mine:
                continue
            if leaf in wanted or not leaf:
                shown = f"page {wanted.index(leaf) + 1} of the reading edition" if leaf else "nothing"
                message = f"folded, its page {number} shows {shown} in place of page {number}"
                found.append(Finding("order", message, at=places.of(mine[0].words if mine else "")))
            else:
                found += _other_runs(mine, leaf, Place(), places)
        return Looked(len(wanted), "page", tuple(found))


class _Places:
    """Where in the manuscript words stand that some page shows; sought only where something is wrong."""

    def __init__(self, book: d.Book, reading: pikepdf.Pdf) -> None:
        self.book, self.reading = book, reading
        self.items: list[Item] | None = None

    def of(self, words: str) -> Position:
        if self.items is None:
            chapters = expected_chapters(self.book, Medium(page=page_labels(self.reading)))
            self.items = [item for chapter in chapters for item in chapter]
        sought = _letters(words)
        if not sought:
            return NOWHERE
        holding = [item for item in self.items if sought in _letters(item.words)]
        beginning = (item for item in holding if _letters(item.words).startswith(sought))
        return next((item.at for item in (*beginning, *holding)), NOWHERE)


def _letters(words: str) -> str:
    return "".join(words.split()).rstrip("-\u00ad\u2010")


def _other_count(wanted: int, found: int) -> Iterator[Finding]:
    if wanted != found:
        yield Finding("pages", f"it has {found} pages, the reading edition has {wanted}")


def _other_runs(mine: Runs, theirs: Runs, place: Place, places: _Places) -> Iterator[Finding]:
    """Between a page of the reading edition and the same page in another file."""
    if mine == theirs:
        return
    one, other = [run.words for run in mine], [run.words for run in theirs]
    if one == other:
        moved = next(run for run, again in zip(mine, theirs, strict=True) if run != again)
        message = f'"{moved.words}" does not stand or look as it does in the reading edition'
        yield Finding("moved", message, place, places.of(moved.words))
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    for same, first, last, start, end in matcher.get_opcodes():
        if same != "equal":
            said, says = " ".join(one[first:last]), " ".join(other[start:end])
            message = f'the reading edition says "{said}", here stands "{says}"'
            around = one[first] if first < last else one[first - 1] if first else ""
            yield Finding("changed", message, place, places.of(around))


def _halves(page: pikepdf.Page) -> tuple[Runs, Runs]:
    """What the forms draw on the left and on the right half of one side of a sheet."""
    middle = (float(page.mediabox[0]) + float(page.mediabox[2])) / 2
    halves: tuple[list[Run], list[Run]] = ([], [])
    for _operator, operands, matrix in steps(page.obj, "Do"):
        form = page.obj.Resources.XObject[operands[0]]
        left, bottom, right, top = map(float, list(form.BBox))
        x, _ = matrix.transform(((left + right) / 2, (bottom + top) / 2))
        halves[x > middle].extend(form_runs(form))
    return halves


def folded(sheets: Sequence[tuple[tuple[Half, Half], tuple[Half, Half]]]) -> list[Half]:
    """One signature as one leafs through it. A sheet is its front and its back, each left and right.

    Folded with its front out, the right half of a sheet is its first leaf: the front's right, and behind it the back's
    left. All first halves come, from the outermost sheet in; then the second halves, from the innermost out.
    """
    first = [page for front, back in sheets for page in (front[1], back[0])]
    second = [page for front, back in reversed(sheets) for page in (back[1], front[0])]
    return first + second
