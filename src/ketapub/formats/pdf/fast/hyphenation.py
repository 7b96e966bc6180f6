"""Reads patterns of hyphenation by their shapes.

What: before the first word is divided, pyphen reads all patterns of its language, some ten thousand, with two regular
expressions and a dozen steps each. Here each shape of pattern is read once: "a1bc2" has that of "eff1l2d".
Why safe: what numbers a pattern has depends on where in it the digits are, and not on the letters. For patterns with
characters written as numbers, or with another spelling, pyphen is asked.
Gain: a hundredth of the time of an edit; half a second of it where the book is German.
"""

from __future__ import annotations

import io
import re
from types import SimpleNamespace
from typing import Any

import pyphen

from ketapub.formats.pdf.fast.replacing import replaced

ask_patterns = pyphen.HyphDict
_DIGITS = re.compile("[0-9]+")
_LETTERS = bytes(code if chr(code) in "0123456789\n" else ord(".") for code in range(256))


def apply() -> None:
    replaced.put(pyphen, "HyphDict", Patterns)


class Patterns(pyphen.HyphDict):  # type: ignore[misc]  # pyphen has no types
    """A dictionary of pyphen's, with the same in it."""

    def __init__(self, path: Any) -> None:
        with path.open("rb") as file:
            encoding = file.readline().decode()
        lines = [line.strip() for line in path.read_text(encoding).split("\n")[1:]]
        text = "\n".join(lines)
        keys = _DIGITS.sub("", text).split("\n")
        shapes = text.encode("ascii", "replace").translate(_LETTERS).decode().split("\n")
        known: dict[str, tuple[int, ...]] = {}
        self.cache: dict[str, Any] = {}
        self.patterns: dict[str, Any] = {}
        for line, key, shape in zip(lines, keys, shapes, strict=True):
            if line.startswith(pyphen.ignored):
                continue
            if "/" in line or "^^" in line:
                self.patterns |= _read(line)
            elif core := shape.strip(".0"):
                if core not in known:
                    known[core] = tuple(int(digit or 0) for digit, _ in pyphen.parse(core)[:-1])
                self.patterns[key] = shape[: shape.index(core)].count("."), known[core]
        self.maxlen = max(map(len, self.patterns))


def _read(line: str) -> dict[str, Any]:
    """What pyphen makes of one line of a dictionary, which has to have a pattern in it: so another one is there too."""
    text = f"UTF-8\n1\n{line}"
    file = SimpleNamespace(open=lambda _: io.BytesIO(), read_text=lambda _: text)
    patterns: dict[str, Any] = ask_patterns(file).patterns
    del patterns[""]
    return patterns
