"""Ink on paper, as Ghostscript lays it: pages of text in black alone, and nowhere more ink than the printer allows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pikepdf

from ketapub import document as d
from ketapub.check.canaries import prove_once
from ketapub.check.canaries.pdfs import two_inks
from ketapub.check.checks.ghostscript import BATCH, GHOSTSCRIPT
from ketapub.check.findings import Check, Finding, Looked, Place, Subject
from ketapub.check.pdf_tree import tag_tree
from ketapub.check.printing.painted import painted
from ketapub.check.tools import NotRun, run

RESOLUTION = 100  # pixels an inch at which ink is measured
ROUNDING = 2  # per cent: four inks, each a byte, and a screen of JPEG blocks between them
Inks = tuple[float, ...]  # how much of a page's trimmed area each covers: cyan, magenta, yellow, black


def look(subject: Subject, output: str) -> Looked:
    prove_once("inkcov", subject.room, lambda: _of_known(subject.room))
    pdf, limit = subject.files[output], subject.book.info.press.ink_limit
    pages = coverage(pdf)
    found = list(coloured_text(pages, _black(subject, output)))
    coloured = [number for number, inks in enumerate(pages, 1) if any(inks[:3])]
    for number, most in heaviest(pdf, coloured, subject.room / f"ink-{output}.tif"):
        if most > limit + ROUNDING:
            message = f"{most:.0f}% ink on one spot, and the limit is {limit}%"
            found.append(Finding("ink", message, Place(page=number)))
    return Looked(len(pages), "page", tuple(found))


def _of_known(room: Path) -> tuple[list[str], list[str]]:
    pdf = two_inks(room)
    pages = coverage(pdf)
    coloured = [number for number, inks in enumerate(pages, 1) if any(inks[:3])]
    found = ["".join(ink for ink, part in zip("CMYK", inks, strict=True) if part) for inks in pages]
    found += [f"{most:.0f}% on page {number}" for number, most in heaviest(pdf, coloured, room / "two-inks.tif")]
    return found, ["K", "CMYK", "350% on page 2"]


def coverage(pdf: Path) -> list[Inks]:
    done = run("gs", *BATCH, "-dUseTrimBox", "-sDEVICE=inkcov", "-o", "-", pdf)
    lines = [line.split() for line in done.stdout.splitlines() if line.rstrip().endswith("CMYK OK")]
    return [tuple(map(float, columns[:4])) for columns in lines]


def heaviest(pdf: Path, pages: list[int], raster: Path) -> Iterator[tuple[int, float]]:
    """The most ink on one spot of each of these pages, in per cent."""
    from PIL import Image, ImageMath, ImageSequence

    if not pages:
        return
    listed = ",".join(map(str, pages))
    device = ("-dUseTrimBox", "-sDEVICE=tiff32nc", f"-r{RESOLUTION}", f"-sPageList={listed}")
    done = run("gs", *BATCH, *device, "-o", raster, pdf)
    if done.returncode:
        raise NotRun(f"Ghostscript cannot draw pages {listed} in inks")
    with Image.open(raster) as opened:
        for number, frame in zip(pages, ImageSequence.Iterator(opened), strict=True):
            plates = dict(zip("cmyk", frame.split(), strict=True))
            total = ImageMath.lambda_eval(lambda at: at["c"] + at["m"] + at["y"] + at["k"], **plates)
            yield number, total.getextrema()[1] / 2.55


def coloured_text(pages: list[Inks], black: dict[int, str]) -> Iterator[Finding]:
    for number, why in black.items():
        cyan, magenta, yellow, _ = pages[number - 1] if number <= len(pages) else (1, 1, 1, 1)
        if cyan or magenta or yellow:
            message = f"{why}, and {cyan:.5f} cyan, {magenta:.5f} magenta and {yellow:.5f} yellow are laid on it"
            yield Finding("black", message, Place(page=number))


def _black(subject: Subject, output: str) -> dict[int, str]:
    """The pages that black ink alone may print, and why."""
    if output == "cover":
        return {}
    with pikepdf.open(subject.files[output]) as pdf:
        if subject.book.info.press.black_only:
            return dict.fromkeys(range(1, len(pdf.pages) + 1), "black-only is set")
        paints = {number: painted(page.obj) for number, page in enumerate(pdf.pages, 1)}
    found = {number: "nothing on the page asks for colour" for number, one in paints.items() if not one.coloured}
    if "pdf" in subject.files and _is_plain(subject.book):
        with pikepdf.open(subject.files["pdf"]) as reading:
            if len(reading.pages) == len(paints):  # the same pages, and their tags say which have a picture
                shown = {page + 1 for one in tag_tree(reading).walk() if one.role == "Figure" for page in one.pages}
                shown |= {number for number, one in paints.items() if one.pictures}  # tags pass over ornaments
                found |= {number: "there are words alone on the page" for number in paints if number not in shown}
    return found


def _is_plain(book: d.Book) -> bool:
    """Whether pages have no colour but in pictures: no style sheet of the author's, and no drawing as an ornament."""
    nodes = d.walk_book(book)
    ornaments = (node for node in nodes if isinstance(node, d.Image) and node.decorative)
    return not book.styles and not any(one.drawing or one.source.lower().endswith(".svg") for one in ornaments)


CHECK = Check(
    "press-ink",
    "pages of text are printed in black ink alone, and no spot has more ink than the limit",
    ("press", "cover"),
    look,
    (GHOSTSCRIPT,),
    by_book=True,
)
