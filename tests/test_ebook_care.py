"""What would go wrong in shops and on reading devices is named while the EPUB is made, and nothing else is."""

from __future__ import annotations

import io
import random
from dataclasses import replace

import pytest
from conftest import Made
from PIL import Image

from ketapub import document as d
from ketapub.formats.ebook_care import check_pictures, check_styles
from ketapub.problems import Position, Problems


def picture(kind: str = "PNG", mode: str = "L", size: tuple[int, int] = (20, 20)) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind)
    return buffer.getvalue()


def told(stock: Made, asset: d.Asset) -> list[str]:
    """Of a book that shows the picture twice."""
    shown = d.Paragraph((d.Image(asset.name, alt="A picture", at=Position("chapters/01.md", 3, 5)),))
    chapter = replace(stock.book.chapters[1], blocks=(shown, shown))
    problems = Problems()
    check_pictures(replace(stock.book, chapters=(chapter,), assets={asset.name: asset}), problems)
    assert all((one.severity, str(one.at)) == ("warning", "chapters/01.md:3:5") for one in problems.found)
    return [one.code for one in problems.found]


@pytest.mark.parametrize(("size", "codes"), [(2_000_000, []), (2_000_001, ["heavy-picture"])])
def test_a_heavy_picture_is_named(stock: Made, size: int, codes: list[str]) -> None:
    assert told(stock, d.Asset("images/a.png", "image/png", random.Random(1).randbytes(size), 10, 10)) == codes


@pytest.mark.parametrize(
    ("data", "type", "size", "codes"),
    [
        (picture("PNG"), "image/png", (20, 20), []),
        (picture("JPEG"), "image/jpeg", (20, 20), []),
        (picture("JPEG", "RGB"), "image/jpeg", (20, 20), []),
        (picture("JPEG", "CMYK"), "image/jpeg", (20, 20), ["ebook-picture"]),
        (picture("WEBP", "RGB"), "image/webp", (20, 20), ["ebook-picture"]),
        (picture("PNG"), "image/png", (2800, 2000), []),
        (picture("PNG"), "image/png", (2801, 2000), ["ebook-picture"]),
    ],
)
def test_pictures_that_readers_do_not_show_are_named(
    stock: Made, data: bytes, type: str, size: tuple[int, int], codes: list[str]
) -> None:
    assert told(stock, d.Asset("images/a", type, data, *size)) == codes


@pytest.mark.parametrize(
    "css",
    [
        "p { position: fixed }",
        ".x { position: absolute }",
        ".x, .y { display: none }",
        "@media screen { nav { display: grid } }",
        ".x { margin: 0 -1em }",
        "h2 { margin-top: -.5em }",
        "html { background: #fff }",
        "div > p { color: black }",
        ".x body { background-color: white }",
    ],
)
def test_styles_that_harm_are_named(stock: Made, css: str) -> None:
    assert styles_told(stock, css) == ["ebook-style"] * (1 + css.count(","))


@pytest.mark.parametrize(
    "css",
    [
        "p { text-indent: -1em; margin: 0 1em }",
        "@media print { body { color: black; position: absolute } }",
        "@page { margin: -1in }",
        ".box { color: #123456; background: #eee }",
        "body { color: inherit; background: transparent }",
        "p { margin-left: calc(1em - 2px); display: block; position: relative }",
    ],
)
def test_styles_that_do_no_harm_are_not(stock: Made, css: str) -> None:
    assert styles_told(stock, css) == []


def styles_told(stock: Made, css: str) -> list[str]:
    problems = Problems()
    check_styles(replace(stock.book, styles=(css,)), problems)
    return [one.code for one in problems.found]
