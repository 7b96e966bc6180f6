"""Handouts as an office prints and copies them: black on white, whole, on the paper and the pages that they may fill.

What a style sheet asks for is measured in the finished file: nobody sees by the sheet alone where pages break.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Dictionary

from ketapub import callouts
from ketapub.check.drawing import matrix_of, steps
from ketapub.check.findings import Check, Finding, Looked, Place, Subject, pdfs_of
from ketapub.check.pdf_tree import Element, pages_of_sheets, tag_tree
from ketapub.formats.pdf.large_print import PAPERS
from ketapub.formats.pdf.raster import draw_page
from ketapub.handouts.sheet import Kind, Resolved
from ketapub.locale import words

if TYPE_CHECKING:
    from PIL.Image import Image

THINNEST = 0.75  # points; what is thinner is lost in a copy of a copy
NEAR = 0.02  # points; what the rounding of a file leaves
LOOK = 425  # pixels across a page where colours are looked for
WHOLE = {"Table": "table", "Aside": "callout"}  # what stands on one page, by role
DEEP = 10  # forms in forms; we write a few
PAINTS = "f F f* S s B B* b b*"


def look(subject: Subject, output: str) -> Looked:
    one, files = subject.sets[output], pdfs_of(subject.files[output])
    pages, found = 0, list[Finding]()
    for name, path in files.items():
        try:
            with pikepdf.open(path) as pdf:
                pages += len(pdf.pages)
                tree = tag_tree(pdf)
                of_file = [*of_wishes(pdf), *of_lines(pdf), *of_colours(path, pdf, tree)]
                if name in one.pdfs:
                    kind, sheets = one.pdfs[name]
                    of_file += [*of_paper(pdf, kind), *of_pages(pdf, kind, sheets)]
                    of_file += of_breaks(tree, sheets[0])
                    if len(sheets) == 1:
                        of_file += of_emergency(tree, sheets[0])
                found += (each.inside(name) for each in of_file)
        except (pikepdf.PdfError, AttributeError, LookupError, TypeError, ValueError, RuntimeError) as error:
            # A part that every file has is not there: a finding, never a crash. PDFium raises a RuntimeError.
            found.append(Finding("file", f"it cannot be read to its end: {error}", Place(name)))
    return Looked(pages, "page", tuple(found))


def of_wishes(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """What a printer's dialogue begins with (ISO 32000-1, 12.2)."""
    wishes: Any = pdf.Root.get("/ViewerPreferences", Dictionary())
    if wishes.get("/PrintScaling") != "/None":
        yield Finding("printing", "it does not ask for its own size, so it may be shrunk to fit")
    if wishes.get("/Duplex") != "/DuplexFlipLongEdge":
        yield Finding("printing", "it does not ask for both sides, flipped on the long edge")


def of_paper(pdf: pikepdf.Pdf, kind: Kind) -> Iterator[Finding]:
    for number, page in enumerate(pdf.pages, 1):
        left, bottom, right, top = (float(edge) for edge in page.mediabox)
        size, wanted = (right - left, top - bottom), PAPERS[kind.paper]
        if any(abs(mine - its) > 1 for mine, its in zip(size, wanted, strict=True)):
            message = (
                f"the page is {size[0]:.0f} by {size[1]:.0f} pt, and {kind.paper} is {wanted[0]:.0f} by {wanted[1]:.0f}"
            )
            yield Finding("paper", message, Place(page=number))


def of_pages(pdf: pikepdf.Pdf, kind: Kind, sheets: Sequence[Resolved]) -> Iterator[Finding]:
    """No sheet has more pages than it may fill, and in a file of many each begins on paper of its own."""
    for sheet, own in zip(sheets, pages_of_sheets(pdf), strict=False):
        at, name = sheet.book.chapters[0].heading.at, sheet.handout.label
        if len(own) > (most := sheet.budget(kind)):
            message = f"{name} has {len(own)} pages, and may fill {most}"
            yield Finding("pages", message, Place(page=own[most]), at)
        if own[0] % 2 == 0:
            yield Finding("sides", f"{name} begins on the back of a page", Place(page=own[0]), at)


def of_breaks(tree: Element, sheet: Resolved) -> Iterator[Finding]:
    """A table or a callout that begins on one page and ends on another, and a page with nothing but lines for notes."""
    word = words(sheet.book.info.book.language)
    of_notes = {word["space-to-write"], word["my-notes"]}
    on_page: dict[int, list[Element]] = {}
    for one in tree.walk():
        if one.role in WHOLE:
            pages = sorted({page for inner in one.walk() for page in inner.pages})
            if len(pages) > 1:
                message = f"the {WHOLE[one.role]} goes on from page {pages[0] + 1} to page {pages[-1] + 1}"
                yield Finding("broken", message, Place(page=pages[0] + 1, element=one.path))
        for page in one.pages:
            on_page.setdefault(page, []).append(one)
    for page, found in sorted(on_page.items()):
        if all((one.alt or one.text().strip()) in of_notes for one in found):
            yield Finding("notes", "the page has nothing but lines for notes", Place(page=page + 1))


def of_emergency(tree: Element, sheet: Resolved) -> Iterator[Finding]:
    """Who turns no page has seen when to call for help."""
    info = sheet.book.info
    urgent = (callouts.label(one, info.book.language) for one in info.callouts.values() if one.urgency == "emergency")
    labels = tuple(urgent)
    boxes = (one for one in tree.walk() if one.role == "Aside" and one.text().lstrip().startswith(labels))
    if (first := next(boxes, None)) is not None and first.page() > 1:
        message = f"the first emergency callout stands on page {first.page()}"
        yield Finding("emergency", message, Place(page=first.page(), element=first.path))


def of_colours(path: Path, pdf: pikepdf.Pdf, tree: Element) -> Iterator[Finding]:
    """A printer without colours makes a grey of each, which nobody has looked at."""
    pictures = [(one, one.attributes.get("BBox")) for one in tree.walk() if one.role == "Figure"]
    for number, page in enumerate(pdf.pages, 1):
        drawn = draw_page(path, number, width=LOOK)
        if not _is_coloured(drawn):
            continue
        found = []
        for one, box in pictures:
            if one.page() == number and box is not None and _is_coloured(drawn.crop(_pixels(box, page))):
                found.append(Finding("colour", "the picture has colours", Place(page=number, element=one.path)))
        yield from found or [Finding("colour", "something on the page has a colour", Place(page=number))]


def _pixels(box: Any, page: pikepdf.Page) -> tuple[int, int, int, int]:
    """A rectangle on a page, on a drawing of it."""
    scale = LOOK / float(page.mediabox[2])
    left, bottom, right, top = map(float, box)
    height = float(page.mediabox[3])
    edges = (left, height - top, right, height - bottom)
    return tuple(round(edge * scale) for edge in edges)  # type: ignore[return-value]


def _is_coloured(picture: Image) -> bool:
    from PIL import ImageChops

    return any(ImageChops.difference(one, other).getbbox() for one, other in pairwise(picture.split()))


def of_lines(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    for number, page in enumerate(pdf.pages, 1):
        thinnest = min(_lines(page.obj, pikepdf.Matrix(), DEEP), default=THINNEST)
        if thinnest < THINNEST - NEAR:
            message = f"a line of {thinnest:.2f} pt, and {THINNEST} pt survive a copy"
            yield Finding("line", message, Place(page=number))


def _lines(stream: Any, matrix: pikepdf.Matrix, depth: int) -> Iterator[float]:
    """How thick in points each straight line is that a page or a form draws: as a stroke, as a filled rectangle, or as
    what is left between two of them."""
    width, boxes = 1.0, list[tuple[float, float, float, float]]()
    for operator, operands, now in steps(stream, f"w re n Do {PAINTS}", matrix):
        across, down = ((x * x + y * y) ** 0.5 for x, y in ((now.a, now.b), (now.c, now.d)))
        match operator:
            case "w":
                width = float(operands[0])
            case "re":
                x, y, wide, high = map(float, operands)
                boxes.append((x * across, y * down, (x + wide) * across, (y + high) * down))
            case "Do":
                form = stream.Resources.XObject[operands[0]]
                if form.get("/Subtype") == "/Form" and depth:
                    own = matrix_of(form["/Matrix"]) if "/Matrix" in form else pikepdf.Matrix()
                    yield from _lines(form, own @ now, depth - 1)
            case _:
                if operator in ("S", "s", "B", "B*", "b", "b*"):
                    yield width * min(across, down)
                elif operator == "f*" and len(boxes) == 2:
                    gaps = (abs(one - other) for one, other in zip(*boxes, strict=True))
                    yield from (gap for gap in gaps if gap > NEAR)
                elif operator != "n":
                    yield from (min(abs(box[2] - box[0]), abs(box[3] - box[1])) for box in boxes)
                boxes = []


CHECK = Check(
    "office-print",
    f"sheets are black on white, without a line thinner than {THINNEST} pt; they fit their paper and their pages, "
    "begin on paper of their own, break no table and no callout, and have the first emergency callout on page 1; they "
    "ask for their own size and for both sides",
    ("handouts",),
    look,
    by_book=True,
)
