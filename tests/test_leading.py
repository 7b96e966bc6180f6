"""From a finding back to the line of Markdown: places in finished outputs come in, lines of the manuscript go out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from conftest import BOOKS, Made
from lxml import etree, html as lxml_html

from ketapub import document as d
from ketapub.check.findings import Finding, Place, Result, Subject
from ketapub.check.leading import lead_back
from ketapub.check.leading.outline import Origin
from ketapub.check.leading.pages import read_page
from ketapub.check.leading.paper import Paper, row_foretold, row_found
from ketapub.check.leading.screens import Screens
from ketapub.check.pdf_tree import Element as Tag
from ketapub.problems import NOWHERE, Position
from ketapub.theme import load_theme

STOCK = BOOKS / "stock"
# Words that stand in an output and in no line: labels, numbers, what a callout is called.
MADE = {"label", "callout-kind", "note-number", "checkbox", "ref-number", "chapter-number", "backlinks", "noteref"}
BLOCKS = {"p", "li", "dt", "dd", "td", "th", "caption", "figcaption", "aside", "img"} | {f"h{n}" for n in range(1, 7)}


def written(stock: Made, folder: Path) -> Subject:
    """The outputs of the stock book in a folder, for checks to look at."""
    for name, data in stock.files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    names = {"pdf": "stock.pdf", "booklet": "stock-booklet.pdf", "epub": "stock.epub", "html": "stock.html"}
    files = {output: folder / name for output, name in (names | {"site": "site"}).items()}
    return Subject(stock.book, load_theme(), files, "ua-1", folder)


@pytest.fixture(scope="module")
def subject(stock: Made, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return written(stock, tmp_path_factory.mktemp("stock"))


@pytest.fixture(scope="module")
def screens(subject: Subject) -> dict[str, Screens]:
    return {output: Screens(subject, output) for output in ("html", "epub", "site")}


@pytest.fixture(scope="module")
def paper(subject: Subject) -> Paper:
    return Paper(subject, "pdf")


def line(at: Position) -> str:
    return (STOCK / at.file).read_text(encoding="utf-8").split("\n")[at.line - 1]


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def in_the_output(screens: Screens) -> Iterator[tuple[etree._Element, Origin]]:
    """Every element, as another parser reads it, and where it comes from."""
    for name, text in screens.texts.items():
        if name.endswith(".css"):
            continue
        root = etree.fromstring(text.encode()) if name.endswith(".xhtml") else lxml_html.fromstring(text.encode())
        elements = list(root.iter(etree.Element))
        read = screens.read(name)
        assert read is not None
        assert [etree.QName(one).localname for one in elements] == [one.tag for one in read.page.elements]
        yield from zip(elements, read.origins, strict=True)


def words_of(element: etree._Element) -> str:
    """The words of an element that somebody wrote."""
    name = etree.QName(element).localname
    if MADE & {*(element.get("class") or "").split()} or element.get("aria-hidden") or name in ("svg", "math"):
        return ""
    if name == "img":
        return element.get("alt") or ""
    return (element.text or "") + "".join(
        words_of(one) + (one.tail or "") for one in element.iter(etree.Element) if one.getparent() is element
    )


# --- every element that the manuscript has ---------------------------------------------------------------


@pytest.mark.parametrize("output", ["html", "epub", "site"])
def test_elements_lead_to_the_line_with_their_first_word(output: str, screens: dict[str, Screens]) -> None:
    asked, wrong = 0, []
    for element, origin in in_the_output(screens[output]):
        name, at = etree.QName(element).localname, origin.at
        first = next(filter(None, map(letters, words_of(element).split())), "")
        ours = {"draft-stamp", "backlinks"} & {*(element.get("class") or "").split()} or "-notes" in element.get(
            "id", ""
        )
        if name not in BLOCKS or not at.file.startswith("chapters/") or not first or ours:
            continue
        asked += 1
        within = line(at)
        # The words of a fact, of a citation and of a help line are not in the line that asks for them; a callout
        # begins with the line that opens it.
        elsewhere = "{{<" in within or "[@" in within or "[^" in within or within.startswith(":::")
        if first not in letters(within) and not elsewhere:
            wrong.append(f"{name} {words_of(element)[:40]!r} leads to {at}: {within!r}")
    assert not wrong
    assert asked > 90


def test_a_pdf_leads_where_a_page_does(paper: Paper, screens: dict[str, Screens]) -> None:
    """Blocks with the same words come from the same line."""
    lines: dict[str, set[Position]] = {}
    for element, origin in in_the_output(screens["html"]):
        if origin.at.file and etree.QName(element).localname in BLOCKS:
            lines.setdefault(letters("".join(element.itertext())), set()).add(origin.at)
    asked = 0
    for tag, origin in zip(paper.tags, paper.origins, strict=True):
        known = lines.get(letters(tag.text()), set())
        if tag.role in {"P", "H1", "H2", "H3", "TH", "TD", "Caption"} and len(known) == 1 and origin.at.file:
            asked += 1
            assert origin.at in known, tag.path
    assert asked > 60


def test_what_a_pdf_will_be_tagged_as_is_foretold(paper: Paper, stock_ua_2: Made, tmp_path: Path) -> None:
    newer = tmp_path / "stock.pdf"
    newer.write_bytes(stock_ua_2.file("stock.pdf"))
    second = replace(paper.subject, files={"pdf": newer}, standard="ua-2")
    for one in (paper, Paper(second, "pdf")):
        found = [(piece.name, piece.said) for piece in row_found(one.tags[0]) if not piece.loose]
        assert [(piece.name, piece.said) for piece in row_foretold(one.foretold) if not piece.loose] == found


# --- what a check says of a place ------------------------------------------------------------------------


def led(subject: Subject, output: str, *findings: Finding, check: str = "some-check") -> list[Finding]:
    (result,) = lead_back([Result(check, output, "failed", findings=findings)], subject)
    return list(result.findings)


def places_of(subject: Subject, output: str, *places: Place, check: str = "some-check") -> list[str]:
    found = led(subject, output, *(Finding("rule", "", place) for place in places), check=check)
    return [str(one.at) for one in found]


def test_selectors_and_lines_lead_to_one_place(subject: Subject, screens: dict[str, Screens]) -> None:
    part, wanted = "EPUB/things.xhtml", "chapters/02-things.md:8:1"
    text = screens["epub"].texts["things.xhtml"].split("\n")
    number = next(index for index, one in enumerate(text, 1) if "<table" in one)
    column = text[number - 1].index("<table") + 1
    places = (
        Place(part, element="//table[1]"),
        Place(part, element="#tbl-things > table"),
        Place("things.xhtml", element="section > div.table:not(p) > table:nth-child(1)"),
        Place(part, line=number, column=column),
        Place(part, line=number, column=column + 3),
        Place(part, element="#nowhere", line=number, column=column),
        Place(part, element="/HTML[1]/BODY[1]/SECTION[1]/DIV[1]/TABLE[1]"),
    )
    assert places_of(subject, "epub", *places) == [wanted] * len(places)
    behind = text[number - 1].index(">", column) + 2  # where another element begins
    assert places_of(subject, "epub", Place(part, line=number, column=behind), check="epubcheck") == [wanted]
    assert places_of(subject, "html", Place(element="#tbl-things > table")) == [wanted]
    assert places_of(subject, "site", Place("things.html", element="#tbl-things > table")) == [wanted]


def test_a_whole_file_leads_to_its_chapter(subject: Subject) -> None:
    whole = Place("EPUB/things.xhtml"), Place("EPUB/nav.xhtml"), Place()
    assert places_of(subject, "epub", *whole) == ["chapters/02-things.md:1:1", "", ""]


def test_an_xpath_counts_from_the_root() -> None:
    page = read_page(
        "<html><head><title>One</title></head><body><p>a<br>b</p><div><p>c</p><img><p>d</p></div></body></html>"
    )
    found = page.by_selector("/html[1]/body[1]/div[1]/p[2]")
    assert found is not None
    assert (page.elements[found].tag, page.pieces[found].said) == ("p", "d")
    assert page.by_selector("body > div:nth-child(2) > p:nth-child(3)") == found
    assert page.by_selector("/html[1]/body[1]/div[2]") is None
    assert page.by_selector("p:nth-child(9)") is None
    assert page.by_selector("p[[") is None


@pytest.mark.parametrize(
    ("line", "column", "tag"),
    [
        (1, 1, "p"),
        (1, 5, "em"),
        (1, 12, "em"),
        (1, 16, "p"),
        (2, 1, "div"),
        (2, 7, "div"),
        (2, 0, "div"),
        (3, 0, "div"),
    ],
)
def test_a_place_of_the_text_lies_in_the_innermost_element(line: int, column: int, tag: str) -> None:
    page = read_page("<p>a<em>b</em>cd\n<div>e\n</div></p>")
    found = page.by_spot(line, column)
    assert found is not None
    assert page.elements[found].tag == tag


def test_a_page_of_paper_leads_to_what_begins_there(subject: Subject) -> None:
    assert places_of(subject, "pdf", Place(page=9), Place(page=1)) == ["chapters/01-words.md:1:1", ""]
    untagged = replace(subject, standard="")
    assert places_of(untagged, "booklet", Place(page=6)) == ["chapters/02-things.md:1:1"]


def test_a_structure_element_leads_to_its_line(subject: Subject, paper: Paper) -> None:
    table = next(tag for tag in paper.tags if tag.role == "Table" and "Two" in tag.text())
    places = (Place(element=table.path), Place(element=f"{table.path}/TBody[7]/TR[1]"), Place("", 3, table.path))
    assert places_of(subject, "pdf", *places) == ["chapters/02-things.md:8:1"] * 3


def test_a_finding_that_knows_its_place_keeps_it(subject: Subject) -> None:
    known = Finding("rule", "", Place("EPUB/things.xhtml", element="#tbl-things"), Position("book.toml", 3))
    assert led(subject, "epub", known) == [known]


# --- what is not the manuscript's fault ------------------------------------------------------------------


def test_a_fault_of_a_template_names_it(subject: Subject) -> None:
    skip, style = led(
        subject, "html", Finding("r", "", Place(element="a.skip")), Finding("r", "", Place(element="style"))
    )
    assert skip.at == NOWHERE
    assert re.fullmatch(r"template page\.html, line \d+", skip.made_by)
    assert style.made_by == "style sheet web.css"
    (call,) = led(subject, "site", Finding("r", "", Place("things.html", element=".crisis a")))
    assert call.made_by.startswith("template crisis.xml")
    (index,) = led(subject, "site", Finding("r", "", Place("book-index.html", element="h1")))
    assert index.made_by == "our markup"
    (title,) = led(subject, "epub", Finding("rule", "", Place("EPUB/title.xhtml", element="#book-title")))
    assert title.made_by.startswith("template title.xml")
    (contents,) = led(subject, "pdf", Finding("rule", "", Place(element="Document[1]/Sect[4]")))
    assert contents.made_by.startswith("template ")


def test_a_template_of_the_book_is_a_place_of_the_book(stock: Made, tmp_path: Path) -> None:
    text = '{{ pages }}\n<section class="title-page">\n<h1 id="book-title">{{ book.title }}</h1></section>'
    own = d.OwnTemplate("look/title.xml", text)
    subject = written(stock, tmp_path)
    subject = replace(subject, book=replace(stock.book, templates={"title.xml": own}))
    (found,) = led(subject, "epub", Finding("rule", "", Place("EPUB/title.xhtml", element="#book-title")))
    assert (str(found.at), found.made_by) == ("look/title.xml:3", "template title.xml")


def test_a_style_sheet_is_named(subject: Subject) -> None:
    screens = {"epub": Screens(subject, "epub")}
    sheet = screens["epub"].texts["style.css"].split("\n")
    own = "aside.callout { border-color: crimson }"
    screens["epub"].texts["style.css"] = "\n".join([*sheet, own])
    themed = subject.theme.css["epub.css"].split("\n")
    line = next(index for index, one in enumerate(sheet, 1) if len(one) > 30 and one in themed)
    theme = replace(subject.book.info.theme, css=("look.css",))
    with_sheet = replace(subject.book, info=replace(subject.book.info, theme=theme), styles=(own,))
    screens["epub"].subject = replace(subject, book=with_sheet)
    css = screens["epub"].origin(Place("EPUB/style.css", line=line))
    assert css == Origin(made_by="style sheet epub.css")
    its = screens["epub"].origin(Place("EPUB/style.css", line=len(sheet) + 1))
    assert its == Origin(Position("look.css"), "style sheet look.css")
    findings = [
        Finding("color-contrast", "", Place("EPUB/things.xhtml", element="#tbl-things")),
        Finding("OPF-001", "", Place("EPUB/content.opf", line=1)),
    ]
    colour, package = led(subject, "epub", *findings)
    assert (str(colour.at), colour.made_by) == ("chapters/02-things.md:8:1", "style sheet epub.css")
    assert package.made_by == "the package file content.opf"


# --- files that were changed since -----------------------------------------------------------------------

Change = Callable[[etree._Element], None]


def remove(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def double(element: etree._Element) -> None:
    element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))


def rename(element: etree._Element) -> None:
    element.tag = "{http://www.w3.org/1999/xhtml}blink"


def reword(element: etree._Element) -> None:
    for one in list(element):
        element.remove(one)
    element.text = "Quite other words"


def strip(element: etree._Element) -> None:
    for name in list(element.attrib):
        del element.attrib[name]


@pytest.mark.parametrize("change", [remove, double, rename, reword, strip])
def test_a_change_does_not_move_what_stands_around_it(
    change: Change, subject: Subject, screens: dict[str, Screens]
) -> None:
    """Each block of a chapter in turn: it leads where it did, if it is still there, and so does every other one."""
    right, asked, itself = 0, 0, []
    for name in ("words.xhtml", "things.xhtml"):
        text = screens["epub"].texts[name]
        whole = screens["epub"].read(name)
        assert whole is not None
        blocks = [index for index, one in enumerate(whole.page.elements) if one.tag in BLOCKS][::4]
        for block in blocks:
            root = etree.fromstring(text.encode())
            elements = list(root.iter(etree.Element))
            was = dict(zip(elements, whole.origins, strict=True))
            change(elements[block])
            other = Screens(subject, "epub")
            other.texts, other.traced = {name: etree.tostring(root, encoding="unicode")}, screens["epub"].traced
            now = other.read(name)
            assert now is not None
            is_now = dict(zip(root.iter(etree.Element), now.origins, strict=True))
            asked += sum(one in was for one in is_now)
            right += sum(is_now[one] == was[one] for one in is_now if one in was)
            itself += [
                is_now[one] == was[elements[block]]
                for one in (elements[block], twin(change, elements[block]))
                if one in is_now
            ]
    assert asked > 1000
    assert right / asked > 0.995
    assert change is remove or itself.count(True) / len(itself) > 0.95


def twin(change: Change, element: etree._Element) -> etree._Element | None:
    return element.getnext() if change is double else None


def kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    return [kid for kid in element.K if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


@pytest.mark.parametrize("change", ["remove", "double", "rename"])
def test_a_change_of_a_pdf_does_not_move_what_stands_around_it(change: str, paper: Paper, tmp_path: Path) -> None:
    was = {
        letters(tag.text()): origin for tag, origin in zip(paper.tags, paper.origins, strict=True) if tag.role == "P"
    }
    with pikepdf.open(io.BytesIO(paper.subject.files["pdf"].read_bytes())) as pdf:
        document = pdf.Root.StructTreeRoot.K[0]
        chapter = next(one for one in kids(document) if any(kid.S == "/Table" for kid in kids(one)))
        second = [kid for kid in kids(chapter) if kid.S == "/P"][1]
        others = list(chapter.K)
        if change == "rename":
            second.S = pikepdf.Name.H6
        else:
            at = next(index for index, kid in enumerate(others) if getattr(kid, "objgen", None) == second.objgen)
            others[at : at + 1] = [] if change == "remove" else [second, second]
            chapter.K = pikepdf.Array(others)
        pdf.save(tmp_path / "stock.pdf")
    changed = Paper(replace(paper.subject, files={"pdf": tmp_path / "stock.pdf"}), "pdf")
    changed.foretold = paper.foretold
    found = [
        (tag, origin) for tag, origin in zip(changed.tags, changed.origins, strict=True) if tag.role in ("P", "H6")
    ]
    assert len(found) > 60
    assert [tag.path for tag, origin in found if origin != was[letters(tag.text())] and is_alone(tag, paper)] == []


def is_alone(tag: Tag, paper: Paper) -> bool:
    """Whether no other paragraph has its words."""
    return sum(letters(one.text()) == letters(tag.text()) for one in paper.tags if one.role == "P") == 1


@pytest.mark.parametrize("output", ["pdf", "booklet", "epub", "html"])
def test_a_broken_file_has_no_places(output: str, stock: Made, tmp_path: Path) -> None:
    subject = written(stock, tmp_path)
    subject.files[output].write_bytes(b"%PDF-1.7 and no more")
    place = Place("EPUB/things.xhtml", page=3, element="//p[1]", line=3)
    (found,) = led(subject, output, Finding("syntax", "", place))
    assert (found.at, found.made_by) == (NOWHERE, "")
