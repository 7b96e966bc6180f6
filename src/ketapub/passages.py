"""What a reviewer reads and signs: a resolved chapter comes in; its words go out, a passage at a time.

The words are those that every reader gets: facts, included files, labels, alternative texts, tables, notes. Citations
stand as their keys and references as their ids, so that a new number elsewhere changes nothing here, and a changed fact
does.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import assert_never

from ketapub import callouts, document as d
from ketapub.problems import Position


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, heading, row or caption. `facts` are the claims of the ledger that it prints."""

    text: str
    at: Position = field(compare=False)
    facts: tuple[d.Fact, ...] = field(default=(), compare=False)

    @property
    def digest(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]


def passages(chapter: d.Chapter, book: d.Book) -> tuple[Passage, ...]:
    title = [_passage(_words(chapter.heading.children), chapter.heading)]
    if chapter.subtitle:
        title.append(_passage(_words(chapter.subtitle), chapter.subtitle[0], of=chapter.subtitle))
    return (*title, *_blocks(chapter.blocks, book, ""))


def digest(found: tuple[Passage, ...]) -> str:
    """The SHA-256 of a chapter's passages, in hexadecimal digits."""
    return hashlib.sha256("\n".join(passage.text for passage in found).encode()).hexdigest()


def _passage(text: str, node: d.Node, before: str = "", *, of: tuple[d.Node, ...] = ()) -> Passage:
    """`of`: what the words are made of, where that is not all of the node."""
    titled = _titled(f"{before}{text}", getattr(node, "attributes", d.NONE).get("title"))
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFC", titled)).strip()
    return Passage(plain, node.at, tuple(d.facts_in(of or (node,))))


# --- blocks ----------------------------------------------------------------------------------------------------------


def _blocks(nodes: d.Blocks, book: d.Book, before: str) -> Iterator[Passage]:
    """`before` goes in front of each passage: the mark of a list item, a condition."""
    for node in nodes:
        yield from _block(node, book, before)


def _block(node: d.Block, book: d.Book, before: str) -> Iterator[Passage]:
    match node:
        case d.Paragraph(children=children) if children and all(d.is_point(one) for one in children):
            pass
        case d.Paragraph(children=children) | d.Plain(children=children):
            yield _passage(_words(children), node, before)
        case d.Heading(children=children):
            yield _passage(_words(children), node, before + "#" * node.level + " ")
        case d.List(items=items):
            for number, item in enumerate(items, node.start):
                mark = f"{number}. " if node.ordered else {None: "- ", True: "☑ ", False: "☐ "}[item.checked]
                yield from _blocks(item.blocks, book, before + mark)
        case d.Quote(blocks=blocks):
            yield from _blocks(blocks, book, before + "> ")
        case d.Div(blocks=blocks):
            yield from _blocks(blocks, book, before)
        case d.CodeBlock(text=text):
            yield _passage(text, node, before)
        case d.DisplayFormula():
            yield _passage(_formula(node), node, before)
        case d.Table():
            yield from _table(node, before)
        case d.Figure():
            yield from _figure(node, book, before)
        case d.Callout(title=title, blocks=blocks):
            label = callouts.label(book.info.callouts[node.kind], book.info.book.language)
            colon = "" if callouts.ends_itself(label) else ":"
            shown = replace(node, blocks=())  # which stand in passages of their own
            yield _passage(_words(title), node, f"{before}{label}{colon} ", of=(shown,))
            yield from _blocks(blocks, book, before)
        case d.Conditional(blocks=blocks, conditions=conditions):
            yield from _blocks(blocks, book, before + _condition(conditions))
        case d.DefinitionList(items=items):
            for definition in items:
                term = f"{before}{_words(definition.term)}: "
                facts = tuple(d.facts_in(definition.term))
                for passage in _blocks(tuple(chain(*definition.meanings)), book, term):
                    yield replace(passage, facts=facts + passage.facts)
        case d.SliceMark():
            raise AssertionError(f"{node.at}: a slice is in no resolved book")
        case d.Rule() | d.PageBreak() | d.PageMark() | d.Bibliography() | d.BibliographyMark() | d.Index():
            pass
        case _:
            assert_never(node)


def _table(node: d.Table, before: str) -> Iterator[Passage]:
    if node.caption:
        yield _passage(_words(node.caption), node, before, of=node.caption)
    for row in (node.head, *node.body):
        yield _passage(" | ".join(_words(cell.children) for cell in row.cells), row, before)


def _figure(node: d.Figure, book: d.Book, before: str) -> Iterator[Passage]:
    words = _words((*node.images, *node.caption, *((d.Text(" "), *node.source) if node.source else ())))
    shown = replace(node, description=(), data=None)  # whose facts stand in passages of their own
    yield _passage(words, node, before, of=(shown,))
    for image in node.images:
        asset = book.assets.get(image.source) if image.drawing else None
        if asset is not None and asset.svg is not None:  # what was drawn from data says words of its own
            yield Passage(" · ".join(text for text, _ in asset.svg.words), node.at)
    yield from _blocks(node.description, book, before)
    if node.data is not None:
        yield from _table(node.data, before)


def _condition(conditions: tuple[d.Condition, ...]) -> str:
    said = (f"{'' if one.wanted else 'not '}{one.key} {'/'.join(one.values)}" for one in conditions)
    return f"({', '.join(said)}) "


# --- inlines ---------------------------------------------------------------------------------------------------------


def _words(nodes: tuple[d.Node, ...]) -> str:
    return "".join(_inline(node) for node in nodes)


def _inline(node: d.Node) -> str:
    match node:
        case d.Citation(keys=keys):
            return f" [{'; '.join(f'@{key}' for key in keys)}]"
        case d.Reference(target=target):
            return f"@{target}"
        case d.PageReference(children=children, target=target):
            return f"{_words(children)} @{target}"
        case d.Link(children=children, target=target, title=title, attributes=attributes):
            return _titled(f"{_words(children)} <{target}>", title or attributes.get("title"))
        case d.Note(blocks=(d.Paragraph(children=(d.Citation() as citation,)),)):  # a style's doing, not the author's
            return _words((citation,))
        case d.Note(blocks=blocks):
            return f" ({' '.join(_words((block,)) for block in blocks)})"
        case d.Image(alt=alt, title=title):
            return _titled(f"[{alt}]", title) + " "
        case d.Abbreviation(children=children, title=title):
            return _titled(_words(children), title)
        case d.Span(children=children, attributes=attributes):
            return _titled(_words(children), attributes.get("title"))
        case d.ConditionalSpan(children=children, conditions=conditions):
            return _condition(conditions) + _words(children)
        case d.Code(text=text, attributes=attributes):
            return _titled(text, attributes.get("title"))
        case d.Formula() | d.DisplayFormula():
            return _formula(node)
        case d.Text(text=text) | d.CodeBlock(text=text):  # a block, where it stands in a note
            return text
        case d.SoftBreak() | d.HardBreak():
            return " "
        case _:
            return _words(tuple(d.children(node)))


def _formula(node: d.Formula | d.DisplayFormula) -> str:
    """Its TeX, and what is said in its place: both can be wrong."""
    return f"${node.tex}$ [{node.alt}]"


def _titled(text: str, title: str) -> str:
    return f"{text} ({title})" if title else text
