"""The checks of PDFs that need no outside program, and how the reports of those that do are read."""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Name
from tag_cases import cases, document

from ketapub.check.tagging import faults
from ketapub.formats.pdf.engine import to_pdf
from ketapub.formats.pdf.standard import STANDARDS


def page_of(name: str) -> pikepdf.Pdf:
    """One of the small pages of tag_cases.xml."""
    (case,) = (case for case in cases() if case.name == name)
    return pikepdf.open(io.BytesIO(to_pdf(document(case), STANDARDS["ua-1"])))


def test_a_fault_has_the_path_of_its_element_and_its_page() -> None:
    with page_of("bullets") as pdf:
        assert faults(pdf, book=False) == []
        tops = [kid for kid in pdf.Root.StructTreeRoot.K[0].K[0].K if kid.S == "/L"]
        tops[0].A.ListNumbering = Name.Decimal
        (found,) = faults(pdf, book=False)
    assert (found.rule, found.place.page, found.place.element) == ("lists", 1, "Document[1]/Sect[1]/L[1]")


def test_a_running_head_that_is_read_is_found_on_its_page() -> None:
    """Where one is drawn is known from the other pages, so that it is no matter what it says."""
    with page_of("running heads") as pdf:
        assert faults(pdf, book=False) == []
        page, tree = pdf.pages[1].obj, pdf.Root.StructTreeRoot
        slots = tree.ParentTree.Nums[list(tree.ParentTree.Nums)[::2].index(page.StructParents) * 2 + 1]
        data = page.Contents.read_bytes()
        head = data.rindex(b"/Pagination")
        start, end = data.rindex(b"/Artifact", 0, head), data.index(b"BDC", head)
        mark = b"/P <</MCID %d>> " % len(slots)
        page.Contents = pdf.make_stream(data[:start] + mark + data[end:])
        element = pikepdf.Dictionary(S=Name.P, P=tree.K[0], Pg=page, K=len(slots))
        slots.append(pdf.make_indirect(element))
        tree.K[0].K.append(slots[len(slots) - 1])
        (found,) = faults(pdf, book=False)
    assert (found.message, found.place.page) == ("a running head or foot is read (14.8.2.2)", 2)
