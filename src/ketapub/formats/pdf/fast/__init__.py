"""WeasyPrint made faster from outside. Nothing comes in or out: `hasten` changes the library, for the whole process.

Each module here is one measure and says what it replaces, why that is safe and what it gains. A measure only answers
what it is sure of; for all else it asks WeasyPrint's own function. So the PDFs are the same to the byte with and
without (tests/test_fast.py), and nothing that is kept between runs needs to know which of the two made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from ketapub.formats.pdf.fast.loading import load
from ketapub.formats.pdf.fast.replacing import replaced as replaced

# Another version may do otherwise what is done here in its place.
KNOWN = {"weasyprint": "70.0", "pydyf": "0.13.0", "cssselect2": "0.10.1", "cffi": "2.1.1", "pyphen": "0.18.1"}
_plain = False


def hasten() -> None:
    """All measures, unless the engine is to be plain, or is not the one they were made for."""
    if _plain or unknown():
        return
    load()
    from ketapub.formats.pdf.fast import (
        backgrounds,
        boxes,
        declarations,
        draw,
        drawings,
        foot,
        hyphenation,
        lengths,
        lines,
        page_styles,
        pseudo,
        styles,
        text,
        variables,
        writing,
    )

    of_styles = styles, pseudo, variables, page_styles
    of_boxes = foot, lengths, lines, boxes, drawings, backgrounds
    for measure in (declarations, hyphenation, text, draw, *of_styles, *of_boxes, writing):
        measure.apply()


def unknown() -> str:
    """The first library of a version that the measures were not made for; none of them is taken then."""
    return next((f"{name} {version(name)}" for name, known in KNOWN.items() if version(name) != known), "")


def is_plain() -> bool:
    return _plain


def set_plain(plain: bool) -> None:
    """Whether WeasyPrint is to do everything itself, from now on."""
    global _plain
    _plain = plain
    if plain:
        replaced.undo()


@contextmanager
def plain_engine() -> Iterator[None]:
    """Meanwhile, WeasyPrint does everything itself."""
    before = _plain
    set_plain(True)
    try:
        yield
    finally:
        set_plain(before)
