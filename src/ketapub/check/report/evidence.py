"""What the book says of itself, for the report: how hard each chapter is to read, and what its facts rest on."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from ketapub.check.report.run import Run
from ketapub.document import facts_of
from ketapub.editorial.readability import (
    FEWEST_WORDS,
    SectionReading,
    grade_of,
    is_too_hard,
    readings_by_chapter,
    word_list,
)
from ketapub.problems import Position


@dataclass(frozen=True, slots=True)
class ChapterReading:
    """`grade` is that of its whole text, easy words counted as easy; `hardest` the section with the highest one, if any
    is long enough to be graded; `too_hard` counts those above what the book allows."""

    title: str
    words: int
    grade: float
    hardest: SectionReading | None
    too_hard: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """A claim of the ledger. `printed` are the places of the manuscript, each with its page in the PDF or ""."""

    id: str
    sources: tuple[str, ...]
    basis: str
    checked: datetime.date | None
    verified: bool
    printed: tuple[tuple[Position, str], ...]


def most(run: Run) -> float | None:
    """The highest grade that the book allows itself."""
    checks = run.read.book.info.checks
    return checks.reading_grade.max if checks and checks.reading_grade else None


def reading(run: Run) -> tuple[ChapterReading, ...]:
    """Empty for books that are not English."""
    limit = most(run)
    found = []
    for title, sections in readings_by_chapter(run.read.book, word_list(run.read.manuscript.reading_words)):
        found.append(
            ChapterReading(
                title,
                sum(one.words for one in sections),
                grade_of(sections),
                max((one for one in sections if one.words >= FEWEST_WORDS), key=lambda one: one.adjusted, default=None),
                sum(limit is not None and is_too_hard(one, limit) for one in sections),
            )
        )
    return tuple(found)


def evidence(run: Run) -> tuple[Evidence, ...]:
    """Each claim of the ledger in its order; empty for a book without one."""
    ledger = run.read.manuscript.ledger
    if ledger is None:
        return ()
    printed, pages = facts_of(run.read.book), _pages(run)
    return tuple(
        Evidence(
            id,
            claim.source,
            claim.basis,
            claim.checked,
            claim.verified,
            tuple((fact.at, pages.get(fact.anchor, "")) for fact in printed.get(id, ())),
        )
        for id, claim in ledger.claims.items()
    )


def _pages(run: Run) -> Mapping[str, str]:
    if "pdf" not in run.subject.files:
        return {}
    from ketapub.formats.pdf.pages import page_labels

    return page_labels(run.subject.files["pdf"].read_bytes())
