"""The type of a work in; out: the fields without which its readers could not find it, if the style prints them at all.

A table, small on purpose: what is missing in many a sound record (a place, an issue, a page) is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ketapub.library.record import NAMES


@dataclass(frozen=True, slots=True)
class Essential:
    """Any of `fields` will do; `shown` are those to name when none is there. `hint` says how to give one."""

    shown: tuple[str, ...]
    fields: frozenset[str]
    hint: str = ""


def _any(*shown: str, or_else: str = "", hint: str = "") -> Essential:
    return Essential(shown, frozenset(shown) | frozenset(or_else.split()), hint)


UNDATED = 'write "status" ("in press") if it is not out yet, and words for "issued" ("no date") if it bears none'

TITLE = _any("title")
MAKER = Essential(("author",), NAMES, 'a group is an author too ("literal" in CSL, braces in BibTeX)')
MAKER_OR_PUBLISHER = Essential(MAKER.shown, NAMES | {"publisher"}, MAKER.hint)  # the body that issued it
DATE = _any("issued", or_else="status available-date submitted original-date", hint=UNDATED)
LIVING = _any("issued", or_else="accessed status available-date submitted original-date version", hint=UNDATED)
JOURNAL = _any("container-title", or_else="container-title-short", hint='"container-title" is the journal\'s name')
WHOLE = _any(
    "container-title", or_else="container-title-short event-title event", hint='"container-title" is the whole work'
)
PUBLISHER = _any("publisher", or_else="original-publisher container-title URL")
PRESS = _any("publisher", or_else="original-publisher")
SCHOOL = _any("publisher", or_else="archive authority", hint='"publisher" is the university')
IN_JOURNAL = _any(
    "volume",
    "page",
    "DOI",
    or_else="issue page-first number locator PMID PMCID URL status",
    hint='an article ahead of print has a "DOI", or a "status" ("in press")',
)
ADDRESS = _any(
    "URL",
    or_else="DOI archive archive_location",
    hint='a page of the web is found by its address; a paper without one is of type "report" or "document"',
)

ARTICLE = (MAKER, TITLE, JOURNAL, DATE, IN_JOURNAL)
PART = (TITLE, WHOLE, DATE)
ESSENTIALS: Mapping[str, tuple[Essential, ...]] = {
    "article-journal": ARTICLE,
    "article-magazine": (TITLE, JOURNAL, DATE),
    "article-newspaper": (TITLE, JOURNAL, DATE),
    "article": (MAKER, TITLE, DATE),
    "book": (MAKER, TITLE, PRESS, DATE),
    "chapter": (MAKER, *PART, PRESS),
    "dataset": (TITLE, LIVING, PUBLISHER),
    "entry-dictionary": PART,
    "entry-encyclopedia": PART,
    "paper-conference": (MAKER, *PART),
    "patent": (MAKER, TITLE, _any("number"), DATE),
    "post": (TITLE, ADDRESS),
    "post-weblog": (TITLE, ADDRESS),
    "report": (MAKER_OR_PUBLISHER, TITLE, LIVING),
    "review": (MAKER, JOURNAL, DATE, IN_JOURNAL),
    "review-book": (MAKER, JOURNAL, DATE, IN_JOURNAL),
    "software": (TITLE, LIVING),
    "standard": (TITLE, _any("number", or_else="call-number")),
    "thesis": (MAKER, TITLE, SCHOOL, DATE),
    "webpage": (TITLE, ADDRESS),
}


def missing(kind: str, present: frozenset[str]) -> tuple[Essential, ...]:
    """What a record of this type lacks that has these fields; of the types that are not in the table, nothing."""
    return tuple(one for one in ESSENTIALS.get(kind, ()) if one.fields.isdisjoint(present))
