"""Block tokens come in, `Block` nodes with their positions go out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from markdown_it.token import Token

from ketapub import document as d
from ketapub.document import NONE, Attributes, Block, Blocks, Inlines
from ketapub.problems import Position
from ketapub.syntax.attributes import Items, allowed, belongs_to_words, find_attributes
from ketapub.syntax.containers import alert, make_div
from ketapub.syntax.formulas import make_display_formula
from ketapub.syntax.handouts import slice_target
from ketapub.syntax.inlines import make_inlines, read_inlines, trimmed
from ketapub.syntax.pictures import figure_of
from ketapub.syntax.states import Holder, Reading, Source
from ketapub.syntax.tables import CAPTION, RowCells

_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")
_ATTRIBUTES_LAST = re.compile(r"\{[^{}]*\}\s*$")


@dataclass(frozen=True, slots=True)
class Branch:
    """A token with what stands between it and the token that closes it."""

    token: Token
    inside: list[Branch] = field(default_factory=list)

    @property
    def at(self) -> Position:
        return cast(Position, self.token.meta["at"])

    @property
    def holder(self) -> Holder:
        """The text of a paragraph, heading or term."""
        return cast(Holder, self.inside[0].token.meta["holder"])


def make_blocks(tokens: list[Token], reading: Reading) -> Blocks:
    return _blocks(_nested(tokens), reading)


def _nested(tokens: list[Token]) -> list[Branch]:
    levels: list[list[Branch]] = [[]]
    for token in tokens:
        if token.nesting < 0:
            levels.pop()
            continue
        branch = Branch(token)
        levels[-1].append(branch)
        if token.nesting > 0:
            levels.append(branch.inside)
    return levels[0]


def _blocks(branches: list[Branch], reading: Reading) -> Blocks:
    return tuple(_all(branches, reading))


def _all(branches: list[Branch], reading: Reading) -> Iterator[Block]:
    index = 0
    while index < len(branches):
        here = branches[index]
        after = branches[index + 1] if index + 1 < len(branches) else None
        behind = branches[index + 2] if index + 2 < len(branches) else None
        if here.token.type == "table":
            caption = after if after and _is_caption(after) else None
            # A caption between two tables belongs to the first, unless that one had its caption before it.
            yield _table(here, caption, reading)
            index += 2 if caption else 1
        elif after and after.token.type == "table" and _is_caption(here):
            if behind and _is_caption(behind):
                reading.problems.add(
                    "second-caption", behind.at, "this table has a caption before it too", "keep one of them"
                )
                index += 1
            yield _table(after, here, reading)
            index += 2
        else:
            yield from _block(here, reading)
            index += 1


def _block(branch: Branch, reading: Reading) -> Iterator[Block]:
    token = branch.token
    match token.type:
        case "paragraph_open":
            yield from _paragraph(branch, reading)
        case "heading_open":
            yield _heading(branch, reading)
        case "bullet_list_open" | "ordered_list_open":
            items = tuple(_item(one, reading) for one in branch.inside)
            ordered = token.type == "ordered_list_open"
            yield d.List(items, ordered, int(token.attrs.get("start", 1)) if ordered else 1, at=branch.at)
        case "blockquote_open":
            yield alert(branch, reading, _blocks) or d.Quote(_blocks(branch.inside, reading), at=branch.at)
        case "fence":
            yield _code(branch, reading)
        case "code_block":
            yield d.CodeBlock(token.content.rstrip("\n"), at=branch.at)
        case "formula":
            if formula := make_display_formula(token, reading):
                yield formula
        case "hr":
            yield d.Rule(at=branch.at)
        case "pagebreak":
            yield d.PageBreak(at=branch.at)
        case "slice":
            if target := slice_target(token.content, branch.at, reading):
                yield d.SliceMark(target, at=branch.at)
        case "div_open":
            yield from make_div(branch, reading, _blocks)
        case "dl_open":
            yield _definitions(branch, reading)
        case kind:
            raise AssertionError(f"{token.meta.get('at')}: no node for the token {kind}")


def _paragraph(branch: Branch, reading: Reading) -> Iterator[Block]:
    if _is_caption(branch) and branch.holder.content.lower().startswith("table:"):
        reading.problems.add(
            "stray-caption", branch.at, "this caption has no table", "put it right before or behind its table"
        )
    tokens = reading.inlines(branch.holder)
    if _escaped_end(tokens):  # pandoc: a backslash behind a lone image keeps it in the text
        tokens.pop()
    elif not branch.token.hidden and (figure := figure_of(tokens, reading)):
        yield figure
        return
    parts = _around_formulas(tokens)
    for number, (formula, part) in enumerate(parts):
        if formula and (display := make_display_formula(formula, reading)):
            yield display
        words = make_inlines(part, reading, whole=True)
        if children := trimmed(words, left=number > 0, right=number + 1 < len(parts)):
            at = children[0].at if formula else branch.at
            yield (d.Plain if branch.token.hidden else d.Paragraph)(children, at=at)


def _around_formulas(tokens: list[Token]) -> list[tuple[Token | None, list[Token]]]:
    """The parts of a paragraph that `$$…$$` divides, each with the formula before it."""
    parts: list[tuple[Token | None, list[Token]]] = [(None, [])]
    depth = 0
    for token in tokens:
        depth += token.nesting
        if token.type == "formula" and token.meta["display"] and not depth:
            while (before := parts[-1][1]) and before[-1].type == "softbreak":
                before.pop()
            parts.append((token, []))
        elif token.type != "softbreak" or parts[-1][1] or len(parts) == 1:
            parts[-1][1].append(token)
    return parts


def _escaped_end(tokens: list[Token]) -> bool:
    return (
        len(tokens) == 2
        and tokens[0].type == "image"
        and tokens[1].type == "text"
        and tokens[1].content.strip() == "\\"
    )


def _heading(branch: Branch, reading: Reading) -> d.Heading:
    holder = branch.holder
    attributes, end = last_attributes(holder, reading, heading=True)
    level = int(branch.token.tag[1:])
    children = read_inlines(holder, reading, 0, end)
    if not children:
        reading.problems.add("empty-heading", branch.at, "this heading has no words", "write some, or delete it")
    return d.Heading(level, children, attributes, at=branch.at)


def last_attributes(
    holder: Holder, reading: Reading, begin: int = 0, *, heading: bool = False
) -> tuple[Attributes, int]:
    """The attribute block that ends a text, and where the text before it ends."""
    text = holder.content
    match = _ATTRIBUTES_LAST.search(text, begin)
    if match and belongs_to_words(text, begin, match.start()):
        return NONE, len(text)
    found = find_attributes(text, match.start(), len(text)) if match else None
    if not match or not found:
        if match and re.match(r"\{\s*(?:[#.]|[\w:-]+\s*=)", match[0]):
            message = f"these attributes cannot be read: {match[0].strip()}"
            reading.problems.add(
                "broken-attributes", holder.place(match.start()), message, 'a value with spaces needs "quotes"'
            )
            return NONE, match.start()
        return NONE, len(text)
    exempt = d.GRADE_OK if heading else ""
    attributes = allowed(found[0], holder.place, reading, exempt=exempt)
    return attributes, len(text[: match.start()].rstrip())


def _item(branch: Branch, reading: Reading) -> d.ListItem:
    """A list item; `[ ]` or `[x]` at its start makes it a task."""
    inside = branch.inside
    task = _TASK.match(inside[0].holder.content) if inside and inside[0].token.type == "paragraph_open" else None
    if not task:
        return d.ListItem(_blocks(inside, reading), at=branch.at)
    first, holder = inside[0], inside[0].holder
    children = read_inlines(holder, reading, task.end())
    make = d.Plain if first.token.hidden else d.Paragraph
    blocks: Blocks = (make(children, at=holder.place(task.end())), *_blocks(inside[1:], reading))
    return d.ListItem(blocks, task[1] != " ", at=branch.at)


def _code(branch: Branch, reading: Reading) -> Block:
    """pandoc's ```` ```python ````, ```` ``` {.python #id} ```` and ```` ```python {#id} ````."""
    token = branch.token
    info = token.info.strip()
    text = token.content.removesuffix("\n")
    source: Source = token.meta["source"]
    begin = token.meta["info_at"] + token.info.find("{")
    word = info.partition("{")[0].strip()
    problems = reading.problems
    items: Items = ()
    if "{" in info:
        found = find_attributes(source.text, begin, token.meta["info_end"])
        if found:
            items = found[0]
        elif re.match(r"\{=[\w+-]+\}", info):
            problems.add(
                "unsupported-raw", branch.at, "a block for one output only is not supported", "write it in Markdown"
            )
        elif re.match(r"\{[A-Za-z]", info):
            problems.add(
                "unsupported-code-cell",
                branch.at,
                f"code is not run here: {info}",
                "write the result itself, or ```python",
            )
        else:
            problems.add("broken-attributes", source.place(begin), f"these attributes cannot be read: {info}")
    attributes = allowed(items, source.place, reading)
    language = word.split()[0] if word else ""
    if not language and attributes.classes:
        language, attributes = attributes.classes[0], replace(attributes, classes=attributes.classes[1:])
    return d.CodeBlock(text, language, attributes, at=branch.at)


def _is_caption(branch: Branch) -> bool:
    return branch.token.type == "paragraph_open" and CAPTION.match(branch.holder.content) is not None


def _table(branch: Branch, caption: Branch | None, reading: Reading) -> d.Table:
    meta = branch.token.meta
    alignments: tuple[d.Align, ...] = meta["alignments"]

    def row(cells: RowCells) -> d.Row:
        made = [d.Cell(read_inlines(cell, reading), at=cell.place(0)) for cell in cells.cells]
        missing = len(alignments) - len(made)
        return d.Row((*made, *(d.Cell((), at=cells.at) for _ in range(missing))), at=cells.at)

    words: Inlines = ()
    attributes = NONE
    head, body = row(meta["head"]), tuple(row(cells) for cells in meta["rows"])
    if caption:
        mark = CAPTION.match(caption.holder.content)
        begin = mark.end() if mark else 0
        attributes, end = last_attributes(caption.holder, reading, begin)
        words = read_inlines(caption.holder, reading, begin, max(begin, end))
    return d.Table(head, body, alignments, words, attributes, at=branch.at)


def _definitions(branch: Branch, reading: Reading) -> d.DefinitionList:
    items: list[d.Definition] = []
    for one in branch.inside:
        if one.token.type == "dt_open":
            items.append(d.Definition(read_inlines(one.holder, reading), (), at=one.holder.place(0)))
        else:
            last = items[-1]
            items[-1] = replace(last, meanings=(*last.meanings, _blocks(one.inside, reading)))
    return d.DefinitionList(tuple(items), at=branch.at)
