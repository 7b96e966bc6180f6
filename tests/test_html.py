"""The one HTML file: its page allows our script and no other, and has what that script looks for."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from conftest import Made
from lxml import etree, html

from ketapub.locale import languages, words
from ketapub.templates import render
from ketapub.theme import load_theme

SCRIPT = load_theme().read("reader.js").decode()


@pytest.fixture(scope="module")
def page(stock: Made) -> etree._Element:
    return html.document_fromstring(stock.file(".html"), parser=html.HTMLParser(encoding="utf-8"))


def test_the_policy_knows_the_script_by_its_hash(page: etree._Element) -> None:
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    (script,) = page.xpath("//script[not(@type)]")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert (rules["default-src"], rules["form-action"]) == ("'none'", "'none'")
    assert script.text == SCRIPT
    assert not script.attrib


def test_the_script_is_small_and_fetches_keeps_and_writes_nothing() -> None:
    assert len(SCRIPT.encode()) <= 10_000
    forbidden = r"innerHTML|outerHTML|insertAdjacent|eval|Function\(|\bfetch\(|XMLHttp|\bimport\b|Storage|cookie|document\.write"
    assert re.findall(forbidden, SCRIPT) == []


def test_nothing_for_the_script_shows_without_it(page: etree._Element) -> None:
    """What it adds stands in a template, which no browser shows; the switch is hidden."""
    (template,) = page.xpath("//template")
    assert [element.tag for element in template] == ["button", "span", "p"]
    (switch,) = page.xpath("//*[@class='citation-switch']")
    assert "hidden" in switch.attrib
    assert page.xpath("//button[not(ancestor::template)] | //input[not(ancestor::*[@hidden])]") == []


@pytest.mark.parametrize("language", languages())
def test_what_the_script_adds_is_in_the_language_of_the_book(language: str) -> None:
    word = words(language)
    part = html.fragment_fromstring(str(render("reader.xml", words=word, link="")))
    assert "{heading}" in part.find("button").get("aria-label")
    said = [text.strip() for text in part.itertext() if text.strip()]
    assert said == [word["go-to-reference"], word["close"]]
    assert dict(part.find("p").attrib) == {
        "class": "said",
        "role": "status",
        "data-copied": word["link-copied"],
        "data-in-address": word["link-in-address"],
    }
    switch = html.fragment_fromstring(str(render("citation-switch.xml", words=word)))
    assert switch.find("label").text_content().strip() == word["hide-citations"]


def test_the_page_has_what_the_script_looks_for(page: etree._Element) -> None:
    """Headings with ids; citations that lead to an entry of a list; ways back, which a preview leaves out."""
    assert len(page.xpath("//section[contains(@class, 'chapter')]//*[@id and starts-with(@class, 'level-')]")) > 10
    entries = set(page.xpath("//ol[contains(@class, 'references')]/li/@id"))
    cited = page.xpath("//*[contains(@class, 'citation')]//a[@role='doc-biblioref']/@href")
    assert len(cited) > 10
    assert {address.removeprefix("#") for address in cited} <= entries
    assert len(page.xpath("//li[@id]//*[@class='backlinks']//a[@role='doc-backlink']")) >= len(cited) - 5
    assert page.xpath("//*[@class='noteref']/a[starts-with(@href, '#')]")
    assert page.xpath("//*[@class='note']//*[@class='note-number']")
