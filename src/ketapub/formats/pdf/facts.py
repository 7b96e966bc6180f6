"""What a laid out part tells the rest of the book: how many pages it has, where things stand on them, what is wrong.

It goes into the cache as JSON. So places are said in a way that an edit elsewhere does not change: what stands in the
manuscript by its number among the nodes of the part, what has an id by that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ketapub import document as d
from ketapub.problems import Position, Problems, Severity


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem of a part. `place` leads to its position: `id` of a callout, number of a node, words of a formula."""

    code: str
    message: str
    hint: str
    severity: Severity = "error"
    place: str | int = ""


def formula(alt: str) -> str:
    """The place of a formula, which has no id: a word that is none."""
    return f"formula {alt}"


@dataclass(frozen=True, slots=True)
class PartFacts:
    """`anchors`: each id of the part and the index of its page; `turns`: their order counts from the part's first."""

    pages: int
    anchors: Mapping[str, int]
    turns: tuple[d.Turn, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def as_json(self) -> bytes:
        turns = [[turn.label, turn.order, turn.offset, turn.front] for turn in self.turns]
        remarks = [[one.code, one.message, one.hint, one.severity, one.place] for one in self.remarks]
        return json.dumps([self.pages, dict(self.anchors), turns, remarks]).encode()


def facts_from(data: bytes) -> PartFacts:
    pages, anchors, turns, remarks = json.loads(data)
    return PartFacts(pages, anchors, tuple(d.Turn(*turn) for turn in turns), tuple(Remark(*one) for one in remarks))


def turns_of(facts: PartFacts, first_order: int) -> tuple[d.Turn, ...]:
    return tuple(turn if turn.front else replace(turn, order=turn.order + first_order) for turn in facts.turns)


def report(facts: PartFacts, position: Callable[[str | int], Position], problems: Problems) -> None:
    for one in facts.remarks:
        problems.add(one.code, position(one.place), one.message, one.hint, one.severity)
