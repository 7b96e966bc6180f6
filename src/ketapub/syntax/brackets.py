"""Everything that begins with `[` or `![`: the text comes in, one token with its inner tokens goes out.

Pandoc's order: note, citation, span, link. What is none of them stays text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from markdown_it.common.utils import normalizeReference
from markdown_it.helpers import parseLinkDestination, parseLinkTitle

from ketapub.syntax.attributes import Items, find_attributes
from ketapub.syntax.citations import citation
from ketapub.syntax.notes import note_reference
from ketapub.syntax.shortcodes import SHORTCODE
from ketapub.syntax.states import InlineState

_SPACES = re.compile(r"[ \t]*\n?[ \t]*")
_LIKE_ATTRIBUTES = re.compile(r"\{\s*(?:[#.]|[\w:-]+\s*=)[^{}\n]*\}?")


class _Target(NamedTuple):
    address: str
    address_at: int
    title: str
    end: int


def bracket(state: InlineState, silent: bool) -> bool:
    if note_reference(state, silent):
        return True
    close = state.closing(state.pos)
    return close >= 0 and (citation(state, close, silent) or _span(state, close, silent) or _link(state, close, silent))


def image(state: InlineState, silent: bool) -> bool:
    if not state.src.startswith("![", state.pos):
        return False
    close = state.closing(state.pos + 1)
    target = _inline_target(state, close + 1) or _labelled(state, state.pos + 2, close) if close >= 0 else None
    return bool(target and _push(state, "image", state.pos + 2, close, target, silent))


def attributes_behind(state: InlineState, offset: int, silent: bool) -> tuple[Items, int]:
    """The attribute block that follows an element at once, and the offset behind it."""
    if found := find_attributes(state.src, offset, state.posMax):
        return found
    if broken := _LIKE_ATTRIBUTES.match(state.src, offset, state.posMax):
        if not silent:
            state.problem(
                "broken-attributes",
                offset,
                f"these attributes cannot be read: {broken[0]}",
                'a value with spaces needs "quotes"',
            )
        return (), broken.end()
    return (), offset


def _span(state: InlineState, close: int, silent: bool) -> bool:
    if not state.src.startswith("{", close + 1):
        return False
    items, end = attributes_behind(state, close + 1, silent)
    if end == close + 1:
        return False
    if not silent:
        begin = state.pos
        state.add("span", begin, items=items).children = state.inside(begin + 1, close)
    state.pos = end
    return True


def _link(state: InlineState, close: int, silent: bool) -> bool:
    begin = state.pos
    target = _inline_target(state, close + 1) or _labelled(state, begin + 1, close)
    if target:
        return _push(state, "link", begin + 1, close, target, silent)
    if state.src.startswith("(", close + 1) and not silent:
        hint = "put an address with spaces between < and >; write \\[ where no link is meant"
        state.problem("broken-link", close + 1, "this link cannot be read", hint)
    if state.src.startswith("[", close + 1) and not state.src.startswith("[^", close + 1):
        behind = state.closing(close + 1)
        inner = state.src[close + 2 : behind]
        if behind > 0 and not silent and "@" not in inner:
            label = inner or state.src[begin + 1 : close]
            state.problem(
                "unknown-link-label", close + 1, f'no link is defined for "{label}"', f"add a line [{label}]: https://…"
            )
    return False


def _push(state: InlineState, kind: str, begin: int, close: int, target: _Target, silent: bool) -> bool:
    items, end = attributes_behind(state, target.end, silent)
    if not silent:
        token = state.add(
            kind,
            state.pos,
            items=items,
            target=target.address,
            target_at=state.place(target.address_at),
            title=target.title,
        )
        token.content = state.src[begin:close]
        token.children = state.inside(begin, close)
    state.pos = end
    return True


def _skip_spaces(text: str, offset: int, end: int) -> int:
    match = _SPACES.match(text, offset, end)
    return match.end() if match else offset


def _inline_target(state: InlineState, offset: int) -> _Target | None:
    """`(address "title")`"""
    text, end = state.src, state.posMax
    if offset >= end or text[offset] != "(":
        return None
    offset = begin = _skip_spaces(text, offset + 1, end)
    address = ""
    if variable := SHORTCODE.match(text, offset, end):
        address, offset = variable[0], variable.end()
    else:
        found = parseLinkDestination(text, offset, end)
        if found.ok:
            address, offset = found.str, found.pos
    behind = _skip_spaces(text, offset, end)
    title = ""
    if behind > offset:
        found_title = parseLinkTitle(text, behind, end)
        if found_title.ok:
            title, behind = found_title.str, _skip_spaces(text, found_title.pos, end)
    return _Target(address, begin, title, behind + 1) if behind < end and text[behind] == ")" else None


def _labelled(state: InlineState, begin: int, close: int) -> _Target | None:
    """`[text][label]`, `[label][]` or `[label]`, where a line `[label]: address` exists."""
    references = state.env["references"]
    label, end = state.src[begin:close], close + 1
    if end < state.posMax and state.src[end] == "[":
        behind = state.closing(end)
        if behind >= 0:
            label, end = state.src[end + 1 : behind] or label, behind + 1
    found = references.get(normalizeReference(label)) if references and label.strip() else None
    return _Target(found["href"], begin - 1, found["title"], end) if found else None
