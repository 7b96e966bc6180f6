"""The site: nothing comes from elsewhere, and pages tell how finished the book is. Links and weights: test_links.py."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import posixpath
import re
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest
from conftest import Made
from lxml import etree
from reading import site_pages

from ketapub import document as d
from ketapub.editions import select
from ketapub.formats.claims import NO_CLAIMS
from ketapub.formats.made import Made as MadeSoFar
from ketapub.formats.site import make_site
from ketapub.formats.site.assets import split_dark
from ketapub.formats.site.statement import features
from ketapub.info import CrisisSettings, SiteSettings
from ketapub.locale import words
from ketapub.outputs import OutputFile
from ketapub.problems import Problems
from ketapub.theme import load_theme

WORDS = words("en")
NOTED = "words-what-a-sentence-can-hold"  # a section with notes, citations and boxes


@pytest.fixture(scope="module")
def pages(stock: Made) -> dict[str, etree._Element]:
    return site_pages(stock.files)


@pytest.fixture(scope="module")
def book(stock: Made) -> d.Book:
    return select(stock.book, Problems(), format="site")


def made_again(book: d.Book, files: Mapping[str, bytes] = {}, problems: Problems | None = None) -> dict[str, bytes]:
    """A site of the book with these downloads, without a cover, and without fonts, which take longer than the rest."""
    counts = {name: 7 for name in files if name.endswith(".pdf")}
    so_far = MadeSoFar(page_counts=counts, files=tuple(OutputFile(*file) for file in files.items()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ketapub.formats.site.assets.cut_faces", lambda *_: iter(()))
        bundle = make_site(book, load_theme(), so_far, problems or Problems())
    return {file.path: file.data for file in bundle}


def with_info(book: d.Book, **changes: Any) -> d.Book:
    return dataclasses.replace(book, info=dataclasses.replace(book.info, **changes))


@pytest.fixture(scope="module")
def elsewhere(book: d.Book) -> dict[str, bytes]:
    """The site of a signed book with an address, a safety note and words for a crisis."""
    crisis = dataclasses.replace(book.info.crisis or CrisisSettings(), search_words=("harm myself",))
    settings = SiteSettings(url="https://book.example/guide", safety_note=NOTED)
    there = with_info(book, site=settings, crisis=crisis)
    return made_again(dataclasses.replace(there, signed=True))


# --- files -------------------------------------------------------------------------------------------------


def test_text_shows_before_its_fonts_are_there(stock: Made) -> None:
    assert stock.files["site/style.css"].count(b"font-display: swap") == stock.files["site/style.css"].count(
        b"@font-face"
    )


def test_the_policy_allows_nothing_in_a_page_and_nothing_from_elsewhere(pages: dict[str, etree._Element]) -> None:
    for name, root in pages.items():
        (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        rules = dict(rule.split(maxsplit=1) for rule in policy.split("; "))
        assert rules["default-src"] == "'none'"
        allowed = {"'self'", "'none'"} | ({"'wasm-unsafe-eval'"} if name == "search.html" else set())
        assert {source for rule in rules.values() for source in rule.split()} <= allowed, name
        assert root.xpath("//meta[@name='referrer']/@content") == ["no-referrer"]
        for element in root.iter(etree.Element):
            assert element.tag not in ("style", "iframe", "object", "embed", "base"), name
            if element.tag == "script" and element.get("type") != "application/ld+json":  # data, which nothing runs
                assert element.get("src"), name
                assert not element.text, name
            assert not any(key == "style" or key.startswith("on") for key in element.attrib), (name, element.tag)


# --- pages -----------------------------------------------------------------------------------------------------


def test_a_page_has_one_heading_one_main_and_a_way_to_it(pages: dict[str, etree._Element]) -> None:
    for name, root in pages.items():
        assert len(list(root.iter("main"))) == len(list(root.iter("h1"))) == 1, name
        assert next(root.iter("a")).get("href") == f"#{next(root.iter('main')).get('id')}"
        assert root.findtext(".//title")


def test_chapters_follow_each_other_both_ways(book: d.Book, pages: dict[str, etree._Element]) -> None:
    names = [f"{chapter.name}.html" for chapter in book.chapters]
    for before, here, after in zip([None, *names], names, [*names[1:], None], strict=False):
        assert pages[here].xpath("//a[@rel='prev']/@href") == [name for name in [before] if name]
        assert pages[here].xpath("//a[@rel='next']/@href") == [name for name in [after] if name]
        current = pages[here].xpath("//nav//a[@aria-current='page']/@href")
        assert current == [here] * (here in pages[here].xpath("//nav[@role='doc-toc']//a/@href"))


def test_a_chapter_tells_its_edition_and_how_to_cite_it(pages: dict[str, etree._Element]) -> None:
    page = pages["words.html"]
    (edition,) = page.find_class("edition")
    (cite,) = page.find_class("citation-text")
    assert edition.text == "Version 1 · January 15, 2026 · Draft for tests"
    assert cite.text == (
        "Ada Example, Bruno Muster. Chapter 1: Words in a row. The Stock Book: Every construct once. "
        "Version 1, Example Press, January 15, 2026."
    )


def test_the_landing_page_says_how_finished_the_book_is_before_any_button(pages: dict[str, etree._Element]) -> None:
    hero = pages["index.html"].find_class("hero")[0]
    said = [element.get("class") for element in hero.iter("p", "a") if element.get("class") in ("state", "button")]
    assert said == ["state", "button"]


def test_readers_are_offered_what_this_run_made_for_them(stock: Made, pages: dict[str, etree._Element]) -> None:
    """The EPUB and the PDF with pages, size and check sum; the booklet is for whoever prints it."""
    items = pages["index.html"].xpath("//ul[@class='downloads']/li")
    offered = [item.find(".//a").get("href") for item in items]
    assert offered == ["downloads/stock.epub", "downloads/stock.pdf"]
    assert {name for name in stock.files if "downloads" in name} == {f"site/{path}" for path in offered}
    for path, item in zip(offered, items, strict=True):
        data = stock.files[posixpath.basename(path)]
        assert stock.files[f"site/{path}"] == data
        assert item.findtext(".//code") == hashlib.sha256(data).hexdigest()
    facts = [item.find_class("facts")[0].text for item in items]
    assert re.fullmatch(r"EPUB, [\d.]+ [MK]B, January 15, 2026", facts[0])
    assert re.fullmatch(r"PDF, pages: \d+, \d+ KB, January 15, 2026", facts[1])


def test_without_downloads_none_are_promised(elsewhere: dict[str, bytes]) -> None:
    landing = site_pages(elsewhere)["index.html"]
    assert not landing.find_class("downloads")
    assert not landing.xpath("//a[@href='#site-downloads']")
    assert not landing.find_class("cover")


def test_large_print_is_offered_and_files_for_printers_are_not(book: d.Book) -> None:
    names = ("stock-large-print.pdf", "stock-press.pdf", "stock-booklet.pdf", "stock-cover.pdf")
    files = made_again(book, dict.fromkeys(names, b"%PDF"))
    assert [name for name in files if "downloads" in name] == ["site/downloads/stock-large-print.pdf"]
    assert b"PDF, pages: 7, 1 KB" in files["site/index.html"]


# --- what the outside is told ------------------------------------------------------------------------------------


def test_a_draft_is_not_for_search_engines(pages: dict[str, etree._Element], elsewhere: dict[str, bytes]) -> None:
    for name, root in pages.items():
        assert root.xpath("//meta[@name='robots']/@content") == ["noindex"], name
    for name, root in site_pages(elsewhere).items():
        assert root.xpath("//meta[@name='robots']/@content") == ["noindex"] * (name == "404.html"), name


def test_an_address_gives_canonical_links_and_a_map(
    stock: Made, pages: dict[str, etree._Element], elsewhere: dict[str, bytes]
) -> None:
    assert "site/sitemap.xml" not in stock.files
    assert not pages["words.html"].xpath("//link[@rel='canonical'] | //meta[starts-with(@property, 'og:')]")
    there = site_pages(elsewhere)
    address = "https://book.example/guide/words.html"
    assert there["words.html"].xpath("//link[@rel='canonical']/@href") == [address]
    assert there["words.html"].xpath("//meta[@property='og:url']/@content") == [address]
    assert there["words.html"].find_class("citation-text")[0].text.endswith(f" {address}")
    places = etree.fromstring(elsewhere["site/sitemap.xml"]).xpath("//*[local-name()='loc']/text()")
    assert set(places) == {
        "https://book.example/guide/" + ("" if name == "index.html" else name) for name in there if name != "404.html"
    }


def test_the_missing_page_works_at_any_depth(elsewhere: dict[str, bytes]) -> None:
    missing = site_pages(elsewhere)["404.html"]
    addresses = missing.xpath("//head//@href | //script/@src | //body//a/@href")
    assert len(addresses) > 10
    assert [one for one in addresses if not one.startswith(("https://", "#", "tel:", "sms:"))] == []


def test_without_an_address_none_is_claimed(pages: dict[str, etree._Element]) -> None:
    """Nothing absolute: the site may stand anywhere, and the page that is missing leads back from its own folder."""
    for name, root in pages.items():
        assert not root.xpath("//link[@rel='canonical'] | //meta[starts-with(@property, 'og:')]"), name
        (address,) = {one.get("href") for one in root.find_class("book")[0].iter("a")}
        assert address == "index.html", name


def test_an_address_tells_whoever_shares_a_page_what_it_is(elsewhere: dict[str, bytes]) -> None:
    there = site_pages(elsewhere)
    for name, type in (("index.html", "book"), ("words.html", "article"), ("search.html", "website")):
        told = {one.get("property"): one.get("content") for one in there[name].xpath("//meta[@property]")}
        assert told["og:type"] == type
        assert told["og:url"] == "https://book.example/guide/" + ("" if name == "index.html" else name)
        assert told["og:title"] in there[name].findtext(".//title")
        assert told["og:locale"] == "en_GB"
    assert not there["404.html"].xpath("//link[@rel='canonical'] | //meta[@property]")


# --- what machines are told ----------------------------------------------------------------------------------------


def read_metadata(root: etree._Element) -> Any:
    (block,) = root.xpath("//script[@type='application/ld+json']")
    return json.loads(block.text)


def test_the_landing_page_describes_the_book(elsewhere: dict[str, bytes], pages: dict[str, etree._Element]) -> None:
    here, there = read_metadata(pages["index.html"]), read_metadata(site_pages(elsewhere)["index.html"])
    assert here["@type"] == there["@type"] == "Book"
    assert here["name"] == "The Stock Book"
    assert here["accessMode"] == ["textual", "visual", "chartOnVisual"]
    assert "url" not in here
    assert there["url"] == "https://book.example/guide/"
    assert (here["creativeWorkStatus"], there.get("creativeWorkStatus")) == ("Draft", None)


def test_the_page_of_a_chapter_describes_it_as_part_of_the_book(
    book: d.Book, elsewhere: dict[str, bytes], pages: dict[str, etree._Element]
) -> None:
    there = site_pages(elsewhere)
    whole = read_metadata(there["index.html"])
    for chapter in book.chapters:
        said = read_metadata(there[f"{chapter.name}.html"])
        assert said["@type"] == "Chapter"
        assert said["name"] == d.plain_text(d.bare(chapter.heading.children))
        assert said.get("position", "") == chapter.heading.number
        assert said["url"] == f"https://book.example/guide/{chapter.name}.html"
        assert {said["isPartOf"][name] == whole[name] for name in ("@type", "@id", "name", "url")} == {True}
        assert "url" not in read_metadata(pages[f"{chapter.name}.html"])
    assert not [name for name in ("search.html", "404.html") if there[name].xpath("//script[@type]")]


# --- what readers are told first -----------------------------------------------------------------------------------


def test_the_safety_note_is_the_section_of_the_book(
    book: d.Book, elsewhere: dict[str, bytes], pages: dict[str, etree._Element]
) -> None:
    """With its words and boxes, and the way to it; numbers of notes and citations stay in the chapter."""
    assert not pages["index.html"].find_class("passage")
    landing = site_pages(elsewhere)["index.html"]
    (passage,) = landing.find_class("passage")
    found = d.section_of(book.chapters, NOTED)
    assert found is not None
    assert landing.get_element_by_id("site-safety").text == f"Safety note: {d.plain_text(found[0].children)}"
    assert passage.xpath("./following-sibling::p/a/@href") == [f"{book.chapter_of[NOTED]}.html#{NOTED}"]
    said, words_there = passage.text_content(), [one for one in found[1] if isinstance(one, d.Paragraph)]
    assert words_there
    for paragraph in words_there:
        assert d.plain_text(d.bare(paragraph.children)).strip()[:30] in said
    assert not passage.xpath(".//*[@role='doc-noteref' or @role='doc-biblioref' or contains(@class, 'citation')]")


def test_a_safety_note_ends_where_its_section_ends(book: d.Book) -> None:
    headings = [block for chapter in book.chapters for block in chapter.blocks if isinstance(block, d.Heading)]
    for heading in headings:
        found = d.section_of(book.chapters, heading.attributes.id)
        assert found is not None
        inside = [block.level for block in found[1] if isinstance(block, d.Heading)]
        assert not [level for level in inside if level <= heading.level]


def test_features_follow_the_book(book: d.Book) -> None:
    def names(of: d.Book) -> set[str]:
        return {one.name for one in features(of, NO_CLAIMS)}

    def without_alt(node: d.Node) -> d.Node:
        return dataclasses.replace(node, alt="") if isinstance(node, d.Image) else node

    def without_index(node: d.Node) -> d.Node | None:
        return None if isinstance(node, d.Index) else node

    assert names(book).isdisjoint({"math", "page-breaks"})
    assert {"read-aloud", "alternative-text", "index", "long-descriptions", "no-conformance"} <= names(book)
    silent = dataclasses.replace(book, chapters=d.map_nodes(book.chapters, without_alt))
    assert not {"read-aloud", "alternative-text"} & names(silent)
    assert "not-all-aloud" in names(silent)
    assert "index" not in names(dataclasses.replace(book, chapters=d.map_nodes(book.chapters, without_index)))


# --- search, weight, sameness --------------------------------------------------------------------------------------


def test_crisis_words_and_lines_wait_on_the_search_page(
    pages: dict[str, etree._Element], elsewhere: dict[str, bytes]
) -> None:
    assert not pages["search.html"].find_class("search-crisis")[0].get("data-words").strip("[]")
    (section,) = site_pages(elsewhere)["search.html"].find_class("search-crisis")
    assert json.loads(section.get("data-words")) == ["harm myself"]
    assert section.xpath(".//a/@href")[0] == "tel:112"


def test_search_knows_every_chapter_but_the_index(stock: Made, book: d.Book) -> None:
    entry = json.loads(stock.files["site/pagefind/pagefind-entry.json"])
    assert [one["page_count"] for one in entry["languages"].values()] == [len(book.chapters) - 1]
    assert not [name for name in stock.files if "pagefind-ui" in name or "playground" in name]


def test_a_site_without_search_says_why(book: d.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: list[Any], **_: Any) -> None:
        raise subprocess.CalledProcessError(1, command, stderr=b"no room")

    monkeypatch.setattr(subprocess, "run", fail)
    problems = Problems()
    made_again(book, problems=problems)
    assert [(one.code, one.message) for one in problems.found] == [
        ("no-search-index", "Pagefind made no search index: no room")
    ]


def test_same_bytes_again(stock: Made, book: d.Book) -> None:
    downloads = {name: stock.files[name] for name in ("stock.epub", "stock.pdf")}
    first, again = made_again(book, downloads), made_again(book, downloads)
    assert first == again
    assert len(first) > 30


def test_dark_rules_are_taken_out_and_freed_of_their_condition() -> None:
    light, dark = split_dark(
        "a { top: 0 }"
        "@media screen { @media (prefers-color-scheme: dark) { a { color: red } } b { top: 1px } }"
        "@media (prefers-contrast: more) and (prefers-color-scheme: dark) { a { color: blue } }"
        "@media print, (prefers-color-scheme: dark) { a { top: 2px } }"
        "@media print { a { top: 3px } }"
    )
    assert "".join(light.split()) == (
        "a{top:0}@mediascreen{b{top:1px}}@mediaprint,(prefers-color-scheme:dark){a{top:2px}}@mediaprint{a{top:3px}}"
    )
    assert "".join(dark.split()) == (
        "@mediascreen{@mediaall{a{color:red}}}@media(prefers-contrast:more){a{color:blue}}"
    )


def test_a_book_may_bring_a_template_of_the_site(book: d.Book) -> None:
    template = d.OwnTemplate("templates/site/missing.html", "<h1>{{ words['page-not-found'] }}, sorry</h1>")
    own = dataclasses.replace(book, templates={"site/missing.html": template})
    assert b"<h1>Page not found, sorry</h1>" in made_again(own)["site/404.html"]
