"""The HTML in a browser; and what its script does in the hands of a person with a keyboard, a mouse, or a script that
is off."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import faults
from conftest import only
from tools import ROOT


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


# --- with our script ------------------------------------------------------------------------------------------

at_each_size = pytest.mark.parametrize(
    "size", [(1280, 800), (320, 568), (320, 256)], ids=["desk", "phone", "desk at 400 %"]
)
CITATION = "a[role=doc-biblioref]"
BOXES = """link => {
  const boxes = [link, document.querySelector(".preview")].map(each => each.getBoundingClientRect());
  return [...boxes.map(({ left, top, right, bottom }) => [left, top, right, bottom]), [0, 0, innerWidth, innerHeight]];
}"""
REFERENCE = """link => {
  const entry = document.querySelector(link.getAttribute("href")).cloneNode(true);
  entry.querySelectorAll(".backlinks").forEach(each => each.remove());
  return entry.textContent.trim();
}"""


@pytest.fixture
def page(browser: Any, html: Path) -> Iterator[Any]:
    """The page under its own policy, with a way to say what the browser is like."""
    contexts = []

    def opened(size: tuple[int, int] = (1280, 800), file: Path = html, **like: Any) -> Any:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **like)
        contexts.append(context)
        made = context.new_page()
        made.said = []
        made.on("console", lambda message: made.said.append(message.text))
        made.on("pageerror", lambda error: made.said.append(str(error)))
        made.goto(file.as_uri())
        return made

    yield opened
    for context in contexts:
        assert [said for one in context.pages for said in getattr(one, "said", [])] == []
        context.close()


def tab_to(page: Any, place: Any) -> None:
    """By the keyboard alone, from what stands before it."""
    place.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert place.evaluate("each => each === document.activeElement")


@only("stock")
@at_each_size
def test_no_preview_covers_its_citation(page: Any, size: tuple[int, int]) -> None:
    """WCAG 2.2, 2.4.11: for each citation of the book, the reference shows, and the citation does too."""
    page = page(size)
    citations = page.locator(CITATION)
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    page.keyboard.press("Tab")  # from here on, the focus is the keyboard's
    assert citations.count() > 10
    for citation in citations.all():
        citation.focus()
        assert citation.evaluate("each => each === document.activeElement")
        assert page.locator(".preview-text").text_content().strip() == citation.evaluate(REFERENCE)
        link, preview, window = citation.evaluate(BOXES)
        assert not overlap(link, preview), (link, preview)
        for box in (link, preview):
            assert lies_in(box, window), box


def lies_in(box: list[float], window: list[float]) -> bool:
    """To the pixel: a browser scrolls by whole ones."""
    return all(box[i] >= window[i] - 1 for i in (0, 1)) and all(box[i] <= window[i] + 1 for i in (2, 3))


def overlap(one: list[float], other: list[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@only("stock")
def test_previews_by_keyboard(page: Any) -> None:
    page = page()
    citation, preview = page.locator(CITATION).nth(5), page.locator(".preview")
    tab_to(page, citation)
    assert citation.get_attribute("aria-describedby") == page.locator(".preview-text").get_attribute("id")
    assert page.locator("[role=status]").text_content() == ""  # the description is read; nothing talks over it
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Go to the reference"
    page.keyboard.press("Escape")
    assert preview.count() == 0
    assert citation.evaluate("each => each === document.activeElement && !each.hasAttribute('aria-describedby')")
    page.keyboard.press("Enter")
    assert (preview.count(), page.evaluate("location.hash")) == (1, "")
    assert citation.evaluate(REFERENCE) in page.locator("[role=status]").text_content()
    page.keyboard.press("Escape")
    assert preview.count() == 0
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_function("hash => location.hash === hash", arg=citation.get_attribute("href"))
    preview.wait_for(state="detached")


@only("stock")
def test_the_focus_passes_through_a_preview_and_on(page: Any) -> None:
    page = page()
    first, second = page.locator(".citation:has(a + a, a ~ a) a").all()[:2]
    tab_to(page, first)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("hash => location.hash === hash", arg=first.get_attribute("href"))
    tab_to(page, first)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert second.evaluate("each => each === document.activeElement")
    assert page.locator(".preview-text").text_content().strip() == second.evaluate(REFERENCE)
    page.keyboard.press("Shift+Tab")
    assert page.locator(".preview-text").text_content().strip() == first.evaluate(REFERENCE)


@only("stock")
@at_each_size
def test_previews_by_mouse(page: Any, size: tuple[int, int]) -> None:
    page = page(size)
    citation, preview = page.locator(CITATION).nth(5), page.locator(".preview")
    citation.dblclick()
    assert (preview.count(), page.evaluate("location.hash")) == (1, "")
    link, box, _ = citation.evaluate(BOXES)
    assert not overlap(link, box)
    page.locator(".preview-text").click()  # to select its words
    page.mouse.wheel(0, 1)
    assert preview.count() == 1
    preview.get_by_role("button").click()
    assert preview.count() == 0
    citation.click()
    page.locator(".chapter h2").first.click()
    assert preview.count() == 0
    citation.click()
    preview.get_by_role("link").click()
    page.wait_for_function("hash => location.hash === hash", arg=citation.get_attribute("href"))
    preview.wait_for(state="detached")


@only("stock")
def test_a_click_for_another_tab_just_goes(page: Any) -> None:
    page = page()
    citation = page.locator(CITATION).nth(5)
    with page.context.expect_page() as other:
        citation.click(modifiers=["Control"])
    assert other.value.url.endswith(citation.get_attribute("href"))
    assert page.locator(".preview").count() == 0


@only("stock")
def test_without_script_links_go_and_nothing_dead_stands_there(page: Any) -> None:
    page = page(java_script_enabled=False)
    assert page.locator(".copy-link, .preview, .said").count() == 0
    assert not page.locator(".citation-switch").is_visible()
    citation = page.locator(CITATION).nth(5)
    citation.click()
    assert page.url.endswith(citation.get_attribute("href"))


@only("stock")
def test_the_script_leaves_names_and_words_as_they_are(page: Any) -> None:
    with_script, without = page(), page(java_script_enabled=False)
    words = "document.querySelector('main').innerText"
    assert with_script.evaluate(words) == without.evaluate(words)
    names = [line for line in without.locator("main").aria_snapshot().splitlines() if "- heading" in line]
    assert len(names) > 15
    assert [line for line in with_script.locator("main").aria_snapshot().splitlines() if "- heading" in line] == names


@only("stock")
@pytest.mark.parametrize("allowed", [True, False], ids=["allowed", "refused"])
def test_the_link_to_a_heading_is_copied(page: Any, allowed: bool) -> None:
    page = page(permissions=["clipboard-read", "clipboard-write"] if allowed else [])
    button = page.get_by_role("button", name="Copy link to An included part", exact=True)
    address = page.url + "#included"
    tab_to(page, button)
    assert button.evaluate("each => getComputedStyle(each).opacity") == "1"
    box = button.bounding_box()
    assert min(box["width"], box["height"]) >= 24  # WCAG 2.2, 2.5.8
    page.keyboard.press("Enter")
    said = page.locator("[role=status].beside")
    said.wait_for()
    assert not overlap(corners(box), corners(said.bounding_box()))
    if allowed:
        assert said.text_content() == "Link copied"
        assert page.evaluate("navigator.clipboard.readText()") == address
    else:
        assert said.text_content() == "The link is in the address bar"
        assert page.url == address
    assert button.evaluate("each => each === document.activeElement")


def corners(box: dict[str, float]) -> list[float]:
    return [box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]]


@only("stock")
def test_buttons_show_where_nothing_can_hover(page: Any) -> None:
    """On a phone always, on a desk under the pointer; on paper never, nor anything else of the script."""
    phone, desk = page((320, 568), has_touch=True, is_mobile=True), page()
    shown = "each => getComputedStyle(each).opacity"
    assert {each.evaluate(shown) for each in phone.locator(".copy-link").all()} == {"1"}
    assert {each.evaluate(shown) for each in desk.locator(".copy-link").all()} == {"0"}
    desk.locator(".has-link").nth(2).hover()
    assert desk.locator(".copy-link").nth(2).evaluate(shown) == "1"
    desk.locator(CITATION).first.click()
    assert desk.locator(".preview").is_visible()
    desk.emulate_media(media="print")
    for controls in (".copy-link", ".preview", ".said", ".citation-switch"):
        assert desk.locator(controls).count()
        assert not any(each.is_visible() for each in desk.locator(controls).all()), controls


@pytest.fixture(scope="module")
def author_date(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stock book with names and years in place of numbers."""
    book = shutil.copytree(ROOT / "tests/books/stock", tmp_path_factory.mktemp("source") / "book")
    settings = (book / "book.toml").read_text(encoding="utf-8")
    (book / "book.toml").write_text(re.sub(r"(?m)^style = .*$", 'style = "apa"', settings), encoding="utf-8")
    out = tmp_path_factory.mktemp("apa")
    command = [sys.executable, "-m", "ketapub", "build", str(book), "-o", str(out), "--to", "html"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "stock.html"


@only("stock")
@pytest.mark.parametrize("style", ["numbers", "names and years"])
def test_citations_can_be_hidden(page: Any, html: Path, author_date: Path, style: str) -> None:
    """Sentences stay whole: names that are part of one remain, and no space is left before a comma or full stop."""
    page = page(file=html if style == "numbers" else author_date)
    switch = page.get_by_role("checkbox", name="Hide citations in the text")
    before = page.locator("main").inner_text()
    switch.check()
    after = page.locator("main").inner_text()
    assert (
        "One work, three works, a prefix and a page, without its author, and in the sentence: Rose et al. found it, as "
        "did Diabetes Prevention Program Research Group. At the end of one."
    ) in re.sub(r"\s+", " ", after)
    assert "Source: the trial" in after
    assert re.findall(r"Source: the trial.*", after) == re.findall(r"Source: the trial.*", before)
    assert "One work, three works" in re.sub(r"\s+", " ", "".join(page.locator("main").aria_snapshot()))
    page.keyboard.press("Space")
    assert page.locator("main").inner_text() == before
    switch.check()
    page.reload()
    assert not switch.is_checked()
    assert page.locator("main").inner_text() == before


@only("stock")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("contrast", ["no-preference", "more"])
def test_axe_with_a_preview_and_with_buttons(page: Any, scheme: str, contrast: str) -> None:
    page = page((320, 568), color_scheme=scheme, contrast=contrast, bypass_csp=True)
    page.locator(CITATION).nth(5).click()
    assert page.locator(".preview").is_visible()
    assert faults(page) == []


@only("stock")
def test_forced_colours_keep_every_edge(page: Any) -> None:
    page = page(forced_colors="active")
    page.locator(CITATION).nth(5).click()
    edge = "each => { const style = getComputedStyle(each); return [style.borderTopColor, style.backgroundColor]; }"
    line, ground = page.locator(".preview").evaluate(edge)
    assert line != ground
    assert page.locator(".preview").get_by_role("link").is_visible()
