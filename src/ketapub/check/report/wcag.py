"""WCAG 2.1 and 2.2, level AA, criterion by criterion: a run of the gate comes in, and what is shown of each goes out.

W3C Recommendations of 5 June 2018 and 5 October 2023. Machines see part of most criteria only, so this never says that
a book conforms: it says what was looked at, by which check of this run, and what is left to a person.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any, Literal

from ketapub import document as d
from ketapub.check.findings import Finding, format_of
from ketapub.check.report.run import FAMILIES, Run

Shown = Literal[
    "fails", "in doubt", "by machine", "in part by machine", "needs a person", "not checked", "not applicable"
]
VERSIONS: Mapping[str, str] = {
    "2.1": "the version of the rule for public bodies in the United States (28 CFR 35.200)",
    "2.2": "the version of the NHS, and the newest that an EPUB can claim",
}
SCREENS = {"epub": ("axe", "ace"), "web": ("axe",)}  # the checks that run the rules of axe


@dataclass(frozen=True, slots=True)
class Cover:
    """Rules of a check that look at a criterion, as patterns. Without any, the check looks at it among other things."""

    check: str
    rules: tuple[str, ...] = ()

    def concerns(self, finding: Finding) -> bool:
        """Of a rule such as "ua1 7.3-1" what follows the first word counts too."""
        names = {finding.rule, finding.rule.partition(" ")[2]}
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.rules)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a criterion rests on in one family of outputs: the keys of wcag.toml."""

    covers: tuple[Cover, ...] = ()
    ask: str = ""
    never: str = ""
    whatever: bool = False
    without: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    number: str
    name: str
    level: Literal["A", "AA"]
    since: str
    gone: str
    bases: Mapping[str, Basis]

    def stands_in(self, version: str) -> bool:
        return self.since <= version and (not self.gone or version < self.gone)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What this run shows of a criterion in one family.

    `ran` and `missing` are names of checks; `findings` counts those that concern it, `doubts` those that may.
    """

    shown: Shown
    ran: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    findings: int = 0
    doubts: int = 0
    ask: str = ""
    reason: str = ""


@cache
def criteria() -> tuple[Criterion, ...]:
    """All of 2.1 and 2.2 at levels A and AA, in order."""
    table = tomllib.loads(resources.files("ketapub.check").joinpath("wcag.toml").read_text(encoding="utf-8"))
    return tuple(_criterion(raw) for raw in table["criterion"])


@cache
def _absent() -> Mapping[str, str]:
    table = tomllib.loads(resources.files("ketapub.check").joinpath("wcag.toml").read_text(encoding="utf-8"))
    found: Mapping[str, str] = table["absent"]
    return found


def verdicts(version: str, run: Run) -> Iterator[tuple[Criterion, Mapping[str, Verdict]]]:
    """Each criterion of a version with its verdict for each family of outputs that is there."""
    for criterion in criteria():
        if criterion.stands_in(version):
            yield criterion, {family: _verdict(criterion.bases[family], family, run) for family in run.families}


def _criterion(raw: Mapping[str, Any]) -> Criterion:
    bases = {}
    for family in FAMILIES:
        said = {**raw, **raw.get(family, {})}
        covers: dict[str, list[str]] = {}
        for words in said.get("machine", ()):
            if words == "screens":
                for check in SCREENS[family]:
                    covers.setdefault(check, []).extend(raw["axe"])
            else:
                check, _, rule = words.partition(" ")
                covers.setdefault(check, []).extend([rule] if rule else [])
        bases[family] = Basis(
            tuple(Cover(check, tuple(rules)) for check, rules in covers.items()),
            said.get("ask", ""),
            said.get("never", ""),
            said.get("whatever", False),
            said.get("without", ""),
        )
    since, gone = raw.get("since", "2.0"), raw.get("gone", "")
    return Criterion(raw["number"], raw["name"], raw["level"], since, gone, bases)


# What a criterion may be about, and whether a run has it in a family.
_HAS: Mapping[str, Callable[[Run, str], bool]] = {
    "pictures": lambda run, family: any(
        isinstance(node, d.Image) for chapter in run.read.book.chapters for node in d.walk_chapter(chapter)
    ),
    "site": lambda run, family: family == "web" and "site" in run.subject.files,
    # Those of handouts; the site's search and reading settings.
    "fields": lambda run, family: family == "web" and ("site" in run.subject.files or bool(run.subject.sets)),
}


def _verdict(basis: Basis, family: str, run: Run) -> Verdict:
    if basis.without and not _HAS[basis.without](run, family):
        return Verdict("not applicable", reason=_absent()[basis.without])
    if basis.never:
        own = run.read.book.templates or run.read.book.styles
        if not own or basis.whatever or family == "pdf":
            return Verdict("not applicable", reason=basis.never)
        return Verdict(
            "needs a person", ask=f"The book brings templates or style sheets. Is it still so that {basis.never}?"
        )
    asked = {check.name for check in run.checks}
    ran, missing, findings, doubts = [], [], 0, 0
    for cover in basis.covers:
        results = [one for one in run.results if one.check == cover.check and format_of(one.output) in FAMILIES[family]]
        if cover.check not in asked or any(one.state == "not run" for one in results):
            missing.append(cover.check)
        elif results:
            ran.append(cover.check)
        found = [finding for one in results for finding in one.findings]
        findings += sum(map(cover.concerns, found))
        doubts += 0 if cover.rules else len(found)
    verdict = Verdict("not checked", tuple(ran), tuple(missing), findings, doubts, basis.ask)
    return replace(verdict, shown=_shown(verdict))


def _shown(verdict: Verdict) -> Shown:
    if verdict.findings:
        return "fails"
    if verdict.doubts:
        return "in doubt"
    if verdict.ask:
        return "in part by machine" if verdict.ran else "needs a person"
    return "by machine" if verdict.ran and not verdict.missing else "not checked"
