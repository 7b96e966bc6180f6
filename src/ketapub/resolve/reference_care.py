"""Checks the references: a library and what the book cites of it in; problems at the records' places out."""

from __future__ import annotations

from ketapub import document as d
from ketapub.ledger import Ledger
from ketapub.library import Library
from ketapub.library.care import check_duplicates, check_identifiers, check_uncited
from ketapub.problems import Problems


def check_library(chapters: tuple[d.Chapter, ...], ledger: Ledger | None, library: Library, problems: Problems) -> None:
    """`duplicate-work` and `uncited-reference` in the whole library, `bad-identifier` in what the book cites or lists.

    A source of the ledger is used, though no text prints it yet. With a citation that no file explains nothing is
    called uncited: the key is mistyped, and its work is not superfluous.
    """
    records = library.records
    used = _used(chapters, library)
    check_duplicates(records, problems)
    for record in records.values():
        if record.key in used:
            check_identifiers(record, problems)
    if library.complete and used <= records.keys():
        sources = ledger.claims.values() if ledger else ()
        check_uncited(records, used.union(*(claim.source for claim in sources)), problems)


def _used(chapters: tuple[d.Chapter, ...], library: Library) -> frozenset[str]:
    """The keys that the book cites, and those of its `nocite`, where "*" is the whole library."""
    marks = (node for chapter in chapters for node in d.walk_chapter(chapter) if isinstance(node, d.CitationMark))
    used = {cite.key for mark in marks for cite in mark.cites}
    used |= {key.removeprefix("@") for chapter in chapters for key in chapter.nocite}
    return frozenset(used - {"*"} | library.records.keys() if "*" in used else used)
