"""Pages before the Nu checker and, in a browser, before axe: what the tests of the HTML and of the site share."""

from __future__ import annotations

import json
from collections.abc import Callable
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
# Each rule looks at each element. Of the rules that pass, one element is named instead of all: to find a selector for
# every element on a page takes axe longer than to judge it.
WANTED = {"resultTypes": ["violations", "incomplete"]}
WIDTHS = (320, 1280)  # a phone, and a desk
# The rules of axe that ask for colours. All others ask for tags, places, sizes, and whether something is seen.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
SHAPES = """() => [...document.querySelectorAll("*")].map(each => {
  const {x, y, width, height} = each.getBoundingClientRect(), style = getComputedStyle(each);
  return [x, y, width, height, style.display, style.visibility, style.opacity, style.overflow, style.position,
    style.clip, style.clipPath, style.fontSize, style.fontWeight].join(" ");
}).join()"""
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


def faults_in_light_and_dark(page: Any, turn: Callable[[str], object] | None = None) -> list[tuple[str, str, str]]:
    """What axe finds by day and by night. `turn` gives the page the colours of "light" or "dark"; without it, a browser
    asks for them. Where nothing but colours changes, the rules of colours alone are asked again; all are where the dark
    moves something, as it does beside a picture with a ground of its own."""
    turn = turn or (lambda scheme: page.emulate_media(color_scheme=scheme))
    turn("light")
    found, shapes = faults(page), page.evaluate(SHAPES)
    turn("dark")
    return found + faults(page, OF_COLOURS if page.evaluate(SHAPES) == shapes else None)


def faults(page: Any, rules: list[str] | None = None) -> list[tuple[str, str, str]]:
    """What axe finds on a page by all its rules, or some, and what it leaves open without a reason that is written
    above."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(part(NODE_MODULES / "axe-core/axe.min.js", "axe").read_text())
    page.evaluate(DECIDE)
    found = page.evaluate("wanted => axe.run(document, wanted)", {**WANTED, **({"runOnly": rules} if rules else {})})
    assert rules or len(found["passes"]) > 15
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
