"""Inline tokens come in, `Inline` nodes with their positions go out."""

from __future__ import annotations

import re
from dataclasses import replace

from markdown_it.token import Token

from ketapub import document as d
from ketapub.document import Attributes, Inlines
from ketapub.problems import Position, nearest
from ketapub.syntax.attributes import Items, allowed, classes_of, with_facts, without, written
from ketapub.syntax.citations import Cited, is_reference
from ketapub.syntax.conditions import CONDITION_KEYS, conditions_of, is_conditional
from ketapub.syntax.facts import make_fact
from ketapub.syntax.formulas import make_formula
from ketapub.syntax.handouts import make_blank, make_field
from ketapub.syntax.index import INDEX_KEYS, close_up, index_mark, is_index, without_index
from ketapub.syntax.line import Line, Paired
from ketapub.syntax.pictures import make_image
from ketapub.syntax.shortcodes import fill_with_facts
from ketapub.syntax.states import Holder, Reading
from ketapub.syntax.typography import set_type

_PAIRED: dict[str, Paired] = {"em_open": d.Emphasis, "strong_open": d.Strong, "s_open": d.Strikeout}
_SIMPLE: dict[str, type[d.Superscript | d.Subscript | d.Keyboard]] = {
    "superscript": d.Superscript,
    "subscript": d.Subscript,
    "html_sup": d.Superscript,
    "html_sub": d.Subscript,
    "html_kbd": d.Keyboard,
}
_SCHEMES = ("http", "https", "mailto", "tel", "sms")
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")


def read_inlines(holder: Holder, reading: Reading, begin: int = 0, end: int | None = None) -> Inlines:
    """The nodes of a text that blocks hold, or of the part of it from `begin` to `end`."""
    return make_inlines(reading.inlines(holder, begin, end), reading, whole=True)


def make_inlines(tokens: list[Token], reading: Reading, *, whole: bool = False) -> Inlines:
    """`whole`: the tokens are all the text of a block, not what stands inside something else."""
    set_type(tokens, reading.language)
    line = Line()
    for token in tokens:
        if token.type in ("text", "text_special"):
            line.text(token.content, token.meta["at"])
        elif token.type == "comment":
            line.after_comment = True
        elif token.type in _PAIRED:
            line.open(token.type, _PAIRED[token.type], _start(token), reading)
        elif token.nesting < 0:
            line.close(token.type.replace("_close", "_open"))
        else:
            for node in _make(token, reading):
                line.node(node)
    return close_up(line.finish(), whole=whole)


def _start(token: Token) -> Position:
    """`**` and `~~` are one token: markdown-it keeps the second mark of a `**`, so step back to the first."""
    at: Position = token.meta["at"]
    return replace(at, column=at.column - 1) if token.type == "strong_open" and at.column > 1 else at


def _make(token: Token, reading: Reading) -> Inlines:
    at: Position = token.meta["at"]
    match token.type:
        case "softbreak":
            return (d.SoftBreak(at=at),)
        case "hardbreak":
            return (d.HardBreak(at=at),)
        case "code_inline":
            return (d.Code(token.content, _attributes(token, reading), at=at),)
        case "html_abbr":
            title, facts = fill_with_facts(token.meta["title"], token.meta["title_at"], reading)
            attributes = with_facts(d.NONE, "title", facts)
            return (d.Abbreviation(make_inlines(token.children or [], reading), title, attributes, at=at),)
        case "span":
            return _span(token, reading)
        case "link":
            return _link(token, reading)
        case "image":
            return (make_image(token, make_inlines(token.children or [], reading), reading),)
        case "fact":
            fact = make_fact(token.content, at, reading)
            return (fact,) if fact else ()
        case "blank":
            blank = make_blank(token.content, at, reading)
            return (blank,) if blank else ()
        case "field":
            field = make_field(token.content, at, reading)
            return (field,) if field else ()
        case "formula":
            formula = make_formula(token, reading)
            return (formula,) if formula else ()
        case "citation":
            return _citation(token, reading)
        case "note":
            return _inline_note(token, reading)
        case "note_reference":
            return _note(token, reading)
        case kind if kind in _SIMPLE:
            return (_SIMPLE[kind](make_inlines(token.children or [], reading), at=at),)
        case kind:
            raise AssertionError(f"{at}: no node for the token {kind}")


def place_in(token: Token, item_offset: int) -> Position:
    """The position of a part of a token's attributes. All of a token's offsets count in one holder."""
    holder: Holder = token.meta["holder"]
    return holder.place(item_offset)


def _attributes(token: Token, reading: Reading, *own: str) -> Attributes:
    items: Items = token.meta.get("items", ())
    return allowed(items, lambda offset: place_in(token, offset), reading, own, exempt=d.NO_FACT)


def _span(token: Token, reading: Reading) -> Inlines:
    items: Items = token.meta["items"]
    at: Position = token.meta["at"]
    classes = classes_of(items)
    indexed, conditional = is_index(classes), is_conditional(classes)
    own = (*(INDEX_KEYS if indexed else ()), *(CONDITION_KEYS if conditional else ()))
    attributes = _attributes(token, reading, *own)
    language = reading.language
    reading.language = attributes.get("lang") or language
    children = make_inlines(token.children or [], reading)
    reading.language = language
    if indexed:
        children = index_mark(children, items, at, lambda offset: place_in(token, offset), reading)
        attributes = without_index(attributes)
        if attributes == d.NONE:
            return children
    if conditional:
        conditions = conditions_of(classes, written(items), at, reading.problems)
        attributes = without(attributes, *CONDITION_KEYS)
        rest = tuple(name for name in attributes.classes if name not in ("content-visible", "content-hidden"))
        attributes = replace(attributes, classes=rest)
        inside: Inlines = (d.Span(children, attributes, at=at),) if attributes != d.NONE else children
        return (d.ConditionalSpan(inside, conditions, at=at),)
    if attributes == Attributes(classes=("smallcaps",)):
        return (d.SmallCaps(children, at=at),)
    if attributes == Attributes(classes=("kbd",)):
        return (d.Keyboard(children, at=at),)
    return (d.Span(children, attributes, at=at),)


def _link(token: Token, reading: Reading) -> Inlines:
    at: Position = token.meta["at"]
    problems = reading.problems
    target, in_target = fill_with_facts(token.meta["target"], token.meta["target_at"], reading)
    target = target.strip()
    title, in_title = fill_with_facts(token.meta["title"], at, reading)
    attributes = with_facts(with_facts(_attributes(token, reading), "href", in_target), "title", in_title)
    children = make_inlines(token.children or [], reading)
    if words := token.meta.get("words"):
        children = (d.Text(words, at=at),)
    scheme = _SCHEME.match(target)
    if not target or target == "#":
        problems.add("empty-link", at, "this link leads nowhere", "write an address between ( and )")
        return children
    if (scheme and scheme[1].lower() not in _SCHEMES) or target.startswith(("//", "\\")):
        problems.add(
            "link-scheme",
            token.meta["target_at"],
            f'a link may not lead to "{target[:60]}"',
            "https, http, mailto, tel, sms, #id, or a chapter file of the book",
        )
        return children
    if not scheme and "page" in attributes.classes:
        return (d.PageReferenceMark(children, target.partition("#")[2] or target, at=at),)
    if not children:
        fragment = target.partition("#")[2]
        if scheme or not fragment:
            problems.add(
                "link-without-text", at, "this link has no words", f"write them between [ and ], or <{target}>"
            )
            return ()
        return (d.ReferenceMark((d.Target(fragment, at=at),), at=at),)
    inner = next(
        (one for one in d.walk(children) if isinstance(one, d.Link | d.CitationMark | d.ReferenceMark | d.Note)), None
    )
    if inner:
        problems.add(
            "link-in-link", inner.at, "a link, reference or note inside the words of a link", "put it behind the link"
        )
    if not scheme:
        return (d.Link(children, target, title, attributes, at=at),)
    return (d.Link(children, _encoded(target), title, attributes, at=at),)


def _encoded(address: str) -> str:
    """An address with what RFC 3986 does not allow written as %XX."""
    from mdurl import encode

    return encode(address)


def _citation(token: Token, reading: Reading) -> Inlines:
    cites: list[Cited] = token.meta["cites"]
    at: Position = token.meta["at"]
    kinds = {is_reference(cite.key, reading.info) for cite in cites}
    if kinds == {True}:
        return (d.ReferenceMark(tuple(_target(cite, reading) for cite in cites), at=at),)
    if kinds == {True, False}:
        inside = next(cite for cite in cites if is_reference(cite.key, reading.info))
        reading.problems.add(
            "mixed-references",
            inside.at,
            f"@{inside.key} is a place in this book, the others are works",
            "give each its own brackets",
        )
        cites = [cite for cite in cites if not is_reference(cite.key, reading.info)]
    return (d.CitationMark(tuple(_cite(cite, reading) for cite in cites), at=at),)


def _cite(cite: Cited, reading: Reading) -> d.Cite:
    prefix = trimmed(make_inlines(cite.prefix, reading), left=True, right=True)
    suffix = trimmed(make_inlines(cite.suffix, reading), left=False, right=True)
    return d.Cite(cite.key, prefix, suffix, cite.locator, cite.label, cite.mode, at=cite.at)


def _target(cite: Cited, reading: Reading) -> d.Target:
    form = "number" if cite.mode == "suppress-author" else "capital" if cite.key[0].isupper() else "full"
    prefix = trimmed(make_inlines(cite.prefix, reading), left=True, right=False)
    suffix = trimmed(make_inlines(cite.suffix, reading), left=False, right=True)
    return d.Target(cite.key[0].lower() + cite.key[1:], prefix, suffix, form, at=cite.at)  # type: ignore[arg-type]


def trimmed(nodes: Inlines, *, left: bool, right: bool) -> Inlines:
    """Without the spaces that stand at the ends."""
    parts = list(nodes)
    if left and parts and isinstance(parts[0], d.Text):
        first = parts[0]
        words = first.text.lstrip()
        at = replace(first.at, column=first.at.column + len(first.text) - len(words))
        parts[0] = d.Text(words, at=at)
    if right and parts and isinstance(parts[-1], d.Text):
        parts[-1] = replace(parts[-1], text=parts[-1].text.rstrip())
    return tuple(part for part in parts if not (isinstance(part, d.Text) and not part.text))


def _inline_note(token: Token, reading: Reading) -> Inlines:
    at: Position = token.meta["at"]
    if reading.in_note:
        reading.problems.add("note-in-note", at, "a note inside a note", "say it in the first note")
        return ()
    reading.in_note = True
    children = make_inlines(token.children or [], reading)
    reading.in_note = False
    if not children:
        reading.problems.add("empty-note", at, "this note says nothing")
        return ()
    return (d.Note((d.Paragraph(children, at=token.meta["text_at"]),), at=at),)


def _note(token: Token, reading: Reading) -> Inlines:
    from ketapub.syntax.blocks import make_blocks  # a note holds blocks, and blocks hold inlines

    at, label = token.meta["at"], token.meta["label"]
    definition = reading.notes.get(label)
    if definition is None:
        near = nearest(label, reading.notes)
        reading.problems.add(
            "unknown-note",
            at,
            f'no note is defined for "{label}"',
            f'did you mean "{near}"?' if near else f"add a paragraph [^{label}]: …",
        )
        return ()
    definition.used = True
    if reading.in_note:
        reading.problems.add("note-in-note", at, "a note inside a note", "say it in the first note")
        return ()
    reading.in_note = True
    blocks = make_blocks(definition.tokens, reading)
    reading.in_note = False
    if not blocks:
        reading.problems.add("empty-note", definition.at, "this note says nothing")
        return ()
    return (d.Note(blocks, at=at),)
