"""A book as machines read of it on a web page: a `Book` and its accessibility in, JSON-LD of the type `Book` out; and
one of its chapters, as a `Chapter`.

The terms are those of schema.org. What the settings do not say is left out, and no conformance is claimed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from markupsafe import Markup

from ketapub import document as d
from ketapub.formats.accessibility import Accessibility
from ketapub.formats.imprint import is_draft
from ketapub.formats.rights import licence_address
from ketapub.locale import words

# MARC relator codes for which schema.org has a property of its own.
_PROPERTY_OF_ROLE = {"aut": "author", "edt": "editor", "ill": "illustrator", "trl": "translator"}
_EBOOK = "https://schema.org/EBook"


def book_metadata(book: d.Book, features: Accessibility, url: str = "") -> dict[str, object]:
    """The properties of the book, without `@context`. `url` is where it stands on the web, "" for nowhere."""
    info, word = book.info.book, words(book.info.book.language)
    review = book.info.review
    said: dict[str, object] = {
        "@type": "Book",
        "@id": info.identifier,
        "name": info.title,
        "alternativeHeadline": info.subtitle,
        **_people(book),
        "publisher": _named(info.publisher) if info.publisher else None,
        "inLanguage": info.language,
        "datePublished": info.date.isoformat() if info.date else "",
        "version": info.version,
        "bookEdition": word.format("edition-number", number=info.edition) if info.edition > 1 else "",
        "creativeWorkStatus": "Draft" if is_draft(book) else "",
        "expires": review.next_review.isoformat() if review and review.next_review else "",
        "copyrightNotice": info.rights,
        "license": licence_address(info.rights),
        "description": info.description,
        "keywords": list(info.subjects),
        "isPartOf": {"@type": "BookSeries", "name": info.series} if info.series else None,
        "identifier": info.identifier,
        "url": url,
        "workExample": _editions(book),
        **_accessibility(features),
    }
    return {name: value for name, value in said.items() if value}


def chapter_metadata(book: d.Book, chapter: d.Chapter, url: str = "") -> dict[str, object]:
    """The properties of a chapter, without `@context`. `url` is where the site stands, with a slash at its end."""
    info, heading = book.info.book, chapter.heading
    whole = {"@type": "Book", "@id": info.identifier, "name": info.title, "url": url}
    said: dict[str, object] = {
        "@type": "Chapter",
        "name": d.plain_text(d.bare(heading.children)),
        "alternativeHeadline": d.plain_text(d.bare(chapter.subtitle)),
        "position": heading.number,
        "author": [_named(name) for name in chapter.authors or info.authors],
        "inLanguage": chapter.language or info.language,
        "datePublished": info.date.isoformat() if info.date else "",
        "version": info.version,
        "creativeWorkStatus": "Draft" if is_draft(book) else "",
        "isPartOf": {name: value for name, value in whole.items() if value},
        "url": f"{url}{chapter.name}.html" if url else "",
    }
    return {name: value for name, value in said.items() if value}


def as_script(metadata: Mapping[str, object]) -> Markup:
    """The metadata as a data block, which no browser runs (HTML, 4.12.1): no policy needs to allow it."""
    text = json.dumps({"@context": "https://schema.org", **metadata}, ensure_ascii=False)
    # No word of the book may end the block: in it, "<" means nothing but itself, however it is written.
    return Markup('<script type="application/ld+json">{}</script>').format(Markup(text.replace("<", "\\u003c")))


def _people(book: d.Book) -> dict[str, object]:
    info = book.info.book
    found: dict[str, list[object]] = {}
    for name, role in [(name, "aut") for name in info.authors] + [(one.name, one.role) for one in info.contributors]:
        found.setdefault(_PROPERTY_OF_ROLE.get(role, "contributor"), []).append(_named(name))
    return dict(found)


def _named(name: str) -> dict[str, str]:
    """Without a type: nothing in the settings says whether a name is a person's or an organization's."""
    return {"name": name}


def _editions(book: d.Book) -> list[object]:
    """Those with an ISBN: it is theirs alone, and not that of a page on the web."""
    info, isbn, word = book.info.book, book.info.isbn, words(book.info.book.language)
    editions = (
        {"name": info.title, "isbn": isbn.print_},
        {"name": info.title, "isbn": isbn.epub, "bookFormat": _EBOOK},
        {"name": f"{info.title} ({word['large-print']})", "isbn": isbn.large_print},
    )
    return [{"@type": "Book", **one} for one in editions if one["isbn"]]


def _accessibility(features: Accessibility) -> dict[str, object]:
    return {
        "accessMode": list(features.modes),
        "accessModeSufficient": [{"@type": "ItemList", "itemListElement": list(one)} for one in features.sufficient],
        "accessibilityFeature": list(features.features),
        "accessibilityHazard": list(features.hazards),
        "accessibilitySummary": features.summary,
    }
