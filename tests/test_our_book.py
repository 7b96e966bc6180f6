"""The book in manuscript/: what it must hold, what it must not print, and how much of it there is."""

from __future__ import annotations

import re
import tomllib

import pytest
from conftest import BOOKS, TODAY

from ketapub import document as d
from ketapub.editorial.prose import RUNNING, read_prose
from ketapub.passages import passages
from ketapub.problems import Problems
from ketapub.reading import Read, read_book
from ketapub.theme import load_theme

MANUSCRIPT = BOOKS.parents[1] / "manuscript"
# The headings of the article that the book grew from; each has its place.
HEADINGS = """Is ketamine the cure for chronic depression? · Understanding chronic depression ·
Conventional treatment options · Psychotherapy · Antidepressant medications · The emergence of ketamine ·
Medical use of ketamine · Ketamine and depression · How ketamine works on depression · NMDA receptors and glutamate ·
Neuroplasticity and synaptic connections · Ketamine infusion therapy · The process of ketamine infusion ·
Success rates · Comparing with traditional antidepressants · Speed of relief · Treatment-resistant depression ·
Potential side effects · Ethical considerations"""


@pytest.fixture(scope="module")
def ours() -> tuple[Read, Problems]:
    problems = Problems()
    return read_book(MANUSCRIPT, load_theme(), problems, as_of=TODAY), problems


@pytest.fixture(scope="module")
def said(ours: tuple[Read, Problems]) -> str:
    """All words of the book as every reader gets them, without its list of references."""
    book = ours[0].book
    return "\n".join(passage.text for chapter in book.chapters for passage in passages(chapter, book))


def test_it_resolves_without_a_problem(ours: tuple[Read, Problems]) -> None:
    assert [str(problem) for problem in ours[1].found] == []


def test_each_heading_of_the_article_has_its_place(ours: tuple[Read, Problems]) -> None:
    covered = tomllib.loads((MANUSCRIPT / "coverage.toml").read_text(encoding="utf-8"))
    assert list(covered) == [" ".join(heading.split()) for heading in HEADINGS.split("·")]
    headings = {node.attributes.id for chapter in ours[0].book.chapters for node in headings_of(chapter)}
    for heading, ids in covered.items():
        assert ids, heading
        assert set(ids) <= headings, heading


def headings_of(chapter: d.Chapter) -> list[d.Heading]:
    return [chapter.heading, *(node for node in d.walk(chapter.blocks) if isinstance(node, d.Heading))]


def test_it_has_fourteen_chapters_that_open_with_key_points(ours: tuple[Read, Problems]) -> None:
    body = [chapter for chapter in ours[0].book.chapters if chapter.role == "body"]
    assert len(body) == 14
    for chapter in body:
        assert isinstance(chapter.blocks[0], d.Callout), chapter.source
        assert chapter.blocks[0].kind == "keypoints", chapter.source


def test_its_length(ours: tuple[Read, Problems]) -> None:
    """Words of running text: paragraphs and list items, without citations, crisis lines, tables, notes and figures."""
    runs = [run.text for run in read_prose(ours[0].book).runs if run.kind in RUNNING]
    assert 20_000 <= sum(len(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text)) for text in runs) <= 28_000


# --- what must not be printed ---


def test_nothing_unverified_is_printed(ours: tuple[Read, Problems], said: str) -> None:
    """Every figure of the brief that nobody has seen in its source stands in the ledger as such, and nowhere else."""
    ledger = ours[0].manuscript.ledger
    assert ledger is not None
    unverified = {id for id, claim in ledger.claims.items() if not claim.verified}
    assert len(unverified) >= 15
    for id in unverified:
        for form in ledger.claims[id].text:
            printed = ledger.printed(id, form) or ""
            numbers = re.findall(r"\d+(?:[.,]\d+)*", printed.replace("in 100", ""))
            if len(numbers) > 1 or len(printed) > 30:  # one count may stand elsewhere for something else
                assert printed not in said, (id, form)


MARKED = """332 million;5.7% of adults;720,000;970 million;280 million;21.0 million;38.7;24.3% ;21.8;12.6;522 trials;
116,477;2.13;1.37;vivid dreams in 12;71 in 100;29 in 100;2.11;1.20 to 3.68;19.6;56.3;34.5;22.5;7.6;press 3"""


@pytest.mark.parametrize("marked", [one.strip() for one in MARKED.split(";")])
def test_a_figure_that_was_only_remembered_is_not_printed(marked: str, said: str) -> None:
    assert not re.search(rf"(?<![\d.,]){re.escape(marked)}(?![\d])", said, re.I)


# --- what it must hold ---


def test_it_cites_enough_works_and_lists_none_in_vain(ours: tuple[Read, Problems]) -> None:
    entries = [
        node for chapter in ours[0].book.chapters for node in d.walk(chapter.blocks) if isinstance(node, d.Entry)
    ]
    assert len(entries) >= 60
    assert all(entry.places for entry in entries)


def test_every_crisis_box_has_the_lines_of_the_settings(ours: tuple[Read, Problems]) -> None:
    book = ours[0].book
    boxes = [
        node
        for chapter in book.chapters
        for node in d.walk(chapter.blocks)
        if isinstance(node, d.Callout) and node.kind == "emergency"
    ]
    assert {box.attributes.id for box in boxes} >= {"emg-help", "emg-now", "emg-thoughts", "emg-home", "emg-crisis"}
    for box in boxes:
        assert "988" in d.plain_text(box.blocks[0])
        assert "911" in d.plain_text(box.blocks[0])


def test_the_index_is_worth_its_name(ours: tuple[Read, Problems]) -> None:
    entries = [node for c in ours[0].book.chapters for node in d.walk(c.blocks) if isinstance(node, d.IndexEntry)]
    assert len(entries) >= 150


def test_all_seven_figures_are_there(ours: tuple[Read, Problems]) -> None:
    figures = {
        node.attributes.id
        for chapter in ours[0].book.chapters
        for node in d.walk(chapter.blocks)
        if isinstance(node, d.Figure)
    }
    names = ("response", "steps", "synapse", "session-day", "over-time", "relapse", "blood-pressure")
    assert figures == {f"fig-{name}" for name in names}
