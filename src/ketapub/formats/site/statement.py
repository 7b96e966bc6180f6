"""What the site says of itself: its accessibility, what it knows of its readers, and that a page is missing.

In: a `Site`. Out: `Page`s. Each line of the first follows from the book; nothing is claimed that was not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketapub import document as d
from ketapub.formats.accessibility import accessibility_of
from ketapub.formats.claims import Claims
from ketapub.formats.site.frame import SETTINGS, Page, Site
from ketapub.formats.statement import accessibility_statement

if TYPE_CHECKING:
    from ketapub.formats.site.landing import Download


@dataclass(frozen=True, slots=True)
class Feature:
    """One line of the Accessibility Metadata Display Guide (W3C), and the heading that it stands under there."""

    group: str
    name: str


def features(book: d.Book, claims: Claims) -> tuple[Feature, ...]:
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
        ("conformance", "accepted-standards", claims.certificate is not None),
        ("conformance", "no-conformance", claims.certificate is None),
    )
    return tuple(Feature(group, name) for group, name, holds in found if holds)


def accessibility_page(site: Site, offered: Sequence[Download]) -> Page:
    outputs = {"site", *(one.format for one in offered)}
    said = accessibility_statement(site.book, outputs, site.claims, site.pdf_standard)
    body = site.render("statement.html", title=said.title, lead=said.lead, sections=said.sections)
    return Page("accessibility.html", said.title, body)


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
