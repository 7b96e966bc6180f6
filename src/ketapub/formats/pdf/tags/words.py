"""What drawn text says: runs of text and the words of the manuscript in, the text of each run as it is meant out.

Where a line ends, the typesetter drops the space and may put in a hyphen. Held against the manuscript, the text of each
run is known exactly; where it is another one than what is drawn, it becomes an ActualText (ISO 32000-1, 14.9.4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ketapub.formats.pdf.numbers import BEGIN, END, said_by
from ketapub.formats.pdf.tags.nodes import BREAK, OBJECT, Line

SPACE = " \t\n\r\f"
SOFT_HYPHEN = "\u00ad"
WHITE = re.compile(f"[{SPACE}]+")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")  # drawn in another order than it is read
LINE_APART = 4  # pixels between the baselines of two lines, at least

Key = tuple[int, int]  # page, MCID


@dataclass(eq=False, slots=True)
class _Run:
    drawn: str
    said: str
    baseline: float
    made: bool  # by the style sheet: not a word of the manuscript
    turned: bool = False  # laid out from right to left, where "1." is drawn as ".1"

    @property
    def as_drawn(self) -> bool:
        """Whether its glyphs stand in the order of its letters, and are all of them."""
        if self.said != self.drawn or RIGHT_TO_LEFT.search(self.said):
            return False
        return not self.turned or self.said.strip(BEGIN + END).isalnum()


@dataclass(eq=False, slots=True)
class _Reading:
    """How far a block is read. `lost`: the drawn text is not that of the manuscript (a style sheet may change it)."""

    at: int = 0
    gap: str = ""  # white space since the last run
    before: _Run | None = None
    lost: bool = False


@dataclass
class Words:
    readings: dict[Line, _Reading] = field(default_factory=dict)
    runs: dict[Key, _Run] = field(default_factory=dict)

    def reading(self, line: Line) -> _Reading:
        if line not in self.readings:
            self.readings[line] = _Reading()
            if not line.preformatted:
                line.text = WHITE.sub(" ", line.text)
        return self.readings[line]

    def gap(self, line: Line) -> None:
        """Something is drawn that parts two words, and says nothing itself: a leader."""
        self.reading(line).gap = " "

    def picture(self, line: Line) -> None:
        reading = self.reading(line)
        _skip(reading, line)
        if line.text[reading.at : reading.at + 1] == OBJECT:
            reading.at += 1
        _close_gap(reading, _Run("", "", 0, True))

    def text(self, line: Line, key: Key, box: Any, made: bool) -> None:
        """A run of text, the next one of its block."""
        reading = self.reading(line)
        turned = box.style["direction"] == "rtl"
        text = said_by(box)
        run = self.runs[key] = _Run(text, text, box.position_y + box.baseline, made, turned)
        if not made and not reading.lost:
            _skip(reading, line, box.text)
            if not box.text.strip(SPACE):  # not drawn at all
                _skip(reading, line)
                reading.gap = reading.gap or (box.text if line.preformatted else " ")
                run.said = ""
                return
            found = _match(box.text, line, reading.at, box.style["hyphenate_character"])
            if found is None:
                reading.lost = True
            else:
                run.said, reading.at = (text if text != box.text else found[0]), found[1]
        if reading.lost and reading.before and abs(run.baseline - reading.before.baseline) > LINE_APART:
            reading.gap = "" if reading.before.said.endswith((" ", "-")) else " "
        _close_gap(reading, run)

    def said(self, key: Key) -> str:
        return self.runs[key].said if key in self.runs else ""

    def actual(self) -> Mapping[Key, str]:
        """The texts that what is drawn does not give."""
        return {key: run.said for key, run in self.runs.items() if run.said and not run.as_drawn}


def _close_gap(reading: _Reading, run: _Run) -> None:
    """White space belongs to the word before it; where that is a number of the style sheet's, to the word behind it."""
    if reading.gap and reading.before is not None:
        if reading.before.made:
            run.said = reading.gap + run.said
        else:
            reading.before.said += reading.gap
    reading.gap, reading.before = "", run


def _skip(reading: _Reading, line: Line, text: str = "") -> None:
    """Go over white space that `text` does not begin with, and over blocks that stand in between."""
    source = line.text
    while reading.at < len(source):
        one = source[reading.at]
        if one == BREAK:
            reading.gap, reading.before = "", None
        elif one in SPACE:
            if text[:1] and text[0] in SPACE and not (line.preformatted and one == "\n"):
                return
            reading.gap = reading.gap + one if line.preformatted else " "
        elif one != SOFT_HYPHEN:
            return
        reading.at += 1


def _match(text: str, line: Line, at: int, hyphen: str) -> tuple[str, int] | None:
    """What `text` says, and where the source goes on. None if it does not stand there."""
    source, said, index = line.text, "", 0
    if source.startswith(text, at) and SOFT_HYPHEN not in text:
        return text, at + len(text)
    while index < len(text):
        drawn, meant = text[index], source[at : at + 1]
        if meant == SOFT_HYPHEN:
            at += 1
            index += drawn == SOFT_HYPHEN
            continue
        if drawn == meant or (drawn in SPACE and meant and meant in SPACE):
            said += meant
            at += 1
        elif index and text[index:] == hyphen:
            break
        else:
            return None
        index += 1
    return said, at
