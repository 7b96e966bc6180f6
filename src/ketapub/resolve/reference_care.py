"""Checks the data of the references: a library and what the book cites of it in; problems at the records' places out.

What a style does not print nobody misses: so what is missing is asked of the style, for each work that is cited.
"""

from __future__ import annotations

from collections.abc import Iterable

from ketapub import document as d
from ketapub.citation_style import Needs, Style
from ketapub.ledger import Ledger
from ketapub.library import Library, Record
from ketapub.library.care import check_duplicates, check_identifiers, check_uncited
from ketapub.library.essentials import missing
from ketapub.library.title_case import FEWEST, FEWEST_OF_A_PAGE, is_title_case
from ketapub.problems import Problems

# Books keep the capitals of their title page in many styles, and reports, laws and standards are called by theirs.
SENTENCES = frozenset(
    [
        "article",
        "article-journal",
        "article-magazine",
        "article-newspaper",
        "chapter",
        "paper-conference",
        "post",
        "post-weblog",
        "review",
        "webpage",
    ]
)
NUMBERED = frozenset(["DOI", "PMID", "PMCID", "ISBN"])  # a work that has one of these stays what it is
CONTAINED = frozenset(["container-title", "container-title-short"])  # and so does one in a journal or a book
MISREAD = frozenset(["bad-reference", "broken-reference", "duplicate-reference"])  # errors of one record
YEARLESS = frozenset(["book", "chapter", "thesis"])  # may be undated, where the style has a word for that


def check_library(chapters: tuple[d.Chapter, ...], ledger: Ledger | None, library: Library, problems: Problems) -> None:
    """`duplicate-work` and `uncited-reference` in the whole library, `bad-identifier` in what the book cites or lists.

    A source of the ledger is used, though no text prints it yet. With an error in a file, or a citation that no file
    explains, nothing is called uncited: the key may be mistyped, and its work not superfluous.
    """
    records = library.records
    used = _used(chapters, library)
    check_duplicates(records, problems)
    for record in records.values():
        if record.key in used:
            check_identifiers(record, problems)
    sound = library.complete and not any(problem.code in MISREAD for problem in problems.errors)
    if sound and used <= records.keys():
        sources = ledger.claims.values() if ledger else ()
        check_uncited(records, used.union(*(claim.source for claim in sources)), problems)


def _used(chapters: tuple[d.Chapter, ...], library: Library) -> frozenset[str]:
    """The keys that the book cites, and those of its `nocite`, where "*" is the whole library."""
    marks = (node for chapter in chapters for node in d.walk_chapter(chapter) if isinstance(node, d.CitationMark))
    used = {cite.key for mark in marks for cite in mark.cites}
    used |= {key.removeprefix("@") for chapter in chapters for key in chapter.nocite}
    return frozenset(used - {"*"} | library.records.keys() if "*" in used else used)


def check_references(library: Library, style: Style, keys: Iterable[str], problems: Problems) -> None:
    """`reference-incomplete`, `title-case` and `access-date` of the works that the book cites or lists."""
    needs = Needs(style)
    told = {problem.at for problem in problems.found if problem.code == "bad-reference"}  # what it holds is not known
    for key in dict.fromkeys(keys):
        if (record := library.records.get(key)) is not None:
            if record.at not in told:
                _check_complete(record, style, needs, problems)
            _check_title(record, style, needs, problems)
            _check_access(record, style, needs, problems)


def _check_complete(record: Record, style: Style, needs: Needs, problems: Problems) -> None:
    kind, present = record.fields["type"], frozenset(record.fields)
    lacking, hints = [], []
    for essential in missing(kind, present):
        fields = [field for field in essential.shown if needs.prints(kind, present, field)]
        if not fields:
            continue
        if "issued" in fields and kind in YEARLESS and "no date" in needs.printed(kind, present).terms:
            continue
        lacking.append(" or ".join(f'"{field}"' for field in fields))
        hints.append(essential.hint)
    if lacking:
        what = f"{', '.join(lacking[:-1])} and {lacking[-1]}" if len(lacking) > 1 else lacking[0]
        message = f'reference "{record.key}" has no {what}, which the style "{style.name}" prints for type "{kind}"'
        hint = "; ".join(["add what the work itself says", *(hint for hint in dict.fromkeys(hints) if hint)])
        problems.add("reference-incomplete", record.at, message, hint, "warning")


def _check_title(record: Record, style: Style, needs: Needs, problems: Problems) -> None:
    kind, title = record.fields["type"], record.fields.get("title", "")
    if kind not in SENTENCES:
        return
    fewest = FEWEST_OF_A_PAGE if kind in ("webpage", "post", "post-weblog") else FEWEST
    if not is_title_case(title, record.fields.get("language", ""), fewest=fewest):
        return
    if "title" in needs.printed(kind, record.fields).stored:
        message = f'the title of reference "{record.key}" has capitals like a heading, and the style prints it as it is'
        hint = 'write it as a sentence is written; a name keeps its capitals in <span class="nocase">…</span>'
        problems.add("title-case", record.at, message, hint, "warning")


def _check_access(record: Record, style: Style, needs: Needs, problems: Problems) -> None:
    kind, fields = record.fields["type"], record.fields
    lasting = NUMBERED if kind == "webpage" else NUMBERED | CONTAINED  # what contains a page is a site
    if "URL" not in fields or "accessed" in fields or not lasting.isdisjoint(fields):
        return
    if needs.prints(kind, fields, "accessed"):
        message = (
            f'reference "{record.key}" does not say when its web page was read; the style "{style.name}" prints it'
        )
        hint = 'add "accessed", the day when you last saw it (in BibTeX "urldate"): a page changes'
        problems.add("access-date", record.at, message, hint, "warning")
