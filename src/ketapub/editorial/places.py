"""Spans of a text, and where its characters stand in the source: text and source line come in, columns go out."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

Span = tuple[int, int]


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, with those that overlap made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return tuple(found)


def within(spans: tuple[Span, ...], start: int, end: int) -> bool:
    """Whether one of the spans, which are `joined`, holds all of another."""
    index = bisect_right(spans, start, key=lambda span: span[0]) - 1
    return index >= 0 and end <= spans[index][1]


_SMART = (("—", "---"), ("–", "--"), ("…", "..."))
_SKIPPED = re.compile(r"<!--.{0,2000}?-->")
_SHORTCODE = re.compile(r"\{\{<.{0,200}?>\}\}")
_BEHIND = 80  # characters behind a shortcode by which its end is found in the text
_LITERAL = re.compile(r"[\w ,.:;()]+")  # that stand in the text as they do in the source
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,31});")
_CURLY = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "‹": "'", "›": "'"}


@lru_cache(maxsize=16)
def columns(text: str, column: int, source: str) -> tuple[int, ...]:
    """The column of each character of `text`, which begins at `column` in the line `source`.

    What the author wrote differs from the text by escapes, entities, dashes, quotation marks, comments and
    shortcodes. The words of a shortcode stand where the shortcode does, and so does what the program wrote.
    """
    offset, index = column - 1, 0
    found: list[int] = []
    while index < len(text):
        if comment := _SKIPPED.match(source, offset):
            offset = comment.end()
            if source[offset : offset + 1] == " " and text[index] != " ":
                offset += 1  # of the spaces on both sides one is left
            continue
        if shortcode := _SHORTCODE.match(source, offset):
            end = _shortcode_end(text, index, source[shortcode.end() :])
            found += [offset + 1] * (end - index)
            index, offset = end, shortcode.end()
            continue
        width = _width(text[index], source, offset)
        if not width:
            break
        found.append(offset + 1 + (source[offset] == "\\" and width == 2))
        offset += width
        index += 1
    found += [offset + 1] * (len(text) - index)
    return tuple(found) or (column,)


def _shortcode_end(text: str, index: int, behind: str) -> int:
    """Where in a text the words of a shortcode end, by what stands behind it in the source."""
    rest = behind.rstrip()[:_BEHIND]
    match = _LITERAL.match(rest)
    if not match:
        return len(text)
    if match.end() == len(rest) < _BEHIND and text.endswith(rest):  # nothing else follows: it is the end of the text
        return max(index, len(text) - len(rest))
    found = text.find(match[0], index)
    return len(text) if found < 0 else found


def _width(character: str, source: str, offset: int) -> int:
    """How many characters of the source, at an offset, one of the text stands for; 0 when it is not there."""
    for sign, written in _SMART:
        if character == sign and source.startswith(written, offset):
            return len(written)
    here = source[offset : offset + 1]
    if here == "\\" and source[offset + 1 : offset + 2] in (character, _CURLY.get(character, character)):
        return 2
    if here == "&" and (entity := _ENTITY.match(source, offset)) and html.unescape(entity[0])[:1] == character:
        return len(entity[0])
    return int(here == character or (here != "" and _CURLY.get(character) == here))
