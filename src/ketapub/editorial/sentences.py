"""A run of plain text comes in; the spans of its sentences and of its words go out."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_WORD = re.compile(r"[^\W_]+(?:['’\-‐‑.,/][^\W_]+)*")
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*(?=\s+[\"'“‘«„(\[¿¡]*[^\W_a-zß-öø-ÿ]|\s*$)")
_NO_END = re.compile(  # what a full stop belongs to, without ending the sentence
    r"(?:^|[\s(\[“\"])(?:[A-HJ-Za-z]|Dr|Mr|Mrs|Ms|Prof|St|vs|etc|e\.g|i\.e|al|p|pp|Fig|Tab|Vol|Ch|z\.B|bzw|ca)\.$"
)


def sentences(text: str) -> Iterator[Span]:
    """Each sentence without the space around it. A question mark inside quotation marks ends one, as in "Why?" Then."""
    start = 0
    for end in _END.finditer(text):
        if (
            end[0] == "."
            and end.end() < len(text.rstrip())
            and _NO_END.search(text, max(start, end.end() - 8), end.end())
        ):
            continue
        yield from _tight(text, start, end.end())
        start = end.end()
    yield from _tight(text, start, len(text))


def _tight(text: str, start: int, end: int) -> Iterator[Span]:
    part = text[start:end]
    if part.strip():
        yield start + len(part) - len(part.lstrip()), end - (len(part) - len(part.rstrip()))


def words(text: str, start: int = 0, end: int | None = None) -> list[str]:
    """The words of a part of a text; "follow-up", "isn't" and "1,000" are one each."""
    return _WORD.findall(text, start, len(text) if end is None else end)


def is_whole(text: str) -> bool:
    """Whether a run is made of whole sentences: it begins like one and ends like one."""
    first = _WORD.search(text)
    return bool(first and not first[0][0].islower() and re.search(r"[.!?…][\"'”’»)\]]*\s*$", text))


def asks(text: str, offset: int) -> bool:
    """Whether the sentence around an offset is a question."""
    for start, end in sentences(text):
        if start <= offset < end:
            return text[start:end].rstrip("\"'”’»)] ").endswith("?")
    return False
