"""Watches the folder of a book: a folder comes in; for each save, the files that changed, relative to it, go out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

LONGEST = (
    500  # milliseconds for which changes are collected: an editor may write several files, or one in several steps
)
QUIET = 20  # milliseconds without a change that end a save


class _OfBook(DefaultFilter):
    """Not what programs leave in the folder: outputs, what they keep, editors' own files."""

    def __init__(self, root: Path) -> None:
        self._root = root
        super().__init__(ignore_dirs=(*DefaultFilter.ignore_dirs, "build"))

    def __call__(self, change: Change, path: str) -> bool:
        folders = Path(path).relative_to(self._root).parents
        return super().__call__(change, path) and not any(
            (self._root / one / "CACHEDIR.TAG").exists() for one in folders
        )


async def saves(root: Path) -> AsyncIterator[frozenset[str]]:
    root = root.resolve()
    async for changes in awatch(
        root, watch_filter=_OfBook(root), debounce=LONGEST, step=QUIET, ignore_permission_denied=True
    ):
        yield frozenset(Path(path).relative_to(root).as_posix() for _, path in changes)
