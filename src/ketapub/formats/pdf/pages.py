"""Reads a finished PDF: its bytes come in; the page label of each of its named destinations goes out."""

from __future__ import annotations

import io
from collections.abc import Mapping


def page_labels(data: bytes) -> Mapping[str, str]:
    """ISO 32000-1, 12.3.2.3 and 12.4.2: id of the book -> the label of the page on which it stands ("iv", "12")."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        labels: dict[tuple[int, int], str] = {page.obj.objgen: str(page.label) for page in pdf.pages}
        names = pikepdf.NameTree(pdf.Root.Names.Dests)
        return {str(name): labels[target[0].objgen] for name, target in names.items()}
