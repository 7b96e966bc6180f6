"""What a press file says of itself: metadata, intent and standard in; XMP, Info and the output intent out.

PDF/X-4 (ISO 15930-7:2010, clause 6) names itself in XMP. PDF/X-1a:2001 (ISO 15930-1:2001, clause 6) does so in the
Info dictionary, which its readers look at.
"""

from __future__ import annotations

import hashlib
import uuid
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from ketapub.formats.pdf.press.intent import REGISTRY, Intent
from ketapub.formats.pdf.xmp import press_packet


@dataclass(frozen=True, slots=True)
class Standard:
    """`version` of PDF, and what the file calls itself."""

    name: str
    version: str
    flat: bool  # nothing shines through, and no newer way of packing objects


STANDARDS = {
    "x-4": Standard("PDF/X-4", "1.6", flat=False),
    "x-1a": Standard("PDF/X-1:2001", "1.3", flat=True),
}
CONFORMANCE = "PDF/X-1a:2001"


def document_id(*parts: bytes) -> str:
    """The same for the same content."""
    return uuid.UUID(bytes=hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()[:16]).urn


def add_description(pdf: Any, standard: Standard, intent: Intent, metadata: Any, id: str) -> None:
    """`metadata` as WeasyPrint keeps it; Info holds title, dates and authors from it already."""
    from pikepdf import Array, Dictionary, Name, String

    pdf.docinfo.Trapped = Name("/False")
    if standard.flat:
        pdf.docinfo.GTS_PDFXVersion = String(standard.name)
        pdf.docinfo.GTS_PDFXConformance = String(CONFORMANCE)
    said = {
        "pdf:Trapped": "False",
        "xmp:MetadataDate": metadata.modified,
        "xmpMM:DocumentID": id,
        "xmpMM:VersionID": "1",
        "xmpMM:RenditionClass": "default",
    }
    if standard.flat:
        said |= {"pdfx:GTS_PDFXVersion": standard.name, "pdfx:GTS_PDFXConformance": CONFORMANCE}
    else:
        said |= {"pdfxid:GTS_PDFXVersion": standard.name}
    packet = pdf.make_stream(press_packet(metadata, str(pdf.docinfo.Producer), said))
    packet.Type, packet.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = pdf.make_indirect(packet)
    profile = pdf.make_stream(_packed(intent.profile), Filter=Name.FlateDecode)
    profile.N, profile.Alternate = 4, Name.DeviceCMYK
    output = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFX,
        OutputConditionIdentifier=String(intent.identifier),
        OutputCondition=String(intent.info),
        Info=String(intent.info),
        DestOutputProfile=profile,
    )
    if intent.identifier != "Custom":
        output.RegistryName = String(REGISTRY)
    pdf.Root.OutputIntents = Array([output])


@cache
def _packed(profile: bytes) -> bytes:
    """A profile has about a megabyte, and one run may make several files for the press."""
    return zlib.compress(profile, 9)
