"""Handouts on a screen: what the sheet says and in its order, fields that go nowhere, and what stands behind."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree, html
from test_handouts import CLINIC, SHEET, TODAY, book_with, resolved

from ketapub.editions import select
from ketapub.formats.made import Made
from ketapub.handouts import Asked
from ketapub.handouts.clinics import Clinic, Extra
from ketapub.handouts.page import handout_page
from ketapub.handouts.sheet import Kind, Resolved, page
from ketapub.handouts.work import write_handouts
from ketapub.info import CrisisSettings
from ketapub.problems import Problems
from ketapub.theme import load_theme

MORE = """
## What it costs

| For | Price |
|:----|:------|
| One visit | {{< blank "Price of one visit" hidden=true >}} |

A [term](#gls-remission) that nobody knows.

{{< slice #wrn-care >}}

::: {.teach-back}"""
NOTE = """
## Take care {#sec-care}

This book is no doctor. See @fig-chart, and [there](#fig-chart).

::: {.callout-warning #wrn-care title="Hot"}
Wait.
:::

::: {.content-visible when-format="pdf"}
Turn the page.
:::

![](../images/dot.png){alt="A dot" width=50%}
"""
OWN = dataclasses.replace(
    CLINIC,
    extra=(Extra(text="Park behind the house.", approved_by="Dr. Sample", date=TODAY),),
    crisis=CrisisSettings(call="0800-OWN", emergency="110"),
)
# What holds a run of words of its own, on paper and on the screen.
SAID = " or ".join(f"self::{name}" for name in ("p", "li", "h1", "h2", "h3", "th", "td", "caption", "legend"))


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Resolved:
    root = book_with(tmp_path_factory.mktemp("screen"), SHEET.replace("\n::: {.teach-back}", MORE))
    chapter = root / "chapters/02-things.md"
    chapter.write_text(chapter.read_text("utf-8") + NOTE, "utf-8")
    with (root / "book.toml").open("a", encoding="utf-8") as settings:
        settings.write('[site]\nsafety-note = "sec-care"\n')
    (found,) = resolved(root)
    return found


def made(sheet: Resolved, clinic: Clinic | None = None) -> bytes:
    problems = Problems()
    data = handout_page(sheet, clinic, load_theme(), Made(), problems)
    assert not problems.found
    return data


def parsed(data: bytes) -> etree._Element:
    """By the rules of HTML; the page is well-formed XML too, but for the slash of its empty elements."""
    return html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))


def with_id(tree: etree._Element, id: str) -> etree._Element:
    found: list[etree._Element] = tree.xpath("//*[@id=$id]", id=id)
    return found[0]


@pytest.fixture(scope="module", params=[None, CLINIC, OWN], ids=["general", "clinic", "own"])
def clinic(request: pytest.FixtureRequest) -> Clinic | None:
    found: Clinic | None = request.param
    return found


@pytest.fixture(scope="module")
def tree(sheet: Resolved, clinic: Clinic | None) -> etree._Element:
    return parsed(made(sheet, clinic))


# --- what it says ----------------------------------------------------------------------------------------------------


def words_in(element: etree._Element) -> str:
    """Without citations, which paper has not, and without boxes to tick."""
    shown = "".join(element.xpath(".//text()[not(ancestor::*[contains(@class, 'citation')])]"))
    return " ".join(shown.replace("☐", "").split()).replace(" .", ".")


def said(root: etree._Element) -> list[str]:
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    found = root.xpath(f"//*[{SAID}][not(ancestor::*[contains(@class, 'strip')])]")
    return [text for one in found if (text := words_in(one))]


def test_it_says_all_that_the_sheet_says_in_its_order(sheet: Resolved, clinic: Clinic | None) -> None:
    book = select(sheet.book, Problems(), format="pdf", edition="handout", clinic=clinic.id if clinic else "")
    on_paper = said(etree.fromstring(page(sheet, book, clinic, Kind(), 2, 3)))
    on_screen = iter(said(parsed(made(sheet, clinic))))
    assert len(on_paper) > 25
    assert [text for text in on_paper if text not in on_screen] == []  # each is looked for behind the one before


def test_danger_comes_first_as_a_link(tree: etree._Element, clinic: Clinic | None) -> None:
    (crisis,) = tree.xpath("//section[@class='crisis']")
    before = ["#main"]
    own = ["tel:110", "tel:0800696"]
    ways = own if clinic is OWN else ["tel:112", "tel:08004357", "sms:1234", "https://help.example"]
    assert crisis.xpath(".//a/@href") == ways
    assert tree.xpath("//a/@href")[: len(ways) + 1] == before + ways


def test_it_has_one_title_a_language_landmarks_and_a_way_past_them(tree: etree._Element, sheet: Resolved) -> None:
    assert [one.text_content() for one in tree.xpath("//h1")] == ["What comes next?"]
    assert tree.get("lang") == "en-GB"
    assert [one.tag for one in tree.xpath("/html/body/*")] == ["a", "header", "main"]
    assert tree.xpath("/html/body/a/@href") == ["#main"]
    assert tree.xpath("//title")[0].text == "What comes next? · H1"
    levels = [int(one.tag[1]) for one in tree.xpath("//h1|//h2|//h3|//h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_draft_says_so(tree: etree._Element, sheet: Resolved) -> None:
    (bar,) = tree.xpath("//div[@class='draftbar']")
    assert bar.text_content().strip() == "Draft for tests"
    signed = dataclasses.replace(sheet, book=dataclasses.replace(sheet.book, signed=True))
    assert b"Draft for tests" not in made(signed)


# --- fields ----------------------------------------------------------------------------------------------------------


def test_every_field_has_a_name(tree: etree._Element, clinic: Clinic | None) -> None:
    names = []
    for field in tree.xpath("//input | //textarea"):
        label = field.xpath("ancestor::label[1]")
        titled = [words_in(with_id(tree, id)) for id in field.get("aria-labelledby", "").split()]
        names.append(field.get("aria-label") or " ".join(titled) or words_in(label[0]))
    assert all(names)
    blank = ["Clinic", "Clinic phone", "After hours"]
    patient = ["Patient name", "Date", "Clinician", "Next visit", "First", "Later"]
    assert names[: len(patient)] == patient if clinic else names[: len(blank + patient)] == blank + patient
    assert names[-2:] == ["Price of one visit", "My questions and notes"]
    assert "Name of my ride" in names


def test_nothing_can_send_or_keep_what_is_typed(tree: etree._Element) -> None:
    assert tree.xpath("//form | //button | //script | //iframe | //object | //link | //@onclick | //@style") == []
    fields = tree.xpath("//input | //textarea")
    assert {one.get("type", one.tag) for one in fields} == {"text", "checkbox", "textarea"}
    assert not any(one.get("name") or one.get("form") or one.get("value") for one in fields)
    assert all(one.get("autocomplete") == "off" for one in fields if one.get("type") != "checkbox")
    (note,) = tree.xpath("//*[@id='handout-fields']")
    assert "Nothing is sent or stored" in note.text_content()


def test_the_policy_allows_its_style_sheet_alone(tree: etree._Element) -> None:
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = tree.xpath("//style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert dict(rule.split(" ", 1) for rule in policy.split("; ")) == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "font-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert {address[:5] for address in re.findall(r'url\("([^"]+)"\)', style.text)} == {"data:"}
    assert all(address.startswith("data:") for address in tree.xpath("//@src"))


# --- behind the text -------------------------------------------------------------------------------------------------


def test_citations_lead_to_references_and_back(tree: etree._Element) -> None:
    (citation,) = tree.xpath("//a[@role='doc-biblioref']")
    entry = with_id(tree, citation.get("href")[1:])
    assert "Halpern" in words_in(entry)
    assert entry in tree.xpath("//ol/li")
    (back,) = entry.xpath(".//a[@role='doc-backlink']/@href")
    assert with_id(tree, back[1:]) in list(citation.iterancestors())


def test_the_safety_note_and_linked_terms_stand_behind_and_lead_nowhere(tree: etree._Element) -> None:
    note, terms = tree.xpath("//section[@class='behind']")
    assert tree.xpath("//p[@class='from-book']")[0].text.startswith("What follows is from the book “")
    assert words_in(note).startswith("Take care This book is no doctor. See Figure 2.1 of the book, and there.")
    assert "Turn the page" not in words_in(note)
    assert note.xpath(".//img[starts-with(@src, 'data:image/')]/@alt") == ["A dot"]
    assert 'img[data-width="50%"]' in tree.xpath("//style")[0].text
    assert terms.xpath(".//dt/text()") == ["Remission"]
    assert note.xpath(".//a") + terms.xpath(".//a") == []


def test_a_callout_of_the_safety_note_may_stand_in_the_text_too(tree: etree._Element) -> None:
    ids = tree.xpath("//@id")
    assert {"wrn-care", "book-wrn-care"} <= set(ids)
    assert len(ids) == len(set(ids))


# --- what is made ----------------------------------------------------------------------------------------------------


def test_a_page_stands_beside_its_sheets_and_a_list_of_all(tmp_path: Path) -> None:
    root = book_with(tmp_path)
    (root / "clinics").mkdir()
    (root / "clinics/river.toml").write_text(
        'name = "River & Co"\nphone = "555-555-0101"\nafter-hours = "555-555-0102"\npaper = "a4"\n', "utf-8"
    )
    built = write_handouts(root, tmp_path / "out", Asked(clinics=("river",)), as_of=TODAY)
    folder = "handouts/river/"
    names = ["h1-next-a4.pdf", "h1-next-a4-large.pdf", "h1-next.html", "index.html"]
    assert {folder + name for name in names} <= {file.path for file in built.outputs}
    index = parsed((tmp_path / "out" / folder / "index.html").read_bytes())
    sheets = ["h1-next.html", "h1-next-a4.pdf", "h1-next-a4-large.pdf"]
    assert [one for one in index.xpath("//main//a/@href") if one != "how-to-print.pdf"] == sheets
    shown = " ".join(index.xpath("//main")[0].text_content().split())
    assert "Handouts of River & Co" in shown
    assert "A4 paper, large print (18 pt) (PDF, pages: 2, " in shown
    assert re.search(r"Version H1 · \S+ · \w{4} Draft for tests", shown)
    assert index.xpath("//script | //form") == []
