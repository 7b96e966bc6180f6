"""Writes a layout as one PDF: pages joined, outline, page labels, metadata.

In: a `Layout`, the `Book`. Out: the bytes of the reading edition.
"""

from __future__ import annotations

import io
from typing import Any

from ketapub import __version__, document as d
from ketapub.formats.pdf.engine import log_as_problems, to_pdf
from ketapub.formats.pdf.typeset import Layout
from ketapub.problems import Problems


def write_pdf(book: d.Book, layout: Layout, problems: Problems) -> bytes:
    """ISO 32000-1: page labels 12.4.2, outline 12.3.3; metadata in XMP and Info."""
    pages: list[Any] = []
    starts: list[tuple[int, str, int]] = []  # index of a page, style of its folio, its number
    folio = ""
    for laid in layout.parts:
        if len(pages) % 2:
            pages.append(layout.blank.pages[0])
        if laid.part.folio != folio:
            starts.append((len(pages), "/r" if laid.part.folio == "roman" else "/D", laid.first))
            folio = laid.part.folio
        pages += laid.document.pages
    document = layout.parts[0].document.copy(pages)
    _describe(document.metadata, book)
    with log_as_problems(problems):
        data = to_pdf(document)
    return _finish(data, book, starts)


def _describe(metadata: Any, book: d.Book) -> None:
    info = book.info.book
    metadata.title = info.title
    metadata.authors = list(info.authors)
    metadata.description = info.description or None
    metadata.keywords = list(info.subjects)
    metadata.generator = f"ketapub {__version__}"
    # Dates of the book, not of the build: the same manuscript gives the same bytes.
    metadata.created = metadata.modified = info.date.isoformat() if info.date else "1970-01-01"
    metadata.lang = info.language


def _finish(data: bytes, book: d.Book, starts: list[tuple[int, str, int]]) -> bytes:
    import pikepdf
    from pikepdf import Array, Dictionary, Name, OutlineItem

    with pikepdf.open(io.BytesIO(data)) as pdf:
        labels = Array()
        for index, style, first in starts:
            labels.append(index)
            labels.append(Dictionary(S=Name(style), St=first))
        pdf.Root.PageLabels = Dictionary(Nums=labels)
        names = _destinations(pdf)

        def items(contents: tuple[d.Contents, ...]) -> list[OutlineItem]:
            made = []
            for line in contents:
                title = d.plain_text(line.title)
                item = OutlineItem(f"{line.number}. {title}" if line.number else title, names[line.id])
                item.children.extend(items(line.children))
                made.append(item)
            return made

        with pdf.open_outline() as outline:
            outline.root[:] = items(book.contents)
        out = io.BytesIO()
        pdf.save(
            out, deterministic_id=True, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
        return out.getvalue()


def _destinations(pdf: Any) -> dict[str, Any]:
    names = pdf.Root.Names.Dests.Names
    return {str(names[i]): names[i + 1] for i in range(0, len(names), 2)}
