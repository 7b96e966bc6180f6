"""The only door to the files of a book: a path that an author wrote comes in, bytes or text go out.

Nothing outside the folder is ever read, by whatever way a path leads there, and nothing from the network.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ketapub.problems import Position, Problems, did_you_mean

LARGEST = 50_000_000  # bytes; a page of a book needs no larger picture
_MOST_NAMES = 5_000  # files looked at for "did you mean"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2; and no UTF-8 at all
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")  # two letters at least: C: is a disk


class _Refused(Exception):
    """Why a file cannot be had: code, message and hint of the problem."""


@dataclass(frozen=True, slots=True)
class BookFolder:
    """The folder that holds book.toml. Paths are relative to it, with forward slashes."""

    root: Path
    largest: int = field(default=LARGEST, kw_only=True)

    def read(self, path: str, problems: Problems, at: Position, code: str = "missing-file") -> bytes | None:
        """The bytes of a file of the book; None when there is none to have, which is reported at `at`.

        `code` names the problem of a file that does not exist.
        """
        try:
            return self._bytes(path, code)
        except _Refused as refused:
            problems.add(refused.args[0], at, *refused.args[1:])
        return None

    def read_text(self, path: str, problems: Problems, at: Position, code: str = "missing-file") -> str | None:
        """The text of a file of the book, which must be UTF-8, without byte order mark and with \\n at line ends."""
        data = self.read(path, problems, at, code)
        if data is None:
            return None
        data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start]
            column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
            place = Position(path, before.count(b"\n") + 1, column)
            message = f"the byte 0x{data[error.start]:02X} is no UTF-8"
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                message = "the file is UTF-16, not UTF-8"
            else:
                problems.know(path, data.decode("utf-8", "replace"))
            problems.add("invalid-utf-8", place, message, "save the file as UTF-8 in your editor")
            return None
        problems.know(path, text)
        return text

    def find(self, pattern: str, problems: Problems, at: Position) -> tuple[str, ...]:
        """The paths that a pattern such as "handouts/*.md" means, sorted; a plain path is itself, there or not."""
        try:
            return self._find(pattern)
        except _Refused as refused:
            problems.add(refused.args[0], at, *refused.args[1:])
        return ()

    def changed(self) -> float:
        """When the newest file of the book was written, in seconds since 1970."""
        places = (self.root / name for name in self._names())
        return max((place.stat().st_mtime for place in places if place.is_file()), default=0)

    def _bytes(self, path: str, code: str) -> bytes:
        file = self._inside(path)
        try:
            if file.is_dir():
                raise _Refused("unreadable-file", f"{path} is a folder", "name a file in it")
            if file.exists() and not file.is_file():  # reading a device or a pipe may never end
                raise _Refused("unreadable-file", f"{path} is no ordinary file")
            if (size := file.stat().st_size) > self.largest:
                message = f"{path} has {size / 1e6:.0f} MB, more than {self.largest / 1e6:.0f} MB"
                raise _Refused("file-too-large", message)
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise _Refused(code, f"no file {path} in the book", self._nearest(path)) from None
        except OSError as error:
            raise _Refused("unreadable-file", f"{path}: {error.strerror or error}") from None

    def _find(self, pattern: str) -> tuple[str, ...]:
        file = self._inside(pattern)
        if not re.search(r"[*?\[]", pattern) or file.exists():
            return (pattern,)
        try:
            found = [path for path in self.root.glob(pattern) if path.is_file() and not path.name.startswith(".")]
        except (ValueError, OSError, re.error) as error:
            raise _Refused("wrong-setting", f'"{pattern}" is no pattern of file names: {error}') from None
        if not found:
            raise _Refused("missing-file", f'no file of the book fits "{pattern}"')
        names = sorted(path.relative_to(self.root).as_posix() for path in found)
        if unprintable := next(filter(_UNPRINTABLE.search, names), ""):
            message = f"the name of the file {unprintable!r} holds a character that no output can hold"
            raise _Refused("unreadable-file", message, "rename the file")
        return tuple(names)

    def _inside(self, path: str) -> Path:
        """The real file that a path means, which need not exist but lies in the folder."""
        if _SCHEME.match(path):
            hint = "save the file in the book folder and name it by its path there"
            raise _Refused("network-address", f'"{path}" is an address, not a file of the book', hint)
        if path.startswith("/") or re.match(r"[A-Za-z]:", path):
            raise _Refused("outside-book", f'"{path}" begins outside the book', "give the path from the book folder")
        try:
            root = self.root.resolve()
            real = (root / path).resolve()
            real.exists()  # a name too long, or a NUL in it
        except (OSError, RuntimeError, ValueError):  # RuntimeError: a loop of links
            raise _Refused("unreadable-file", f'"{path[:200]}" cannot be a file') from None
        if real == root:
            raise _Refused("unreadable-file", f'"{path}" names no file')
        if root not in real.parents:
            raise _Refused(
                "outside-book", f'"{path}" leads out of the book folder', "copy the file into the book folder"
            )
        return real

    def _nearest(self, path: str) -> str:
        names = self._names()
        turned = path.replace("\\", "/")
        same = [name for name in names if PurePosixPath(name).name.lower() == PurePosixPath(turned).name.lower()]
        return f'did you mean "{same[0]}"?' if same else did_you_mean(turned, names)

    def _names(self) -> list[str]:
        names: list[str] = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "build")
            names += [Path(folder, name).relative_to(self.root).as_posix() for name in sorted(files)]
            if len(names) > _MOST_NAMES:
                break
        return names[:_MOST_NAMES]
