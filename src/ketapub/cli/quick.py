"""The words of a command come in; what it says goes out, if it is a build that has nothing to do. And how that is said.

Asked before anything else, so that such a build need not even load the options of the commands.
"""

from __future__ import annotations

import os
import sys
import time

from ketapub.last_build import said_before

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ketapub.last_build import Line

CACHE = "--cache"


def said_by_nothing_to_do(words: Sequence[str]) -> list[Line] | None:
    """None if there is something to do, or nothing is known of it."""
    cache = _cache(words)
    if words[:1] != ["build"] or not cache:
        return None
    return said_before(in_full(words), time.strftime("%Y-%m-%d"), cache)


def in_full(words: Sequence[str]) -> list[str]:
    """With all else that decides what they mean: where no book is named, it is the one in this folder."""
    return [os.getcwd(), str(os.path.isfile("book.toml")), os.environ.get("SOURCE_DATE_EPOCH", ""), *words]


def speak(lines: Iterable[Line]) -> None:
    for stream, text in lines:
        print(text, file=sys.stderr if stream == "err" else sys.stdout)


def _cache(words: Sequence[str]) -> str:
    """Where the record may lie. In a wrong place, there is none for these words."""
    for at, word in reversed([*enumerate(words)]):
        name, equals, value = word.partition("=")
        if name == CACHE:
            return value if equals else "".join(words[at + 1 : at + 2])
    return default_cache()


def default_cache() -> str:
    """$XDG_CACHE_HOME/ketapub (an absolute path, XDG Base Directory Specification), else ~/.cache/ketapub. "" where
    nobody is at home."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.expanduser("~/.cache")
    return "" if base.startswith("~") else os.path.join(base, "ketapub")
