"""Pages of a finished PDF as pictures: a PDF comes in, an image of one page goes out."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_ONE_AT_A_TIME = Lock()  # PDFium crashes where two threads call it


def draw_page(pdf: bytes | Path, page: int, *, width: int) -> Image:
    """One page, counted from 1, as wide as `width` pixels. Raises `IndexError` where there is no such page."""
    import pypdfium2

    with _ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        if not 0 < page <= len(document):
            raise IndexError(f"page {page} of {len(document)}")
        drawn = document[page - 1]
        picture: Image = drawn.render(scale=width / drawn.get_width()).to_pil().convert("RGB")
        return picture
