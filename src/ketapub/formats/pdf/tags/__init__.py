"""The tags of a PDF, in place of those that WeasyPrint would write: a laid out document in, its logical structure out.

`take_over` replaces one function inside of WeasyPrint (tests/test_tags.py fails when what it rests on moves). The
pipeline: elements → `structure` (with the names of `roles` and the grids of `tables`), pages → `content` (with the
`words` that are meant), both → `write`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ketapub.formats.pdf.standard import standard_of
from ketapub.formats.pdf.tags.content import fill, find_sequences
from ketapub.formats.pdf.tags.nodes import new_structure
from ketapub.formats.pdf.tags.structure import add_part
from ketapub.formats.pdf.tags.write import write_tree

VERSION = "70.0"  # of WeasyPrint: another one may draw or keep its boxes in another way


@cache
def take_over() -> None:
    import weasyprint
    import weasyprint.pdf

    if weasyprint.__version__ != VERSION:
        raise RuntimeError(
            f"WeasyPrint {VERSION} is needed, and this is {weasyprint.__version__}: install ketapub anew"
        )
    weasyprint.pdf.add_tags = add_tags


def add_tags(pdf: Any, document: Any, pdf_version: Any, page_streams: list[Any]) -> None:
    """As WeasyPrint calls it, when all pages are drawn and nothing is written yet."""
    language = pdf.catalog["Lang"].string
    structure = new_structure(language, standard_of(pdf_version))
    boxes = [page._page_box for page in document.pages]
    for root in dict.fromkeys(box.children[0].element for box in boxes):
        add_part(structure, root)
    pages = find_sequences(pdf, page_streams)
    fill(structure, boxes, page_streams, pages)
    write_tree(pdf, structure, pages, page_streams)
