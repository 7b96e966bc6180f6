"""A PDF and the plain page of its book come in; its pages, and how many notes its text lacks or has twice, go out."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.plain import notes_of
from bench.results import Found

ENOUGH = 40  # letters, which stand in one line of a note
_FACT = re.compile(r"\{\{<.*?>\}\}", re.DOTALL)


def look_at(pdf: Path, notes: Sequence[str]) -> Found:
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
        return Found(len(document), *wrong_notes(text, notes))


def wrong_notes(text: str, notes: Sequence[str]) -> tuple[int, int]:
    """Lost: neither its beginning nor its end is there, as it may go on on another page. Repeated: it begins twice."""
    letters, sought = _letters(text), [_known(note) for note in notes]
    lost = sum(note[:ENOUGH] not in letters and note[-ENOUGH:] not in letters for note in sought)
    return lost, sum(letters.count(note[:ENOUGH]) > 1 for note in sought)


def _known(note: str) -> str:
    """The letters of its longest part between facts: pandoc has filled in none of those."""
    return max(map(_letters, _FACT.split(note)), key=len)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


if __name__ == "__main__":
    print(json.dumps(asdict(look_at(Path(sys.argv[1]), notes_of(Path(sys.argv[2]))))))
