"""The text of a CSL-JSON file in, its raw records out, each with the place where it opens.

Numbers come out as the text they were written as, so nothing is lost of "010" or "1e3" (CSL 1.0.2: a number variable
may hold any text).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ketapub.library.places import places_in
from ketapub.problems import Position, Problems

SPACE = re.compile(r"[ \t\r\n]*")
A_LIST = "a CSL-JSON file is a list of references: [ {…}, {…} ]"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a value of JSON")


DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_constant)


def read(path: str, text: str, problems: Problems) -> Iterator[tuple[Any, Position]]:
    """Yield `(raw record, Position)` for each member of the list; a fault of syntax is reported and ends it."""
    place = places_in(path, text)

    def after_space(offset: int) -> int:
        match = SPACE.match(text, offset)
        return match.end() if match else offset

    def broken(offset: int, message: str, hint: str = "") -> None:
        problems.add("broken-references", place(min(offset, len(text))), message, hint)

    offset = after_space(0)
    if text[offset : offset + 1] != "[":
        return broken(offset, "the file does not open with a list", A_LIST)
    offset = after_space(offset + 1)
    if text[offset : offset + 1] == "]":
        offset += 1
    else:
        while True:
            start = offset
            try:
                raw, offset = DECODER.raw_decode(text, start)
            except json.JSONDecodeError as error:
                return broken(error.pos, f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}")
            except (ValueError, RecursionError) as error:
                return broken(start, f"not valid JSON: {error}")
            yield raw, place(start)
            offset = after_space(offset)
            mark = text[offset : offset + 1]
            if mark == "]":
                offset += 1
                break
            if mark != ",":
                return broken(offset, 'expected "," or "]" after a reference')
            offset = after_space(offset + 1)
    if (rest := after_space(offset)) < len(text):
        broken(rest, "text after the end of the list", A_LIST)
    return None
