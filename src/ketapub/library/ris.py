"""The text of an RIS file in, its records in CSL-JSON's terms out, each with the place where it opens.

Every program writes RIS in its own way; what several tags may hold is taken from the first that has it. A record
without a usable ID gets a key of its first author and year: "rush2006", the next one "rush2006-b".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ketapub.library.dates import spoken
from ketapub.library.languages import language_of
from ketapub.library.names import comma_name, with_generation
from ketapub.library.tagged import Tagged, read_tagged
from ketapub.problems import Position, Problems, did_you_mean
from ketapub.slugs import slug

LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?=\s|$)(.*)")

TYPES = {
    "ABST": "article-journal", "ADVS": "motion_picture", "AGGR": "dataset", "ANCIENT": "classic", "ART": "graphic",
    "BILL": "bill", "BLOG": "post-weblog", "BOOK": "book", "CASE": "legal_case", "CHAP": "chapter", "CHART": "figure",
    "CLSWK": "classic", "COMP": "software", "CONF": "paper-conference", "CPAPER": "paper-conference",
    "CTLG": "book", "DATA": "dataset", "DBASE": "dataset", "DICT": "entry-dictionary", "EBOOK": "book",
    "ECHAP": "chapter", "EDBOOK": "book", "EJOUR": "article-journal", "ELEC": "webpage",
    "ENCYC": "entry-encyclopedia", "EQUA": "figure", "FIGURE": "figure", "GEN": "document", "GOVDOC": "report",
    "GRANT": "document", "GRNT": "document", "HEAR": "hearing", "ICOMM": "webpage", "INPR": "article-journal",
    "INTV": "interview", "JFULL": "periodical", "JOUR": "article-journal", "LEGAL": "legislation",
    "MANSCPT": "manuscript", "MAP": "map", "MGZN": "article-magazine", "MPCT": "motion_picture",
    "MULTI": "motion_picture", "MUSIC": "musical_score", "NEWS": "article-newspaper", "PAMP": "pamphlet",
    "PAT": "patent", "PCOMM": "personal_communication", "POD": "broadcast", "PREPRINT": "article", "RPRT": "report",
    "SER": "book", "SLIDE": "speech", "SOUND": "song", "STAND": "standard", "STAT": "legislation", "THES": "thesis",
    "UNBILL": "bill", "UNPB": "manuscript", "UNPD": "manuscript", "VIDEO": "motion_picture", "WEB": "webpage",
}  # fmt: skip
WHOLE = frozenset(["book", "periodical", "report", "thesis", "dataset", "software", "classic"])
LONGEST_KEY = 40


def read(path: str, text: str, problems: Problems) -> Iterator[tuple[Any, Position]]:
    """Yield `(raw record, Position)` for each reference."""
    all_tagged = tuple(read_tagged(path, text, LINE, "TY  - ", "ER", problems))
    taken = {tagged.one("ID") for tagged in all_tagged}
    made = Counter[str]()
    for tagged in all_tagged:
        if not tagged.closed:
            message = "the reference has no end: a line of it, or the next reference, may be missing"
            problems.add("broken-reference", tagged.at, message, 'end it with the line "ER  - "', "warning")
        record = _record(tagged, problems)
        key = tagged.one("ID")
        if not key or re.search(r"\s", key):
            key = _made_key(record, taken, made)
        yield {"id": key, **record}, tagged.at


def _made_key(record: dict[str, Any], taken: set[str], made: Counter[str]) -> str:
    """First author and year, in small letters and digits; without an author, the first word of the title."""
    people = record.get("author") or record.get("editor") or [{}]
    name = people[0].get("family") or people[0].get("literal") or record.get("title", "").partition(" ")[0]
    year = "".join(str(part) for part in record.get("issued", {}).get("date-parts", [[""]])[0][:1])
    stem = re.sub(r"[\W_]", "", slug(name))[:LONGEST_KEY] + year or "reference"
    while True:
        made[stem] += 1
        key = stem if made[stem] == 1 else f"{stem}-{_letters(made[stem])}"
        if key not in taken:
            return key


def _letters(number: int) -> str:
    """1 is "a", 27 "aa"."""
    letters = ""
    while number:
        number, last = divmod(number - 1, 26)
        letters = chr(ord("a") + last) + letters
    return letters


def _record(tagged: Tagged, problems: Problems) -> dict[str, Any]:
    one, every = tagged.one, tagged.every
    written = one("TY").upper()
    kind = TYPES.get(written)
    if kind is None:
        message = f'the type "{written[:20]}" is none of RIS, so the reference is read as a document'
        hint = did_you_mean(written[:20], TYPES) or 'a journal article is "JOUR"'
        problems.add("broken-reference", tagged.at, message, hint, "warning")
        kind = "document"
    record: dict[str, Any] = {
        "type": kind,
        "title": one("TI", "T1", "CT") or (one("BT") if kind in WHOLE else ""),
        "title-short": one("ST"),
        "author": _people(every("AU", "A1")),
        "editor": _people(every("A2", "ED")),
        "collection-editor": _people(every("A3")),
        "translator": _people(every("A4")),
        "collection-title": one("T3") or (one("T2") if kind in WHOLE else ""),
        "volume": one("VL"),
        "issue": one("IS"),
        "page": _pages(one("SP"), one("EP")) or one("C7", "AR"),
        "edition": _edition(one("ET")),
        "publisher": one("PB"),
        "publisher-place": one("CY", "PP"),
        "number-of-volumes": one("NV"),
        "DOI": one("DO") or (one("M3") if one("M3").startswith("10.") else ""),
        "URL": one("UR", "LK"),
        "language": language_of(one("LA")),
        "issued": _date(tagged),
        "accessed": spoken(_slashed(one("Y2"))) if one("Y2") else None,
    }
    if kind not in WHOLE:
        full, short = _container(tagged)
        record |= {"container-title": full, "container-title-short": short}
    if kind in ("thesis", "report") and not one("M3").startswith("10."):
        record["genre"] = one("M3")
    if kind in ("report", "patent", "standard"):
        record["number"] = record.pop("issue") or one("M1")
    serial = one("SN").partition(" ")[0]
    record["ISSN" if re.fullmatch(r"\d{4}-?\d{3}[\dXx]", serial) else "ISBN"] = serial
    _pubmed(tagged, record)
    return {name: value for name, value in record.items() if value}


def _container(tagged: Tagged) -> tuple[str, str]:
    """What a part is part of, in full and abbreviated. Programs put either into JO: it is what the others are not."""
    fulls = tagged.every("JF") + tagged.every("BT") + tagged.every("T2")
    shorts = tagged.every("JA") + tagged.every("J2") + tagged.every("J1") + tagged.every("JO")
    full = next(iter(fulls + tagged.every("JO")), "")
    short = next(iter(shorts), "")
    if not short and tagged.every("JF") and tagged.one("T2") not in ("", full):
        short = tagged.one("T2")
    return full or short, short if fulls or short != full else ""


def _people(written: tuple[str, ...]) -> list[dict[str, Any]]:
    return [with_generation(comma_name(name)) for name in written]


def _pages(first: str, last: str) -> str:
    """ "284" and "287" as "284-287"; either may hold both."""
    first, last = (re.sub(r"\s*[-–—]+\s*", "-", text) for text in (first, last))
    if not last or last == first or "-" in first:
        return first
    return last if not first or last.startswith(f"{first}-") else f"{first}-{last}"


def _edition(written: str) -> str:
    """ "4th ed." as "4": each style writes it in its own way."""
    match = re.fullmatch(r"(\d+)\s*(?:st|nd|rd|th|\.)?(?:\s*ed(?:ition|n)?\.?)?", written, re.IGNORECASE)
    return match[1] if match else written


def _date(tagged: Tagged) -> dict[str, Any]:
    """The most exact of the dates, as long as the years agree: DA has the day where PY has only the year."""
    dates = [spoken(_slashed(written)) for tag in ("PY", "Y1", "DA") for written in tagged.every(tag)]
    if not dates:
        return {}
    year = next((date["date-parts"][0][0] for date in dates if "date-parts" in date), None)
    same = [date for date in dates if "date-parts" in date and date["date-parts"][0][0] == year]
    return max(same, key=lambda date: len(date["date-parts"][0])) if same else dates[0]


def _slashed(written: str) -> str:
    """ "2021/03/29/Epub" without what is no date: the fourth part is a free text."""
    match = re.fullmatch(r"(\d{4})/(\d{0,2})(?:/(\d{0,2}))?(/.*)?", written.strip())
    if match is None:
        return written
    parts = [match[1], *(part for part in match.groups()[1:3] if part)]
    season = (match[4] or "").strip("/ ")
    return f"{match[1]} {season}" if len(parts) == 1 and season else "/".join(parts)


def _pubmed(tagged: Tagged, record: dict[str, Any]) -> None:
    """The number of PubMed, where the record says that it is one; EndNote puts that of PMC into C2."""
    base = f"{tagged.one('DB')} {tagged.one('DP')}".lower()
    number = tagged.one("AN")
    if re.fullmatch(r"\d{1,9}", number) and re.search(r"pubmed|medline|nlm", base):
        record["PMID"] = number
    if pmc := next((value for value in tagged.every("C2", "AN") if re.fullmatch(r"PMC\d+", value)), ""):
        record["PMCID"] = pmc
