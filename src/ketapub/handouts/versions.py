"""The versions of handouts: their resolved texts and handouts/versions.toml come in; what each version is now goes out.

A version has a short id that can be read aloud. It is the same for every clinic, paper and size, and changes with the
words alone. The file keeps every id that was recorded, so that a sheet of any age can say whether it still counts.
"""

# ruff: noqa: RUF009  (`setting` makes dataclass fields, as `field` does)

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ketapub import document as d
from ketapub.manuscript import Manuscript
from ketapub.passages import digest, passages
from ketapub.problems import Position, Problems, did_you_mean
from ketapub.settings import Place, setting, settings_of, toml
from ketapub.shapes import DAY, TEXT, choice, list_of, mapping_of, table_of
from ketapub.toml_file import read_toml
from ketapub.toml_places import key_places

if TYPE_CHECKING:
    from ketapub.handouts.sheet import Resolved

FILE = "handouts/versions.toml"
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another: no 0, 1, I, L, O, U
LENGTH = 4
ID = f"[{LETTERS}]{{{LENGTH}}}"
_BROKEN = "broken-versions"
_HEAD = "# Written by `ketapub handouts --record`. Edit `state`, `by` and `why` alone: the next record keeps those.\n"


def text_id(book: d.Book) -> str:
    """Four letters of the hash of the words of a handout: "K7QD"."""
    words = digest(passages(book.chapters[0], book))
    number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:8])
    found = ""
    for _ in range(LENGTH):
        number, rest = divmod(number, len(LETTERS))
        found += LETTERS[rest]
    return found


def printed(label: str, month: str, id: str) -> str:
    """ "H4 · 2026-11 · K7QD"."""
    return " · ".join(part for part in (label, month, id) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    handout: str = setting(TEXT, "", "The name of its handout", required=True)
    label: str = setting(TEXT, "", "The label of its handout, as it is printed", required=True)
    month: str = setting(TEXT, "", "The version of the book when it was recorded first")
    since: datetime.date | None = setting(DAY, None, "The day on which it was recorded first", required=True)
    state: str = setting(choice("current", "replaced", "withdrawn"), "current", "Whether it counts", required=True)
    until: datetime.date | None = setting(DAY, None, "The day since which it does not count")
    by: str = setting(TEXT, "", "The id of the version that replaced it")
    why: str = setting(TEXT, "", "Why nobody may use it any more, as it goes on after “because”")
    passages: tuple[str, ...] = setting(list_of(TEXT), (), "The first digits of the hash of each passage")

    def printed(self, id: str) -> str:
        return printed(self.label, self.month, id)


Versions = Mapping[str, Version]  # by id, in the order in which they were recorded


# --- the file ----------------------------------------------------------------------------------------


def read_versions(manuscript: Manuscript, problems: Problems) -> Versions:
    """Those that were recorded. What is wrong is reported at its place."""
    folder = manuscript.folder
    if not manuscript.handouts or not (folder.root / FILE).exists():
        return {}
    text = folder.read_text(FILE, problems, Position(FILE))
    raw = None if text is None else read_toml(text, FILE, problems)
    if text is None or raw is None:
        return {}
    place = Place("", problems, key_places(text, FILE))
    found: dict[str, Version] = mapping_of(table_of(Version), _is_id).read(raw, place)
    handouts = {source.name for source in manuscript.handouts}
    current: dict[str, str] = {}
    for id, version in found.items():
        _check(id, version, found, handouts, place.under(id))
        if version.state == "current" and id != (first := current.setdefault(version.handout, id)):
            message = f"{version.handout} has two versions that are current: {first} and {id}"
            place.under(id).under("state").wrong(message, f'say state = "replaced" and by = "{id}" of {first}', _BROKEN)
    return found


def _is_id(key: str, place: Place) -> bool:
    fits = re.fullmatch(ID, key) is not None
    if not fits:
        place.wrong(f'"{key}" is no id of a version', f"it has {LENGTH} letters or digits, as in [K7QD]", _BROKEN)
    return fits


def _check(id: str, version: Version, known: Versions, handouts: set[str], place: Place) -> None:
    if version.state == "current" and version.handout not in handouts:
        hint = did_you_mean(version.handout, handouts) or 'if it is gone, say state = "withdrawn" and why'
        place.under("handout").wrong(f'{id} is current, and the book has no handout "{version.handout}"', hint, _BROKEN)
    if version.state == "replaced" and (version.by == id or version.by not in known):
        hint = did_you_mean(version.by, known) or "give the id of the version that replaced it, as in by = …"
        place.under("by").wrong(f'{id} is replaced by "{version.by}", which is no other version', hint, _BROKEN)
    if version.state == "withdrawn" and not version.why:
        place.under("state").wrong(f"{id} is withdrawn without a reason", 'say why = "…"', _BROKEN)


def as_toml(versions: Versions) -> str:
    lines = [_HEAD]
    for id, version in versions.items():
        lines.append(f"[{id}]")
        for key, one in settings_of(Version).items():
            value = getattr(version, one.name)
            if key == "passages":
                lines += ["passages = [", *(f"  {toml(passage)}," for passage in value), "]", ""]
            elif value:
                lines.append(f"{key} = {toml(value)}")
    return "\n".join(lines)


# --- recording ---------------------------------------------------------------------------------------


def recorded(
    versions: Versions, sheets: Iterable[Resolved], book_version: str, day: datetime.date, problems: Problems
) -> Versions:
    """`versions` with those that the handouts are now: what these replace is told. Problem: `version-taken`."""
    found = dict(versions)
    now: dict[str, str] = {}  # handout -> id
    for sheet in sheets:
        chapter = sheet.book.chapters[0]
        text = tuple(passage.digest for passage in passages(chapter, sheet.book))
        old = found.get(sheet.id)
        if sheet.id in now.values() or (old and old.passages != text):
            hint = "change a word of it: the id follows from the words"
            problems.add("version-taken", chapter.heading.at, f"another text has the id {sheet.id} already", hint)
            continue
        now[sheet.handout.name] = sheet.id
        old = old or Version(month=book_version, since=day, passages=text)
        if old.state == "replaced":  # the text is again what it was
            old = replace(old, state="current", by="", until=None)
        found[sheet.id] = replace(old, handout=sheet.handout.name, label=sheet.handout.label)
    for id, version in tuple(found.items()):
        new = now.get(version.handout, id)
        if version.state == "current" and new != id:
            found[id] = replace(version, state="replaced", by=new, until=day)
        elif version.state != "current" and version.until is None:  # an author withdrew it
            found[id] = replace(version, until=day)
    return found


def check_recorded(sheets: Iterable[Resolved], versions: Versions, problems: Problems) -> None:
    """Warn of what would be printed with an id that nobody could ask about later."""
    for sheet in sheets:
        if sheet.id not in versions:
            at = sheet.book.chapters[0].heading.at
            hint = "run `ketapub handouts --record` before you print it for anybody"
            problems.add("unrecorded-version", at, f"{sheet.version} is not recorded", hint, severity="warning")


def without_withdrawn(sheets: Iterable[Resolved], versions: Versions, problems: Problems) -> tuple[Resolved, ...]:
    """Those that may be printed. Problem: `withdrawn-version`."""
    left = []
    for sheet in sheets:
        version = versions.get(sheet.id)
        if version and version.state == "withdrawn":
            at, message = sheet.book.chapters[0].heading.at, f"{sheet.version} is withdrawn, because {version.why}"
            problems.add("withdrawn-version", at, message, f"change the text, or the state of {sheet.id} in {FILE}")
        else:
            left.append(sheet)
    return tuple(left)
