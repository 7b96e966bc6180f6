"""Programs that read a PDF and should have nothing to say: a command in, its complaints out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from ketapub.check.canaries import prove_once
from ketapub.check.canaries.pdfs import damaged, sound
from ketapub.check.findings import Finding, Looked, pdfs_of
from ketapub.check.tools import run

Judge = Callable[[Path], Sequence[Finding]]


def complaints(name: str, *arguments: object, allowed: Collection[str] = ()) -> list[Finding]:
    """What a program says beside its output, each message once. `allowed` are whole messages that do not count."""
    done = run(name, *arguments)
    said = Counter(line.strip() for line in done.stderr.splitlines() if line.strip() and line.strip() not in allowed)
    if done.returncode and not said:
        said[f"exit status {done.returncode}"] = 1
    return [Finding(name, f"{line} ({times} times)" if times > 1 else line) for line, times in said.items()]


def of_each(judge: Judge, path: Path) -> Looked:
    """What a reader says of a file, or of each PDF in a folder."""
    files = pdfs_of(path)
    return Looked(len(files), "file", tuple(one.inside(part) for part, pdf in files.items() for one in judge(pdf)))


def prove(name: str, room: Path, judge: Judge) -> None:
    """Raises `NotRun` unless the reader says nothing of a sound file, and something of half a file."""

    def judged() -> tuple[list[str], list[str]]:
        found = [one.message for one in judge(sound("ua-1"))]
        return [*found, *(["half a file"] if judge(damaged(room)) else [])], ["half a file"]

    prove_once(name, room, judged)
