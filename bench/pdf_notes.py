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

ENOUGH = 40  # letters, which are a line of a note, so that they stand on one page


def look_at(pdf: Path, notes: Sequence[str]) -> Found:
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
        return Found(len(document), *wrong_notes(text, notes))


def wrong_notes(text: str, notes: Sequence[str]) -> tuple[int, int]:
    """Lost and repeated."""
    letters = _letters(text)
    counts = [letters.count(_letters(note)[:ENOUGH]) for note in notes]
    return sum(count == 0 for count in counts), sum(count > 1 for count in counts)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


if __name__ == "__main__":
    print(json.dumps(asdict(look_at(Path(sys.argv[1]), notes_of(Path(sys.argv[2]))))))
