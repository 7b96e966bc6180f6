"""A square that a telephone reads: an address comes in, a drawing goes out, as SVG that may stand in a page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup

QUIET = 4  # modules of white on each side (ISO/IEC 18004)


def modules(address: str) -> tuple[tuple[bool, ...], ...]:
    """Row by row, whether each is dark. A copier may lose a quarter of what they say (error correction, level Q)."""
    import segno

    return tuple(tuple(map(bool, row)) for row in segno.make_qr(address, error="q").matrix)


def drawing(address: str) -> Markup:
    rows = modules(address)
    dark = []
    for y, row in enumerate(rows, QUIET):
        for x, run in _runs(row):
            dark.append(f"M{x + QUIET} {y}h{run}v1h-{run}z")
    side = len(rows) + 2 * QUIET
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}">'
        '<path d="{}" fill="#000000"/></svg>'
    ).format(address, side, side, "".join(dark))


def _runs(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin, and how many follow each other."""
    x = 0
    for is_dark, run in groupby(row):
        length = len(list(run))
        if is_dark:
            yield x, length
        x += length
