"""Reference files: what is read, what is told about a bad one, and that one bad record spoils no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ketapub.library import Library, read_library
from ketapub.problems import Position, Problem, Problems

MEDICAL = Path(__file__).parent / "citations" / "medical.json"


def read(text: str | bytes, name: str = "r.json") -> tuple[Library, list[Problem]]:
    problems = Problems()
    data = text if isinstance(text, bytes) else text.encode()
    return read_library(((name, data),), problems), problems.found


def record(**fields: Any) -> tuple[dict[str, Any], list[Problem]]:
    """The fields that one record came to, and what was said about it."""
    library, found = read(json.dumps([{"id": "a", "type": "book"} | fields]))
    return dict(library.records["a"].fields), found


def test_the_medical_references_are_read_without_a_word() -> None:
    library, found = read(MEDICAL.read_bytes())
    assert found == []
    assert len(library.records) == 15
    assert library.records["dpp2002"].fields["author"] == [{"literal": "Diabetes Prevention Program Research Group"}]


def test_a_record_knows_its_place() -> None:
    library, _ = read('[\n  {"id": "a", "type": "book"},\n    {"id": "b", "type": "book"}\n]')
    assert library.records["a"].at == Position("r.json", 2, 3)
    assert library.records["b"].at == Position("r.json", 3, 5)


def test_numbers_become_the_text_they_were_written_as() -> None:
    fields, found = record(id="a", volume=12, page="010", issue=1.50)
    assert (fields["volume"], fields["page"], fields["issue"]) == ("12", "010", "1.5")
    library, _ = read('[{"id": 2006, "type": "book", "volume": 1.50}]')
    assert library.records["2006"].fields == {"id": "2006", "type": "book", "volume": "1.50"}
    assert found == []


def test_a_byte_order_mark_is_no_fault() -> None:
    library, found = read(b'\xef\xbb\xbf[{"id": "a", "type": "book"}]')
    assert list(library.records) == ["a"]
    assert found == []


@pytest.mark.parametrize("text", ["[]", " [ ] \n"])
def test_an_empty_list_is_no_fault(text: str) -> None:
    assert read(text) == (Library({}), [])


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "list"),
        ('{"id": "a"}', 1, 1, "list"),
        ('[{"id": "a" "type": "book"}]', 1, 13, "delimiter"),
        ('[{"id": "a", "type": "book"}\n {"id": "b"}]', 2, 2, '","'),
        ('[{"id": "a", "type": "book"},\n]', 2, 1, "value"),
        ('[{"id": "a", "type": "book"}', 1, 29, '"]"'),
        ('[{"id": "a", "type": "book"}]\n[]', 2, 1, "after the end"),
        ('[\n {"id": "a", "volume": NaN}]', 2, 2, "NaN"),
        ("[" + "[" * 100_000, 1, 2, "recursion"),
    ],
)
def test_a_fault_of_syntax_is_told_at_its_place(text: str, line: int, column: int, words: str) -> None:
    _, found = read(text)
    assert [problem.code for problem in found] == ["broken-references"]
    assert found[0].at == Position("r.json", line, column)
    assert words in found[0].message


def test_text_that_is_not_utf_8() -> None:
    _, found = read('[\n{"id": "a", "title": "Türeci"}]'.encode("latin-1"))
    assert [(problem.code, problem.at.line) for problem in found] == [("broken-references", 2)]


def test_a_file_of_an_unknown_kind() -> None:
    _, found = read("", "references.jsn")
    assert [problem.code for problem in found] == ["unknown-reference-format"]
    assert ".json" in found[0].hint


def test_two_records_of_one_key() -> None:
    library, found = read('[{"id": "a", "type": "book", "title": "First"},\n{"id": "a", "type": "book"}]')
    assert library.records["a"].fields["title"] == "First"
    assert [(problem.code, str(problem.at)) for problem in found] == [("duplicate-reference", "r.json:2:1")]
    assert "r.json:1:2" in found[0].message


@pytest.mark.parametrize(
    "raw", ["7", "null", '"a"', "[]", "{}", '{"id": null}', '{"id": ""}', '{"id": true}', '{"id": "a b"}']
)
def test_a_record_without_a_usable_id_is_left_out(raw: str) -> None:
    library, found = read(f'[{raw}, {{"id": "good", "type": "book"}}]')
    assert list(library.records) == ["good"]
    assert [problem.code for problem in found] == ["bad-reference"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("type", "article-jurnal", "article-jurnal"),
        ("type", None, "without a type"),
        ("title", None, "null"),
        ("title", ["a"], "a list"),
        ("volume", True, "true or false"),
        ("publisher", "a\u0000b", "control character"),
        ("publisher", "a\ud800b", "control character"),
        ("author", "Rush, A. John", "text"),
        ("author", ["Rush"], "'Rush'"),
        ("author", [{"famly": "Rush"}], "famly"),
        ("author", [{}], "without family"),
        ("author", [{"family": None, "given": ""}], "without family"),
        ("issued", "2006", "not a date"),
        ("issued", {}, "empty date"),
        ("issued", {"date-parts": []}, "date-parts"),
        ("issued", {"date-parts": [[]]}, "not a year"),
        ("issued", {"date-parts": [[None]]}, "numbers"),
        ("issued", {"date-parts": [[2006, "Dec"]]}, "numbers"),
        ("issued", {"date-parts": [[2006, 13]]}, "month 13"),
        ("issued", {"date-parts": [[2006, 2, 30]]}, "does not exist"),
        ("issued", {"date-parts": [[2006]], "season": "Spring"}, "season"),
    ],
)
def test_a_bad_value_is_told_and_the_key_still_stands(name: str, value: Any, words: str) -> None:
    fields, found = record(**{name: value})
    assert [problem.code for problem in found] == ["bad-reference"]
    assert words in found[0].message
    assert found[0].at == Position("r.json", 1, 2)
    assert fields["id"] == "a"
    assert fields["type"] in ("book", "document")
    assert fields.get(name) in ("document", None)


def test_a_bad_type_names_the_nearest() -> None:
    _, found = record(type="article-jurnal")
    assert "article-journal" in found[0].hint


def test_a_field_that_csl_does_not_know_is_dropped_with_a_warning() -> None:
    fields, found = record(publsher="Mosby", foo="bar")
    assert [(problem.code, problem.severity) for problem in found] == [("unknown-reference-field", "warning")]
    assert '"publisher" for "publsher"' in found[0].hint
    assert fields == {"id": "a", "type": "book"}


def test_what_other_programs_write_is_no_fault() -> None:
    fields, found = record(
        categories=["x"],
        custom={"k": 1},
        volume=None,
        author=[],
        journalAbbreviation="Lancet",
        shortTitle="T",
        DOI="https://doi.org/10.1/x",
        **{"citation-key": "a"},
    )
    assert found == []
    assert fields["container-title-short"] == "Lancet"
    assert fields["title-short"] == "T"
    assert fields["DOI"] == "10.1/x"
    assert "volume" not in fields
    assert "author" not in fields


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ({"date-parts": [["2006", "7"]]}, {"date-parts": [[2006, 7]]}),
        ({"date-parts": [[2006], [2007]], "circa": 1}, {"date-parts": [[2006], [2007]], "circa": True}),
        ({"raw": "2006-07-25"}, {"date-parts": [[2006, 7, 25]]}),
        ({"raw": "2006-07/2006-08"}, {"date-parts": [[2006, 7], [2006, 8]]}),
        ({"raw": "summer 2006"}, {"literal": "summer 2006"}),
        ({"literal": "in press"}, {"literal": "in press"}),
        ({"date-parts": [[2006]], "season": 2}, {"date-parts": [[2006]], "season": 2}),
    ],
)
def test_dates_come_into_one_form(written: Any, wanted: Any) -> None:
    fields, found = record(issued=written)
    assert found == []
    assert fields["issued"] == wanted


def test_italics_in_a_title_keep_their_case() -> None:
    fields, found = record(title="Management of <i>Helicobacter pylori</i>")
    assert found == []
    assert fields["title"] == 'Management of <i><span class="nocase">Helicobacter pylori</span></i>'


@pytest.mark.parametrize("title", ["p < 0.05 and q > 3", "<sup>177</sup>Lu", '<b>x</b> <span class="nocase">y</span>'])
def test_titles_that_need_nothing(title: str) -> None:
    fields, found = record(title=title)
    assert found == []
    assert fields["title"] == title


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("<em>x</em>", "<em>x</em>"),
        ("<script>x</script>", "<script>x</script>"),
        ('<i class="q">x</i>', '<i class="q">x</i>'),
        ("<i>open", "open"),
        ("<i>a <b>b</i> c</b>", "a b c"),
        ("</sup>x", "x"),
    ],
)
def test_other_tags_are_told_and_stay_text(title: str, kept: str) -> None:
    fields, found = record(title=title)
    assert [(problem.code, problem.severity) for problem in found] == [("title-markup", "warning")]
    assert fields["title"] == kept


@pytest.mark.parametrize("written", ["et al.", "et al", "and others"])
def test_a_name_that_stands_for_all_others_is_theirs_in_one_form(written: str) -> None:
    text = json.dumps([{"id": "a", "type": "book", "author": [{"family": "Rush"}, {"literal": written}]}])
    library = read_library((("r.json", text.encode()),), Problems())
    assert library.records["a"].fields["author"] == [{"family": "Rush"}, {"literal": "others"}]
