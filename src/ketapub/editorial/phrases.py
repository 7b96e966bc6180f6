"""Phrases as an author writes them ("cur*", "is * a cure") come in; something that finds them in a text goes out.

No regular expression of an author's is ever run. Each word of a phrase is matched as a whole and never tried again
(an atomic group), each `*` is bounded, so that the time to search grows with the text and the phrases only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

LONGEST = 200  # characters of a phrase
MOST_WORDS = 16
MOST_STARS = 2  # in one word
_FEW = 4  # words that `**` may stand for
_WORD_PATTERN = r"(?>\w[\w'-]{0,59})"
_SPACE = r"(?>\s{1,20})"
_ALIKE = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "\u00ad": "-", "–": "-"}
)


@dataclass(frozen=True, slots=True)
class Phrases:
    """`finder` has one alternative a phrase."""

    written: tuple[str, ...]
    finder: re.Pattern[str]

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a phrase stands, each place once, in order."""
        if self.written:
            for match in self.finder.finditer(alike(text)):
                yield match.span()

    def finds(self, text: str) -> bool:
        return next(self.find(text), None) is not None

    def cover(self, text: str) -> list[tuple[int, int]]:
        """Every place of every phrase, also those that overlap."""
        same, spans = alike(text), []
        for pattern in map(_alone, self.written):
            match = pattern.search(same)
            while match:
                spans.append(match.span())
                match = pattern.search(same, match.start() + 1)
        return spans


@lru_cache(maxsize=10_000)  # each rule looks at the same texts
def alike(text: str) -> str:
    """The text with one kind of apostrophe and of hyphen; no offset changes."""
    return text.translate(_ALIKE)


def why_not(phrase: str) -> str:
    """What is wrong with a phrase, in words, or ""."""
    parts = phrase.split()
    if not parts:
        return "it is empty"
    if len(phrase) > LONGEST or len(parts) > MOST_WORDS:
        return f"it has more than {MOST_WORDS} words or {LONGEST} characters"
    if all(not part.strip("*") for part in parts):
        return "it has no word, only stars"
    if parts[0] == "**" or parts[-1] == "**" or parts.count("**") > MOST_STARS:
        return f"** stands between words, and at most {MOST_STARS} times"
    if any(part.strip("*") and part.count("*") > MOST_STARS for part in parts):
        return f"one word has more than {MOST_STARS} stars"
    return ""


def phrases(written: tuple[str, ...]) -> Phrases:
    """Only of phrases that `why_not` has nothing against."""
    sources = tuple(_source(phrase) for phrase in written)
    at_word = r"(?<!\w)" if all(phrase.strip()[0] == "*" or phrase.strip()[0].isalnum() for phrase in written) else ""
    return Phrases(written, re.compile(f"{at_word}(?:{'|'.join(sources)})", re.IGNORECASE))


@cache
def _alone(phrase: str) -> re.Pattern[str]:
    return re.compile(_source(phrase), re.IGNORECASE)


def _source(phrase: str) -> str:
    found = ""
    for part in alike(phrase).split():
        if part == "**":  # up to four words; the space behind each belongs to it
            found += f"{_SPACE}(?:{_WORD_PATTERN}{_SPACE}){{0,{_FEW}}}?"
            continue
        space = "" if not found or found.endswith("}?") else _SPACE
        found += space + (_WORD_PATTERN if part == "*" else _word(part))
    return found


def _word(part: str) -> str:
    """One word of a phrase, whole: a letter or digit at its edge has none beside it."""
    pieces = [re.escape(piece) for piece in part.split("*")]
    before = r"(?<!\w)" if part[0] == "*" or part[0].isalnum() else ""
    after = r"(?!\w)" if part[-1] == "*" or part[-1].isalnum() else ""
    return "(?>" + before + r"\w{0,40}?".join(pieces) + after + ")"
