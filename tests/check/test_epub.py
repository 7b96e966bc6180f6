"""The EPUB in a second reading engine (calibre), and as a screen reader gets it."""

from __future__ import annotations

import datetime
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Built, only
from listening import transcript, words_of
from tools import ROOT, run

from ketapub import document as d
from ketapub.check.equality.expected import expected_chapters
from ketapub.check.equality.items import Item
from ketapub.check.equality.speaker import Medium
from ketapub.editions import select
from ketapub.formats.imprint import stamp
from ketapub.formats.narrow import is_too_wide
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.theme import load_theme

LISTENED = ("words", "things")  # chapters of the stock book whose transcripts are kept
TODAY = datetime.date(2026, 2, 1)


@pytest.fixture(scope="session")
def unpacked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The pages of the EPUB as files."""
    folder = tmp_path_factory.mktemp(f"epub-{built.book}")
    with zipfile.ZipFile(built.file(".epub")) as archive:
        archive.extractall(folder)
    return sorted((folder / "EPUB").glob("*.xhtml"))


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
