"""The sheet of a printed cover: the trim and the number of pages in, lengths and where the panels lie out."""

from __future__ import annotations

from dataclasses import dataclass

from ketapub import document as d
from ketapub.locale import direction

MM = 7.2 / 2.54  # points
THIN = 9 * MM  # a spine below this stays empty: what is printed on it may come to lie beside it
FOLD, EDGE = 2 * MM, 12 * MM  # what type keeps from the folds, and from the trim


@dataclass(frozen=True, slots=True)
class Sheet:
    """All in points. `mirrored`: a book that is read from right to left has its front on the left."""

    width: float
    height: float
    spine: float
    bleed: float
    mirrored: bool = False

    @property
    def whole(self) -> float:
        """From trim to trim."""
        return 2 * self.width + self.spine

    @property
    def has_spine_text(self) -> bool:
        return self.spine >= THIN - 0.001

    def css(self) -> str:
        rem = min(self.width / 100, self.height / 150)  # the front's, so that nothing of it grows over its height
        back, front = (self.width + self.spine, 0.0) if self.mirrored else (0.0, self.width + self.spine)
        length = self.height - 2 * EDGE
        turned = -90 if self.mirrored else 90  # the letters stand upright on a book that lies with its front up
        return "\n".join(
            (
                f"@page {{ size: {_pt(self.whole)} {_pt(self.height)}; bleed: {_pt(self.bleed)} }}",
                f"html {{ font-size: {_pt(rem)} }}",
                f".back, .front {{ width: {_pt(self.width)} }}",
                f".back {{ left: {_pt(back)} }}",
                f".front {{ left: {_pt(front)} }}",
                f".spine {{ left: {_pt(self.width)}; width: {_pt(self.spine)} }}",
                f".spine-line {{ left: {_pt((self.spine - length) / 2)}; top: {_pt((self.height - self.spine) / 2)}; "
                f"width: {_pt(length)}; line-height: {_pt(self.spine)}; transform: rotate({turned}deg) }}",
            )
        )


def sheet_of(book: d.Book, pages: int) -> Sheet:
    """`paper-caliper` is the thickness of a page, which is half that of its leaf; a book has whole leaves."""
    width, height = (length.points for length in book.info.print_.trim)
    spine = (pages + pages % 2) * book.info.print_.paper_caliper.points
    is_mirrored = direction(book.info.book.language) == "rtl"
    return Sheet(width, height, spine, book.info.press.bleed.points, is_mirrored)


def _pt(points: float) -> str:
    return f"{points:.4f}pt"
