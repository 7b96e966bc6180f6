"""What a laid out part tells the rest of the book: how many pages it has, where things stand on them, what is wrong.

It goes into the cache as JSON. So places are said in a way that an edit elsewhere does not change: what stands in the
manuscript by its number among the nodes of the part, what has an id by that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace

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
    page: int | None = None  # on which of its pages, where that is worth saying


def formula(alt: str) -> str:
    """The place of a formula, which has no id: a word that is none."""
    return f"formula {alt}"


@dataclass(frozen=True, slots=True)
class PartFacts:
    """`anchors`: each id of the part and the index of its page. `turns`: their order counts from the part's first,
    their label is the index of the page. `is_open`: whether page numbers can be put into it later."""

    pages: int
    anchors: Mapping[str, int]
    turns: tuple[d.Turn, ...] = ()
    remarks: tuple[Remark, ...] = ()
    is_open: bool = True

    def as_json(self) -> bytes:
        turns = [[turn.label, turn.order, turn.offset, turn.front] for turn in self.turns]
        remarks = [astuple(one) for one in self.remarks]
        return json.dumps([self.pages, dict(self.anchors), turns, remarks, self.is_open]).encode()


def facts_from(data: bytes) -> PartFacts:
    pages, anchors, turns, remarks, is_open = json.loads(data)
    told = tuple(Remark(*one) for one in remarks)
    return PartFacts(pages, anchors, tuple(d.Turn(*turn) for turn in turns), told, is_open)


def turns_of(facts: PartFacts, first_order: int, labels: Sequence[str]) -> tuple[d.Turn, ...]:
    """`labels` are those of the pages."""
    labelled = (replace(turn, label=labels[int(turn.label)]) for turn in facts.turns)
    return tuple(turn if turn.front else replace(turn, order=turn.order + first_order) for turn in labelled)


def report(
    facts: PartFacts, labels: Sequence[str], position: Callable[[str | int], Position], problems: Problems
) -> None:
    for one in facts.remarks:
        message = one.message if one.page is None else f"page {labels[one.page]}: {one.message}"
        problems.add(one.code, position(one.place), message, one.hint, one.severity)
