"""One font program for each face of a book: what its parts draw of a font in, one subset of all of it out.

It can be done because WeasyPrint's subsets keep the numbers of glyphs, by which pages name them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ketapub.cache import Cache
from ketapub.formats.pdf.drawn import UsedFont

# Of HarfBuzz, besides what WeasyPrint calls.
_FACES = """
    hb_blob_t *hb_blob_create(const char *, unsigned int, int, void *, void *);
    hb_face_t *hb_face_create(hb_blob_t *, unsigned int);
"""


@dataclass(frozen=True)
class Originals:
    """The font files of a book, by digest. What is cut from them is kept under the versions of all that cuts."""

    files: Mapping[str, bytes]
    engines: str
    cache: Cache

    def cut(self, digest: str, index: int, glyphs: list[int]) -> bytes:
        """A font with these glyphs alone: see `subset`."""
        cut = partial(subset, self.files[digest], index, glyphs)
        return self.cache.kept(cut, "subset", self.engines, digest, str(index), *map(str, glyphs))


@dataclass
class _Face:
    uses: list[Any] = field(default_factory=list)  # dictionaries of fonts, one of each part
    text: dict[int, str] = field(default_factory=dict)
    width: dict[int, float] = field(default_factory=dict)


def unite_fonts(pdf: Any, parts: Iterable[tuple[Mapping[str, UsedFont], Any]], originals: Originals) -> None:
    """`parts`: the fonts of each part, and the dictionary of fonts in its resources. A font that is not among the
    `originals` stays as each part has it."""
    parts = tuple(parts)
    faces: dict[tuple[str, str, int], _Face] = {}
    for fonts, resources in parts:
        for name, font in fonts.items():
            if not font.whole or font.digest not in originals.files:
                continue
            face = faces.setdefault((name, font.digest, font.index), _Face())
            face.uses.append(resources[f"/{name}"])
            for glyph, (text, width) in font.glyphs.items():
                # One glyph can stand for several characters, such as a space and a no-break space: the plainest counts,
                # whatever the order of the parts.
                face.text[glyph] = min(face.text.get(glyph, text), text, key=lambda one: (not one, len(one), one))
                if face.width.setdefault(glyph, width) != width:
                    raise AssertionError(f"glyph {glyph} of {name} has two widths")
    for (name, digest, index), face in sorted(faces.items()):
        _replace(pdf, face, originals.cut(digest, index, sorted(face.text)))
        for fonts, resources in parts:
            if name in fonts and (fonts[name].digest, fonts[name].index) == (digest, index):
                resources[f"/{name}"] = face.uses[0]


def _replace(pdf: Any, face: _Face, data: bytes) -> None:
    """ISO 32000-1, 9.7.4.3 (widths), 9.8 (descriptor), 9.10.3 (ToUnicode)."""
    from pikepdf import Array, Name

    font = face.uses[0]
    descendant = font.DescendantFonts[0]
    program = pdf.make_stream(data)
    if data[:4] == b"OTTO":
        program.Subtype = Name.OpenType
        descendant.FontDescriptor.FontFile3 = program
    else:
        program.Length1 = len(data)
        descendant.FontDescriptor.FontFile2 = program
    fixed = len(face.width) > 1 and len(set(face.width.values())) == 1
    descendant.FontDescriptor.Flags = int(descendant.FontDescriptor.Flags) & ~1 | fixed
    box = list(descendant.FontDescriptor.FontBBox)
    descendant.FontDescriptor.FontBBox = Array([*box[:2], max(face.width.values(), default=0), box[3]])
    runs: list[tuple[int, list[float]]] = []
    for glyph in sorted(face.width):
        if glyph - 1 not in face.width:
            runs.append((glyph, []))
        runs[-1][1].append(face.width[glyph])
    descendant.W = Array([part for glyph, widths in runs for part in (glyph, Array(widths))])
    font.ToUnicode = pdf.make_stream(_to_unicode(face.text))


def _to_unicode(text: Mapping[int, str]) -> bytes:
    lines = ["/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap", "/CIDSystemInfo"]
    lines += ["<< /Registry (Adobe)", "/Ordering (UCS)", "/Supplement 0", ">> def"]
    lines += ["/CMapName /Adobe-Identity-UCS def", "/CMapType 2 def"]
    lines += ["1 begincodespacerange", "<0000> <ffff>", "endcodespacerange"]
    items = sorted(text.items())
    for start in range(0, len(items), 100):  # no more in one list: Adobe Technical Note 5014
        some = items[start : start + 100]
        lines.append(f"{len(some)} beginbfchar")
        lines += [f"<{glyph:04x}> <{letters.encode('utf-16-be').hex()}>" for glyph, letters in some]
        lines.append("endbfchar")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode()


def subset(data: bytes, index: int, glyphs: list[int]) -> bytes:
    """The font with these glyphs alone, each under its number; by HarfBuzz, as WeasyPrint does it."""
    from weasyprint.pdf.fonts import Font
    from weasyprint.text.ffi import ffi, harfbuzz

    ffi.cdef(_FACES, override=True)

    class Cut(Font):  # type: ignore[misc]  # weasyprint has no types
        def __init__(self) -> None:
            blob = harfbuzz.hb_blob_create(data, len(data), 0, ffi.NULL, ffi.NULL)  # 0: with bytes of its own
            self.hb_face = ffi.gc(harfbuzz.hb_face_create(blob, index), harfbuzz.hb_face_destroy)
            harfbuzz.hb_blob_destroy(blob)
            self.missing: dict[int, int] = {}
            self.family, self.file_content = "", b""

    cut = Cut()
    cut._harfbuzz_subset(dict.fromkeys(glyphs), False)
    found: bytes = cut.file_content
    return found
