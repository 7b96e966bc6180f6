"""Divs and quotations: their tokens come in; callouts, figures, tables, conditions and plain divs go out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ketapub import callouts, document as d
from ketapub.document import NONE, Attributes, Block, Blocks, Inlines
from ketapub.problems import Position, did_you_mean
from ketapub.syntax.attributes import Item, Items, allowed, classes_of, value_of, without, written
from ketapub.syntax.conditions import CONDITION_KEYS, conditions_of, is_conditional
from ketapub.syntax.handouts import DIVS as HANDOUT_DIVS, is_allowed
from ketapub.syntax.inlines import read_inlines
from ketapub.syntax.pictures import figure_in_div
from ketapub.syntax.states import Holder, Reading, Source

if TYPE_CHECKING:
    from ketapub.syntax.blocks import Branch

    MakeBlocks = Callable[[list[Branch], Reading], Blocks]

_ALERT = re.compile(r"\[!([A-Za-z][\w-]*)\][-+]?[ \t]*")
_LATER = {
    "panel-tabset": (
        "unsupported-tabset",
        "tabs are not supported: print has none",
        "write the parts one after the other",
    ),
}


def alert(branch: Branch, reading: Reading, blocks: MakeBlocks) -> d.Callout | None:
    """`> [!WARNING] Title`: a callout in GitHub's spelling, with a title on the line of the mark."""
    inside = branch.inside
    if not inside or inside[0].token.type != "paragraph_open":
        return None
    holder = inside[0].holder
    text = holder.content
    mark = _ALERT.match(text)
    if not mark:
        return None
    kind = callouts.find(mark[1], reading.info.callouts)
    if kind is None:
        _unknown(mark[1], holder.place(2), reading)
        return d.Callout("note", (), blocks(inside[1:], reading), at=branch.at)
    end = text.find("\n")
    title = read_inlines(holder, reading, mark.end(), len(text) if end < 0 else end)
    body: Blocks = blocks(inside[1:], reading)
    if end >= 0 and (first := read_inlines(holder, reading, end + 1)):
        body = (d.Paragraph(first, at=holder.place(_text_after(text, end))), *body)
    return d.Callout(kind.name, title, body, at=branch.at)


def _text_after(text: str, line_end: int) -> int:
    rest = text[line_end + 1 :]
    return line_end + 1 + len(rest) - len(rest.lstrip())


def _unknown(name: str, at: Position, reading: Reading) -> None:
    known = [*reading.info.callouts, *callouts.ALIASES]
    hint = did_you_mean(name, known) or f"known are {', '.join(reading.info.callouts)}"
    reading.problems.add("unknown-callout", at, f'no kind of callout is named "{name}"', hint)


def make_div(branch: Branch, reading: Reading, make_blocks: MakeBlocks) -> Iterator[Block]:
    meta = branch.token.meta
    items: Items = meta["items"]
    source: Source = meta["source"]
    classes = [*classes_of(items), *([meta["word"]] if meta["word"] else [])]
    conditional = is_conditional(classes)
    own = CONDITION_KEYS if conditional else ()
    attributes = allowed(items, source.place, reading, own)
    attributes = replace(attributes, classes=tuple(classes)) if meta["word"] else attributes
    language = reading.language
    reading.language = attributes.get("lang") or language
    kind_name, kind_at = _callout_name(branch, items)
    if kind_name:
        yield _callout(branch, kind_name, kind_at, attributes, reading, make_blocks)
    else:
        blocks = make_blocks(branch.inside, reading)
        if conditional:
            conditions = conditions_of(classes, written(items), branch.at, reading.problems)
            yield _conditional(blocks, conditions, attributes, branch.at, reading)
        else:
            yield from _plain(branch, blocks, attributes, reading)
    reading.language = language


def _title(item: Item, source: Source) -> Holder:
    """A title's Markdown: the backslashes before its quotation marks belong to the attribute, not to the words."""
    words, dropped = "", []
    for piece in re.split(r"""(?<!\\)\\(?=["'])""", item.raw):
        dropped.append(len(words))
        words += piece
    return Holder(source, words, [item.value_at], dropped=dropped[1:])


def _callout_name(branch: Branch, items: Items) -> tuple[str, Position]:
    meta = branch.token.meta
    source: Source = meta["source"]
    if meta["directive"]:
        return meta["directive"], source.place(meta["directive_at"] + 1)
    for item in items:
        if item.key == "class" and item.value.startswith("callout-"):
            return item.value.removeprefix("callout-"), source.place(item.offset)
    return "", branch.at


def _callout(
    branch: Branch, name: str, name_at: Position, attributes: Attributes, reading: Reading, make_blocks: MakeBlocks
) -> d.Callout:
    kind = callouts.find(name, reading.info.callouts)
    if kind is None:
        _unknown(name, name_at, reading)
    meta = branch.token.meta
    holder: Holder | None = meta["title"]
    written_title = value_of(meta["items"], "title")
    if written_title:
        holder = _title(written_title, meta["source"])
    title: Inlines = read_inlines(holder, reading) if holder else ()
    blocks = make_blocks(branch.inside, reading)
    rest = without(attributes, "title")
    rest = replace(rest, classes=tuple(one for one in rest.classes if not one.startswith("callout-")))
    if not title and blocks and isinstance(heading := blocks[0], d.Heading):  # Quarto: it is the title
        title, blocks = heading.children, blocks[1:]
        rest = replace(rest, id=rest.id or heading.attributes.id)
    return d.Callout(kind.name if kind else "note", title, blocks, rest, at=branch.at)


def _conditional(
    blocks: Blocks, conditions: tuple[d.Condition, ...], attributes: Attributes, at: Position, reading: Reading
) -> d.Conditional:
    for node in d.walk(blocks):
        if isinstance(node, d.Heading):
            hint = "put the condition around what follows the heading: numbers are the same in every output"
            reading.problems.add("heading-in-condition", node.at, "a heading stands in a conditional block", hint)
    rest = without(attributes, *CONDITION_KEYS)
    rest = replace(rest, classes=tuple(one for one in rest.classes if one not in ("content-visible", "content-hidden")))
    return d.Conditional((d.Div(blocks, rest, at=at),) if rest != NONE else blocks, conditions, at=at)


def _plain(branch: Branch, blocks: Blocks, attributes: Attributes, reading: Reading) -> Iterator[Block]:
    for name in attributes.classes:
        if name in _LATER:
            code, message, hint = _LATER[name]
            reading.problems.add(code, branch.at, message, hint)
        if name in HANDOUT_DIVS:
            is_allowed(HANDOUT_DIVS[name], branch.at, reading)
    if attributes.id.startswith("fig-"):
        if figure := figure_in_div(blocks, attributes, branch.at, reading):
            yield figure
            return
        hint = "it holds pictures, and last a paragraph that is the caption"
        reading.problems.add("not-a-figure", branch.at, f'the div "{attributes.id}" is no figure', hint)
    if attributes.id.startswith("tbl-"):
        if table := _table_in_div(blocks, attributes):
            yield table
            return
        hint = "it holds a table, and a paragraph that is the caption"
        reading.problems.add("not-a-table", branch.at, f'the div "{attributes.id}" is no table', hint)
    if attributes.id == "refs":
        yield d.BibliographyMark(blocks, at=branch.at)
        return
    yield d.Div(blocks, attributes, at=branch.at)


def _table_in_div(blocks: Blocks, attributes: Attributes) -> d.Table | None:
    """Quarto's `::: {#tbl-x}`: a table, and its caption in a paragraph before or behind it."""
    tables = [block for block in blocks if isinstance(block, d.Table)]
    captions = [block for block in blocks if isinstance(block, d.Paragraph)]
    if len(tables) != 1 or len(captions) > 1 or len(tables) + len(captions) != len(blocks):
        return None
    table = tables[0]
    if captions and table.caption:
        return None
    inner = table.attributes
    classes = tuple(dict.fromkeys((*attributes.classes, *inner.classes)))
    pairs = tuple({**dict(inner.pairs), **dict(attributes.pairs)}.items())
    both = Attributes(attributes.id, classes, pairs, inner.facts + attributes.facts)
    return replace(table, caption=captions[0].children if captions else table.caption, attributes=both)
