"""Footnotes: `[^label]`, `^[text]` and `[^label]: text` come in, "note" tokens and kept definitions go out."""

from __future__ import annotations

import re

from ketapub.syntax.states import BlockState, Definition, InlineState

_LABEL = re.compile(r"\[\^([^\s\[\]^]+)\]")
_WRONG_LABEL = re.compile(r"\[\^([^\[\]\n]+)\]")
_DEFINITION = re.compile(r"\[\^([^\s\[\]^]+)\]:[ \t]*")


def note_reference(state: InlineState, silent: bool) -> bool:
    """`[^label]`"""
    match = _LABEL.match(state.src, state.pos, state.posMax)
    wrong = None if match else _WRONG_LABEL.match(state.src, state.pos, state.posMax)
    if wrong:
        if not silent:
            state.problem(
                "unknown-note", state.pos, f'"{wrong[1]}" cannot be the label of a note', "a word without spaces"
            )
        state.pos = wrong.end()
        return True
    if not match:
        return False
    if not silent:
        state.add("note_reference", state.pos, label=match[1])
    state.pos = match.end()
    return True


def inline_note(state: InlineState, silent: bool) -> bool:
    """`^[text]`"""
    if not state.src.startswith("^[", state.pos):
        return False
    begin, close = state.pos, state.closing(state.pos + 1)
    if close < 0:
        return False
    if not silent:
        token = state.add("note", begin, text_at=state.place(begin + 2))
        token.children = state.inside(begin + 2, close)
    state.pos = close + 1
    return True


def note_definition(state: BlockState, start: int, end: int, silent: bool) -> bool:
    """`[^label]: text`, and what follows it indented by four spaces. It leaves the stream until it is called."""
    if state.is_code_block(start):
        return False
    match = _DEFINITION.match(state.src, state.offset(start), state.eMarks[start])
    if not match or silent:
        return bool(match)
    label, at = match[1], state.place(start)
    kept = (state.tokens, state.bMarks[start], state.tShift[start], state.sCount[start], state.parentType, state.tight)
    state.finish()
    state.tokens = []
    # The rest of the line stands as if it were indented like what follows (pandoc: four spaces).
    state.blkIndent += 4
    state.bMarks[start] = match.end()
    state.tShift[start] = 0
    state.sCount[start] = state.blkIndent
    state.parentType = "footnote"
    if match.end() >= state.eMarks[start]:
        state.line = start + 1
        after = state.skipEmptyLines(start + 1)
        if after < end and state.sCount[after] >= state.blkIndent:
            state.md.block.tokenize(state, start + 1, end)
    else:
        state.md.block.tokenize(state, start, end)
    state.finish()
    note = Definition(at, state.tokens)
    state.blkIndent -= 4
    state.tokens, state.bMarks[start], state.tShift[start], state.sCount[start], state.parentType, state.tight = kept
    if label in state.reading.notes:
        first = state.reading.notes[label].at
        state.reading.problems.add("second-note", at, f'the note "{label}" is already defined at {first}')
    else:
        state.reading.notes[label] = note
    return True
