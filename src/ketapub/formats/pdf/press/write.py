"""Writes laid out pages as a file for the press: PDF/X-4 (ISO 15930-7) or PDF/X-1a:2001 (ISO 15930-1).

In: a WeasyPrint document with trim and bleed, and a `Job`. Out: the finished bytes. WeasyPrint draws the pages as it
draws them for readers; then every colour and picture in them becomes ink, the boxes get their exact sizes, and what
is only for screens (links, bookmarks, tags) goes. What the author should know comes as problems.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from ketapub import document as d
from ketapub.formats.pdf.engine import BASE, log_as_problems, to_plain_pdf
from ketapub.formats.pdf.press.colour import Inks
from ketapub.formats.pdf.press.content import Converter, Noted
from ketapub.formats.pdf.press.describe import STANDARDS, add_description, document_id
from ketapub.formats.pdf.press.intent import Intent
from ketapub.formats.pdf.press.marks import ROOM, SPACE, Box, crop_marks, widened
from ketapub.info import Info
from ketapub.problems import Position, Problems

FINE = 300  # pixels an inch, below which a picture looks soft in print
SCREENS = (
    "/Names",
    "/Dests",
    "/Outlines",
    "/PageMode",
    "/StructTreeRoot",
    "/MarkInfo",
    "/OpenAction",
    "/AA",
    "/AcroForm",
)


@dataclass(frozen=True, slots=True)
class Job:
    """What goes to the press. `pictures` by the name in the layout; `places` are where each one stands in the book."""

    info: Info
    intent: Intent
    pictures: Mapping[str, bytes]
    places: Mapping[str, tuple[Position, ...]]
    page_name: Callable[[int], str] = lambda index: f"page {index + 1}"
    spine: str = ""  # on which side of the first page the spine is, where no bleed is wanted; else ""


def job_of(book: d.Book, intent: Intent) -> Job:
    """The job of printing a book's pages."""
    places: dict[str, tuple[Position, ...]] = {}
    for node in d.walk(tuple(chapter.blocks for chapter in book.chapters)):
        if isinstance(node, d.Image):
            places[node.source] = (*places.get(node.source, ()), node.at)
    places |= {name: (book.info.at("theme.css"),) for name in book.files}
    if book.cover:
        places.setdefault(book.cover, (book.info.at("book.cover"),))
    pictures = {name: asset.data for name, asset in book.assets.items() if asset.svg is None} | dict(book.files)
    return Job(book.info, intent, pictures, places)


def press_pdf(document: Any, job: Job, problems: Problems, labels: Any = None) -> bytes:
    """`labels`: the page labels, as a number tree (ISO 32000-1, 12.4.2)."""
    import pikepdf
    from pikepdf import Array, Dictionary, Name

    standard, settings = STANDARDS[job.info.press.standard], job.info.press
    names = {f"i{md5((BASE + name).encode(), usedforsecurity=False).hexdigest()}": name for name in job.pictures}
    with log_as_problems(problems):
        drawn = to_plain_pdf(document)
    problems.stop_on_errors()
    inks = Inks(job.intent, settings.ink_limit)
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        named = lambda key: names.get(key[1:34], "")  # noqa: E731
        converter = Converter(inks, lambda key: job.pictures.get(named(key)), flat=standard.flat)
        marks = [Name.Separation, Name.All, Name.DeviceCMYK, _every_plate()] if settings.crop_marks else None
        for index, (page, laid) in enumerate(zip(pdf.pages, document.pages, strict=True)):
            content = converter.page(page.obj, index)
            trim, bleed = _boxes(laid, _spine(job.spine, index))
            media = widened(bleed, ROOM) if marks else bleed
            if marks:
                content = b"q\n" + content + b"\nQ" + crop_marks(trim, bleed)
            for key, box in (("/MediaBox", media), ("/BleedBox", bleed), ("/TrimBox", trim)):
                page.obj[key] = Array([_exact(edge) for edge in box])
            page.obj.Contents = pdf.make_stream(content)
            for key in ("/Annots", "/Tabs", "/StructParents", "/CropBox", "/ArtBox"):
                if key in page.obj:
                    del page.obj[key]
        for index, page in enumerate(pdf.pages):
            if not standard.flat and index in converter.noted.shining:
                page.obj.Group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=Name.DeviceCMYK)
        _tidy_spaces(pdf, marks)
        for key in SCREENS:
            if key in pdf.Root:
                del pdf.Root[key]
        if labels is not None:
            pdf.Root.PageLabels = labels
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        id = document_id(drawn, job.intent.profile, repr(settings).encode())
        add_description(pdf, standard, job.intent, document.metadata, str(pdf.docinfo.Producer), id)
        _tell(converter.noted, job, named, problems)
        return _saved(pdf, standard)


def _spine(first: str, index: int) -> str:
    return {"left": "right", "right": "left"}[first] if first and index % 2 else first


def _boxes(page: Any, spine: str) -> tuple[Box, Box]:
    """TrimBox and BleedBox. WeasyPrint's BleedBox ends ten points from the trim; ours ends where the bleed does."""
    width, height = page.width * 0.75, page.height * 0.75
    over = {side: 0 if side == spine else length * 0.75 for side, length in page.bleed.items()}
    return (0, 0, width, height), (-over["left"], -over["bottom"], width + over["right"], height + over["top"])


def _every_plate() -> Any:
    from pikepdf import Dictionary

    return Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0, 0], C1=[1, 1, 1, 1], N=1)


def _tidy_spaces(pdf: Any, marks: list[Any] | None) -> None:
    """Colour spaces that no operator names any more would still be looked at."""
    from pikepdf import Array, Dictionary

    for thing in pdf.objects:
        if hasattr(thing, "keys") and "/ColorSpace" in thing and "/Font" in thing:  # a resource dictionary
            thing.ColorSpace = Dictionary()
    for page in pdf.pages:
        page.obj.Resources.ColorSpace = Dictionary({f"/{SPACE}": Array(marks)} if marks else {})


def _saved(pdf: Any, standard: Any) -> bytes:
    import pikepdf

    out = io.BytesIO()
    pdf.remove_unreferenced_resources()
    mode = pikepdf.ObjectStreamMode.disable if standard.flat else pikepdf.ObjectStreamMode.generate
    pdf.save(
        out,
        force_version=standard.version,
        deterministic_id=True,
        compress_streams=True,
        object_stream_mode=mode,
    )
    return out.getvalue()


def _exact(edge: float) -> Any:
    from decimal import Decimal

    return Decimal(f"{edge:.4f}").normalize() + 0


# --- what the author should know ------------------------------------------------------------------------


def _tell(noted: Noted, job: Job, named: Callable[[str], str], problems: Problems) -> None:
    _tell_of_pictures(noted, job, named, problems)
    settings, at = job.info.press, job.info.at
    for colour, index in noted.heavy.items():
        message = f"{job.page_name(index)}: device-cmyk({' '.join(f'{part:g}' for part in colour)}) lays"
        message += f" {sum(colour):.0%} ink on one spot, and the limit is {settings.ink_limit}%"
        hint = "give the colour less ink, or raise ink-limit if the printer allows it"
        problems.add("too-much-ink", at("press.ink-limit"), message, hint, severity="warning")
    if settings.standard == "x-1a" and noted.shining:
        first = min(noted.shining)
        more = f" and {len(noted.shining) - 1} more" if len(noted.shining) > 1 else ""
        message = f"{job.page_name(first)}{more}: something shines through, which PDF/X-1a has no way to say"
        hint = 'leave out opacity, masks and mix-blend-mode, or set standard = "x-4"'
        problems.add("transparency", at("press.standard"), message, hint)


def _tell_of_pictures(noted: Noted, job: Job, named: Callable[[str], str], problems: Problems) -> None:
    seen: Counter[str] = Counter()
    for place in noted.placed:
        name = named(place.name)
        places = job.places.get(name, (job.info.at("press"),))
        at = places[min(seen[name], len(places) - 1)]
        seen[name] += 1
        if round(place.ppi) < FINE:
            shown = name.rpartition("/")[2] or "a picture"
            message = f"{shown} is printed with {place.ppi:.0f} pixels an inch, and {FINE} look sharp"
            hint = f"use a picture {FINE / place.ppi:.1f} times as wide, or print it smaller"
            problems.add("picture-resolution", at, message, hint, severity="warning")
