"""`[see @a, p. 3; -@b]`, `@a [p. 3]`, `@fig-x`: pandoc's citations come in, "citation" tokens go out.

Only recognises. What a key means, a work or a place in the book, is decided where nodes are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from markdown_it.token import Token

from ketapub.info import Info
from ketapub.problems import Position
from ketapub.syntax.attributes import find_attributes
from ketapub.syntax.locators import Locator, find_locator
from ketapub.syntax.states import InlineState

# A key: letters, digits, and inside it single marks (pandoc's manual, "Citation syntax"); or anything in braces.
_KEY = re.compile(r"(-?)@(?:\{([^{}\n]+)\}|(\w(?:\w|[:.#$%&\-+?<>~/](?=\w))*))")
_OPEN_BRACKET = re.compile(r"[ \t]*\n?[ \t]*\[(?!\^)")
_MARK = re.compile(r"\[(?:\^|[^\]]*@)")  # a bracket that is a note's, or one more citation
_BRACES = re.compile(r"\{[^{}]*\}")
_HOLDS_MARKS = "\\`[!<&"  # what begins so may hold a semicolon or @ that is none of ours
Mode = Literal["normal", "suppress-author", "narrative"]


@dataclass(frozen=True, slots=True)
class Cited:
    """One key with what stands around it, still as tokens."""

    key: str
    at: Position
    mode: Mode
    prefix: list[Token]
    suffix: list[Token]
    locator: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    begin: int
    end: int
    key: re.Match[str] | None


def reference_prefixes(info: Info) -> frozenset[str]:
    """What the ids of things in the book begin with: figures, tables, sections, equations, and kinds of callout."""
    return frozenset({"fig", "tbl", "sec", "eq", *(kind.prefix for kind in info.callouts.values() if kind.prefix)})


def is_reference(key: str, info: Info) -> bool:
    """Whether a key names a thing in the book (`fig-x`, or `Fig-x` at the start of a sentence) and no work."""
    prefix, dash, rest = key.partition("-")
    return bool(dash and rest) and prefix[:1].lower() + prefix[1:] in reference_prefixes(info)


def narrative(state: InlineState, silent: bool) -> bool:
    """`@a` or `-@a` in running text, perhaps with `[p. 3; @b]` behind it."""
    match = _key_at(state, state.pos, state.posMax)
    if not match:
        return False
    begin, end = state.pos, match.end()
    mode: Mode = "suppress-author" if match[1] else "narrative"
    cites = [_cited(state, _Part(begin, end, match), mode)] if not silent else []
    if not is_reference(match[2] or match[3], state.reading.info) and (bracket := _bare_locator(state, end)):
        behind = None if bracket[0].key else bracket[0]
        if not silent:
            cites = [_cited(state, _Part(begin, end, match), mode, behind)]
            cites += [_cited(state, part, "normal") for part in bracket if part.key]
        end = bracket[-1].end + 1
    if not silent:
        state.add("citation", begin, cites=cites, narrative=True)
    state.pos = end
    return True


def citation(state: InlineState, close: int, silent: bool) -> bool:
    """`[…@key…; …]`, whose closing bracket is at `close`."""
    begin = state.pos
    if "@" not in state.src[begin:close] or _something_follows(state, close + 1):
        return False
    parts = list(_parts(state, begin + 1, close))
    if not any(part.key for part in parts):
        return False
    if not silent:
        for part in parts:
            if not part.key:
                words = state.src[part.begin : part.end].strip()
                state.problem(
                    "citation-without-key",
                    part.begin,
                    f'"{words}" names no work',
                    "each part between ; needs its own @key",
                )
        cites = [_cited(state, part, "normal") for part in parts if part.key]
        state.add("citation", begin, cites=cites, narrative=False)
    state.pos = close + 1
    return True


def _key_at(state: InlineState, begin: int, end: int) -> re.Match[str] | None:
    """The key at an offset, unless a letter before it says that this is an e-mail address or the like."""
    if begin and (state.src[begin - 1].isalnum() or state.src[begin - 1] == "_"):
        return None
    return _KEY.match(state.src, begin, end)


def _something_follows(state: InlineState, offset: int) -> bool:
    """Whether the bracket is rather a link's or a span's."""
    follower = state.src[offset : min(offset + 1, state.posMax)]
    if follower == "{":
        return find_attributes(state.src, offset, state.posMax) is not None
    return follower == "(" or (follower == "[" and not _MARK.match(state.src, offset, state.posMax))


def _bare_locator(state: InlineState, offset: int) -> list[_Part] | None:
    opening = _OPEN_BRACKET.match(state.src, offset, state.posMax)
    if not opening:
        return None
    close = state.closing(opening.end() - 1)
    if close < 0 or _something_follows(state, close + 1):
        return None
    parts = list(_parts(state, opening.end(), close))
    keys = [part.key[2] or part.key[3] for part in parts if part.key]
    whole = all(part.key for part in parts[1:]) and not any(is_reference(key, state.reading.info) for key in keys)
    return parts if whole else None


def _parts(state: InlineState, begin: int, end: int) -> Iterator[_Part]:
    """The parts between semicolons; those inside code, links and brackets do not count."""
    old_pos, old_max = state.pos, state.posMax
    state.posMax = end
    start, key, offset = begin, None, begin
    while offset < end:
        mark = state.src[offset]
        if mark == ";":
            yield _Part(start, offset, key)
            start, key = offset + 1, None
            offset += 1
        elif mark in "@-" and (found := _key_at(state, offset, end)):
            if key and not is_reference(found[2] or found[3], state.reading.info):
                state.problem(
                    "two-works-in-one", offset, f"a second work, {found[0]}", "separate works with a semicolon"
                )
            key = key or found
            offset = found.end()
        elif mark in _HOLDS_MARKS:
            state.pos = offset
            state.md.inline.skipToken(state)
            offset = max(offset + 1, state.pos)
        elif mark == "{" and (braces := _BRACES.match(state.src, offset, end)):
            offset = braces.end()
        else:
            offset += 1
    yield _Part(start, end, key)
    state.pos, state.posMax = old_pos, old_max


def _cited(state: InlineState, part: _Part, mode: Mode, behind: _Part | None = None) -> Cited:
    assert part.key
    key = part.key[2] or part.key[3]
    begin, end = (behind.begin, behind.end) if behind else (part.key.end(), part.end)
    locator: Locator | None = None
    if not is_reference(key, state.reading.info):
        language = state.reading.language
        locator = find_locator(state.src, begin, end, language)
        if not locator and behind:  # `@a [33]` is a page too, as if a comma stood before it
            number = re.compile(r"\s*\d[\d–-]*").match(state.src, begin, end)
            locator = Locator("page", number[0].strip(), number.end()) if number else None
    if locator:
        begin = locator.end
    return Cited(
        key,
        state.place(part.key.start()),
        "suppress-author" if part.key[1] else mode,
        state.inside(part.begin, part.key.start()) if part.begin < part.key.start() else [],
        state.inside(begin, end) if begin < end else [],
        locator.text if locator else "",
        locator.label if locator else "",
    )
