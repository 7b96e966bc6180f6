"""The site as people use it, in a browser that reaches nothing else."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browsing import faults
from conftest import Built

PAGE_LIMIT = 120_000  # bytes of a chapter's page with its style sheets; pictures and fonts come besides
LOOKS = [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture
def folder(built: Built) -> Path:
    found = built.folder / "ua-1" / "site"
    assert (found / "index.html").exists(), found
    return found


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder on a server, under a path of its own: the site may stand anywhere."""
    handler = functools.partial(Quiet, directory=folder.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{folder.name}/"
        server.shutdown()
        thread.join()


@contextmanager
def visit(
    browser: Any, folder: Path, width: int = 1280, scheme: str = "light", **options: Any
) -> Iterator[tuple[Any, str]]:
    """A page and the site's address. A request to anywhere else, a message or an error of the page fails."""
    with served(folder) as address:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce", **options
        )
        page, wrong = context.new_page(), []
        page.on("request", lambda sent: None if sent.url.startswith((address, "data:")) else wrong.append(sent.url))
        page.on("console", lambda said: wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page, address
        context.close()
        assert wrong == []


def chapters(folder: Path) -> list[str]:
    """The pages with a chapter on them, in reading order."""
    here = re.search(r'class="button" href="([^"]+)"', (folder / "index.html").read_text())
    names = []
    while here:
        names.append(here[1])
        here = re.search(r'<a href="([^"]+)" rel="next"', (folder / here[1]).read_text())
    return names


def test_axe_on_results_and_settings(browser: Any, folder: Path) -> None:
    for width, scheme in LOOKS:
        with visit(browser, folder, width, scheme, bypass_csp=True) as (page, address):
            page.goto(address + "search.html")
            page.locator(".settings > summary").click()
            look_for(page, "help")
            assert faults(page) == []


def look_for(page: Any, words: str) -> None:
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("searchbox").press("Enter")
    page.locator(".search-results > li").first.wait_for()


def test_pages_are_light(folder: Path) -> None:
    sheets = sum((folder / name).stat().st_size for name in ("style.css", "dark.css"))
    pages = [name for name in chapters(folder) if 'class="references' not in (folder / name).read_text()]
    assert pages
    assert {name: size for name in pages if (size := (folder / name).stat().st_size + sheets) > PAGE_LIMIT} == {}


def test_the_keyboard_reaches_the_text_and_the_contents(browser: Any, folder: Path) -> None:
    with visit(browser, folder) as (page, address):
        names = chapters(folder)
        page.goto(address + names[1])
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"

        summary = page.locator(".drawer:not(.settings) > summary")
        page.goto(address + names[2])
        for _ in range(20):
            page.keyboard.press("Tab")
            if summary.evaluate("each => each === document.activeElement"):
                break
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('nav')?.getAttribute('role')") == "doc-toc"
        page.keyboard.press("Escape")
        assert summary.evaluate("each => each === document.activeElement && !each.parentElement.open")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        wanted = page.evaluate("document.activeElement.href")
        page.keyboard.press("Enter")
        page.wait_for_url(wanted)


def test_settings_are_kept_until_they_are_reset(browser: Any, folder: Path) -> None:
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    ground = "getComputedStyle(document.body).backgroundColor"
    with visit(browser, folder) as (page, address):
        first, second = chapters(folder)[:2]
        page.goto(address + first)
        before = page.evaluate(size), page.evaluate(ground)
        page.locator(".settings > summary").click()
        for name in ("Larger", "Wide", "Dark"):
            page.get_by_role("radio", name=name, exact=True).check()
        page.get_by_role("radio", name="Plain, from this device").check()
        page.goto(address + second)
        assert page.evaluate(size) > before[0] * 1.3
        assert page.evaluate(ground) == "rgb(15, 25, 31)"
        assert "system-ui" in page.evaluate("getComputedStyle(document.body).fontFamily")
        kept = [f"ketapub-{name}" for name in ("colours", "line-width", "text-size", "typeface")]
        assert sorted(page.evaluate("Object.keys(localStorage)")) == kept
        assert page.evaluate("document.cookie") == ""
        page.locator(".settings > summary").click()
        assert page.get_by_role("radio", name="Dark").is_checked()
        page.get_by_role("button", name="Reset").click()
        assert (page.evaluate(size), page.evaluate(ground)) == before
        assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chosen_colours_win(browser: Any, folder: Path, scheme: str) -> None:
    chosen, ground = {"light": ("Dark", "rgb(15, 25, 31)"), "dark": ("Light", "rgb(251, 250, 247)")}[scheme]
    with visit(browser, folder, scheme=scheme) as (page, address):
        page.goto(address + "privacy.html")
        page.locator(".settings > summary").click()
        page.get_by_role("radio", name=chosen, exact=True).check()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground


def test_search_finds_a_place_and_opens_it(browser: Any, folder: Path) -> None:
    with visit(browser, folder) as (page, address):
        page.goto(address + "search.html")
        look_for(page, "help")
        assert re.fullmatch(r"Pages found: [1-9]\d*", page.locator("[role=status]").inner_text())
        page.wait_for_function("document.activeElement.closest('.search-results') !== null")
        assert page.locator(".search-results mark").count() > 0
        wanted = page.evaluate("document.activeElement.href")
        page.keyboard.press("Enter")
        page.wait_for_url(wanted)
        page.go_back()
        assert page.get_by_role("searchbox").input_value() == "help"
        page.get_by_role("searchbox").fill("xyzzy")
        page.get_by_text("Nothing found").wait_for()


def test_words_of_a_crisis_show_whom_to_call(browser: Any, folder: Path, built: Built) -> None:
    if built.book != "real":
        pytest.skip("only the real book has such words")
    with visit(browser, folder) as (page, address):
        page.goto(address + "search.html")
        help = page.locator(".search-crisis")
        look_for(page, "infusion")
        assert not help.is_visible()
        look_for(page, "thoughts of Suicide")
        assert help.is_visible()
        assert help.get_by_role("link", name="Call 988").is_visible()
        box, results = help.bounding_box(), page.locator(".search-results").bounding_box()
        assert box["y"] < results["y"]


def test_citations_and_notes_lead_there_and_back(browser: Any, folder: Path) -> None:
    for role in ("doc-biblioref", "doc-noteref"):
        link, name = (
            f"main [role={role}]",
            next(name for name in chapters(folder) if f'role="{role}"' in (folder / name).read_text()),
        )
        with visit(browser, folder) as (page, address):
            page.goto(address + name)
            page.locator(link).first.click()
            page.locator(":target").first.wait_for()
            target = page.url
            assert target.startswith(address)
            page.locator(":target [role=doc-backlink]").first.click()
            page.wait_for_function("before => location.href !== before", arg=target)
            page.locator(":target").wait_for(state="attached")  # the address changes before the page is there
            assert page.locator(":target").count() == 1
            assert page.url.startswith(address + name), role


def test_without_script_one_reads_moves_on_and_downloads(browser: Any, folder: Path) -> None:
    with visit(browser, folder, java_script_enabled=False) as (page, address):
        page.goto(address)
        assert not page.locator(".settings").is_visible()
        with page.expect_download() as download:
            page.locator(".downloads a").first.click()
        assert download.value.suggested_filename.endswith(".epub")
        page.get_by_role("link", name="Read online").click()
        page.locator(".pager a[rel=next]").click()
        assert page.url == address + chapters(folder)[1]
        page.locator(".drawer:not(.settings) > summary").click()
        assert page.locator(".drawer nav a").first.is_visible()
        page.get_by_role("link", name="Search", exact=True).click()
        page.get_by_text("Search needs JavaScript").wait_for()
        assert page.locator(".elsewhere a").count() == 2


def test_from_the_disk_all_but_search_works(browser: Any, folder: Path) -> None:
    context = browser.new_context()
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((folder / "index.html").as_uri())
    page.get_by_role("link", name="Read online").click()
    page.locator(".settings > summary").click()
    page.get_by_role("radio", name="Dark", exact=True).check()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 25, 31)"
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_text("Search does not work when the pages are opened as files").wait_for()
    assert not page.get_by_role("searchbox").is_visible()
    assert said == []
    context.close()


def test_on_paper_there_is_no_navigation(browser: Any, folder: Path) -> None:
    with visit(browser, folder) as (page, address):
        page.goto(address + chapters(folder)[1])
        page.emulate_media(media="print")
        for name in (".skip", ".drawer", ".to-search", ".on-this-page", ".pager", ".foot-links"):
            assert not any(each.is_visible() for each in page.locator(name).all()), name
        assert page.locator("main h1").is_visible()
