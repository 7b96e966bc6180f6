"""Weights: whether the pages of a site are light enough for a slow line."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ketapub.check.findings import Check, Finding, Looked, Place, Subject
from ketapub.check.screens import Unpacked, unpacked

PAGE, SCRIPT = 120_000, 30_000  # bytes; of a page with its style sheets, and of all scripts that a page names
# Lists at the end of a book grow with it, and nobody reads them from end to end.
LISTS = "//*[contains(concat(' ', @class, ' '), ' references ')]"


def look(subject: Subject, output: str) -> Looked:
    """The limits are for what the theme makes of a chapter: a book with templates of its own has others."""
    if subject.book.templates:
        return Looked(0, "page")
    files = unpacked(subject.files[output])
    return Looked(len(files.pages), "page", tuple(faults(files)))


def faults(files: Unpacked) -> Iterator[Finding]:
    for name in files.pages:
        page = files.read(name)
        root = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
        sheets = root.xpath("//link[@rel='stylesheet']/@href")
        weight = len(page) + sum(len(files.read(sheet)) for sheet in sheets if sheet in files.names)
        if weight > PAGE and not root.xpath(LISTS):
            message = f"{weight} bytes with its style sheets, and {PAGE} are the limit; a long chapter can be divided"
            yield Finding("page", message, Place(name))
        script = sum(len(files.read(each)) for each in root.xpath("//script/@src") if each in files.names)
        if script > SCRIPT:
            yield Finding("script", f"{script} bytes of script, and {SCRIPT} are the limit", Place(name))


CHECK = Check(
    "weights",
    f"a page of the site weighs at most {PAGE // 1000} kB with its style sheets, and its scripts {SCRIPT // 1000} kB",
    ("site",),
    look,
    by_book=True,
)
