"""The ledger: how its numbers are printed, and that no ledger takes a build's time or memory away."""

from __future__ import annotations

import datetime
import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import BOOKS

from ketapub import document as d
from ketapub.cli import main
from ketapub.ledger import LONGEST, Ledger, read_ledger
from ketapub.library import read_library
from ketapub.manuscript import read_manuscript
from ketapub.problems import Problems
from ketapub.resolve.facts import check_facts, last_day
from ketapub.settings import MOST_PROBLEMS


def ledger_of(settings: str) -> tuple[Ledger, list[str]]:
    """A ledger of one claim, "a", and what is wrong with it."""
    problems = Problems()
    text = f'[a]\nsource = "k"\nchecked = 2026-01-01\n{settings}\n'
    return read_ledger(text, problems, language="en", oldest={}), [one.message for one in problems.found]


@pytest.mark.parametrize(
    ("value", "place", "printed"),
    [
        ("2665", "{x}", "2,665"),
        ("-5.82", "{x}", "−5.82"),
        ("-5.82", "{-x:1}", "5.8"),
        ("46.5", "{x:0}", "47"),
        ("-0.4", "{x:0}", "0"),
        ("0.0", "{-x}", "0.0"),
        ("10.10", "{x}", "10.1"),
        ('"10.10"', "{x}", "10.10"),
    ],
)
def test_a_number_is_printed_as_its_form_says(value: str, place: str, printed: str) -> None:
    ledger, wrong = ledger_of(f'value = {{ x = {value} }}\ntext = {{ default = "{place}" }}')
    assert wrong == []
    assert ledger.printed("a", "default") == printed


def test_a_form_stays_short_with_its_values_filled_in() -> None:
    half = "y" * (LONGEST // 2)
    _, wrong = ledger_of(f'value = {{ x = "{half}" }}\ntext = {{ fits = "{{x}}{{x}}", grows = "{{x}}{{x}}{{x}}" }}')
    assert wrong == ['"grows" prints more than 2,000 characters']


def test_a_form_says_something() -> None:
    assert ledger_of('text = { default = " ", other = "words" }')[1] == ['"default" says nothing']


def test_a_long_text_is_refused() -> None:
    _, wrong = ledger_of(f'value = {{ x = 1 }}\nnote = "{"y" * (LONGEST + 1)}"')
    assert wrong == ["note has 2,001 characters, more than 2,000"]


def test_thousands_of_mistakes_are_not_all_looked_at() -> None:
    values = "".join(f"v{number} = 1\n" for number in range(3000))
    forms = "".join(f'f{number} = "{{q{number}}}"\n' for number in range(3000))
    _, wrong = ledger_of(f"[a.value]\n{values}[a.text]\n{forms}")
    assert len(wrong) == MOST_PROBLEMS


# --- how old a source is ---


@pytest.mark.parametrize(
    ("dates", "last"),
    [
        ([[2021]], "2021-12-31"),
        ([[2021, 2]], "2021-02-28"),
        ([[2021, 2, 3]], "2021-02-03"),
        ([[2019], [2021, 5]], "2021-05-31"),
        ([[-5]], None),
    ],
)
def test_the_last_day_on_which_a_work_can_have_appeared(dates: list[list[int]], last: str | None) -> None:
    record = {"id": "a", "type": "book", "title": "T", "issued": {"date-parts": dates}}
    library = read_library((("r.json", json.dumps([record]).encode()),), Problems())
    assert last_day(library.records["a"]) == (last and datetime.date.fromisoformat(last))


def test_an_age_may_reach_back_before_all_days(tmp_path: Path) -> None:
    book = Path(shutil.copytree(BOOKS / "stock", tmp_path / "book"))
    settings = (book / "book.toml").read_text(encoding="utf-8")
    (book / "book.toml").write_text(settings.replace("[checks]", '[checks]\nmax-age = { trial = "999y" }'))
    ledger = read_manuscript(book, Problems(), datetime.date(500, 1, 1)).ledger
    assert ledger is not None
    assert ledger.oldest == {"trial": datetime.date.min}


# --- where a fact stands ---


def test_no_note_of_a_fact_is_lost_in_a_value() -> None:
    ledger, _ = ledger_of('verified = true\ntext = { default = "words^[and more]" }')
    fact = d.Fact("a", "default", (d.Text("words"), d.Note((d.Paragraph((d.Text("and more"),)),))))
    cite = d.CitationMark((d.Cite("k"),))
    in_text = d.Paragraph((fact, cite))
    in_value = d.Paragraph((d.Span((), d.Attributes(pairs=(("title", "words"),), facts=(("title", fact),))), cite))
    for block, messages in (
        (in_text, []),
        (in_value, ['the words of the fact "a" hold a note or a citation, which is lost here']),
    ):
        problems = Problems()
        chapter = d.Chapter("one", "body", d.Heading(1, (d.Text("One"),)), (block,))
        check_facts(
            (chapter,), ledger, read_library((("r.json", b'[{"id": "k", "type": "book"}]'),), Problems()), problems
        )
        assert [one.message for one in problems.found] == messages


# --- the command ---

ADVICE = "advice-ask-first"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stock book, built inside of its own folder."""
    folder = tmp_path_factory.mktemp("ledger")
    book = Path(shutil.copytree(BOOKS / "stock", folder / "book"))
    options = ["--to", "pdf,html", "--as-of", "2026-02-01", "--cache", str(folder / "cache")]
    assert main(["build", str(book), "-o", str(book / "build"), *options]) == 0
    return book


@pytest.fixture
def book(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as the folder to stand in."""
    book = Path(shutil.copytree(built, tmp_path / "book"))
    monkeypatch.chdir(book)
    return book


def told(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[str, str]:
    capsys.readouterr()
    assert main(["facts", *options, "--as-of", "2026-02-01"]) == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_the_command_lists_the_ledger(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys) == (
        "halpern2002-answer  [halpern2002]  printed 12 times\n"
        "advice-ask-first  [clinical judgement]  printed 2 times\n"
        "rose2002-later  [rose2002]  printed 0 times  NOT VERIFIED, not printed\n",
        "",
    )
    ids = [one["id"] for one in json.loads(told(capsys, "--json")[0])]
    assert ids == ["halpern2002-answer", ADVICE, "rose2002-later"]
    (one,) = json.loads(told(capsys, "--json", "--where", ADVICE)[0])
    assert one["id"] == ADVICE
    assert one["printed"][0] == {"file": "chapters/03-facts.md", "line": 6, "column": 3}


def test_it_names_pages_of_the_pdf_of_this_book_as_it_stands(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said, notes = told(capsys, "--where", ADVICE)
    assert "chapters/03-facts.md:6:3 (default), page " in said
    assert notes == ""
    newer = (book / "build/stock.pdf").stat().st_mtime + 1
    os.utime(book / "facts.toml", (newer, newer))
    said, notes = told(capsys, "--where", ADVICE)
    assert "page" not in said
    assert "is older than the book" in notes
    (book / "build/stock.pdf").write_bytes(b"%PDF-1.7 of somebody else")
    said, notes = told(capsys, "--where", ADVICE)
    assert "page" not in said
    assert "is not what ketapub wrote" in notes
