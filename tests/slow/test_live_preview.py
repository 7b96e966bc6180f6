"""The preview as people use it: the command, a browser, an editor that saves."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ketapub.check.browser import Visit, chromium
from ketapub.check.checks import axe

pytestmark = pytest.mark.slow
STOCK = Path(__file__).parents[1] / "books/stock"
LINE = "The [index]{.index} leads to words"  # on the second page of the first chapter
SECONDS = 60
EDITS = 200


@dataclass(frozen=True)
class Previewed:
    """A book whose preview is open in a browser. `said`: what the browser complains of."""

    book: Path
    page: Any
    process: subprocess.Popen[str]
    said: list[str]

    @property
    def file(self) -> Path:
        return self.book / "chapters/01-words.md"

    def write(self, new: str) -> None:
        """Save the chapter with other words at the line."""
        text = (STOCK / "chapters/01-words.md").read_text(encoding="utf-8")
        assert text.count(LINE) == 1
        self.file.write_text(text.replace(LINE, new), encoding="utf-8")

    def ask(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def until(self, holds: Callable[[], Any], what: str) -> None:
        end = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < end, f"not in {SECONDS} seconds: {what}; {self.state}"
            time.sleep(0.02)

    @property
    def state(self) -> str:
        return str(self.page.locator("#state").inner_text())

    def until_seen(self, words: str) -> None:
        has = f"frame.contentDocument?.body?.textContent.includes({words!r})"
        self.until(lambda: self.ask(f"{{ const frame = document.getElementById('frame'); {has} }}"), words)

    def until_printed(self) -> None:
        """The pages of the present text are shown."""
        self.until(
            lambda: self.state.startswith("Rebuilt") and not self.page.locator("#paper .old").is_visible(), "pages"
        )

    def memory(self) -> int:
        """Of the preview and the processes that it started, in kilobytes."""
        return sum(_resident(pid) for pid in [self.process.pid, *_children(self.process.pid)])


def _children(pid: int) -> list[int]:
    found = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*found, *(below for one in found for below in _children(one))]


def _resident(pid: int) -> int:
    found = re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


@pytest.fixture(scope="module")
def previewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previewed]:
    from playwright.sync_api import sync_playwright

    folder = tmp_path_factory.mktemp("preview")
    book = shutil.copytree(STOCK, folder / "book")
    command = [sys.executable, "-m", "ketapub", "preview", book, "--port", "0", "--cache", folder / "cache"]
    with subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE, text=True, env=_environment()) as process:
        assert process.stderr is not None
        address = re.search(r"http://localhost:\d+/", process.stderr.readline())
        assert address
        said: list[str] = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium())
            page = browser.new_page(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(address[0])
            shown = Previewed(book, page, process, said)
            shown.until_printed()
            yield shown
            browser.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert process.stderr.read().endswith("ketapub: the preview has ended\n")
    assert said == []


def _environment() -> dict[str, str]:
    return {**os.environ, "SOURCE_DATE_EPOCH": "1769904000"}


def test_an_edit_is_seen_on_screen_and_in_print_where_it_was_made(previewed: Previewed) -> None:
    before = previewed.ask("[...document.querySelectorAll('#pages img')].map(one => one.getAttribute('src'))")
    previewed.write(f"Zanzibar. {LINE}")
    previewed.until_seen("Zanzibar")
    frame = previewed.page.frame_locator("#frame")
    box, around = frame.get_by_text("Zanzibar").bounding_box(), previewed.page.locator("#frame").bounding_box()
    assert around["y"] <= box["y"] < around["y"] + around["height"]
    previewed.until_printed()
    assert previewed.page.locator("#pages [aria-current]").inner_text().strip() == "2"
    after = previewed.ask("[...document.querySelectorAll('#pages img')].map(one => one.getAttribute('src'))")
    changed = [number for number, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    assert changed  # the chapter's own pages
    assert len(changed) < len(before) / 3
    current = "document.querySelector('#pages [aria-current] img')"
    previewed.until(lambda: previewed.ask(f"{current}.complete && {current}.naturalWidth > 0"), "the picture")


def test_an_error_leaves_the_last_pages_marked_until_it_is_mended(previewed: Previewed) -> None:
    previewed.write(f"Kinshasa. {LINE}")
    previewed.until_seen("Kinshasa")
    previewed.until_printed()
    previewed.write(f"Nairobi. @fig-nowhere {LINE}")
    previewed.until(lambda: "1 error" in previewed.state, "the error")
    told = previewed.page.locator("#list").inner_text()
    assert "error[unknown-reference]" in told
    assert "chapters/01-words.md:44:10" in told
    assert "hint: did you mean" in told
    assert [one.is_visible() for one in previewed.page.locator(".old").all()] == [True, True]
    frame = previewed.page.frame_locator("#frame")
    assert frame.get_by_text("Kinshasa").count() == 1
    assert frame.get_by_text("Nairobi").count() == 0
    assert previewed.page.locator("#pages img").count() > 10
    previewed.write(f"Nairobi. {LINE}")
    previewed.until_seen("Nairobi")
    previewed.until_printed()
    assert [one.is_visible() for one in previewed.page.locator(".old").all()] == [False, False]


def test_the_focus_stays_where_it_was(previewed: Previewed) -> None:
    previewed.write(f"Nairobi. {LINE}")  # shows the chapter, whichever page was shown before
    previewed.until_seen("Nairobi")
    link = previewed.page.frame_locator("#frame").locator("main a[role='doc-noteref']").first
    link.focus()
    name = link.get_attribute("href")
    previewed.write(f"Lusaka. {LINE}")
    previewed.until_seen("Lusaka")
    focused = "document.getElementById('frame').contentDocument.activeElement.getAttribute('href')"
    previewed.until(lambda: previewed.ask(focused) == name, "the focus")
    previewed.until_printed()


def test_the_search_finds_what_was_just_written(previewed: Previewed) -> None:
    previewed.write(f"Antananarivo. {LINE}")
    previewed.until_seen("Antananarivo")
    frame = previewed.page.frame_locator("#frame")
    frame.locator(".to-search a").click()
    frame.locator("input[type=search]").fill("antananarivo")
    frame.locator("input[type=search]").press("Enter")
    found = frame.locator(".search-results")
    found.get_by_text("Words in a row").first.wait_for(timeout=SECONDS * 1000)
    previewed.until_printed()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 320])
def test_anybody_can_use_it(previewed: Previewed, scheme: str, width: int) -> None:
    """With a problem on the page, by axe; and no line is cut off or leads to a second scroll bar (WCAG 2.2, 1.4.10)."""
    previewed.write(f"@fig-nowhere {LINE}")
    previewed.until(lambda: "1 error" in previewed.state, "the error")
    page = previewed.page
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    try:
        assert previewed.ask("document.documentElement.scrollWidth <= innerWidth")
        page.evaluate(axe.source())
        faults = axe.ask_axe(Visit(page), "site")
        # What is in the frame is a page of the site, and tested as that.
        assert [(one.rule, one.element, one.message) for one in faults if one.rule != "frame-tested"] == []
    finally:
        page.set_viewport_size({"width": 1400, "height": 900})
        page.emulate_media(color_scheme="light")
        previewed.write(LINE)
        previewed.until_printed()


def test_memory_is_flat_over_many_edits(previewed: Previewed) -> None:
    """Not what it takes, which is the allocator's business as well, but that it takes no more with each edit."""
    found = []
    for number in range(EDITS):
        previewed.write(f"Edit{number}end {LINE}")
        previewed.until_seen(f"Edit{number}end")
        if number % 10 == 0:
            previewed.until_printed()
            found.append(previewed.memory())
    early, late = max(found[2:7]), min(found[-5:])
    assert late < 1.1 * early, found
