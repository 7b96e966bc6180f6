"""What sets one paged edition of a book apart from another; data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ketapub import document as d
from ketapub.formats.pdf.standard import UA_1, Standard
from ketapub.formats.styling import Face


@dataclass(frozen=True, slots=True)
class Edition:
    """`suffix` ends the name of its file, `css` is its whole style, `faces` are font files besides the theme's."""

    suffix: str
    css: str
    isbn: str
    standard: Standard | None = UA_1  # of the PDF of each part; None where all pages are drawn at once
    faces: tuple[Face, ...] = ()
    splits_help: bool = False  # whether an emergency callout may be taller than a page, if its crisis lines are not
    inks: tuple[str, str] | None = None  # of drawings and of what lies under them; the theme's where None
    judged: bool = True  # whether what a typographer would mend on its pages is mended or named
    listed: Callable[[d.Table], bool] = lambda table: False  # whether a table is too wide for the page
