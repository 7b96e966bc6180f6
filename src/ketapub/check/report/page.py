"""A run of the gate comes in; report.html goes out: one page for people, which asks for nothing and runs nothing."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from markupsafe import Markup

from ketapub import __version__
from ketapub.check.findings import Check, Finding, Result
from ketapub.check.report import evidence, people, wcag
from ketapub.check.report.pictures import MOST as MOST_PICTURES, pages_concerned, picture_id
from ketapub.check.report.run import FAMILIES, OWN_CODES, STATES, Run, told_first
from ketapub.formats.html import source_hash
from ketapub.formats.styling import sheet
from ketapub.locale import direction
from ketapub.problems import Position, Problem
from ketapub.templates import render

MOST = 100  # findings of one check of one output that the page shows; report.json has all
LONGEST = 400  # characters of a line of the manuscript, and of a message, that it shows
FAMILY_NAMES = {"pdf": "PDF", "epub": "EPUB", "web": "HTML and site"}
_WORD = re.compile(r"[\w'’-]+|\S|$")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line of the manuscript in three parts; the middle one is marked."""

    before: str
    marked: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is wrong. `at` is the place in the manuscript, `place` that in the output, both in words;
    `picture` is the id of the page's picture, or ""."""

    rule: str
    message: str
    at: str
    excerpt: Excerpt | None
    place: str = ""
    made_by: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """What one check found in one output; `more` counts what is not shown."""

    result: Result
    check: Check
    told: tuple[Told, ...]
    more: int


def report_page(run: Run) -> bytes:
    book, style = run.read.book.info.book, sheet(run.subject.theme, "report.css")
    pictures = pages_concerned(run)
    return render(
        "report.html",
        style=Markup(style),
        policy=_policy(style),
        version=__version__,
        book=book,
        direction=direction(book.language),
        as_of=run.as_of.isoformat(),
        standard=run.subject.standard,
        files=run.names,
        answer=_answer(run),
        counts={state: sum(result.state == state for result in run.results) for state in STATES},
        failed=_failed(run, {picture.id for picture in pictures}),
        pictures=pictures,
        most_pictures=MOST_PICTURES,
        results=told_first(run.results),
        checks=run.checks,
        left_out=run.left_out,
        remarks=[_remark(one) for one in run.problems.in_order() if one.code not in OWN_CODES],
        families=[(family, FAMILY_NAMES[family], FAMILIES[family]) for family in run.families],
        wcag=[(version, about, tuple(wcag.verdicts(version, run))) for version, about in wcag.VERSIONS.items()],
        reading=evidence.reading(run),
        most=evidence.most(run),
        evidence=evidence.evidence(run),
        tasks=people.tasks_for(run.subject.files),
    ).encode()


def _policy(style: str) -> str:
    """Content Security Policy, level 3: nothing is fetched, no script runs, only this style sheet counts."""
    return f"default-src 'none'; style-src '{source_hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'"


def _answer(run: Run) -> str:
    states = {result.state for result in run.results}
    if "failed" in states:
        return "Something is wrong with what was built."
    if not states:
        return "Nothing was checked."
    if "not run" in states or run.left_out:
        return "Nothing wrong was found, but not every check was made."
    return "Every check was made, and none found anything wrong."


def _failed(run: Run, pictures: Collection[str]) -> list[Failed]:
    checks = {check.name: check for check in run.checks}
    return [
        Failed(
            result,
            checks[result.check],
            tuple(_told(finding, result, run, pictures) for finding in result.findings[:MOST]),
            max(0, len(result.findings) - MOST),
        )
        for result in run.results
        if result.findings
    ]


def _told(finding: Finding, result: Result, run: Run, pictures: Collection[str]) -> Told:
    picture = picture_id(result.output, finding.place)
    return Told(
        finding.rule,
        shown(finding.message),
        str(finding.at),
        excerpt(run.source(finding.at), finding.at),
        shown(str(finding.place)),
        finding.made_by,
        picture if picture in pictures else "",
    )


def _remark(problem: Problem) -> Told:
    message = f"{problem.message} (hint: {problem.hint})" if problem.hint else problem.message
    return Told(problem.code, shown(message), str(problem.at), excerpt(problem.source, problem.at))


def excerpt(line: str, at: Position) -> Excerpt | None:
    """The line around a place, with its word marked; nothing where the line is not known."""
    if not line.strip():
        return None
    start = max(0, min(at.column, len(line) + 1) - 1)
    end = start
    if at.column and (word := _WORD.match(line, start)):
        end = word.end()
    first = max(0, start - LONGEST // 2)
    before = ("… " if first else "") + line[first:start]
    after = line[end : first + LONGEST] + (" …" if first + LONGEST < len(line) else "")
    return Excerpt(_printable(before), _printable(line[start:end]), _printable(after))


def shown(text: str) -> str:
    """A message as a page can hold it: not endless, and without what HTML has no character for."""
    return _printable(text if len(text) <= LONGEST else f"{text[:LONGEST]} …")


def _printable(text: str) -> str:
    return "".join(
        one if one.isprintable() or one == "\n" else " " if one == "\t" else "\N{REPLACEMENT CHARACTER}" for one in text
    )
