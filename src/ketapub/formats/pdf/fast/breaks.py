"""Finds the end of a line among measured words: a text, where in it the line begins and how wide it may be in, the line
out. It follows the steps of WeasyPrint's `split_first_line`, or is `Unsure`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import Any, NamedTuple

import pyphen
from weasyprint.layout.percent import percentage
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS
from weasyprint.text.line_break import get_next_word_boundaries

from ketapub.formats.pdf.fast.words import LETTER, Face, Text, Word

LONGEST = 2**21  # pixels: no line is wider for WeasyPrint
REMEMBERED = 100_000  # words, and how they may be divided


class Unsure(Exception):
    """A case that is for WeasyPrint."""


class Line(NamedTuple):
    """Where a line ends and the next one begins, in characters of the whole text."""

    shown: str  # what is in the line, with a hyphen where a word is divided
    end: int
    resume: int | None
    width: int


class Breaker:
    """`divides`: whether words too long for a line are broken anywhere."""

    def __init__(self, face: Face, known: Text, style: Any, divides: bool) -> None:
        self.face, self.known, self.style, self.divides = face, known, style, divides
        self.text = known.text

    @property
    def breaks(self) -> list[int]:
        return self.known.breaks

    @property
    def lang(self) -> str | None:
        """Of hyphenation."""
        return _language(self.face.lang) if self.style["hyphens"] == "auto" and self.face.lang else None

    def line(self, start: int, max_width: float | None) -> Line:
        found = self._line(start, max_width)
        if self.known.letters and not LETTER.search(found.shown):  # the same glyphs may be of another script there
            raise Unsure
        return found

    def _line(self, start: int, max_width: float | None) -> Line:
        known, words = self.known, self.known.words
        first = bisect_right(known.starts, start) - 1
        base = known.lefts[first]
        if cut := start - known.starts[first]:
            base = known.rights[first] - self._rest(words[first], cut).width
        whole = Line(self.text[start:], len(self.text), None, known.rights[-1] - base)
        if max_width is None or not self.face.wraps:
            return whole
        if max_width < 0:
            raise Unsure
        limit = int(max_width * TO_UNITS) if max_width < LONGEST else whole.width
        if whole.width <= limit:
            return whole
        if not self.face.collapses:
            raise Unsure
        last = bisect_right(known.rights, limit + base) - 1  # the last word that fits
        wide = words[last + 1]  # the first one that does not
        if wide is None or (last >= first and words[last] is None):
            raise Unsure
        if (last >= first and known.kerned[last] > limit + base) or known.kerned[last + 1] <= limit + base:
            raise Unsure  # the space that is not drawn decides
        begin = known.starts[last + 1]
        end = begin + len(wide.text)
        if last < first:
            begin = start
            if (plain := self._broken(start, begin, end, 0, limit)) is None:
                return self._too_long(start, end, limit)
            return self._hyphenated(plain, start, begin, 0, max_width, limit, plain.width) or plain
        left = known.lefts[last + 1] - base
        if plain := self._broken(start, begin, end, left, limit):
            return self._hyphenated(plain, start, begin, left, max_width, limit, plain.width) or plain
        plain = self._before(start, begin, known.rights[last] - base)
        return self._hyphenated(plain, start, begin, left, max_width, limit, known.kerned[last] - base) or plain

    def _rest(self, word: Word | None, cut: int) -> Word:
        """What the line before has left of a word."""
        rest = self._word(word.text[cut:]) if word and cut < len(word.text) else None
        if word is None or rest is None or rest.last != word.last:
            raise Unsure
        return rest

    def _word(self, text: str) -> Word:
        word = self.face.word(text, self.known.letters)
        if word is None:
            raise Unsure
        return word

    def _begun(self, text: str, begin: int) -> Word:
        """A word that takes the place of the one at `begin`, after the same space."""
        word = self._word(text)
        known = self.known
        whole = known.words[bisect_right(known.starts, begin) - 1]
        if begin in known.starts and (whole is None or word.first != whole.first):
            raise Unsure
        return word

    def _broken(self, start: int, begin: int, end: int, left: int, limit: int) -> Line | None:
        """As much of a word as fits, if it may be broken: behind a hyphen, say."""
        places = self.breaks[bisect_right(self.breaks, begin) : bisect_left(self.breaks, end)]
        for place in reversed(places):
            width = left + self._begun(self.text[begin:place], begin).width
            if width <= limit:
                return Line(self.text[start:place], place, place, width)
        return None

    def _before(self, start: int, begin: int, width: int) -> Line:
        """The words before the one that is too much, without the space."""
        if begin not in self.breaks:
            raise Unsure
        return Line(self.text[start : begin - 1], begin - 1, begin, width)

    def _hyphenated(
        self, plain: Line, start: int, begin: int, left: int, max_width: float, limit: int, filled: int
    ) -> Line | None:
        """A line with more in it than the plain one, which fills so much."""
        place = plain.end if plain.resume is None else plain.resume
        after = self._break_after(place)
        if after == place + 1 or self.lang is None:
            return None
        next_words = self.text[place:] if after is None else self.text[place : after - 1]
        at, parts = self._divisions(next_words, max_width - filled * FROM_UNITS, max_width)
        hyphen = self.style["hyphenate_character"]
        for part in parts:
            stop = place + at + len(part)
            if " " in self.text[begin:stop]:
                raise Unsure
            width = left + self._begun(self.text[begin:stop] + hyphen, begin).width
            if width <= limit:
                return Line(self.text[start:stop] + hyphen, stop, stop, width)
        return None

    def _too_long(self, start: int, end: int, limit: int) -> Line:
        """The first word alone, which is wider than the line: always so where the least width is asked for."""
        if self.divides:
            raise Unsure
        after = self._break_after(start)
        if after is None and end == len(self.text):
            stop, resume, next_words = end, after, self.text[start:]
        elif after == end + 1 < len(self.text):
            stop, resume, next_words = end, after, self.text[start:end]
        elif after is not None and start + 1 < after < end:
            stop, resume, next_words = after, after, self.text[start : after - 1]
        else:
            raise Unsure
        if self.lang:
            at, parts = self._divisions(next_words, -1, 0)
            for part in parts:
                cut = start + at + len(part)
                shown = self.text[start:cut] + self.style["hyphenate_character"]
                width = self._word(shown).width
                if width <= limit or part == parts[-1]:
                    return Line(shown, cut, cut, width)
        return Line(self.text[start:stop], stop, resume, self._word(self.text[start:stop]).width)

    def _break_after(self, place: int) -> int | None:
        index = bisect_right(self.breaks, place)
        return self.breaks[index] if index < len(self.breaks) else None

    def _divisions(self, text: str, space: float, max_width: float) -> tuple[int, tuple[str, ...]]:
        """Where the first word is that may be hyphenated, and its beginnings, longest first."""
        least, left, right = self.style["hyphenate_limit_chars"]
        at = 0
        while text and (found := _next_word(text, self.lang)):
            begin, end = found
            if end - begin >= least and (
                space < 0 or space > percentage(self.style["hyphenate_limit_zone"], self.style, max_width)
            ):
                return at + begin, _beginnings(text[begin:end], self.lang, left, right)
            text = text[end:]
            at += end
        return 0, ()


_next_word = lru_cache(REMEMBERED)(get_next_word_boundaries)
_language = lru_cache(REMEMBERED)(pyphen.language_fallback)
_dictionary = lru_cache(REMEMBERED)(pyphen.Pyphen)


@lru_cache(REMEMBERED)
def _beginnings(word: str, lang: str, left: int, right: int) -> tuple[str, ...]:
    return tuple(begin for begin, _ in _dictionary(lang=lang, left=left, right=right).iterate(word))
