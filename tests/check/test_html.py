"""The HTML before the Nu checker, and in a browser before axe: light and dark, on a phone and on a desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tools import NODE_MODULES, chromium, java, part

VNU = NODE_MODULES / "vnu-jar/build/dist/vnu.jar"
# vnu misjudges a Content Security Policy: it takes no data: picture for allowed by `img-src data:`, and gets the hash
# of a long style sheet wrong. Whether the policy holds is for a browser to say (test_in_the_browser).
MISJUDGED = ("Resource violates Content Security Policy", "Inline style violates Content Security Policy")
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


def test_nu_checker(html: Path) -> None:
    """Faults, warnings and remarks, on the tags and on the style sheet within."""
    assert vnu(html) == []


def test_nu_checker_finds_faults(html: Path, tmp_path: Path) -> None:
    faulty = tmp_path / "faulty.html"
    text = html.read_text().replace("<main ", "<h1></h1><p><div></div></p><main ", 1)
    faulty.write_text(text.replace("</style>", "p { colour: red }</style>", 1))
    found = "\n".join(vnu(faulty))
    assert "element “p”" in found or "No “p” element" in found
    assert "colour" in found


@dataclass
class Visit:
    page: Any
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail("not run: playwright", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(params=[(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def visit(request: pytest.FixtureRequest, browser: Any, html: Path) -> Iterator[Visit]:
    width, scheme = request.param
    # axe is a script, and the page's policy allows none: it is put in past the policy, which has a test of its own.
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    )
    made = Visit(context.new_page())
    made.page.on("request", lambda sent: made.requests.append(sent.url))
    made.page.on("console", lambda said: made.console.append(said.text))
    made.page.goto(html.as_uri())
    yield made
    context.close()


def test_axe(visit: Visit) -> None:
    source = part(NODE_MODULES / "axe-core/axe.min.js", "axe").read_text()
    visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    visit.page.evaluate(source)
    visit.page.evaluate(DECIDE)
    found = visit.page.evaluate("axe.run(document)")
    assert len(found["passes"]) > 20
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}
    assert _list(found["violations"]) == []
    for rule in found["incomplete"]:
        rule["nodes"] = [
            node
            for node in rule["nodes"]
            if rule["id"] != "color-contrast"
            or (
                node["any"][0]["data"]["messageKey"] not in COVERED
                and not visit.page.evaluate(IN_DRAWINGS, node["target"][0])
            )
        ]
    assert _list(found["incomplete"]) == []


def _list(results: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [
        (rule["id"], node["target"][0], (node.get("failureSummary") or "")[:300])
        for rule in results
        for node in rule["nodes"]
    ]


def test_nothing_scrolls_sideways(visit: Visit) -> None:
    """WCAG 2.2, 1.4.10: at 320 px the page scrolls in one direction only; wide tables scroll in a box of their own."""
    for opened in (False, True):
        visit.page.evaluate(f"document.querySelectorAll('details').forEach(each => each.open = {str(opened).lower()})")
        wide = visit.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1]


def test_nothing_is_fetched(visit: Visit, html: Path) -> None:
    visit.page.evaluate("document.fonts.ready")
    assert {address for address in visit.requests if not address.startswith("data:")} == {html.as_uri()}


def test_in_the_browser(browser: Any, html: Path) -> None:
    """Under the page's own policy: no message, the style sheet counts, every picture and the book's fonts are there."""
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(html.as_uri())
    page.evaluate("document.fonts.ready")
    assert said == []
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"
    assert page.evaluate("[...document.images].filter(each => !each.naturalWidth).map(each => each.alt)") == []
    assert page.evaluate("[...document.fonts].filter(each => each.status == 'error').map(each => each.family)") == []
    assert page.evaluate("document.fonts.check('16px Literata')")
    page.close()


def test_axe_finds_faults(browser: Any, html: Path) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(html.as_uri())
    page.evaluate(part(NODE_MODULES / "axe-core/axe.min.js", "axe").read_text())
    page.evaluate(DECIDE)
    page.evaluate("document.querySelector('.chapter a').style.color = '#ddd'")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    found = page.evaluate("axe.run(document)")
    assert {"color-contrast", "html-has-lang"} <= {rule["id"] for rule in found["violations"]}
    context.close()
