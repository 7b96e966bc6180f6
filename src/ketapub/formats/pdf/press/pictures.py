"""A picture of pixels for the press: the image object of a page and the picture's own bytes in, the object rewritten.

A picture in colour becomes inks by the output intent, from its own ICC profile where it has one; one in greys becomes
a picture in greys, one in black and white a picture of bits. No pixel is above the ink limit. What can stay as it is,
stays: a photograph is not packed a second time for nothing.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ketapub.formats.pdf.press.colour import Inks, limited, most_ink

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY = 95  # of JPEG; what it blurs is far below what a screen of dots can show
TRIES = 3  # to pack a picture so that blurring lifts no pixel over the ink limit
WHITE = 255


@dataclass(frozen=True, slots=True)
class Source:
    """A picture as it was before the page was drawn; `alpha` is 0 where nothing is."""

    pixels: Image
    alpha: Image | None
    profile: bytes | None
    packed: bool  # as JPEG: it has been blurred before


def read_source(image: Any, data: bytes | None) -> Source:
    """From the picture's own bytes where they are known (they hold its profile), else from what stands in the PDF."""
    import pikepdf
    from PIL import Image, ImageOps

    size = (int(image.Width), int(image.Height))
    if data is not None:
        opened: Image.Image = Image.open(io.BytesIO(data))
        profile, packed = opened.info.get("icc_profile"), opened.format in ("JPEG", "MPO")
        turned = ImageOps.exif_transpose(opened)
        if turned.size == size:
            return _split(turned, profile, packed)
    # With its soft mask, which is its alpha.
    return _split(pikepdf.PdfImage(image).as_pil_image(), None, "/DCTDecode" in str(image.get("/Filter", "")))


def _split(picture: Image, profile: bytes | None, packed: bool) -> Source:
    alpha = None
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA"):
        picture = picture.convert("LA" if picture.mode in ("1", "L", "LA") else "RGBA")
        alpha = picture.getchannel("A")
        picture = picture.convert(picture.mode[:-1])
        if alpha.getextrema() == (WHITE, WHITE):
            alpha = None
    elif picture.mode not in ("L", "CMYK"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    return Source(picture, alpha, profile, packed)


def set_picture(image: Any, source: Source, inks: Inks, *, flat: bool) -> None:
    """Rewrite the image object. `flat`: nothing may shine through (PDF/X-1a), so what is clear becomes paper."""
    from pikepdf import Name

    image.Interpolate = False
    pixels, changed = source.pixels, False
    if "/SMask" in image and (flat or source.alpha is None):
        del image["/SMask"]
        if source.alpha is not None:
            pixels, changed = _on_paper(pixels, source.alpha), True
    if inks.black_only and pixels.mode != "L":
        pixels, changed = pixels.convert("L"), True
    elif pixels.mode == "RGB":
        pixels, changed = _grey_of(pixels) or limited(inks.of_picture(pixels, source.profile), inks.limit), True
    elif pixels.mode == "CMYK":
        if source.profile and source.profile != inks.intent.profile:
            pixels, changed = inks.of_picture(pixels, source.profile), True
        if most_ink(pixels) > inks.limit:
            pixels, changed = limited(pixels, inks.limit), True
    if pixels.mode == "L" and not source.packed and _is_black_and_white(pixels):
        pixels, changed = pixels.convert("1"), True
    if changed:
        _write(image, pixels, inks.limit, packed=source.packed)
        image.ColorSpace = Name.DeviceCMYK if pixels.mode == "CMYK" else Name.DeviceGray
        image.BitsPerComponent = 1 if pixels.mode == "1" else 8


def _is_black_and_white(pixels: Image) -> bool:
    shades = pixels.getcolors(2)
    return shades is not None and {shade for _, shade in shades} <= {0, WHITE}


def _on_paper(pixels: Image, alpha: Image) -> Image:
    from PIL import Image

    return Image.composite(pixels, Image.new(pixels.mode, pixels.size, "white"), alpha)


def _grey_of(pixels: Image) -> Image | None:
    """A picture in red, green and blue that says the same thing three times."""
    from PIL import ImageChops

    red, green, blue = pixels.split()
    others = (ImageChops.difference(red, green), ImageChops.difference(red, blue))
    return red if all(other.getextrema()[1] <= 1 for other in others) else None  # type: ignore[operator]


def _write(image: Any, pixels: Image, limit: float, *, packed: bool) -> None:
    from pikepdf import Array, Name

    for key in ("/DecodeParms", "/Decode", "/Mask"):
        if key in image:
            del image[key]
    if packed and (data := _jpeg(pixels, limit)):
        image.write(data, filter=Name.DCTDecode)
        if pixels.mode == "CMYK":  # Adobe's JPEGs hold paper as 255
            image.Decode = Array([1, 0] * 4)
    else:
        image.write(zlib.compress(pixels.tobytes(), 9), filter=Name.FlateDecode)


def _jpeg(pixels: Image, limit: float) -> bytes:
    """Packed as JPEG, and unpacked again to measure what the press will get; empty if it stays above the limit."""
    from PIL import Image

    aim = limit
    for _ in range(TRIES):
        out = io.BytesIO()
        pixels.save(out, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
        if pixels.mode != "CMYK" or (most := most_ink(Image.open(out))) <= limit:
            return out.getvalue()
        aim -= most - limit
        pixels = limited(pixels, aim)
    return b""
