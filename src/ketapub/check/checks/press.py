"""Files for the press: PDF/X by their structure, and the sizes, inks and pictures that book.toml asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from ketapub import document as d
from ketapub.check.findings import Check, Finding, Looked, Place, Subject
from ketapub.check.pdf_tree import destinations
from ketapub.check.printing import press_faults
from ketapub.check.printing.painted import Painted, painted
from ketapub.formats.pdf.press.job import FINE
from ketapub.info import PressSettings
from ketapub.locale import direction

NEAR = 0.01  # points; what the rounding of a file leaves
ORNAMENT = 18  # points: a picture that is nowhere longer is an ornament, whose pixels nobody sees


def look(subject: Subject, output: str) -> Looked:
    settings = subject.book.info.press
    data = subject.files[output].read_bytes()
    try:
        found = press_faults(data, settings.standard)
        with pikepdf.open(subject.files[output]) as pdf:
            pages = len(pdf.pages)
            found += _of_sizes(pdf, subject, output)
            for number, page in enumerate(pdf.pages, 1):
                found += [Finding(*fault, Place(page=number)) for fault in of_paint(painted(page.obj), settings)]
    except (pikepdf.PdfError, AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        # A part of the file that every one for the press has is not there: a finding, never a crash.
        return Looked(0, "page", (Finding("file", f"it cannot be read to its end: {error}"),))
    if output == "press" and "pdf" in subject.files:
        with pikepdf.open(subject.files["pdf"]) as reading:
            found += of_openings(reading, subject.book, pages)
    return Looked(pages, "page", tuple(found))


def _of_sizes(pdf: pikepdf.Pdf, subject: Subject, output: str) -> Iterator[Finding]:
    info = subject.book.info
    width, height = (length.points for length in info.print_.trim)
    if output == "cover":
        if len(pdf.pages) != 1:
            yield Finding("boxes", f"{len(pdf.pages)} pages, and a cover is one sheet")
        width = _sheet(subject, width) or float(pdf.pages[0].trimbox[2])
    first = "right" if direction(info.book.language) == "rtl" else "left"
    for index, page in enumerate(pdf.pages):
        spine = "" if output == "cover" or info.press.bleed_at_spine else _turned(first, index)
        for message in of_boxes(page.obj, (width, height), info.press, spine):
            yield Finding("boxes", message, Place(page=index + 1))


def _sheet(subject: Subject, width: float) -> float:
    """A cover is two pages and the spine: as many leaves as the press file has, of the thickness that book.toml gives.
    0 if that file is not there."""
    if "press" not in subject.files:
        return 0
    with pikepdf.open(subject.files["press"]) as press:
        leaves = (len(press.pages) + 1) // 2
    return 2 * width + 2 * leaves * subject.book.info.print_.paper_caliper.points


def _turned(first: str, index: int) -> str:
    return {"left": "right", "right": "left"}[first] if index % 2 else first


def of_boxes(page: Any, trim: tuple[float, float], settings: PressSettings, spine: str) -> Iterator[str]:
    """`spine`: the side on which no bleed is wanted, or ""."""
    width, height = trim
    over = settings.bleed.points
    left, right = (0.0 if spine == side else over for side in ("left", "right"))
    wanted = {"/TrimBox": (0.0, 0.0, width, height), "/BleedBox": (-left, -over, width + right, height + over)}
    if not settings.crop_marks:
        wanted["/MediaBox"] = wanted["/BleedBox"]
    for name, edges in wanted.items():
        found = [float(edge) for edge in page.get(name, ())]
        if len(found) == 4 and any(abs(one - other) > NEAR for one, other in zip(found, edges, strict=True)):
            yield f"{name} is {_said(found)}, and book.toml asks for {_said(edges)}"


def _said(edges: tuple[float, ...] | list[float]) -> str:
    return " ".join(f"{edge:.2f}".rstrip("0").rstrip(".") for edge in edges)


def of_paint(page: Painted, settings: PressSettings) -> Iterator[tuple[str, str]]:
    for mix in page.mixes:
        if round(sum(mix) * 100, 2) > settings.ink_limit:
            inks = " ".join(f"{ink:g}" for ink in mix)
            yield "ink", f"device-cmyk({inks}) lays {sum(mix):.0%} ink, and the limit is {settings.ink_limit}%"
    for picture in page.pictures:
        if round(picture.ppi) < FINE and picture.size > ORNAMENT:
            yield "pictures", f"a picture of {picture.ppi:.0f} pixels an inch, and {FINE} look sharp"


def of_openings(reading: pikepdf.Pdf, book: d.Book, pages: int) -> Iterator[Finding]:
    """Chapters begin on right-hand pages. Where they begin is known from the reading edition, which has the same pages
    unless the author shows something in one of the two alone; then a build says so."""
    if len(reading.pages) != pages:
        return
    places = destinations(reading)
    for chapter in book.chapters:
        page = places.get(chapter.heading.attributes.id, 1)
        if page % 2 == 0:
            yield Finding(
                "openings", f"{chapter.name} begins on a left-hand page", Place(page=page), chapter.heading.at
            )


CHECK = Check(
    "press",
    "the file is PDF/X by its structure; boxes, inks and pictures are as book.toml asks; chapters begin on the right",
    ("press", "cover"),
    look,
    by_book=True,
)
