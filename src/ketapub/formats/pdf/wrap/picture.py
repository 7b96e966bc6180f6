"""The book's own picture on the front of its printed cover, and the colours of the other panels beside it.

In: the book, the sheet. Out: a style sheet. A picture on a ground of one colour is shown whole, and its ground goes on
around it; any other fills the front and its bleed, and what its shape has too much is cut. Back and spine take the
colour of its edge at the fold, with type that can be read on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from ketapub import document as d
from ketapub.formats.pdf.cover import HEIGHT, WIDTH, cover_image
from ketapub.formats.pdf.wrap.sheet import Sheet
from ketapub.problems import Problems
from ketapub.theme import Theme

if TYPE_CHECKING:
    from PIL.Image import Image

CUT = 0.1  # how much of the picture may fall off before it is said
EDGE = 16  # pixels at the sides of the picture as it is for screens
EVEN = 3  # of 255: what compression makes of one colour
BLACK = "device-cmyk(0 0 0 1)"
CONTRAST = 4.5  # WCAG 2.2, 1.4.3
MIDDLE = 0.179  # the luminance on which black and white are read equally well

Colour = tuple[int, int, int]
COLOURED: Mapping[str, Colour] = {"soft": (207, 224, 230), "lamp": (246, 201, 99)}  # as in cover.css


def picture_css(book: d.Book, theme: Theme, sheet: Sheet, problems: Problems) -> str:
    """Where the picture lies on the front, and the colours around it.

    The ground is written in the colours of the screen, as the picture is: both become inks by the same rule, and no
    edge shows between them.
    """
    asset, seen = book.assets[book.cover], cover_image(book, theme, problems)
    size = (asset.width or WIDTH, asset.height or HEIGHT)
    ground = _even_ground(seen)
    if ground is not None:  # it goes on around the picture, so nothing of that need be cut
        area = (0.0, 0.0, sheet.width, sheet.height)
        scale = min(sheet.width / size[0], sheet.height / size[1])
    else:  # the front, and the bleed on its three free sides
        width, height = sheet.width + sheet.bleed, sheet.height + 2 * sheet.bleed
        area = (-sheet.bleed if sheet.mirrored else 0.0, -sheet.bleed, width, height)
        scale = max(width / size[0], height / size[1])
        lost = (1 - width / (size[0] * scale), 1 - height / (size[1] * scale))
        _complain(lost, width, height, book, problems)
        at = lost[0] / 2 * seen.width
        ground = _middle_colour(seen, seen.width - at - EDGE if sheet.mirrored else at)
    if asset.svg is None and len(set(ground)) == 1 and ground[0] < 255 and not _is_grey(seen):
        # A grey would become black ink alone, and the same grey in a coloured picture does not.
        ground = (ground[0], ground[1], ground[2] + 1)
    return "\n".join((*_rules(area, size, scale), _colours(ground)))


def _complain(lost: tuple[float, float], width: float, height: float, book: d.Book, problems: Problems) -> None:
    if max(lost) > CUT:
        side = "width" if lost[0] > lost[1] else "height"
        message = f"the cover picture has another shape than the front cover: {max(lost):.0%} of its {side} is cut off"
        hint = f"a picture of {width / 72:.2f} × {height / 72:.2f} in, bleed included, is shown whole"
        problems.add("cover-cut", book.info.at("book.cover"), message, hint, severity="warning")


def _rules(area: tuple[float, float, float, float], size: tuple[float, float], scale: float) -> tuple[str, str]:
    """A picture of this size, enlarged, in the middle of an area (left, top, width, height) beyond which it is cut."""
    width, height = size[0] * scale, size[1] * scale
    return (
        f".front .picture {{ {_box(*area)} }}",
        f".front .picture > * {{ {_box((area[2] - width) / 2, (area[3] - height) / 2, width, height)} }}",
    )


def _box(left: float, top: float, width: float, height: float) -> str:
    return f"left: {left:.4f}pt; top: {top:.4f}pt; width: {width:.4f}pt; height: {height:.4f}pt"


def _colours(ground: Colour) -> str:
    """For back and spine: a ground, and type that can be read on it."""
    rules = [f"--cover-ground: rgb{ground}"]
    light = _luminance(ground)
    if light > MIDDLE:
        rules += [f"--cover-{name}: {BLACK}" for name in ("paper", "soft", "lamp")]
    else:  # the paper's white can be read there; the other two only where it is dark enough
        weak = [name for name, own in COLOURED.items() if (_luminance(own) + 0.05) / (light + 0.05) < CONTRAST]
        rules += [f"--cover-{name}: var(--cover-paper)" for name in weak]
    return f":root {{ {'; '.join(rules)} }}"


def _even_ground(picture: Image) -> Colour | None:
    """The one colour that goes all around a picture."""
    width, height = picture.size
    sides = [(0, 0, EDGE, height), (width - EDGE, 0, width, height), (0, 0, width, EDGE)]
    sides.append((0, height - EDGE, width, height))
    ground = _middle_colour(picture, 0)
    for side in sides:
        extremes: Any = picture.crop(side).getextrema()
        for wanted, found in zip(ground, extremes, strict=True):
            if max(abs(wanted - value) for value in found) > EVEN:
                return None
    return ground


def _is_grey(picture: Image) -> bool:
    from PIL import ImageChops

    red, green, blue = picture.split()
    return not any(ImageChops.difference(red, other).getbbox() for other in (green, blue))


def _middle_colour(picture: Image, left: float) -> Colour:
    """The middle one of the colours in an upright strip."""
    counts = picture.crop((round(left), 0, round(left) + EDGE, picture.height)).histogram()
    half = EDGE * picture.height / 2
    red, green, blue = (_middle(counts[band * 256 : band * 256 + 256], half) for band in range(3))
    return red, green, blue


def _middle(counts: list[int], half: float) -> int:
    for value, total in enumerate(accumulate(counts)):
        if total >= half:
            return value
    return 255


def _luminance(colour: Colour) -> float:
    """WCAG 2.2, "relative luminance"."""
    parts = (part / 255 for part in colour)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
