"""The site as people use it, in a browser that reaches nothing else."""

from __future__ import annotations

import functools
import http.server
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from browsing import faults
from conftest import Built, only
from listening import heard_cells, transcript, words_of
from lxml import html
from tools import ROOT

PAGE_LIMIT = 120_000  # bytes of a chapter's page with its style sheets; pictures and fonts come besides
WITH_WAYS_BACK = 160_000  # the same of a reference list: a link to each place that cites a work has 70 bytes or so
BACKLINKS = r'(?s)<(p|details) class="backlinks">.*?</\1>'
LOOKS = [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]


VISITED = ("real", "stock")  # the others have not all that people look for; test_screens looks at their pages


@pytest.fixture
def folder(built: Built) -> Path:
    if built.book not in VISITED:
        pytest.skip("nobody visits this book")
    found = built.outputs() / "site"
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


def test_reference_lists_are_light(folder: Path) -> None:
    """The check of weights leaves them out, as they grow with a book. Those of our books are no heavier than others but
    for their ways back."""
    sheets = sum((folder / name).stat().st_size for name in ("style.css", "dark.css"))
    lists = [text for name in chapters(folder) if 'class="references' in (text := (folder / name).read_text())]
    assert lists
    for text in lists:
        assert len(re.sub(BACKLINKS, "", text).encode()) + sheets <= PAGE_LIMIT
        assert len(text.encode()) + sheets <= WITH_WAYS_BACK


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
        each_link = "all => all.map(each => [...each.querySelectorAll('a')].map(link => link.textContent))"
        for title, *places in page.locator(".search-results > li").evaluate_all(each_link):
            assert title not in places
        wanted = page.evaluate("document.activeElement.href")
        page.keyboard.press("Enter")
        page.wait_for_url(wanted)
        page.go_back()
        assert page.get_by_role("searchbox").input_value() == "help"
        page.get_by_role("searchbox").fill("xyzzy")
        page.get_by_text("Nothing found").wait_for()


@only("real")  # it alone has such words
def test_words_of_a_crisis_show_whom_to_call(browser: Any, folder: Path) -> None:
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
            for summary in page.locator(":target .backlinks > summary").all():
                summary.press("Enter")
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
    """The page as a PDF, as a reader prints it: the text and its links' addresses, and nothing to click."""
    with visit(browser, folder) as (page, address):
        page.goto(address + chapters(folder)[1])
        title, text = page.locator("main h1").inner_text(), page.locator(".chapter > p").first.inner_text()
        page.emulate_media(media="print")
        around = page.locator(".skip, .drawer > summary, .to-search, .on-this-page > summary, .pager, .foot-links li")
        assert not any(each.is_visible() for each in around.all())
        gone = {words for each in around.all() for words in each.text_content().split("\n") if len(words.strip()) > 3}
        with pypdfium2.PdfDocument(page.pdf()) as pdf:
            said = " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in pdf).split())
    assert letters(title) in letters(said)
    assert letters(text)[:60] in letters(said)
    assert {"Reading settings", "Search", "On this page"} <= {words.strip() for words in gone}
    for words in ("Reading settings", "Skip to the text", "On this page", "Accessibility statement", "Copy link"):
        assert letters(words) not in letters(said), words


def letters(text: str) -> str:
    return re.sub(r"\W+", "", text.replace("\ufffe", "")).lower()


# --- what the browser is told of the reader --------------------------------------------------------------------------


def test_forced_colours_keep_every_control_in_sight(browser: Any, folder: Path) -> None:
    """What a style sheet paints is gone then: a button needs a border, a link its line, an open drawer its choices."""
    border = (
        "each => { const s = getComputedStyle(each); return s.borderTopStyle + ' ' + parseFloat(s.borderTopWidth) }"
    )
    line = "each => getComputedStyle(each).textDecorationLine"
    with visit(browser, folder, forced_colors="active") as (page, address):
        page.goto(address)
        assert {each.evaluate(border) for each in page.locator(".button").all()} == {"solid 2"}
        page.goto(address + chapters(folder)[1])
        page.locator(".settings > summary").click()
        assert {each.evaluate(border) for each in page.locator(".quiet-button").all()} == {"solid 2"}
        assert {"underline"} == {each.evaluate(line) for each in page.locator(".chapter > p a").all()}
        for each in page.locator(".settings input:visible").all():
            box = each.bounding_box()
            assert min(box["width"], box["height"]) >= 20
        icon = page.locator(".topbar svg").first.evaluate("each => getComputedStyle(each).color")
        assert icon != page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_nothing_moves_for_whom_motion_is_too_much(browser: Any, folder: Path) -> None:
    moves = """[...document.querySelectorAll("*")].filter(each => {
        const style = getComputedStyle(each);
        return style.animationName !== "none" || parseFloat(style.transitionDuration)
            || style.scrollBehavior !== "auto";
    }).map(each => each.className)"""
    with visit(browser, folder) as (page, address):  # as every visit here, it asks for less motion
        for name in ("index.html", chapters(folder)[1], "search.html"):
            page.goto(address + name)
            assert page.evaluate(moves) == [], name


def test_focus_goes_down_the_page_and_through_the_open_contents(browser: Any, folder: Path) -> None:
    """From the skip link on, in the order in which things stand; each place of focus can be seen."""
    here = """(() => { const each = document.activeElement, box = each.getBoundingClientRect();
        return [each.closest(".crisis, .topbar, main")?.className ?? "", each.textContent.trim(),
            box.width * box.height, getComputedStyle(each).outlineStyle]; })()"""
    with visit(browser, folder) as (page, address):
        page.goto(address + chapters(folder)[1])
        page.locator(".drawer:not(.settings) > summary").press("Enter")
        lines = page.locator(".drawer[open] nav a").all_inner_texts()
        page.evaluate("document.activeElement.blur(), window.scrollTo(0, 0)")
        page.locator(".skip").focus()
        found = []
        for _ in range(200):
            page.keyboard.press("Tab")
            found.append(page.evaluate(here))
            if found[-1][0] not in ("crisis", "topbar"):
                break
        assert all(area > 0 and outline != "none" for _, _, area, outline in found)
        order = [place for place, *_ in found]
        assert order == sorted(order, key=["crisis", "topbar", ""].index)
        said = [" ".join(words.split()) for _, words, *_ in found]
        assert said[-1 - len(lines) : -1] == [" ".join(one.split()) for one in lines]


# --- what the script of readers adds ----------------------------------------------------------------------------------


def test_the_link_to_a_heading_is_copied_and_citations_are_put_away(browser: Any, folder: Path) -> None:
    name = next(name for name in chapters(folder) if 'class="citation' in (folder / name).read_text())
    with visit(browser, folder, permissions=["clipboard-read", "clipboard-write"]) as (page, address):
        page.goto(address + name)
        heading = page.locator("main h1").get_attribute("id")
        page.get_by_role("button", name="Copy link").first.press("Enter")
        page.get_by_role("status").filter(has_text=re.compile(r"\w")).wait_for(state="attached")
        assert page.evaluate("navigator.clipboard.readText()") == f"{address}{name}#{heading}"
        page.locator(".settings > summary").click()
        switch = page.locator(".citation-switch input")
        cited = page.locator(".chapter > p .citation.numeric")
        if switch.is_visible() and cited.count():
            assert cited.first.is_visible()
            switch.check()
            assert not cited.first.is_visible()
            assert page.evaluate("localStorage.length") == 0
            page.get_by_role("button", name="Reset").click()
            cited.first.wait_for()


# --- as it is heard ---------------------------------------------------------------------------------------------------

LISTENED = ("index", "references")


def test_what_is_heard_on_the_site_is_what_is_seen(browser: Any, folder: Path) -> None:
    """Of the first page and of the references, at most one word in twenty is said that nobody sees."""
    with visit(browser, folder) as (page, address):
        for name in LISTENED:
            if not (folder / f"{name}.html").exists():  # its lists stand in the chapters
                continue
            page.goto(f"{address}{name}.html")
            heard = spoken(" ".join(words_of(transcript(page))))
            shown = html.document_fromstring((folder / f"{name}.html").read_text()).body
            known = set(spoken(" ".join(shown.itertext())))
            foreign = [word for word in heard if word not in known]
            assert len(heard) > 100
            assert len(foreign) <= 0.05 * len(heard), (name, sorted(foreign))


def spoken(text: str) -> list[str]:
    return [word.strip("'’-") for word in re.findall(r"[\w’'-]+", text.lower())]


def test_the_transcript_of_the_site_is_the_one_that_was_read(browser: Any, folder: Path, built: Built) -> None:
    if built.book != "stock":
        pytest.skip("the transcripts are of the stock book")
    with visit(browser, folder) as (page, address):
        for name in LISTENED:
            golden = ROOT / f"tests/golden/heard-site-{name}.txt"
            page.goto(f"{address}{name}.html")
            # The sizes of the downloads change with every change to the book.
            lines = [re.sub(r"pages: \d+|[\d.]+ [KM]B", "#", line) for line in transcript(page)]
            heard = "\n".join(lines) + "\n"
            if os.environ.get("UPDATE_GOLDEN"):
                golden.write_text(heard, encoding="utf-8")
            assert heard == golden.read_text(encoding="utf-8"), name


def test_on_a_phone_every_cell_has_the_name_of_its_column(browser: Any, folder: Path) -> None:
    """To a screen reader at 320 pixels, a table is still one, and no cell stands under a column without a name."""
    count = 0
    with visit(browser, folder, 320) as (page, address):
        for name in chapters(folder):
            if "<table>" not in (folder / name).read_text():
                continue
            page.goto(address + name)
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            cells = heard_cells(page)
            assert len(cells) == page.locator("td:not(:empty)").count(), name
            assert [cell for cell, column in cells if not column] == [], name
            count += len(cells)
    assert count > 0
