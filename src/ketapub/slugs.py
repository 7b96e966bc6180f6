"""Words to identifiers: a title or a file name comes in, its identifier by pandoc's rule goes out."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str) -> str:
    """Pandoc's automatic identifier of a heading ("auto_identifiers" in the pandoc manual); "" when nothing is left.

    >>> slug("2. What it *isn't*: a cure")
    'what-it-isnt-a-cure'
    """
    kept = "".join(mark for mark in text.lower() if mark.isalnum() or mark in "_-." or mark.isspace())
    start = next((index for index, mark in enumerate(kept) if mark.isalpha()), len(kept))
    return re.sub(r"\s+", "-", kept[start:].strip())


def file_slug(text: str) -> str:
    """The same in ASCII, for names of files: "Über Ketamin" is "uber-ketamin"; "book" when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[-.]{2,}", "-", slug(plain).replace("_", "-"))[:80].strip("-.") or "book"
