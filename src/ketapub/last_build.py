"""Whether a build would make what stands there already: the words of its command, and the day, come in; what that said
when it last made all this goes out, or nothing.

Contents count, not dates: a file that was only touched is the same file. The record lies in the cache; without it the
book is built again. A build that has nothing to do imports no more than this, not even what options mean: the same
words in the same folder mean the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from functools import cache

from ketapub.cache import cache_key, own_version, read_entry
from ketapub.output_list import LIST, STAGE, is_unchanged, read_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ketapub.cache import Cache
    from ketapub.outputs import Built

MOST_FILES = 5_000  # in a folder with more, or with more bytes, it is quicker to build than to look at all of them
MOST_BYTES = 500_000_000

Line = tuple[str, str]  # "out" or "err", and what is printed there


def said_before(words: Sequence[str], day: str, cache: str) -> list[Line] | None:
    """What the last build of this command said, if it would be made of the same, and all that it made still stands."""
    try:
        last = json.loads(read_entry(cache, _key(words)))
        out, lines = last["out"], read_lines(os.path.join(last["out"], LIST))
        if last["day"] not in ("", day) or _state(last["folders"], out) != last["state"]:
            return None
        if os.path.lexists(os.path.join(out, STAGE)):  # another run is at it, or was killed
            return None
        for made in last["made"]:
            if lines.get(made["path"]) != made or not is_unchanged(out, made["path"], made["sha256"]):
                return None
    except (OSError, ValueError):  # nothing is remembered, or the build will say what is wrong
        return None
    return [(stream, text) for stream, text in last["said"]]


class Remembered:
    """What a command is about to read: a book and the theme, in `folders`, the book first. Then what it made of it."""

    def __init__(self, words: Sequence[str], folders: Sequence[str], out: str) -> None:
        self.words, self.folders, self.out = words, folders, out
        self.state = _state(folders, out)

    def put(self, built: Built, said: Iterable[Line], day: str, kept: Cache) -> None:
        """`day` is the one on which it was built, or "" where no clock was asked."""
        from ketapub.outputs import build_id

        if not self.state or _state(self.folders, self.out) != self.state:  # edited meanwhile
            return
        if any(one.code.startswith("cache-") for one in built.problems):  # of that run, and not of what it made
            return
        build = build_id(built.outputs)
        made = [{"path": file.path, "sha256": file.sha256, "build": build} for file in built.outputs]
        read = {"out": self.out, "folders": self.folders, "state": self.state, "day": day}
        kept.put(_key(self.words), json.dumps({**read, "made": made, "said": [*said]}).encode())


def _key(words: Sequence[str]) -> str:
    return cache_key("last build", *_programs(), *map(os.fsencode, words))


def _state(folders: Sequence[str], out: str) -> str:
    """A key of all that a build reads. "" where there is no book, or too much to look at."""
    if not os.path.isfile(os.path.join(folders[0], "book.toml")):
        return ""
    digest = hashlib.sha256()
    try:
        for folder in map(os.path.realpath, folders):
            size = 0
            for number, path in enumerate(_files(folder, os.path.realpath(out))):
                data = os.fsencode(os.readlink(path)) if os.path.isdir(path) else _read(path)
                size += len(data)
                if number > MOST_FILES or size > MOST_BYTES:
                    return ""
                digest.update(cache_key(os.fsencode(path.removeprefix(folder)), data).encode())
    except OSError:
        return ""
    return digest.hexdigest()


def _files(folder: str, out: str) -> Iterator[str]:
    """And links to folders. Hidden ones too, as a book may name them. Not what programs put there: outputs, caches, the
    folder of Git."""
    for inside, folders, names in os.walk(folder):
        if "CACHEDIR.TAG" in names:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if name != ".git" and os.path.join(inside, name) != out)
        yield from (path for name in folders if os.path.islink(path := os.path.join(inside, name)))
        paths = (os.path.join(inside, name) for name in sorted(names))
        yield from (path for path in paths if os.path.isfile(path))  # to read a pipe may take for ever


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


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
