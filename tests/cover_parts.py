"""A finished cover, read back by code that shares none with the writer: its panels, its words, its bar code."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pypdfium2
from PIL import Image

PANELS = ("back", "spine", "front")
Box = tuple[float, float, float, float]  # left, bottom, right, top, in points from the lower left corner of the trim


@dataclass(frozen=True)
class Letter:
    sign: str
    box: Box


def panels(width: float, spine: float, height: float, *, mirrored: bool = False) -> dict[str, Box]:
    """Where each panel lies, from fold to trim."""
    edges = [0, width, width + spine, 2 * width + spine]
    found = {name: (edges[at], 0.0, edges[at + 1], height) for at, name in enumerate(PANELS)}
    return {**found, "back": found["front"], "front": found["back"]} if mirrored else found


def letters(data: bytes) -> list[Letter]:
    """Every letter that is drawn, in its order in the file, where the ink of it is."""
    with pypdfium2.PdfDocument(io.BytesIO(data)) as pdf:
        text = pdf[0].get_textpage()
        signs = [chr(pypdfium2.raw.FPDFText_GetUnicode(text, at)) for at in range(text.count_chars())]
        found = [Letter(sign, text.get_charbox(at)) for at, sign in enumerate(signs) if sign.strip()]
    return [letter for letter in found if letter.sign > " "]


def words_of(found: list[Letter], panel: Box) -> str:
    """The letters in a panel without the spaces between them."""
    return "".join(letter.sign for letter in found if _middle(letter.box, panel))


def _middle(box: Box, panel: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return panel[0] <= x <= panel[2] and panel[1] <= y <= panel[3]


def picture(data: bytes, area: Box, bleed: float, scale: float) -> Image.Image:
    """A part of the sheet as it is seen, `scale` pixels a point."""
    with pypdfium2.PdfDocument(io.BytesIO(data)) as pdf:
        page: Any = pdf[0]
        width, height = page.get_size()
        left, bottom, right, top = area
        cut = (left + bleed, bottom + bleed, width - right - bleed, height - top - bleed)
        return page.render(scale=scale, crop=cut).to_pil().convert("RGB")


# --- EAN-13, as a scanner reads it (ISO/IEC 15420, tables 1 to 3) ----------------------------------------------------

ODD = ["0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011"]
RIGHT = ["".join("10"[int(bit)] for bit in code) for code in ODD]
EVEN = [code[::-1] for code in RIGHT]
LEADING = ["OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE", "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO"]


def decode(modules: str) -> str:
    """The 13 digits of 95 modules. Fails on anything that is no EAN-13 with a right check digit."""
    found = re.fullmatch("101([01]{42})01010([01]{42})101", modules)
    assert found, modules
    left, right = ([half[at : at + 7] for at in range(0, 42, 7)] for half in found.groups())
    parity = "".join("O" if code in ODD else "E" for code in left)
    digits = str(LEADING.index(parity))
    digits += "".join(str((ODD if code in ODD else EVEN).index(code)) for code in left)
    digits += "".join(str(RIGHT.index(code)) for code in right)
    assert sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10 == 0
    return digits


@dataclass(frozen=True)
class Scan:
    modules: str
    module: float  # in pixels
    before: float  # quiet zones, in modules
    after: float


def scan(line: list[int]) -> Scan:
    """A row of pixels across the white box of a bar code, from dark ground to dark ground."""
    runs = [(dark, len(list(run))) for dark, run in groupby(pixel < 128 for pixel in line)]
    start = next(at for at, (dark, _) in enumerate(runs) if not dark)
    bars = runs[start + 1 : start + 1 + 59]  # 59 bars and spaces lie between the quiet zones
    module = sum(length for _, length in bars) / 95
    modules = "".join(("1" if dark else "0") * round(length / module) for dark, length in bars)
    return Scan(modules, module, runs[start][1] / module, runs[start + 60][1] / module)
