"""veraPDF 1.28: whether a PDF is the PDF/UA and the PDF/A that it says it is.

One start of Java judges the book's file, or all handouts of a clinic, after two small ones, a sound one and one whose
faults are known, each by both standards at once: veraPDF takes them from what a file says of itself.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ketapub.check.canaries import prove
from ketapub.check.canaries.pdfs import sound, speechless
from ketapub.check.findings import Check, Finding, Looked, Place, Subject, pdfs_of
from ketapub.check.pdf_tree import Number
from ketapub.check.tools import JAVA, NotRun, Tool, java, part, program

WANTED = "1.28.2"
MAIN = "org.verapdf.apps.GreenfieldCliWrapper"
PROFILES = {  # as the reports call them
    "PDF/UA-1 validation profile": "ua1",
    "PDF/A-2A validation profile": "2a",
    "PDF/UA-2 + Tagged PDF validation profile": "ua2",
    "PDF/A-4F validation profile": "4f",
}
RULES = {"ua-1": {"ua1": 106, "2a": 153}, "ua-2": {"ua2": 1723, "4f": 109}}  # of this version: how many it looks at
KNOWN = {  # what is wrong with the small file that is faulty
    "ua-1": ("ua1 7.3-1", "2a 6.2.4.3-2"),
    "ua-2": ("ua2 8.2.5.28.2-1", "4f 6.2.4.3-2"),
}
SHOWN = 20  # findings of one rule; the others are counted


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that a file breaks: what it demands, how often it is broken, and each time as path and message."""

    demand: str
    times: int
    checks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    rules: int  # that were looked at
    failed: Mapping[str, Failure]  # by "clause-test"


@dataclass(frozen=True, slots=True)
class Judged:
    """What veraPDF says of a file: a verdict by each standard, and its own complaints on the way."""

    verdicts: Mapping[str, Verdict]
    said: tuple[str, ...]


NOT_JUDGED = Judged({}, ("the report says nothing of this file",))


def look(subject: Subject, output: str) -> Looked:
    standard, pdfs = subject.standard_of(output), pdfs_of(subject.files[output])
    faulty = speechless(standard, subject.own(output, "verapdf"))
    judged = judge((sound(standard), faulty, *pdfs.values()))
    _prove(judged[sound(standard)], (), standard)
    _prove(judged[faulty], KNOWN[standard], standard)
    found = [
        one.inside(part)
        for part, pdf in pdfs.items()
        for one in findings(judged.get(pdf, NOT_JUDGED), standard, _paths(pdf))
    ]
    return Looked(len(pdfs) * sum(RULES[standard].values()), "rule", tuple(found))


def judge(pdfs: tuple[Path, ...], flavour: str = "0") -> dict[Path, Judged]:
    """`flavour` as veraPDF calls it (ua1, 2a …), or "0" for those that each file claims."""
    done = java(_jar(), "-f", flavour, "--addlogs", "--format", "json", *pdfs, main=MAIN)
    if not done.stdout.startswith("{"):
        raise NotRun(f"veraPDF made no report: {(done.stderr or done.stdout).strip()[:300]}")
    return read_report(done.stdout)


def read_report(text: str) -> dict[Path, Judged]:
    return {Path(job["itemDetails"]["name"]): _judged(job) for job in json.loads(text)["report"]["jobs"]}


def _judged(job: Any) -> Judged:
    said = [log["message"] for log in job.get("logs", {}).get("logs", ())]
    if "taskException" in job:
        said.append(job["taskException"]["exceptionMessage"])
    verdicts = {}
    for result in job.get("validationResult", ()):
        name = PROFILES.get(result["profileName"], result["profileName"])
        details = result["details"]
        failed = {
            f"{rule['clause']}-{rule['testNumber']}": Failure(
                rule["description"],
                rule["failedChecks"],
                tuple((check["context"], check["errorMessage"]) for check in rule["checks"]),
            )
            for rule in details["ruleSummaries"]
            if rule["ruleStatus"] == "FAILED"
        }
        if len(failed) != details["failedRules"] or result["compliant"] != (not failed):
            said.append(f"{name}: the rules that failed are not those that were counted")
        verdicts[name] = Verdict(details["passedRules"] + details["failedRules"], failed)
    return Judged(verdicts, tuple(said))


def _prove(judged: Judged, known: tuple[str, ...], standard: str) -> None:
    found = [f"{name} {rule}" for name, verdict in judged.verdicts.items() for rule in verdict.failed]
    prove("veraPDF", [*found, *judged.said], known)
    rules = {name: verdict.rules for name, verdict in judged.verdicts.items()}
    if rules != RULES[standard]:
        raise NotRun(f"veraPDF looks at other rules than are known of it: {rules}")


def findings(judged: Judged, standard: str, paths: Mapping[Number, str]) -> Iterator[Finding]:
    """`paths`: where each structure element and each link stands, by the number of its object."""
    for said in judged.said:
        yield Finding("veraPDF", said)
    for name, rules in RULES[standard].items():
        verdict = judged.verdicts.get(name)
        if verdict is None:
            yield Finding(name, "the file does not say that it conforms to this, so it was not judged by it")
            continue
        if verdict.rules != rules:
            yield Finding(name, f"{verdict.rules} rules were looked at, and there are {rules}")
        for rule, failure in verdict.failed.items():
            for context, message in failure.checks[:SHOWN]:
                yield Finding(f"{name} {rule}", message or failure.demand, place_of(context, paths))
            if (left := failure.times - len(failure.checks[:SHOWN])) > 0:
                yield Finding(f"{name} {rule}", f"{left} more of this kind")


def place_of(context: str, paths: Mapping[Number, str]) -> Place:
    """A path through veraPDF's model: pages count from 0, and structure elements and links have the numbers of their
    objects."""
    page = re.search(r"/pages\[(\d+)\]", context)
    numbers = [(int(number), int(generation)) for number, generation in re.findall(r"\((\d+) (\d+) obj", context)]
    element = next((paths[number] for number in reversed(numbers) if number in paths), "")
    return Place(page=int(page[1]) + 1 if page else 0, element=element)


def _paths(pdf: Path) -> Mapping[Number, str]:
    import pikepdf

    from ketapub.check.tagging.graph import link_paths, structure_paths

    try:
        with pikepdf.open(pdf) as opened:
            paths = structure_paths(opened)
            return paths | link_paths(opened, paths)
    except pikepdf.PdfError:  # veraPDF tells that it cannot be read
        return {}


def _jar() -> Path:
    return part("veraPDF", *sorted(Path(sys.prefix, "verapdf").glob("greenfield-apps-*.jar"))[-1:])


def _version() -> str:
    program("java")
    return _jar().stem.removeprefix("greenfield-apps-")


VERAPDF = Tool("veraPDF", _version, "run `make setup-check`, which brings it from Maven Central", wanted=WANTED)
CHECK = Check(
    "verapdf",
    "the file conforms to the standards that it claims: PDF/UA-1 and PDF/A-2a, or PDF/UA-2 and PDF/A-4f",
    ("pdf", "large-print", "handouts"),
    look,
    (VERAPDF, JAVA),
    slow=True,
)
