"""Which page stands where on which sheet: the number of pages comes in, sheets go out in the order of printing.

A sheet is folded once and carries four pages; sheets laid into each other are a signature. There are as few signatures
as may be and no sheet more than the pages need, so at most three pages are blank, the last ones. The sheets are spread
evenly: a thin last signature would tear out of a sewn book, and stand out in its back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

Side = tuple[int | None, int | None]  # indexes of the pages on the left and on the right; None is a blank page


@dataclass(frozen=True, slots=True)
class Sheet:
    """`signature` counts from 1; `place` too, 1 is the outermost of the `among` sheets of its signature.

    `back` stands as seen after the sheet was turned on its short edge, as one turns the page of a book.
    """

    signature: int
    place: int
    among: int
    front: Side
    back: Side

    def mirrored(self) -> Sheet:
        """The same sheet of a book that opens from right to left."""
        return replace(self, front=self.front[::-1], back=self.back[::-1])


def imposition(pages: int, signature: int) -> tuple[Sheet, ...]:
    """`signature`: the most pages that one may hold, a multiple of four."""
    sheets: list[Sheet] = []
    first = 0  # page of the signature
    for number, among in enumerate(_sheets_of_signatures(-(-pages // 4), signature // 4), 1):
        after = first + 4 * among

        def page(index: int) -> int | None:
            return index if index < pages else None

        for depth in range(among):
            start, end = first + 2 * depth, after - 2 * depth
            front, back = (page(end - 1), page(start)), (page(start + 1), page(end - 2))
            sheets.append(Sheet(number, depth + 1, among, front, back))
        first = after
    return tuple(sheets)


def _sheets_of_signatures(sheets: int, most: int) -> list[int]:
    count = -(-sheets // most)
    even, more = divmod(sheets, count) if count else (0, 0)
    return [even + (index < more) for index in range(count)]


@dataclass(frozen=True, slots=True)
class Fit:
    """How pages lie on a sheet. `scale` is 1 at the most; `room` is left above and below them, in points.

    `gap` lies between the fold and the pages of the outermost sheets: creep moves those further in towards the fold.
    """

    scale: float
    room: float
    gap: float


ROOM = 17.0  # points, 6 mm: printers leave 4 to 5 mm at the edge white, and a mark must reach further in
TOLERANCE = 0.01  # points: of lengths that are the same but for rounding


def fit(page: tuple[float, float], paper: tuple[float, float], creep: float) -> Fit:
    """Two pages on landscape paper: as they are if they fit, else made smaller so that marks and creep have room too.

    `creep` is that of all sheets of a signature together. All lengths are in points.
    """
    (width, height), (half, whole) = page, (paper[0] / 2, paper[1])
    scale = 1.0
    if width > half + TOLERANCE or height > whole + TOLERANCE:
        scale = min((half - creep) / width, (whole - 2 * ROOM) / height)
    # Pages as wide as half of the paper have no room at the fold: their inner margins meet across it.
    gap = min(creep, max(0.0, half - width * scale))
    return Fit(scale, max(0.0, (whole - height * scale) / 2), gap)
