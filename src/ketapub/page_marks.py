"""Puts the beginnings of printed pages into a book: a `Book` and the `Pages` of its print edition in, a `Book` out.

Each stands before the very word with which the page begins. Only what has a name made of its words (a link, a heading,
a table's caption, a callout's title) and a picture are not to have one inside: there it stands before the whole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

from ketapub import document as d

Marks = tuple[d.PageMark, ...]
WITHOUT = (d.Abbreviation, d.Citation, d.Keyboard, d.Link, d.PageReference, d.Reference)
TEXTS = (d.Text, d.Code, d.CodeBlock)


def with_page_marks(book: d.Book, pages: d.Pages) -> d.Book:
    """The book as one output shows it, from the same numbered book (`in_order`) as that which was printed. Where that
    output hides the first words of a page, the page begins with the next ones that it shows."""
    shown = [*d.walk_book(book)]
    orders = {node.order for node in shown}
    texts = sorted(node.order for node in shown if isinstance(node, (*TEXTS, d.Image)))
    placer, taken = _Placer(), set(book.chapter_of)
    front: dict[d.FrontPage, Marks] = {}
    for turn in pages.turns:
        mark = d.PageMark(turn.label, _free(f"page-{turn.label}", taken))
        if turn.front:
            front[turn.front] = (*front.get(turn.front, ()), mark)
        elif turn.order in orders:
            placer.marks.setdefault(turn.order, []).append((turn.offset, mark))
        elif (next_text := bisect_left(texts, turn.order)) < len(texts):
            placer.marks.setdefault(texts[next_text], []).insert(0, (0, mark))
    placer.orders = sorted(placer.marks)
    chapters = tuple(map(placer.chapter, book.chapters))
    assert not placer.marks, f"pages that begin nowhere: {placer.marks}"
    return replace(book, chapters=chapters, front_pages=front)


def _free(id: str, taken: set[str]) -> str:
    while id in taken:
        id += "-print"
    taken.add(id)
    return id


class _Placer:
    """Rebuilds what holds a mark, from the outside in. `marks`: order of a node -> how far in it, what."""

    def __init__(self) -> None:
        self.marks: dict[int, list[tuple[int, d.PageMark]]] = {}
        self.orders: list[int] = []  # all that had a mark

    def own(self, node: d.Node) -> Marks:
        return tuple(mark for _, mark in self.marks.pop(node.order, ()))

    def all(self, *values: d.Node | d.Inlines) -> Marks:
        """Those of nodes and of everything inside: none of them may stand there."""
        return tuple(mark for node in d.walk(values) for mark in self.own(node))

    def chapter(self, chapter: d.Chapter) -> d.Chapter:
        if not self.marks:
            return chapter
        opening, blocks, before = self.all(chapter.heading, chapter.subtitle), list[d.Block](), 0
        for block in chapter.blocks:
            blocks += self.block(block) if self._any_within(before, block.order) else (block,)
            before = block.order
        return replace(chapter, pages=opening, blocks=tuple(blocks))

    def _any_within(self, before: int, last: int) -> bool:
        """Whether a node has a mark of those behind `before` up to `last`: a node stands behind what it holds."""
        place = bisect_right(self.orders, before)
        return place < len(self.orders) and self.orders[place] <= last

    # -- blocks

    def blocks(self, nodes: d.Blocks) -> d.Blocks:
        return tuple(one for node in nodes for one in self.block(node))

    def block(self, node: d.Block) -> d.Blocks:
        match node:
            case d.Paragraph(children=children) | d.Plain(children=children):
                return (replace(node, children=(*self.own(node), *self.inlines(children))),)
            case d.List(items=items):
                return (*self.own(node), replace(node, items=tuple(map(self.item, items))))
            case d.Quote(blocks=blocks) | d.Div(blocks=blocks):
                return (*self.own(node), replace(node, blocks=self.blocks(blocks)))
            case d.CodeBlock():
                return (replace(node, pages=tuple(self.marks.pop(node.order, ()))),)
            case d.Table():
                return self.table(node)
            case d.Figure():
                return self.figure(node)
            case d.Callout(title=title, blocks=blocks):
                return (*self.own(node), *self.all(title), replace(node, blocks=self.blocks(blocks)))
            case d.DefinitionList(items=items):
                return (*self.own(node), replace(node, items=tuple(map(self.definition, items))))
            case d.Bibliography(entries=entries, title=title):
                before = (*self.own(node), *self.all(title))
                made = (replace(one, body=(*self.own(one), *self.inlines(one.body))) for one in entries)
                return (*before, replace(node, entries=tuple(made)))
            case d.Index(entries=entries):
                return (*self.own(node), replace(node, entries=tuple(map(self.index_entry, entries))))
            case _:
                return (*self.all(node), node)

    def item(self, item: d.ListItem) -> d.ListItem:
        blocks, marks = self.blocks(item.blocks), self.own(item)
        if not marks:
            return replace(item, blocks=blocks)
        first, *rest = blocks or (d.Plain(()),)
        if isinstance(first, d.Paragraph | d.Plain):
            return replace(item, blocks=(replace(first, children=(*marks, *first.children)), *rest))
        return replace(item, blocks=(*marks, first, *rest))

    def table(self, node: d.Table) -> d.Blocks:
        before = (*self.own(node), *self.all(node.caption))
        return (*before, replace(node, head=self.row(node.head), body=tuple(map(self.row, node.body))))

    def row(self, row: d.Row) -> d.Row:
        before = self.own(row)
        cells = tuple(replace(cell, children=(*self.own(cell), *self.inlines(cell.children))) for cell in row.cells)
        if before:
            cells = (replace(cells[0], children=(*before, *cells[0].children)), *cells[1:])
        return replace(row, cells=cells)

    def figure(self, node: d.Figure) -> d.Blocks:
        own = self.marks.pop(node.order, [])
        before = (*(mark for part, mark in own if not part), *self.all(*node.images, node.caption, node.source))
        description = (*(mark for part, mark in own if part), *self.blocks(node.description))
        data = node.data
        if data is not None:
            *marks, table = self.table(data)
            assert isinstance(table, d.Table)
            description, data = (*description, *marks), table
        return (*before, replace(node, description=description, data=data))

    def definition(self, one: d.Definition) -> d.Definition:
        term = (*self.own(one), *self.inlines(one.term))
        return replace(one, term=term, meanings=tuple(map(self.blocks, one.meanings)))

    def index_entry(self, entry: d.IndexEntry) -> d.IndexEntry:
        before = (*self.own(entry), *self.inlines(entry.term))
        behind = self.all(entry.see, entry.see_also)
        entries = tuple(map(self.index_entry, entry.entries))
        return replace(entry, term=(*before, *behind), entries=entries)

    # -- inlines

    def inlines(self, nodes: d.Inlines) -> d.Inlines:
        return tuple(one for node in nodes for one in self.inline(node))

    def inline(self, node: d.Inline) -> d.Inlines:
        match node:
            case d.Text(text=text) | d.Code(text=text):
                pieces: list[d.Inline] = []
                done, rest = 0, node
                for at, mark in self.marks.pop(node.order, ()):
                    if at > done:
                        pieces.append(replace(rest, text=text[done:at]))
                        if isinstance(rest, d.Code):  # one element of an id is enough
                            rest = replace(rest, attributes=replace(rest.attributes, id=""))
                    pieces.append(mark)
                    done = at
                return (*pieces, replace(rest, text=text[done:])) if done < len(text) else tuple(pieces)
            case d.Note():
                return (*self.own(node), node)
            case _ if isinstance(node, WITHOUT):
                return (*self.all(node), node)
            case d.Emphasis() | d.Strong() | d.Strikeout() | d.Superscript() | d.Subscript() | d.SmallCaps():
                return (*self.own(node), replace(node, children=self.inlines(node.children)))
            case d.Span() | d.Fact() | d.IndexMark():
                return (*self.own(node), replace(node, children=self.inlines(node.children)))
            case _:
                return (*self.all(node), node)
