"""A library in; out: what is wrong with its records whatever the style, as problems at the place of each record.

Works that stand in it twice, works that nothing cites, identifiers that cannot be right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from ketapub.library.identifiers import CHECKS, identifier_fault
from ketapub.library.record import NAMES, Record
from ketapub.problems import Problems

UNCITED = 10  # so many records of one file are named one by one; more are told in one line
FEW = 5
LONGEST = 500  # characters of a title that are compared

# Two records of one title and year are two works all the same if one of these is in both and differs.
TELLING = ("DOI", "PMID", "PMCID", "ISBN", "volume", "issue", "number", "edition", "chapter-number", "genre")
ON_THE_WEB = frozenset(["webpage", "post", "post-weblog"])  # an article may be had at several addresses; a page is one


def check_identifiers(record: Record, problems: Problems) -> None:
    """`bad-identifier`: a DOI, PMID, PMCID, ISBN, ISSN or web address that cannot be one."""
    for field in CHECKS:
        if (value := record.fields.get(field)) and (fault := identifier_fault(field, value)):
            message = f'the {field} of reference "{record.key}" {fault.what}'
            problems.add("bad-identifier", record.at, message, fault.hint, "warning")


def check_duplicates(records: Mapping[str, Record], problems: Problems) -> None:
    """`duplicate-work`: two records of one DOI, of one PMID, or of one title and year if nothing tells them apart."""
    first: dict[tuple[str, str], list[Record]] = {}
    for record in records.values():
        twin = same = None
        for what, value in _marks(record):
            earlier = first.setdefault((what, value), [])
            found = earlier and (earlier[0] if what != "title and year" else _like(record, earlier))
            if found and twin is None:
                twin, same = found, what
            if not earlier or (what == "title and year" and not found and len(earlier) < FEW):
                earlier.append(record)
        if twin is not None:
            message = f'reference "{record.key}" has the same {same} as "{twin.key}" at {twin.at}'
            hint = (
                f'keep one of them, and cite that one everywhere: "{record.key}" and "{twin.key}" seem to be one work'
            )
            problems.add("duplicate-work", record.at, message, hint, "warning")


def _marks(record: Record) -> Iterable[tuple[str, str]]:
    """What two records have in common that are one work: each kind with its value in one form."""
    fields = record.fields
    if doi := fields.get("DOI"):
        yield "DOI", doi.casefold()
    if pmid := fields.get("PMID"):
        yield "PMID", pmid.lstrip("0")
    if (title := _folded(fields.get("title", ""))) and (dates := fields.get("issued", {}).get("date-parts")):
        yield "title and year", f"{title} {dates[0][0]}"


def _like(record: Record, earlier: list[Record]) -> Record | None:
    return next((one for one in earlier if not _told_apart(one, record)), None)


def _told_apart(one: Record, other: Record) -> bool:
    """Replies, editorials and yearly pages have one title and are many works."""
    for field in TELLING:
        mine, yours = _folded(one.fields.get(field, "")), _folded(other.fields.get(field, ""))
        if mine and yours and mine != yours:
            return True
    more = [(_maker(record), _first_page(record), _address(record)) for record in (one, other)]
    return any(mine and yours and mine != yours for mine, yours in zip(*more, strict=True))


def _maker(record: Record) -> str:
    """Whom a list would sort the work under: the family name of the first author, or the group's name."""
    for role in ("author", *sorted(NAMES)):
        for name in record.fields.get(role, ()):
            return _folded(name.get("family") or name.get("literal") or name.get("given", ""))
    return ""


def _first_page(record: Record) -> str:
    pages = record.fields.get("page-first") or record.fields.get("page", "")
    return re.split(r"\W", pages, maxsplit=1)[0].casefold()


def _address(record: Record) -> str:
    if record.fields["type"] not in ON_THE_WEB:
        return ""
    return _folded(re.sub(r"^https?://(www\.)?", "", record.fields.get("URL", "")))


def _folded(text: str) -> str:
    """Letters and digits only, without marks, accents and capitals."""
    bare = unicodedata.normalize("NFKD", re.sub(r"<[^<>]*>", "", text[:LONGEST])).casefold()
    return "".join(char for char in bare if char.isalnum())


def check_uncited(records: Mapping[str, Record], used: frozenset[str], problems: Problems) -> None:
    """`uncited-reference`: records that the book neither cites nor lists; of a file with many, one line for all."""
    files: dict[str, list[Record]] = {}
    for record in records.values():
        files.setdefault(record.at.file, []).append(record)
    for file, held in files.items():
        uncited = [record for record in held if record.key not in used]
        if len(uncited) <= UNCITED:
            for record in uncited:
                message = f'nothing cites the reference "{record.key}", so no list prints it'
                hint = "cite it, name it in a chapter's nocite, or take it out of the file"
                problems.add("uncited-reference", record.at, message, hint, "warning")
            continue
        named = ", ".join(f'"{record.key}"' for record in uncited[:FEW])
        message = f"nothing cites {len(uncited)} of the {len(held)} references in {file}: {named} …"
        hint = 'take them out; or, for a collection that serves several books, uncited-reference = "off" in [checks]'
        problems.add("uncited-reference", uncited[0].at, message, hint, "warning")
