"""The smallest things that outputs are compared by: pieces of a line in, as someone says them; an `Item` out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ketapub.check.findings import Place
from ketapub.problems import NOWHERE, Position

_WHITE = re.compile("[ \t\n\r\u202f]+")  # one glyph draws all narrow spaces

_EXPANDED = re.compile(" (⟨=[^⟩]*⟩) *")  # behind a word that ends a line, with the space of that line


def tidy(text: str) -> str:
    return _WHITE.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class Item:
    """One line of words, whatever draws it: a heading, a paragraph, a cell.

    `words` holds ⟦the alternative text of a picture⟧, ⟪what is said of a formula⟫, ⟨the number of a note that is
    called⟩ and ⟨= what an abbreviation stands for⟩ in their places. `links` are the ids ("#fig-x") and addresses that
    its links lead to, in order; `languages` the words that are not in the book's language, each run with its own.
    `anchors` are the ids that lead to it. Two items are equal wherever they stand.
    """

    kind: str  # "heading 2", "text", "cell", "callout", "label" …
    words: str
    links: tuple[str, ...] = ()
    languages: tuple[tuple[str, str], ...] = ()
    anchors: frozenset[str] = field(default=frozenset(), compare=False)
    at: Position = field(default=NOWHERE, compare=False)
    place: Place = field(default=Place(), compare=False)


class Line:
    """A line while it is being said."""

    def __init__(self, language: str) -> None:
        self.own = language.lower()  # the book's
        self.pieces: list[tuple[str, str]] = []  # words and their language
        self.links: list[str] = []
        self.anchors: set[str] = set()

    def say(self, words: str, language: str) -> None:
        self.pieces.append((words, language.lower()))

    def lead(self, target: str) -> None:
        self.links.append(target)

    def anchor(self, *ids: str) -> None:
        self.anchors.update(filter(None, ids))

    def end(self, kind: str, at: Position = NOWHERE, place: Place | None = None, *, blank: bool = False) -> Item | None:
        """The item that has been said; None if that is nothing, unless it may be `blank`.

        What leads to nothing leads to the next item.
        """
        words = tidy(_EXPANDED.sub(r"\1 ", tidy("".join(piece for piece, _ in self.pieces))))
        if not words and not blank:
            self.pieces.clear()
            return None
        made = Item(
            kind,
            words,
            tuple(self.links),
            tuple(_runs(self.pieces, self.own)),
            frozenset(self.anchors),
            at,
            place or Place(),
        )
        self.pieces, self.links, self.anchors = [], [], set()
        return made


def _runs(pieces: Iterable[tuple[str, str]], own: str) -> Iterable[tuple[str, str]]:
    """The language of each run of words that is not the book's own, and the words."""
    runs: list[tuple[str, str]] = []
    for words, language in pieces:
        if not words.strip():
            words, language = words, runs[-1][0] if runs else own
        if runs and runs[-1][0] == language:
            runs[-1] = language, runs[-1][1] + words
        else:
            runs.append((language, words))
    return [(language, tidy(words)) for language, words in runs if language != own and tidy(words)]
