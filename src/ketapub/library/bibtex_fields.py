"""The type and fields of a BibTeX or BibLaTeX entry in, the same in CSL-JSON's terms out.

The names are those of the BibLaTeX manual (2.1, 2.2, appendix B for what a `crossref` hands on), with BibTeX's older
ones beside them. Fields that no style prints, such as `abstract` and `keywords`, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ketapub.library.bibtex_names import names_of, split_list
from ketapub.library.dates import MONTHS, spoken
from ketapub.library.languages import language_of
from ketapub.library.latex import from_latex, verbatim

TYPES = {
    "article": "article-journal", "artwork": "graphic", "audio": "song", "book": "book", "bookinbook": "chapter",
    "booklet": "pamphlet", "collection": "book", "commentary": "book", "conference": "paper-conference",
    "dataset": "dataset", "electronic": "webpage", "image": "graphic", "inbook": "chapter", "incollection": "chapter",
    "inproceedings": "paper-conference", "inreference": "entry-encyclopedia", "jurisdiction": "legal_case",
    "legal": "treaty", "legislation": "legislation", "letter": "personal_communication", "manual": "book",
    "mastersthesis": "thesis", "misc": "document", "movie": "motion_picture", "music": "song", "mvbook": "book",
    "mvcollection": "book", "mvproceedings": "book", "mvreference": "book", "online": "webpage", "patent": "patent",
    "performance": "performance", "periodical": "periodical", "phdthesis": "thesis", "proceedings": "book",
    "reference": "book", "report": "report", "review": "review", "set": "document", "software": "software",
    "standard": "standard", "suppbook": "chapter", "suppcollection": "chapter", "suppperiodical": "article-journal",
    "techreport": "report", "thesis": "thesis", "unpublished": "manuscript", "video": "motion_picture",
    "www": "webpage",
}  # fmt: skip
GENRES = {
    "bathesis": "Bachelor’s thesis", "candthesis": "Candidate thesis", "mathesis": "Master’s thesis",
    "mastersthesis": "Master’s thesis", "phdthesis": "PhD thesis", "resreport": "Research report",
    "techreport": "Technical report",
}  # fmt: skip
STATES = {"inpress": "in press", "inpreparation": "in preparation", "prepublished": "ahead of print"}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
PARTS = frozenset(["chapter", "paper-conference", "entry-encyclopedia"])

_SERIAL = frozenset(["article", "suppperiodical", "periodical", "review"])
_IN_BOOKS = frozenset(["inbook", "bookinbook", "suppbook"])
_IN_COLLECTIONS = frozenset(["incollection", "inreference", "suppcollection", "inproceedings", "conference"])
_NOT_HANDED_ON = frozenset([
    "ids", "crossref", "xref", "xdata", "entryset", "entrysubtype", "label", "options", "related", "relatedtype",
    "shorttitle", "doi", "url", "urldate", "pmid", "pmcid", "eprint", "eprinttype", "archiveprefix", "pages", "eid",
])  # fmt: skip


def inherited(kind: str, by: str, fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The fields that an entry of type `by` has from another one of type `kind`, by the names they get there.

    "" is an `@xdata`, which hands on everything as it is.
    """
    for name, value in fields.items():
        if not kind:
            if name not in ("ids", "xdata", "crossref"):
                yield name, value
            continue
        if name in _NOT_HANDED_ON:
            continue
        base = name in ("title", "subtitle", "titleaddon")
        if base and kind in ("mvbook", "mvcollection", "mvproceedings", "mvreference"):
            name = f"main{name}"
        elif base and kind == "periodical":
            name = f"journal{name}"
        elif base and by in _IN_BOOKS | _IN_COLLECTIONS:
            name = f"book{name}"
        elif name == "author" and kind in ("book", "mvbook") and by in _IN_BOOKS:
            yield "bookauthor", value
        elif name == "author" and by in _IN_COLLECTIONS and "editor" not in fields:
            name = "editor"  # a @book with an author, of which a chapter is cited
        yield name, value


def csl_of(kind: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """A raw record without its id. Unknown fields are left out: private ones are common."""
    has = _Fields(fields)
    csl = TYPES.get(kind, "document")
    text = has.text
    if kind == "article":
        csl = {"magazine": "article-magazine", "newspaper": "article-newspaper"}.get(text("entrysubtype").lower(), csl)
    elif kind == "misc" and has.url() and not (text("publisher") or has.eprint("arxiv")):
        csl = "webpage"
    elif kind == "misc" and has.eprint("arxiv"):
        csl = "article"
    record: dict[str, Any] = {
        "type": csl,
        "title": has.full_title("title"),
        "title-short": has.title("shorttitle"),
        "author": has.names("author") or has.names("holder"),
        "translator": has.names("translator"),
        "container-author": has.names("bookauthor"),
        "container-title-short": has.title("shortjournal"),
        "collection-title": has.title("series"),
        "event-title": has.title("eventtitle"),
        "event-place": text("venue"),
        "volume": text("volume"),
        "number-of-volumes": text("volumes"),
        "part-number": text("part"),
        "chapter-number": text("chapter"),
        "page": _pages(text("pages") or text("eid")),
        "number-of-pages": text("pagetotal"),
        "edition": _edition(text("edition")),
        "version": text("version"),
        "publisher": has.listed("publisher", "institution", "school", "organization"),
        "publisher-place": has.listed("location", "address"),
        "genre": _genre(kind, text("type")),
        "status": STATES.get(text("pubstate"), text("pubstate")),
        "note": " ".join(filter(None, (text("note"), text("addendum")))),
        "call-number": text("library"),
        "ISBN": text("isbn"),
        "ISSN": text("issn"),
        "DOI": verbatim(fields.get("doi", "")) or has.eprint("doi"),
        "URL": has.url(),
        "PMID": re.sub(r"\D", "", text("pmid")) or has.eprint("pubmed") or has.eprint("pmid"),
        "PMCID": text("pmcid") or text("pmc") or has.eprint("pmcid") or has.eprint("pmc"),
        "language": language_of(text("langid") or text("language") or text("hyphenation")),
        "issued": has.date("date") or has.year(),
        "accessed": has.date("urldate") or has.date("lastchecked"),
        "original-date": has.date("origdate"),
        "event-date": has.date("eventdate"),
    }
    record[_editor_role(text("editortype"))] = has.names("editor")
    if csl in PARTS:
        record["container-title"] = has.full_title("booktitle") or has.full_title("maintitle")
    elif kind in _SERIAL or csl.startswith("article") or csl == "webpage":
        journal = has.full_title("journaltitle") or has.title("journal")
        record["container-title"] = journal or has.title("booktitle") or has.title("organization") * (csl == "webpage")
        record["volume-title"] = has.title("issuetitle")
        if csl == "webpage" and record["container-title"] == record["publisher"]:
            record["publisher"] = ""
    elif main := has.full_title("maintitle"):
        record["title"] = f"{main}: {record['title']}" if record["title"] else main
    _number(record, csl, text("number"), text("issue"))
    if preprint := has.eprint("arxiv"):
        record["number"] = f"arXiv:{preprint.removeprefix('arXiv:')}"
        record["URL"] = record["URL"] or f"https://arxiv.org/abs/{preprint.removeprefix('arXiv:')}"
    if pmid := re.fullmatch(r"PMID:?\s*(\d{1,9})\.?", record["note"], re.IGNORECASE):
        record |= {"PMID": record["PMID"] or pmid[1], "note": ""}
    return {name: value for name, value in record.items() if value}


class _Fields:
    """The fields of an entry, decoded when they are asked for."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields

    def text(self, name: str) -> str:
        return " ".join(from_latex(self.fields.get(name, "")).split())

    def title(self, name: str) -> str:
        return " ".join(from_latex(self.fields.get(name, ""), tags=True).split())

    def full_title(self, name: str) -> str:
        """A title with its subtitle, and what else belongs to it."""
        stem = name.removesuffix("title")
        title, sub, more = self.title(name), self.title(f"{stem}subtitle"), self.title(f"{stem}titleaddon")
        for part, mark in ((sub, ": "), (more, ". ")):
            title += (" " if title[-1:] in "?!.:" else mark) * bool(title and part) + part
        return title

    def names(self, name: str) -> list[dict[str, Any]]:
        written = self.fields.get(name, "").strip()
        return names_of(written) if written else []

    def listed(self, *names: str) -> str:
        """The first of these lists that has anything; its members stand between "and"."""
        for name in names:
            if written := self.fields.get(name, "").strip():
                return "; ".join(" ".join(from_latex(one).split()) for one in split_list(written))
        return ""

    def url(self) -> str:
        how = self.fields.get("howpublished", "").strip()
        found = re.search(r"https?://[^\s{}]+", how)
        return verbatim(self.fields.get("url", "")) or (verbatim(found[0]) if found else "")

    def eprint(self, kind: str) -> str:
        """The number of an entry in an archive such as PubMed or arXiv."""
        written = self.text("eprinttype") or self.text("archiveprefix")
        return verbatim(self.fields.get("eprint", "")) if written.lower() == kind else ""

    def date(self, name: str) -> dict[str, Any]:
        written = self.text(name)
        return spoken(written) if written else {}

    def year(self) -> dict[str, Any]:
        """BibTeX's year, month and day; a month is a word, a number, or a word with the day."""
        year, month, day = self.text("year"), self.text("month").lower(), self.text("day")
        if month.isdigit() and 1 <= int(month[:3]) <= 12:
            month = MONTHS[int(month[:3]) - 1]
        if month and re.fullmatch(r"\d{4}", year):
            date = spoken(f"{month} {day}, {year}" if day else f"{month} {year}")
            if "date-parts" in date:
                return date
        return spoken(year) if year else {}


def _number(record: dict[str, Any], csl: str, number: str, issue: str) -> None:
    """BibTeX's `number` is that of an issue, of a volume in a series, or of a report."""
    if csl.startswith("article") or csl == "periodical":
        record["issue"] = ", ".join(filter(None, (number, issue)))
    elif csl in ("report", "patent", "standard", "software") or not record["collection-title"]:
        record["number"] = number
    else:
        record["collection-number"] = number


def _genre(kind: str, written: str) -> str:
    if written:
        return GENRES.get(written.lower(), written)
    return GENRES.get(kind, "") if kind in ("mastersthesis", "phdthesis") else ""


def _editor_role(written: str) -> str:
    known = {"compiler": "compiler", "director": "director", "organizer": "organizer", "producer": "producer"}
    return known.get(written.strip().lower(), "editor")


def _pages(written: str) -> str:
    return re.sub(r"\s*(?:[-‐‑–—]+|--+)\s*", "-", written)


def _edition(written: str) -> str:
    """ "Fourth" and "4th ed." as "4": each style writes it in its own way."""
    bare = re.sub(r"\s*\b(?:ed(?:ition|n)?\.?)$", "", written, flags=re.IGNORECASE).strip()
    if match := re.fullmatch(r"(\d+)(?:st|nd|rd|th|\.)?", bare, re.IGNORECASE):
        return match[1]
    return str(ORDINALS.index(bare.lower()) + 1) if bare.lower() in ORDINALS else written
