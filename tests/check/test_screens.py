"""What the gate finds in the EPUB, the HTML and the site of each book: nothing. That each check finds the faults of a
known file is asked whenever it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import judged
from conftest import Built

from ketapub.check.checks import all_checks
from ketapub.formats import UNPAGED

ASKED = [(name, output) for name, check in all_checks().items() for output in check.outputs if output in UNPAGED]
SEEN = {("axe", "site"), ("reflow", "site"), ("focus", "site"), ("loading", "site")}


@pytest.mark.parametrize(("check", "output"), ASKED)
def test_nothing_is_found(built: Built, check: str, output: str, tmp_path: Path) -> None:
    if built.book == "notes" and (check, output) in SEEN:
        pytest.skip("its pages are those of the stock book, but for the citations, which are seen in the HTML file")
    assert judged(check, output, built, tmp_path) == []


# In the HTML of the stock book: what is there, what is put in its place, and what is found then, and where.
FAULTS = {
    "vnu": ("<main ", "<p><div></div></p><main ", "error", ""),
    "axe": ('<html lang="en-GB">', "<html>", "html-has-lang", "/html[1]"),
    "loading": ("</main>", '<img src="https://x.invalid/dot.png" alt="a dot"></main>', "picture", "/img[1]"),
    "links": ("</main>", '<p><a href="#gone">Away</a></p></main>', "no-such-place", "/a[1]"),
}


@pytest.mark.parametrize("built", ["stock"], indirect=True)
@pytest.mark.parametrize("check", FAULTS)
def test_a_fault_is_found_and_its_place_named(built: Built, check: str, tmp_path: Path) -> None:
    before, after, rule, element = FAULTS[check]
    text = built.file(".html").read_text(encoding="utf-8")
    assert before in text
    changed = tmp_path / "changed.html"
    changed.write_text(text.replace(before, after, 1), encoding="utf-8")
    found = judged(check, "html", built, tmp_path, changed)
    assert [each for each in found if each.rule == rule and each.place.element.endswith(element)]
    assert all(each.place.element or each.place.line or each.rule == "console" for each in found)
