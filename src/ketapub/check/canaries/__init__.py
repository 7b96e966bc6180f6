"""Small files whose faults are known: what a validator has to find there before it is believed about a book.

A file holds both what is wrong and what is right. A validator that finds just the known faults neither passes what is
wrong nor complains about what is right.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from ketapub.check.tools import NotRun

FOLDER = Path(__file__).parent
HTML = FOLDER / "faulty.html"


def prove(name: str, found: Iterable[str], known: Iterable[str]) -> None:
    """Raises `NotRun` unless the faults that a validator found are the known ones."""
    found, known = set(found), set(known)
    if missed := known - found:
        raise NotRun(f"{name} misses a fault in a file where it is known: {'; '.join(sorted(missed))}")
    if more := found - known:
        raise NotRun(f"{name} finds fault with a file that is right: {'; '.join(sorted(more))}")


def pack_epub(packed: Path) -> None:
    """Write the faulty EPUB."""
    folder = FOLDER / "epub"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.write(path, path.relative_to(folder).as_posix())
