"""Whether a build would make what stands there already: a book's folder and options come in, what the last build said
of it goes out, or nothing.

Contents count, not dates: a file that was only touched is the same file. The record lies in the cache; without it the
book is built again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from ketapub.cache import Cache, cache_key, own_version
from ketapub.outputs import Built, OutputFile, build_id, standing
from ketapub.problems import Position, Problem, Problems, Stopped
from ketapub.theme import theme_folder

MOST_FILES = 5_000  # in a folder with more, or with more bytes, it is quicker to build than to look at all of them
MOST_BYTES = 500_000_000


class LastBuild:
    """The last build of the book in `root` into `out` with the same `options`, as the folder `cache` remembers it."""

    def __init__(self, root: Path, out: Path, options: Sequence[str], cache: Path | None) -> None:
        self.root, self.out, self.options = root, out, options
        self.kept = Cache(cache, Problems())
        self.state = self._state()

    def as_before(self) -> Built | None:
        """What it made and said, if it was made of the same, and all of it still stands."""
        record = self.kept.get(self._key()) if self.state else None
        if record is None:
            return None
        build, paths, told, remarks = json.loads(record)
        try:
            found = standing(self.out, Problems())
            if any(path not in found or found[path].build != build for path in paths):
                return None
            outputs = tuple(OutputFile(path, (self.out / path).read_bytes()) for path in paths)
        except (Stopped, OSError):  # the build will say what is wrong with the folder
            return None
        return Built(tuple(Problem(code, Position(*at), *rest) for code, at, *rest in told), outputs, tuple(remarks))

    def remember(self, built: Built) -> None:
        if not self.state or self._state() != self.state:  # edited meanwhile
            return
        if any(one.code.startswith("cache-") for one in built.problems):  # of that run, and not of what it made
            return
        told = [
            [one.code, [one.at.file, one.at.line, one.at.column], one.message, one.hint, one.severity, one.source]
            for one in built.problems
        ]
        paths = [file.path for file in built.outputs]
        self.kept.put(self._key(), json.dumps([build_id(built.outputs), paths, told, built.remarks]).encode())

    def _key(self) -> str:
        return cache_key("last build", str(self.out.absolute()), self.state)

    def _state(self) -> str:
        """A key of all that a build reads: book, theme, this program and the libraries that are installed with it. ""
        where there is no book, or too much to look at."""
        if not (self.root / "book.toml").is_file():
            return ""
        digest = hashlib.sha256(cache_key(*self.options, *_programs()).encode())
        try:
            for folder in (self.root.resolve(), theme_folder()):
                size = 0
                for number, path in enumerate(_files(folder, self.out.resolve())):
                    data = path.read_bytes()
                    size += len(data)
                    if number > MOST_FILES or size > MOST_BYTES:
                        return ""
                    digest.update(cache_key(path.relative_to(folder).as_posix(), data).encode())
        except OSError:
            return ""
        return digest.hexdigest()


def _files(folder: Path, out: Path) -> Iterator[Path]:
    """Hidden ones too, as a book may name them. Not what programs put there: outputs, caches, the folder of Git."""
    for inside, folders, names in os.walk(folder):
        if "CACHEDIR.TAG" in names:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if name != ".git" and Path(inside, name) != out)
        paths = (Path(inside, name) for name in sorted(names))
        yield from (path for path in paths if path.is_file())  # to read a pipe may take for ever


@cache
def _programs() -> tuple[str, ...]:
    """This program, and what is installed beside it, by names and versions."""
    installed = [
        name
        for folder in sys.path
        if folder.endswith("-packages") and os.path.isdir(folder)
        for name in sorted(os.listdir(folder))
        if name.endswith(".dist-info")
    ]
    return (own_version(), sys.version, *installed)
