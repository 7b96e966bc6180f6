"""From a finding back to the line of Markdown: results in; the same results out, each finding with the place of the
manuscript that is at fault, or with the template or style sheet that is.

The output is held against the same one made anew, in which each element tells where it comes from (`traced`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ketapub.check.findings import Finding, Place, Result, Subject
from ketapub.check.leading.paper import Paper
from ketapub.check.leading.screens import Screens
from ketapub.check.leading.sheets import OF_COLOUR, OF_PAGES, main_sheet
from ketapub.formats import UNPAGED
from ketapub.problems import NOWHERE

BEHIND = ("epubcheck",)  # checks that name the place behind a tag, where others name one in it


def lead_back(results: Sequence[Result], subject: Subject) -> tuple[Result, ...]:
    """A finding that knows its place in the manuscript already keeps it."""
    outputs: dict[tuple[str, str], Screens | Paper] = {}

    def leader(output: str, part: str) -> Screens | Paper:
        if output not in subject.sets:
            return Screens(subject, output) if output in UNPAGED else Paper(subject, output)
        return Paper(subject, output, part) if part.endswith(".pdf") else Screens(subject, output)

    def led(finding: Finding, result: Result) -> Finding:
        if finding.at != NOWHERE or finding.made_by:
            return finding
        if (sheet := OF_PAGES.get(result.check)) and finding.place.page and not finding.place.element:
            return replace(finding, made_by=f"style sheet {sheet}")
        key = result.output, finding.place.part if finding.place.part.endswith(".pdf") else ""
        if key not in outputs:
            outputs[key] = leader(*key)
        origin = outputs[key].origin(_in_the_tag(finding.place, result.check))
        made_by = origin.made_by
        if finding.rule in OF_COLOUR:
            made_by = f"style sheet {main_sheet(result.output)}"
        return replace(finding, at=origin.at, made_by=made_by)

    def found(result: Result) -> tuple[Finding, ...]:
        findings = [led(finding, result) for finding in result.findings]
        return tuple(_once(findings) if result.output in subject.sets else findings)

    return tuple(replace(one, findings=found(one)) for one in results)


def _once(findings: Sequence[Finding]) -> Iterator[Finding]:
    """What is wrong with a handout is so in each of its files: told of the first one, with the number of the others."""
    files: dict[Finding, list[Finding]] = {}
    for one in findings:
        files.setdefault(replace(one, place=Place()) if one.at != NOWHERE or one.made_by else one, []).append(one)
    for first, *others in files.values():
        more = len({one.place.part for one in others} - {first.place.part})
        told = f"{first.message}; the same in {more} more file{'' if more == 1 else 's'} of this clinic"
        yield replace(first, message=told) if more else first


def _in_the_tag(place: Place, check: str) -> Place:
    return replace(place, column=place.column - 1) if check in BEHIND and place.column > 1 else place
