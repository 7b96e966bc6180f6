"""What a book says of its own accessibility: a `Book`, the outputs that are there and what is claimed come in, a
`Statement` goes out.

Each line follows from the book and from what this run made; nothing is claimed that was not looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ketapub import document as d
from ketapub.formats.claims import WCAG, Claims
from ketapub.locale import Words, words

PDF_UA = {"ua-1": "PDF/UA-1", "ua-2": "PDF/UA-2"}  # by the names of the command line
WAYS = ("way-keyboard", "way-zoom", "way-no-script", "way-tables")  # of pages in a browser


@dataclass(frozen=True, slots=True)
class Statement:
    """Each section has a heading and its lines, one at least."""

    title: str
    lead: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]


def accessibility_statement(book: d.Book, outputs: Collection[str], claims: Claims, pdf_standard: str) -> Statement:
    """`outputs` are formats: those that readers are offered."""
    word = words(book.info.book.language)
    nodes = [*d.walk_book(book)]
    images = [node for node in nodes if isinstance(node, d.Image) and not node.decorative]
    undescribed = sum(not image.alt for image in images)
    ways = [word[way] for way in WAYS] if {"html", "site"} & {*outputs} else []
    if images and not undescribed:
        ways.append(word["accessibility-of-pictures"])
    files = [
        word.format(f"{one}-accessible", standard=PDF_UA[pdf_standard])
        for one in ("epub", "pdf", "large-print")
        if one in outputs
    ]
    limits = [word.format("limit-pictures", count=undescribed)] if undescribed else []
    limits += [word["limit-search"]] if "site" in outputs else []
    limits.append(word["limit-untried"])
    sections = {
        "accessibility-ways": ways,
        "accessibility-files": files,
        "accessibility-limits": limits,
        "accessibility-state": list(_state(claims, word)),
    }
    lead = word.format("accessibility-lead", title=book.info.book.title)
    told = tuple((word[name], tuple(lines)) for name, lines in sections.items() if lines)
    return Statement(word["accessibility-statement"], lead, told)


def _state(claims: Claims, word: Words) -> Iterator[str]:
    if claims.checked:
        yield word["state-checked"]
    if certificate := claims.certificate:
        date = word.date(certificate.date)
        yield word.format("state-certified", name=certificate.by, standard=WCAG, date=date)
    else:
        yield word["not-certified"]
