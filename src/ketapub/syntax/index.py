"""Marks of the index: the attributes of a span of class `index` come in, an `IndexMark` goes out.

`[term]{.index}` marks its own words; `entry="main!sub"` names the entry, `\\!` in it is an exclamation mark. A mark
without words changes neither the spaces nor the quotation marks around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from markdown_it.token import Token

from ketapub import document as d
from ketapub.document import Attributes, Inline, Inlines
from ketapub.problems import Position
from ketapub.syntax.attributes import Items, classes_of, places_in, value_of, without
from ketapub.syntax.shortcodes import fill_with_facts
from ketapub.syntax.states import Reading

INDEX_KEYS = ("entry", "see", "seealso", "range")
MAX_LEVELS = 3
_BETWEEN_LEVELS = re.compile(r"(?<!\\)!")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def is_index(classes: list[str]) -> bool:
    return "index" in classes


def is_point(token: Token) -> bool:
    """Whether a token marks a point between words, so that it is no neighbour of theirs."""
    return token.type == "span" and not token.children and is_index(classes_of(token.meta["items"]))


def without_index(attributes: Attributes) -> Attributes:
    """What else an author says of the marked words."""
    rest = without(attributes, *INDEX_KEYS)
    return replace(rest, classes=tuple(name for name in rest.classes if name != "index"))


def index_mark(
    children: Inlines, items: Items, at: Position, place: Callable[[int], Position], reading: Reading
) -> Inlines:
    """The mark, or after a complaint its words alone."""
    sound = True

    def complain(key: str, message: str, hint: str) -> None:
        nonlocal sound
        sound, item = False, value_of(items, key)
        reading.problems.add("wrong-attribute-value", place(item.value_at) if item else at, message, hint)

    def path(key: str) -> d.IndexPath | None:
        item = value_of(items, key)
        if item is None:
            return None
        here, filled, start = place(item.value_at), [], item.value_at
        for raw in _BETWEEN_LEVELS.split(item.raw):
            part = _ESCAPE.sub(r"\1", raw)
            filled.append(fill_with_facts(part, places_in(raw, part, start, place), reading))
            start += len(raw) + 1
        parts = tuple(_tidy(words) for words, _ in filled)
        if any(facts for _, facts in filled):
            complain(key, "a fact names no entry of the index: no source could stand beside it", "write other words")
        elif not all(parts):
            complain(key, f'"{item.value}" names no entry of the index', "words stand on both sides of each !")
        elif len(parts) > MAX_LEVELS:
            hint = f"{MAX_LEVELS} at most, as in main!sub!more; write \\! for an exclamation mark"
            complain(key, f'"{item.value}" has {len(parts)} levels', hint)
        return d.IndexPath(parts, at=here)

    entry, see, see_also = path("entry"), path("see"), path("seealso")
    ends = item.value if (item := value_of(items, "range")) else ""
    if ends not in ("", "start", "end"):
        complain("range", f'"{ends}" is no end of a range', "start or end")
    if see and ends:
        complain("range", "a mark with see is no place, so it has no range", "put the range into a mark of its own")
    if see and see_also:
        complain("seealso", "one mark has both see and seealso", "see stands for places, seealso beside them")
    own = "" if any(d.facts_in(children)) else _tidy(d.plain_text(children))
    if entry is None and not own:
        hint = 'put words between the brackets, or write entry="…"'
        reading.problems.add("empty-index-entry", at, "this mark names no entry of the index", hint)
        sound = False
    if not sound:
        return children
    parts = entry.parts if entry else (own,)
    return (d.IndexMark(children, parts, see, see_also, ends, at=at),)  # type: ignore[arg-type]  # checked above


def _tidy(text: str) -> str:
    return " ".join(text.split())


def close_up(nodes: Inlines, *, whole: bool) -> Inlines:
    """Without the second of two spaces that only a mark without words stands between.

    `whole` says that these are all the words of a block: at its ends too, a space beside such a mark goes.
    """
    if not any(d.is_point(node) for node in nodes):
        return nodes
    out: list[Inline] = []
    spaced, behind_mark = whole, False
    for node in nodes:
        if d.is_point(node):
            behind_mark = True
            out.append(node)
            continue
        if spaced and behind_mark:
            if isinstance(node, d.SoftBreak):
                continue
            if isinstance(node, d.Text):
                words = node.text.lstrip(" ")
                column = node.at.column + len(node.text) - len(words)
                node = d.Text(words, at=replace(node.at, column=column))
                if not words:
                    continue
        out.append(node)
        behind_mark = False
        spaced = isinstance(node, d.SoftBreak | d.HardBreak) or (isinstance(node, d.Text) and node.text.endswith(" "))
    last = next((index for index in reversed(range(len(out))) if not d.is_point(out[index])), -1)
    if whole and 0 <= last < len(out) - 1:
        ending = out[last]
        if isinstance(ending, d.Text) and (words := ending.text.rstrip(" ")):
            out[last] = replace(ending, text=words)
        elif isinstance(ending, d.Text | d.SoftBreak):
            del out[last]
    return tuple(out)
