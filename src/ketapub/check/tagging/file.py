"""What a tagged PDF says of itself as a file: catalog, metadata, fonts, what is attached."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from ketapub.check.findings import Finding, Place

CLAIMS = {
    "1.7": ("<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfaProperty:name>part<"),
    "2.0": ("<pdfuaid:part>2<", "<pdfuaid:rev>2024<", "<pdfaid:part>4<", "<pdfaid:rev>2020<", "<pdfaid:conformance>F<"),
}
FORBIDDEN = {"/AA", "/OpenAction", "/AcroForm", "/Requirements", "/OCProperties", "/NeedsRendering", "/Perms"}


def of_file(pdf: pikepdf.Pdf, version: str) -> Iterator[Finding]:
    yield from _catalog(pdf, version)
    yield from _metadata(pdf, version)
    seen: set[str] = set()  # fonts and pictures: told of on the first page that uses them
    for number, page in enumerate(pdf.pages, 1):
        for rule, message in (*_page(page.obj), *_resources(page.obj.get("/Resources", Dictionary()), seen)):
            yield Finding(rule, message, Place(page=number))


def _catalog(pdf: pikepdf.Pdf, version: str) -> Iterator[Finding]:
    root: Any = pdf.Root
    if str(root.get("/Lang", "")) == "":
        yield Finding("language", "the document names no language (UA 7.2)")
    marks = root.get("/MarkInfo", Dictionary())
    if marks.get("/Marked") is not True or marks.get("/Suspects"):
        yield Finding("catalog", "not marked as tagged (UA 7.1)")
    if root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle") is not True:
        yield Finding("catalog", "a reader shows the name of the file as its title (UA 7.1)")
    if pdf.pdf_version != version:
        yield Finding("file", f"a file of PDF {pdf.pdf_version}, and {version} is asked")
    if version == "2.0" and "/Info" in pdf.trailer:
        yield Finding("metadata", "a dictionary of information beside the metadata (A-4 6.1.3)")
    if pdf.is_encrypted or "/ID" not in pdf.trailer:
        yield Finding("file", "encrypted, or without an identifier (A 6.1.3)")
    for key in sorted(FORBIDDEN & set(root.keys())):
        yield Finding("catalog", f"forbidden in the catalog: {key} (A 6)")
    intents = list(root.get("/OutputIntents", []))
    if [str(one.get("/S")) for one in intents] != ["/GTS_PDFA1"] or int(intents[0].DestOutputProfile.N) != 3:
        yield Finding("output-intent", "no RGB output intent (A 6.2.3)")


def _metadata(pdf: pikepdf.Pdf, version: str) -> Iterator[Finding]:
    metadata: Any = pdf.Root.get("/Metadata")
    text = metadata.read_bytes().decode() if metadata is not None else ""
    for claim in CLAIMS[version]:
        if claim not in text:
            yield Finding("metadata", f"the metadata lacks {claim} (UA 5, A 6.6)")
    if "<dc:title>" not in text:
        yield Finding("metadata", "the metadata has no title (UA 7.1)")


def _page(page: Any) -> Iterator[tuple[str, str]]:
    if page.get("/Tabs") != Name.S:
        yield "links", "links are not visited in the order of the tags (UA 7.18.3)"


def _resources(resources: Any, seen: set[str]) -> Iterator[tuple[str, str]]:
    for name, font in resources.get("/Font", Dictionary()).items():
        if (named := f"{name} {font.get('/BaseFont')}") in seen:
            continue
        seen.add(named)
        if "/ToUnicode" not in font:
            yield "fonts", f"font {name} cannot be read (UA 7.21.7)"
        inner = font.DescendantFonts[0]
        if not {"/FontFile2", "/FontFile3"} & set(inner.FontDescriptor.keys()):
            yield "fonts", f"font {name} is not embedded (UA 7.21.4)"
        if inner.Subtype == "/CIDFontType2" and inner.get("/CIDToGIDMap") != Name.Identity:
            yield "fonts", f"font {name} does not say which glyph is which (UA 7.21.3.2)"
    for name, image in resources.get("/XObject", Dictionary()).items():
        if image.get("/Interpolate") and str(name) not in seen:
            seen.add(str(name))
            yield "pictures", f"{name} is interpolated (A 6.2.8)"


def of_attachments(pdf: pikepdf.Pdf, version: str, *, book: bool) -> Iterator[Finding]:
    """What goes with it: a file in PDF/A-4f (A-4 6.9), nothing in PDF/A-2."""
    root: Any = pdf.Root
    none = Dictionary(Names=Array())
    names: list[Any] = list(root.get("/Names", Dictionary()).get("/EmbeddedFiles", none).Names)[1::2]
    if [one.objgen for one in names] != [one.objgen for one in root.get("/AF", [])]:
        yield Finding("attachments", "a file that is not associated, or associated and not there (2.0 14.13)")
    if bool(names) != (version == "2.0" and book):
        yield Finding("attachments", f"{len(names)} files in it")
    for one in names:
        if "/AFRelationship" not in one or not str(one.get("/Desc", "")) or "/UF" not in one:
            yield Finding("attachments", "a file that does not say what it is (UA-2 8.14.1)")
        try:
            content = json.loads(one.EF.F.read_bytes())
        except ValueError:
            content = {}
        if not content.get("chapters"):
            yield Finding("attachments", "a file without the book")
