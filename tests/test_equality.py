"""What equality finds: each fault, put into a finished output of the stock book, is found on the line that it hits."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pytest
from conftest import BOOKS, Made
from mutants import Line, Mutant
from mutants.changes import Rewrite
from mutants.equality import (
    IN_EPUB,
    IN_HTML,
    IN_PDF,
    IN_SITE,
    MISPRINT,
    MORE,
    NOT_LED_TO,
    NOT_THERE,
    PAGES_SWAPPED,
    PREFACE,
    THINGS,
    WORDS,
)
from test_consistency import shown_in

from ketapub.check.checks.equality import CHECK
from ketapub.check.equality import paper_differs
from ketapub.check.equality.compared import compared
from ketapub.check.equality.items import Item
from ketapub.check.equality.on_screens import html_file
from ketapub.check.findings import Finding, Place, Subject
from ketapub.check.tools import NotRun
from ketapub.formats import place
from ketapub.problems import Position
from ketapub.theme import load_theme


def written(stock: Made, output: str, folder: Path) -> Path:
    """An output of the stock book, to be changed."""
    name = place(output, "stock")
    for file, data in stock.files.items():
        if file == name or file.startswith(f"{name}/"):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(data)
    return folder / name


def found(stock: Made, output: str, path: Path) -> tuple[Finding, ...]:
    """What is found in an output that was changed."""
    files = {output: path} if output == "pdf" else {output: path, "pdf": written(stock, "pdf", path.parent)}
    return CHECK.look(Subject(stock.book, load_theme(), files, "ua-1", path.parent), output).findings


def found_with(stock: Made, faults: Sequence[Mutant], folder: Path) -> tuple[Finding, ...]:
    """What is found in an output with all these faults in it."""
    output = faults[0].output
    path = written(stock, output, folder)
    for fault in faults:
        fault.change(path)
    return found(stock, output, path)


def line_of(line: Line | None) -> tuple[str, int]:
    assert line is not None
    lines = (BOOKS / "stock" / line.file).read_text("utf-8").split("\n")
    (number,) = [number for number, one in enumerate(lines, 1) if line.words in one]
    return line.file, number


def is_on(finding: Finding, line: Line | None) -> bool:
    return (finding.at.file, finding.at.line) == line_of(line)


def is_found(fault: Mutant, findings: Sequence[Finding]) -> bool:
    """On its line, or in its place of the output."""
    named = [one for one in findings if one.rule == fault.rule]
    if fault.line is None:
        return any(fault.place in str(one.place) for one in named)
    return any(is_on(one, fault.line) for one in named)


def name(fault: Mutant) -> str:
    return f"{fault.output} {fault.name}"


# --- screens ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def html_findings(stock: Made, tmp_path_factory: pytest.TempPathFactory) -> tuple[Finding, ...]:
    return found_with(stock, IN_HTML, tmp_path_factory.mktemp("html"))


@pytest.mark.parametrize("fault", IN_HTML, ids=name)
def test_a_fault_in_html_is_found(html_findings: tuple[Finding, ...], fault: Mutant) -> None:
    assert is_found(fault, html_findings), "\n".join(map(str, html_findings))


def test_nothing_else_is_found_in_html(html_findings: tuple[Finding, ...]) -> None:
    """Each finding is on the line of one of the faults, or of what was swapped with it."""
    swapped = [Line(THINGS, "6. six"), Line(MORE, "It was written"), Line(WORDS, "or a second one.^[")]
    lines = [*(fault.line for fault in IN_HTML), *swapped]
    assert [one for one in html_findings if not any(is_on(one, line) for line in lines)] == []


def test_a_finding_says_where_in_the_page_it_is(stock: Made, tmp_path: Path) -> None:
    (too_many,) = [fault for fault in IN_HTML if fault.rule == "extra"]
    path = written(stock, "html", tmp_path)
    too_many.change(path)
    (one,) = found(stock, "html", path)
    (element,) = html_file(path.read_bytes())[""].root.xpath(one.place.element)
    assert element.text == "Whoever reads this."


@pytest.mark.parametrize("fault", [*IN_EPUB, *IN_SITE, NOT_THERE, NOT_LED_TO], ids=name)
def test_a_fault_in_an_epub_or_a_site_is_found(stock: Made, fault: Mutant, tmp_path: Path) -> None:
    findings = found_with(stock, [fault], tmp_path)
    assert is_found(fault, findings), "\n".join(map(str, findings))


@pytest.mark.parametrize("fault", [one for one in (*IN_EPUB, *IN_SITE) if one.rule in ("changed", "link")], ids=name)
def test_a_line_that_is_another_one_is_one_finding_in_its_file(stock: Made, fault: Mutant, tmp_path: Path) -> None:
    (one,) = found_with(stock, [fault], tmp_path)
    assert isinstance(fault.change, Rewrite)
    assert one.place.part == fault.change.part.removeprefix("EPUB/")


def test_a_chapter_that_the_site_does_not_lead_to_is_elsewhere(stock: Made, tmp_path: Path) -> None:
    assert {one.rule for one in found_with(stock, [NOT_LED_TO], tmp_path)} == {"order"}


# --- paper -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tags(stock: Made, tmp_path_factory: pytest.TempPathFactory) -> tuple[Finding, ...]:
    """What is found in the PDF of the stock book with all the faults of IN_PDF in it."""
    return found_with(stock, IN_PDF, tmp_path_factory.mktemp("pdf"))


@pytest.mark.parametrize("fault", IN_PDF, ids=name)
def test_a_fault_in_a_pdf_is_found(tags: tuple[Finding, ...], fault: Mutant) -> None:
    assert is_found(fault, tags), "\n".join(map(str, tags))


# --- sheets ----------------------------------------------------------------------------------------------------------


def test_pages_in_each_others_place_are_found(stock: Made, tmp_path: Path) -> None:
    first, second = found_with(stock, [PAGES_SWAPPED], tmp_path)
    assert (first.rule, second.rule) == ("order", "order")
    assert first.message == "folded, its page 2 shows page 15 of the reading edition in place of page 2"


def test_a_word_that_is_another_one_is_found(stock: Made, tmp_path: Path) -> None:
    (one,) = found_with(stock, [MISPRINT], tmp_path)
    assert one.rule == "changed"
    assert is_on(one, MISPRINT.line)


# --- the check -------------------------------------------------------------------------------------------------------


def test_there_is_nothing_to_hold_a_booklet_against(stock: Made, tmp_path: Path) -> None:
    subject = Subject(stock.book, load_theme(), {"booklet": tmp_path / "stock-booklet.pdf"}, "ua-1", tmp_path)
    with pytest.raises(NotRun, match="build that too"):
        CHECK.look(subject, "booklet")


@pytest.mark.parametrize(("name", "data"), [("pdf", b"%PDF-1.7 and no more"), ("epub", b"no archive"), ("html", b"")])
def test_a_file_that_cannot_be_read_is_a_finding(stock: Made, tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    looked = CHECK.look(Subject(stock.book, load_theme(), {name: path}, "ua-1", tmp_path), name)
    assert [one.rule for one in looked.findings] == ["unreadable"]


# --- comparing -------------------------------------------------------------------------------------------------------


def items(*words: str) -> list[Item]:
    return [Item("text", one, at=Position("a.md", number)) for number, one in enumerate(words, 1)]


@pytest.mark.parametrize(
    ("expected", "found", "rules"),
    [
        ("abc", "abc", []),
        ("abc", "ac", ["missing 2"]),
        ("abc", "abxc", ["extra 2"]),
        ("abc", "acb", ["order 3"]),
        ("abc", "", ["missing 1", "missing 2", "missing 3"]),
        ("", "a", ["extra 0"]),
        ("aab", "ab", ["missing 2"]),
    ],
)
def test_lines_that_differ(expected: str, found: str, rules: list[str]) -> None:
    longer = [items(*(letter * 12 for letter in each)) for each in (expected, found)]
    assert [f"{one.rule} {one.at.line}" for one in compared(*longer)] == rules


def test_a_message_shows_where_a_long_line_differs() -> None:
    said = "It is said that the answer " + "is long and " * 9
    (found,) = compared(items(f"{said}is 47"), items(f"{said}is 74"))
    assert found.message == (
        'changed: the line says "…long and is long and is 74", the book says "…long and is long and is 47"'
    )
    assert found.place == Place()


def test_an_id_that_leads_nowhere_is_found(stock: Made) -> None:
    with pikepdf.open(io.BytesIO(stock.files["stock.pdf"])) as pdf:
        del pikepdf.NameTree(pdf.Root.Names.Dests)["fig-chart"]
        out = io.BytesIO()
        pdf.save(out)
    wrong = paper_differs(shown_in(stock, "pdf"), out.getvalue(), "pdf").findings
    assert [one for one in wrong if one.rule == "link" and is_on(one, Line(PREFACE, "This is {{< var product >}}"))]
    assert [one for one in wrong if one.rule == "anchor" and is_on(one, Line(THINGS, "{#fig-chart"))]
