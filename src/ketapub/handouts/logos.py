"""The file of a clinic's logo comes in; the logo as a letterhead prints it, in grey, goes out, or why it cannot be.

Letterheads are copied in black and white, so a logo is judged, and kept, as greys on white paper.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ketapub.book_folder import BookFolder
from ketapub.problems import Position, Problems
from ketapub.resolve.assets import looks_like_xml
from ketapub.resolve.raster import Unfit, kind, opened
from ketapub.svg import clean_svg

if TYPE_CHECKING:
    from lxml.etree import _Element
    from PIL.Image import Image

WIDTH, HEIGHT = 128.0, 46.0  # points: the place of a logo in the letterhead
NARROWEST = 8.0  # points; in a narrower strip nothing can be made out
BYTES = 2_000_000
MOST_PIXELS = 12_000_000
COARSEST, FINEST = 150, 600  # pixels an inch; finer ones say nothing on paper and would weigh in every sheet
LEAST_CONTRAST = 3.0  # WCAG 2.2, 1.4.11

_WHITE = 250  # greys from here on are paper
_SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textPath"})
_NO_LOGO = ("is no SVG, PNG or JPEG", "save it as SVG, or else as PNG")
_PAINTS = ("fill", "stroke", "stop-color", "color")


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo in greys. `name` is a file name, the same for the same bytes; `width`, `height` as printed, in points."""

    name: str
    media_type: str
    data: bytes
    width: float
    height: float


@dataclass(slots=True)
class Logos:
    """The logos of a run. Each file is read once, however many clinics name it."""

    folder: BookFolder
    _known: dict[str, tuple[Logo | None, Position]] = field(default_factory=dict)

    def read(self, path: str, at: Position, problems: Problems) -> Logo | None:
        """The logo that a clinic names at `at`; None after a complaint there, or at a line of the drawing."""
        if path in self._known:
            logo, first = self._known[path]
            if logo is None:
                problems.add("broken-logo", at, f"{path} cannot be printed", f"it is told of at {first}")
            return logo
        before = len(problems.errors)
        data = replace(self.folder, largest=BYTES).read(path, problems, at)
        logo = None if data is None else read_logo(data, path, at, problems)
        self._known[path] = None if len(problems.errors) > before else logo, at
        return logo


def read_logo(data: bytes, path: str, at: Position, problems: Problems) -> Logo | None:
    """A logo by what its bytes are, whatever its name; None after a complaint."""
    try:
        if suffix := kind(data):
            made, size, tones = _pixels(data, suffix)
        elif not looks_like_xml(data, path):
            raise Unfit("image-format", *_NO_LOGO)
        else:
            if (svg := clean_svg(data, Position(path), problems)) is None:
                return None
            size = _printed(svg.width, svg.height)
            made, tones = _grey_drawing(svg.xml)
        _check_tones(tones)
    except Unfit as unfit:
        code, message, hint = unfit.args
        problems.add(code, at, f"{path} {message}", hint)
        return None
    if (contrast := _contrast(_darkest(tones))) < LEAST_CONTRAST:
        message = f"{path} is faint: in grey, its darkest part has a contrast of {contrast:.1f} to 1 with the paper"
        problems.add("faint-logo", at, message, f"draw it darker, at least {LEAST_CONTRAST:g} to 1", "warning")
    suffix = "png" if suffix else "svg"
    media_type = "image/png" if suffix == "png" else "image/svg+xml"
    return Logo(f"logo-{hashlib.sha256(made).hexdigest()[:12]}.{suffix}", media_type, made, *size)


def _printed(width: float, height: float) -> tuple[float, float]:
    """The size in points in which a picture of this shape fills its place."""
    scale = min(WIDTH / width, HEIGHT / height)
    size = round(width * scale, 2), round(height * scale, 2)
    if min(size) < NARROWEST:
        message = f"would be printed {size[0]:.0f} × {size[1]:.0f} points large, too narrow to make out"
        raise Unfit(
            "broken-logo", message, f"its place is {WIDTH:.0f} × {HEIGHT:.0f} points: use a logo of such a shape"
        )
    return size


# --- tones: how many spots, or parts, of a logo have each grey -----------------------------------------------

Tones = dict[int, int]  # grey, 0 to 255 -> how often


def _check_tones(tones: Tones) -> None:
    if not tones or max(tones) - min(tones) < 8 or min(tones) >= _WHITE:
        raise Unfit("broken-logo", "shows nothing: all of it has one colour", "save the logo anew, dark on white")


def _darkest(tones: Tones) -> int:
    """The grey that the darkest twentieth of what is not paper has, or is darker than."""
    inked = {grey: count for grey, count in sorted(tones.items()) if grey < _WHITE}
    needed, seen = sum(inked.values()) / 20, 0
    for grey, count in inked.items():
        seen += count
        if seen >= needed:
            return grey
    return 255


def _contrast(grey: int) -> float:
    """With white paper (WCAG 2.2, "contrast ratio")."""
    value = grey / 255
    luminance = value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    return 1.05 / (luminance + 0.05)


# --- pictures of pixels --------------------------------------------------------------------------------------


def _pixels(data: bytes, suffix: str) -> tuple[bytes, tuple[float, float], Tones]:
    """A picture as a grey PNG, flat on white, without anything that its maker wrote into it."""
    from PIL import ImageOps

    if suffix not in ("png", "jpg"):
        raise Unfit("image-format", *_NO_LOGO)
    with opened(data, suffix, MOST_PIXELS) as image:
        if image.mode == "CMYK":
            raise Unfit("image-format", "has the colours of print (CMYK)", "save it with the colours of screens (RGB)")
        grey = _grey(ImageOps.exif_transpose(image))
    size = _printed(*grey.size)
    if grey.width / size[0] * 72 < COARSEST:
        needed = math.ceil(size[0] / 72 * COARSEST), math.ceil(size[1] / 72 * COARSEST)
        message = f"has {grey.width} × {grey.height} pixels, fewer than {COARSEST} an inch where it is printed"
        raise Unfit("broken-logo", message, f"at least {needed[0]} × {needed[1]} pixels, or use an SVG")
    tones = {tone: count for tone, count in enumerate(grey.histogram()) if count}
    grey.thumbnail((math.ceil(size[0] / 72 * FINEST), math.ceil(size[1] / 72 * FINEST)))
    out = io.BytesIO()
    grey.save(out, "PNG", optimize=True)
    return out.getvalue(), size, tones


def _grey(image: Image) -> Image:
    from PIL import Image

    seen = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("L")


# --- drawings ------------------------------------------------------------------------------------------------


def _grey_drawing(xml: str) -> tuple[bytes, Tones]:
    """A clean drawing with a grey for each colour; its tones are that of the paper and those of each painted part."""
    from lxml import etree

    root = etree.fromstring(xml)
    greys: dict[str, list[int]] = {}  # a value -> the greys in it, as many parts have the same
    for element in root.iter():
        for name in _PAINTS:
            if value := element.get(name):
                turned, greys_in_it = _grey_value(value)
                element.set(name, turned)
                greys[turned] = greys_in_it
    tones: Tones = {255: 1}
    for grey in _painted(root, greys):
        tones[grey] = tones.get(grey, 0) + 1
    return etree.tostring(root, encoding="utf-8"), tones


def _grey_value(value: str) -> tuple[str, list[int]]:
    """The value of a paint with greys for colours, and the greys that can be seen."""
    import tinycss2
    from tinycss2.color5 import parse_color

    parts, greys = [], []
    for token in tinycss2.parse_component_value_list(value):
        colour = parse_color(token)
        if colour is None or isinstance(colour, str):  # url(#id), none, currentColor
            parts.append(token.serialize())
            continue
        red, green, blue = _rgb(colour.space, colour.coordinates) or colour.to("srgb").coordinates
        grey = round(255 * min(1.0, max(0.0, 0.299 * red + 0.587 * green + 0.114 * blue)))  # ITU-R BT.601, as Pillow
        alpha = f"{colour.alpha:.3f}".rstrip("0").rstrip(".")
        parts.append(f"#{grey:02x}{grey:02x}{grey:02x}" if alpha == "1" else f"rgba({grey},{grey},{grey},{alpha})")
        greys.append(round(255 - (255 - grey) * colour.alpha))
    return "".join(parts), greys


def _rgb(space: str, values: Iterable[float | None]) -> tuple[float, float, float] | None:
    """Inks as a screen shows them (CSS Color 5, 10.2, without a profile); None for other colours."""
    if space != "device-cmyk":
        return None
    cyan, magenta, yellow, black = (one or 0.0 for one in values)
    return tuple(1 - min(1.0, ink * (1 - black) + black) for ink in (cyan, magenta, yellow))  # type: ignore[return-value]


def _painted(root: _Element, greys: dict[str, list[int]]) -> Iterator[int]:
    """The greys of all that is drawn: of fills, which are black where nothing is said, of strokes, of gradients."""
    known = {"#000000": [0], **greys}
    waiting = [(root, {"fill": "#000000", "stroke": "none", "color": "#000000"})]
    while waiting:
        element, above = waiting.pop()
        if element.get("display") == "none":
            continue
        paints = {name: str(element.get(name, value)) for name, value in above.items()}
        tag = str(element.tag).rpartition("}")[2]
        if tag in _SHAPES:
            for paint in (paints["fill"], paints["stroke"]):
                yield from known.get(paints["color"] if paint.lower() == "currentcolor" else paint, ())
        elif tag == "stop":
            yield from known.get(str(element.get("stop-color", "#000000")), ())
        waiting += [(child, paints) for child in element]
