"""Fonts as WOFF2: the same bytes as fontTools writes, and so the same glyphs for readers."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, woff2

from ketapub.formats.woff2 import to_woff2
from ketapub.theme import load_theme

THEME = load_theme()
FONTS = [THEME.files[name] for name in THEME.fonts] + sorted((Path(__file__).parent / "fonts").glob("*.ttf"))
SMALL = [path for path in FONTS if "Noto" not in path.name]


@pytest.fixture(autouse=True)
def uncompressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compressing takes most of the time, and is the same function for both."""
    monkeypatch.setattr(woff2.brotli, "compress", lambda data, mode: data)


def by_font_tools(font: bytes) -> bytes:
    made, out = TTFont(io.BytesIO(font), recalcTimestamp=False, recalcBBoxes=False), io.BytesIO()
    made.flavor = "woff2"
    made.save(out, reorderTables=False)
    return out.getvalue()


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_whole_fonts(path: Path) -> None:
    font = path.read_bytes()
    assert to_woff2(font) == by_font_tools(font)


def test_long_steps_and_many_contours() -> None:
    pen = TTGlyphPen(None)
    for number in range(300):
        for point in ((0, 0), (number * 20, 5000), (-3000, 9)):
            (pen.lineTo if point[1] else pen.moveTo)(point)
        pen.closePath()
    font = built(glyf=pen.glyph())
    assert to_woff2(font) == by_font_tools(font)


def test_a_font_of_another_kind_of_outlines() -> None:
    font = built(glyf=None)
    assert font.startswith(b"OTTO")
    assert to_woff2(font) == by_font_tools(font)


def built(glyf: object) -> bytes:
    """A font of one letter; without `glyf` it is drawn by CFF."""
    builder = FontBuilder(1000, isTTF=glyf is not None)
    builder.setupGlyphOrder([".notdef", "a"])
    builder.setupCharacterMap({ord("a"): "a"})
    if glyf is None:
        pen = T2CharStringPen(500, None)
        pen.moveTo((0, 0))
        pen.lineTo((400, 700))
        pen.closePath()
        builder.setupCFF("Test", {}, {name: pen.getCharString() for name in (".notdef", "a")}, {})
    else:
        builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "a": glyf})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "a"), (500, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Test", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()
