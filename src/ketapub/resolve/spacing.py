"""How a citation joins the words around it: the space before it goes, and a raised one goes behind a full stop.

In: inlines in which citations stand as written. Out: the same, closed up. In print a margin stands where the space was.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from ketapub import document as d

Nodes = TypeVar("Nodes", bound=tuple[d.Node, ...])
Joins = Callable[[d.Node], bool]

# What a raised number goes behind: full stop and comma, not colon and semicolon (AMA Manual of Style, 11th ed., 3.6).
AFTER_NUMBER = re.compile(r"[.,](?!\w)")
# And what the number of a note goes behind: any stop, and closing quotation marks (Chicago Manual of Style, 13.29).
AFTER_NOTE = re.compile(r"(?:[.,;:?!][”’]?|[”’][.,;:?!]?)(?!\w)")


def closed_up(nodes: Nodes, joins: Joins, raised: Joins, after: re.Pattern[str]) -> Nodes:
    """Without the space before each node that `joins` the word before it; one that is `raised` goes behind `after`."""
    if not any(joins(node) for node in nodes):
        return nodes
    out: list[d.Node] = []
    for node in nodes:
        if joins(node):
            _strip_end(out)
        elif isinstance(node, d.Text) and out and raised(out[-1]) and (stop := after.match(node.text)):
            _put_before_last(out, d.Text(stop[0], at=node.at))
            if stop.end() == len(node.text):
                continue
            at = replace(node.at, column=node.at.column + stop.end()) if node.at.column else node.at
            node = d.Text(node.text[stop.end() :], at=at)
        out.append(node)
    return tuple(out)  # type: ignore[return-value]  # inlines, as they came


def closed_up_inside(node: d.Node, joins: Joins, raised: Joins, after: re.Pattern[str]) -> d.Node:
    """The node with everything directly in it closed up."""
    closed: dict[str, Any] = {}
    for name, value in d.held(node):
        if isinstance(value, tuple) and (new := closed_up(value, joins, raised, after)) is not value:
            closed[name] = new
    return replace(node, **closed) if closed else node


def _strip_end(out: list[d.Node]) -> None:
    """Take the space off the end. A point for the index, which takes no room, may stand in between."""
    end = len(out)
    while end and isinstance(last := out[end - 1], (d.Text, d.SoftBreak, d.IndexMark)):
        if isinstance(last, d.IndexMark):
            if last.children:
                return
        elif text := last.text.rstrip() if isinstance(last, d.Text) else "":
            out[end - 1] = last if text == d.plain_text(last) else d.Text(text, at=last.at)
            return
        else:
            del out[end - 1]
        end -= 1


def _put_before_last(out: list[d.Node], stop: d.Text) -> None:
    before = out[-2] if len(out) > 1 else None
    if isinstance(before, d.Text):
        ended = stop.text[0] == "." and before.text.endswith(".")  # "et al."
        out[-2] = d.Text(before.text + stop.text[ended:], at=before.at)
    else:
        out.insert(-1, stop)
