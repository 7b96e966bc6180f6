"""Pages before the Nu checker and, in a browser, before axe: what the tests of the HTML and of the site share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools import NODE_MODULES, java, part

VNU = NODE_MODULES / "vnu-jar/build/dist/vnu.jar"
# vnu misjudges a Content Security Policy: it takes no data: picture for allowed by `img-src data:`, and gets the hash
# of a long style sheet wrong, and asks for one of a data block, which nobody runs. Whether the policy holds is for a
# browser to say (test_in_the_browser).
MISJUDGED = tuple(f"{kind} violates Content Security Policy" for kind in ("Resource", "Inline style", "Inline script"))
# axe leaves the contrast of text shorter than two letters, of symbols, and of text before a gradient undecided.
# Here it has to decide: lengths count, and the shade at the edge of a table is taken away. Its ratios are those of
# WCAG 2.2, 1.4.3; the other numbers are its own defaults, which `configure` would drop.
DECIDE = """
axe.configure({checks: [{id: "color-contrast", options: {
  ignoreUnicode: false, ignoreLength: true, ignorePseudo: false, pseudoSizeThreshold: 0.25, shadowOutlineEmMax: 0.2,
  boldValue: 700, boldTextPt: 14, largeTextPt: 18,
  contrastRatio: {normal: {expected: 4.5}, large: {expected: 3}},
}}]});
document.querySelectorAll(".table").forEach(each => { each.style.background = "none"; });
"""
# The words in a drawing: axe does not see what is drawn behind them.
IN_DRAWINGS = "target => document.querySelector(target).closest('svg') !== null"
# Text that has moved out of a table's scrolling box, or over which the padding of a link reaches (the room for a
# finger): nothing that shows lies between it and its ground, and axe decides the same colours elsewhere on the page.
COVERED = {"bgOverlap", "elmPartiallyObscured", "elmPartiallyObscuring"}


def vnu(*files: Path) -> list[str]:
    done = java(VNU, "vnu", "--Werror", "--also-check-css", "--format", "json", *files)
    messages = json.loads(done.stderr)["messages"]
    return [
        f"{said.get('subType', said['type'])} line {said.get('lastLine')}: {said['message']}"
        for said in messages
        if not said["message"].startswith(MISJUDGED)
    ]


def faults(page: Any) -> list[tuple[str, str, str]]:
    """What axe finds on a page, and what it leaves open without a reason that is written above."""
    page.evaluate(part(NODE_MODULES / "axe-core/axe.min.js", "axe").read_text())
    page.evaluate(DECIDE)
    found = page.evaluate("axe.run(document)")
    assert len(found["passes"]) > 15
    assert "color-contrast" in {rule["id"] for rule in found["passes"] + found["violations"]}
    for rule in found["incomplete"]:
        rule["nodes"] = [node for node in rule["nodes"] if not _is_explained(rule["id"], node, page)]
    return _list(found["violations"]) + _list(found["incomplete"])


def _is_explained(rule: str, node: dict[str, Any], page: Any) -> bool:
    if rule != "color-contrast":
        return False
    return node["any"][0]["data"]["messageKey"] in COVERED or page.evaluate(IN_DRAWINGS, node["target"][0])


def _list(results: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [
        (rule["id"], node["target"][0], (node.get("failureSummary") or "")[:300])
        for rule in results
        for node in rule["nodes"]
    ]
