"""One run of text: pieces come in one by one, nodes go out; adjacent words are one `Text`, no line end is doubled."""

from __future__ import annotations

from dataclasses import replace

from ketapub import document as d
from ketapub.document import Inline, Inlines
from ketapub.problems import Position
from ketapub.syntax.states import MAX_NESTING, Reading

Paired = type[d.Emphasis | d.Strong | d.Strikeout]


class Line:
    """The nodes made so far, inside the emphasis that is open."""

    def __init__(self) -> None:
        self._levels: list[tuple[str, Paired, Position]] = []
        self._nodes: list[list[Inline]] = [[]]
        self._words: list[str] = []
        self._words_at = Position("")
        self._too_deep = 0
        self.after_comment = False

    def text(self, words: str, at: Position) -> None:
        if self.after_comment:
            before = self._words[-1] if self._words else ""
            if before.endswith(" ") or not (before or self._nodes[-1]):
                shorter = words.lstrip(" ")  # the comment stood between two spaces, or first
                at = replace(at, column=at.column + len(words) - len(shorter))
                words = shorter
        if not words:
            return
        self.after_comment = False
        if not self._words:
            self._words_at = at
        self._words.append(words)

    def node(self, node: Inline) -> None:
        self._flush()
        last = self._nodes[-1][-1] if self._nodes[-1] else None
        if isinstance(node, d.SoftBreak) and (last is None or isinstance(last, d.SoftBreak | d.HardBreak)):
            return  # only a comment stood on the line before
        self._nodes[-1].append(node)
        self.after_comment = False

    def open(self, kind: str, make: Paired, at: Position, reading: Reading) -> None:
        self._flush()
        if len(self._levels) >= MAX_NESTING:
            self._too_deep += 1
            reading.problems.add("too-deeply-nested", at, "too much emphasis inside emphasis")
            return
        self._levels.append((kind, make, at))
        self._nodes.append([])

    def close(self, kind: str) -> None:
        self._flush()
        if self._too_deep:
            self._too_deep -= 1
        elif self._levels:
            _, make, at = self._levels.pop()
            children = self._nodes.pop()
            self._nodes[-1].append(make(tuple(children), at=at))

    def _flush(self) -> None:
        if self._words:
            self._nodes[-1].append(d.Text("".join(self._words), at=self._words_at))
            self._words = []

    def finish(self) -> Inlines:
        self._flush()
        while self._levels:  # cannot be: markdown-it balances its pairs
            self.close("")
        nodes = self._nodes[0]
        while nodes and isinstance(nodes[-1], d.SoftBreak):
            nodes.pop()
        return tuple(nodes)
