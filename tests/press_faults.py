"""What is wrong with a file for the press, by its structure: PDF/X-4 (ISO 15930-7) or PDF/X-1a:2001 (ISO 15930-1).

No free validator knows PDF/X. This one shares no code with the writer: it looks at every object of the file, used or
not, and at every operator of every page.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from PIL import ImageCms

SPACES = {"/DeviceCMYK", "/DeviceGray", "/Pattern"}
COLOURED = {"rg", "RG", "ri"}
FORBIDDEN_IN_ROOT = (
    "/AA",
    "/OpenAction",
    "/AcroForm",
    "/StructTreeRoot",
    "/Outlines",
    "/Names",
    "/Perms",
    "/Collection",
)
FORBIDDEN_STATES = ("/TR", "/HTP", "/HTO", "/BG", "/UCR")


def press_faults(data: bytes, standard: str) -> list[str]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = [*_of_file(pdf, data, standard), *_of_intent(pdf), *_of_metadata(pdf, standard)]
        for number, page in enumerate(pdf.pages, 1):
            found += [f"page {number}: {fault}" for fault in (*_of_boxes(page.obj), *_of_content(page.obj, page.obj))]
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary):
                found += [f"object {thing.objgen[0]}: {fault}" for fault in _of_object(thing, standard)]
        return found


def _of_file(pdf: pikepdf.Pdf, data: bytes, standard: str) -> Iterator[str]:
    version = pdf.pdf_version
    if version > ("1.6" if standard == "x-4" else "1.3"):
        yield f"PDF {version}"
    if pdf.is_encrypted:
        yield "encrypted"
    if len(pdf.trailer.get("/ID", [])) != 2 or not all(map(bytes, pdf.trailer.ID)):
        yield "no ID"
    if standard == "x-1a" and (b"/ObjStm" in data or b"/XRef" in data):
        yield "objects packed as in PDF 1.5"
    yield from (f"{key} in the catalogue" for key in FORBIDDEN_IN_ROOT if key in pdf.Root)


def _of_intent(pdf: pikepdf.Pdf) -> Iterator[str]:
    intents = [one for one in pdf.Root.get("/OutputIntents", []) if one.get("/S") == "/GTS_PDFX"]
    if len(intents) != 1:
        yield f"{len(intents)} output intents"
        return
    (intent,) = intents
    if not str(intent.get("/OutputConditionIdentifier", "")):
        yield "no output condition"
    if not str(intent.get("/Info", "")):
        yield "no info on the output condition"
    profile = intent.get("/DestOutputProfile")
    if profile is None or profile.get("/N") != 4:
        yield "no profile of four inks"
        return
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile.read_bytes())).profile
    if (opened.xcolor_space.strip(), opened.device_class) != ("CMYK", "prtr"):
        yield "the profile is not one of a press"


def _of_metadata(pdf: pikepdf.Pdf, standard: str) -> Iterator[str]:
    info, root = pdf.docinfo, pdf.Root
    for key in ("/Title", "/CreationDate", "/ModDate"):
        if not str(info.get(key, "")):
            yield f"no {key} in Info"
    if not isinstance(info.get("/Trapped"), pikepdf.Name) or info.get("/Trapped") not in ("/True", "/False"):
        yield "does not say whether it is trapped"
    if standard == "x-1a":
        said = str(info.get("/GTS_PDFXVersion", "")), str(info.get("/GTS_PDFXConformance", ""))
        if said != ("PDF/X-1:2001", "PDF/X-1a:2001"):
            yield f"calls itself {said}"
    if "/Metadata" not in root:
        yield "no XMP"
        return
    with pdf.open_metadata() as xmp:
        if standard == "x-4" and xmp.get("pdfxid:GTS_PDFXVersion") != "PDF/X-4":
            yield "XMP does not say PDF/X-4"
        for key in ("xmpMM:DocumentID", "xmpMM:VersionID", "xmpMM:RenditionClass", "xmp:CreateDate", "xmp:ModifyDate"):
            if not xmp.get(key):
                yield f"no {key} in XMP"
        if xmp.get("dc:title") != str(info.get("/Title", "")):
            yield "two titles"
        if xmp.get("pdf:Trapped") != str(info.get("/Trapped", ""))[1:]:
            yield "XMP and Info differ on trapping"
        for key, other in (("xmp:CreateDate", "/CreationDate"), ("xmp:ModifyDate", "/ModDate")):
            if re.sub(r"\D", "", str(xmp.get(key)))[:8] != re.sub(r"\D", "", str(info.get(other, "")))[:8]:
                yield f"XMP and Info differ on {other}"


def _of_boxes(page: pikepdf.Object) -> Iterator[str]:
    boxes = {}
    for name in ("/MediaBox", "/BleedBox", "/TrimBox"):
        if name not in page:
            yield f"no {name}"
            return
        boxes[name] = [float(edge) for edge in page[name]]
    for outer, inner in (("/MediaBox", "/BleedBox"), ("/BleedBox", "/TrimBox")):
        (left, bottom, right, top), (x, y, to_x, to_y) = boxes[outer], boxes[inner]
        if not (left <= x < to_x <= right and bottom <= y < to_y <= top):
            yield f"{inner} reaches out of {outer}"
    if "/ArtBox" in page:
        yield "an ArtBox beside the TrimBox"
    if len(page.get("/Annots", [])):
        yield "annotations"
    if "/AA" in page:
        yield "actions"


def _of_content(stream: pikepdf.Object, holder: Any) -> Iterator[str]:
    spaces = holder.get("/Resources", {}).get("/ColorSpace", {})
    for operands, operator in pikepdf.parse_content_stream(stream):
        name = str(operator)
        if name in COLOURED:
            yield f"operator {name}"
        elif name in ("cs", "CS"):
            named = str(operands[0])
            known = spaces.get(named, named)
            is_spot = isinstance(known, pikepdf.Array) and known[0] == "/Separation"
            if not is_spot and str(known) not in SPACES:
                yield f"colour space {named}"
        elif name == "INLINE IMAGE":
            yield "inline image"
        elif name in ("BX", "EX", "PS"):
            yield f"operator {name}"


def _of_object(thing: Any, standard: str) -> Iterator[str]:
    kind = str(thing.get("/Subtype", ""))
    flat = standard == "x-1a"
    if isinstance(thing, pikepdf.Stream):
        if kind == "/Image":
            yield from _of_image(thing, flat)
        if kind == "/PS" or thing.get("/Subtype2") == "/PS":
            yield "PostScript"
        if kind == "/Form" or thing.get("/PatternType") == 1:
            yield from _of_content(thing, thing)
        if "/LZWDecode" in str(thing.get("/Filter", "")):
            yield "packed with LZW"
        if "/F" in thing:
            yield "content in another file"
    if "/ShadingType" in thing and str(thing.ColorSpace) not in SPACES:
        yield "a gradient in other colours"
    if "/OPI" in thing:
        yield "OPI"
    group = thing.get("/Group", {})
    if group.get("/S") == "/Transparency":
        if flat:
            yield "transparency group"
        elif str(group.get("/CS", "/DeviceCMYK")) not in SPACES:
            yield "a group that mixes other colours"
    yield from (fault for state in _states(thing) for fault in _of_state(state, flat))
    if thing.get("/Type") == "/Font":
        yield from _of_font(thing)
    if thing.get("/S") in ("/JavaScript", "/Launch", "/URI", "/GoTo", "/SubmitForm"):
        yield f"action {thing.S}"
    if thing.get("/Type") in ("/Annot", "/Filespec", "/OCG"):
        yield f"an object {thing.Type}"


def _states(thing: Any) -> Iterator[Any]:
    states = thing.get("/Resources", {}).get("/ExtGState", {}) if "/Resources" in thing else thing.get("/ExtGState", {})
    for key in states.keys():  # noqa: SIM118 (a pikepdf dictionary gives no keys by itself)
        yield states[key]


def _of_state(state: Any, flat: bool) -> Iterator[str]:
    yield from (f"{key} in a graphics state" for key in FORBIDDEN_STATES if key in state)
    if flat:
        if any(float(state.get(key, 1)) < 1 for key in ("/ca", "/CA")):
            yield "opacity"
        if state.get("/SMask", "/None") != "/None" or state.get("/BM", "/Normal") not in ("/Normal", "/Compatible"):
            yield "mask or mix of colours"


def _of_image(image: Any, flat: bool) -> Iterator[str]:
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
        descriptor = inner.get("/FontDescriptor", {})
        if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield f"{font.BaseFont} is not embedded"
        if not re.match(r"/[A-Z]{6}\+", str(font.BaseFont)):
            yield f"{font.BaseFont} is not cut to the letters in use"
    elif font.Subtype not in ("/CIDFontType0", "/CIDFontType2"):
        yield f"font of the type {font.Subtype}"
