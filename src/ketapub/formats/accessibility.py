"""What can truly be said of a book's accessibility: a `Book` as one output shows it in, `Accessibility` out.

The terms are those of the Schema.org Accessibility Properties vocabulary, which EPUB Accessibility 1.1 asks for. Each
follows from the tree: what the book does not show is not claimed. That the whole conforms to a standard is for a person
to certify, and is never said here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ketapub import document as d
from ketapub.locale import words

# In a book's own style sheets: sizes that a reader's choice cannot reach, and what moves.
_FIXED_SIZE = re.compile(r"(?<![\w-])font(?:-size)?\s*:[^;{}]*?\d(?:px|pt|pc|mm|cm|in|q)\b", re.IGNORECASE)
_MOVES = re.compile(r"@(?:-\w+-)?keyframes|(?<![\w-])(?:-\w+-)?animation(?:-name)?\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Accessibility:
    """Each set in `sufficient` is enough by itself to follow the whole book. `summary` is in the book's language."""

    modes: tuple[str, ...]
    sufficient: tuple[tuple[str, ...], ...]
    features: tuple[str, ...]
    hazards: tuple[str, ...]
    summary: str


def accessibility_of(book: d.Book) -> Accessibility:
    seen = _Seen(book)
    modes = ["textual"]
    if seen.pictures:
        modes.append("visual")
    if any(figure.data for figure in seen.figures):
        modes.append("chartOnVisual")
    sufficient: list[tuple[str, ...]] = [("textual",)] if seen.all_described else []
    sufficient += [("textual", "visual")] if seen.pictures else []
    return Accessibility(
        modes=tuple(modes),
        sufficient=tuple(sufficient),
        features=tuple(name for name, shown, _ in _FEATURES if shown(seen)),
        hazards=("none",)
        if not seen.moves
        else ("noSoundHazard", "unknownFlashingHazard", "unknownMotionSimulationHazard"),
        summary=seen.summary(),
    )


class _Seen:
    """What the book shows, as far as it matters here."""

    def __init__(self, book: d.Book) -> None:
        self.book = book
        self.nodes = [*d.walk_book(book)]
        self.figures = [node for node in self.nodes if isinstance(node, d.Figure)]
        self.pictures = [node for node in self.nodes if isinstance(node, d.Image) and not node.decorative]
        self.all_described = all(picture.alt.strip() for picture in self.pictures)
        self.has_formulas = self.has(d.Formula, d.DisplayFormula)
        self.has_pages = any(book.front_pages.values()) or self.has(d.PageMark)
        css = "\n".join(book.styles)
        self.sizes_are_free, self.moves = not _FIXED_SIZE.search(css), bool(_MOVES.search(css))

    def has(self, *kinds: type[d.Node]) -> bool:
        return any(isinstance(node, kinds) for node in self.nodes)

    def summary(self) -> str:
        word = words(self.book.info.book.language)
        said = [key for _, shown, key in _FEATURES if key and shown(self)]
        if not self.all_described:
            said.append("accessibility-not-all-described")
        if not self.moves:
            said.append("accessibility-without-hazards")
        return " ".join(word[key] for key in said)


# Each feature, whether the book shows it, and the sentence of the summary that says so.
_FEATURES: tuple[tuple[str, Callable[[_Seen], bool], str], ...] = (
    ("displayTransformability", lambda seen: seen.sizes_are_free, "accessibility-of-text"),
    ("structuralNavigation", lambda seen: bool(seen.book.contents), "accessibility-of-structure"),
    ("tableOfContents", lambda seen: bool(seen.book.contents), ""),
    ("readingOrder", lambda seen: bool(seen.book.chapters), ""),
    ("ARIA", lambda seen: bool(seen.book.contents), ""),  # the contents alone are a landmark
    ("index", lambda seen: seen.has(d.Index), "accessibility-of-index"),
    (
        "alternativeText",
        lambda seen: bool(seen.pictures) and seen.all_described,
        "accessibility-of-pictures",
    ),
    (
        "longDescription",
        lambda seen: any(one.description or one.data for one in seen.figures),
        "accessibility-in-length",
    ),
    ("MathML", lambda seen: seen.has_formulas, ""),
    ("describedMath", lambda seen: seen.has_formulas, ""),
    ("pageBreakMarkers", lambda seen: seen.has_pages, "accessibility-of-pages"),
    ("pageNavigation", lambda seen: seen.has_pages, ""),
)
