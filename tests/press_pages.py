"""Pages for the press made in a moment, without a book: markup, style and pictures in, the finished file out."""

from __future__ import annotations

import io
from functools import cache
from typing import NamedTuple
from xml.etree import ElementTree

import pikepdf
from PIL import Image

from ketapub.formats.pdf.engine import Engine, log_as_problems
from ketapub.formats.pdf.press.intent import SHIPPED, Intent
from ketapub.formats.pdf.press.job import Job
from ketapub.formats.pdf.press.write import press_pdf
from ketapub.info import BookSettings, Info, PressSettings
from ketapub.problems import Position, Problems
from ketapub.theme import load_theme

CSS = """
@page { size: 3in 4in; margin: .25in; bleed: BLEED }
html { font: 10pt Literata; color: device-cmyk(0 0 0 1) }
img { display: block; width: .5in; image-rendering: crisp-edges }
"""


class Printed(NamedTuple):
    data: bytes
    problems: Problems

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems.found]

    def pdf(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.data))


@cache
def shipped() -> Intent:
    return Intent(load_theme().read(SHIPPED), "Custom", "a press")


def printed(
    body: str,
    css: str = "",
    pictures: dict[str, bytes] | None = None,
    spine: str = "",
    black_only: bool = False,
    **settings: object,
) -> Printed:
    """`settings` are those of [press]. A picture is called by its name under https://book.invalid/."""
    problems, pictures = Problems(), pictures or {}
    press = PressSettings(**settings)
    with log_as_problems(problems):
        sheet = CSS.replace("BLEED", press.bleed) + css
        engine = Engine(sheet, pictures, load_theme().folder / "fonts")
        page = f'<html lang="en"><head><title>A page</title></head><body>{body}</body></html>'
        document = engine.lay_out(ElementTree.fromstring(page), "")
    document.metadata.title, document.metadata.lang = "A page", "en"
    document.metadata.created = document.metadata.modified = "2026-01-15"
    info = Info(book=BookSettings(title="A page"), press=press)
    places = {name: (Position("a.md", line),) for line, name in enumerate(pictures, 1)}
    return Printed(
        press_pdf(document, Job(info, shipped(), pictures, places, spine=spine, black_only=black_only), problems),
        problems,
    )


def shown(name: str) -> str:
    return f'<img src="https://book.invalid/{name}" alt=""/>'


@cache
def picture(mode: str, kind: str = "PNG", size: int = 160, **options: object) -> bytes:
    """A picture with every shade of grey in it, or of three colours, or of four inks up to 400 %."""
    shade = Image.radial_gradient("L").resize((size, size))
    turned = shade.rotate(90).point(lambda value: value // 3)
    bands = {
        "L": (shade,),
        "LA": (shade, turned),
        "RGB": (shade, turned, shade.point(lambda value: 255 - value)),
        "RGBA": (shade, turned, shade, turned),
        "CMYK": (shade,) * 4,
        "grey": (shade,) * 3,
    }
    if mode == "1":
        made = shade.convert("1")
    elif mode == "P":
        made = Image.merge("RGB", bands["RGB"]).quantize(16)
    else:
        made = Image.merge("RGB" if mode == "grey" else mode, bands[mode])
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def pictures_in(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    """The pictures of a file, without their masks."""
    masks = {one.SMask.objgen for one in pdf.objects if isinstance(one, pikepdf.Stream) and "/SMask" in one}
    found = [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
    return [one for one in found if one.objgen not in masks]


def colours(pdf: pikepdf.Pdf) -> set[tuple[float, ...]]:
    """Every colour that is set on a page, in a form or in a pattern."""
    streams = [page.obj for page in pdf.pages]
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream) and (one.get("/Subtype") == "/Form" or "/PatternType" in one):
            streams.append(one)
    found = set()
    for stream in streams:
        for operands, operator in pikepdf.parse_content_stream(stream, "g G rg RG k K sc SC scn SCN"):
            if all(not isinstance(operand, pikepdf.Name) for operand in operands):
                found.add((str(operator).lower(), *(float(operand) for operand in operands)))
    return found


DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90" viewBox="0 0 90 90"><defs>
<linearGradient id="g"><stop stop-color="red"/><stop offset="1" stop-color="blue" OPACITY/></linearGradient>
<radialGradient id="r"><stop stop-color="red"/><stop offset="1" stop-color="green"/></radialGradient>
<pattern id="p" width="9" height="9" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="orange"/></pattern>
</defs><rect width="45" height="45" fill="url(#g)" stroke="url(#r)"/>
<rect x="45" width="45" height="45" fill="url(#p)"/>
<text x="3" y="80" fill="currentColor">words</text></svg>"""
PLAIN = {
    "names": '<p style="color: red; background: navy">a</p>',
    "spaces": '<p style="color: lab(50% 40 -30)">a</p><p style="color: oklch(60% .1 200)">b</p><hr/>',
    "borders": '<p style="border: 4pt ridge teal">a</p><p style="border: 2pt groove #888">a</p>',
    "gradients": '<p style="background: linear-gradient(red, blue)">a</p>'
    '<p style="background: repeating-radial-gradient(#fff, #000 5px)">a</p>',
    "drawing": DRAWING.replace("OPACITY", ""),
}
CLEAR = {
    "opacity": '<p style="opacity: .5; color: red">a</p>',
    "colour": '<p style="color: rgb(0 0 0 / 50%)">a</p>',
    "gradient": '<p style="background: linear-gradient(rgb(255 0 0 / 0), blue)">a</p>',
    "drawing": DRAWING.replace("OPACITY", 'stop-opacity=".5"'),
    "mask": '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><mask id="m"><rect width="9" height="9" '
    'fill="yellow"/></mask><rect width="45" height="45" fill="teal" mask="url(#m)"/></svg>',
}
