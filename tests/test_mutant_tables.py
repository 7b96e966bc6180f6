"""The tables of deliberate faults are what they say they are; tests/slow/test_mutants.py puts them before the gate."""

from __future__ import annotations

from collections import Counter

import pytest
from handout_book import text_of
from mutants import Line
from mutants.tables import TABLES, different

from ketapub.check.checks import all_checks
from ketapub.check.findings import format_of
from ketapub.formats.pdf.standard import STANDARDS

MUTANTS = tuple(mutant for table in TABLES.values() for mutant in table)
LEAST = {
    ("PDFs", "Files for printers"): 30,
    ("EPUB",): 20,
    ("HTML and site",): 15,
    ("What outputs say",): 15,
    ("Handouts",): 12,
}


def test_each_has_a_name_of_its_own() -> None:
    names = Counter((one.name, one.output, one.check, one.standard) for one in MUTANTS)
    assert [name for name, times in names.items() if times > 1] == []


def test_there_are_enough() -> None:
    counts = {names: sum(different(TABLES[name]) for name in names) for names in LEAST}
    assert {name for names in LEAST for name in names} == TABLES.keys()
    assert {names: count for names, count in counts.items() if count < LEAST[names]} == {}


def test_hardly_any_is_led_elsewhere() -> None:
    on_a_line = [one for one in MUTANTS if one.line]
    assert len([one for one in on_a_line if one.elsewhere]) <= 0.05 * len(on_a_line)


@pytest.mark.parametrize("line", sorted({one.line for one in MUTANTS if one.line}, key=str), ids=str)
def test_the_words_of_a_line_stand_in_one(line: Line) -> None:
    assert len([one for one in text_of(line.file).split("\n") if line.words in one]) == 1


def test_each_can_be_found() -> None:
    checks = all_checks()
    assert [one.name for one in MUTANTS if format_of(one.output) not in checks[one.check].outputs] == []
    assert {one.standard for one in MUTANTS} <= STANDARDS.keys()


def test_where_each_is_told_is_said_in_one_way() -> None:
    """By a line, or by a place of the output; and only what has a line can be led elsewhere."""
    assert [one.name for one in MUTANTS if (one.line and one.place) or (one.elsewhere and not one.line)] == []
    assert [one.name for one in MUTANTS if one.unseen and (one.line or one.place or one.elsewhere)] == []


def test_each_is_found_by_a_rule_or_by_nothing() -> None:
    assert [one.name for one in MUTANTS if bool(one.rule) == bool(one.unseen)] == []
