"""What a PDF says of itself in XMP: metadata in, the packet out.

It claims PDF/A-2a (ISO 19005-2, 6.6.4) and PDF/UA-1 (ISO 14289-1, clause 5). PDF/A knows no properties of PDF/UA, so
the packet describes the one that is used (ISO 19005-2, 6.6.2.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

SPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "pdfx": "http://ns.adobe.com/pdfx/1.3/",
    "pdfxid": "http://www.npes.org/pdfx/ns/id/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}
for _prefix, _address in SPACES.items():
    ElementTree.register_namespace(_prefix, _address)
BEGIN, END = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', b'\n<?xpacket end="r"?>'


def xmp_packet(metadata: Any, producer: str) -> bytes:
    """`metadata` as WeasyPrint keeps it, from which it also writes the Info dictionary."""
    rdf = _rdf(metadata, producer, {"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"})
    _describe_pdf_ua(rdf)
    return _packed(rdf)


def press_packet(metadata: Any, producer: str, said: Mapping[str, str]) -> bytes:
    """The packet of a file for the press, with the properties `said` besides."""
    return _packed(_rdf(metadata, producer, said))


def _rdf(metadata: Any, producer: str, said: Mapping[str, str]) -> Element:
    rdf = Element(_name("rdf:RDF"))
    about = SubElement(rdf, _name("rdf:Description"), {_name("rdf:about"): ""})
    for name, text in said.items():
        SubElement(about, _name(name)).text = text
    lists: tuple[tuple[str, str, Sequence[str]], ...] = (
        ("dc:title", "rdf:Alt", [metadata.title]),
        ("dc:creator", "rdf:Seq", metadata.authors),
        ("dc:description", "rdf:Alt", [metadata.description]),
        ("dc:subject", "rdf:Bag", metadata.keywords),
        ("dc:language", "rdf:Bag", [metadata.lang]),
    )
    for name, kind, values in lists:
        if any(values):
            holder = SubElement(SubElement(about, _name(name)), _name(kind))
            for value in values:
                language = {"{http://www.w3.org/XML/1998/namespace}lang": "x-default"} if kind == "rdf:Alt" else {}
                SubElement(holder, _name("rdf:li"), language).text = value
    texts = {
        "pdf:Keywords": ", ".join(metadata.keywords),
        "pdf:Producer": producer,
        "xmp:CreatorTool": metadata.generator,
        "xmp:CreateDate": metadata.created,
        "xmp:ModifyDate": metadata.modified,
    }
    for name, text in texts.items():
        if text:
            SubElement(about, _name(name)).text = text
    return rdf


def _packed(rdf: Element) -> bytes:
    root = Element(_name("x:xmpmeta"))
    root.append(rdf)
    packet: bytes = ElementTree.tostring(root, encoding="utf-8")
    return BEGIN + packet + END


def _describe_pdf_ua(rdf: Element) -> None:
    resource = {_name("rdf:parseType"): "Resource"}
    about = SubElement(rdf, _name("rdf:Description"), {_name("rdf:about"): ""})
    schemas = SubElement(SubElement(about, _name("pdfaExtension:schemas")), _name("rdf:Bag"))
    schema = SubElement(schemas, _name("rdf:li"), resource)
    said = {"schema": "PDF/UA identification schema", "namespaceURI": SPACES["pdfuaid"], "prefix": "pdfuaid"}
    for name, text in said.items():
        SubElement(schema, _name(f"pdfaSchema:{name}")).text = text
    properties = SubElement(SubElement(schema, _name("pdfaSchema:property")), _name("rdf:Seq"))
    part = SubElement(properties, _name("rdf:li"), resource)
    said = {"name": "part", "valueType": "Integer", "category": "internal"}
    for name, text in (said | {"description": "The part of ISO 14289 to which the file conforms"}).items():
        SubElement(part, _name(f"pdfaProperty:{name}")).text = text


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{SPACES[prefix]}}}{name}"
