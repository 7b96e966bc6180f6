"""`x^2^` and `H~2~O`: a mark comes in, a "superscript" or "subscript" token goes out (pandoc: no spaces inside)."""

from __future__ import annotations

import re

from ketapub.syntax.states import InlineState

_NAMES = {"^": "superscript", "~": "subscript"}
_INSIDE = {
    mark: re.compile(rf"{re.escape(mark)}((?:[^\s\\{re.escape(mark)}]|\\.)+){re.escape(mark)}") for mark in _NAMES
}


def script(state: InlineState, silent: bool) -> bool:
    mark = state.src[state.pos]
    match = _INSIDE[mark].match(state.src, state.pos, state.posMax)
    if not match or state.src.startswith(mark * 2, match.end() - 1):
        return False
    if not silent:
        state.add(_NAMES[mark], state.pos).children = state.inside(match.start(1), match.end(1))
    state.pos = match.end()
    return True
