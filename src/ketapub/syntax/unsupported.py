"""What pandoc and Quarto know and we do not yet: each is named where it stands, and none is printed raw."""

from __future__ import annotations

import re

from ketapub.syntax.states import BlockState, InlineState

_TEX = re.compile(r"\\([A-Za-z]+)\*?(?:\[[^\]\n]*\])*(?:\{[^{}\n]*\})*")
_STRAY = re.compile(r"\{(?:[#.][\w:-]+)(?:\s+[^{}\n]*)?\}|\{=\w+\}")
_DASHES = re.compile(r"-{2,}(?:[ \t]+-{2,})+[ \t]*$")
_GRID = re.compile(r"\+(?:[-=:]{3,}\+)+[ \t]*$")
_DRAWN = (
    (_GRID, "unsupported-grid-table", "a grid table", "write it with | pipes |"),
    (_DASHES, "unsupported-simple-table", "a table drawn with dashes", "write it with | pipes |"),
)
_BLOCKS = (
    (
        re.compile(r"\|(?:[ \t]|$)"),
        "unsupported-line-block",
        "a line block",
        "for a table, put |---|---| under its first line; for lines of verse, end each line with a backslash",
    ),
    (re.compile(r"\(@[\w-]*\)[ \t]"), "unsupported-example-list", "a numbered example", "write an ordinary list: 1."),
    (re.compile(r"#\.[ \t]"), "unsupported-list-marker", "a list numbered with #.", "write 1. for each item"),
)


def raw_tex(state: InlineState, silent: bool) -> bool:
    """`\\command{…}`"""
    match = _TEX.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent and match[1] != "end":
        name = match[1]
        hint = (
            "write {{< pagebreak >}}"
            if name in ("newpage", "pagebreak", "clearpage")
            else f"for a backslash, write \\\\{name}"
        )
        state.problem("unsupported-raw-tex", state.pos, f"TeX commands are not supported: \\{name}", hint)
    state.pos = match.end()
    return True


def stray_attributes(state: InlineState, silent: bool) -> bool:
    """`{.class}` that follows nothing it could belong to."""
    match = _STRAY.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        hint = "put them right behind ], ) or `, at the end of a heading, or write [text]{.class}"
        state.problem("stray-attributes", state.pos, f"these attributes belong to nothing: {match[0]}", hint)
    state.pos = match.end()
    return True


def drawn_table(state: BlockState, start: int, end: int, silent: bool) -> bool:
    return _report(_DRAWN, state, start, end, silent)


def unsupported_block(state: BlockState, start: int, end: int, silent: bool) -> bool:
    return not silent and _report(_BLOCKS, state, start, end, silent)


def _report(
    known: tuple[tuple[re.Pattern[str], str, str, str], ...], state: BlockState, start: int, end: int, silent: bool
) -> bool:
    """Name what begins at a line, and skip it as far as the next empty line."""
    if state.is_code_block(start):
        return False
    for pattern, code, what, hint in known:
        if not pattern.match(state.src, state.offset(start), state.eMarks[start]):
            continue
        if not silent:
            state.reading.problems.add(code, state.place(start), f"{what} is not supported", hint)
            state.line = start + 1
            while state.line < end and not state.isEmpty(state.line) and state.sCount[state.line] >= state.blkIndent:
                state.line += 1
        return True
    return False
