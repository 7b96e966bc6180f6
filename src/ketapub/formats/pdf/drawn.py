"""Draws one part as a PDF of its own, from which `merge` makes the book: a composed part in, `Drawn` out.

What leads to another part is drawn as a link to an address that stands for it, until the book is joined.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketapub.formats.pdf.composer import Composed
from ketapub.formats.pdf.engine import to_pdf
from ketapub.formats.pdf.numbers import drawn_open
from ketapub.formats.pdf.standard import Standard

ELSEWHERE = "https://elsewhere.invalid/#"  # and an id: how a part leads to another one


@dataclass(frozen=True, slots=True)
class UsedFont:
    """What a part draws of a font. `digest`: SHA-256 of the font file; `glyphs`: number → its letters and its width."""

    digest: str
    index: int
    whole: bool  # whether it may be cut to size anew: no colours, no variations, nothing missing
    glyphs: Mapping[int, tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Drawn:
    data: bytes
    fonts: Mapping[str, UsedFont]  # by their names in the resources of the pages

    def as_bytes(self) -> bytes:
        fonts = {
            name: [font.digest, font.index, font.whole, [[glyph, *said] for glyph, said in font.glyphs.items()]]
            for name, font in self.fonts.items()
        }
        return json.dumps(fonts).encode() + b"\n" + self.data


def drawn_from(kept: bytes) -> Drawn:
    head, _, data = kept.partition(b"\n")
    fonts = {
        name: UsedFont(digest, index, whole, {glyph: (text, width) for glyph, text, width in glyphs})
        for name, (digest, index, whole, glyphs) in json.loads(head).items()
    }
    return Drawn(data, fonts)


def draw_part(composed: Composed, language: str, standard: Standard) -> tuple[Drawn, bool]:
    """And whether all of its open numbers can be put in."""
    document = composed.document
    document.metadata.lang = language
    for page in document.pages:
        page.links[:] = [_outward(link, composed.facts.anchors) for link in page.links]
    with drawn_open(composed.open) as drawing:
        data = to_pdf(document, standard)
    return Drawn(data, _fonts(document)), drawing.is_open


def _outward(link: tuple[str, str, Any, Any], own: Mapping[str, int]) -> tuple[str, str, Any, Any]:
    kind, target, rectangle, box = link
    if kind == "internal" and target not in own:
        kind, target = "external", ELSEWHERE + target
    return kind, target, rectangle, box


def _fonts(document: Any) -> dict[str, UsedFont]:
    from weasyprint.text.fonts import get_hb_object_data

    used: dict[str, UsedFont] = {}
    for font in document.fonts.values():
        known = used[font.hash].glyphs if font.hash in used else {}
        glyphs = {glyph: (text, font.widths[glyph]) for glyph, text in font.to_unicode.items() if glyph in font.widths}
        drawn = font.bitmap or font.png or font.svg or font.colr or font.missing or font.used_in_forms
        digest = hashlib.sha256(get_hb_object_data(font.hb_face)).hexdigest()
        whole = not drawn and "fvar" not in font.tables
        used[font.hash] = UsedFont(digest, font.index, whole, {**known, **glyphs})
    return dict(sorted(used.items()))
