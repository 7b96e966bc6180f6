"""Bytes of a PNG, JPEG, GIF or WebP picture in; out come its kind, its size and the same pixels without private data.

These four are what browsers, reading systems (EPUB 3.3 core media types, section 3.2) and the PDF engine all show.
Nothing is encoded anew. What is taken away says who took the picture, with what, when and where: EXIF, XMP, IPTC,
comments, thumbnails, what stands behind the end. Of EXIF the orientation stays, or pictures would fall over.
"""

from __future__ import annotations

import io
import json
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketapub.cache import cache_key

if TYPE_CHECKING:
    from PIL.Image import Image

    from ketapub.cache import Cache

MOST_PIXELS = 64_000_000  # 8,000 by 8,000: a page of 9 by 12 inches at 600 per inch has 39 million

_MAGIC = (("png", b"\x89PNG\r\n\x1a\n"), ("jpg", b"\xff\xd8\xff"), ("gif", b"GIF87a"), ("gif", b"GIF89a"))
_MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
_PILLOW = {"png": ("PNG",), "jpg": ("JPEG", "MPO"), "gif": ("GIF",), "webp": ("WEBP",)}
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK"})
_ORIENTATION = 0x0112  # EXIF 2.32, table 4


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture of pixels. `width`, `height` as it is seen (after EXIF orientation); `suffix` without a dot."""

    suffix: str
    media_type: str
    data: bytes
    width: int
    height: int


class Unfit(Exception):
    """Why a picture cannot be used: code, message and hint of the problem."""


def read_raster(data: bytes, cache: Cache | None = None) -> Raster:
    """Check a picture by decoding all of it. Raises `Unfit`; nothing else, whatever the bytes are.

    What the cache knows of it is not decoded again: that it is whole, and how it lies.
    """
    import PIL

    suffix = kind(data)
    if not suffix:
        raise Unfit("image-format", "is no SVG, PNG, JPEG, GIF or WebP", "save it as PNG (drawings: SVG; photos: JPEG)")
    key = cache_key("picture", PIL.__version__, data)
    if cache and (known := cache.get(key)):
        width, height, turn = json.loads(known)
        bare = _bare(data, suffix, turn)
    else:
        with opened(data, suffix, MOST_PIXELS) as image:
            width, height = image.size
            turn = image.getexif().get(_ORIENTATION, 1)
            turn = turn if turn in range(1, 9) else 1
            image.load()
            bare = _bare(data, suffix, turn)
        if cache:
            cache.put(key, json.dumps([width, height, turn]).encode())
    if turn >= 5:  # lying on its side
        width, height = height, width
    return Raster(suffix, _MEDIA_TYPES[suffix], bare, width, height)


@contextmanager
def opened(data: bytes, suffix: str, most_pixels: int) -> Iterator[Image]:
    """A picture that stands still, of at most so many pixels, which are not decoded yet.

    Whatever goes wrong with it inside of `with` is raised as `Unfit`.
    """
    from PIL import Image, ImageFile

    lenient = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # importing the PDF engine sets it, for the whole process
    try:
        if suffix == "png" and len(data) >= 24:  # before Pillow looks for the pixels
            width, height = struct.unpack_from(">II", data, 16)
            _check_size(width, height, most_pixels)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=_PILLOW[suffix]) as image:
                _check_size(*image.size, most_pixels)
                if suffix != "jpg" and getattr(image, "n_frames", 1) > 1:
                    raise Unfit("animated-image", "is animated", "a page stands still: save the one frame that matters")
                if image.mode not in _MODES:
                    message = f"has a colour depth that not every reader shows ({image.mode})"
                    raise Unfit("image-format", message, "save it with 8 bits a channel")
                yield image
    except Unfit:
        raise
    except Exception as error:  # Pillow raises OSError, SyntaxError, ValueError, struct.error … on broken files
        reason = str(error).rstrip(".") or type(error).__name__
        if "BytesIO" in reason:  # Pillow names the object that it could not read
            reason = "its beginning is damaged"
        raise Unfit("broken-image", f"cannot be read: {reason}", "save it anew, or copy it again") from None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _check_size(width: int, height: int, most_pixels: int) -> None:
    if width * height > most_pixels:
        message = f"has {width} × {height} pixels, more than {most_pixels // 1_000_000} million"
        raise Unfit("broken-image", message, "scale it down: 300 pixels an inch are enough in print")


def kind(data: bytes) -> str:
    """The usual suffix of a picture, by its first bytes: png, jpg, gif, webp, or ""."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((suffix for suffix, magic in _MAGIC if data.startswith(magic)), "")


def _exif(turn: int) -> bytes:
    """EXIF that says nothing but how the picture is turned (TIFF 6.0, section 2); empty where it is not."""
    if turn == 1:
        return b""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turn, 0, 0)


# PNG 3rd edition, section 11: what decides how the pixels look. Text, time, EXIF and private chunks do not.
_PNG_CHUNKS = frozenset(b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT".split())


def _bare_png(data: bytes, turn: int) -> bytes:
    kept, place = [data[:8]], 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        name, end = data[place + 4 : place + 8], place + 12 + length
        if name in _PNG_CHUNKS:
            kept.append(data[place:end])
        if name == b"IHDR" and (exif := _exif(turn)):
            check = zlib.crc32(b"eXIf" + exif)
            kept.append(struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", check))
        if name == b"IEND":
            break
        place = end
    return b"".join(kept)


def _bare_jpeg(data: bytes, turn: int) -> bytes:
    """JFIF (APP0), colour profile (APP2) and Adobe's colour transform (APP14) stay of the APPn segments."""
    kept = [data[:2]]
    if exif := _exif(turn):
        kept.append(b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif)
    for marker, segment in _jpeg_segments(data):
        private = 0xE0 <= marker <= 0xEF or marker == 0xFE
        profile = marker == 0xE2 and segment[4:].startswith(b"ICC_PROFILE\0")
        if not private or profile or (marker == 0xE0 and segment[4:9] == b"JFIF\0") or marker == 0xEE:
            kept.append(segment)
    return b"".join(kept)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment behind the first, up to the end of the image (ISO 10918-1, annex B)."""
    place = 2
    while True:
        while data[place + 1] == 0xFF:  # fill bytes
            place += 1
        marker = data[place + 1]
        if data[place] != 0xFF:
            raise ValueError("no JPEG marker where one should stand")
        if marker == 0xD9:
            yield marker, data[place : place + 2]
            return
        end = place + 2 + struct.unpack_from(">H", data, place + 2)[0]
        if marker == 0xDA:  # a scan: its pixels go on until a marker that is neither an escape nor a restart
            while not (data[end] == 0xFF and data[end + 1] != 0 and not 0xD0 <= data[end + 1] <= 0xD7):
                end = data.index(b"\xff", end + 1)
        yield marker, data[place:end]
        place = end


def _bare_webp(data: bytes, turn: int) -> bytes:
    """The chunks EXIF and XMP go, with their flags in VP8X (WebP container, "Extended File Format")."""
    exif = _exif(turn)
    chunks, place = [], 12
    end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while place + 8 <= end:
        name, length = data[place : place + 4], struct.unpack_from("<I", data, place + 4)[0]
        chunk = bytearray(data[place : place + 8 + length + length % 2])
        if name == b"VP8X":
            chunk[8] = chunk[8] & ~0x0C | (0x08 if exif else 0)
        if name not in (b"EXIF", b"XMP "):
            chunks.append(bytes(chunk))
        place += len(chunk)
    if exif and chunks and chunks[0].startswith(b"VP8X"):
        chunks.append(b"EXIF" + struct.pack("<I", len(exif)) + exif)
    body = b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _bare(data: bytes, suffix: str, turn: int) -> bytes:
    return _BARE[suffix](data, turn) if suffix in _BARE else data


_BARE = {"png": _bare_png, "jpg": _bare_jpeg, "webp": _bare_webp}  # a GIF holds comments at most
