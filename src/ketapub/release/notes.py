"""Release notes: the text of a book's CHANGELOG.md comes in, what it says of one version goes out."""

from __future__ import annotations

import re

from ketapub.manuscript import BookFolder
from ketapub.problems import Position, Problems

CHANGELOG = "CHANGELOG.md"
_VERSION = re.compile(r"^##[ \t]+\[?([^\]\s]+)\]?.*$", re.MULTILINE)  # "## 2026-11", "## [1.2.0] - 2026-11-23"


def notes_of(folder: BookFolder, version: str, problems: Problems) -> str:
    """Markdown: what stands under the heading of that version; "" where there is no such heading, or nothing under it.

    The form is that of Keep a Changelog 1.1.0.
    """
    if not version or not (folder.root / CHANGELOG).exists():
        return ""
    text = folder.read_text(CHANGELOG, problems, Position(CHANGELOG)) or ""
    found = list(_VERSION.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    sections = {match[1]: text[match.end() : end].strip() for match, end in zip(found, ends, strict=True)}
    return sections.get(version, "")
