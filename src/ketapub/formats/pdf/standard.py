"""What a paged edition conforms to, and what this asks of the file; data only.

PDF/UA-1 and PDF/A-2a are standards for PDF 1.7; PDF/UA-2 and PDF/A-4f are those for PDF 2.0. The numbers of clauses in
the other modules are those of ISO 32000-1 (PDF 1.7), unless they name another standard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Standard:
    """`called` gives the structure types that have another name here than in our own table; `mapped` says what types
    are that a reader may not know; `numberings` does for lists what `called` does for types."""

    pdf: str
    variant: str  # its PDF/A, as WeasyPrint calls it
    claims: Mapping[str, str]  # what the file says of itself in XMP
    describes_claims: bool  # whether its PDF/A has to be told of the properties of PDF/UA
    called: Mapping[str, str] = field(default_factory=dict)
    mapped: Mapping[str, str] = field(default_factory=dict)
    numberings: Mapping[str, str] = field(default_factory=dict)
    # PDF 2.0: elements name their namespace and those that they refer to, destinations name elements.
    refers: bool = False
    caption_in_figure: bool = False
    attachment: str = ""  # the name of the file that goes with it


UA_1 = Standard(
    pdf="1.7",
    variant="pdf/a-2a",
    claims={"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"},
    describes_claims=True,
    called={"Title": "H1", "FENote": "Note"},
    mapped={"Aside": "Sect", "Em": "Span", "Strong": "Span"},
    numberings={"Description": "None", "Unordered": "None"},
)
UA_2 = Standard(
    pdf="2.0",
    variant="pdf/a-4f",
    claims={
        "pdfaid:part": "4",
        "pdfaid:rev": "2020",
        "pdfaid:conformance": "F",
        "pdfuaid:part": "2",
        "pdfuaid:rev": "2024",
    },
    describes_claims=False,
    # For readers who know PDF 1.7 alone. The others ask the namespaces (ISO 32000-2, 14.7.3).
    mapped={"Title": "H1", "FENote": "Note", **UA_1.mapped},
    refers=True,
    caption_in_figure=True,
    attachment="book.json",
)
STANDARDS: Mapping[str, Standard] = {"ua-1": UA_1, "ua-2": UA_2}  # by the names of the command line


def standard_of(pdf: str) -> Standard:
    """The one for a version of PDF: all that WeasyPrint hands on to what writes the tags."""
    return next(one for one in STANDARDS.values() if one.pdf == pdf)
