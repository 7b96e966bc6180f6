"""What a release asks of a book before anything is built: a read book and what people have looked at come in, each
thing that is missing goes out as a problem with its line.

A draft is asked none of it: it claims nothing that needs a person.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from ketapub.check.report.people import tasks_for
from ketapub.info import Info
from ketapub.manuscript import HUMAN_CHECKS
from ketapub.problems import Position, Problems
from ketapub.reading import Read
from ketapub.release.by_people import Record
from ketapub.release.notes import CHANGELOG
from ketapub.signatures import ChapterReview, review_of

# Settings that a release needs: what they are, and why.
SETTINGS: Mapping[str, tuple[Callable[[Info], object], str]] = {
    "book.version": (lambda info: info.book.version, "readers have to be able to say which text they have"),
    "about.authorship": (lambda info: info.about.authorship, "readers have to know who wrote it"),
    "about.funding": (lambda info: info.about.funding, "readers have to know who paid for it"),
    "about.certified-by": (
        lambda info: info.about.certified_by,
        "somebody has to answer for what is said about its accessibility",
    ),
    "review.reviewed": (
        lambda info: info.review and info.review.reviewed,
        "the day of the last review is printed",
    ),
    "review.next-review": (
        lambda info: info.review and info.review.next_review,
        "the day is printed until which the book may be used",
    ),
    "review.reviewers": (
        lambda info: info.review and info.review.reviewers,
        "people who know the subject have to read all of it, and sign it with `ketapub sign`",
    ),
}


def require(read: Read, made: Collection[Record], notes: str, problems: Problems) -> None:
    """`made` are the checks by people that count; `notes` is what the book's changelog says of this version."""
    _require_settings(read.book.info, problems)
    _require_signatures(read, problems)
    _require_people(read.book.info, made, problems)
    if read.book.info.book.version and not notes:
        version = read.book.info.book.version
        hint = f'a heading "## {version}" and under it what is new for readers'
        problems.add("no-release-notes", Position(CHANGELOG), f"{CHANGELOG} says nothing of version {version}", hint)


def _require_settings(info: Info, problems: Problems) -> None:
    for key, (value_in, why) in SETTINGS.items():
        if not value_in(info):
            table, _, name = key.partition(".")
            problems.add("missing-setting", info.at(key), f'a release needs "{name}" in [{table}]', why)
    if info.overdue:
        message = "the book is due for review again"
        problems.add("review-overdue", info.at("review.next-review"), message, "review it, and set the new days")


def _require_signatures(read: Read, problems: Problems) -> None:
    if (review := read.book.info.review) is None:
        return
    for chapter in review_of(read.book, read.signatures):
        names = {one.name for one in chapter.signed}
        for reviewer in review.reviewers:
            if reviewer not in names:
                _unsigned(chapter, reviewer, problems)


def _unsigned(chapter: ChapterReview, reviewer: str, problems: Problems) -> None:
    source = chapter.chapter.source
    hint = f'`ketapub sign --name "{reviewer}" … --file {source}` once they have read it'
    for signature, new in chapter.outdated:
        if signature.name == reviewer:
            first = chapter.passages[new[0]].at if new else Position(source, 1)
            message = f"{reviewer} signed this chapter on {signature.date}, and it has changed since"
            problems.add("unsigned-chapter", first, message, hint)
            return
    problems.add("unsigned-chapter", Position(source, 1), f"{reviewer} has not signed this chapter", hint)


def _require_people(info: Info, made: Collection[Record], problems: Problems) -> None:
    records = {record.made.check: record for record in made}
    for task in tasks_for(info.book.formats):
        record = records.get(task.name)
        if record is None:
            message = f'nobody has made the check "{task.name}" of version {info.book.version or "…"}'
            hint = (
                "`ketapub explain unmade-check` shows how it is recorded, the report of `ketapub check` how it is made"
            )
            problems.add("unmade-check", Position(HUMAN_CHECKS), message, hint)
        elif record.made.result == "failed":
            message = f'"{task.name}" failed, says {record.made.person}'
            hint = record.made.note or "mend what they found, and have it checked again"
            problems.add("unmade-check", record.at, message, hint)
