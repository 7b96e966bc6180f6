"""Style sheets and font faces as the formats need them.

In: the theme, a `Book`. Out: text of style sheets, and `Face`s: a font file with what CSS calls it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from types import SimpleNamespace

from markupsafe import Markup

from ketapub import document as d
from ketapub.fonts import first_name
from ketapub.problems import Position, Problems
from ketapub.svg import clean_svg, inline_icon
from ketapub.theme import Theme

QUALITY = 10  # of Brotli's 11: the last step makes fonts 1 % smaller, in twice the time
FONT_TYPES = {".ttf": "font/ttf", ".otf": "font/otf", ".woff": "font/woff", ".woff2": "font/woff2"}
_STACK = re.compile(r'("[^"]+")((?:, "[^"]+")*, (?:serif|sans-serif|monospace);)')
_FILE = re.compile(r'url\("(files/[^"]+)"\)')
_FEATURES = re.compile(r"font-feature-settings:([^;}]+)")
_ASKS = re.compile(r"font-(?:variant|feature)|small-caps", re.IGNORECASE)
_IMPORT = re.compile(r"""@import\s+(?:url\()?["']?([\w.-]+\.css)["']?\)?\s*;""")


@dataclass(frozen=True, slots=True)
class Face:
    """`weight` 100 to 900; `style` "normal" or "italic"."""

    family: str
    weight: int
    style: str
    file: str  # its name in outputs: "fonts/name.ttf", or "files/…" of the book's own
    data: bytes


def sheet(theme: Theme, name: str) -> str:
    """A style sheet of the theme with the sheets it imports put in their places."""
    return _IMPORT.sub(lambda found: sheet(theme, found.group(1)), theme.css[name])


def theme_icon(theme: Theme, name: str) -> Markup:
    """An icon of the theme as markup: decoration beside a word, never instead of one."""
    svg = clean_svg(theme.icon(name).encode(), Position(f"icons/{name}.svg"), Problems())
    assert svg is not None, name
    return inline_icon(svg)


def book_sheet(
    book: d.Book, theme: Theme, name: str, extra: str = "", address: Callable[[str], str] = lambda file: file
) -> str:
    """The theme's sheet `name`, then `extra` and the sizes of pictures, then the book's own sheets.

    The book's own fonts stand second in every stack: they draw what the theme's fonts cannot. `address` gives the place
    of a file that the book's sheets name.
    """
    families = "".join(f', "{family}"' for family in dict.fromkeys(face.family for face in own_faces(book)))
    themed = "\n".join((sheet(theme, name), extra))
    themed = _STACK.sub(lambda found: f"{found[1]}{families}{found[2]}", themed)
    own = _FILE.sub(lambda found: f'url("{address(found[1])}")', "\n".join(book.styles))
    return "\n".join((themed, size_rules(book), own))


def faces(theme: Theme, book: d.Book) -> tuple[Face, ...]:
    """The theme's fonts, then the book's own."""
    return tuple(_face(name, theme.read(name)) for name in theme.fonts) + own_faces(book)


def own_faces(book: d.Book) -> tuple[Face, ...]:
    return tuple(_face(name, book.files[name]) for name in book.fonts)


def face_rule(face: Face, source: str) -> str:
    """`source` is the value of `src`: `url("fonts/name.ttf")`."""
    return (
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; font-style: {face.style}; '
        f"src: {source}; }}"
    )


def media_type(name: str) -> str:
    """The media type of a file that a style sheet names, by the end of its name (EPUB 3.3, 3.2)."""
    suffix = name[name.rfind(".") :].lower()
    pictures = {".svg": "image/svg+xml", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
    return FONT_TYPES.get(suffix) or pictures.get(suffix) or f"image/{suffix[1:]}"


@cache
def _face(file: str, data: bytes) -> Face:
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(data), lazy=True) as font:
        style = font["OS/2"]
        family = first_name(font, 16, 1) or file
        family = re.sub(r'["\\<>\n]', "", family)  # it goes into style sheets
        return Face(family, style.usWeightClass, "italic" if style.fsSelection & 1 else "normal", file, data)


@cache
def font_packer() -> str:
    """What packs fonts for screens, and how hard; fontTools does it so from now on, and would do its utmost."""
    from fontTools.ttLib import woff2

    brotli = woff2.brotli
    woff2.brotli = SimpleNamespace(**vars(brotli) | {"compress": partial(brotli.compress, quality=QUALITY)})
    return f"brotli {brotli.__version__} {QUALITY}"


def features_asked(theme: Theme, book: d.Book, page: bytes) -> frozenset[str]:
    """The OpenType features that style sheets ask of fonts on a page, besides those that browsers use unasked; "all"
    where the book's own sheets ask for some."""
    if any(map(_ASKS.search, book.styles)):
        return frozenset(("all",))
    settings = "".join(value for css in theme.css.values() for value in _FEATURES.findall(css))
    small_caps = {"smcp"} if b"small-caps" in page else set()
    return frozenset(re.findall(r'"(\w{4})"', settings)) | small_caps


@lru_cache(maxsize=100)  # handouts show the same letters, sheet after sheet
def subset_woff2(face: Face, letters: frozenset[str], features: frozenset[str]) -> bytes:
    """The face with the glyphs of these letters alone and those that these features put in their places, as WOFF2;
    empty when it has none of them but the space."""
    import uharfbuzz
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.woff2 import WOFF2FlavorData

    font_packer()
    font = uharfbuzz.Face(face.data)
    wanted = {ord(letter) for letter in letters} & set(font.unicodes)
    if not wanted - {0x20, 0xA0}:
        return b""
    cut = uharfbuzz.SubsetInput()
    cut.unicode_set.update(wanted)
    kept = cut.layout_feature_tag_set  # at first, what is used unasked
    kept.update(int.from_bytes(feature.encode(), "big") for feature in features - {"all"})
    if "all" in features:
        kept.clear()
        kept.invert()
    cut.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    made = TTFont(io.BytesIO(uharfbuzz.subset(font, cut).blob.data), recalcTimestamp=False)
    made.flavor = "woff2"
    made.flavorData = WOFF2FlavorData(transformedTables=())  # other outlines: an eighth less, in twice the time
    out = io.BytesIO()
    made.save(out, reorderTables=False)
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
    for node in d.walk_book(book):
        if isinstance(node, d.Image):
            yield node


def scaled(css: str, factor: float) -> str:
    """A style sheet with every length in points `factor` times as large."""
    return re.sub(r"(?<![\w.#-])(-?(?:\d+\.?\d*|\.\d+))pt\b", lambda found: f"{float(found[1]) * factor:.3f}pt", css)
