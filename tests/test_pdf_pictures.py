"""PNG pictures stand in a PDF as they were packed, where that shows the same pixels."""

from __future__ import annotations

import hashlib
import inspect
import io
import struct
import zlib
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pytest
from PIL import Image
from weasyprint.images import RasterImage

from ketapub.formats.pdf.engine import Engine, to_plain_pdf
from ketapub.formats.pdf.pictures import packed
from ketapub.theme import load_theme

RASTER_IMAGE = "ea99edc276538b4f"  # its source in WeasyPrint 70.0: a new one has to be read before this is renewed
SIZE = (40, 30)


def picture(mode: str) -> Image.Image:
    """A picture with many shades, some of them clear where the mode has such."""
    names = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
    count = SIZE[0] * SIZE[1] * names[mode]
    return Image.frombytes(mode, SIZE, bytes(place * place // 7 % 256 for place in range(count)))


def png(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def by_hand(depth: int, colour: int, interlace: int, lines: list[bytes], *others: bytes) -> bytes:
    """A PNG as wide and high as the others, of lines with their filters."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *SIZE, depth, colour, 0, 0, interlace))
    body = chunk(b"IDAT", zlib.compress(b"".join(lines)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(others) + body + chunk(b"IEND", b"")


GREY = [bytes((place % 5,)) + bytes(range(place, place + SIZE[0])) for place in range(SIZE[1])]
KEPT = {
    "greys": png(picture("L")),
    "colours": png(picture("RGB")),
    "several chunks": png(picture("RGB").resize((400, 300)), compress_level=1),
    "a profile, a density": png(picture("RGB"), icc_profile=b"profile", dpi=(300, 300)),
    "each filter": by_hand(8, 0, 0, GREY),
    "advice on its palette": by_hand(
        8, 2, 0, [bytes(1) + bytes(range(3 * SIZE[0]))] * SIZE[1], chunk(b"PLTE", bytes(9))
    ),
}
PACKED_ANEW = {
    "clear in places": png(picture("RGBA")),
    "clear greys": png(picture("LA")),
    "palette": png(picture("RGB").quantize(16)),
    "one clear grey": by_hand(8, 0, 0, GREY, chunk(b"tRNS", b"\0\7")),
    "black and white": png(picture("L").convert("1")),
    "four bits": by_hand(4, 0, 0, [bytes(1 + SIZE[0] // 2)] * SIZE[1]),
    "sixteen bits": by_hand(16, 2, 0, [bytes(1) + bytes(range(240))] * SIZE[1]),
    "too few pixels": by_hand(8, 0, 0, GREY[:-1]),
    "cut off": KEPT["colours"][:-90],
}


def drawn(data: bytes) -> tuple[bytes, Image.Image]:
    """A PNG on a page: its bytes in the PDF, and its pixels as another program reads them there."""
    engine = Engine("img { width: 2in }", {"it.png": data}, load_theme().folder / "fonts")
    tree = ElementTree.fromstring(
        "<html lang='en'><head><title>x</title></head><body><img src='it.png'/></body></html>"
    )
    with pikepdf.open(io.BytesIO(to_plain_pdf(engine.lay_out(tree, "")))) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        return image.read_raw_bytes(), pikepdf.PdfImage(image).as_pil_image()


def idat(data: bytes) -> bytes:
    found, place = b"", 8
    while place + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        found += data[place + 8 : place + 8 + length] if name == b"IDAT" else b""
        place += 12 + length
    return found


def test_what_this_rests_on_has_not_moved() -> None:
    assert hashlib.sha256(inspect.getsource(RasterImage).encode()).hexdigest()[:16] == RASTER_IMAGE


@pytest.mark.parametrize("name", KEPT)
def test_a_picture_stays_as_it_is_packed(name: str) -> None:
    found, pixels = drawn(KEPT[name])
    assert found == idat(KEPT[name])
    shown = Image.open(io.BytesIO(KEPT[name]))
    assert (pixels.mode, pixels.tobytes()) == (shown.mode, shown.tobytes())


@pytest.mark.parametrize("name", PACKED_ANEW)
def test_a_picture_that_a_pdf_would_read_otherwise_is_packed_anew(name: str) -> None:
    assert packed(Image.open(io.BytesIO(PACKED_ANEW[name]))) is None


@pytest.mark.parametrize("name", ["clear in places", "palette", "one clear grey", "sixteen bits"])
def test_what_is_packed_anew_shows_the_same(name: str) -> None:
    found, pixels = drawn(PACKED_ANEW[name])
    shown = Image.open(io.BytesIO(PACKED_ANEW[name])).convert("RGBA").convert(pixels.mode)
    assert found != idat(PACKED_ANEW[name])
    assert pixels.tobytes() == shown.tobytes()
