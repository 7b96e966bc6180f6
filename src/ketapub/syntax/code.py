"""Code: markdown-it's fences and backticks, with their attributes read and an unclosed fence noticed."""

from __future__ import annotations

import re

from markdown_it.rules_block import fence
from markdown_it.rules_inline import backtick

from ketapub.syntax.brackets import attributes_behind
from ketapub.syntax.states import BlockState, InlineState

_RAW = re.compile(r"\{=[\w+-]+\}")
_TICKS = re.compile("`+")


def code_fence(state: BlockState, start: int, end: int, silent: bool) -> bool:
    at = state.offset(start)
    if not fence(state, start, end, silent):
        return False
    if silent:
        return True
    token = state.tokens[-1]
    info_at = state.src.find(token.info, at + len(token.markup)) if token.info else at
    token.meta.update(source=state.source, info_at=info_at, info_end=info_at + len(token.info))
    last = state.line - 1
    closing = state.src[state.offset(last) : state.eMarks[last]].strip()
    if last == start or set(closing) != {token.markup[0]} or len(closing) < len(token.markup):
        state.reading.problems.add(
            "unclosed-code", state.source.place(at), "this code block has no end", f"close it with {token.markup}"
        )
    return True


def code_span(state: InlineState, silent: bool) -> bool:
    begin = state.pos
    ticks = _TICKS.match(state.src, begin, state.posMax)
    if not ticks or not backtick(state, silent):
        return False
    if state.pos == ticks.end():
        return True  # no partner: just ticks
    raw = _RAW.match(state.src, state.pos, state.posMax)
    items, end = attributes_behind(state, state.pos, silent)
    if not silent:
        token = state.tokens[-1]
        token.meta.update(at=state.place(begin), offset=begin, items=items, holder=state.holder)
        if state.holder.cell:  # GFM: a pipe in a cell is escaped even inside code
            token.content = token.content.replace("\\|", "|")
        if raw:
            state.problem("unsupported-raw", begin, "raw code for one output is not supported", "write it in Markdown")
            token.content = ""
        elif cell := re.match(r"\{(\w+)\}\s", token.content):
            state.problem(
                "unsupported-code-cell", begin, f"code is not run here: {cell[0].strip()}", "write the result itself"
            )
    state.pos = raw.end() if raw else end
    return True
