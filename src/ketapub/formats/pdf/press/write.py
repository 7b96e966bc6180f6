"""Writes laid out pages as a file for the press: PDF/X-4 (ISO 15930-7) or PDF/X-1a:2001 (ISO 15930-1).

In: a WeasyPrint document with trim and bleed, and a `Job`. Out: the finished bytes. WeasyPrint draws the pages as it
draws them for readers; then every colour and picture in them becomes ink, the boxes get their exact sizes, and what
is only for screens (links, bookmarks, tags) goes. What the author should know comes as problems.
"""

from __future__ import annotations

import io
from typing import Any

from ketapub.formats.pdf.engine import log_as_problems, to_plain_pdf
from ketapub.formats.pdf.press.colour import Inks
from ketapub.formats.pdf.press.content import Converter, Noted, exact
from ketapub.formats.pdf.press.describe import STANDARDS, Standard, add_description, document_id
from ketapub.formats.pdf.press.job import Job, tell
from ketapub.formats.pdf.press.marks import ROOM, SPACE, Box, crop_marks, widened
from ketapub.problems import Problems

# Keys of the catalogue that are for screens only.
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


def press_pdf(document: Any, job: Job, problems: Problems, labels: Any = None) -> bytes:
    """The finished file. `labels`: its page labels, as a number tree (ISO 32000-1, 12.4.2)."""
    import pikepdf

    settings = job.info.press
    standard = STANDARDS[settings.standard]
    with log_as_problems(problems):
        drawn = to_plain_pdf(document)
    problems.stop_on_errors()
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        inks = Inks(job.intent, settings.ink_limit, job.black_only)
        converter = Converter(inks, lambda name: job.pictures.get(job.names.get(name, "")), flat=standard.flat)
        for index, (page, laid) in enumerate(zip(pdf.pages, document.pages, strict=True)):
            content = converter.page(page.obj, index)
            boxes = _boxes(laid, _spine(job.spine, index))
            marks = crop_marks(*boxes, job.folds) if settings.crop_marks else b""
            _finish_page(pdf, page.obj, content, boxes, marks)
        _mix_in_inks(pdf, converter.noted, standard)
        _name_spaces(pdf, marks=settings.crop_marks)
        _leave_screens(pdf)
        if labels is not None:
            pdf.Root.PageLabels = labels
        id = document_id(drawn, job.intent.profile, repr((settings, job.spine, job.black_only)).encode())
        add_description(pdf, standard, job.intent, document.metadata, id)
        tell(converter.noted, job, problems)
        return _saved(pdf, standard)


def _finish_page(pdf: Any, page: Any, content: bytes, boxes: tuple[Box, Box], marks: bytes) -> None:
    """Content, and the boxes: what is cut (trim), what is printed (bleed), the paper of the file (media)."""
    from pikepdf import Array

    trim, bleed = boxes
    media = bleed
    if marks:
        content, media = b"q\n" + content + b"\nQ" + marks, widened(bleed, ROOM)
    page.Contents = pdf.make_stream(content)
    for key, box in (("/MediaBox", media), ("/BleedBox", bleed), ("/TrimBox", trim)):
        page[key] = Array([exact(edge) for edge in box])
    for key in ("/Annots", "/Tabs", "/StructParents"):
        if key in page:
            del page[key]


def _mix_in_inks(pdf: Any, noted: Noted, standard: Standard) -> None:
    """Where something shines through, colours mix as inks do."""
    from pikepdf import Dictionary, Name

    for index in () if standard.flat else noted.shining:
        pdf.pages[index].obj.Group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=Name.DeviceCMYK)


def _leave_screens(pdf: Any) -> None:
    for key in SCREENS:
        if key in pdf.Root:
            del pdf.Root[key]


def _spine(first: str, index: int) -> str:
    return {"left": "right", "right": "left"}[first] if first and index % 2 else first


def _boxes(page: Any, spine: str) -> tuple[Box, Box]:
    """TrimBox and BleedBox. WeasyPrint's BleedBox ends ten points from the trim; ours ends where the bleed does."""
    width, height = page.width * 0.75, page.height * 0.75
    over = {side: 0 if side == spine else length * 0.75 for side, length in page.bleed.items()}
    return (0, 0, width, height), (-over["left"], -over["bottom"], width + over["right"], height + over["top"])


def _name_spaces(pdf: Any, *, marks: bool) -> None:
    """WeasyPrint names colour spaces in every resource dictionary; no operator uses them any more. Crop marks have
    one of their own: on every plate."""
    from pikepdf import Array, Dictionary, Name

    for thing in pdf.objects:
        if isinstance(thing, Dictionary) and "/ColorSpace" in thing and "/Font" in thing:
            thing.ColorSpace = Dictionary()
    if marks:
        plates = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0, 0], C1=[1, 1, 1, 1], N=1)
        space = pdf.make_indirect(Array([Name.Separation, Name.All, Name.DeviceCMYK, plates]))
        for page in pdf.pages:
            page.obj.Resources.ColorSpace = Dictionary({f"/{SPACE}": space})


def _saved(pdf: Any, standard: Standard) -> bytes:
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
