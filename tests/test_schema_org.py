"""What machines read of the book in its pages follows from its settings and its tree, in the terms of schema.org."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from typing import Any

import pytest
from conftest import Made
from lxml import html

from ketapub import document as d
from ketapub.editions import select
from ketapub.formats.accessibility import accessibility_of
from ketapub.formats.schema_org import as_script, book_metadata
from ketapub.info import Contributor, IsbnSettings, ReviewSettings
from ketapub.problems import Problems

# Properties of Book and of what it is a kind of, CreativeWork and Thing (schema.org 29), and what each may hold here.
TEXT, TEXTS, NAMES, THING, THINGS = "text", "texts", "names", "thing", "things"
SHAPES = {
    "@id": TEXT,
    "name": TEXT,
    "alternativeHeadline": TEXT,
    "author": NAMES,
    "editor": NAMES,
    "illustrator": NAMES,
    "translator": NAMES,
    "contributor": NAMES,
    "publisher": THING,
    "inLanguage": TEXT,
    "datePublished": TEXT,
    "version": TEXT,
    "bookEdition": TEXT,
    "bookFormat": TEXT,
    "creativeWorkStatus": TEXT,
    "expires": TEXT,
    "copyrightNotice": TEXT,
    "license": TEXT,
    "description": TEXT,
    "keywords": TEXTS,
    "isPartOf": THING,
    "identifier": TEXT,
    "isbn": TEXT,
    "url": TEXT,
    "workExample": THINGS,
    "accessMode": TEXTS,
    "accessModeSufficient": THINGS,
    "accessibilityFeature": TEXTS,
    "accessibilityHazard": TEXTS,
    "accessibilitySummary": TEXT,
}


def shape(value: object) -> str:
    match value:
        case str() if value:
            return TEXT
        case {"name": str(), **others} if not others:
            return THING
        case {"@type": "Book" | "BookSeries" | "ItemList"}:
            return THING
        case list() if value:
            (one,) = {shape(item) for item in value}
            return NAMES if all(isinstance(item, dict) and set(item) == {"name"} for item in value) else f"{one}s"
    raise AssertionError(value)


def described(book: d.Book, **settings: object) -> Any:
    changed = replace(book, info=replace(book.info, book=replace(book.info.book, **settings)))
    return book_metadata(changed, accessibility_of(changed))


@pytest.fixture(scope="module")
def full(stock: Made) -> d.Book:
    """The stock book with every setting that the metadata know."""
    people = (Contributor(name="Eve Editor", role="edt"), Contributor(name="Ida Ink", role="ill"))
    book = replace(stock.book.info.book, contributors=people, edition=2, series="Samples")
    isbn = IsbnSettings(print_="978-3-16-148410-0", epub="978-0-306-40615-7")
    review = ReviewSettings(stamp="Draft", next_review=datetime.date(2027, 1, 15))
    return replace(stock.book, info=replace(stock.book.info, book=book, isbn=isbn, review=review))


def test_each_property_is_one_of_a_book_and_holds_what_it_may(full: d.Book) -> None:
    metadata = book_metadata(full, accessibility_of(full), "https://book.example/")
    assert metadata.pop("@type") == "Book"
    assert {name: shape(value) for name, value in metadata.items()} == {name: SHAPES[name] for name in metadata}
    assert set(SHAPES) - set(metadata) == {"translator", "contributor", "bookFormat", "isbn"}


def test_the_settings_are_said(full: d.Book) -> None:
    said = described(full)
    assert (said["name"], said["alternativeHeadline"]) == ("The Stock Book", "Every construct once")
    assert said["author"] == [{"name": "Ada Example"}, {"name": "Bruno Muster"}]
    assert (said["editor"], said["illustrator"]) == ([{"name": "Eve Editor"}], [{"name": "Ida Ink"}])
    assert (said["datePublished"], said["expires"], said["inLanguage"]) == ("2026-01-15", "2027-01-15", "en-GB")
    assert (said["version"], said["bookEdition"]) == ("1", "Edition 2")
    assert [(one["isbn"], one.get("bookFormat", "")) for one in said["workExample"]] == [
        ("978-3-16-148410-0", ""),
        ("978-0-306-40615-7", "https://schema.org/EBook"),
    ]


def test_what_is_not_set_is_not_said(stock: Made) -> None:
    said = described(stock.book, subtitle="", publisher="", rights="", date=None, subjects=())
    assert {"alternativeHeadline", "publisher", "copyrightNotice", "license", "datePublished"}.isdisjoint(said)
    assert {"keywords", "bookEdition", "url", "workExample", "isPartOf", "isbn"}.isdisjoint(said)


@pytest.mark.parametrize(
    ("rights", "address"),
    [
        ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC BY-NC-SA 4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
        ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("© 2026 Ada Example", None),
        ("CC BY 4.0, pictures excepted", None),
    ],
)
def test_a_licence_has_an_address_where_the_line_names_nothing_else(
    stock: Made, rights: str, address: str | None
) -> None:
    said = described(stock.book, rights=rights)
    assert (said["copyrightNotice"], said.get("license")) == (rights, address)


def test_a_book_is_a_draft_until_it_is_signed(stock: Made) -> None:
    without_review = replace(stock.book, info=replace(stock.book.info, review=None))
    assert described(stock.book)["creativeWorkStatus"] == "Draft"
    assert "creativeWorkStatus" not in described(replace(stock.book, signed=True))
    assert "creativeWorkStatus" not in described(without_review)


def test_accessibility_follows_from_what_the_page_shows(stock: Made) -> None:
    """Two books, so that no constant would do; and nobody has certified anything."""
    words_alone = replace(stock.book.chapters[1], blocks=(d.Paragraph((d.Text("Words."),)),), subtitle=())
    plain, rich = described(replace(stock.book, chapters=(words_alone,))), described(stock.book)
    assert plain["accessMode"] == ["textual"]
    assert rich["accessMode"] == ["textual", "visual", "chartOnVisual"]
    assert rich["accessModeSufficient"] == [
        {"@type": "ItemList", "itemListElement": ["textual"]},
        {"@type": "ItemList", "itemListElement": ["textual", "visual"]},
    ]
    assert {"alternativeText", "longDescription"} <= set(rich["accessibilityFeature"]) - set(
        plain["accessibilityFeature"]
    )
    assert plain["accessibilitySummary"] != rich["accessibilitySummary"]
    assert not any("conform" in name.lower() or "certif" in name.lower() for name in rich)


def test_no_word_of_the_book_ends_the_block(stock: Made) -> None:
    title = 'He said "</script><!--" & left'
    page = f"<html><head>{as_script(described(stock.book, title=title))}</head></html>"
    (block,) = html.document_fromstring(page).iter("script")
    assert page.count("<") == 6
    assert json.loads(block.text) == {"@context": "https://schema.org", **described(stock.book, title=title)}


def test_the_html_carries_it(stock: Made) -> None:
    """The book as the HTML shows it: with the pages of print, which the tree alone does not know."""
    (block,) = html.document_fromstring(stock.file(".html").decode()).xpath("//script[@type='application/ld+json']")
    said, shown = json.loads(block.text), select(stock.book, Problems(), format="html")
    assert said["name"] == "The Stock Book"
    assert said["accessibilityFeature"] == [
        *accessibility_of(shown).features,
        "pageBreakMarkers",
        "pageNavigation",
    ]
