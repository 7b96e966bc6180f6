"""The version of a handout: its resolved text comes in, a short id that can be read aloud goes out.

It is the same for every clinic, paper and size, and changes with the text alone.
"""

from __future__ import annotations

import hashlib

from ketapub import document as d
from ketapub.passages import digest, passages

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another: no 0, 1, I, L, O, U
LENGTH = 4


def text_id(book: d.Book) -> str:
    """Four letters of the hash of the words of a handout: "K7QD"."""
    words = digest(passages(book.chapters[0], book))
    number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:8])
    found = ""
    for _ in range(LENGTH):
        number, rest = divmod(number, len(LETTERS))
        found += LETTERS[rest]
    return found
