"""Every character of the book has a glyph, or its author is told which has none, where, and what to do.

In: resolved chapters, the pictures, the theme's fonts and the book's own. Out: `missing-glyph` problems.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ketapub import document as d
from ketapub.fonts import Drawn, check_glyphs as check_texts, drawn_texts
from ketapub.info import Info
from ketapub.problems import Position, Problems
from ketapub.resolve.theming import Theming
from ketapub.theme import Theme


def check_glyphs(
    chapters: tuple[d.Chapter, ...],
    assets: Mapping[str, d.Asset],
    info: Info,
    theme: Theme,
    theming: Theming,
    problems: Problems,
    sources: Mapping[str, str],
) -> None:
    def fonts() -> Iterator[bytes]:
        yield from map(theme.read, theme.fonts)
        yield from (theming.files[name] for name in theming.fonts)

    def texts() -> Iterator[Drawn]:
        for key in ("title", "subtitle", "publisher", "rights", "authors"):
            at = info.at(f"book.{key}")
            value = getattr(info.book, key)
            yield value if isinstance(value, str) else " ".join(value), Position(at.file, at.line)
        yield from drawn_texts(chapters)
        for asset in assets.values():
            if asset.svg is not None:
                yield from ((words, Position(asset.svg.file, line)) for words, line in asset.svg.words)

    check_texts(texts(), fonts, problems, sources)
