"""Small files whose faults are known: what a validator has to find there before it is believed about a book.

A file holds both what is wrong and what is right. A validator that finds just the known faults neither passes what is
wrong nor complains about what is right.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from threading import Lock

from ketapub.check.tools import NotRun

FOLDER = Path(__file__).parent
HTML = FOLDER / "faulty.html"
LOCKS: dict[str, Lock] = {}  # of those who are being proved: checks run side by side


def prove(name: str, found: Iterable[str], known: Iterable[str]) -> None:
    """Raises `NotRun` unless the faults that a validator found are the known ones."""
    if said := difference(set(found), set(known)):
        raise NotRun(f"{name} {said}")


def prove_once(name: str, room: Path, judge: Callable[[], tuple[Collection[str], Collection[str]]]) -> None:
    """Raises `NotRun` unless what `judge` says was found is what it says is known, once for each run's `room`."""
    with LOCKS.setdefault(name, Lock()):
        verdict = room / f"{name}.proved"
        if not verdict.exists():
            found, known = judge()
            verdict.write_text(difference(set(found), set(known)), encoding="utf-8")
        if said := verdict.read_text(encoding="utf-8"):
            raise NotRun(f"{name} {said}")


def difference(found: set[str], known: set[str]) -> str:
    """In what a validator is wrong about faults that are known; empty where it is right."""
    if missed := known - found:
        return f"misses a fault in a file where it is known: {'; '.join(sorted(missed))}"
    if more := found - known:
        return f"finds a fault in a file that has none of the kind: {'; '.join(sorted(more))}"
    return ""


def pack_epub(packed: Path) -> None:
    """Write the faulty EPUB."""
    folder = FOLDER / "epub"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.write(path, path.relative_to(folder).as_posix())
