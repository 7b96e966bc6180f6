"""The command `ketapub` with PDFs that have no tags: the same arguments come in, the same files go out."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any


def leave_out_tags() -> None:
    """From here on a PDF is PDF/A-2b alone. The tree of tags has nothing in it; without one, parts cannot be joined."""
    import pydyf

    from ketapub.formats.pdf import engine
    from ketapub.formats.pdf.merge import Joined
    from ketapub.formats.pdf.standard import STANDARDS, UA_1

    drawn = engine._drawn

    def draw(document: Any, finisher: Any = None, **options: Any) -> bytes:
        def finish(document: Any, pdf: Any) -> None:
            finisher(document, pdf)
            element = pydyf.Dictionary({"Type": "/StructElem", "S": "/Document", "K": pydyf.Array()})
            pdf.add_object(element)
            root = pydyf.Dictionary({"Type": "/StructTreeRoot", "K": pydyf.Array([element.reference])})
            pdf.add_object(root)
            pdf.catalog["StructTreeRoot"] = root.reference

        return drawn(document, finisher=finisher and finish, **options)

    engine._drawn = draw
    engine.OPTIONS = {**engine.OPTIONS, "pdf_tags": False}
    Joined._add_tags = lambda *_: None  # type: ignore[method-assign]
    STANDARDS["ua-1"] = replace(UA_1, variant="pdf/a-2b")  # type: ignore[index]


if __name__ == "__main__":
    from ketapub.cli import main

    leave_out_tags()
    sys.exit(main())
