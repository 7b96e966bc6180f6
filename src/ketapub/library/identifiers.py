"""An identifier of a work in (DOI, PMID, PMCID, ISBN, ISSN, web address); what is wrong with it, and the remedy, out.

Only their form and their check digits are looked at: whether a work of that number exists, nobody here can say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from ketapub.shapes import isbn_digits

BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}
DOI = re.compile(r"10\.\d{4,9}(\.\d+)*/\S+")  # DOI Handbook, 2.2; the prefix may have parts
NOTE = re.compile(r"\([^()]*\)|\b(ISBN|ISSN)(-1[03])?:?", re.IGNORECASE)  # "0028-4793 (Print)", "ISBN: 978…"


class Fault(NamedTuple):
    """`what` follows the name of the field: "the DOI … holds a space"."""

    what: str
    hint: str


def identifier_fault(field: str, value: str) -> Fault | None:
    """What is wrong with the identifier in a field of CSL; None for a sound one, and for any other field."""
    check = CHECKS.get(field)
    return check(value) if check else None


def _doi(doi: str) -> Fault | None:
    if re.search(r"\s", doi):
        return Fault("holds a space", "a DOI is one word: look for text that was pasted with it")
    if not DOI.fullmatch(doi):
        return Fault(
            f'is "{_shown(doi)}"', 'a DOI begins with "10.", four digits or more and "/": 10.1056/NEJMsb020632'
        )
    if doi[-1] in ".,;:":
        return Fault(f'ends with "{doi[-1]}"', "leave it out: it belongs to the sentence that the DOI was copied from")
    if not _balanced(doi):
        return Fault(
            f'has a bracket that does not pair up: "{_shown(doi)}"', "compare it with the DOI on the work's own page"
        )
    return None


def _balanced(text: str) -> bool:
    opened: list[str] = []
    for char in text:
        if char in BRACKETS.values():
            opened.append(char)
        elif char in BRACKETS and (not opened or opened.pop() != BRACKETS[char]):
            return False
    return not opened


def _pmid(pmid: str) -> Fault | None:
    if re.fullmatch(r"[0-9]{1,8}", pmid):
        return None
    return Fault(f'is "{_shown(pmid)}"', "a PMID is a number of up to eight digits and nothing else: 12140307")


def _pmcid(pmcid: str) -> Fault | None:
    if re.fullmatch(r"PMC[0-9]+(\.[0-9]+)?", pmcid):  # the part behind the point is a version
        return None
    hint = f'write "PMC{pmcid}"' if re.fullmatch(r"[0-9]+", pmcid) else 'a PMCID is "PMC" and a number: PMC5098773'
    return Fault(f'is "{_shown(pmcid)}"', hint)


def _isbn(isbn: str) -> Fault | None:
    hint = "an ISBN has 13 digits, an old one 10, the last of which checks the others: compare it with the book"
    return _each(isbn, lambda one: bool(isbn_digits(one)), hint)


def _issn(issn: str) -> Fault | None:
    hint = "an ISSN has eight digits, the last of which (X counts ten) checks the others: 0028-4793"
    return _each(issn, _is_issn, hint)


def _is_issn(text: str) -> bool:
    """ISO 3297: weights 8 to 2, modulo 11."""
    digits = re.sub(r"[-\u2010-\u2013]", "", text).upper()
    if not re.fullmatch(r"[0-9]{7}[0-9X]", digits):
        return False
    values = [10 if digit == "X" else int(digit) for digit in digits]
    return sum(value * weight for value, weight in zip(values, range(8, 0, -1), strict=True)) % 11 == 0


def _each(value: str, sound: Callable[[str], bool], hint: str) -> Fault | None:
    """One field may hold the number of the printed and of the electronic edition; a number may be set with spaces."""
    for part in re.split(r"[,;]", NOTE.sub(" ", value)):
        if not part.strip() or sound(part.strip()):
            continue
        for one in part.split():
            if not sound(one):
                return Fault(f'is "{_shown(one)}", whose digits do not check', hint)
    return None


def _url(url: str) -> Fault | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return Fault(f'is "{_shown(url)}", which is no web address', "copy it from the address bar of a browser")
    if parts.scheme.lower() not in ("http", "https"):
        hint = f'write "https://{_shown(url)}"' if url.startswith("www.") else 'it begins with "https://" or "http://"'
        return Fault(f'is "{_shown(url)}", which is no web address', hint)
    if re.search(r"\s", url) or not parts.netloc:
        return Fault(f'is "{_shown(url)}", which is no web address', "a web address names a host and holds no space")
    return None


def _shown(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


CHECKS: Mapping[str, Callable[[str], Fault | None]] = {
    "DOI": _doi,
    "PMID": _pmid,
    "PMCID": _pmcid,
    "ISBN": _isbn,
    "ISSN": _issn,
    "URL": _url,
}
