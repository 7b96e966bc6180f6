"""The text of a file of tagged lines in ("TY  - JOUR", "PMID- 123"), its records out: pairs of tag and value.

RIS and PubMed's format are both such files. A record without its end is kept as far as it goes, and what stands
outside of the records is told: a reference that nobody reads would be missed only by the reader of the book.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ketapub.problems import Position, Problems

MOST_TOLD = 100  # stretches of stray text in one file


@dataclass(frozen=True, slots=True)
class Tagged:
    """One record: its pairs in their order, and the place of its first line."""

    pairs: tuple[tuple[str, str], ...]
    at: Position
    closed: bool = True

    def one(self, *tags: str) -> str:
        """The first value of the first of these tags that has any."""
        return next((value for tag in tags for value in self.every(tag)), "")

    def every(self, *tags: str) -> tuple[str, ...]:
        """All values of these tags, in the order of the record."""
        return tuple(value for tag, value in self.pairs if tag in tags and value)


def read_tagged(
    path: str, text: str, line_form: re.Pattern[str], opening: str, closes: str, problems: Problems
) -> Iterator[Tagged]:
    """Yield the records of a file, each from a line that begins with `opening` to one with the tag `closes`,
    if there is one, or to the next record.

    `line_form` has two groups, tag and value; a line that does not fit goes on with the value before it. Problems:
    `broken-reference` for text between the records.
    """
    pairs: list[tuple[str, list[str]]] = []
    at: Position | None = None
    stray, told = False, 0
    opens = opening.partition(" ")[0].rstrip("-")

    def record(place: Position, closed: bool) -> Tagged:
        return Tagged(tuple((tag, " ".join(" ".join(parts).split())) for tag, parts in pairs), place, closed)

    for number, line in enumerate(text.split("\n"), 1):
        match = line_form.match(line)
        tag, value = (match[1], match[2].strip()) if match else ("", line.strip())
        if tag == opens:
            if at is not None:
                yield record(at, closed=not closes)
            pairs, at, stray = [(tag, [value])], Position(path, number, 1), False
        elif at is None:
            if line.strip() and not stray and told < MOST_TOLD:
                told += 1
                message = "this text stands outside of the references, so it is not read"
                hint = f'a reference begins with a line "{opening}…"'
                problems.add("broken-reference", Position(path, number, 1), message, hint)
                stray = True  # once for each stretch of it
        elif closes and tag == closes:
            yield record(at, closed=True)
            at = None
        elif tag:
            pairs.append((tag, [value]))
        else:
            pairs[-1][1].append(value)
    if at is not None:
        yield record(at, closed=not closes)
