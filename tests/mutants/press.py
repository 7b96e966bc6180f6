"""Faults in files for printers: the pages of the book and its cover."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator
from PIL import ImageCms

from mutants import Line, Mutant
from mutants.pdf import CHAPTER, FIRST, THINGS, Change, a_font, in_pdf, page_called, rewrite

OF_ITS_PAGE = "the first line of its page: a file for printers has no tags, and names pages alone"

_table: list[Mutant] = []


def fault(
    name: str,
    rule: str,
    place: str = "",
    line: Line | None = None,
    *,
    check: str = "press",
    output: str = "press",
    elsewhere: str = "",
) -> Callable[[Change], Change]:
    """For the table: the change below, in the press file or the cover."""

    def keep(change: Change) -> Change:
        _table.append(Mutant(name, output, check, rule, in_pdf(change), line, elsewhere, place=place))
        return change

    return keep


def paint(pdf: pikepdf.Pdf, operations: bytes, label: str = "1") -> None:
    """Draw something more on a page; without other labels, the first one of the file has 1."""
    page_called(pdf, label).contents_add(pdf.make_stream(b"q " + operations + b" Q"))


FIELD = b" 100 100 50 50 re f"

# --- what the file says of itself


@fault("no output intent", "output-intent")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


@fault("output intent without a profile", "output-intent")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents[0].DestOutputProfile


@fault("profile of screens in the output intent", "output-intent", output="cover")
def _(pdf: pikepdf.Pdf) -> None:
    made = io.BytesIO(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    pdf.Root.OutputIntents[0].DestOutputProfile = pdf.make_stream(made.read(), N=3)


@fault("output intent that names no press", "output-intent")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents[0].OutputConditionIdentifier


def rename(pdf: pikepdf.Pdf, old: bytes, new: bytes) -> None:
    pdf.Root.Metadata.write(re.sub(old, new, pdf.Root.Metadata.read_bytes()))


@fault("claim of another PDF/X", "metadata")
def _(pdf: pikepdf.Pdf) -> None:
    rename(pdf, b"PDF/X-4", b"PDF/X-9")


@fault("another title in the metadata", "metadata")
def _(pdf: pikepdf.Pdf) -> None:
    rename(pdf, b"The Stock Book", b"Another book")


@fault("no word on trapping", "metadata")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.docinfo["/Trapped"]


@fault("no day of creation", "metadata", output="cover")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.docinfo["/CreationDate"]


@fault("outline, which is for screens", "catalog")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Outlines = Dictionary(Count=0)


def encrypt(path: Path) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="owner", user=""), fix_metadata_version=False)


def age(path: Path) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, force_version="2.0", fix_metadata_version=False)


# --- boxes


@fault("page cut to another size", "boxes", FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    page_called(pdf, "1").obj.TrimBox = Array([0, 0, 430, 648])


@fault("no bleed box", "boxes", FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    del page_called(pdf, "1").obj["/BleedBox"]


@fault("bleed that is not there", "boxes", FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    page = page_called(pdf, "1").obj
    page.BleedBox = page.MediaBox = page.TrimBox


@fault("art box", "boxes", FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    page = page_called(pdf, "1").obj
    page.ArtBox = page.TrimBox


@fault("cover for a thicker book", "boxes", "page 1", output="cover")
def _(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0].obj
    for name in ("/MediaBox", "/BleedBox", "/TrimBox"):
        left, low, right, high = map(float, page[name])
        page[name] = Array([left, low, right + 4, high])


@fault("cover of two sheets", "boxes", output="cover")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.pages.append(pdf.pages[0])


# --- what is on the pages


@fault("colour in red, green and blue", "colour", FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    paint(pdf, b"1 0 0 rg" + FIELD)


@fault("colour space of screens", "colour", FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    paint(pdf, b"/DeviceRGB cs 1 0 0 sc" + FIELD)


@fault("gradient in red, green and blue", "colour", "object")
def _(pdf: pikepdf.Pdf) -> None:
    function = Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([1, 0, 0]), C1=Array([0, 0, 1]), N=1)
    shading = Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([0, 0, 9, 9]), Function=function)
    pdf.Root.Kept = pdf.make_indirect(shading)


def a_picture(pdf: pikepdf.Pdf) -> Any:
    return next(one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image")


@fault("picture in red, green and blue", "pictures", "object")
def _(pdf: pikepdf.Pdf) -> None:
    a_picture(pdf).ColorSpace = Name.DeviceRGB


@fault("picture in the page itself", "pictures", FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    paint(pdf, b"9 0 0 9 100 100 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \xff EI")


@fault("link on a page", "screens", FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    page_called(pdf, "1").obj.Annots = Array([pdf.make_indirect(link)])


@fault("script", "screens", "object")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Kept = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)")))


@fault("transfer function", "content", "object")
def _(pdf: pikepdf.Pdf) -> None:
    state(pdf, Dictionary(TR=Name.Identity))


@fault("half-clear group that mixes colours of screens", "transparency", "object")
def _(pdf: pikepdf.Pdf) -> None:
    page_called(pdf, "1").obj.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)


def state(pdf: pikepdf.Pdf, one: Dictionary) -> None:
    """A graphics state that the pages could use."""
    pdf.Root.Kept = pdf.make_indirect(Dictionary(ExtGState=Dictionary(One=one)))


@fault("font not embedded", "fonts", "object")
def _(pdf: pikepdf.Pdf) -> None:
    del a_font(pdf).DescendantFonts[0].FontDescriptor["/FontFile2"]


@fault("font that is not cut to the letters in use", "fonts", "object", output="cover")
def _(pdf: pikepdf.Pdf) -> None:
    a_font(pdf).BaseFont = Name("/Literata")


@fault("font that cannot be read", "fonts", "object")
def _(pdf: pikepdf.Pdf) -> None:
    del a_font(pdf)["/ToUnicode"]


@fault("too much ink", "ink", FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    paint(pdf, b"1 1 1 .5 k" + FIELD)


@fault("too much ink", "ink", "page 1", output="cover")
def _(pdf: pikepdf.Pdf) -> None:
    paint(pdf, b"1 1 1 .5 k" + FIELD)


@fault("colour in red, green and blue", "colour", "page 1", output="cover")
def _(pdf: pikepdf.Pdf) -> None:
    paint(pdf, b"1 0 0 rg" + FIELD)


@fault("picture of too few pixels", "pictures", line=Line(THINGS, "A small picture"), elsewhere=OF_ITS_PAGE)
def _(pdf: pikepdf.Pdf) -> None:
    page = page_called(pdf, "3").obj
    name = next(key for key, one in page.Resources.XObject.items() if one.Subtype == "/Image")
    paint(pdf, b"90 0 0 90 100 100 cm %s Do" % name.encode(), "3")


# --- what only a drawing of the pages shows


@fault("too much ink where fields lie on each other", "ink", FIRST, check="press-ink")
def _(pdf: pikepdf.Pdf) -> None:
    paint(pdf, b"1 1 0 0 k" + FIELD + b" /Over gs 0 0 1 .6 k" + FIELD)
    resources = page_called(pdf, "1").obj.Resources
    states = resources.get("/ExtGState", Dictionary())
    states.Over = Dictionary(OP=True, op=True, OPM=1)
    resources.ExtGState = states


@fault("words in black with another ink under it", "black", FIRST, check="press-ink")
def _(pdf: pikepdf.Pdf) -> None:
    def change(operations: list[Any]) -> list[Any]:
        return [([0.3, 0, 0, 1] if str(one[1]) == "k" else one[0], one[1]) for one in operations]

    rewrite(pdf, page_called(pdf, "1"), change)


@fault("words in the colours of screens", "black", FIRST, check="press-ink")
def _(pdf: pikepdf.Pdf) -> None:
    def change(operations: list[Any]) -> list[Any]:
        return [([0.5, 0, 0], Operator("rg")) if str(one[1]) == "k" else one for one in operations]

    rewrite(pdf, page_called(pdf, "1"), change)


@fault("too much ink", "ink", "page 1", check="press-ink", output="cover")
def _(pdf: pikepdf.Pdf) -> None:
    paint(pdf, b"1 1 1 .5 k" + FIELD)


# --- beside the reading edition


@fault("page left out", "pages", check="equality")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[7]


@fault("chapter on a left-hand page", "changed", line=CHAPTER, check="equality")
def _(pdf: pikepdf.Pdf) -> None:
    blank = pdf.pages[7]
    del pdf.pages[7]
    pdf.pages.append(blank)


MUTANTS = (
    *_table,
    Mutant("encrypted file", "press", "press", "file", encrypt),
    Mutant("file of a newer PDF", "press", "press", "file", age),
)
