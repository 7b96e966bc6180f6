"""How a fault is put into an output for screens: the path of a copy comes in, and the copy is changed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from mutants import Line, Mutant

Change = Callable[[Path], None]
Entries = dict[str, bytes]  # the files of an EPUB by name, in their order
MIMETYPE = "mimetype"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What the pattern `old` matches, in one place, becomes `new`, a template. `part` names the file in an EPUB or in a
    site."""

    old: str
    new: str
    part: str = ""

    def on(self, text: str) -> str:
        made, count = re.subn(self.old, self.new, text, flags=re.DOTALL)
        assert count == 1, (self, count)
        return made

    def __call__(self, path: Path) -> None:
        if path.suffix == ".epub":
            entries = unpack(path)
            pack(path, entries | {self.part: self.on(entries[self.part].decode()).encode()})
        else:
            file = path / self.part
            file.write_text(self.on(file.read_text(encoding="utf-8")), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Repack:
    """The files of an EPUB become others. Those that are `stored` are not compressed."""

    change: Callable[[Entries], Mapping[str, bytes]]
    stored: Collection[str] = (MIMETYPE,)

    def __call__(self, path: Path) -> None:
        pack(path, self.change(unpack(path)), self.stored)


def unpack(path: Path) -> Entries:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, entries: Mapping[str, bytes], stored: Collection[str] = (MIMETYPE,)) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)


def fault(name: str, output: str, check: str, rule: str, change: Change, where: Line | str) -> Mutant:
    """One that lies in a line of the manuscript, or else somewhere in the output."""
    if isinstance(where, Line):
        return Mutant(name, output, check, rule, change, where)
    return Mutant(name, output, check, rule, change, place=where)
