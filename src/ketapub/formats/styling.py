"""Style sheets and font faces as the formats need them.

In: the theme, a `Book`. Out: text of style sheets, and `Face`s: a font file with what CSS calls it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from ketapub import document as d
from ketapub.problems import Position, Problems
from ketapub.svg import clean_svg, inline_icon
from ketapub.theme import Theme

_IMPORT = re.compile(r"""@import\s+(?:url\()?["']?([\w.-]+\.css)["']?\)?\s*;""")


@dataclass(frozen=True, slots=True)
class Face:
    """`weight` 100 to 900; `style` "normal" or "italic"."""

    family: str
    weight: int
    style: str
    file: str  # its name without folder
    data: bytes


def sheet(theme: Theme, name: str) -> str:
    """A style sheet of the theme with the sheets it imports put in their places."""
    return _IMPORT.sub(lambda found: sheet(theme, found.group(1)), theme.css[name])


def theme_icon(theme: Theme, name: str) -> Markup:
    """An icon of the theme as markup: decoration beside a word, never instead of one."""
    svg = clean_svg(theme.icon(name).encode(), Position(f"icons/{name}.svg"), Problems())
    assert svg is not None, name
    return inline_icon(svg)


def faces(theme: Theme) -> tuple[Face, ...]:
    return tuple(_face(name.rpartition("/")[2], theme.read(name)) for name in theme.fonts)


@cache
def _face(file: str, data: bytes) -> Face:
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(data), lazy=True) as font:
        names, style = font["name"], font["OS/2"]
        family = names.getDebugName(16) or names.getDebugName(1) or file
        return Face(family, style.usWeightClass, "italic" if style.fsSelection & 1 else "normal", file, data)


def subset_woff2(face: Face, letters: frozenset[str]) -> bytes | None:
    """The face with the glyphs of these letters alone, as WOFF2. None when it has none of them but the space."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(face.data), recalcTimestamp=False)
    wanted = {ord(letter) for letter in letters} & set(font.getBestCmap())
    if not wanted - {0x20, 0xA0}:
        return None
    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True, hinting=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()


def size_rules(book: d.Book) -> str:
    """A rule for every size that an author gave a picture: no output carries style attributes."""
    rules = {
        f'img[data-{key}="{value}"] {{ {key}: {value}{"; height: auto" if key == "width" else ""} }}'
        for image in _images(book)
        for key in ("width", "height")
        if (value := getattr(image, key))
    }
    return "\n".join(sorted(rules))


def _images(book: d.Book) -> Iterator[d.Image]:
    for chapter in book.chapters:
        for node in d.walk_chapter(chapter):
            if isinstance(node, d.Image):
                yield node
