"""Which printed sheets still count: a folder of them and the versions of today come in; how each version stands, and
what its text has not got, go out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ketapub.formats.pdf.sheets import words_of
from ketapub.handouts.notice import NAME as NOTICE
from ketapub.handouts.sheet import Resolved
from ketapub.handouts.versions import ID, Versions
from ketapub.passages import Passage, passages
from ketapub.problems import NOWHERE, Problems
from ketapub.signatures import new_since

MANIFEST = "manifest.json"
_PRINTED = re.compile(rf" · ({ID})(?!\w)")


@dataclass(frozen=True, slots=True)
class Standing:
    """A version that was found in `files`. `state` is that of the version, or "unknown"; `newer` counts instead.

    `changes` are the passages of today's text that it has not got, as far as its own ones were recorded.
    """

    version: str
    state: str
    files: tuple[str, ...]
    why: str = ""
    newer: str = ""
    changes: tuple[Passage, ...] = ()

    def as_json(self) -> dict[str, Any]:
        changes = [{"at": str(one.at), "text": one.text} for one in self.changes]
        told = {"version": self.version, "state": self.state, "why": self.why, "newer": self.newer}
        return {**told, "files": list(self.files), "changes": changes}


def versions_in(folder: Path, problems: Problems) -> dict[str, list[str]]:
    """The files in `folder` by the id of the version that they say. What a manifest lists is not opened."""
    if not folder.is_dir():
        problems.add("unreadable-file", NOWHERE, f"{folder} is no folder")
    found: dict[str, list[str]] = {}
    listed: dict[Path, tuple[str, ...]] = {}
    for manifest in sorted(folder.rglob(MANIFEST)):
        listed |= _listed(manifest, problems)
    for file in sorted(file for file in folder.rglob("*.pdf") if file.name != NOTICE):  # which tells of all of them
        for id in listed.get(file.resolve()) or _said(file, problems):
            found.setdefault(id, []).append(file.relative_to(folder).as_posix())
    return found


def _listed(manifest: Path, problems: Problems) -> dict[Path, tuple[str, ...]]:
    """What a manifest says of files, whose paths count from it; nothing of one that holds many sheets or none."""
    try:
        lines = json.loads(manifest.read_bytes())
        return {(manifest.parent / one["path"]).resolve(): _ids(one["version"]) for one in lines}
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        problems.add("unreadable-file", NOWHERE, f"{manifest} is no manifest of handouts: {error}", "delete it")
        return {}


def _said(file: Path, problems: Problems) -> tuple[str, ...]:
    try:
        words = words_of(file.read_bytes())
    except (OSError, ValueError) as error:
        problems.add("unreadable-file", NOWHERE, f"{file}: {error}", "take it out of the folder")
        return ()
    return _ids(words)


def _ids(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PRINTED.findall(" ".join(words.split()))))


def standing_of(
    found: Mapping[str, Iterable[str]], versions: Versions, sheets: Iterable[Resolved]
) -> tuple[Standing, ...]:
    """In the order of what is printed. `versions` are as of today."""
    now = {sheet.handout.name: sheet for sheet in sheets}
    told = []
    for id, files in found.items():
        version = versions.get(id)
        if version is None:
            told.append(Standing(id, "unknown", tuple(files)))
            continue
        newer, changes = "", tuple[Passage, ...]()
        if version.state != "current" and (sheet := now.get(version.handout)):
            text = passages(sheet.book.chapters[0], sheet.book)
            changes = tuple(text[index] for index in new_since(version.passages, text))
            newer = sheet.version if sheet.id != id else ""
        told.append(Standing(version.printed(id), version.state, tuple(files), version.why, newer, changes))
    return tuple(sorted(told, key=lambda one: one.version))
