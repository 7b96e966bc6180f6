"""PNG pictures go into a PDF as they are packed. Nothing in or out: `keep_packed` changes WeasyPrint, once.

PNG and PDF pack pixels in the same way, and WeasyPrint 70 unpacks them, to pack them again. That takes longer than to
lay out the page, and it undoes the work of an author who has made the file small. Only what a PDF reads as it stands
is taken over: 8 bits a channel, greys or red, green and blue, from top to bottom, nothing that shines through.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

VERSION = "70.0"  # the one this was made for
CHANNELS = {("L", 0): 1, ("RGB", 2): 3}  # by Pillow's mode and PNG's type of colour
KNOWN = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}  # what decides about the pixels; in colours, a palette only advises
CHANGING = {b"tRNS", b"acTL"}  # a colour that shines through, more than one picture
LAST_FILTER = 4  # of those that may stand before a line of pixels (PNG 3rd edition, section 9)


@cache
def keep_packed() -> None:
    import weasyprint
    from weasyprint.images import RasterImage

    if weasyprint.__version__ != VERSION:
        return
    pack = RasterImage._get_png_data
    RasterImage._get_png_data = staticmethod(lambda picture: packed(picture) or pack(picture))


def packed(picture: Any) -> bytes | None:
    """The pixels of a picture that Pillow has opened, as its file has them, if a PDF can have them so."""
    from PIL.PngImagePlugin import PngImageFile

    if not isinstance(picture, PngImageFile) or not isinstance(picture.fp, BytesIO):
        return None
    data = picture.fp.getvalue()
    chunks = list(_chunks(data))
    names = {name for name, _ in chunks}
    depth, colour, _, _, interlace = struct.unpack_from("!5B", data, 24)
    channels = CHANNELS.get((picture.mode, colour))
    if channels is None or depth != 8 or interlace or names & CHANGING or {*filter(_is_critical, names)} - KNOWN:
        return None
    found = b"".join(content for name, content in chunks if name == b"IDAT")
    try:
        pixels = zlib.decompress(found)
    except zlib.error:
        return None
    line = 1 + picture.width * channels
    whole = len(pixels) == line * picture.height and max(pixels[::line]) <= LAST_FILTER
    return found if whole else None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place + 8 <= len(data):
        length, name = struct.unpack_from("!I4s", data, place)
        yield name, data[place + 8 : place + 8 + length]
        place += 12 + length


def _is_critical(name: bytes) -> bool:
    return name[:1].isupper()
