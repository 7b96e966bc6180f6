"""One fault at a time in a good PDF, and each is found: a checker that says yes to everything would not be noticed.

veraPDF 1.28 finds about half of them: docs/accessibility-pdf.md has the list.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
import pytest
from conftest import Made
from pikepdf import Array, Dictionary, Name, String

from ketapub.check.tagging import faults

pytestmark = pytest.mark.slow

Mutation = Callable[[pikepdf.Pdf], Any]
MUTANTS: dict[str, Mutation] = {}
MUTANTS_2: dict[str, Mutation] = {}  # of what only PDF 2.0 has


def mutant(name: str, among: dict[str, Mutation] = MUTANTS) -> Callable[[Mutation], Mutation]:
    def keep(mutation: Mutation) -> Mutation:
        among[name] = mutation
        return mutation

    return keep


def elements(pdf: pikepdf.Pdf, role: str = "") -> Iterator[Any]:
    def walk(one: Any) -> Iterator[Any]:
        if not role or str(one.S) == f"/{role}":
            yield one
        for kid in one.get("/K", []):
            if isinstance(kid, Dictionary) and "/S" in kid:
                yield from walk(kid)

    yield from walk(pdf.Root.StructTreeRoot.K[0])


def first(pdf: pikepdf.Pdf, role: str) -> Any:
    return next(elements(pdf, role))


def notes(pdf: pikepdf.Pdf) -> Iterator[Any]:
    return elements(pdf, "FENote" if pdf.pdf_version == "2.0" else "Note")


def attributes(one: Any) -> Any:
    return one.A[0] if isinstance(one.A, Array) else one.A


def links(pdf: pikepdf.Pdf) -> list[Any]:
    return [link for page in pdf.pages for link in page.obj.get("/Annots", [])]


def rewrite(pdf: pikepdf.Pdf, page: int, change: Callable[[list[Any]], list[Any]]) -> None:
    """Change the operations of a page."""
    operations = [(list(one.operands), one.operator) for one in pikepdf.parse_content_stream(pdf.pages[page])]
    pdf.pages[page].Contents = pdf.make_stream(pikepdf.unparse_content_stream(change(operations)))


def read_a_head(pdf: pikepdf.Pdf, number: int) -> None:
    """Tag the first head or foot of a page as a paragraph, with nothing else amiss."""
    page, root = pdf.pages[number].obj, pdf.Root.StructTreeRoot
    numbers = root.ParentTree.Nums
    slots = numbers[list(numbers)[::2].index(page.StructParents) * 2 + 1]
    document = root.K[0]
    element = pdf.make_indirect(Dictionary(S=Name.P, P=document, Pg=page, K=Array([len(slots)])))
    if "/NS" in document:
        element.NS = document.NS
    document.K.append(element)

    def change(operations: list[Any]) -> list[Any]:
        repeats = [n for n, one in enumerate(operations) if str(one[1]) == "BDC" and "Pagination" in repr(one[0][1])]
        index = repeats[0]
        operations[index] = ([Name.P, Dictionary(MCID=len(slots))], operations[index][1])
        return operations

    rewrite(pdf, number, change)
    slots.append(element)


def with_text(pdf: pikepdf.Pdf) -> int:
    """A page with running text."""
    return next(number for number, page in enumerate(pdf.pages) if page.label == "1")


# --- the file


@mutant("no language")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Lang


@mutant("not marked")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.MarkInfo


@mutant("suspect")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.MarkInfo.Suspects = True


@mutant("name of the file as title")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.ViewerPreferences


@mutant("no tags")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot


@mutant("no claim of PDF/UA")
def _(pdf: pikepdf.Pdf) -> None:
    data = re.sub(rb"<pdfuaid:part>\d<", b"<pdfuaid:part>3<", pdf.Root.Metadata.read_bytes())
    pdf.Root.Metadata.write(data)


@mutant("no claim of PDF/A")
def _(pdf: pikepdf.Pdf) -> None:
    data = re.sub(rb"<pdfaid:conformance>.<", b"<pdfaid:conformance>B<", pdf.Root.Metadata.read_bytes())
    pdf.Root.Metadata.write(data)


@mutant("no output intent")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


@mutant("a script")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@mutant("order of links")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[2].obj["/Tabs"]


@mutant("font not embedded")
def _(pdf: pikepdf.Pdf) -> None:
    font = next(iter(pdf.pages[2].obj.Resources.Font.values()))
    del font.DescendantFonts[0].FontDescriptor["/FontFile2"]


@mutant("font that cannot be read")
def _(pdf: pikepdf.Pdf) -> None:
    del next(iter(pdf.pages[2].obj.Resources.Font.values()))["/ToUnicode"]


# --- the tree as a graph


@mutant("parent of another element")
def _(pdf: pikepdf.Pdf) -> None:
    one, *_, other = elements(pdf, "P")
    one.P = other.P


@mutant("parent tree cut")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.StructTreeRoot.ParentTree.Nums[2 * with_text(pdf) + 1] = Array()


@mutant("parent tree turned")
def _(pdf: pikepdf.Pdf) -> None:
    slots = pdf.Root.StructTreeRoot.ParentTree.Nums[2 * with_text(pdf) + 1]
    slots[0], slots[len(slots) - 1] = slots[len(slots) - 1], slots[0]


@mutant("next key taken")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.StructTreeRoot.ParentTreeNextKey = 1


@mutant("pages exchanged")
def _(pdf: pikepdf.Pdf) -> None:
    one, other = pdf.pages[with_text(pdf)].obj, pdf.pages[with_text(pdf) + 2].obj
    one.StructParents, other.StructParents = other.StructParents, one.StructParents


@mutant("link of another element")
def _(pdf: pikepdf.Pdf) -> None:
    one, other, *_ = links(pdf)
    one.StructParent, other.StructParent = other.StructParent, one.StructParent


@mutant("link in no element")
def _(pdf: pikepdf.Pdf) -> None:
    link = first(pdf, "Link")
    link.K = Array(kid for kid in link.K if not isinstance(kid, Dictionary))


@mutant("IDs not sorted")
def _(pdf: pikepdf.Pdf) -> None:
    names = pdf.Root.StructTreeRoot.IDTree.Names
    names[0], names[1], names[2], names[3] = names[2], names[3], names[0], names[1]


@mutant("no tree of IDs")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot.IDTree


@mutant("two notes of one ID")
def _(pdf: pikepdf.Pdf) -> None:
    one, other, *_ = notes(pdf)
    one.ID = other.ID


@mutant("words that are not tagged")
def _(pdf: pikepdf.Pdf) -> None:
    def change(operations: list[Any]) -> list[Any]:
        index = next(n for n, one in enumerate(operations) if str(one[1]) == "BDC" and "/MCID" in one[0][1])
        operations[index] = ([Name.Span, Dictionary()], operations[index][1])
        return operations

    rewrite(pdf, with_text(pdf), change)


@mutant("words in no marks")
def _(pdf: pikepdf.Pdf) -> None:
    def change(operations: list[Any]) -> list[Any]:
        start = next(n for n, one in enumerate(operations) if str(one[1]) == "BDC" and one[0][0] == Name.Artifact)
        end = next(n for n in range(start, len(operations)) if str(operations[n][1]) == "EMC")
        return [one for n, one in enumerate(operations) if n not in (start, end)]

    rewrite(pdf, with_text(pdf), change)


@mutant("running head that is read")
def _(pdf: pikepdf.Pdf) -> None:
    read_a_head(pdf, with_text(pdf) + 1)


@mutant("words read twice")
def _(pdf: pikepdf.Pdf) -> None:
    one = next(one for one in elements(pdf, "P") if isinstance(one.K[0], int))
    one.K.append(one.K[0])


@mutant("words lost from the tree")
def _(pdf: pikepdf.Pdf) -> None:
    one = next(one for one in elements(pdf, "P") if isinstance(one.K[0], int))
    one.K = Array(list(one.K)[1:])


# --- what the elements say


@mutant("unknown type")
def _(pdf: pikepdf.Pdf) -> None:
    first(pdf, "P").S = Name.Callout


@mutant("name that is mapped in vain")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.StructTreeRoot.RoleMap.Aside = Name.Box


@mutant("level of headings left out")
def _(pdf: pikepdf.Pdf) -> None:
    first(pdf, "H2").S = Name.H4


@mutant("heading without a title")
def _(pdf: pikepdf.Pdf) -> None:
    del first(pdf, "H2")["/T"]


@mutant("picture without words")
def _(pdf: pikepdf.Pdf) -> None:
    del first(pdf, "Figure")["/Alt"]


@mutant("picture of empty words")
def _(pdf: pikepdf.Pdf) -> None:
    first(pdf, "Figure").Alt = String(" ")


@mutant("picture without a place")
def _(pdf: pikepdf.Pdf) -> None:
    del first(pdf, "Figure")["/A"]


@mutant("no such language")
def _(pdf: pikepdf.Pdf) -> None:
    next(one for one in elements(pdf) if "/Lang" in one).Lang = String("german language!")


@mutant("block in a list")
def _(pdf: pikepdf.Pdf) -> None:
    first(pdf, "LI").S = Name.P


@mutant("numbers called bullets")
def _(pdf: pikepdf.Pdf) -> None:
    one = next(one for one in elements(pdf, "L") if attributes(one).ListNumbering == Name.Decimal)
    attributes(one).ListNumbering = Name.Disc


@mutant("cell left out")
def _(pdf: pikepdf.Pdf) -> None:
    row = list(elements(pdf, "TR"))[1]
    attributes(row.K[0]).ColSpan = 2


@mutant("header without a scope")
def _(pdf: pikepdf.Pdf) -> None:
    del attributes(first(pdf, "TH"))["/Scope"]


@mutant("table without headers")
def _(pdf: pikepdf.Pdf) -> None:
    for header in elements(first_table(pdf), "TH"):
        header.S = Name.TD


def first_table(pdf: pikepdf.Pdf) -> Any:
    class Part:
        Root = Dictionary(StructTreeRoot=Dictionary(K=Array([first(pdf, "Table")])))

    return Part


@mutant("note without an ID")
def _(pdf: pikepdf.Pdf) -> None:
    del next(notes(pdf))["/ID"]


@mutant("note that nothing calls")
def _(pdf: pikepdf.Pdf) -> None:
    note = next(notes(pdf))
    kids = list(note.P.K)
    place = next(n for n, kid in enumerate(kids) if isinstance(kid, Dictionary) and kid.objgen == note.objgen)
    kids[place - 1].S = Name.Span


@mutant("link that is called nothing")
def _(pdf: pikepdf.Pdf) -> None:
    del links(pdf)[0]["/Contents"]


@mutant("link that is called by its address")
def _(pdf: pikepdf.Pdf) -> None:
    next(link for link in links(pdf) if "/A" in link).Contents = String("https://example.org/a?b=1&c=2")


# --- ways through the book


@mutant("link to nowhere")
def _(pdf: pikepdf.Pdf) -> None:
    next(link for link in links(pdf) if "/Dest" in link).Dest = String("nowhere")


@mutant("destinations not sorted")
def _(pdf: pikepdf.Pdf) -> None:
    names = pdf.Root.Names.Dests.Names
    names[0], names[1], names[2], names[3] = names[2], names[3], names[0], names[1]


@mutant("outline to another page")
def _(pdf: pikepdf.Pdf) -> None:
    item = pdf.Root.Outlines.First.Next
    holder, key = (item.A, "/D") if "/A" in item else (item, "/Dest")
    holder[key] = Array([pdf.pages[0].obj, *list(holder[key])[1:]])


@mutant("outline of other words")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Outlines.First.Title = String("Elsewhere")


@mutant("no outline")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Outlines


@mutant("no page labels")
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.PageLabels


@mutant("page labels that do not say what is printed")
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.PageLabels.Nums[3].St = 2


# --- PDF 2.0


@mutant("no namespaces", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot["/Namespaces"]


@mutant("element in no namespace", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    del first(pdf, "P")["/NS"]


@mutant("element in a namespace that does not know it", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    first(pdf, "TOC").NS = first(pdf, "P").NS


@mutant("note of no kind", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    del next(notes(pdf))["/A"]


@mutant("note that does not name its call", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    del next(notes(pdf))["/Ref"]


@mutant("call that names another note", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    one, other, *_ = notes(pdf)
    one.Ref[0].Ref[0] = other


@mutant("line of the contents that names nothing", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    del first(pdf, "TOCI")["/Ref"]


@mutant("line of the contents that names another heading", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    one, other, *_ = elements(pdf, "TOCI")
    one.Ref = other.Ref


@mutant("caption beside its picture", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    figure = next(one for one in elements(pdf, "Figure") if any(_is(kid, "Caption") for kid in one.K))
    (place,) = (n for n, kid in enumerate(figure.K) if _is(kid, "Caption"))
    caption = figure.K[place]
    del figure.K[place]
    at = next(n for n, kid in enumerate(figure.P.K) if _is(kid, "Figure") and kid.objgen == figure.objgen)
    group = pdf.make_indirect(Dictionary(S=Name.Div, P=figure.P, NS=caption.NS, K=Array([figure, caption])))
    figure.P.K[at] = group
    figure.P = caption.P = group


def _is(kid: Any, role: str) -> bool:
    return isinstance(kid, Dictionary) and kid.get("/S") == f"/{role}"


@mutant("destination that names no element", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    names = pdf.Root.Names.Dests.Names
    names[1] = names[1].D


@mutant("destination that names an element elsewhere", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    names = pdf.Root.Names.Dests.Names
    names[1].SD[0] = first(pdf, "Title")


@mutant("outline to no element", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Outlines.First.A["/SD"]


@mutant("outline to another element", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    item = pdf.Root.Outlines.First
    item.A.SD[0] = item.Next.A.SD[0]


@mutant("dictionary of information", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Title"] = "Another title"


@mutant("no file with it", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Names["/EmbeddedFiles"], pdf.Root["/AF"]


@mutant("file that belongs to nothing", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/AF"]


@mutant("file that does not say what it is", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.AF[0]["/Desc"]


@mutant("file that cannot be read", MUTANTS_2)
def _(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF[0].EF.F.write(b"{")


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_is_found(stock: Made, name: str) -> None:
    with pikepdf.open(io.BytesIO(stock.file(".pdf"))) as pdf:
        MUTANTS[name](pdf)
        assert faults(pdf)


@pytest.mark.parametrize("name", [*MUTANTS, *MUTANTS_2])
def test_a_fault_of_pdf_2_is_found(stock_ua_2: Made, name: str) -> None:
    with pikepdf.open(io.BytesIO(stock_ua_2.file(".pdf"))) as pdf:
        (MUTANTS | MUTANTS_2)[name](pdf)
        assert faults(pdf, "2.0")
