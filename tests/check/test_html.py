"""The HTML before the Nu checker, and in a browser before axe: light and dark, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from browsing import WIDTHS, faults, faults_in_light_and_dark, vnu
from conftest import only


def test_nu_checker(html: Path) -> None:
    """Faults, warnings and remarks, on the tags and on the style sheet within."""
    assert vnu(html) == []


@only("stock")
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


@pytest.mark.parametrize("width", WIDTHS)
def test_axe(browser: Any, html: Path, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    page.goto(html.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert faults_in_light_and_dark(page) == []
    context.close()


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


@only("stock")
def test_axe_finds_faults(browser: Any, html: Path) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(html.as_uri())
    page.evaluate("document.querySelector('.chapter a').style.color = '#ddd'")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert {"color-contrast", "html-has-lang"} <= {rule for rule, *_ in faults(page)}
    context.close()
