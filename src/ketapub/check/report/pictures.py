"""The pages of PDFs that findings are about: a run comes in, small pictures of those pages go out."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from ketapub.check.report.run import Run

MOST = 20  # pictures in a report: whoever has mended what they show will look again
WIDTH = 440  # pixels; enough to know a page by, and to read its headings
SHADES = 32


@dataclass(frozen=True, slots=True)
class PagePicture:
    """`address` is a data: URL; `width` and `height` are pixels."""

    output: str
    page: int
    address: str
    width: int
    height: int

    @property
    def id(self) -> str:
        return f"page-{self.output}-{self.page}"


def pages_concerned(run: Run) -> tuple[PagePicture, ...]:
    """The first pages that any finding names, one picture each, in the order of the findings."""
    named = {
        (result.output, finding.place.page): run.subject.files[result.output]
        for result in run.results
        for finding in result.findings
        if finding.place.page and run.subject.files[result.output].suffix == ".pdf"
    }
    pictures: list[PagePicture] = []
    for (output, page), path in named.items():
        if len(pictures) == MOST:
            break
        if picture := _picture(output, page, path):
            pictures.append(picture)
    return tuple(pictures)


def _picture(output: str, page: int, pdf: Path) -> PagePicture | None:
    """None where the file is too broken to be drawn, which is what the findings say then."""
    from ketapub.formats.pdf.raster import draw_page

    try:
        drawn = draw_page(pdf, page, width=WIDTH)
    except (IndexError, ValueError, RuntimeError):  # pdfium's own error is a RuntimeError
        return None
    data = io.BytesIO()
    drawn.quantize(SHADES).save(data, "PNG", optimize=True)
    address = f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
    return PagePicture(output, page, address, drawn.width, drawn.height)
