"""The pages of a file for the press: a page in, what is wrong with its boxes and with what it draws out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Dictionary

Fault = tuple[str, str]  # its rule, and the words
SPACES = {"/DeviceCMYK", "/DeviceGray", "/Pattern"}
FORBIDDEN = {"rg": "colour", "RG": "colour", "ri": "colour", "BX": "content", "EX": "content", "PS": "content"}


def of_boxes(page: Any) -> Iterator[Fault]:
    boxes = {}
    for name in ("/MediaBox", "/BleedBox", "/TrimBox"):
        if name not in page:
            yield "boxes", f"no {name}"
            return
        boxes[name] = [float(edge) for edge in page[name]]
    for outer, inner in (("/MediaBox", "/BleedBox"), ("/BleedBox", "/TrimBox")):
        (left, bottom, right, top), (x, y, to_x, to_y) = boxes[outer], boxes[inner]
        if not (left <= x < to_x <= right and bottom <= y < to_y <= top):
            yield "boxes", f"{inner} reaches out of {outer}"
    if "/ArtBox" in page:
        yield "boxes", "an ArtBox beside the TrimBox"
    if len(page.get("/Annots", [])):
        yield "screens", "annotations"
    if "/AA" in page:
        yield "screens", "actions"


def of_content(stream: Any, holder: Any) -> Iterator[Fault]:
    """`holder` has the resources of the stream."""
    spaces = holder.get("/Resources", Dictionary()).get("/ColorSpace", Dictionary())
    for step in pikepdf.parse_content_stream(stream):
        name = str(step.operator)
        if name in FORBIDDEN:
            yield FORBIDDEN[name], f"operator {name}"
        elif name in ("cs", "CS"):
            operands: list[Any] = list(step.operands)
            named = str(operands[0])
            known = spaces.get(named, named)
            is_spot = isinstance(known, pikepdf.Array) and known[0] == "/Separation"
            if not is_spot and str(known) not in SPACES:
                yield "colour", f"colour space {named}"
        elif name == "INLINE IMAGE":
            yield "pictures", "inline image"
