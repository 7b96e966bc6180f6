"""The text of a file that PubMed saves in (NBIB, MEDLINE), its records in CSL-JSON's terms out.

Keys are "pmid" and the number. Authors and groups stand in one list, in the order of the file, and the abbreviation
of the journal is kept beside its name. Tags: https://pubmed.ncbi.nlm.nih.gov/help/#pubmed-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ketapub.library.dates import spoken
from ketapub.library.languages import language_of
from ketapub.library.names import comma_name, with_generation
from ketapub.library.tagged import Tagged, read_tagged
from ketapub.problems import Position, Problems

LINE = re.compile(r"([A-Z]{2,4}) *- ?(.*)")
OPENING = "PMID-"


def read(path: str, text: str, problems: Problems) -> Iterator[tuple[Any, Position]]:
    """Yield `(raw record, Position)` for each article; a record without its number is told, and left out."""
    for tagged in read_tagged(path, text, LINE, "PMID- ", "", problems):
        number = tagged.one("PMID")
        if not re.fullmatch(r"\d+", number):
            problems.add("broken-reference", tagged.at, f'the PubMed number "{number[:20]}" is no number')
            continue
        yield _record(tagged, number), tagged.at


def _record(tagged: Tagged, number: str) -> dict[str, Any]:
    one = tagged.one
    kinds = tagged.every("PT")
    record: dict[str, Any] = {
        "id": f"pmid{number}",
        "type": "article" if "Preprint" in kinds else "article-journal",
        "title": _title(one("TI", "TT")),
        "author": _people(tagged, "FAU", "AU", "CN"),
        "editor": _people(tagged, "FED", "ED", ""),
        "container-title": one("JT"),
        "container-title-short": one("TA"),
        "volume": one("VI"),
        "issue": one("IP"),
        "page": one("PG"),
        "ISSN": one("IS").partition(" ")[0],
        "PMID": number,
        "PMCID": one("PMC"),
        "language": language_of(one("LA")),
    }
    if book := one("BTI"):
        chapter = bool(record["title"]) and _title(book) != record["title"]
        record |= {"type": "chapter" if chapter else "book", "publisher": one("PB"), "publisher-place": one("PL")}
        record |= {"container-title": _title(book)} if chapter else {"title": _title(book), "container-title": ""}
        record["ISBN"] = one("ISBN").partition(" ")[0]
    for written in tagged.every("AID", "LID"):
        value, _, kind = written.rpartition(" ")
        if kind == "[doi]":
            record.setdefault("DOI", value)
        elif kind == "[pii]" and not record["page"] and _is_article_number(value):
            record["page"] = value
    if date := one("DP", "DEP"):
        record["issued"] = spoken(date)
    if one("PST").startswith("ahead") and not record["volume"]:
        record["status"] = "ahead of print"
    return {name: value for name, value in record.items() if value}


def _title(written: str) -> str:
    """A title without its full stop, which each style sets as it likes."""
    return written[:-1] if written.endswith(".") and not written.endswith("..") else written


def _people(tagged: Tagged, full: str, short: str, group: str) -> list[dict[str, Any]]:
    """Full names, or the short ones of an old record; groups where they stand between them."""
    personal = full if tagged.every(full) else short
    people = []
    for tag, value in tagged.pairs:
        if tag == group and value:
            people.append({"literal": value.rstrip(".")})
        elif tag == personal and value:
            people.append(with_generation(comma_name(value if "," in value else _with_comma(value))))
    return people


def _with_comma(short: str) -> str:
    """ "Gilstrap LC 3rd" as "Gilstrap, L. C. 3rd": initials are those capitals at the end."""
    match = re.fullmatch(r"(.+?) ([A-Z]{1,4})( (?:Jr|Sr|\d(?:st|nd|rd|th)))?", short)
    return f"{match[1]}, {'. '.join(match[2])}.{match[3] or ''}" if match else short


def _is_article_number(value: str) -> bool:
    """Whether a publisher's item identifier is one that is printed ("n71"), not an internal one."""
    return re.fullmatch(r"[a-z]{0,4}\d{1,10}", value) is not None
