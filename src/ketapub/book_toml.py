"""The text of book.toml and the day of the build come in; `Info` goes out, or every reason why not.

What a single setting may be stands in `info`; here are the file itself and what settings mean for each other.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ketapub.info import Info, schema
from ketapub.presses import presets
from ketapub.problems import Problems
from ketapub.settings import Place, read_table
from ketapub.shapes import isbn_digits
from ketapub.slugs import file_slug
from ketapub.toml_file import read_toml
from ketapub.toml_places import key_places

FILE = "book.toml"


def read_info(text: str, problems: Problems, as_of: datetime.date) -> Info | None:
    """The settings of a book, with every default filled in; None when something is wrong with them.

    Everything wrong is reported at its line and column. From then on `problems` weighs as [checks] says.
    """
    before = len(problems.errors)
    problems.know(FILE, text)
    raw = read_toml(text, FILE, problems)
    if raw is None:
        return None
    tables = reversed(schema()["properties"].items())  # the first table that knows a key wins
    homes = {key: table for table, one in tables for key in one.get("properties", ())}
    place = Place("", problems, key_places(text, FILE), homes)
    info = read_table(Info, {"book": {}, **_with_preset(raw)}, place, where=place.where)
    _check_relations(info, place)
    if len(problems.errors) > before:
        return None
    if info.checks:
        problems.severities = info.checks.severities
    overdue = bool(info.review and info.review.next_review and as_of > info.review.next_review)
    return replace(_named(info), overdue=overdue)


def _with_preset(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the rules of the printer that [press] names, under what it says itself."""
    press = raw.get("press")
    if not isinstance(press, dict) or (name := press.get("preset")) not in (*presets(),):
        return raw
    return {**raw, "press": {**presets()[name].press, **press}}


def _check_relations(info: Info, place: Place) -> None:
    """What two settings mean for each other."""
    book = place.under("book")
    if info.parts and info.book.chapters:
        place.under("parts").wrong("a book has chapters or [[parts]], not both", "move the chapters into the parts")
    elif not info.parts and not info.book.chapters and not {"book.chapters.0", "parts.0"} & place.where.keys():
        book.wrong('[book] needs "chapters"', "list the files in order, or use [[parts]]", "missing-setting")
    review = info.review
    if review and review.reviewed and review.next_review and review.next_review <= review.reviewed:
        place.under("review").under("next-review").wrong("the next review must be later than the last one")
    if info.crisis and not (info.crisis.call or info.crisis.text or info.crisis.chat or info.crisis.emergency):
        hint = "give call, text, chat or emergency, or leave the table out"
        place.under("crisis").wrong("[crisis] names no help", hint)


def _named(info: Info) -> Info:
    """The names that follow from other settings: of the files, and of the edition."""
    book = info.book
    slug = book.slug or file_slug(book.title)
    identifier = book.identifier or (f"urn:isbn:{isbn_digits(info.isbn.epub)}" if info.isbn.epub else "")
    if not identifier:  # the same on every machine (RFC 9562, 5.5), from what names the edition
        named = "\n".join([book.title, book.subtitle, book.language, str(book.edition), *book.authors])
        identifier = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, named)}"
    return replace(info, book=replace(book, slug=slug, identifier=identifier))
