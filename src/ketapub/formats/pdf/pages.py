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
        places = {
            name: target.D if isinstance(target, pikepdf.Dictionary) else target for name, target in names.items()
        }
        return {str(name): labels[place[0].objgen] for name, place in places.items()}
