"""The YAML at the top of a chapter file (pandoc's names): the file's text comes in, what it says goes out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from ketapub.problems import Position, did_you_mean
from ketapub.syntax.attributes import is_language
from ketapub.syntax.states import Holder, Reading, Source

_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_KEYS = ("title", "subtitle", "author", "lang", "bibliography", "csl", "nocite")
_HANDOUT_KEYS = ("title", "message", "pages", "large-pages", "nocite")
MOST_PAGES = {"pages": 2, "large-pages": 4}  # of a handout
_KEY_IN_NOCITE = re.compile(r"@(\{[^{}\n]+\}|\*|\w(?:\w|[:.#$%&\-+?<>~/](?=\w))*)")
LARGEST = 100_000  # characters


@dataclass
class FrontMatter:
    """`title` and `subtitle` are Markdown, still to be read, with their places. The message of a handout is its
    subtitle; `pages` are those that it may fill, `large_pages` those in large print, 0 where nothing is said."""

    title: Holder | None = None
    subtitle: Holder | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    nocite: tuple[str, ...] = ()
    pages: int = 2
    large_pages: int = 0
    nodes: dict[str, yaml.Node] = field(default_factory=dict)


def read_front_matter(source: Source, reading: Reading) -> tuple[FrontMatter, Source]:
    """What stands between the first line `---` and the next one, and the source with those lines emptied."""
    opening = _OPENING.match(source.text)
    found = FrontMatter()
    if not opening:
        return found, source
    closing = _CLOSING.search(source.text, opening.end())
    if not closing:
        return found, source  # a rule of dashes
    text = source.text[opening.end() : closing.start()]
    rest = Source(source.file, re.sub(r"[^\n]", " ", source.text[: closing.end()]) + source.text[closing.end() :])
    if not text.strip():
        return found, rest
    try:
        if len(text) > LARGEST:
            raise yaml.YAMLError("it is too long")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 2, mark.column + 1) if mark else (1, 1)
        what = getattr(error, "problem", None) or str(error) or "it is nested too deeply"
        hint = 'a value with a colon or a # in it needs "quotes"'
        reading.problems.add("broken-front-matter", Position(source.file, line, column), f"broken YAML: {what}", hint)
        return found, rest
    if not isinstance(root, yaml.MappingNode):
        if root is not None:
            reading.problems.add(
                "broken-front-matter", Position(source.file, 2, 1), "no keys in it", "as in title: Words"
            )
        return found, rest
    _Reader(source, opening.end(), reading, found).read(root)
    return found, rest


class _Reader:
    def __init__(self, source: Source, begin: int, reading: Reading, found: FrontMatter) -> None:
        self.source, self.begin, self.reading, self.found = source, begin, reading, found

    def offset(self, node: yaml.Node) -> int:
        return self.begin + int(node.start_mark.index)

    def at(self, node: yaml.Node) -> Position:
        return self.source.place(self.offset(node))

    def read(self, root: yaml.MappingNode) -> None:
        problems = self.reading.problems
        known, what = (_HANDOUT_KEYS, "handout") if self.reading.handout else (_KEYS, "chapter")
        for key_node, value in root.value:
            key = str(key_node.value)
            if key not in known:
                hint = did_you_mean(key, known) or f"known are {', '.join(known)}"
                problems.add("unknown-front-matter", self.at(key_node), f'no setting "{key}" for a {what}', hint)
            elif key in self.found.nodes:
                problems.add("unknown-front-matter", self.at(key_node), f'"{key}" is given twice', "keep one of them")
            else:
                self.found.nodes[key] = value
                self.take(key, value)

    def take(self, key: str, node: yaml.Node) -> None:
        problems, found = self.reading.problems, self.found
        values = self.strings(node, many=key in ("author", "nocite"))
        if not values:
            return
        match key:
            case "title":
                found.title = self.holder(node)
            case "pages" | "large-pages":
                self.take_pages(key, values[0], node)
            case "subtitle" | "message":
                found.subtitle = self.holder(node)
            case "author":
                found.authors = tuple(values)
            case "lang":
                if is_language(values[0]):
                    found.language = values[0]
                else:
                    problems.add(
                        "wrong-front-matter", self.at(node), f'"{values[0]}" is no language', "as in es or pt-BR"
                    )
            case "nocite":
                found.nocite = tuple(
                    dict.fromkeys(one.strip("{}") for text in values for one in _KEY_IN_NOCITE.findall(text))
                )
                if not found.nocite:
                    problems.add(
                        "wrong-front-matter",
                        self.at(node),
                        "nocite names no works",
                        'as in nocite: "@rush2006, @dean2021"',
                    )
            case _:
                hint = "name the book's files and style in book.toml under [bibliography]"
                problems.add(
                    "unsupported-front-matter", self.at(node), f'"{key}" of a single chapter is not supported', hint
                )

    def take_pages(self, key: str, value: str, node: yaml.Node) -> None:
        if not (value.isdecimal() and 1 <= int(value) <= MOST_PAGES[key]):
            message = f'{key} cannot be "{value}"'
            hint = f"a handout has 1 to {MOST_PAGES[key]} pages in this size"
            self.reading.problems.add("wrong-front-matter", self.at(node), message, hint)
        elif key == "pages":
            self.found.pages = int(value)
        else:
            self.found.large_pages = int(value)

    def strings(self, node: yaml.Node, *, many: bool) -> list[str]:
        if isinstance(node, yaml.ScalarNode):
            return [str(node.value)] if str(node.value).strip() else []
        if many and isinstance(node, yaml.SequenceNode) and all(isinstance(one, yaml.ScalarNode) for one in node.value):
            return [str(one.value) for one in node.value]
        self.reading.problems.add(
            "wrong-front-matter", self.at(node), "this must be words", "write them behind the colon"
        )
        return []

    def holder(self, node: yaml.Node) -> Holder:
        """The words of a scalar, led back to the file: exact where YAML changes nothing in them."""
        words = str(node.value).strip()
        begin, end = self.offset(node), self.begin + int(node.end_mark.index)
        first = words.partition("\n")[0]
        inside = self.source.text.find(first, begin, end)
        return Holder(self.source, words, [inside if inside >= 0 else begin])
