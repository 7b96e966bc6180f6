"""Faults in PDFs for readers: in the file, in its tags, in the ways through it.

veraPDF 1.28 finds about half of those that `pdf-tags` finds: docs/accessibility-pdf.md has the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from ketapub.check.pdf_tree import tag_tree
from mutants import Line, Mutant

Change = Callable[[pikepdf.Pdf], None]
OLD, NEW = "ua-1", "ua-2"
FIRST = "page 9"  # of the first chapter

PREFACE, WORDS, THINGS = "chapters/00-preface.md", "chapters/01-words.md", "chapters/02-things.md"
PARAGRAPH = Line(WORDS, "A sentence can hold")
HEADING = Line(WORDS, "## What a sentence can hold")
CHAPTER = Line(WORDS, "# Words in a row")
LINK = Line(WORDS, "here, and link [out]")
NOTE = Line(WORDS, "A note[^a] may follow")
QUOTED = Line(WORDS, "2. second, with a note")
PICTURE = Line(THINGS, "A chart of *two* bars")
TABLE = Line(THINGS, "| Thing | Count[^c] | Share |")
ADVICE = Line(PREFACE, "Say where you are")

IN_NOTHING = "the element above it, which is the last one that the tree knows: the first line of the chapter"

_table: list[Mutant] = []


def in_pdf(change: Change) -> Callable[[Path], None]:
    """A change of a file by what it does to an open one."""

    def rewrite(path: Path) -> None:
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            change(pdf)
            pdf.save(path, fix_metadata_version=False)

    return rewrite


def fault(
    name: str,
    rule: str,
    line: Line | None = None,
    place: str = "",
    *,
    check: str = "pdf-tags",
    output: str = "pdf",
    elsewhere: str = "",
    of: tuple[str, ...] = (OLD, NEW),
) -> Callable[[Change], Change]:
    """For the table: the change below, in a file of each of the standards that it is `of`."""

    def keep(change: Change) -> Change:
        for standard in of:
            _table.append(Mutant(name, output, check, rule, in_pdf(change), line, elsewhere, "", standard, place))
        return change

    return keep


# --- what is looked for in a file


def elements(pdf: pikepdf.Pdf, role: str, words: str = "") -> Iterator[Any]:
    """Those of a role that have these words, in reading order."""
    for one in tag_tree(pdf).walk():
        if one.role == role and (words in one.text() or words in one.alt):
            yield pdf.get_object(one.number)


def element(pdf: pikepdf.Pdf, role: str, words: str = "") -> Any:
    return next(elements(pdf, role, words))


def paragraph(pdf: pikepdf.Pdf) -> Any:
    return element(pdf, "P", "A sentence can hold")


def heading(pdf: pikepdf.Pdf) -> Any:
    return element(pdf, "H2", "What a sentence can hold")


def picture(pdf: pikepdf.Pdf) -> Any:
    return element(pdf, "Figure", "Two bars; the second")


def note(pdf: pikepdf.Pdf, words: str = "The note has two paragraphs") -> Any:
    return element(pdf, "FENote" if pdf.pdf_version == "2.0" else "Note", words)


def link(pdf: pikepdf.Pdf, words: str) -> Any:
    """The one with these words and no others."""
    number = next(one.number for one in tag_tree(pdf).walk() if one.role == "Link" and one.text().strip() == words)
    return pdf.get_object(number)


def annotation(pdf: pikepdf.Pdf, words: str) -> Any:
    """That of the link with these words."""
    return next(kid.Obj for kid in link(pdf, words).K if _is(kid, "/Type", "/OBJR"))


def _is(thing: Any, key: str, value: str) -> bool:
    return isinstance(thing, Dictionary) and thing.get(key) == value


def _is_same(one: Any, other: Any) -> bool:
    return isinstance(one, Dictionary) and one.objgen == other.objgen


def attributes(one: Any) -> Any:
    return one.A[0] if isinstance(one.A, Array) else one.A


def outline(pdf: pikepdf.Pdf, title: str) -> Any:
    """The entry of the outline with these words."""
    return next(one for one in pdf.objects if isinstance(one, Dictionary) and title in str(one.get("/Title", "")))


def page_called(pdf: pikepdf.Pdf, label: str) -> Any:
    return next(page for page in pdf.pages if str(page.label) == label)


def slots(pdf: pikepdf.Pdf, page: Any) -> Any:
    """What the parent tree knows of the content of a page."""
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    return numbers[list(numbers)[::2].index(page.StructParents) * 2 + 1]


def rewrite(pdf: pikepdf.Pdf, page: Any, change: Callable[[list[Any]], list[Any]]) -> None:
    """Change the operations of a page."""
    operations = [(list(one.operands), one.operator) for one in pikepdf.parse_content_stream(page)]
    page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(change(operations)))


# --- the file


@fault("no language", "language")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Lang


@fault("not marked as tagged", "catalog")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.MarkInfo


@fault("tags called suspect", "catalog")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.MarkInfo.Suspects = True


@fault("name of the file as title", "catalog")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.ViewerPreferences


@fault("no tags", "tags")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot


def claim(pdf: pikepdf.Pdf, claimed: bytes, other: bytes) -> None:
    pdf.Root.Metadata.write(re.sub(claimed, other, pdf.Root.Metadata.read_bytes()))


@fault("no claim of PDF/UA", "metadata")
def _(pdf: pikepdf.Pdf) -> None:
    claim(pdf, rb"<pdfuaid:part>\d<", b"<pdfuaid:part>3<")


@fault("no claim of PDF/A", "metadata")
def _(pdf: pikepdf.Pdf) -> None:
    claim(pdf, rb"<pdfaid:conformance>.<", b"<pdfaid:conformance>B<")


@fault("no output intent", "output-intent")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


@fault("a script", "catalog")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@fault("links not visited in the order of the tags", "links", place="page 3")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[2].obj["/Tabs"]


@fault("font not embedded", "fonts", place="page 1")
def _(pdf: pikepdf.Pdf) -> None:
    font = next(iter(pdf.pages[2].obj.Resources.Font.values()))
    del font.DescendantFonts[0].FontDescriptor["/FontFile2"]


@fault("font that cannot be read", "fonts", place="page 1")
def _(pdf: pikepdf.Pdf) -> None:
    del next(iter(pdf.pages[2].obj.Resources.Font.values()))["/ToUnicode"]


# --- the tree as a graph


@fault("element that names another parent", "structure", Line(WORDS, "A quotation, with a list"))
def _(pdf: pikepdf.Pdf) -> None:
    element(pdf, "P", "A quotation, with a list").P = paragraph(pdf).P


@fault("paragraph that is in the file and not in the tree", "structure", PARAGRAPH, elsewhere=IN_NOTHING)
def _(pdf: pikepdf.Pdf) -> None:
    leave_out(paragraph(pdf))


@fault("parent tree cut", "parent-tree", place=FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    numbers, page = pdf.Root.StructTreeRoot.ParentTree.Nums, page_called(pdf, "1")
    numbers[list(numbers)[::2].index(page.StructParents) * 2 + 1] = Array()


@fault("two entries of the parent tree exchanged", "parent-tree", HEADING)
def _(pdf: pikepdf.Pdf) -> None:
    entries, one, other = slots(pdf, page_called(pdf, "1")), heading(pdf).K[0], paragraph(pdf).K[0]
    entries[one], entries[other] = entries[other], entries[one]


@fault("parent tree shifted", "parent-tree", place=FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    entries = slots(pdf, page_called(pdf, "1"))
    entries.insert(0, entries[0])


@fault("next key of the parent tree taken", "parent-tree")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.StructTreeRoot.ParentTreeNextKey = 1


@fault("two pages exchanged in the parent tree", "parent-tree", place=FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    one, other = page_called(pdf, "1").obj, page_called(pdf, "3").obj
    one.StructParents, other.StructParents = other.StructParents, one.StructParents


@fault("link that names the element of another one", "parent-tree", LINK)
def _(pdf: pikepdf.Pdf) -> None:
    one, other = annotation(pdf, "out"), annotation(pdf, "another chapter")
    one.StructParent, other.StructParent = other.StructParent, one.StructParent


@fault("link in no element", "links", LINK)
def _(pdf: pikepdf.Pdf) -> None:
    one = link(pdf, "out")
    one.K = Array(kid for kid in one.K if not isinstance(kid, Dictionary))


@fault("link that no page has", "links", LINK)
def _(pdf: pikepdf.Pdf) -> None:
    lost, page = annotation(pdf, "out"), page_called(pdf, "1").obj
    page.Annots = Array(one for one in page.Annots if not _is_same(one, lost))


@fault("IDs not sorted", "id-tree")
def _(pdf: pikepdf.Pdf) -> None:
    names = pdf.Root.StructTreeRoot.IDTree.Names
    names[0], names[1], names[2], names[3] = names[2], names[3], names[0], names[1]


@fault("no tree of IDs", "id-tree")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot.IDTree


@fault("two notes of one ID", "id-tree", QUOTED)
def _(pdf: pikepdf.Pdf) -> None:
    note(pdf, "Inside a quotation").ID = note(pdf).ID


@fault("words that are not tagged", "structure", HEADING)
def _(pdf: pikepdf.Pdf) -> None:
    rewrite(pdf, page_called(pdf, "1"), lambda operations: marked(operations, heading(pdf).K[0], Name.Span))


@fault("words that are passed over as an artifact", "structure", HEADING)
def _(pdf: pikepdf.Pdf) -> None:
    rewrite(pdf, page_called(pdf, "1"), lambda operations: marked(operations, heading(pdf).K[0], Name.Artifact))


def marked(operations: list[Any], mcid: int, tag: Name) -> list[Any]:
    """The same, with another mark around a piece of content."""

    def changed(operands: list[Any], operator: Any) -> tuple[list[Any], Any]:
        is_it = str(operator) == "BDC" and operands[1].get("/MCID") == mcid
        return ([tag, Dictionary()] if is_it else operands), operator

    return [changed(*one) for one in operations]


@fault("words in no marks", "artifacts", place=FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    def change(operations: list[Any]) -> list[Any]:
        start = next(n for n, one in enumerate(operations) if str(one[1]) == "BDC" and one[0][0] == Name.Artifact)
        end = next(n for n in range(start, len(operations)) if str(operations[n][1]) == "EMC")
        return [one for n, one in enumerate(operations) if n not in (start, end)]

    rewrite(pdf, page_called(pdf, "1"), change)


@fault("running head that is read", "artifacts", place="page 10")
def _(pdf: pikepdf.Pdf) -> None:
    page, document = page_called(pdf, "2"), pdf.Root.StructTreeRoot.K[0]
    entries = slots(pdf, page)
    read = pdf.make_indirect(Dictionary(S=Name.P, P=document, Pg=page.obj, K=Array([len(entries)])))
    if "/NS" in document:
        read.NS = document.NS
    document.K.append(read)

    def change(operations: list[Any]) -> list[Any]:
        index = next(n for n, one in enumerate(operations) if str(one[1]) == "BDC" and "Pagination" in repr(one[0][1]))
        operations[index] = ([Name.P, Dictionary(MCID=len(entries))], operations[index][1])
        return operations

    rewrite(pdf, page, change)
    entries.append(read)


@fault("words read twice", "structure", ADVICE)
def _(pdf: pikepdf.Pdf) -> None:
    one = element(pdf, "P", ADVICE.words)
    one.K.append(one.K[0])


@fault("words lost from the tree", "structure", Line(THINGS, "Only on paper"))
def _(pdf: pikepdf.Pdf) -> None:
    one = element(pdf, "P", "Only on paper")
    one.K = Array(list(one.K)[1:])


# --- what the elements say


@fault("element of an unknown type", "structure", Line("chapters/91-glossary.md", "is explained here"))
def _(pdf: pikepdf.Pdf) -> None:
    element(pdf, "P", "is explained here").S = Name.Callout


@fault("type that is mapped to an unknown one", "role-map")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.StructTreeRoot.RoleMap.Aside = Name.Box


@fault("level of headings left out", "headings", HEADING)
def _(pdf: pikepdf.Pdf) -> None:
    heading(pdf).S = Name.H4


@fault("heading without a title", "headings", Line(THINGS, "## Numbers"))
def _(pdf: pikepdf.Pdf) -> None:
    del element(pdf, "H2", "Numbers")["/T"]


@fault("picture without words", "pictures", PICTURE)
def _(pdf: pikepdf.Pdf) -> None:
    del picture(pdf)["/Alt"]


@fault("picture of empty words", "pictures", Line(THINGS, "A small picture"))
def _(pdf: pikepdf.Pdf) -> None:
    element(pdf, "Figure", "of a dot").Alt = String(" ")


@fault("picture without a place", "pictures", Line("chapters/03-facts.md", "![Answers, drawn"))
def _(pdf: pikepdf.Pdf) -> None:
    del element(pdf, "Figure", "Two bars: 47")["/A"]


@fault("no such language", "language", Line(WORDS, "[span]{.note-word lang=de}"))
def _(pdf: pikepdf.Pdf) -> None:
    element(pdf, "Span", "span").Lang = String("german language!")


@fault("paragraph in a list", "structure", Line(THINGS, "- [ ] to do"))
def _(pdf: pikepdf.Pdf) -> None:
    element(pdf, "LI", "to do").S = Name.P


@fault("numbers called bullets", "lists", Line(THINGS, "5. five"))
def _(pdf: pikepdf.Pdf) -> None:
    attributes(element(pdf, "L", "5. five")).ListNumbering = Name.Disc


@fault("row of another length", "tables", TABLE)
def _(pdf: pikepdf.Pdf) -> None:
    attributes(element(pdf, "TH", "Thing")).ColSpan = 2


@fault("header without a scope", "tables", Line("chapters/03-facts.md", "| With an offer | Without |"))
def _(pdf: pikepdf.Pdf) -> None:
    del attributes(element(pdf, "TH", "With an offer"))["/Scope"]


@fault("table without headers", "tables", Line(THINGS, "| Mark | Where |"))
def _(pdf: pikepdf.Pdf) -> None:
    for words in ("Mark", "Where", "one"):
        element(pdf, "TH", words).S = Name.TD


@fault("note without an ID", "notes", TABLE)
def _(pdf: pikepdf.Pdf) -> None:
    del note(pdf, "Counted twice")["/ID"]


@fault("note that nothing calls", "notes", NOTE)
def _(pdf: pikepdf.Pdf) -> None:
    one = note(pdf)
    kids = list(one.P.K)
    kids[next(at for at, kid in enumerate(kids) if _is_same(kid, one)) - 1].S = Name.Span


@fault("link that is called nothing", "links", Line("chapters/more.md", "It was written in a file of its own"))
def _(pdf: pikepdf.Pdf) -> None:
    del annotation(pdf, "“An included part”")["/Contents"]


@fault("link that is called by its address", "links", Line("book.toml", "[crisis]"))
def _(pdf: pikepdf.Pdf) -> None:
    annotation(pdf, "Chat online").Contents = String("https://help.example")


# --- ways through the book


@fault("link to nowhere", "links", LINK)
def _(pdf: pikepdf.Pdf) -> None:
    annotation(pdf, "another chapter").Dest = String("nowhere")


@fault("link that is not printed", "links", Line(WORDS, "[see @rose2002, pp. 93-97]"))
def _(pdf: pikepdf.Pdf) -> None:
    annotation(pdf, "2(pp93-97)").F = 0


@fault("link outside of its page", "links", Line(WORDS, "A tip, with a [page]"))
def _(pdf: pikepdf.Pdf) -> None:
    annotation(pdf, "page\N{NO-BREAK SPACE}1").Rect = Array([9000, 9000, 9010, 9010])


@fault("destinations not sorted", "destinations")
def _(pdf: pikepdf.Pdf) -> None:
    names = pdf.Root.Names.Dests.Names
    names[0], names[1], names[2], names[3] = names[2], names[3], names[0], names[1]


@fault("outline to another page", "outline", Line("chapters/more.md", "## An included part"))
def _(pdf: pikepdf.Pdf) -> None:
    item = outline(pdf, "An included part")
    holder, key = (item.A, "/D") if "/A" in item else (item, "/Dest")
    holder[key] = Array([pdf.pages[0].obj, *list(holder[key])[1:]])


@fault("outline of other words", "outline", HEADING)
def _(pdf: pikepdf.Pdf) -> None:
    outline(pdf, "What a sentence can hold").Title = String("Elsewhere")


@fault("no outline", "outline")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Outlines


@fault("no page labels", "page-labels")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.PageLabels


@fault("page labels that are not those printed", "page-labels", place=FIRST)
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.PageLabels.Nums[3].St = 2


# --- what only PDF 2.0 has


@fault("no namespaces", "namespaces", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot["/Namespaces"]


@fault("element in no namespace", "namespaces", PARAGRAPH, of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    del paragraph(pdf)["/NS"]


@fault("element in a namespace that does not know it", "namespaces", place="template contents.xml", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    element(pdf, "TOC").NS = paragraph(pdf).NS


@fault("note of no kind", "notes", QUOTED, of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    del note(pdf, "Inside a quotation")["/A"]


@fault("note that does not name its call", "notes", TABLE, of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    del note(pdf, "Counted twice")["/Ref"]


@fault("call that names another note", "notes", NOTE, of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    note(pdf).Ref[0].Ref[0] = note(pdf, "Inside a quotation")


@fault("line of the contents that names nothing", "contents", place="template contents.xml", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    del element(pdf, "TOCI")["/Ref"]


@fault("line of the contents that names another heading", "contents", place="template contents.xml", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    one, other, *_ = elements(pdf, "TOCI")
    one.Ref = other.Ref


@fault("caption beside its picture", "captions", PICTURE, of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    figure = picture(pdf)
    (place,) = (at for at, kid in enumerate(figure.K) if _is(kid, "/S", "/Caption"))
    caption = figure.K[place]
    del figure.K[place]
    at = next(at for at, kid in enumerate(figure.P.K) if _is_same(kid, figure))
    group = pdf.make_indirect(Dictionary(S=Name.Div, P=figure.P, NS=caption.NS, K=Array([figure, caption])))
    figure.P.K[at] = group
    figure.P = caption.P = group


def destination(pdf: pikepdf.Pdf, name: str) -> tuple[Any, int]:
    """The named destinations, and where in them one stands."""
    names = pdf.Root.Names.Dests.Names
    return names, [str(one) for one in list(names)[::2]].index(name) * 2 + 1


@fault("destination that names no element", "destinations", place=FIRST, of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    names, at = destination(pdf, "sec-words")
    names[at] = names[at].D


@fault("destination that names an element elsewhere", "destinations", place="page 3", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    names, at = destination(pdf, "sec-words")
    names[at].SD[0] = element(pdf, "Title")


@fault("outline to no element", "outline", CHAPTER, of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    del outline(pdf, "Words in a row").A["/SD"]


@fault("outline to another element", "outline", CHAPTER, of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    outline(pdf, "Words in a row").A.SD[0] = outline(pdf, "Things to see").A.SD[0]


@fault("dictionary of information", "metadata", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Title"] = "Another title"


@fault("no file with it", "attachments", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Names["/EmbeddedFiles"], pdf.Root["/AF"]


@fault("file that belongs to nothing", "attachments", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/AF"]


@fault("file that does not say what it is", "attachments", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.AF[0]["/Desc"]


@fault("file that cannot be read", "attachments", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF[0].EF.F.write(b"{")


# --- what is told of an element only by comparing it with the manuscript


@fault("paragraph left out of the tree", "missing", PARAGRAPH, check="equality", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    leave_out(paragraph(pdf))


@fault("paragraph in the wrong place", "order", Line(THINGS, "As @tbl-things and"), check="equality", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    one = element(pdf, "P", "As Table")
    leave_out(one)
    one.P.K.insert(1, one)


@fault("picture that says something else", "changed", PICTURE, check="equality", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    picture(pdf).Alt = String("A dog")


@fault("language lost", "language", Line(WORDS, "[span]{.note-word lang=de}"), check="equality", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    del element(pdf, "Span", "span")["/Lang"]


@fault("note loose from its call", "missing", NOTE, check="equality", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    one, holder = note(pdf), paragraph(pdf).P
    leave_out(one)
    holder.K.append(one)
    one.P = holder


# --- what other programs see


@fault("picture without words", "ua1 7.3-1", PICTURE, check="verapdf", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    del picture(pdf)["/Alt"]


@fault("no language", "ua1 7.2", check="verapdf", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Lang


@fault("font not embedded", "2a 6.2.11.4", check="verapdf", place="page 1", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    without_font_file(pdf)


@fault("no claim of any standard", "ua1", check="verapdf", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


@fault("picture without words", "ua2 8.2.5.28.2-1", PICTURE, check="verapdf", of=(NEW,))
def _(pdf: pikepdf.Pdf) -> None:
    del picture(pdf)["/Alt"]


@fault("link without a description", "ua1 7.18.5", LINK, check="verapdf", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    del annotation(pdf, "out")["/Contents"]


@fault("font not embedded", "pdffonts", check="poppler", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    without_font_file(pdf)


@fault("font that is not cut to the letters in use", "pdffonts", check="poppler", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    font = a_font(pdf)
    font.BaseFont = font.DescendantFonts[0].BaseFont = Name(re.sub(r"^/[A-Z]{6}\+", "/", str(font.BaseFont)))


@fault("font that cannot be read", "pdffonts", check="poppler", output="booklet", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    del a_font(pdf)["/ToUnicode"]


@fault("pages without a word", "pdftotext", check="poppler", output="booklet", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        page.Contents = pdf.make_stream(b"")


@fault("operator that does not exist", "mutool", check="mupdf", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    page_called(pdf, "1").contents_add(pdf.make_stream(b"9 nonsense"))


@fault("operator that does not exist", "pdftotext", check="poppler", output="large-print", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    page_called(pdf, "1").contents_add(pdf.make_stream(b"9 nonsense"))


@fault("picture that is not there", "gs", check="ghostscript", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    page_called(pdf, "1").contents_add(pdf.make_stream(b"/Nowhere Do"))


@fault("picture without words", "pictures", PICTURE, output="large-print", of=(OLD,))
def _(pdf: pikepdf.Pdf) -> None:
    del picture(pdf)["/Alt"]


@fault("level of headings left out", "headings", HEADING, output="large-print", of=(OLD, NEW))
def _(pdf: pikepdf.Pdf) -> None:
    heading(pdf).S = Name.H4


@fault("page labels that are not those printed", "page-labels", place=FIRST, output="large-print")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.PageLabels.Nums[3].St = 2


@fault(
    "paragraph left out of the tree",
    "missing",
    PARAGRAPH,
    check="equality",
    output="large-print",
    of=(OLD,),
)
def _(pdf: pikepdf.Pdf) -> None:
    leave_out(paragraph(pdf))


def leave_out(one: Any) -> None:
    """The element stays in the file, and nothing holds it."""
    one.P.K = Array(kid for kid in one.P.K if not _is_same(kid, one))


def a_font(pdf: pikepdf.Pdf) -> Any:
    return next(one for one in pdf.objects if _is(one, "/Subtype", "/Type0"))


def without_font_file(pdf: pikepdf.Pdf) -> None:
    del a_font(pdf).DescendantFonts[0].FontDescriptor["/FontFile2"]


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2000])


def misled(path: Path) -> None:
    path.write_bytes(re.sub(rb"startxref\n", b"startxref\n9", path.read_bytes()))


def damaged(path: Path) -> None:
    """The middle of the first stream that is packed has other bytes."""
    data = path.read_bytes()
    start = data.index(b"stream\n", data.index(b"/FlateDecode")) + 40
    path.write_bytes(data[:start] + bytes(20) + data[start + 20 :])


MUTANTS = (
    *_table,
    Mutant("end of the file lost", "pdf", "qpdf", "qpdf", cut),
    Mutant("table of objects that is not where it should be", "large-print", "qpdf", "qpdf", misled),
    Mutant("damaged stream", "booklet", "qpdf", "qpdf", damaged),
    Mutant("end of the file lost", "booklet", "ghostscript", "gs", cut),
    Mutant("damaged stream", "large-print", "mupdf", "mutool", damaged),
    Mutant("empty file", "pdf", "pdf-tags", "structure", empty),
)
