"""What the site says of itself: its accessibility, what it knows of its readers, and that a page is missing.

In: a `Site`. Out: `Page`s. Each line of the first follows from the book; nothing is claimed that was not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketapub import document as d
from ketapub.formats.accessibility import accessibility_of
from ketapub.formats.site.frame import SETTINGS, Page, Site

if TYPE_CHECKING:
    from ketapub.formats.site.landing import Download


@dataclass(frozen=True, slots=True)
class Feature:
    """One line of the Accessibility Metadata Display Guide (W3C), and the heading that it stands under there."""

    group: str
    name: str


def features(book: d.Book) -> tuple[Feature, ...]:
    said = accessibility_of(book)
    has, aloud = {*said.features}, ("textual",) in said.sufficient
    found = (
        ("reading", "appearance", "displayTransformability" in has),
        ("reading", "read-aloud", aloud),
        ("reading", "not-all-aloud", not aloud),
        ("reading", "alternative-text", "alternativeText" in has),
        ("rich", "long-descriptions", "longDescription" in has),
        ("rich", "math", "MathML" in has),
        ("navigation", "contents", "tableOfContents" in has),
        ("navigation", "headings", "structuralNavigation" in has),
        ("navigation", "index", "index" in has),
        ("navigation", "page-breaks", "pageBreakMarkers" in has),
        ("hazards", "no-hazards", said.hazards == ("none",)),
        ("conformance", "no-conformance", True),
    )
    return tuple(Feature(group, name) for group, name, holds in found if holds)


def accessibility_page(site: Site, offered: Sequence[Download]) -> Page:
    word, book = site.words, site.book
    nodes = [node for chapter in book.chapters for node in d.walk_chapter(chapter)]
    images = [node for node in nodes if isinstance(node, d.Image) and not node.decorative]
    undescribed = sum(not image.alt for image in images)
    limits = [word["limit-search"], word["limit-untried"]]
    if undescribed:
        limits.insert(0, word.format("limit-pictures", count=undescribed))
    files = {one.format for one in offered}
    ways = [word["way-keyboard"], word["way-zoom"], word["way-no-script"], word["way-tables"]]
    if images and not undescribed:
        ways.append(word["accessibility-of-pictures"])
    body = site.render(
        "statement.html",
        title=word["accessibility-statement"],
        lead=word.format("accessibility-lead", title=book.info.book.title),
        sections=[
            (word["accessibility-ways"], ways),
            (
                word["accessibility-files"],
                [word[f"{one}-accessible"] for one in ("epub", "pdf", "large-print") if one in files],
            ),
            (word["accessibility-limits"], limits),
            (word["accessibility-state"], [word["not-certified"]]),
        ],
    )
    return Page("accessibility.html", word["accessibility-statement"], body)


def privacy_page(site: Site) -> Page:
    word = site.words
    kept = ", ".join(word[key] for key, _ in SETTINGS)
    body = site.render(
        "statement.html",
        title=word["privacy"],
        lead=word["privacy-lead"],
        sections=[
            (word["privacy-kept"], [word.format("privacy-settings", settings=kept), word["privacy-search"]]),
            (word["privacy-others"], [word["privacy-links"], word["privacy-host"]]),
        ],
    )
    return Page("privacy.html", word["privacy"], body)


def missing_page(site: Site) -> Page:
    word = site.words
    body = site.render("missing.html", root=site.url)
    return Page("404.html", word["page-not-found"], body, listed=False)
