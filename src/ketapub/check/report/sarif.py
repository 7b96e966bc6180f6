"""What was found, as a SARIF log, which code hosts and editors show beside the lines: problems and a run come in.

OASIS, Static Analysis Results Interchange Format 2.1.0 with Errata 01 (2023). Paths count from the folder of the book
("BOOK"), those of outputs from the output folder ("OUT"); neither folder is named, so that the log holds no path of
the machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ketapub import __version__
from ketapub.check.findings import Check, Finding, Result
from ketapub.check.report.run import OWN_CODES, Run
from ketapub.problems import Position, Problem, explanations

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
NOT_RUN = "check-not-run"
JsonObject = dict[str, Any]


def sarif(problems: Sequence[Problem], run: Run | None) -> bytes:
    """`problems` are all there are; `run` is None where the book's own errors stopped it before any check."""
    own = [problem for problem in problems if problem.code not in OWN_CODES]
    results = run.results if run else ()
    rules = {problem.code: _problem_rule(problem.code) for problem in own}
    for check, finding in _found(run):
        rules.setdefault(_rule(check, finding), _check_rule(check, finding))
    places = {id: index for index, id in enumerate(rules)}
    told = [_of_problem(problem, places) for problem in own]
    if run:
        told += [_of_finding(check, result, finding, run, places) for check, result, finding in _in_results(run)]
    driver = {
        "name": "ketapub",
        "version": __version__,
        "rules": list(rules.values()),
        "notifications": [_problem_rule(NOT_RUN)],
    }
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver, "extensions": _tools(results)},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    "BOOK": {"description": {"text": "The folder that holds book.toml."}},
                    "OUT": {"description": {"text": "The folder of the outputs."}},
                },
                "invocations": [
                    {
                        "executionSuccessful": run is not None,
                        "toolExecutionNotifications": [_not_run(result) for result in results if result.reason],
                    }
                ],
                "results": told,
            }
        ],
    }
    return f"{json.dumps(log, ensure_ascii=False, indent=1)}\n".encode()


def _in_results(run: Run) -> Iterator[tuple[Check, Result, Finding]]:
    checks = {check.name: check for check in run.checks}
    for result in run.results:
        for finding in result.findings:
            yield checks[result.check], result, finding


def _found(run: Run | None) -> Iterable[tuple[Check, Finding]]:
    return ((check, finding) for check, _, finding in _in_results(run)) if run else ()


def _rule(check: Check, finding: Finding) -> str:
    return f"{check.name}/{'-'.join(finding.rule.split())}"


def _problem_rule(code: str) -> JsonObject:
    entry = explanations()[code]
    examples = "\n\n".join(f"{name.capitalize()}:\n\n{entry[name].strip()}" for name in ("wrong", "right"))
    return {
        "id": code,
        "fullDescription": {"text": entry["what"]},
        "help": {"text": f"{entry['what']}\n\n{examples}"},
    }


def _check_rule(check: Check, finding: Finding) -> JsonObject:
    proof = f"The check {check.name} proves: {check.proves}."
    return {
        "id": _rule(check, finding),
        "shortDescription": {"text": f"{check.name}: {finding.rule}"},
        "fullDescription": {"text": proof},
        "help": {"text": f"{proof} {finding.rule} is the name that the check itself gives to what it found."},
    }


def _of_problem(problem: Problem, places: Mapping[str, int]) -> JsonObject:
    text = f"{problem.message}\n\nHint: {problem.hint}" if problem.hint else problem.message
    return (
        _result(problem.code, places, problem.severity, text)
        | ({"locations": [_in_book(problem.at)]} if problem.at.file else {})
        | _fingerprint(problem.code, problem.at.file, problem.source, problem.message)
    )


def _of_finding(check: Check, result: Result, finding: Finding, run: Run, places: Mapping[str, int]) -> JsonObject:
    name = run.subject.name(result.output)
    told = _result(_rule(check, finding), places, "error", finding.told(name))
    in_output = _in_output(name, run.subject.files[result.output].suffix != "", finding)
    if finding.at.file:
        told |= {"locations": [_in_book(finding.at)], "relatedLocations": [in_output]}
    else:
        told |= {"locations": [in_output]}
    source = run.source(finding.at)
    return told | _fingerprint(_rule(check, finding), finding.at.file or name, source, finding.place.element)


def _result(rule: str, places: Mapping[str, int], level: str, text: str) -> JsonObject:
    return {"ruleId": rule, "ruleIndex": places[rule], "level": level, "message": {"text": text}}


def _fingerprint(*parts: str) -> JsonObject:
    """The same finding on a line that only moved is the same one to whoever compares two logs."""
    digest = hashlib.sha256("\0".join(part.strip() for part in parts).encode()).hexdigest()
    return {"partialFingerprints": {"ketapub/v1": digest[:32]}}


def _in_book(at: Position) -> JsonObject:
    return {"physicalLocation": _physical("BOOK", at.file, at.line, at.column)}


def _in_output(name: str, is_file: bool, finding: Finding) -> JsonObject:
    """A part of a folder is a file of its own; of an EPUB, it is named as an element."""
    place = finding.place
    inside = place.part if is_file else ""
    path = name if is_file or not place.part else f"{name}/{place.part}"
    place_in_file = (0, 0) if inside else (place.line, place.column)
    location: JsonObject = {"physicalLocation": _physical("OUT", path, *place_in_file)}
    if name := " ".join(filter(None, (inside, place.element))):
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "element"}]
    if place.page:
        location["message"] = {"text": f"page {place.page}"}
    return location


def _physical(base: str, path: str, line: int, column: int) -> JsonObject:
    physical: JsonObject = {"artifactLocation": {"uri": quote(path), "uriBaseId": base}}
    if line:
        physical["region"] = {"startLine": line} | ({"startColumn": column} if column else {})
    return physical


def _tools(results: Sequence[Result]) -> list[JsonObject]:
    versions = {(name, version) for result in results for name, version in result.versions.items()}
    return [{"name": name, "version": version} for name, version in sorted(versions)]


def _not_run(result: Result) -> JsonObject:
    text = f"{result.check} did not look at {result.output}: {result.reason}"
    return {"level": "warning", "message": {"text": text}, "descriptor": {"id": NOT_RUN, "index": 0}}
