"""The ledger: how its numbers are printed, and that no ledger takes a build's time or memory away."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

import pytest
from conftest import BOOKS

from ketapub.ledger import LONGEST, Ledger, read_ledger
from ketapub.library import read_library
from ketapub.manuscript import read_manuscript
from ketapub.problems import Problems
from ketapub.resolve.facts import last_day
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
