"""The HTML in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any


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
