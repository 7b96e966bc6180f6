"""The checks that ask other programs: what they make of a report. Each report is about the file of canaries."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ketapub.check.canaries import HTML, pack_epub, prove
from ketapub.check.checks import ace, axe, epubcheck, vnu
from ketapub.check.findings import Finding, Place
from ketapub.check.tools import NotRun

REPORTS = Path(__file__).parent / "reports"


def report(name: str) -> Any:
    return json.loads((REPORTS / name).read_text(encoding="utf-8"))


def test_epubcheck_tells_file_line_and_column() -> None:
    found = list(epubcheck.findings(report("epubcheck.json")))
    assert [(each.rule, each.place) for each in found] == [
        ("RSC-005", Place("EPUB/faulty.xhtml", line=9, column=9)),
        ("RSC-012", Place("EPUB/faulty.xhtml", line=8, column=36)),
    ]
    assert found[1].message == "error: Fragment identifier is not defined."


def test_epubcheck_names_no_file_for_what_lies_in_none() -> None:
    at = {"path": "/tmp/book.epub", "line": -1, "column": -1}
    said = {"ID": "PKG-003", "severity": "ERROR", "message": "No mimetype.", "locations": [at]}
    assert list(epubcheck.findings({"messages": [said]})) == [Finding("PKG-003", "error: No mimetype.")]


def test_only_one_remark_of_epubcheck_is_allowed() -> None:
    said = [
        {"ID": id, "severity": severity, "message": "", "locations": []}
        for id, severity in (("CSS-028", "USAGE"), ("CSS-028", "ERROR"), ("OPF-090", "USAGE"))
    ]
    found = epubcheck.findings({"messages": said})
    assert [(each.rule, each.message) for each in found] == [("CSS-028", "error: "), ("OPF-090", "usage: ")]


@pytest.mark.parametrize(("way", "rules"), [(zipfile.ZIP_STORED, []), (zipfile.ZIP_DEFLATED, ["mimetype"])])
def test_the_kind_of_file_is_not_compressed(way: int, rules: list[str]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", way) as archive:
        archive.writestr("mimetype", "application/epub+zip")
    assert [each.rule for each in epubcheck.compressed_kind(packed.getvalue())] == rules


def test_ace_tells_document_and_element() -> None:
    assert [(each.rule, each.place) for each in ace.findings(report("ace.json"))] == [
        ("metadata-accessibilitysummary", Place("EPUB/content.opf")),
        ("color-contrast", Place("EPUB/faulty.xhtml", element="p:nth-child(2)")),
    ]


def test_vnu_tells_lines_of_pages_and_sheets_and_not_what_it_misjudges() -> None:
    found = list(vnu.findings((REPORTS / "vnu.json").read_text(encoding="utf-8")))
    assert [(file.name, each.rule, each.place.line, each.place.column) for file, each in found] == [
        ("style.css", "error", 2, 16),
        ("faulty.html", "error", 12, 22),
        ("faulty.html", "error", 26, 166),
        ("faulty.html", "error", 27, 137),
        ("faulty.html", "error", 35, 71),
        ("faulty.html", "warning", 2, 6),
    ]
    lines = HTML.read_text(encoding="utf-8").splitlines()
    for line, column in ((26, 166), (27, 137), (35, 71), (2, 6)):
        assert lines[line - 1][column - 1] == ">"  # where a tag ends


def test_a_checker_that_breaks_off_has_not_run() -> None:
    with pytest.raises(NotRun, match="StackOverflowError"):
        list(vnu.findings("StackOverflowError while evaluating HTML schema."))


def test_a_validator_has_to_find_what_is_known_and_no_more() -> None:
    prove("it", ["a", "b"], ["b", "a"])
    with pytest.raises(NotRun, match="misses a fault in a file where it is known: b"):
        prove("it", ["a"], ["a", "b"])
    with pytest.raises(NotRun, match="finds a fault in a file that has none of the kind: c"):
        prove("it", ["a", "c"], ["a"])


def test_the_looks_in_which_a_fault_shows_are_told_in_few_words() -> None:
    assert axe.in_words(axe.LOOKS) == "everywhere"
    assert axe.in_words([(1280, "dark"), (320, "dark")]) == "dark"
    assert axe.in_words([(320, "light"), (320, "dark")]) == "320 px"
    assert axe.in_words([(320, "dark")]) == "dark at 320 px"
    assert axe.in_words([(1280, "light"), (320, "dark")]) == "light at 1280 px, dark at 320 px"


def test_the_faulty_epub_is_made_of_the_files_that_one_can_read(tmp_path: Path) -> None:
    pack_epub(tmp_path / "faulty.epub")
    with zipfile.ZipFile(tmp_path / "faulty.epub") as archive:
        assert archive.namelist()[0] == "mimetype"
        assert "EPUB/faulty.xhtml" in archive.namelist()
