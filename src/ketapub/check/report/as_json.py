"""A run of the gate comes in; report.json goes out: all that report.html shows and all findings, for programs.

docs/check.md tells of the keys. New ones may come; those that are there keep their names and meanings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ketapub import __version__
from ketapub.check.findings import Check, Finding, Result
from ketapub.check.report import evidence, people, wcag
from ketapub.check.report.run import OWN_CODES, STATES, Run
from ketapub.problems import Position

JsonObject = dict[str, Any]


def report_json(run: Run) -> bytes:
    book = run.read.book.info.book
    asked = {check.name for check in run.checks}
    told: JsonObject = {
        "ketapub": __version__,
        "book": {"title": book.title, "version": book.version, "language": book.language},
        "as_of": run.as_of.isoformat(),
        "standard": run.subject.standard,
        "outputs": dict(run.names),
        "summary": {state: sum(result.state == state for result in run.results) for state in STATES}
        | {"findings": sum(len(result.findings) for result in run.results)},
        "checks": [_check(check, check.name in asked) for check in (*run.checks, *run.left_out)],
        "results": [_result(result) for result in run.results],
        "problems": [one.as_json() for one in run.problems.in_order() if one.code not in OWN_CODES],
        "wcag": {version: criteria(version, run) for version in wcag.VERSIONS},
        "reading": {"most": evidence.most(run), "chapters": [_chapter(one) for one in evidence.reading(run)]},
        "evidence": [_claim(one) for one in evidence.evidence(run)],
        "by_people": [asdict(task) for task in people.tasks_for(run.subject.files)],
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=1)}\n".encode()


def _check(check: Check, asked: bool) -> JsonObject:
    tools = [{"name": tool.name, "wanted": tool.wanted, "install": tool.install} for tool in check.tools]
    return {
        "name": check.name,
        "proves": check.proves,
        "outputs": list(check.outputs),
        "tools": tools,
        "asked": asked,
    }


def _result(result: Result) -> JsonObject:
    return {
        "check": result.check,
        "output": result.output,
        "state": result.state,
        "things": result.things,
        "unit": result.unit,
        "versions": dict(result.versions),
        "seconds": round(result.seconds, 3),
        "kept": result.kept,
        "reason": result.reason,
        "findings": [_finding(finding) for finding in result.findings],
    }


def _finding(finding: Finding) -> JsonObject:
    return {
        "rule": finding.rule,
        "message": finding.message,
        "at": _position(finding.at),
        "made_by": finding.made_by,
        "place": asdict(finding.place),
    }


def _position(at: Position) -> JsonObject:
    return {"file": at.file, "line": at.line, "column": at.column}


def criteria(version: str, run: Run) -> list[JsonObject]:
    return [
        {"number": one.number, "name": one.name, "level": one.level}
        | {family: asdict(verdict) for family, verdict in found.items()}
        for one, found in wcag.verdicts(version, run)
    ]


def _chapter(chapter: evidence.ChapterReading) -> JsonObject:
    hardest = chapter.hardest
    return {
        "title": chapter.title,
        "words": chapter.words,
        "grade": round(chapter.grade, 1),
        "too_hard": chapter.too_hard,
        "hardest": hardest
        and {"title": hardest.title, "at": _position(hardest.at), "grade": round(hardest.adjusted, 1)},
    }


def _claim(claim: evidence.Evidence) -> JsonObject:
    return {
        "id": claim.id,
        "sources": list(claim.sources),
        "basis": claim.basis,
        "checked": claim.checked.isoformat() if claim.checked else "",
        "verified": claim.verified,
        "printed": _places(claim.printed),
    }


def _places(printed: Iterable[tuple[Position, str]]) -> list[JsonObject]:
    return [_position(at) | {"page": page} for at, page in printed]
