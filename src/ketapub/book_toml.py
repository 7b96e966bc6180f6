"""The text of book.toml and the day of the build come in; `Info` goes out, or every reason why not.

What a single setting may be stands in `info`; here are the file itself and what settings mean for each other.
"""

from __future__ import annotations

import datetime
import re
import tomllib
import uuid
from dataclasses import replace

from ketapub.info import Info, schema
from ketapub.problems import Position, Problems
from ketapub.settings import Place, read_table
from ketapub.shapes import isbn_digits
from ketapub.slugs import file_slug
from ketapub.toml_places import key_places

FILE = "book.toml"
LONGEST = 1_000_000  # characters; a book of a thousand chapters needs a tenth of it
DEEPEST = 32  # parts of a dotted key: tomllib takes quadratic time over them
_KEY_PART = r"""(?:[\w-]++|"[^"\n]{0,99}"|'[^'\n]{0,99}')[ \t]*\.[ \t]*"""
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:{_KEY_PART}){{{DEEPEST}}}")


def read_info(text: str, problems: Problems, as_of: datetime.date) -> Info | None:
    """The settings of a book, with every default filled in; None when something is wrong with them.

    Everything wrong is reported at its line and column. From then on `problems` weighs as [checks] says.
    """
    before = len(problems.errors)
    problems.know(FILE, text)
    raw = _read_toml(text, problems)
    if raw is None:
        return None
    tables = reversed(schema()["properties"].items())  # the first table that knows a key wins
    homes = {key: table for table, one in tables for key in one.get("properties", ())}
    place = Place("", problems, key_places(text, FILE), homes)
    info = read_table(Info, {"book": {}, **raw}, place, where=place.where)
    _check_relations(info, place)
    if len(problems.errors) > before:
        return None
    if info.checks:
        problems.severities = info.checks.severities
    overdue = bool(info.review and info.review.next_review and as_of > info.review.next_review)
    return replace(_named(info), overdue=overdue)


def _read_toml(text: str, problems: Problems) -> dict[str, object] | None:
    if len(text) > LONGEST:
        problems.add("file-too-large", Position(FILE), f"book.toml has {len(text):,} characters, more than {LONGEST:,}")
        return None
    if deep := _DEEP_KEY.search(text):
        problems.add("broken-toml", _at(text, deep.start()), f"a key of more than {DEEPEST} parts")
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, where = str(error).partition(" (at ")
        numbers = [int(number) for number in re.findall(r"\d+", where)]
        at = Position(FILE, *numbers) if len(numbers) == 2 else _at(text, len(text.rstrip()))
        problems.add("broken-toml", at, message[:1].lower() + message[1:], _toml_hint(text, at))
    except ValueError as error:  # a number of thousands of digits
        problems.add("broken-toml", Position(FILE), str(error).partition(";")[0])
    except RecursionError:
        problems.add("broken-toml", Position(FILE), "lists or tables are nested too deeply")
    return None


def _at(text: str, offset: int) -> Position:
    return Position(FILE, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _toml_hint(text: str, at: Position) -> str:
    lines = text.splitlines()
    line = lines[at.line - 1] if 0 < at.line <= len(lines) else ""
    value = line.partition("=")[2].strip()
    if re.match(r"[A-Za-z“”‘’]", value) and not re.match(r"(true|false|inf|nan)\b", value):
        return 'a text stands in straight quotes, as in title = "Living well"'
    return ""


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
