"""A TrueType or OpenType font in; the same font as WOFF2 out (WOFF File Format 2.0), byte for byte as by fontTools.

fontTools makes objects of all points of a glyph, and of those others; here the bytes of one format become those of the
other. Hints are kept, tables for signatures left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, pairwise

ON_CURVE, SHORT_X, SHORT_Y, REPEAT, SAME_X, SAME_Y, OVERLAP = (1 << bit for bit in range(7))  # of a point
# Of a part of a composite glyph:
WORDS, OFFSETS, SCALE, MORE, TWO_SCALES, MATRIX, HINTED = 0x1, 0x2, 0x8, 0x20, 0x40, 0x80, 0x100
FLAGS, FORM = 16, slice(50, 52)  # of `head`: where they stand
UNKNOWN = 63  # a tag that is written out
CHANGED = 1 << 3  # in the first byte of the flags in `head`: by a transform that loses nothing


def to_woff2(font: bytes) -> bytes:
    from fontTools.ttLib.woff2 import brotli, woff2KnownTags

    tables = dict(sorted(_tables(font)))
    head = bytearray(tables["head"])
    head[FLAGS] |= CHANGED
    streams: dict[str, bytes] = {}
    if "glyf" in tables:
        glyphs = _glyphs(tables)
        tables["glyf"] = b"".join(glyphs) or b"\0"
        tables["loca"], head[FORM] = _places(glyphs)
        streams = {"glyf": _Streams(glyphs, bytes(head[FORM])).bytes, "loca": b""}
    tables["head"] = bytes(head)
    tables["head"] = _with_checksum(font[:4], tables)
    directory = bytearray()
    for tag, data in tables.items():
        known = woff2KnownTags.index(tag) if tag in woff2KnownTags else UNKNOWN
        directory.append(known)
        directory += (tag.encode("latin-1") if known == UNKNOWN else b"") + _base_128(len(data))
        if tag in streams:
            directory += _base_128(len(streams[tag]))
    packed = brotli.compress(b"".join(streams.get(tag, data) for tag, data in tables.items()), mode=brotli.MODE_FONT)
    whole = 12 + sum(16 + len(data) + -len(data) % 4 for data in tables.values())
    length = 48 + len(directory) + len(packed)
    about = struct.pack(">LHHLL", length + -length % 4, len(tables), 0, whole, len(packed))
    return b"".join((b"wOF2", font[:4], about, head[4:8], bytes(20), directory, packed, bytes(-length % 4)))


def _tables(font: bytes) -> Iterator[tuple[str, bytes]]:
    for number in range(struct.unpack_from(">H", font, 4)[0]):
        tag, _, start, length = struct.unpack_from(">4sLLL", font, 12 + 16 * number)
        if tag != b"DSIG":
            yield tag.decode("latin-1"), font[start : start + length]


def _glyphs(tables: Mapping[str, bytes]) -> tuple[bytes, ...]:
    """Each with its length a multiple of four, as reference decoders lay them out."""
    loca, long = tables["loca"], tables["head"][51]
    places = struct.unpack(f">{len(loca) // (4 if long else 2)}{'L' if long else 'H'}", loca)
    unit = 1 if long else 2
    glyphs = (tables["glyf"][start * unit : end * unit] for start, end in pairwise(places))
    return tuple(glyph + bytes(-len(glyph) % 4) for glyph in glyphs)


def _places(glyphs: tuple[bytes, ...]) -> tuple[bytes, bytes]:
    """`loca`, and what `head` says of its form."""
    places = [*accumulate(map(len, glyphs), initial=0)]
    if places[-1] < 0x20000:
        return struct.pack(f">{len(places)}H", *(place // 2 for place in places)), b"\0\0"
    return struct.pack(f">{len(places)}L", *places), b"\0\1"


def _with_checksum(version: bytes, tables: Mapping[str, bytes]) -> bytes:
    """`head` with the checksum of the whole font that a decoder lays out."""
    head, number = tables["head"], len(tables)
    head = head[:8] + bytes(4) + head[12:]
    power = number.bit_length() - 1
    directory = version + struct.pack(">HHHH", number, 16 << power, power, 16 * number - (16 << power))
    place, total = 12 + 16 * number, 0
    for tag, data in tables.items():
        found = _checksum(head if tag == "head" else data)
        directory += struct.pack(">4sLLL", tag.encode("latin-1"), found, place, len(data))
        place, total = place + len(data) + -len(data) % 4, total + found
    return head[:8] + struct.pack(">L", (0xB1B0AFBA - total - _checksum(directory)) & 0xFFFFFFFF) + head[12:]


def _checksum(data: bytes) -> int:
    words = data + bytes(-len(data) % 4)
    total: int = sum(struct.unpack(f">{len(words) // 4}L", words))
    return total & 0xFFFFFFFF


class _Streams:
    """`glyf` as the format has it: what glyphs are made of, kind by kind (5.1)."""

    def __init__(self, glyphs: tuple[bytes, ...], form: bytes) -> None:
        self.contours, self.counts, self.flags, self.steps, self.parts, self.boxes, self.hints = (
            bytearray() for _ in range(7)
        )
        boxed, overlapping = bytearray(-(-len(glyphs) // 32) * 4), bytearray(-(-len(glyphs) // 8))
        for number, glyph in enumerate(glyphs):
            contours = struct.unpack_from(">h", glyph)[0] if glyph else 0
            self.contours += struct.pack(">h", contours)
            if contours == 0:
                continue
            byte, bit = number >> 3, 0x80 >> (number & 7)
            with_box, overlap = self._composite(glyph) if contours < 0 else self._simple(glyph, contours)
            if with_box:
                boxed[byte] |= bit
                self.boxes += glyph[2:10]
            if overlap:
                overlapping[byte] |= bit
        boxes, overlaps = boxed + self.boxes, overlapping if any(overlapping) else b""
        streams = (self.contours, self.counts, self.flags, self.steps, self.parts, boxes, self.hints)
        about = struct.pack(">HHH2s7L", 0, bool(overlaps), len(glyphs), form, *map(len, streams))
        self.bytes = b"".join((about, *streams, overlaps))

    def _composite(self, glyph: bytes) -> tuple[bool, bool]:
        """Whether its box has to be told, and whether it says that its contours overlap."""
        place, marks = 10, MORE
        while marks & MORE:
            marks, part = struct.unpack_from(">HH", glyph, place)
            byte, word = ("b", "h") if marks & OFFSETS else ("B", "H")
            offsets = struct.unpack_from(f">2{word if marks & WORDS else byte}", glyph, place + 4)
            shift = place + (8 if marks & WORDS else 6)
            place = shift + (2 if marks & SCALE else 4 if marks & TWO_SCALES else 8 if marks & MATRIX else 0)
            lowest = -128 if marks & OFFSETS else 0
            if all(lowest <= offset < lowest + 256 for offset in offsets):
                marks, word = marks & ~WORDS, byte
            self.parts += struct.pack(f">HH2{word}", marks, part, *offsets) + glyph[shift:place]
        if marks & HINTED:
            self._hints(glyph, place)
        return True, False

    def _simple(self, glyph: bytes, contours: int) -> tuple[bool, bool]:
        ends = struct.unpack_from(f">{contours}H", glyph, 10)
        for before, end in pairwise((-1, *ends)):
            self.counts += _ushort_255(end - before)
        hints = 10 + 2 * contours
        place = hints + 2 + struct.unpack_from(">H", glyph, hints)[0]
        marks = bytearray()
        while len(marks) <= ends[-1]:
            mark, place = glyph[place], place + 1
            marks.append(mark)
            if mark & REPEAT:
                marks += bytes([mark]) * glyph[place]
                place += 1
        across, place = _steps(glyph, place, marks, SHORT_X, SAME_X)
        up, _ = _steps(glyph, place, marks, SHORT_Y, SAME_Y)
        for mark, x, y in zip(marks, across, up, strict=True):
            flag, step = _triplet(x, y)
            self.flags.append(flag if mark & ON_CURVE else flag | 0x80)
            self.steps += step
        self._hints(glyph, hints)
        xs, ys = [*accumulate(across)], [*accumulate(up)]
        box = struct.pack(">4h", min(xs), min(ys), max(xs), max(ys))
        return box != glyph[2:10], bool(marks[0] & OVERLAP)

    def _hints(self, glyph: bytes, place: int) -> None:
        length = struct.unpack_from(">H", glyph, place)[0]
        self.steps += _ushort_255(length)
        self.hints += glyph[place + 2 : place + 2 + length]


def _steps(glyph: bytes, place: int, marks: bytearray, short: int, same: int) -> tuple[list[int], int]:
    """How far each point is from the one before it, in one direction; and where that ends in the glyph."""
    steps = []
    for mark in marks:
        if mark & short:
            steps.append(glyph[place] if mark & same else -glyph[place])
            place += 1
        elif mark & same:
            steps.append(0)
        else:
            steps.append(int.from_bytes(glyph[place : place + 2], "big", signed=True))
            place += 2
    return steps, place


@lru_cache(maxsize=50_000)
def _triplet(x: int, y: int) -> tuple[int, bytes]:
    """A step as the format writes it: a flag, and one to four bytes (5.2)."""
    right, far, high = x >= 0, abs(x), abs(y)
    signs = right + 2 * (y >= 0)
    if x == 0 and high < 1280:
        return ((high & 0xF00) >> 7) + (y >= 0), bytes([high & 0xFF])
    if y == 0 and far < 1280:
        return 10 + ((far & 0xF00) >> 7) + right, bytes([far & 0xFF])
    if far < 65 and high < 65:
        flag = 20 + (far - 1 & 0x30) + ((high - 1 & 0x30) >> 2)
        return flag + signs, bytes([(far - 1 & 0xF) << 4 | high - 1 & 0xF])
    if far < 769 and high < 769:
        flag = 84 + 12 * ((far - 1 & 0x300) >> 8) + ((high - 1 & 0x300) >> 6)
        return flag + signs, bytes([far - 1 & 0xFF, high - 1 & 0xFF])
    if far < 4096 and high < 4096:
        return 120 + signs, (far << 12 | high).to_bytes(3, "big")
    return 124 + signs, (far << 16 | high).to_bytes(4, "big")


def _ushort_255(value: int) -> bytes:
    if value < 253:
        return bytes([value])
    if value < 762:
        return bytes([255, value - 253] if value < 506 else [254, value - 506])
    return struct.pack(">BH", 253, value)


def _base_128(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))
