"""GFM pipe tables: their lines come in, one "table" token with a Holder for each cell goes out."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from ketapub.document import Align
from ketapub.problems import Position
from ketapub.syntax.states import BlockState, Holder

_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_PIPE = re.compile(r"\\.|(?<!`)(`+)(?!`)(?:(?!\1).|\1`+)*?(?<!`)\1(?!`)|\|")
CAPTION = re.compile(r"(?:[Tt]able)?:[ \t]+")


class RowCells(NamedTuple):
    at: Position
    cells: list[Holder]


def table(state: BlockState, start: int, end: int, silent: bool) -> bool:
    if start + 2 > end or state.is_code_block(start) or state.isEmpty(start + 1):
        return False
    if state.sCount[start + 1] < state.blkIndent or state.is_code_block(start + 1):
        return False
    rule_begin, rule_end = state.offset(start + 1), state.eMarks[start + 1]
    rule = state.src[rule_begin:rule_end]
    if "-" not in rule or ("|" not in rule and ":" not in rule) or not _DELIMITER.match(rule):
        return False
    if "|" not in state.src[state.offset(start) : state.eMarks[start]] and "|" not in rule:
        return False
    head, rules = _cells(state, start), _cells(state, start + 1)
    if silent:
        return len(head.cells) == len(rules.cells)
    if len(head.cells) != len(rules.cells):
        if "|" not in rule:
            return False  # a heading underlined with dashes
        message = f"the first line has {len(head.cells)} cells, the line of dashes {len(rules.cells)}"
        state.reading.problems.add("broken-table", state.place(start + 1), message, "give both the same number")
    rows = []
    line = start + 2
    terminators = state.md.block.ruler.getRules("blockquote")
    while line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        if state.is_code_block(line) or CAPTION.match(state.src, state.offset(line), state.eMarks[line]):
            break
        if any(terminator(state, line, end, True) for terminator in terminators):
            break
        row = _cells(state, line)
        if len(row.cells) > len(rules.cells):  # GFM leaves such cells out; losing words is worth a warning
            extra = row.cells[len(rules.cells)]
            state.reading.problems.add(
                "extra-cell",
                extra.place(0),
                "this row has more cells than the table: the rest is left out",
                severity="warning",
            )
        rows.append(RowCells(row.at, row.cells[: len(rules.cells)]))
        line += 1
    token = state.push("table", "", 0)
    token.meta.update(head=head, rows=rows, alignments=tuple(_align(cell.content) for cell in rules.cells))
    state.line = line
    return True


def _align(rule: str) -> Align:
    left, right = rule.startswith(":"), rule.endswith(":")
    return "center" if left and right else "left" if left else "right" if right else ""


def _cells(state: BlockState, line: int) -> RowCells:
    """The cells of one line: a pipe ends a cell unless it is escaped (GFM 4.10) or stands in code (pandoc)."""
    begin, end = state.offset(line), state.eMarks[line]
    text = state.src[begin:end].rstrip()
    pipes = [match.start() for match in _PIPE.finditer(text) if match[0] == "|"]
    edges = [-1, *pipes, len(text)]
    if edges[1] == 0:
        del edges[0]
    if len(edges) > 2 and edges[-2] == len(text) - 1:
        del edges[-1]
    holders = []
    for before, after in pairwise(edges):
        cell = text[before + 1 : after]
        first = begin + before + 1 + len(cell) - len(cell.lstrip())
        holders.append(Holder(state.source, cell.strip(), [first], cell=True))
    return RowCells(state.place(line), holders)


def before_caption(state: BlockState, start: int, end: int) -> bool:
    """Whether the paragraph at `start` is followed by a table's caption and its table, which is no definition."""
    line = start + 1
    if line >= end or not state.isEmpty(line):
        return False
    line = state.skipEmptyLines(line)
    if line >= end or not CAPTION.match(state.src, state.offset(line), state.eMarks[line]):
        return False
    while line < end and not state.isEmpty(line):
        line += 1
    line = state.skipEmptyLines(line)
    return line < end and table(state, line, end, True)
