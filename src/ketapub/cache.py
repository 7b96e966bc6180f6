"""Keeps results of slow stages between runs: a key and bytes in; later, for that key, the same bytes out, or nothing.

The folder may be deleted at any time, shared by several processes, and left in any state by a killed one: an entry
counts only if the digest in it fits its key and its content, so the worst that can happen is work done again. What
another state of this program made is never found.
Content is bytes (or JSON as bytes), never pickles: reading an entry cannot run anything.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from functools import cache

from ketapub import __version__

TYPE_CHECKING = False  # and nothing else is imported by a build that has nothing to do
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ketapub.problems import Problems

LIMIT = 512 * 2**20  # bytes
_OURS = re.compile(r"[0-9a-f]{62}(\.[a-z0-9_]+\.part)?")  # an entry, or one that is being written
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n# Made by ketapub; may be deleted. See https://bford.info/cachedir/\n"
)


def cache_key(*parts: bytes | str) -> str:
    """SHA-256 (hexadecimal) over the parts, each with its length in front, so that ("ab", "c") is not ("a", "bc")."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


@cache
def own_version() -> str:
    """Of this program: its version, and the state of its files, as those of a checkout change under one version."""
    package = os.path.dirname(__file__)
    state = []
    for folder, folders, names in os.walk(package):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(name for name in names if name[0] != "."):  # editors leave dangling links of such names
            found = os.stat(os.path.join(folder, name))
            state.append(f"{folder.removeprefix(package)}/{name} {found.st_size} {found.st_mtime_ns}")
    return cache_key(__version__, *state)


class Cache:
    """A folder of results, at most `limit` bytes; the ones used longest ago go first.

    Without a folder, or with one that cannot be used, it remembers nothing; the latter is the warning `cache-unusable`.
    """

    def __init__(self, folder: Path | None, problems: Problems, *, limit: int = LIMIT) -> None:
        self._folder = folder
        self._problems = problems
        self._limit = limit
        self._room = 0  # bytes that may be written before the folder has to be measured again
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                if not (folder / "CACHEDIR.TAG").exists():  # backup programs leave such folders out
                    (folder / "CACHEDIR.TAG").write_text(_TAG, encoding="ascii")
            except OSError as error:
                self._give_up(error)

    def get(self, key: str) -> bytes | None:
        """What was put under `key`, byte for byte, or None."""
        if self._folder is None:
            return None
        try:
            return read_entry(str(self._folder), key)
        except OSError:
            return None
        except ValueError:
            with suppress(OSError):
                _place(self._folder, key).unlink()
            self._tell_of_damage(self._folder)
            return None

    def kept(self, make: Callable[[], bytes], *parts: bytes | str) -> bytes:
        """What `make` gives, from here where an earlier run made it of the same `parts`."""
        key = cache_key(*parts)
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found

    def put(self, key: str, content: bytes) -> bool:
        """Remember `content` under `key`; failing to is never an error. Out: whether it is remembered."""
        if self._folder is None or len(content) > self._limit:
            return False
        import tempfile

        entry = _place(self._folder, key)
        try:
            self._make_room(self._folder, len(content) + 32)
            entry.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=entry.parent, prefix=f"{entry.name}.", suffix=".part", delete=False
            ) as part:
                try:
                    part.write(_seal(key, content) + content)
                    part.close()
                    os.replace(part.name, entry)
                except BaseException:
                    with suppress(FileNotFoundError):
                        os.unlink(part.name)
                    raise
        except FileNotFoundError:  # another process cleared the folder meanwhile
            return False
        except OSError as error:
            self._give_up(error)
            return False
        return True

    def _make_room(self, folder: Path, size: int) -> None:
        """Delete the entries used longest ago if `size` more bytes would be too many.

        Others may write too, so the folder is measured again after every sixteenth of the limit. What a killed
        process left half written is an entry like any other here: old, and soon gone.
        """
        self._room -= size
        if self._room >= 0:
            return
        found = []
        for path in _entries(folder):
            try:
                state = path.stat()
            except FileNotFoundError:
                continue
            found.append((state.st_mtime_ns, path, state.st_size))
        total = sum(length for _, _, length in found)
        step = self._limit // 16
        for _, path, length in sorted(found):
            if total + max(size, step) <= self._limit:
                break
            path.unlink(missing_ok=True)
            total -= length
        self._room = max(step - size, 0)

    def _tell_of_damage(self, folder: Path) -> None:
        from ketapub.problems import NOWHERE

        self._problems.add(
            "cache-damaged",
            NOWHERE,
            f"something kept in {folder} was not what had been written there",
            "it was made anew; if this comes again, look after the disk",
            severity="warning",
        )

    def _give_up(self, error: OSError) -> None:
        from ketapub.problems import NOWHERE

        self._problems.add(
            "cache-unusable",
            NOWHERE,
            f"nothing can be kept in {self._folder}: {error.strerror or error}",
            "the build goes on without it; name another folder with --cache",
            severity="warning",
        )
        self._folder = None


def read_entry(folder: str, key: str) -> bytes:
    """What was put under `key`. Raises `OSError` where there is nothing, and `ValueError` where it was cut short,
    damaged or renamed."""
    place = os.path.join(folder, _name(key))
    with open(place, "rb") as file:
        stored = file.read()
    if stored[:32] != _seal(key, stored[32:]):
        raise ValueError(place)
    os.utime(place)  # it was used now: the order in which entries go
    return stored[32:]


def _place(folder: Path, key: str) -> Path:
    return folder / _name(key)


def _name(key: str) -> str:
    name = cache_key(own_version(), key)
    return f"{name[:2]}/{name[2:]}"


def _seal(key: str, content: bytes) -> bytes:
    return hashlib.sha256(key.encode() + content).digest()


def _entries(folder: Path) -> Iterator[Path]:
    """Only what this module wrote: the folder may have been given by mistake and hold other things."""
    for path in folder.glob("[0-9a-f][0-9a-f]/*"):
        if _OURS.fullmatch(path.name):
            yield path
