"""A drawing's new tree and its ids in, problems out: each reference lands, none leads in a circle, all stay small."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

DEPTH = 64  # elements in elements, through references too: the PDF engine and browsers recurse
DRAWN = 100_000  # elements; `use` counts as all that it repeats

_REFERENCE = re.compile(r"#(i\d+)\b")


def check_references(
    new: _Element,
    names: Mapping[str, str],
    wanted: Mapping[str, tuple[str, int]],
    report: Callable[[str, int, str, str], None],
) -> None:
    """Report what does not land, and take away the ids that nothing refers to.

    `names` leads from the ids in the file to those in the tree; `wanted` from the ids referred to, to their name
    in the file and the line of the first reference.
    """
    written = {short: id for id, short in names.items()}
    holders: dict[str, _Element] = {}
    for element in new.iter():
        if (id := element.get("id")) is None:
            continue
        if id in holders:
            report("broken-svg", 0, f'the id "{written[id][:60]}" is given twice', "give each part its own id")
        holders[id] = element
        if id not in wanted:
            del element.attrib["id"]
    for short, (id, line) in wanted.items():
        if short not in holders:
            message = f'a part refers to "#{id[:60]}", which is not in the drawing'
            report("broken-svg", line, message, "draw the part, or delete the reference")
    if (weight := _weigh(new, holders)) is None:
        report("broken-svg", 0, "parts of the drawing refer to each other in a circle", "delete one of the references")
    elif weight[0] > DRAWN or weight[1] > DEPTH:
        message = f"with all that it repeats, the drawing has {weight[0]} elements, {weight[1]} deep"
        report("svg-too-large", 0, message, f"at most {DRAWN} elements, {DEPTH} deep: simplify it")


def _weigh(root: _Element, holders: Mapping[str, _Element]) -> tuple[int, int] | None:
    """How many elements are drawn, and how deep, with every reference followed; None for a circle."""

    def inside(element: _Element) -> list[_Element]:
        named = (id for value in element.attrib.values() for id in _REFERENCE.findall(str(value)))
        return [*element, *(holders[id] for id in named if id in holders)]

    weights: dict[_Element, tuple[int, int] | None] = {}  # None: begun, not yet done
    left = [root]
    while left:
        element = left[-1]
        parts = inside(element)
        if element not in weights:
            weights[element] = None
            for part in parts:
                if part not in weights:
                    left.append(part)
                elif weights[part] is None:
                    return None
        else:
            left.pop()
            if weights[element] is None:
                done = [weight for part in parts if (weight := weights[part]) is not None]
                if len(done) < len(parts):
                    return None
                weights[element] = 1 + sum(count for count, _ in done), 1 + max((deep for _, deep in done), default=0)
    return weights[root]
