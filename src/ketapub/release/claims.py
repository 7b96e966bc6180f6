"""Every claim that released files make, where it stands and what shows that it holds; and which of them a run may make.

In: a book's settings, the formats, what people have looked at. Out: `Claims` for the formats, `Claim`s for
conformance.json. docs/release.md has this table for people.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ketapub.check.findings import HANDOUTS
from ketapub.formats.claims import EPUB_ACCESSIBILITY, WCAG, Certificate, Claims
from ketapub.info import Info
from ketapub.release.by_people import Record


@dataclass(frozen=True, slots=True)
class Claim:
    """`says` names the standard, `where` the place in the outputs, `shown_by` the checks of the gate. With `by_person`
    it is made only where people have looked too, and somebody certifies it. `setting` is the value of a setting, such
    as "standard x-4" of [press], for which alone it is made."""

    says: str
    outputs: tuple[str, ...]
    where: str
    shown_by: tuple[str, ...]
    by_person: bool = False
    setting: str = ""


_PDF, _PRESS = ("pdf", "large-print"), ("press", "cover")
_METADATA = "metadata of the file, in every build"
TABLE = (
    Claim("PDF/UA-1", _PDF, _METADATA, ("verapdf", "pdf-tags"), setting="ua-1"),
    Claim("PDF/A-2a", _PDF, _METADATA, ("verapdf",), setting="ua-1"),
    Claim("PDF/UA-2", _PDF, _METADATA, ("verapdf", "pdf-tags"), setting="ua-2"),
    Claim("PDF/A-4f", _PDF, _METADATA, ("verapdf",), setting="ua-2"),
    Claim("PDF/UA-1", (HANDOUTS,), _METADATA, ("verapdf", "pdf-tags")),
    Claim("PDF/A-2a", (HANDOUTS,), _METADATA, ("verapdf",)),
    Claim("PDF/X-4", _PRESS, _METADATA, ("press",), setting="x-4"),
    Claim("PDF/X-1a", _PRESS, _METADATA, ("press",), setting="x-1a"),
    Claim("EPUB 3.3", ("epub",), "version in the package document, in every build", ("epubcheck",)),
    Claim(EPUB_ACCESSIBILITY, ("epub",), "package document, with who certifies it and when", ("ace", "axe"), True),
    Claim(WCAG, ("site",), "statement and first page of the site", ("axe", "focus", "reflow"), True),
    Claim(
        WCAG, ("html", "epub", "site", *_PDF), "accessibility statement", ("axe", "focus", "reflow", "pdf-tags"), True
    ),
)


def claims_to_make(info: Info, made: Collection[Record], *, draft: bool) -> Claims:
    """What the formats may say. A draft says nothing that needs a person."""
    days = [record.made.date for record in made if record.made.date]
    if draft or not days or not info.about.certified_by:
        return Claims(checked=True)
    return Claims(checked=True, certificate=Certificate(info.about.certified_by, max(days)))


def claims_made(info: Info, formats: Collection[str], claims: Claims, pdf_standard: str) -> tuple[Claim, ...]:
    """Those of the table that outputs of these formats make."""
    settings = {"", pdf_standard, info.press.standard}
    return tuple(
        claim
        for claim in TABLE
        if {*claim.outputs} & {*formats}
        and claim.setting in settings
        and (claims.certificate is not None or not claim.by_person)
    )
