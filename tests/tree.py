"""A chapter's text comes in; its tree as text goes out, a node a line: place, name, and what it holds besides nodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields

from ketapub import document as d
from ketapub.callouts import BUILT_IN, Kind
from ketapub.info import BookSettings, Info, MarkdownSettings
from ketapub.ledger import read_ledger
from ketapub.manuscript import Source
from ketapub.parse import parse_chapter, parse_handout
from ketapub.problems import Position, Problems

FILE = "chapter.md"
LEDGER = """
[rose2002]
source = "rose2002"
value = { drug = 46.9, dummy = 33 }
text = { default = "about {drug:0} in 100, *not* {dummy}", cell = "{drug} in 100" }
checked = 2026-01-01
verified = true

[seen-once]
source = "rose2002"
text = { default = "many" }
checked = 2026-01-01

[nested]
basis = "clinical judgement"
value = { other = "{{< fact nested >}}" }
text = { default = "see {other}" }
kind = "advice"
checked = 2026-01-01
verified = true
"""


def info(language: str = "en-US", *, math: bool = False) -> Info:
    kinds = {**BUILT_IN, "keypoints": Kind("keypoints", {"": "Key points"}, prefix="key")}
    book = BookSettings(title="Book", language=language)
    words = {"phone": "988", "who": "the *clinic*"}
    return Info(book=book, callouts=kinds, vars=words, markdown=MarkdownSettings(math=math))


def read(
    text: str,
    files: Mapping[str, str] | None = None,
    language: str = "en-US",
    *,
    math: bool = False,
    handout: bool = False,
) -> tuple[d.Chapter, Problems]:
    """One chapter, or that of a handout, with the files that it may include."""
    problems = Problems()

    def include(path: str, at: Position) -> tuple[str, str] | None:
        if files is None or path not in files:
            problems.add("missing-file", at, f"no file {path}")
            return None
        return path, files[path]

    source = Source(FILE, "chapter", "body", text)
    ledger = read_ledger(LEDGER, problems, language=language, oldest={})
    if handout:
        return parse_handout(source, info(language), include, problems, ledger).chapter, problems
    return parse_chapter(source, info(language, math=math), include, problems, ledger), problems


def dump(chapter: d.Chapter, problems: Problems) -> str:
    """The tree of a chapter, and below it what was complained about. Without a title, none is asked for."""
    lines: list[str] = []
    if chapter.heading.children:
        _node(chapter.heading, 0, lines)
    for name in ("subtitle", "authors", "language", "nocite"):
        value = getattr(chapter, name)
        if value and name == "subtitle":
            _field(name, value, 0, lines)
        elif value:
            lines.append(f"{name}: {value!r}")
    for block in chapter.blocks:
        _node(block, 0, lines)
    for problem in problems.in_order():
        if problem.code != "missing-title" or chapter.heading.children:
            hint = f" ({problem.hint})" if problem.hint else ""
            kind = "?" if problem.severity == "warning" else "!"
            lines.append(f"{kind} {_place(problem.at)} {problem.code}: {problem.message}{hint}")
    return "".join(f"{line}\n" for line in lines)


def _place(at: Position) -> str:
    return str(at).removeprefix(f"{FILE}:")


def _node(node: d.Node, depth: int, lines: list[str]) -> None:
    plain = []
    below = []
    for one in fields(node):
        value = getattr(node, one.name)
        if one.name == "start" and not getattr(node, "ordered", False):
            continue
        if one.name == "at" or value in ("", (), 0, None, d.NONE, False):
            continue
        if one.name == "drawing":
            plain.append("drawn")
        elif isinstance(value, tuple) and any(isinstance(part, d.Node | tuple) for part in value):
            below.append((one.name, value))
        elif isinstance(value, d.Node):
            below.append((one.name, (value,)))
        elif isinstance(value, d.Attributes):
            plain.append(_attributes(value))
        elif isinstance(value, tuple):
            plain.append(f"{one.name}={' '.join(_value(part) for part in value)}")
        elif one.name == "text":
            plain.append(_value(value))
        else:
            plain.append(f"{one.name}={_value(value)}")
    if isinstance(node, d.ListItem) and node.checked is False:
        plain.append("checked=False")
    lines.append("  " * depth + " ".join([_place(node.at), type(node).__name__, *plain]))
    for name, value in below:
        if name in ("children", "blocks", "items", "body", "cells", "images", "cites", "targets"):
            _all(value, depth + 1, lines)
        else:
            _field(name, value, depth + 1, lines)


def _field(name: str, value: tuple[object, ...], depth: int, lines: list[str]) -> None:
    lines.append("  " * depth + f"{name}:")
    _all(value, depth + 1, lines)


def _all(value: tuple[object, ...], depth: int, lines: list[str]) -> None:
    for part in value:
        if isinstance(part, tuple):
            lines.append("  " * depth + "-")
            _all(part, depth + 1, lines)
        elif isinstance(part, d.Node):
            _node(part, depth, lines)


def _attributes(value: d.Attributes) -> str:
    parts = [f"#{value.id}"] if value.id else []
    parts += [f".{name}" for name in value.classes]
    parts += [f"{key}<-{fact.id}:{fact.form}" for key, fact in value.facts]
    return "{" + " ".join([*parts, *(f"{key}={_value(word)}" for key, word in value.pairs)]) + "}"


def _value(value: object) -> str:
    if isinstance(value, d.Condition):
        return f"{'' if value.wanted else 'not '}{value.key}={'|'.join(value.values)}"
    if isinstance(value, str):
        return '"' + re.sub(r"\n", r"\\n", value) + '"'
    return str(value)
