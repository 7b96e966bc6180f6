"""The checks of PDFs that need no outside program, and how the reports of those that do are read."""

from __future__ import annotations

import io
import os
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pikepdf
import pytest
import weasyprint
from pikepdf import Name
from tag_cases import Case, cases, document

from ketapub.check.canaries import prove_once
from ketapub.check.canaries.pdfs import sound
from ketapub.check.checks import ghostscript, mupdf, poppler, verapdf
from ketapub.check.pdf_tree import tag_tree
from ketapub.check.readers import complaints
from ketapub.check.tagging import faults
from ketapub.check.tagging.graph import link_paths, structure_paths
from ketapub.check.tools import NotRun
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


def inside(element: Any, role: str) -> Any:
    return next(kid for kid in element.K if isinstance(kid, pikepdf.Dictionary) and kid.get("/S") == role)


def test_what_no_element_holds_is_told_at_the_element_that_it_was_meant_for() -> None:
    with page_of("link") as pdf:
        paragraph = inside(pdf.Root.StructTreeRoot.K[0].K[0], "/P")
        link = inside(paragraph, "/Link")
        link.K = pikepdf.Array(kid for kid in link.K if isinstance(kid, int))
        paragraph.K = pikepdf.Array(kid for kid in paragraph.K if not isinstance(kid, int))
        places = {(one.rule, one.place.element) for one in faults(pdf, book=False)}
    assert {("links", "Document[1]/Sect[1]/P[1]/Link[1]"), ("structure", "Document[1]/Sect[1]/P[1]")} <= places


def test_a_broken_tree_is_not_followed_in_circles() -> None:
    with page_of("emphasis") as pdf:
        section = pdf.Root.StructTreeRoot.K[0].K[0]
        paragraph = inside(section, "/P")
        emphasis = inside(paragraph, "/Em")
        emphasis.P, paragraph.P = paragraph, emphasis
        section.K = pikepdf.Array(kid for kid in section.K if kid.S != "/P")
        lost = [one.place for one in faults(pdf, book=False) if "in no element" in one.message]
    assert [(one.page, one.element) for one in lost] == [(1, "")]


def test_a_note_that_nothing_calls_is_told_at_the_note() -> None:
    with page_of("note") as pdf:
        inside(inside(pdf.Root.StructTreeRoot.K[0].K[0], "/P"), "/Reference").S = Name.Span
        (found,) = faults(pdf, book=False)
    assert (found.rule, found.place.element) == ("notes", "Document[1]/Sect[1]/P[1]/Note[1]")


def test_a_link_that_is_wrong_is_told_at_its_element() -> None:
    with page_of("link") as pdf:
        pdf.pages[0].obj.Annots[0].F = 0
        (found,) = faults(pdf, book=False)
        number = pdf.pages[0].obj.Annots[0].objgen
        assert link_paths(pdf, structure_paths(pdf))[number] == found.place.element
    assert found.place.element == "Document[1]/Sect[1]/P[1]/Link[1]"


# --- canaries ---

SOUND = Case(
    "A sound page",
    '<p>Words, <em>more</em> of them, and <a href="https://example.org/">a link</a>.<span class="footnote" id="n" '
    'data-number="1"><p>A note.</p></span></p><ul><li>One</li><li>Two</li></ul><table><thead><tr><th scope="col">A</th>'
    '<th scope="col">B</th></tr></thead><tbody><tr><th scope="row">a</th><td>1</td></tr></tbody></table><figure>'
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="40" role="img" aria-labelledby="d"><title id="d">'
    'A ring</title><circle cx="4" cy="4" r="3" fill="teal"/></svg><figcaption>Drawn.</figcaption></figure>',
    "",
)


@pytest.mark.parametrize("standard", ["ua-1", "ua-2"])
def test_the_sound_file_is_one_that_the_pipeline_makes(standard: str) -> None:
    """Its bytes may be older than the theme, its tags may not; UPDATE_GOLDEN=1 makes it anew."""
    made = document(SOUND)
    if STANDARDS[standard].attachment:
        made.metadata.attachments.append(weasyprint.Attachment(string="{}", name="book.json", description="A book"))
    data = to_pdf(made, STANDARDS[standard])
    if os.environ.get("UPDATE_GOLDEN"):
        sound(standard).write_bytes(data)
    with pikepdf.open(io.BytesIO(data)) as now, pikepdf.open(sound(standard)) as kept:
        trees = [[(one.role, one.alt, one.text()) for one in tag_tree(pdf).walk()] for pdf in (now, kept)]
        assert {"Figure", "Table", "L", "Link", "Reference"} <= {role for role, _, _ in trees[0]}
    assert trees[0] == trees[1]


def test_a_validator_is_believed_only_if_it_finds_what_is_known(tmp_path: Path) -> None:
    prove_once("right", tmp_path, lambda: (["a", "b"], ["b", "a"]))
    for found in ["a"], ["a", "b"]:  # and it is asked once a run
        with pytest.raises(NotRun, match="deaf misses a fault in a file where it is known: b"):
            prove_once("deaf", tmp_path, lambda found=found: (found, ["a", "b"]))
    with pytest.raises(NotRun, match="nervous finds a fault in a file that has none of the kind: c"):
        prove_once("nervous", tmp_path, lambda: (["a", "c"], ["a"]))


# --- reports of veraPDF, as it wrote them ---

REPORT = (Path(__file__).parent / "golden/verapdf.json").read_text(encoding="utf-8")


def test_verapdf_says_how_many_rules_it_looked_at_and_which_fail() -> None:
    judged = verapdf.read_report(REPORT)
    right, wrong, half = (judged[Path(name)] for name in ("sound-ua-2.pdf", "speechless-ua-2.pdf", "half.pdf"))
    assert {name: (one.rules, dict(one.failed)) for name, one in right.verdicts.items()} == {
        "ua2": (1723, {}),
        "4f": (109, {}),
    }
    assert {name: list(one.failed) for name, one in wrong.verdicts.items()} == {
        "ua2": ["8.2.5.28.2-1"],
        "4f": ["6.2.4.3-2"],
    }
    assert half.verdicts == {}
    assert len(half.said) == 2


def test_what_verapdf_finds_has_a_place() -> None:
    paths = {(50, 0): "Document[1]/Sect[1]/Figure[1]"}
    found = list(verapdf.findings(verapdf.read_report(REPORT)[Path("speechless-ua-2.pdf")], "ua-2", paths))
    assert found[0].rule == "ua2 8.2.5.28.2-1"
    assert found[0].place.element == "Document[1]/Sect[1]/Figure[1]"
    assert (found[1].rule, found[1].place.page) == ("4f 6.2.4.3-2", 1)
    assert found[-1].message == "39 more of this kind"


def test_a_file_that_claims_nothing_is_not_passed() -> None:
    found = list(verapdf.findings(verapdf.read_report(REPORT)[Path("sound-ua-2.pdf")], "ua-1", {}))
    assert [one.rule for one in found] == ["ua1", "2a"]
    found = list(verapdf.findings(verapdf.read_report(REPORT)[Path("half.pdf")], "ua-1", {}))
    assert [one.rule for one in found] == ["veraPDF", "veraPDF", "ua1", "2a"]


# --- other readers ---

FONTS = """name                                 type              encoding         emb sub uni object ID
------------------------------------ ----------------- ---------------- --- --- --- ---------
FICKVL+Literata-Semi-Bold            CID TrueType      Identity-H       yes yes yes     47  0
Noto Sans                            CID TrueType      Identity-H       yes no  yes     71  0
Helvetica                            Type 1            Custom           no  no  no       4  0
"""


def test_the_table_of_fonts_is_read_from_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poppler, "run", lambda *command: CompletedProcess(command, 0, FONTS, ""))
    assert [one.message for one in poppler.fonts(Path("a.pdf"))] == [
        "Noto is not cut to the letters in use",
        "Helvetica is not embedded, not cut to the letters in use, cannot be read",
    ]


MENDED = """
The following errors were encountered at least once while processing this file:
\terror executing PDF token

   **** This file had errors that were repaired or ignored.
   **** Please notify the author of the software that produced this
"""


def test_ghostscript_says_what_it_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told to be quiet, it does not."""
    asked: list[tuple[object, ...]] = []

    def run(*command: object) -> CompletedProcess[str]:
        asked.append(command)
        return CompletedProcess([], 0, "Processing pages 1 through 1.\nPage 1\n", MENDED)

    monkeypatch.setattr("ketapub.check.readers.run", run)
    assert [one.message for one in ghostscript.judge(Path("a.pdf"))] == ["error executing PDF token"]
    assert "-q" not in asked[0]


def test_only_what_is_allowed_by_name_may_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "warning: ICC support is not available\nwarning: broken\nwarning: broken\n"
    monkeypatch.setattr("ketapub.check.readers.run", lambda *command: CompletedProcess(command, 0, "words", said))
    assert [one.message for one in complaints("mutool", allowed=mupdf.ALLOWED)] == ["warning: broken (2 times)"]
    monkeypatch.setattr("ketapub.check.readers.run", lambda *command: CompletedProcess(command, 3, "", ""))
    assert [one.message for one in complaints("mutool")] == ["exit status 3"]
