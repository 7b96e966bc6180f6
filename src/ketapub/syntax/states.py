"""markdown-it's two parser states, taught where they are: source text comes in, tokens with positions go out.

A block token carries `meta["at"]`, its Position. An "inline" token carries `meta["holder"]`, which leads every
offset in its content back to file, line and column: through quotes, list items, table cells and includes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from ketapub.info import Info
from ketapub.ledger import Ledger
from ketapub.problems import Position, Problems

MAX_NESTING = 50  # of blocks and of inlines: far beyond any book, far below Python's recursion limit
_SPACES = re.compile("[ \t]*")
# XML 1.0, 2.2, and what Python takes for line ends while Markdown does not.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


class Source:
    """One file's text, in which offsets can be told as positions."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> Position:
        line = bisect_right(self._lines, offset)
        return Position(self.file, line, offset - self._lines[line - 1] + 1)


class Holder:
    """The text of one inline token, each line of which starts (after its spaces) at an offset of the source."""

    def __init__(
        self, source: Source, content: str, starts: list[int], *, cell: bool = False, dropped: list[int] | None = None
    ) -> None:
        self.source = source
        self.cell = cell  # of a table, where even code escapes its pipes
        self.content = content
        self._starts = starts
        self._dropped = dropped or []  # offsets at which one character of the source, a backslash, is left out
        self._lines = [0, *(match.end() for match in re.finditer("\n", content))]

    def place(self, offset: int) -> Position:
        number = bisect_right(self._lines, offset) - 1
        begin = self._lines[number]
        if number >= len(self._starts):  # cannot be, unless a rule gives a wrong map
            return self.source.place(self._starts[-1])
        spaces = _SPACES.match(self.content, begin)
        indent = spaces.end() - begin if spaces else 0
        dropped = bisect_right(self._dropped, offset)
        return self.source.place(self._starts[number] + max(0, offset - begin - indent) + dropped)


# A path as written and the place of that, to the file's path in the book folder and its text; None after a complaint.
Read = Callable[[str, Position], "tuple[str, str] | None"]


@dataclass
class Definition:
    """A footnote's text as tokens, until the places that call it are known."""

    at: Position
    tokens: list[Token]
    used: bool = False


@dataclass
class Reading:
    """What all rules share while one chapter is read. It is filled on the way and dropped at the end."""

    info: Info
    problems: Problems
    read: Read
    language: str
    md: MarkdownIt
    env: dict[str, Any] = field(default_factory=dict)  # markdown-it's own: the link definitions
    notes: dict[str, Definition] = field(default_factory=dict)
    including: tuple[str, ...] = ()
    included: int = 0  # characters so far
    raw_tags: set[str] = field(default_factory=set)  # HTML tags already complained about
    in_note: bool = False
    ledger: Ledger | None = None
    in_fact: bool = False
    handout: bool = False  # what only handouts have may stand here
    figures: dict[tuple[str, str], Any] = field(default_factory=dict)  # by path and language: those read so far

    def __post_init__(self) -> None:
        self.env["reading"] = self
        self.env.setdefault("references", {})

    def clean(self, file: str, text: str) -> str:
        """A file's text with one kind of line end, and without characters that no output can hold (reported)."""
        text = re.sub("\r\n?", "\n", text.removeprefix("\ufeff"))
        source = Source(file, text)
        for match in _CONTROLS.finditer(text):
            name = f"U+{ord(match[0]):04X}"
            self.problems.add(
                "control-character", source.place(match.start()), f"a hidden control character, {name}", "delete it"
            )
        return _CONTROLS.sub(" ", text)

    def blocks(self, source: Source, tokens: list[Token] | None = None, level: int = 0) -> list[Token]:
        """The block tokens of a text, with a link or note definition before or after its use."""
        state = BlockState(source, self, [] if tokens is None else tokens)
        state.level = level
        self.md.block.tokenize(state, state.line, state.lineMax)
        state.finish()
        return state.tokens

    def inlines(self, holder: Holder, begin: int = 0, end: int | None = None) -> list[Token]:
        """The inline tokens of a text, or of the part of it from `begin` to `end`."""
        state = InlineState(holder, self, begin, len(holder.content) if end is None else end)
        return state.run()


class BlockState(StateBlock):
    def __init__(self, source: Source, reading: Reading, tokens: list[Token]) -> None:
        super().__init__(source.text, reading.md, reading.env, tokens)
        self.source = source
        self.reading = reading
        self.open_divs: list[int] = []  # the level inside each open div
        self.closed_at = -1  # the line of the fence that has just closed the innermost div
        self._placed = len(tokens)

    def offset(self, line: int) -> int:
        """Where a line's text starts, after the marks and indents of what it stands in."""
        return self.bMarks[line] + self.tShift[line]

    def place(self, line: int) -> Position:
        return self.source.place(self.offset(line))

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        self.finish()
        token = super().push(ttype, tag, nesting)
        if ttype == "list_item_open":  # the marker: only now is the line's start not yet moved behind it
            token.meta["at"] = self.place(self.line)
        if nesting > 0 and self.level == MAX_NESTING:
            self.reading.problems.add(
                "too-deeply-nested", self.place(min(self.line, self.lineMax - 1)), "too many things inside each other"
            )
        return token

    def finish(self) -> None:
        """Place the inline token just made: only now are its content and lines known, and the line starts still so."""
        if self.tokens and self.tokens[-1].type == "inline" and "holder" not in self.tokens[-1].meta:
            token = self.tokens[-1]
            first, last = token.map or [self.line, self.line]
            starts = [self.offset(line) for line in range(first, max(last, first + 1))]
            opener = self.tokens[-2] if len(self.tokens) > 1 else token
            if opener.type == "heading_open" and opener.markup.startswith("#"):
                starts = [self.src.find(token.content, starts[0] + len(opener.markup))]
            token.meta["holder"] = Holder(self.source, token.content, starts)


class InlineState(StateInline):
    def __init__(self, holder: Holder, reading: Reading, begin: int, end: int, level: int = 0) -> None:
        super().__init__(holder.content, reading.md, reading.env, [])
        self.holder = holder
        self.reading = reading
        self.pos, self.posMax, self.level = begin, end, level
        self._text_at = -1
        self._closings: dict[tuple[int, int], int] = {}

    def place(self, offset: int) -> Position:
        return self.holder.place(offset)

    def closing(self, opening: int) -> int:
        """The offset of the bracket that closes the one at `opening`; -1 when none does."""
        asked = (opening, self.posMax)
        if asked not in self._closings:
            if self.level + 1 >= MAX_NESTING:
                self.problem("too-deeply-nested", opening, "too many brackets inside each other")
            self._closings[asked] = (
                parseLinkLabel(self, opening) if self.src.find("]", opening, self.posMax) >= 0 else -1
            )
        return self._closings[asked]

    def problem(self, code: str, offset: int, message: str, hint: str = "") -> None:
        self.reading.problems.add(code, self.place(offset), message, hint)

    def run(self) -> list[Token]:
        self.md.inline.tokenize(self)
        for rule in self.md.inline.ruler2.getRules(""):
            rule(self)
        return self.tokens

    def inside(self, begin: int, end: int) -> list[Token]:
        """The tokens of a part of this text, which a rule has found to stand inside something."""
        if self.level + 1 >= MAX_NESTING:
            self.problem("too-deeply-nested", begin, "too many things inside each other")
            return []
        return InlineState(self.holder, self.reading, begin, end, self.level + 1).run()

    def add(self, kind: str, begin: int, **meta: Any) -> Token:
        """Push a token that starts at offset `begin`."""
        token = self.push(kind, "", 0)
        token.meta.update(meta, at=self.place(begin), offset=begin, holder=self.holder)
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        self._text_at = -1
        # Emphasis pushes one token for each of several equal marks without moving on.
        same = self.tokens[-2].meta.get("offset", -1) if len(self.tokens) > 1 else -1
        behind = same >= self.pos and self.tokens[-2].type == "text" and ttype == "text"
        offset = same + len(self.tokens[-2].content) if behind else self.pos
        token.meta.update(at=self.place(offset), offset=offset)
        return token

    def append_pending(self, text: str) -> None:
        if self._text_at < 0:
            self._text_at = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:
        token = super().pushPending()
        token.meta.update(at=self.place(self._text_at), offset=self._text_at)
        self._text_at = -1
        return token


InlineRule = Callable[[InlineState, bool], bool]
BlockRule = Callable[[BlockState, int, int, bool], bool]


def placed(rule: BlockRule) -> BlockRule:
    """A block rule whose first token carries the position at which the rule began."""

    def run(state: BlockState, start: int, end: int, silent: bool) -> bool:
        if silent:
            return rule(state, start, end, True)
        at, tokens, first = state.offset(start), state.tokens, len(state.tokens)
        matched = rule(state, start, end, False)
        if matched and len(tokens) > first:
            tokens[first].meta.setdefault("at", state.source.place(at))
        return matched

    return run
