"""Reads a C type without the names of all others.

What: for each C type that WeasyPrint names for the first time, as `hb_codepoint_t[12]` with the number of letters in a
font, cffi has pycparser read a hundred names of types, and then the one that is asked for.
Why safe: a parser of C has to know which of the words before it are types, and no others.
Gain: a tenth of the time of a cover.
"""

from __future__ import annotations

import re
from typing import Any

from cffi.cparser import Parser

from ketapub.formats.pdf.fast.replacing import replaced

ask_parse = Parser._parse
_WORD = re.compile(r"\w+")


def apply() -> None:
    replaced.put(Parser, "_parse", _parse)


def _parse(self: Any, text: str) -> Any:
    known, words = self._declarations, {f"typedef {word}" for word in _WORD.findall(text)}
    self._declarations = {name: known[name] for name in words & known.keys()}
    try:
        return ask_parse(self, text)
    finally:
        self._declarations = known
