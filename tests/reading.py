"""What a reader gets: from the tree, as a medium should show it, and from the finished files, as they do show it.

Both sides give a list of `Item`s: a kind ("heading 2", "text", "cell", "callout", "note" …) and its words, in order.
The tree's side is written without the program's markup, so that a fault there shows.
"""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from ketapub import callouts, document as d
from ketapub.check.pdf_tree import Element
from ketapub.locale import words

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Item:
    kind: str
    words: str


def tidy(text: str) -> str:
    return re.sub(r"[ \t\n\r\u202f]+", " ", text).strip()  # one glyph draws all narrow spaces


# --- the tree, as a medium shows it ----------------------------------------------------------------------


class Expect:
    """The items of a book's chapters where notes stand at the end of each chapter and nothing has a page. `listed`
    tables are lists."""

    printed = False  # a screen shows ways back

    def __init__(self, book: d.Book, listed: Callable[[d.Table], bool] = lambda table: False) -> None:
        self.book, self.word, self.listed = book, words(book.info.book.language), listed
        self.items: list[Item] = []
        self.notes: list[d.Note] = []

    def add(self, kind: str, text: str) -> None:
        if tidy(text):
            self.items.append(Item(kind, tidy(text)))

    def chapter(self, chapter: d.Chapter) -> list[Item]:
        self.items, self.notes = [], []
        self.word = words(chapter.language or self.book.info.book.language)
        number = chapter.heading.number
        lead = self.word.format("chapter-number", number=number) + " " if number else ""
        self.add("heading 1", lead + self.line(chapter.heading.children))
        self.add("text", self.line(chapter.subtitle))
        self.blocks(chapter.blocks)
        if self.notes:
            self.add("heading 2", self.word["notes"])
        for note in self.notes:
            first, *rest = note.blocks
            if isinstance(first, d.Paragraph | d.Plain):
                self.add("text", f"{note.number} {self.line(first.children)}")
            else:
                self.add("text", str(note.number))
                rest = [first, *rest]
            self.blocks(tuple(rest))
        return self.items

    def blocks(self, blocks: d.Blocks) -> None:
        for node in blocks:
            self.block(node)

    def block(self, node: d.Node) -> None:
        match node:
            case d.Paragraph() | d.Plain():
                self.add("text", self.line(node.children))
            case d.Heading():
                self.add(f"heading {node.level}", self.line(node.children))
            case d.List():
                for item in node.items:
                    first, *rest = item.blocks or (d.Plain(()),)
                    box = {None: "", True: "☑ ", False: "☐ "}[item.checked]
                    if isinstance(first, d.Plain):
                        self.add("text", box + self.line(first.children))
                    else:
                        self.add("text", box)
                        rest = [first, *rest]
                    self.blocks(tuple(rest))
            case d.Quote() | d.Div():
                self.blocks(node.blocks)
            case d.CodeBlock():
                self.add("code", node.text)
            case d.DisplayFormula():
                self.add("text", f"⟪{node.alt}⟫")
                self.add("text", f"({node.number})" if node.number else "")
            case d.Table() if self.listed(node):
                label = self.word.format("table-number", number=node.number) + ". " if node.number else ""
                self.add("text", label + self.line(node.caption))
                heads = [cell.children for cell in node.head.cells]
                for row in node.body:
                    for head, cell in zip(heads, row.cells, strict=True):
                        said = self.line(head)
                        colon = "" if not said or said[-1] in "?!" else self.word.format("label-before-title", label="")
                        self.add("text", f"{said}{colon} {self.line(cell.children) or '–'}")
                    heads = [d.bare(head) for head in heads]
            case d.Table():
                label = self.word.format("table-number", number=node.number) + ". " if node.number else ""
                self.add("caption", label + self.line(node.caption))
                by_row = "no-row-headers" not in node.attributes.classes
                for index, row in enumerate((node.head, *node.body)):
                    for column, cell in enumerate(row.cells):
                        header = index == 0 or (by_row and column == 0)
                        self.add("header" if header else "cell", self.line(cell.children))
            case d.Figure():
                for image in node.images:
                    self.add("text", self.line((image,)))
                label = self.word.format("figure-number", number=node.number) + ". " if node.number else ""
                schematic = " " + self.word["drawing-not-data"] if node.schematic else ""
                caption, source = self.line(node.caption), self.line(node.source)
                source = " " + self.word.format("figure-source", source=source) if source else ""
                self.add("caption", label + caption + schematic + source)
                if node.description:
                    numbers = node.data and "right" in node.data.alignments
                    key = "and-numbers" if numbers else "and-table" if node.data else "description"
                    self.add("summary", self.word[f"figure-{key}"])
                    self.blocks(node.description)
                    self.blocks((node.data,) if node.data else ())
            case d.Callout():
                label = callouts.label(self.book.info.callouts[node.kind], self.book.info.book.language)
                if node.number:
                    label = self.word.format("label-number", label=label, number=node.number)
                if node.title and label[-1] not in "?!":
                    label = self.word.format("label-before-title", label=label)
                self.add("callout", f"{label} {self.line(node.title)}")
                self.blocks(node.blocks)
            case d.DefinitionList():
                for one in node.items:
                    self.add("term", self.line(one.term))
                    for meaning in one.meanings:
                        self.blocks(meaning)
                    if not self.printed:
                        self.add("text", " ".join(f"↑{n}" for n in range(1, len(one.places) + 1)))
            case d.Bibliography():
                self.add("heading 2", self.line(node.title))
                for entry in node.entries:
                    label = f"{entry.label}. " if entry.label else ""
                    back = "".join(f" ↑{n}" for n in range(1, len(entry.places) + 1))
                    self.add("text", label + self.line(entry.body) + back)
            case d.Index():
                letter = None
                for entry in node.entries:
                    if entry.letter != letter:
                        letter = entry.letter
                        self.add("heading 2", letter or self.word["signs-and-numbers"])
                    self.index_entry(entry)
            case d.Rule() | d.PageBreak():
                pass
            case _:
                raise AssertionError(type(node))

    def index_entry(self, entry: d.IndexEntry) -> None:
        """The entry with its places as this medium names them, once each; those inside a range are left out."""
        found = [[self.place(id) for id in place] for place in entry.places]
        spans = {tuple(ends) for ends in found if len(set(ends)) == 2}
        inside = {str(n) for a, b in spans if a.isdecimal() and b.isdecimal() for n in range(int(a), int(b) + 1)}
        inside |= {end for ends in spans for end in ends}
        shown = ["–".join(ends) if tuple(ends) in spans else ends[0] for ends in found]
        shown = [one for one in dict.fromkeys(shown) if one not in inside]
        text = ", ".join([self.line(entry.term), *shown])
        for key, targets, sign in (("see", entry.see, ","), ("see-also", entry.see_also, ";" if shown else ",")):
            if targets:
                text += f"{sign} {self.word[key]} " + "; ".join(self.line((one,)) for one in targets)
        self.add("text", text)
        for below in entry.entries:
            self.index_entry(below)

    def place(self, id: str) -> str:
        """Where there are no pages, a place is the number of its chapter, or its title."""
        name = self.book.chapter_of[id]
        heading = next(chapter.heading for chapter in self.book.chapters if chapter.name == name)
        return heading.number or d.plain_text(d.bare(heading.children))

    def line(self, nodes: d.Inlines) -> str:
        out = ""
        for node in nodes:
            match node:
                case d.Note():
                    self.notes.append(node)
                    out += f"⟨{node.number}⟩"
                case d.Image():
                    out += "" if node.decorative else f"⟦{node.alt}⟧"
                case d.Formula():
                    out += f"⟪{node.alt}⟫"
                case d.PageReference():
                    out += self.line(node.elsewhere)
                case d.Text() | d.Code():
                    out += node.text
                case d.SoftBreak() | d.HardBreak():
                    out += " "
                case _:
                    out += self.line(node.children)
        return out


# --- HTML and EPUB -----------------------------------------------------------------------------------------

BLOCK_KINDS = {
    "p": "text",
    "li": "text",
    "dd": "text",
    "div": "text",
    "td": "cell",
    "th": "header",
    "caption": "caption",
}
BLOCK_KINDS |= {
    "figcaption": "caption",
    "dt": "term",
    "pre": "code",
    "figure": "text",
    "section": "text",
    "aside": "text",
    "details": "text",
    "summary": "summary",
}
BLOCK_KINDS |= {"blockquote": "text", "ol": "text", "ul": "text", "dl": "text", "table": "text", "thead": "text"}
BLOCK_KINDS |= {"tbody": "text", "tr": "text", "body": "text"}


def read_markup(root: etree._Element) -> list[Item]:
    """The items of a chapter's element, as its tags say them."""
    items: list[Item] = []
    line: list[str] = []

    def flush(kind: str) -> None:
        text = tidy("".join(line))
        line.clear()
        if text:
            items.append(Item(kind, text))

    def visit(element: etree._Element, kind: str) -> None:
        name = etree.QName(element).localname
        if element.tag == f"{SVG}svg":
            if element.get("role") == "img":
                line.append(f"⟦{element.findtext(f'{SVG}title')}⟧")
            return
        if name == "math":
            line.append(f"⟪{element.get('alttext')}⟫")
            return
        if name == "img":
            line.append(f"⟦{element.get('alt')}⟧" if element.get("alt") else "")
            return
        if element.get("role") == "doc-noteref":
            line.append(f"⟨{element.text}⟩")
            return
        if name == "br":
            line.append(" ")
        own = BLOCK_KINDS.get(name)
        classes = element.get("class", "").split()
        if re.fullmatch("h[1-6]", name):
            level = next((c.removeprefix("level-") for c in classes if c.startswith("level-")), "?")
            own = f"heading {level}"
        if "index-letter" in classes:
            own = "heading 2"
        if "callout-title" in classes:
            own = "callout"
        if own:
            flush(kind)
        line.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str):
                visit(child, own or kind)
            line.append(child.tail or "")
        if own:
            flush(own)

    visit(root, "text")
    return items


def chapter_elements(root: etree._Element) -> Iterator[etree._Element]:
    for section in root.iter("{*}section"):
        if "chapter" in section.get("class", "").split():
            yield section


def html_pages(data: bytes) -> list[etree._Element]:
    """The one page of the HTML file."""
    from lxml import html

    root = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))
    for element in root.iter():  # an HTML parser knows no namespaces
        if isinstance(element.tag, str) and element.tag == "svg":
            for inner in element.iter():
                if isinstance(inner.tag, str):
                    inner.tag = SVG + inner.tag
    return [root]


def epub_pages(data: bytes) -> list[etree._Element]:
    """The pages in the order of the spine."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        package = etree.fromstring(archive.read("EPUB/content.opf"))
        names = {item.get("id"): item.get("href") for item in package.iter("{*}item")}
        spine = [names[ref.get("idref")] for ref in package.iter("{*}itemref")]
        return [etree.fromstring(archive.read(f"EPUB/{name}")) for name in spine]


def read_html(data: bytes) -> list[list[Item]]:
    """A list of items for each chapter of the one HTML file."""
    return [read_markup(section) for page in html_pages(data) for section in chapter_elements(page)]


def site_pages(files: Mapping[str, bytes]) -> dict[str, etree._Element]:
    """The pages of the site by name, those of the chapters in reading order."""
    pages = {name[5:]: data for name, data in files.items() if name.startswith("site/") and name.endswith(".html")}
    return {name: html_pages(data)[0] for name, data in pages.items()}


def read_site(files: Mapping[str, bytes]) -> list[list[Item]]:
    """A list of items for each chapter, along the links that lead on from the first page."""
    pages, chapters = site_pages(files), []
    links = pages["index.html"].iterfind(".//a[@class='button']")
    here: str | None = next(links).get("href")
    while here:
        chapters += [read_markup(section) for section in chapter_elements(pages[here])]
        here = next((link.get("href") for link in pages[here].iterfind(".//a[@rel='next']")), None)
    return chapters


def read_epub(data: bytes) -> list[list[Item]]:
    """A list of items for each chapter, in the order of the spine."""
    return [read_markup(section) for page in epub_pages(data) for section in chapter_elements(page)]


# --- print -------------------------------------------------------------------------------------------------


class ExpectPrint(Expect):
    """The items of a book's chapters on paper: notes at the foot of pages, page numbers in place of titles."""

    printed = True

    def __init__(
        self, book: d.Book, labels: dict[str, str], listed: Callable[[d.Table], bool] = lambda table: False
    ) -> None:
        super().__init__(book, listed)
        self.labels = labels
        self.all_notes: list[list[Item]] = []
        self.pictures: list[str] = []

    def block(self, node: d.Node) -> None:
        if isinstance(node, d.Bibliography):
            self.add("heading 2", self.line(node.title))
            for entry in node.entries:
                pages = list(dict.fromkeys(self.labels[place] for place in entry.places))
                key = "cited-on-page" if len(pages) == 1 else "cited-on-pages"
                cited = " " + self.word.format(key, pages=", ".join(pages)) if pages else ""
                self.add("text", (f"{entry.label}. " if entry.label else "") + self.line(entry.body) + cited)
        elif isinstance(node, d.List):
            for number, item in enumerate(node.items, node.start):
                if item.checked is None:
                    self.add("label", f"{number}." if node.ordered else "•")
                super().block(dataclasses.replace(node, items=(item,)))
        else:
            super().block(node)

    def place(self, id: str) -> str:
        return self.labels[id]

    def line(self, nodes: d.Inlines) -> str:
        out = ""
        for node in nodes:
            match node:
                case d.Note():
                    aside = ExpectPrint(self.book, self.labels, self.listed)
                    aside.add("number", str(node.number))
                    aside.blocks(node.blocks)
                    self.all_notes.append(aside.items)
                    out += str(node.number)
                case d.PageReference():
                    out += self.line(node.children) + "\N{NO-BREAK SPACE}" + self.labels[node.target]
                case d.Image() if not node.decorative:
                    self.pictures.append(node.alt)
                    out += super().line((node,))
                case _:
                    out += super().line((node,))
        return out


# Structure types that hold a line of words, and what it is.
PDF_KINDS = {"P": "text", "Caption": "caption", "TH": "header", "TD": "cell", "LBody": "text", "Lbl": "term"}
PDF_KINDS |= {f"H{level}": f"heading {level}" for level in range(1, 7)}
PDF_INLINE = {"Span", "Em", "Strong", "Link", "Reference", "Code", "Quote", "BibEntry", "Figure"}


class PdfReader:
    """The items of tagged chapters, in the order of the tags; what the notes say, apart."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.notes: list[list[Item]] = []

    def add(self, kind: str, line: list[str]) -> None:
        if text := tidy("".join(line)):
            self.items.append(Item(kind, text))

    def block(self, element: Element, callout: bool = False) -> None:
        """An element with a line of its own, or a group of such."""
        kids = [kid for kid in element.kids if not isinstance(kid, str)]
        if element.role == "L":
            for item in kids:
                self.list_item(item)
        elif element.role in PDF_KINDS:
            code = [kid.role for kid in kids] == ["Code"] and len(element.kids) == 1
            self.lines(element, "callout" if callout else "code" if code else PDF_KINDS[element.role])
        elif element.role == "Figure":
            self.add("text", [f"⟦{element.alt}⟧"])
            for kid in kids:
                self.block(kid)  # its caption
        elif element.role == "Formula":
            self.add("text", [f"⟪{element.alt}⟫"])
        else:
            assert not any(isinstance(kid, str) for kid in element.kids), element
            for index, kid in enumerate(kids):
                self.block(kid, callout=element.role == "Aside" and index == 0)

    def list_item(self, item: Element) -> None:
        label, body = item.kids if len(item.kids) == 2 else (None, *item.kids)
        before: list[str] = []
        if label is not None:
            text = label.text()
            first = next(kid for kid in body.kids if not isinstance(kid, str) or kid.strip())
            if tidy(text) in "☐☑" or getattr(first, "role", "") == "BibEntry":
                before = [text]
            elif re.fullmatch(r"•|–|\d+\.", tidy(text)):
                self.items.append(Item("label", tidy(text).replace("–", "•")))  # "–" in an inner list
            else:
                self.lines(label, "term")
        self.lines(body, "text", before)

    def lines(self, element: Element, kind: str, before: list[str] | None = None) -> None:
        """The line of an element, and the blocks in it."""
        line = list(before or [])

        def visit(one: Element) -> None:
            for kid in one.kids:
                if isinstance(kid, str):
                    line.append(kid)
                elif kid.role == "Figure":
                    line.append(f"⟦{kid.alt}⟧")
                elif kid.role == "Formula":
                    line.append(f"⟪{kid.alt}⟫")
                elif kid.role in ("Note", "FENote"):
                    self.note(kid)
                elif kid.role in PDF_INLINE or (kid.role == "Lbl" and one.role == "Reference"):
                    visit(kid)
                else:
                    self.add(kind, line)
                    line.clear()
                    self.block(kid)

        visit(element)
        self.add(kind, line)

    def note(self, note: Element) -> None:
        reader = PdfReader()
        label, *rest = note.kids
        assert isinstance(label, Element)
        assert label.role == "Lbl"
        reader.lines(label, "number")
        for kid in rest:
            assert isinstance(kid, Element)
            reader.block(kid)
        self.notes += [reader.items, *reader.notes]
