"""`![Caption](figures/x.toml)`: the file of a figure comes in; a `Figure` with its picture and numbers goes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ketapub import document as d
from ketapub.document import Attributes, Blocks, Inlines
from ketapub.figures import (
    Declared,
    Drawing,
    Number,
    csv_part,
    draw_figure,
    read_csv,
    read_figure,
    tabulate_figure,
)
from ketapub.locale import Words, words
from ketapub.problems import Position, Problems
from ketapub.settings import Place
from ketapub.syntax.facts import Still, make_fact
from ketapub.syntax.shortcodes import fill_with_facts
from ketapub.syntax.states import Holder, Reading, Source
from ketapub.toml_file import read_toml
from ketapub.toml_places import key_places

LONGEST = 100_000  # characters of a figure's file
WORDS = (40, 120)  # of a description: fewer say too little, more are not listened to
_MARKDOWN = ("title", "description", "source")  # its shortcodes are read with its words
_OPENING = re.compile(r"""[^\n=]*=[ \t]*(\"{3}\n?|'{3}\n?|"|')""")
_PARAGRAPH = re.compile(r"^(?:[^\S\n]*+\S[^\n]*+(?:\n|\Z))+", re.MULTILINE)
_CLOSING = " \t\n\"'”’»“)]"  # what may stand behind a full stop
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class _Figure:
    """What a file declares: all of a `Figure` but what the Markdown says of it."""

    path: str
    settings: Declared
    title: Inlines
    source: Inlines
    description: Blocks
    facts: tuple[tuple[str, d.Fact], ...]
    drawing: str
    data: d.Table | None
    at: Position  # of what complaints about the picture are about


def declare(image: d.Image, caption: Inlines, attributes: Attributes, reading: Reading) -> d.Figure:
    """The figure of a picture that names a figure's file; after a complaint, one that holds the picture alone."""
    found = _read(image.source, image.at, reading)
    if found is None:
        return d.Figure((image,), caption, attributes, at=image.at)
    schematic, caption = isinstance(found.settings, Drawing), caption or found.title
    file = found.settings.file if isinstance(found.settings, Drawing) else found.path
    drawn = replace(
        image,
        source=file,
        alt=found.settings.finding,
        drawing=found.drawing,
        at=found.at,
    )
    return d.Figure(
        (drawn,),
        _closed(caption) if found.source or schematic else caption,
        replace(attributes, facts=attributes.facts + found.facts),
        title=d.plain_text(d.bare(found.title)),
        schematic=schematic,
        source=found.source,
        description=found.description,
        data=found.data,
        at=image.at,
    )


def _read(written: str, at: Position, reading: Reading) -> _Figure | None:
    """The figure that a file declares, read once a chapter."""
    found = reading.read(written, at)
    if found is None:
        return None
    path, text = found
    key = (path, reading.language)
    if key not in reading.figures:
        reading.figures[key] = None  # a figure cannot hold itself
        reading.problems.know(path, text)
        reading.figures[key] = _File(path, text, reading).figure()
    result: _Figure | None = reading.figures[key]
    return result


class _File:
    """One file on its way to a figure."""

    def __init__(self, path: str, text: str, reading: Reading) -> None:
        self.path, self.reading = path, reading
        self.source = Source(path, reading.clean(path, text))
        self.facts: list[tuple[str, d.Fact]] = []  # printed where no node can stand: in plain texts, on a scale
        self.numbers: list[d.Fact] = []
        self.where: dict[str, Position] = {}
        self.lacking = False  # a number that the ledger has not: nothing is drawn, whatever [checks] makes of that

    def figure(self) -> _Figure | None:
        problems = self.reading.problems
        if len(self.source.text) > LONGEST:
            message = f"{self.path} has {len(self.source.text):,} characters, more than {LONGEST:,}"
            problems.add("file-too-large", Position(self.path), message)
            return None
        raw = read_toml(self.source.text, self.path, problems)
        if raw is None:
            return None
        self.where = key_places(self.source.text, self.path)
        found = Problems()  # of its own, as in `read_figure`
        filled = self.filled(raw, "", found)
        if isinstance(raw.get("data"), str) and not self.add_rows(filled, str(raw["data"]), found):
            self.pass_on(found)
            return None
        settings = read_figure(filled, Place("", found, self.where))
        self.pass_on(found)
        if settings is None or found.errors or self.lacking:
            return None
        word = words(self.reading.language)
        title = self.inlines(settings.title, "title")
        data = tabulate_figure(settings, word)
        printed = list(d.facts_in(data)) if data else []
        self.facts += [("data", fact) for fact in self.numbers if fact not in printed]  # places on a scale
        if data is not None:
            data = _captioned(data, d.bare(title, facts=True), word, self.where)
        return _Figure(
            self.path,
            settings,
            title,
            _closed(self.inlines(settings.source, "source")),
            self.description(settings),
            tuple(self.facts),
            draw_figure(settings, word),
            data,
            self.where["file" if isinstance(settings, Drawing) else "finding"],
        )

    def pass_on(self, found: Problems) -> None:
        for one in found.found:
            self.reading.problems.add(one.code, one.at, one.message, one.hint, one.severity)

    # -- data

    def add_rows(self, filled: dict[str, Any], written: str, problems: Problems) -> bool:
        """Put the tables of the CSV file into those of the figure."""
        at = self.where["data"]
        found = self.reading.read(written, at)
        if found is None:
            return False
        path, text = found
        if len(text) > LONGEST:
            problems.add("file-too-large", at, f"{path} has {len(text):,} characters, more than {LONGEST:,}")
            return False
        text = self.reading.clean(path, text)
        self.reading.problems.know(path, text)
        sheet = read_csv(text, path, problems)
        part = None if sheet is None else csv_part(filled.get("kind"), sheet)
        if part is None:
            return not problems.found  # of a kind without data the reader of its settings tells
        for key, value in part.raw.items():
            if key in filled:
                message = f'"{key}" stands here, and in {path} too'
                problems.add("broken-figure", self.where[key], message, "keep one of them")
            filled[key] = value
        self.where = {**self.where, **part.where}
        return True

    def filled(self, value: Any, path: str, problems: Problems, depth: int = 0) -> Any:
        """The tables with facts in place: a `Number` for each that stands for one, the words of those in texts."""
        if isinstance(value, Mapping):
            if path and "fact" in value and set(value) <= {"fact", "value"}:
                return self.number(value, Place(path, problems, self.where))
            if depth > _DEEPEST:
                return value
            inside = {key: f"{path}.{key}" if path else key for key in value}
            return {
                key: one if not depth and key in _MARKDOWN else self.filled(one, inside[key], problems, depth + 1)
                for key, one in value.items()
            }
        if isinstance(value, list) and depth <= _DEEPEST:
            return [self.filled(one, f"{path}.{index}", problems, depth + 1) for index, one in enumerate(value)]
        if isinstance(value, str) and "{{<" in value:
            text, facts = fill_with_facts(value, Place(path, problems, self.where).at, self.reading)
            self.facts += [("alt" if path == "finding" else "data", fact) for fact in facts]
            return text
        return value

    def number(self, raw: Mapping[str, Any], place: Place) -> Number:
        """The number of a claim of the ledger: a value of it, and nothing else."""
        missing, self.lacking = self.lacking, True
        for key in ("fact", "value"):
            if not isinstance(raw.get(key), str) or not raw[key]:
                place.wrong(
                    f'a number from the ledger needs "{key}"', '{ fact = "ID", value = "NAME" }', "broken-figure"
                )
                return Number(0)
        id, name = raw["fact"], raw["value"]
        fact = make_fact(f"{id} {name}", place.at, self.reading) if not set(id + name) & set(" \t\n") else None
        ledger = self.reading.ledger
        value = ledger.claims[id].value.get(name) if fact and ledger else None
        if fact is not None and (value is None or isinstance(value, str)):
            hint = "name a value that is a number without quotes"
            place.wrong(f'"{name}" of the fact "{id}" is no number', hint, "broken-figure")
            return Number(0)
        if fact is None or ledger is None or value is None or isinstance(value, str):
            return Number(0)
        self.lacking = missing
        # Its words are the value's own, whatever a form of the same name would say.
        fact = replace(fact, children=(d.Text(ledger.number(value), at=place.at),))
        self.numbers.append(fact)
        return Number(value, fact)

    # -- words

    def description(self, settings: Declared) -> Blocks:
        blocks = []
        for match in _PARAGRAPH.finditer(settings.description):
            children = self.inlines(settings.description, "description", match.start(), match.end())
            if children:
                blocks.append(d.Paragraph(children, at=children[0].at))
        count = sum(len(d.plain_text(block).split()) for block in blocks)
        if not WORDS[0] <= count <= WORDS[1]:
            message = f"this description has {count} words; {WORDS[0]} to {WORDS[1]} are listened to"
            hint = "say what is compared, the numbers that matter, and what they do not show"
            self.reading.problems.add("description-length", self.where["description"], message, hint, "warning")
        return tuple(blocks)

    def inlines(self, value: str, key: str, begin: int = 0, end: int | None = None) -> Inlines:
        from ketapub.syntax.inlines import read_inlines  # which makes figures of images

        part = value[begin:end]
        if not part.strip():
            return ()
        lines = [line.strip() for line in part.strip().split("\n")]
        content = "\n".join(lines)
        first = self.start(value, key)
        if first is None:
            return read_inlines(Still(content, self.where[key]), self.reading)
        starts, offset = [], begin + len(part) - len(part.lstrip())
        for line in lines:
            offset = value.find(line, offset)
            starts.append(first + offset)
            offset += len(line)
        return read_inlines(Holder(self.source, content, starts), self.reading)

    def start(self, value: str, key: str) -> int | None:
        """Where a text begins in the file; None where the file writes it in another way than it reads."""
        at = self.where.get(key, self.where[""])
        if not at.line:
            return None
        line_start = 0
        for _ in range(at.line - 1):
            line_start = self.source.text.index("\n", line_start) + 1
        opening = _OPENING.match(self.source.text, line_start + at.column - 1)
        exact = opening is not None and self.source.text.startswith(value, opening.end())
        return opening.end() if opening is not None and exact else None


def _captioned(table: d.Table, title: Inlines, word: Words, where: Mapping[str, Position]) -> d.Table:
    """The table with a caption, which may have begun with what is measured, and with a place in every node."""
    before, after = word["figure-numbers" if d.has_numbers(table) else "figure-table"].split("{title}")
    caption = [d.Text(before), *title, *((d.Text(after),) if after else ())]
    if measure := d.plain_text(table.caption):
        caption.append(d.Text(f" ({measure})", at=where["measure"]))
    table = replace(table, caption=tuple(caption))
    return d.map_nodes(table, lambda node: node if node.at.file else replace(node, at=where[""]))


def _closed(words: Inlines) -> Inlines:
    """A part of a caption ends like a sentence, whatever follows."""
    ended = not words or d.plain_text(d.bare(words)).rstrip(_CLOSING).endswith((".", "!", "?", "…"))
    return words if ended else (*words, d.Text(".", at=words[-1].at))
