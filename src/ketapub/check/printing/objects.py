"""The objects of a file for the press, used or not: one in, what it may not be there out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Dictionary

from ketapub.check.printing.pages import SPACES, Fault, of_content

FORBIDDEN_STATES = ("/TR", "/HTP", "/HTO", "/BG", "/UCR")
ACTIONS = ("/JavaScript", "/Launch", "/URI", "/GoTo", "/SubmitForm")


def of_object(thing: Any, standard: str) -> Iterator[Fault]:
    flat = standard == "x-1a"
    if isinstance(thing, pikepdf.Stream):
        yield from _of_stream(thing, flat=flat)
    if "/ShadingType" in thing and str(thing.ColorSpace) not in SPACES:
        yield "colour", "a gradient in other colours"
    if "/OPI" in thing:
        yield "file", "OPI"
    group = thing.get("/Group", Dictionary())
    if group.get("/S") == "/Transparency":
        if flat:
            yield "transparency", "transparency group"
        elif str(group.get("/CS", "/DeviceCMYK")) not in SPACES:
            yield "transparency", "a group that mixes other colours"
    yield from (fault for state in _states(thing) for fault in _of_state(state, flat=flat))
    if thing.get("/Type") == "/Font":
        yield from (("fonts", fault) for fault in _of_font(thing))
    if thing.get("/S") in ACTIONS:
        yield "screens", f"action {thing.S}"
    if thing.get("/Type") in ("/Annot", "/Filespec", "/OCG"):
        yield "screens", f"an object {thing.Type}"


def _of_stream(thing: Any, *, flat: bool) -> Iterator[Fault]:
    kind = str(thing.get("/Subtype", ""))
    if kind == "/Image":
        yield from (("pictures", fault) for fault in _of_image(thing, flat=flat))
    if kind == "/PS" or thing.get("/Subtype2") == "/PS":
        yield "content", "PostScript"
    if kind == "/Form" or thing.get("/PatternType") == 1:
        yield from dict.fromkeys(of_content(thing, thing))
    if "/LZWDecode" in str(thing.get("/Filter", "")):
        yield "file", "packed with LZW"
    if "/F" in thing:
        yield "file", "content in another file"


def _states(thing: Any) -> Iterator[Any]:
    holder = thing.Resources if "/Resources" in thing else thing
    states = holder.get("/ExtGState", Dictionary())
    for key in states.keys():  # noqa: SIM118 (a pikepdf dictionary gives no keys by itself)
        yield states[key]


def _of_state(state: Any, *, flat: bool) -> Iterator[Fault]:
    yield from (("content", f"{key} in a graphics state") for key in FORBIDDEN_STATES if key in state)
    if flat:
        if any(float(state.get(key, 1)) < 1 for key in ("/ca", "/CA")):
            yield "transparency", "opacity"
        if state.get("/SMask", "/None") != "/None" or state.get("/BM", "/Normal") not in ("/Normal", "/Compatible"):
            yield "transparency", "mask or mix of colours"


def _of_image(image: Any, *, flat: bool) -> Iterator[str]:
    if image.get("/ImageMask") is not True and str(image.get("/ColorSpace")) not in SPACES:
        yield f"picture in {image.get('/ColorSpace')}"
    if flat and "/SMask" in image:
        yield "picture with a soft mask"
    if int(image.get("/BitsPerComponent", 1)) > 8:
        yield "picture of more than 8 bits"
    if "/Alternates" in image:
        yield "picture with alternates"
    if "/JPXDecode" in str(image.get("/Filter", "")) and flat:
        yield "JPEG 2000"


def _of_font(font: Any) -> Iterator[str]:
    if font.Subtype == "/Type3":
        yield "Type 3 font"
    elif font.Subtype == "/Type0":
        if "/ToUnicode" not in font:
            yield f"{font.BaseFont} without ToUnicode"
        (inner,) = font.DescendantFonts
        descriptor = inner.get("/FontDescriptor", Dictionary())
        if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield f"{font.BaseFont} is not embedded"
        if not re.match(r"/[A-Z]{6}\+", str(font.BaseFont)):
            yield f"{font.BaseFont} is not cut to the letters in use"
    elif font.Subtype not in ("/CIDFontType0", "/CIDFontType2"):
        yield f"font of the type {font.Subtype}"
