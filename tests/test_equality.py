"""What equality finds: each fault, put into a finished output of the stock book, is found on the line that it hits."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from conftest import BOOKS, Made
from reading import site_files
from test_consistency import shown_in

from ketapub.check.checks.equality import CHECK
from ketapub.check.equality import paper_differs, screen_differs
from ketapub.check.equality.compared import compared
from ketapub.check.equality.items import Item
from ketapub.check.equality.on_screens import epub_file, html_file, site_folder
from ketapub.check.equality.on_sheets import booklet_differs
from ketapub.check.findings import Finding, Place, Subject
from ketapub.check.tools import NotRun
from ketapub.problems import Position
from ketapub.theme import load_theme


@dataclass(frozen=True)
class Fault:
    """In a page, `old` becomes `new`; then `rule` is broken in the line of `file` that holds `line`."""

    old: str
    new: str
    rule: str
    line: str
    file: str = "chapters/01-words.md"


def line_of(file: str, words: str) -> Position:
    lines = (BOOKS / "stock" / file).read_text("utf-8").split("\n")
    (number,) = [number for number, line in enumerate(lines, 1) if words in line]
    return Position(file, number)


def broken(text: str, fault: Fault) -> str:
    made, count = re.subn(fault.old, fault.new, text, flags=re.DOTALL)
    assert count == 1, fault
    return made


def found_in(findings: tuple[Finding, ...], fault: Fault) -> bool:
    at = line_of(fault.file, fault.line)
    return any((one.rule, one.at.file, one.at.line) == (fault.rule, at.file, at.line) for one in findings)


# --- screens ---------------------------------------------------------------------------------------------------------

THINGS, FACTS, SETTINGS = "chapters/02-things.md", "chapters/03-facts.md", "book.toml"
MORE, TERMS, GLOSSARY = "chapters/more.md", "chapters/90-terms.md", "chapters/91-glossary.md"
IN_HTML = {
    "a paragraph is missing": Fault("<p>A quotation mark can.*?</p>", "", "missing", "A quotation mark can"),
    "a paragraph too many": Fault(
        "(<p>It was written)", r"<p>Whoever reads this.</p>\1", "extra", "An included part", MORE
    ),
    "a number is another one": Fault("about 47 in 100 said", "about 74 in 100 said", "changed", "In a study", FACTS),
    "a callout lost its label": Fault(
        r'<span class="callout-kind">Tip:</span> ', "", "changed", ":::{tip} The third spelling"
    ),
    "two notes are swapped": Fault(
        r"(1</a> )(The note has two paragraphs.*?)</p>(.*?2</a> )(An <em>inline</em> note.*?)</p>",
        r"\1\4</p>\3\2</p>",
        "changed",
        "A note[^a] may follow",
    ),
    "a citation leads to another work": Fault(
        "found it, as\ndid(.*?)#ref-dpp2002", r"found it, as\ndid\1#ref-rose2002", "link", "One work [@halpern2002]"
    ),
    "an address is another one": Fault(
        r"example\.org/a\?b=1", "example.org/a?b=2", "link", "A sentence can hold `code`"
    ),
    "a language is lost": Fault(
        '<div lang="fr" class="inner">|<div class="inner" lang="fr">',
        '<div class="inner">',
        "language",
        "À l’intérieur",
        THINGS,
    ),
    "an alternative text is another one": Fault(
        "Two bars; the second is twice as high.",
        "Two bars; the first is twice as high.",
        "changed",
        "{#fig-chart alt=",
        THINGS,
    ),
    "a heading is of another level": Fault(
        r"<h4 (id=.words-deeper-down.*?)</h4>", r"<h3 \1</h3>", "kind", "### Deeper down"
    ),
    "a list is numbered from elsewhere": Fault(r'<ol start="5">', "<ol>", "changed", "5. five", THINGS),
    "a header heads its column, not its row": Fault(
        r'<th scope="row">Two', '<th scope="col">Two', "kind", "| Two   | 2 |", THINGS
    ),
    "cells are swapped": Fault(
        r"(<t[dh][^>]*>)Mark(</t[dh]>\s*<t[dh][^>]*>)Where", r"\1Where\2Mark", "order", "| Mark | Where |", THINGS
    ),
    "paragraphs are swapped": Fault(
        r"(<p>Its meaning.</p>\s*)(<p>With a second paragraph.</p>\s*)",
        r"\2\1",
        "order",
        "    With a second paragraph",
        THINGS,
    ),
    "an abbreviation stands for something else": Fault(
        "World Health Organization", "World Wide Web", "changed", "A sentence can hold `code`"
    ),
    "an id leads elsewhere": Fault(r'<aside id="wrn-end"', '<aside id="wrn-other"', "anchor", "#wrn-end", THINGS),
    "the contents lost a line": Fault(r'<li><a href="#included">.*?</li>', "", "missing", "An included part", MORE),
    "the imprint is another one": Fault("CC0 1.0</p>", "CC1 1.0</p>", "changed", "[book]", SETTINGS),
}


@pytest.fixture(scope="module")
def html_findings(stock: Made) -> tuple[Finding, ...]:
    text = stock.file(".html").decode()
    for fault in IN_HTML.values():
        text = broken(text, fault)
    return screen_differs(shown_in(stock, "html"), html_file(text.encode()), "html").findings


@pytest.mark.parametrize("name", IN_HTML)
def test_a_fault_in_html_is_found(html_findings: tuple[Finding, ...], name: str) -> None:
    assert found_in(html_findings, IN_HTML[name]), "\n".join(map(str, html_findings))


def test_nothing_else_is_found_in_html(html_findings: tuple[Finding, ...]) -> None:
    """Each finding is on the line of one of the faults."""
    lines = {(at.file, at.line) for at in (line_of(fault.file, fault.line) for fault in IN_HTML.values())}
    lines |= {(at.file, at.line) for at in (line_of(THINGS, "6. six"), line_of(MORE, "It was written"))}
    lines |= {(at.file, at.line) for at in (line_of("chapters/01-words.md", "or a second one.^["),)}
    assert [one for one in html_findings if (one.at.file, one.at.line) not in lines] == []


def test_a_finding_says_where_in_the_page_it_is(html_findings: tuple[Finding, ...], stock: Made) -> None:
    (found,) = [one for one in html_findings if "Whoever reads this" in one.message]
    text = broken(stock.file(".html").decode(), IN_HTML["a paragraph too many"])
    (element,) = html_file(text.encode())[""].root.xpath(found.place.element)
    assert element.text == "Whoever reads this."


def test_faults_in_an_epub_are_found(stock: Made) -> None:
    faults = {
        "EPUB/facts.xhtml": Fault(
            "2,665 people", "2,565 people", "changed", "{{< fact halpern2002-answer people >}}", FACTS
        ),
        "EPUB/words.xhtml": Fault(
            r"things\.xhtml#sec-things\">another", 'thongs.xhtml#sec-things">another', "link", "A sentence can hold"
        ),
        "EPUB/nav.xhtml": Fault(
            r"terms\.xhtml#terms-terms", "words.xhtml#sec-words", "link", "# Terms", "chapters/90-terms.md"
        ),
    }
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(stock.file(".epub"))) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, broken(data.decode(), faults[name]) if name in faults else data)
    found = screen_differs(shown_in(stock, "epub"), epub_file(changed.getvalue()), "epub").findings
    for fault in faults.values():
        assert found_in(found, fault), found
    assert len(found) == len(faults)
    assert {one.place.part for one in found} == {name.removeprefix("EPUB/") for name in faults}


def test_faults_in_a_site_are_found(stock: Made) -> None:
    files = site_files(stock.files)
    faults = {
        "index.html": Fault('"facts.html#sec-facts"', '"words.html#sec-words"', "link", "# What was counted", FACTS),
        "glossary.html": Fault(
            "Being as good as well",
            "Being as well as good",
            "changed",
            "Being as good as well",
            "chapters/91-glossary.md",
        ),
    }
    for name, fault in faults.items():
        files[name] = broken(files[name].decode(), fault).encode()
    found = screen_differs(shown_in(stock, "site"), site_folder(files), "site").findings
    for fault in faults.values():
        assert found_in(found, fault), found
    assert len(found) == len(faults)


def test_a_chapter_that_the_site_does_not_lead_to_is_elsewhere(stock: Made) -> None:
    files = site_files(stock.files)
    files["preface.html"] = files["preface.html"].replace(
        b'href="words.html" rel="next"', b'href="things.html" rel="next"'
    )
    found = screen_differs(shown_in(stock, "site"), site_folder(files), "site").findings
    assert {one.rule for one in found} == {"order"}
    assert Position("chapters/01-words.md", 1, 1) in {one.at for one in found}


# --- paper -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tags(stock: Made) -> tuple[Finding, ...]:
    """What is found in the PDF of the stock book with all the faults of IN_PDF in it."""
    with pikepdf.open(io.BytesIO(stock.files["stock.pdf"])) as pdf:
        found = [(change, element_of(pdf, path)) for path, change, *_ in IN_PDF.values()]
        for change, element in found:
            change(pdf, element)
        out = io.BytesIO()
        pdf.save(out)
    return paper_differs(shown_in(stock, "pdf"), out.getvalue(), "pdf").findings


Change = Callable[[pikepdf.Pdf, pikepdf.Object], object]


def element_of(pdf: pikepdf.Pdf, path: str) -> pikepdf.Object:
    """The structure element on a path below that of the document."""
    found = pdf.Root.StructTreeRoot.K
    found = found[0] if isinstance(found, pikepdf.Array) else found
    for role, number in re.findall(r"(\w+)\[(\d+)\]", path):
        found = [kid for kid in kids(found) if f"/{role}" == kid.S][int(number) - 1]
    return found


def kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    listed = element.K if isinstance(element.K, pikepdf.Array) else [element.K]
    return [kid for kid in listed if isinstance(kid, pikepdf.Object) and "/S" in kid]


def left_out(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
    siblings = element.P.K
    del siblings[next(at for at, kid in enumerate(siblings) if kid == element)]


def without(key: str) -> Change:
    return lambda pdf, element: element.__delitem__(key)


def set_to(key: str, value: object) -> Change:
    return lambda pdf, element: element.__setitem__(key, value)


def turned_round(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
    element.K = pikepdf.Array(list(reversed(list(element.K))))


def leading_to(target: str) -> Change:
    def change(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
        (link,) = (kid.Obj for kid in element.K if isinstance(kid, pikepdf.Object) and "/Obj" in kid)
        link.Dest = pikepdf.String(target)

    return change


def note_elsewhere(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
    """The note stands behind the call of the next one."""
    notes = [at for at, kid in enumerate(element.K) if isinstance(kid, pikepdf.Object) and kid.get("/S") == "/Note"]
    one, other = element.K[notes[0]], element.K[notes[1]]
    element.K[notes[0]], element.K[notes[1]] = other, one


def without_stamp(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
    page = pdf.pages[8]
    content = re.sub(rb"(?s)/Artifact\s+<</Type /Pagination.*?EMC", b"", page.Contents.read_bytes())
    page.Contents = pdf.make_stream(content)


def leading_elsewhere(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
    pikepdf.NameTree(pdf.Root.Names.Dests)["wrn-end"][0] = pdf.pages[0].obj


def other_bookmark(pdf: pikepdf.Pdf, element: pikepdf.Object) -> None:
    pdf.Root.Outlines.First.Title = pikepdf.String("Foreword")


WORDS = "chapters/01-words.md"
# Where it is, what is done there, what is found, and on which line.
IN_PDF: Mapping[str, tuple[str, Change, str, str, str]] = {
    "a paragraph is not tagged": ("Sect[7]/Aside[2]/P[2]", left_out, "missing", "A quotation mark can", WORDS),
    "a language is lost": ("Sect[7]/P[1]/Span[1]", without("/Lang"), "language", "A sentence can hold", WORDS),
    "an abbreviation is lost": ("Sect[7]/P[1]/Span[2]", without("/E"), "changed", "A sentence can hold", WORDS),
    "a citation leads to another work": (
        "Sect[7]/P[2]/Reference[4]/Link[1]",
        leading_to("ref-dpp2002"),
        "link",
        "One work [@halp",
        WORDS,
    ),
    "two notes are swapped": ("Sect[7]/P[1]", note_elsewhere, "link", "A sentence can hold", WORDS),
    "a heading is of another level": (
        "Sect[7]/H2[2]",
        set_to("/S", pikepdf.Name.H3),
        "kind",
        "An included part",
        MORE,
    ),
    "a list is read backwards": ("Sect[7]/BlockQuote[1]/L[1]", turned_round, "order", "> 1. first", WORDS),
    "an alternative text is another one": (
        "Sect[8]/Div[1]/Figure[1]",
        set_to("/Alt", pikepdf.String("Two bars.")),
        "changed",
        "{#fig-chart alt=",
        THINGS,
    ),
    "a header heads nothing": ("Sect[8]/Table[1]/TBody[1]/TR[2]/TH[1]", without("/A"), "kind", "| Two   | 2 |", THINGS),
    "a line of the contents is not tagged": (
        "Sect[3]/TOC[1]/TOCI[4]",
        left_out,
        "missing",
        "# What was counted",
        FACTS,
    ),
    "an id is on another page": ("", leading_elsewhere, "anchor", "#wrn-end", THINGS),
    "a bookmark is another one": ("", other_bookmark, "changed", "title: Preface", "chapters/00-preface.md"),
    "a page is no draft": ("", without_stamp, "stamp", "[review]", SETTINGS),
}


@pytest.mark.parametrize("name", IN_PDF)
def test_a_fault_in_a_pdf_is_found(tags: tuple[Finding, ...], name: str) -> None:
    *_, rule, line, file = IN_PDF[name]
    assert found_in(tags, Fault("", "", rule, line, file)), "\n".join(map(str, tags))


# --- sheets ----------------------------------------------------------------------------------------------------------


def changed_booklet(stock: Made, change: Callable[[pikepdf.Pdf], None]) -> tuple[Finding, ...]:
    with pikepdf.open(io.BytesIO(stock.file("-booklet.pdf"))) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out)
    return booklet_differs(shown_in(stock, "pdf"), stock.files["stock.pdf"], out.getvalue()).findings


def test_pages_in_each_others_place_are_found(stock: Made) -> None:
    def swap(pdf: pikepdf.Pdf) -> None:
        drawn = pdf.pages[1].Resources.XObject
        one, other = sorted(drawn.keys())
        drawn[one], drawn[other] = drawn[other], drawn[one]

    first, second = changed_booklet(stock, swap)
    assert (first.rule, second.rule) == ("order", "order")
    assert first.message == "folded, its page 2 shows page 15 of the reading edition in place of page 2"


def test_a_word_that_is_another_one_is_found(stock: Made) -> None:
    def misprint(pdf: pikepdf.Pdf) -> None:
        form = next(page.Resources.XObject["/P9"] for page in pdf.pages if "/P9" in page.Resources.XObject)
        form.write(re.sub(rb"\] TJ", b"<0021>] TJ", form.read_bytes(), count=1))

    (found,) = changed_booklet(stock, misprint)
    assert (found.rule, found.at.file, found.at.line) == ("changed", "chapters/01-words.md", 1)


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
    found = paper_differs(shown_in(stock, "pdf"), out.getvalue(), "pdf").findings
    assert found_in(found, Fault("", "", "link", "This is {{< var product >}}", "chapters/00-preface.md"))
    assert found_in(found, Fault("", "", "anchor", "{#fig-chart", THINGS))
