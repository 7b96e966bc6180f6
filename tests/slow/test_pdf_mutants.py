"""One fault at a time in a good PDF, and each is found: a checker that says yes to everything would not be noticed.

veraPDF 1.28 finds about half of them: docs/accessibility-pdf.md has the list.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
import pytest
from conftest import Made
from pdf_faults import faults
from pikepdf import Array, Dictionary, Name, String

pytestmark = pytest.mark.slow

Mutation = Callable[[pikepdf.Pdf], Any]
MUTANTS: dict[str, Mutation] = {}


def mutant(name: str) -> Callable[[Mutation], Mutation]:
    def keep(mutation: Mutation) -> Mutation:
        MUTANTS[name] = mutation
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


def attributes(one: Any) -> Any:
    return one.A[0] if isinstance(one.A, Array) else one.A


def links(pdf: pikepdf.Pdf) -> list[Any]:
    return [link for page in pdf.pages for link in page.obj.get("/Annots", [])]


def rewrite(pdf: pikepdf.Pdf, page: int, change: Callable[[list[Any]], list[Any]]) -> None:
    """Change the operations of a page."""
    operations = [(list(one.operands), one.operator) for one in pikepdf.parse_content_stream(pdf.pages[page])]
    pdf.pages[page].Contents = pdf.make_stream(pikepdf.unparse_content_stream(change(operations)))


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
    data = pdf.Root.Metadata.read_bytes().replace(b"<pdfuaid:part>1<", b"<pdfuaid:part>3<")
    pdf.Root.Metadata.write(data)


@mutant("no claim of PDF/A")
def _(pdf: pikepdf.Pdf) -> None:
    data = pdf.Root.Metadata.read_bytes().replace(b"<pdfaid:conformance>A<", b"<pdfaid:conformance>B<")
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
    one, other, *_ = elements(pdf, "Note")
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
    del first(pdf, "Note")["/ID"]


@mutant("note that nothing calls")
def _(pdf: pikepdf.Pdf) -> None:
    note = first(pdf, "Note")
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
    item.Dest = Array([pdf.pages[0].obj, *list(item.Dest)[1:]])


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


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_is_found(stock: Made, name: str) -> None:
    with pikepdf.open(io.BytesIO(stock.file(".pdf"))) as pdf:
        MUTANTS[name](pdf)
        assert faults(pdf)
