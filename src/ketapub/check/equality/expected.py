"""What an output has to show: the resolved book and how a medium shows one in; the `Item`s of its chapters out.

It is written without the program's markup, so that a fault there shows.
"""

from __future__ import annotations

from dataclasses import replace

from ketapub import callouts, document as d
from ketapub.check.equality.index import shown_places
from ketapub.check.equality.items import Item, tidy
from ketapub.check.equality.speaker import Medium, Sheet, Speaker
from ketapub.problems import NOWHERE

MANY_WAYS_BACK = 10  # that stand in one line


def expected_chapters(book: d.Book, medium: Medium) -> list[list[Item]]:
    """The items of each chapter of a book as `editions.select` gives it, in reading order."""
    return [expected_chapter(book, chapter, medium) for chapter in book.chapters]


def expected_chapter(book: d.Book, chapter: d.Chapter, medium: Medium) -> list[Item]:
    return _Chapter(book, chapter, medium).items


class _Chapter(Speaker):
    def __init__(self, book: d.Book, chapter: d.Chapter, medium: Medium) -> None:
        super().__init__(book, medium, chapter.language)
        self.at = chapter.heading.at  # the last place that is known
        self.items: list[Item] = []
        self.chapter(chapter)

    # -- lines

    def end(self, kind: str, node: d.Node | None = None, *, blank: bool = False) -> None:
        """The line is said; on paper, what the notes say that it calls follows."""
        if node is not None and node.at != NOWHERE:
            self.at = node.at
        if item := self.line.end(kind, self.at, blank=blank):
            self.items.append(item)
        if self.medium.page is not None:
            called, self.called = self.called, []
            for note in called:
                self.say(str(note.number))
                self.end("note", note)
                self.blocks(note.blocks)

    def text(self, kind: str, node: d.Node, nodes: d.Inlines, before: str = "") -> None:
        self.say(before)
        self.inlines(nodes)
        self.end(kind, node)

    # -- a chapter

    def chapter(self, chapter: d.Chapter) -> None:
        heading = chapter.heading
        lead = self.word.format("chapter-number", number=heading.number) + " " if heading.number else ""
        with self.speaking(heading.attributes):
            self.text("heading 1", heading, heading.children, lead)
        self.text("text", heading, chapter.subtitle)
        self.say(self.medium.opening)
        self.end("text", heading)
        self.blocks(chapter.blocks)
        if self.called:
            self.say(self.word["notes"])
            self.end("heading 2", self.called[0])
        for note in self.called:  # those in notes are called last
            first, *rest = note.blocks
            self.line.anchor(note.id)
            self.line.lead(f"#{note.id}-ref")
            if isinstance(first, d.Paragraph | d.Plain):
                self.text("text", first, first.children, f"{note.number} ")
            else:
                self.say(str(note.number))
                self.end("text", note)
                rest = [first, *rest]
            self.blocks(tuple(rest))

    def blocks(self, blocks: d.Blocks) -> None:
        for node in blocks:
            with self.speaking(getattr(node, "attributes", d.NONE)):
                self.block(node)

    def block(self, node: d.Block) -> None:
        match node:
            case d.Paragraph() | d.Plain():
                self.text("text", node, node.children)
            case d.Heading():
                self.text(f"heading {node.level}", node, node.children)
            case d.List():
                self.list(node)
            case d.Div() if self.medium.sheet and "teach-back" in node.attributes.classes:
                self.say(self.word["teach-back"])
                self.end("heading 2", node)
                most = self.medium.sheet.questions
                self.blocks(
                    tuple(
                        replace(one, items=one.items[:most]) if isinstance(one, d.List) else one for one in node.blocks
                    )
                )
            case d.Div() if self.medium.sheet and "notes" in node.attributes.classes:
                self.room_for_notes(node, self.medium.sheet)
            case d.Quote() | d.Div():
                self.blocks(node.blocks)
            case d.CodeBlock():
                self.say(node.text)
                self.end("code", node)
            case d.DisplayFormula():
                self.formula(node)
                self.end("text", node)
                self.say(f"({node.number})" if node.number else "")
                self.end("text", node)
            case d.Table() if self.medium.listed(node):
                self.listed_table(node)
            case d.Table():
                self.table(node)
            case d.Figure():
                self.figure(node)
            case d.Callout():
                label = callouts.label(self.book.info.callouts[node.kind], self.book.info.book.language)
                if node.number:
                    label = self.word.format("label-number", label=label, number=node.number)
                if node.title and label[-1] not in "?!":
                    label = self.word.format("label-before-title", label=label)
                self.text("callout", node, node.title, f"{label} ")
                self.blocks(node.blocks)
            case d.DefinitionList():
                for one in node.items:
                    self.line.anchor(one.id)
                    self.text("term", one, one.term)
                    for meaning in one.meanings:
                        self.blocks(meaning)
                    self.ways_back(one, one.places)
            case d.Bibliography():
                self.line.anchor(node.id)
                self.text("heading 2", node, node.title)
                for entry in node.entries:
                    self.entry(entry)
            case d.Index():
                letter = None
                for line in node.entries:
                    if line.letter != letter:
                        letter = line.letter
                        self.say(letter or self.word["signs-and-numbers"])
                        self.end("heading 2")
                    self.index_entry(line)
            case d.Rule() | d.PageBreak() | d.PageMark():
                pass
            case _:
                raise AssertionError(f"{node.at}: {type(node).__name__} is in no finished book")

    def room_for_notes(self, node: d.Div, sheet: Sheet) -> None:
        if sheet.notes:
            self.say(self.word["my-notes"])
            self.end("heading 2", node)
            self.blocks(node.blocks)
            self.say(f"⟦{self.word['my-notes' if sheet.typed else 'space-to-write']}⟧")
            self.end("text", node)

    def list(self, node: d.List) -> None:
        for number, item in enumerate(node.items, node.start):
            first, *rest = item.blocks or (d.Plain(()),)
            if item.checked is None:
                self.say(f"{number}." if node.ordered else "•")
                self.end("label", item)
            box = {None: "", True: "☑ ", False: "☐ "}[item.checked]
            if item.checked is not None and (sheet := self.medium.sheet) and sheet.typed:
                box = f"☐⟦{self.name_of(item, sheet)}⟧ "
            if isinstance(first, d.Plain):
                self.text("text", item, first.children, box)
            else:
                self.say(box)
                self.end("text", item)
                rest = [first, *rest]
            self.blocks(tuple(rest))

    def name_of(self, item: d.ListItem, sheet: Sheet) -> str:
        """What a box to tick is called, where it is a field: what stands behind it, with the names of its fields."""

        def called(node: d.Node) -> d.Node | None:
            if isinstance(node, d.Field):
                return d.Text(sheet.clinic.get(node.name, "") or self.word[f"clinic-{node.name}"])
            return None if isinstance(node, d.Citation) else node

        return tidy(d.plain_text(d.map_nodes(item.blocks, called)))

    def caption(self, kind: str, node: d.Table) -> None:
        label = self.word.format("table-number", number=node.number) + ". " if node.number else ""
        self.text(kind, node, node.caption, label)

    def table(self, node: d.Table) -> None:
        self.caption("caption", node)
        heads_rows = "no-row-headers" not in node.attributes.classes
        for index, row in enumerate((node.head, *node.body)):
            for column, cell in enumerate(row.cells):
                self.inlines(cell.children)
                header = "column header" if index == 0 else "row header" if heads_rows and column == 0 else ""
                self.end(header if header and cell.children else "cell", cell, blank=True)

    def listed_table(self, node: d.Table) -> None:
        """Each cell behind the head of its column; the heads have their notes the first time."""
        self.caption("text", node)
        heads = [cell.children for cell in node.head.cells]
        for row in node.body:
            for head, cell in zip(heads, row.cells, strict=False):
                self.inlines(head)
                said = d.plain_text(d.bare(head))
                colon = "" if not said or said[-1] in "?!" else self.word.format("label-before-title", label="")
                self.text("text", cell, cell.children or (d.Text("–"),), f"{colon} ")
            heads = [d.bare(head) for head in heads]

    def figure(self, node: d.Figure) -> None:
        for image in node.images:
            self.inlines((image,))
            self.end("text", image)
        before, after = self.word["figure-source"].split("{source}")
        if node.caption or node.number:
            self.say(self.word.format("figure-number", number=node.number) + ". " if node.number else "")
            self.inlines(node.caption)
            self.say(" " + self.word["drawing-not-data"] if node.schematic else "")
            if node.source:
                self.say(f" {before}")
                self.inlines(node.source)
                self.say(after)
            self.end("caption", node)
        if node.description:
            key = "figure-description"
            if node.data:
                key = "figure-and-numbers" if "right" in node.data.alignments else "figure-and-table"
            self.say(self.word[key])
            self.end("summary" if self.medium.page is None else "text", node)
            self.blocks(node.description)
            self.blocks((node.data,) if node.data else ())

    def entry(self, entry: d.Entry) -> None:
        self.line.anchor(entry.id)
        self.say(f"{entry.label}. " if entry.label else "")
        self.inlines(entry.body)
        if self.medium.page is not None and entry.places:
            first: dict[str, str] = {}
            for place in entry.places:
                first.setdefault(self.medium.page[place], place)
            key = "cited-on-page" if len(first) == 1 else "cited-on-pages"
            self.say(" " + self.word.format(key, pages=", ".join(first)))
            for place in first.values():
                self.line.lead(f"#{place}")
        self.end("text", entry)
        self.ways_back(entry, entry.places)

    def ways_back(self, node: d.Node, places: tuple[str, ...]) -> None:
        """To where one may come from, a number each, chapter by chapter: in one line, or in a list that can be opened
        where there are many. Paper has none."""
        if self.medium.page is not None or not places:
            return
        closed = len(places) > MANY_WAYS_BACK
        if closed:
            self.say(self.word.format("back-to-places", count=len(places)))
            self.end("summary", node)
        else:
            self.say(self.word.format("label-before-title", label=self.word["back-to-text"]) + " ")
        chapter = ""
        for number, place in enumerate(places, 1):
            if self.book.chapter_of[place] != chapter:
                if chapter and closed:
                    self.end("text", node)
                self.say(" · " if chapter and not closed else "")
                chapter = self.book.chapter_of[place]
                heading = self.heading_of(place)
                key = "chapter-number" if closed else "chapter-in-name"
                name = self.word.format(key, number=heading.number) if heading.number else _title(heading)
                self.say(name if name[-1] in "?!" else self.word.format("label-before-title", label=name))
            self.say(f" {number}")
            self.line.lead(f"#{place}")
        self.end("text", node)

    def index_entry(self, entry: d.IndexEntry) -> None:
        self.line.anchor(entry.id)
        self.inlines(entry.term)
        shown = shown_places(entry, self.place)
        for place in shown:
            self.say(f", {place.words}")
            for id in place.ids:
                self.line.lead(f"#{id}")
        for key, targets, sign in (("see", entry.see, ","), ("see-also", entry.see_also, ";" if shown else ",")):
            if targets:
                self.say(f"{sign} {self.word[key]} ")
            for number, target in enumerate(targets):
                self.say("; " if number else "")
                self.inlines((target,))
        self.end("text", entry)
        for below in entry.entries:
            self.index_entry(below)

    def place(self, id: str) -> str:
        """Where there are no pages, a place is the number of its chapter, or its title."""
        if self.medium.page is not None:
            return self.medium.page[id]
        heading = self.heading_of(id)
        return heading.number or _title(heading)

    def heading_of(self, id: str) -> d.Heading:
        return next(one.heading for one in self.book.chapters if one.name == self.book.chapter_of[id])


def _title(heading: d.Heading) -> str:
    return d.plain_text(d.bare(heading.children))
