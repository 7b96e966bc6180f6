"""What a file for the press says of itself: catalog, output intent, metadata; an open PDF in, findings out."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from PIL import ImageCms

from ketapub.check.findings import Finding

FORBIDDEN = ("/AA", "/OpenAction", "/AcroForm", "/StructTreeRoot", "/Outlines", "/Names", "/Perms", "/Collection")
IDENTITY = ("xmpMM:DocumentID", "xmpMM:VersionID", "xmpMM:RenditionClass", "xmp:CreateDate", "xmp:ModifyDate")


def of_file(pdf: pikepdf.Pdf, data: bytes, standard: str) -> Iterator[Finding]:
    version = pdf.pdf_version
    if version > ("1.6" if standard == "x-4" else "1.3"):
        yield Finding("file", f"PDF {version}")
    if pdf.is_encrypted:
        yield Finding("file", "encrypted")
    ids: Any = pdf.trailer.get("/ID", [])
    if len(ids) != 2 or not all(map(bytes, ids)):
        yield Finding("file", "no ID")
    if standard == "x-1a" and (b"/ObjStm" in data or b"/XRef" in data):
        yield Finding("file", "objects packed as in PDF 1.5")
    for key in FORBIDDEN:
        if key in pdf.Root:
            yield Finding("catalog", f"{key} in the catalogue")


def of_intent(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    listed: Any = pdf.Root.get("/OutputIntents", [])
    intents = [one for one in listed if one.get("/S") == "/GTS_PDFX"]
    if len(intents) != 1:
        yield Finding("output-intent", f"{len(intents)} output intents")
        return
    (intent,) = intents
    if not str(intent.get("/OutputConditionIdentifier", "")):
        yield Finding("output-intent", "no output condition")
    if not str(intent.get("/Info", "")):
        yield Finding("output-intent", "no info on the output condition")
    profile = intent.get("/DestOutputProfile")
    if profile is None or profile.get("/N") != 4:
        yield Finding("output-intent", "no profile of four inks")
        return
    opened: Any = ImageCms.ImageCmsProfile(io.BytesIO(profile.read_bytes())).profile
    if (opened.xcolor_space.strip(), opened.device_class) != ("CMYK", "prtr"):
        yield Finding("output-intent", "the profile is not one of a press")


def of_metadata(pdf: pikepdf.Pdf, standard: str) -> Iterator[Finding]:
    yield from (Finding("metadata", fault) for fault in _of_info(pdf.docinfo, standard))
    if "/Metadata" not in pdf.Root:
        yield Finding("metadata", "no XMP")
        return
    yield from (Finding("metadata", fault) for fault in _of_xmp(pdf, pdf.docinfo, standard))


def _of_info(info: Any, standard: str) -> Iterator[str]:
    for key in ("/Title", "/CreationDate", "/ModDate"):
        if not str(info.get(key, "")):
            yield f"no {key} in Info"
    if not isinstance(info.get("/Trapped"), pikepdf.Name) or info.get("/Trapped") not in ("/True", "/False"):
        yield "does not say whether it is trapped"
    if standard == "x-1a":
        said = str(info.get("/GTS_PDFXVersion", "")), str(info.get("/GTS_PDFXConformance", ""))
        if said != ("PDF/X-1:2001", "PDF/X-1a:2001"):
            yield f"calls itself {said}"


def _of_xmp(pdf: pikepdf.Pdf, info: Any, standard: str) -> Iterator[str]:
    with pdf.open_metadata() as opened:
        xmp: Any = opened
        if standard == "x-4" and xmp.get("pdfxid:GTS_PDFXVersion") != "PDF/X-4":
            yield "XMP does not say PDF/X-4"
        yield from (f"no {key} in XMP" for key in IDENTITY if not xmp.get(key))
        if xmp.get("dc:title") != str(info.get("/Title", "")):
            yield "two titles"
        if xmp.get("pdf:Trapped") != str(info.get("/Trapped", ""))[1:]:
            yield "XMP and Info differ on trapping"
        for key, other in (("xmp:CreateDate", "/CreationDate"), ("xmp:ModifyDate", "/ModDate")):
            if re.sub(r"\D", "", str(xmp.get(key)))[:8] != re.sub(r"\D", "", str(info.get(other, "")))[:8]:
                yield f"XMP and Info differ on {other}"
