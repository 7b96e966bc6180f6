"""Running heads and feet that are read aloud: an open PDF in, a finding for each page whose tags hold one.

Where they stand is known from the pages that mark them as what repeats (14.8.2.2). Words in the tags on the same line
of another page, in the same face and size, are a head or a foot too. The face counts, because pages without a head
begin higher up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name

from ketapub.check.drawing import matrix_of, steps
from ketapub.check.findings import Finding, Place

TOP = 1e4  # points; no page is higher
READ, REPEATED, OTHER = "read", "repeated", "other"
WATCHED = "BDC BMC EMC BT Tf Tm Td Tj TJ"


@dataclass(frozen=True, slots=True)
class Line:
    """Words on a line of a page: the height of the page and of the line above its foot, in tenths of a point; the
    name of the font, and its size."""

    kind: str
    page: int
    height: int
    baseline: int
    face: str

    @property
    def place(self) -> tuple[int, int, str]:
        return self.height, self.baseline, self.face


def of_heads(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    lines = {line for number, page in enumerate(pdf.pages, 1) for line in _lines(page.obj, number)}
    repeated = {line.place for line in lines if line.kind == REPEATED}
    read = {line.page for line in lines if line.kind == READ and line.place in repeated}
    for page in sorted(read):
        yield Finding("artifacts", "a running head or foot is read (14.8.2.2)", Place(page=page))


def _lines(page: Any, number: int) -> Iterator[Line]:
    height = round(10 * float(page.MediaBox[3]))
    kinds: list[str] = []
    text, face = pikepdf.Matrix(), ""
    for operator, operands, matrix in steps(page, WATCHED):
        match operator:
            case "BDC" | "BMC":
                kinds.append(_kind(operands) if not kinds or kinds[-1] == OTHER else kinds[-1])
            case "EMC" if kinds:
                kinds.pop()
            case "BT":
                text = pikepdf.Matrix()
            case "Tf":
                face = " ".join(map(str, operands))
            case "Tm":
                text = matrix_of(operands)
            case "Td":
                text = matrix_of([1, 0, 0, 1, *operands]) @ text
            case "Tj" | "TJ" if kinds and kinds[-1] != OTHER:
                at = text @ matrix
                if not at.b and not at.c and abs(at.f) < TOP:  # upright words
                    yield Line(kinds[-1], number, height, round(10 * at.f), face)
            case _:
                pass


def _kind(operands: list[Any]) -> str:
    """Heads of tables repeat too, on any line; they are neither Header nor Footer."""
    properties = operands[1] if len(operands) > 1 and isinstance(operands[1], Dictionary) else Dictionary()
    if operands[0] == Name.Artifact:
        return REPEATED if properties.get("/Subtype") in (Name.Header, Name.Footer) else OTHER
    return READ if "/MCID" in properties else OTHER
