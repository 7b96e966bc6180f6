"""The words of a printed cover made to fit it: a laid out cover in, what to say and how large in the next layout out.

Everything begins at its largest. The title gives way to authors and stamp at the foot of the front; the description to
publisher, stamp and bar code at the foot of the back, in type that gets smaller, then by its last sentences; the spine
drops the publisher, then the authors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from ketapub import document as d
from ketapub.editorial.sentences import sentences
from ketapub.formats.pdf.front import SIZES, bottom, boxes, front_css, front_fits
from ketapub.formats.pdf.wrap.sheet import FOLD, MM, Sheet
from ketapub.problems import Problems

if TYPE_CHECKING:
    from weasyprint import Document

PX = 0.75  # points
# Sizes of the description in points: its first sentence, the rest.
BLURB = ((20.0, 11.5), (17.5, 11.0), (15.0, 10.5), (12.5, 10.0), (10.0, 9.5), (9.0, 9.0))
MOST_LETTERS = 8_000  # of a description; more fit on no cover
BARCODE = 46.5 * MM  # what it takes of the back, from the trim; kept free without one too: some printers add theirs
GAP = 5 * MM  # between the description and what stands at the foot of the back
SPINE = 0.68  # of the room between the folds: the height of the type there
LARGEST_SPINE, SMALLEST_SPINE = 20.0, 7.5  # points


@dataclass(frozen=True, slots=True)
class Fit:
    sentences: int  # how many of the description are said
    spine: float  # size of its type in points; 0: it is empty
    fitting: int = 0  # sentences for which there is room, as far as known
    too_many: int = 0  # and for which there is not; 0: not known
    title: int = 0  # index in SIZES
    blurb: int = 0  # index in BLURB
    beside: tuple[str, ...] = ("authors", "publisher")  # what stands on the spine with the title

    def css(self) -> str:
        lead, rest = BLURB[self.blurb]
        rules = [f".blurb {{ font-size: {rest}pt }}", f".blurb .lead {{ font-size: {lead}pt }}"]
        rules.append(f".spine-line {{ font-size: {self.spine:.4f}pt }}")
        return "\n".join((*rules, front_css(SIZES[self.title]) if self.title else ""))


def widest(book: d.Book, sheet: Sheet) -> Fit:
    """Everything, as large as it is meant to be."""
    spine = min(LARGEST_SPINE, SPINE * (sheet.spine - 2 * FOLD)) if sheet.has_spine_text else 0.0
    lengths = accumulate(len(sentence) for _, sentence in _sentences(book.info.book.description))
    return Fit(sum(length <= MOST_LETTERS for length in lengths), spine)


def tighter(fit: Fit, document: Document) -> Fit:
    """The same, where everything has its place."""
    if fit.title + 1 < len(SIZES) and not front_fits(document, SIZES[fit.title]):
        fit = replace(fit, title=fit.title + 1)
    fit = _back(fit, _back_fits(document))
    return _spine(fit, document) if fit.spine else fit


def _back(fit: Fit, fits: bool) -> Fit:
    """Smaller type first; where the smallest is too large, the most sentences that fit, found by halving."""
    if fits and (not fit.too_many or fit.too_many == fit.sentences + 1):
        return fit
    if not fits and not fit.sentences:
        return fit
    if not fits and fit.blurb + 1 < len(BLURB):
        return replace(fit, blurb=fit.blurb + 1)
    known = replace(fit, fitting=fit.sentences) if fits else replace(fit, too_many=fit.sentences)
    return replace(known, sentences=(known.fitting + known.too_many) // 2)


def blurb(description: str, most: int) -> list[str]:
    """The first `most` sentences of the description as paragraphs, the very first as one of its own."""
    first, *rest = _sentences(description)[:most] or [(0, "")]
    paragraphs = [first[1]] if first[1] else []
    for _, group in groupby(rest, key=lambda one: one[0]):
        paragraphs.append(" ".join(sentence for _, sentence in group))
    return paragraphs


def complain(fit: Fit, document: Document, book: d.Book, sheet: Sheet, problems: Problems) -> None:
    """Of what has no place on the cover, or lies over something else."""
    said = len(_sentences(book.info.book.description))
    if fit.sentences < said:
        message = f"the description is too long for the back cover: {fit.sentences} of its {said} sentences stand there"
        hint = "shorten it: a hundred words are read, and on a cover of 6 × 9 in about four hundred have room"
        problems.add("cover-text", book.info.at("book.description"), message, hint, severity="warning")
    if not front_fits(document, SIZES[fit.title]):
        message = "title, subtitle and authors are too long for the front cover: they lie over each other"
        hint = "shorten them, or give the book a cover picture of its own"
        problems.add("cover-text", book.info.at("book.title"), message, hint, severity="warning")
    elif sheet.has_spine_text and not fit.spine:
        message = "the title is too long for the spine, which stays empty"
        problems.add("cover-text", book.info.at("book.title"), message, "shorten it", severity="warning")


def _sentences(description: str) -> list[tuple[int, str]]:
    """Each sentence with the number of its paragraph."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", description))
    return [(at, text[start:end]) for at, text in enumerate(paragraphs) for start, end in sentences(text)]


def _back_fits(document: Document) -> bool:
    blurbs, below = boxes(document, "blurb"), boxes(document, "small-print")
    if not blurbs:
        return True  # a template of the book's own
    if not below:
        return False  # the description took the whole page: what follows is not drawn
    foot = min(below[0].position_y, document.pages[0].height - BARCODE / PX)
    return bool(bottom(blurbs[0]) + GAP / PX <= foot)


def _spine(fit: Fit, document: Document) -> Fit:
    room = sum(box.width for box in boxes(document, "spine-line"))
    taken = sum(box.margin_width() for name in ("spine-title", "spine-authors") for box in boxes(document, name))
    publisher = sum(box.margin_width() for box in boxes(document, "spine-publisher"))
    if publisher and taken + publisher + 2 * fit.spine / PX > room:
        return replace(fit, beside=fit.beside[:-1])
    if taken <= room:
        return fit
    smaller = fit.spine * room / taken * 0.99
    if smaller >= SMALLEST_SPINE:
        return replace(fit, spine=smaller)
    return replace(fit, beside=(), spine=fit.spine if fit.beside else 0.0)
