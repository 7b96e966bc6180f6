"""Care for records whatever the style: identifiers that cannot be right, twins, works that nothing cites."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from works import ARTICLE, BOOK, PAGE, library, record

from ketapub import document as d
from ketapub.ledger import Claim, Ledger
from ketapub.library.care import check_duplicates, check_uncited
from ketapub.library.identifiers import identifier_fault
from ketapub.problems import Position, Problems
from ketapub.resolve.reference_care import check_library

# --- bad-identifier ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("DOI", "10.1056/NEJMsb020632"),
        ("DOI", "10.1016/S0140-6736(84)91816-6"),
        ("DOI", "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2"),
        ("DOI", "10.1000.10/123"),
        ("PMID", "12140307"),
        ("PMCID", "PMC5098773"),
        ("PMCID", "PMC5098773.2"),
        ("ISBN", "978-0-19-211579-9"),
        ("ISBN", "0-306-40615-2"),
        ("ISBN", "ISBN 9780192115799 (hardback); 0306406152"),
        ("ISBN", "9780192115799 0306406152"),
        ("ISSN", "0028-4793"),
        ("ISSN", "0028-4793 (Print) 1533-4406 (Electronic)"),
        ("ISSN", "2434-561X"),
        ("URL", "https://www.who.int/news-room/fact-sheets/detail/depression"),
        ("URL", "http://[::1]/x"),
        ("title", "10.1"),
    ],
)
def test_sound_identifiers(field: str, value: str) -> None:
    assert identifier_fault(field, value) is None


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("DOI", "10.1056/NEJM sb020632", "holds a space"),
        ("DOI", "10.1056/NEJMsb020632.", 'ends with "."'),
        ("DOI", "10.1056", 'is "10.1056"'),
        ("DOI", "www.doi.org/10.1056/x", 'is "www'),
        ("DOI", "10.1016/S0140-6736(84)91816-6)", "a bracket"),
        ("DOI", "10.1016/S0140-6736(84]91816-6", "a bracket"),
        ("PMID", "PMID: 12140307", "is"),
        ("PMID", "١٢٣", "is"),
        ("PMCID", "5098773", "is"),
        ("ISBN", "9780192115798", "do not check"),
        ("ISBN", "9780192115799, 123", '"123"'),
        ("ISSN", "0028-4794", "do not check"),
        ("URL", "www.who.int", "no web address"),
        ("URL", "ftp://example.org", "no web address"),
        ("URL", "https://", "no web address"),
        ("URL", "https://example.org/a b", "no web address"),
        ("URL", "http://[", "no web address"),
        ("URL", "x" * 10_000, "…"),
    ],
)
def test_identifiers_that_cannot_be_right(field: str, value: str, what: str) -> None:
    fault = identifier_fault(field, value)
    assert fault
    assert what in fault.what
    assert fault.hint
    assert len(fault.what) < 150


# --- duplicate-work ------------------------------------------------------------------------------------------------


def twins(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    problems = Problems()
    check_duplicates(library(record("a", 1, **one), record("b", 9, **other)).records, problems)
    return [f"{one.at} {one.message}" for one in problems.found]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"DOI": "10.1000/ABC"}, {"DOI": "10.1000/abc"}, "DOI"),
        ({"PMID": "123"}, {"PMID": "0123"}, "PMID"),
        (
            ARTICLE,
            ARTICLE | {"title": "Antidepressant Effects of <i>Ketamine</i> in Depressed Patients."},
            "title and year",
        ),
        (ARTICLE | {"URL": "https://pubmed.gov/1"}, ARTICLE | {"URL": "https://doi.org/2"}, "title and year"),
        (ARTICLE | {"page": "351-354"}, ARTICLE | {"page": "351\N{EN DASH}4"}, "title and year"),
    ],
)
def test_one_work_in_two_records(one: dict[str, Any], other: dict[str, Any], same: str) -> None:
    one, other = ({"type": "article-journal"} | fields for fields in (one, other))
    assert twins(one, other) == [f'refs.json:9:2 reference "b" has the same {same} as "a" at refs.json:1:2']


@pytest.mark.parametrize(
    "more",
    [
        {"DOI": "10.1000/2"},
        {"volume": "48"},
        {"page": "9-10"},
        {"author": [{"family": "Zarate", "given": "Carlos"}]},
        {"issued": {"date-parts": [[2001]]}},
        {"issued": None},
    ],
)
def test_two_works_of_one_title(more: dict[str, Any]) -> None:
    first = ARTICLE | {"title": "Reply", "DOI": "10.1000/1", "page": "1-2"}
    assert twins(first, first | {"DOI": None} | more) == []


def test_undated_pages_of_one_title_are_two() -> None:
    assert twins(PAGE, PAGE) == []
    dated = PAGE | {"issued": {"date-parts": [[2020]]}}
    assert twins(dated, dated | {"URL": "https://nimh.example/depression"}) == []
    assert len(twins(dated, dated | {"URL": "http://who.int/depression/"})) == 1


# --- uncited-reference ---------------------------------------------------------------------------------------------


def chapter(*keys: str, nocite: tuple[str, ...] = ()) -> d.Chapter:
    cites = tuple(d.CitationMark((d.Cite(key),)) for key in keys)
    return d.Chapter("a", "body", d.Heading(1, ()), (d.Paragraph(cites),), "a.md", nocite=nocite)


def uncited(*chapters: d.Chapter, ledger: Ledger | None = None, complete: bool = True) -> list[str]:
    problems = Problems()
    works = library(*(record(key, line, **BOOK, DOI=f"10.1000/{key}") for line, key in enumerate("abc", 1)))
    check_library(chapters, ledger, replace(works, complete=complete), problems)
    assert {one.code for one in problems.found} <= {"uncited-reference"}
    return [str(one.at) for one in problems.found]


def test_what_nothing_cites_is_told() -> None:
    assert uncited(chapter("a"), chapter("c")) == ["refs.json:2:2"]
    assert uncited(chapter("a"), chapter("c", nocite=("@b",))) == []
    assert uncited(chapter("a", nocite=("@*",))) == []
    assert uncited() == ["refs.json:1:2", "refs.json:2:2", "refs.json:3:2"]


def test_a_mistyped_key_or_a_broken_file_hides_what_is_not_cited() -> None:
    assert uncited(chapter("a", "bb", "c")) == []
    assert uncited(chapter("a"), complete=False) == []
    problems = Problems()
    problems.add("broken-reference", Position("refs.json", 3), "it is not closed")
    check_library((chapter("a"),), None, library(record("a"), record("b")), problems)
    assert [one.code for one in problems.found] == ["broken-reference"]


def test_a_source_of_the_ledger_is_used() -> None:
    ledger = Ledger({"a-claim": Claim(source=("b",))})
    assert uncited(chapter("a", "c"), ledger=ledger) == []


def test_many_of_one_file_are_one_message() -> None:
    works = [record(f"a{n}", n, "a.json", **BOOK) for n in range(1, 12)]
    works += [record(f"b{n}", n, "b.json", **BOOK) for n in range(1, 12)]
    problems = Problems()
    check_uncited(library(*works).records, frozenset(["a1", "b1", "a2"]), problems)
    assert [str(one.at) for one in problems.found] == [
        *(f"a.json:{n}:2" for n in range(3, 12)),
        *(f"b.json:{n}:2" for n in range(2, 12)),
    ]
    problems = Problems()
    check_uncited(library(*works).records, frozenset(["a1"]), problems)
    assert [str(one.at) for one in problems.found][-1] == "b.json:1:2"
    assert problems.found[-1].message.startswith('nothing cites 11 of the 11 references in b.json: "b1", "b2"')
