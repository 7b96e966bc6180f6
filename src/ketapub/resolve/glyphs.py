"""Every character of the book has a glyph, or its author is told which has none, where, and what to do.

In: resolved chapters, the theme's fonts and the book's own. Out: `missing-glyph` problems. Without this a reader would
see an empty box, or a font of whoever's machine built the book.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from ketapub import document as d
from ketapub.problems import Position, Problems
from ketapub.resolve.theming import Theming
from ketapub.theme import Theme


def check_glyphs(
    chapters: tuple[d.Chapter, ...], assets: Mapping[str, d.Asset], theme: Theme, theming: Theming, problems: Problems
) -> None:
    covered: frozenset[int] | None = None
    for text, at in _texts(chapters, assets):
        if text.isascii():
            continue
        for offset, character in enumerate(text):
            if (character <= "\xff" and character != "\xb5") or _needs_none(character):
                continue
            if covered is None:  # reading the fonts takes time: only a book with such characters pays
                fonts = [theme.read(name) for name in theme.fonts] + [theming.files[name] for name in theming.fonts]
                covered = frozenset().union(*map(_coverage, fonts))
            if ord(character) not in covered:
                _report(character, at, offset, problems)


def _texts(chapters: tuple[d.Chapter, ...], assets: Mapping[str, d.Asset]) -> Iterator[tuple[str, Position]]:
    """Every text that is drawn, with its place."""
    for chapter in chapters:
        for node in d.walk_chapter(chapter):
            if isinstance(node, d.Text | d.Code | d.CodeBlock):
                yield node.text, node.at
    for asset in assets.values():
        if asset.svg is not None:
            for words, line in asset.svg.words:
                yield words, Position(asset.svg.file, line)


def _needs_none(character: str) -> bool:
    """Controls, joiners, soft hyphens, variation selectors and spaces draw nothing of their own."""
    return unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp") or "\ufe00" <= character <= "\ufe0f"


@cache
def _coverage(font: bytes) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(font), lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def _report(character: str, at: Position, offset: int, problems: Problems) -> None:
    from fontTools.unicodedata import block

    name = unicodedata.name(character, "a character without a name")
    column = at.column + offset if at.column else 0
    problems.add(
        "missing-glyph",
        Position(at.file, at.line, column),
        f'no font has a glyph for "{character}" (U+{ord(character):04X} {name}, block {block(character)})',
        'add a font that has it: fonts = ["fonts/name.ttf"] under [theme] in book.toml',
    )
