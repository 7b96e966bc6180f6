"""The accessibility metadata follows from the book: what it shows is said, and nothing else."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from conftest import Made
from lxml import etree

from ketapub import document as d
from ketapub.formats.accessibility import Accessibility, accessibility_of
from ketapub.locale import languages, words

SCHEMA = ("accessMode", "accessModeSufficient", "accessibilityFeature", "accessibilityHazard", "accessibilitySummary")
BASE = {"displayTransformability", "structuralNavigation", "tableOfContents", "readingOrder", "ARIA"}
PICTURE = d.Image("images/dot.png", alt="A dot")


def with_blocks(book: d.Book, *blocks: d.Block, **changes: object) -> d.Book:
    """The book with one chapter of these blocks in place of its own."""
    chapter = replace(book.chapters[1], blocks=blocks, subtitle=())
    return replace(book, chapters=(chapter,), **changes)


def said(book: d.Book) -> Accessibility:
    return accessibility_of(book)


def test_a_book_of_words_claims_no_more(stock: Made) -> None:
    found = said(with_blocks(stock.book, d.Paragraph((d.Text("Words."),))))
    assert (found.modes, found.sufficient, found.hazards) == (("textual",), (("textual",),), ("none",))
    assert set(found.features) == BASE


def test_a_picture_brings_the_access_mode(stock: Made) -> None:
    found = said(with_blocks(stock.book, d.Paragraph((PICTURE,))))
    assert found.modes == ("textual", "visual")
    assert found.sufficient == (("textual",), ("textual", "visual"))
    assert set(found.features) == BASE | {"alternativeText"}


def test_decoration_brings_nothing(stock: Made) -> None:
    book = with_blocks(stock.book, d.Paragraph((replace(PICTURE, alt="", decorative=True),)))
    assert said(book) == said(with_blocks(stock.book))


def test_one_missing_alternative_text_takes_the_feature_away(stock: Made) -> None:
    gone = next(node for chapter in stock.book.chapters for node in d.walk_chapter(chapter) if is_picture(node))
    without = d.map_nodes(stock.book.chapters, lambda node: replace(node, alt="") if node == gone else node)
    before, after = said(stock.book), said(replace(stock.book, chapters=without))
    assert set(before.features) - set(after.features) == {"alternativeText"}
    assert before.modes == after.modes
    assert ("textual",) in before.sufficient
    assert after.sufficient == (("textual", "visual"),)
    word = words("en-GB")
    assert word["accessibility-of-pictures"] in before.summary
    assert word["accessibility-of-pictures"] not in after.summary
    assert word["accessibility-not-all-described"] in after.summary


def is_picture(node: d.Node) -> bool:
    return isinstance(node, d.Image) and not node.decorative and bool(node.alt)


@pytest.mark.parametrize(
    ("block", "feature"),
    [
        (d.Figure((PICTURE,), description=(d.Paragraph((d.Text("At length."),)),)), "longDescription"),
        (d.Index(()), "index"),
        (d.PageMark("12", "page-12"), "pageBreakMarkers"),
        (d.PageMark("12", "page-12"), "pageNavigation"),
    ],
)
def test_a_feature_comes_with_what_shows_it(stock: Made, block: d.Block, feature: str) -> None:
    assert feature in said(with_blocks(stock.book, block)).features
    assert feature not in said(with_blocks(stock.book, d.Rule())).features


@pytest.mark.parametrize(
    ("css", "free", "still"),
    [
        ("p { font-size: 1.2em; width: 30px }", True, True),
        ("p { font-size: 12pt }", False, True),
        ("p { font: 12px/1.5 serif }", False, True),
        ("@keyframes x { from { top: 0 } }", True, False),
        ("p { animation: x 2s }", True, False),
    ],
)
def test_style_sheets_of_the_book_count(stock: Made, css: str, free: bool, still: bool) -> None:
    found = said(replace(stock.book, styles=(css,)))
    assert ("displayTransformability" in found.features) is free
    assert (found.hazards == ("none",)) is still


@pytest.mark.parametrize("language", languages())
def test_the_summary_is_in_the_language_of_the_book(stock: Made, language: str) -> None:
    info = replace(stock.book.info, book=replace(stock.book.info.book, language=language))
    assert said(replace(stock.book, info=info)).summary.startswith(words(language)["accessibility-of-text"])


def test_the_package_says_the_same_and_claims_no_conformance(stock: Made) -> None:
    with zipfile.ZipFile(io.BytesIO(stock.file(".epub"))) as archive:
        package = etree.fromstring(archive.read("EPUB/content.opf"))
    metas = [(meta.get("property"), meta.text) for meta in package.iter("{*}meta") if meta.get("property")]
    values = {name: [text for key, text in metas if key == f"schema:{name}"] for name in SCHEMA}
    expected = said(stock.book)
    assert values["accessMode"] == ["textual", "visual", "chartOnVisual"]
    assert values["accessModeSufficient"] == ["textual", "textual,visual"]
    assert values["accessibilityFeature"] == [*expected.features, "pageBreakMarkers", "pageNavigation"]
    assert values["accessibilityHazard"] == ["none"]
    assert values["accessibilitySummary"][0].startswith(words("en")["accessibility-of-text"])
    assert {"dcterms:conformsTo", "a11y:certifiedBy"}.isdisjoint(name for name, _ in metas)
