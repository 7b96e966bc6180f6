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
    elsewhere: str = "",
    of: tuple[str, ...] = (OLD, NEW),
) -> Callable[[Change], Change]:
    """One in the tags of the reading edition, for each of the standards that it is `of`."""

    def keep(change: Change) -> Change:
        for standard in of:
            one = Mutant(name, "pdf", "pdf-tags", rule, in_pdf(change), line, elsewhere, "", standard, place)
            _table.append(one)
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


def annotation(pdf: pikepdf.Pdf, words: str) -> Any:
    """That of the link with these words."""
    return next(kid.Obj for kid in element(pdf, "Link", words).K if _is(kid, "/Type", "/OBJR"))


def _is(thing: Any, key: str, value: str) -> bool:
    return isinstance(thing, Dictionary) and thing.get(key) == value


def attributes(one: Any) -> Any:
    return one.A[0] if isinstance(one.A, Array) else one.A


def outline(pdf: pikepdf.Pdf, title: str) -> Any:
    """The entry of the outline with this title, among those of chapters and of their sections."""
    chapter = pdf.Root.Outlines.First
    while chapter is not None:
        for item in (chapter, chapter.get("/First")):
            if item is not None and title in str(item.Title):
                return item
        chapter = chapter.get("/Next")
    raise LookupError(title)


def page_called(pdf: pikepdf.Pdf, label: str) -> Any:
    return next(page for page in pdf.pages if page.label == label)


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


MUTANTS = tuple(_table)
