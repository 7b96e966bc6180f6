"""The pages of PDFs that findings are about: a run comes in, small pictures of those pages go out."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from ketapub.check.findings import Place
from ketapub.check.report.run import Run

MOST = 20  # pictures in a report: whoever has mended what they show will look again
WIDTH = 440  # pixels; enough to know a page by, and to read its headings
SHADES = 32


@dataclass(frozen=True, slots=True)
class PagePicture:
    """`file` is what people call it; `address` is a data: URL; `width` and `height` are pixels."""

    id: str
    file: str
    page: int
    address: str
    width: int
    height: int


def pages_concerned(run: Run) -> tuple[PagePicture, ...]:
    """The first pages that any finding names, one picture each, in the order of the findings."""
    named = {
        picture_id(result.output, finding.place): (result.output, finding.place)
        for result in run.results
        for finding in result.findings
        if finding.place.page
    }
    pictures: list[PagePicture] = []
    for id, (output, place) in named.items():
        if len(pictures) == MOST:
            break
        pdf = run.subject.files[output] / place.part
        file = "/".join(filter(None, (run.subject.name(output), place.part)))
        if pdf.suffix == ".pdf" and (picture := _picture(id, file, place.page, pdf)):
            pictures.append(picture)
    return tuple(pictures)


def picture_id(output: str, place: Place) -> str:
    return "-".join(filter(None, ("page", output, place.part, str(place.page))))


def _picture(id: str, file: str, page: int, pdf: Path) -> PagePicture | None:
    """None where the file is too broken to be drawn, which is what the findings say then."""
    from ketapub.formats.pdf.raster import draw_page

    try:
        drawn = draw_page(pdf, page, width=WIDTH)
    except (IndexError, ValueError, RuntimeError):  # pdfium's own error is a RuntimeError
        return None
    data = io.BytesIO()
    drawn.quantize(SHADES).save(data, "PNG", optimize=True)
    address = f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
    return PagePicture(id, file, page, address, drawn.width, drawn.height)
