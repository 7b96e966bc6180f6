"""Handouts: cut from the book, resolved once, laid out to fit; what gives way where room is short, and what never."""

from __future__ import annotations

import dataclasses
import datetime
import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest
from conftest import BOOKS
from signed_book import REVIEW, REVIEWER

from ketapub import document as d
from ketapub.check.tagging import faults
from ketapub.cli import main
from ketapub.formats.pdf.sheets import PAPERS, lay_out, sheet_engine
from ketapub.handouts import Asked, Kind, Resolved, resolve_handouts, stacks
from ketapub.handouts.clinics import Clinic
from ketapub.handouts.resolved import around
from ketapub.handouts.run import make_stacks
from ketapub.handouts.sheet import fit, page, show
from ketapub.handouts.sources import in_two_lines
from ketapub.handouts.work import write_handouts
from ketapub.locale import words
from ketapub.problems import Problems, Stopped
from ketapub.reading import read_book
from ketapub.theme import load_theme

if TYPE_CHECKING:
    from ketapub.formats.pdf.sheets import Document

TODAY = datetime.date(2026, 2, 1)
SETTINGS = """
[handouts]
files = ["handouts/*.md"]
safety-line = "General information."
copying = "You may copy this sheet."
tick-label = "Your visit:"
ticks = ["First", "Later"]
"""
SHEET = """---
title: "What comes next?"
message: "Plan the way home first."
pages: 1
---

## Before I leave

- [ ] I have asked {{< blank "Name of my ride" >}}, and seen @fig-chart.
- [ ] I can call {{< var clinic.phone >}} [@halpern2002].

{{< slice #wrn-end >}}

::: {.teach-back}
- How will you get home?
- Whom will you call?
- What would make us stop?
:::

::: {.notes}
:::
"""
CLINIC = Clinic(
    name="Sample Clinic", phone="555-555-0101", after_hours="none", nights="Call 112.", id="sample", paper="both"
)
LETTER = Kind("letter")


def book_with(folder: Path, sheet: str = SHEET) -> Path:
    root = shutil.copytree(BOOKS / "stock", folder / "book")
    (root / "book.toml").write_text((root / "book.toml").read_text("utf-8") + SETTINGS, "utf-8")
    (root / "handouts").mkdir()
    (root / "handouts/h1-next.md").write_text(sheet, "utf-8")
    return root


def resolved(root: Path) -> tuple[Resolved, ...]:
    problems = Problems()
    read = read_book(root, load_theme(), problems, as_of=TODAY)
    sheets = resolve_handouts(read.draft, around(read.book, read.manuscript, read.signatures, problems), problems)
    problems.stop_on_errors()
    return sheets


def pdf_of(sheet: Resolved, clinic: Clinic | None = None, kind: Kind = LETTER) -> pikepdf.Pdf:
    problems = Problems()
    size = "large" if kind.large else "standard"
    asked = Asked(clinics=(clinic.id if clinic else "general",), papers=(kind.paper,), sizes=(size,))
    file, *_ = make_stacks(stacks((sheet,), (clinic,) if clinic else (), asked), load_theme(), problems)
    assert not problems.found
    return pikepdf.open(io.BytesIO(file.data))


def words_of(pdf: pikepdf.Pdf) -> str:
    """What is heard: alternative texts, and the words of pages in their order."""
    import pypdfium2

    out = io.BytesIO()
    pdf.save(out)
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(out.getvalue()))


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Resolved:
    (found,) = resolved(book_with(tmp_path_factory.mktemp("handouts")))
    return found


# --- what it says ----------------------------------------------------------------------------------------------------


def test_a_slice_is_what_the_book_says_there(sheet: Resolved) -> None:
    (callout,) = [node for node in d.walk(sheet.book.chapters[0].blocks) if isinstance(node, d.Callout)]
    assert callout.attributes.id == "wrn-end"
    assert callout.at.file == "chapters/02-things.md"


def test_a_change_of_the_book_changes_the_handout_and_its_version(tmp_path: Path, sheet: Resolved) -> None:
    root = book_with(tmp_path)
    assert resolved(root)[0].version == sheet.version  # from another folder too
    text = (root / "chapters/02-things.md").read_text("utf-8")
    assert text.count("The end is near") == 1
    (root / "chapters/02-things.md").write_text(text.replace("The end is near", "The end is far"), "utf-8")
    assert resolved(root)[0].version != sheet.version


def test_what_is_not_in_the_book_cannot_be_cut_out(tmp_path: Path) -> None:
    root = book_with(tmp_path, SHEET.replace("#wrn-end", "#wrn-nowhere"))
    with pytest.raises(Stopped, match=r"handouts/h1-next\.md:12:1: error\[unknown-reference\]"):
        resolved(root)


def test_rules_of_the_text_hold_for_handouts_too(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match="uncited-fact"):
        resolved(book_with(tmp_path, SHEET.replace("[@halpern2002]", "{{< fact halpern2002-answer people >}}")))


def test_places_of_the_book_are_named_and_works_make_a_line(sheet: Resolved) -> None:
    said = words_of(pdf_of(sheet))
    assert "seen Figure 2.1 of the book." in " ".join(said.split())
    assert "Sources: Halpern 2002." in said


def test_works_that_two_lines_have_no_room_for_are_counted() -> None:
    works = [f"Somebody {year}" for year in range(2001, 2011)]
    assert in_two_lines(works[:7], words("en")) == "; ".join(works[:7])
    assert in_two_lines(works, words("en")) == "; ".join(works[:7]) + " and 3 more"
    assert in_two_lines(["A very long name " * 10, "Singh 2016"], words("en")).endswith(" and 1 more")
    assert in_two_lines([], words("en")) == ""


def test_reviewers_read_and_sign_handouts_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = book_with(tmp_path)
    who = ["--name", "Rosa Muster", "--credential", "MD", "--scope", "all of it", "--as-of", "2026-02-01"]
    assert main(["sign", str(root), *who, "--file", "handouts/h1-next.md"]) == 0
    assert main(["review", str(root), "-o", str(tmp_path / "packet"), "--as-of", "2026-02-01"]) == 0
    told = capsys.readouterr().err
    assert "handouts/h1-next.md: signed by Rosa Muster" in told
    assert "chapters/01-words.md: nobody has signed it" in told


def test_a_signed_handout_has_no_stamp(tmp_path: Path) -> None:
    root = book_with(tmp_path)
    settings = (root / "book.toml").read_text("utf-8")
    (root / "book.toml").write_text(settings.replace('stamp = "Draft for tests"\n', REVIEW), "utf-8")
    assert "Draft for tests" in words_of(pdf_of(resolved(root)[0]))
    who = ["--name", REVIEWER, "--credential", "MD", "--scope", "all of it", "--as-of", "2026-02-01"]
    assert main(["sign", str(root), *who, "--file", "handouts/h1-next.md"]) == 0
    assert "Draft for tests" not in words_of(pdf_of(resolved(root)[0]))


def test_a_list_goes_on_with_its_own_number(tmp_path: Path) -> None:
    asked = SHEET.replace("{{< slice #wrn-end >}}", "7. Who is with me?\n8. How do we stop?")
    (sheet,) = resolved(book_with(tmp_path, asked))
    words = " ".join(words_of(pdf_of(sheet)).split())
    assert "7. 8." in words


# --- paper -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("large", [False, True])
def test_tags_are_sound_and_what_margins_say_is_said_once(sheet: Resolved, paper: str, large: bool) -> None:
    with pdf_of(sheet, CLINIC, Kind(paper, large)) as pdf:
        assert list(faults(pdf)) == []
        assert len(pdf.pages) <= 2
        assert pdf.Root.ViewerPreferences.PrintScaling == "/None"
        assert pdf.Root.ViewerPreferences.Duplex == "/DuplexFlipLongEdge"


def test_danger_comes_first(sheet: Resolved) -> None:
    words = words_of(pdf_of(sheet))
    assert 0 <= words.find("Call 112") < words.find("Call 0800-HELP")


def test_the_general_set_has_blanks_where_a_clinic_has_its_name(sheet: Resolved) -> None:
    blank, filled = (words_of(pdf_of(sheet, clinic)) for clinic in (None, CLINIC))
    assert "Sample Clinic" not in blank
    assert filled.count("555-555-0101") == 2  # in the letterhead, and where the text asks for it
    assert "After hours: Call 112." in filled
    assert sheet.version in blank
    assert sheet.version in filled


def test_blanks_say_that_they_are_space_to_write(sheet: Resolved) -> None:
    with pdf_of(sheet) as pdf:
        said = [
            str(one.Alt) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"
        ]
    assert said.count("space to write") >= 7  # clinic, phones, patient, date, clinician, visit, ride


# --- fit -------------------------------------------------------------------------------------------------------------

LINE = "A line of words that a patient has to read."


def with_blocks(sheet: Resolved, blocks: d.Blocks) -> Resolved:
    chapters = (dataclasses.replace(sheet.book.chapters[0], blocks=blocks), *sheet.book.chapters[1:])
    return dataclasses.replace(sheet, book=dataclasses.replace(sheet.book, chapters=chapters))


def without_callouts(sheet: Resolved) -> Resolved:
    blocks = sheet.book.chapters[0].blocks
    return with_blocks(sheet, tuple(block for block in blocks if not isinstance(block, d.Callout)))


def lower(sheet: Resolved, lines: int) -> Resolved:
    """With so many lines before its text."""
    more = d.Paragraph(tuple(one for _ in range(lines) for one in (d.Text(LINE), d.HardBreak())))
    return with_blocks(sheet, (more, *sheet.book.chapters[0].blocks))


def texts_of(laid: Document) -> list[set[str]]:
    """The lines of each page."""
    return [{getattr(box, "text", "").strip() for box in page._page_box.descendants()} for page in laid.pages]


def test_notes_give_way_first_then_a_third_question(sheet: Resolved) -> None:
    engine = sheet_engine(sheet.book, load_theme(), {}, Problems())
    bare = without_callouts(sheet)
    seen = []
    for lines in range(40):
        problems = Problems()
        laid = fit(lower(bare, lines), None, LETTER, engine, problems)
        if laid is None:
            assert [one.code for one in problems.found] == ["handout-too-long"]
            break
        (words,) = texts_of(laid)
        seen.append(("My questions and notes" in words, "What would make us stop?" in words))
    assert list(dict.fromkeys(seen)) == [(True, True), (False, True), (False, False)]


ROWS = [f"Row {number}" for number in range(8)]
TALL = {
    "table": "| Week | Score |\n|---|---|\n"
    + "".join(f'| {row} | {{{{< blank "Score" hidden=true >}}}} |\n' for row in ROWS),
    "callout": "::: {.callout-note}\n" + "\n\n".join(ROWS) + "\n:::",
    "together": "::: {.together}\n" + "\n\n".join(ROWS) + "\n:::",
}


@pytest.mark.parametrize("kind", TALL)
def test_what_is_read_in_one_piece_never_breaks_across_pages(tmp_path: Path, kind: str) -> None:
    """It stands ever lower, until it begins the next page; were it allowed to break, some of these sheets would."""
    text = SHEET.replace("pages: 1", "pages: 2").replace("{{< slice #wrn-end >}}", TALL[kind])
    (sheet,) = resolved(book_with(tmp_path, text))
    engine = sheet_engine(sheet.book, load_theme(), {}, Problems())

    def pages_of_rows(lines: int, css: str) -> int:
        lowered = lower(sheet, lines)
        shown = page(lowered, show(lowered, None, Problems()), None, LETTER, 0, 2)
        return sum(not words.isdisjoint(ROWS) for words in texts_of(lay_out(engine, shown, Problems(), css=css)))

    places = range(0, 30, 6)
    assert {pages_of_rows(lines, "") for lines in places} == {1}
    assert 2 in {pages_of_rows(lines, "* { break-inside: auto !important }") for lines in places}


def test_a_handout_that_is_too_long_is_named_with_the_line_where_its_page_ends(tmp_path: Path) -> None:
    root = book_with(
        tmp_path, SHEET.replace("## Before", "".join(f"Line {n} of many.\n\n" for n in range(60)) + "## Before")
    )
    built = write_handouts(root, tmp_path / "out", Asked(papers=("letter",), sizes=("standard",)), as_of=TODAY)
    (problem,) = [one for one in built.problems if one.code == "handout-too-long"]
    assert problem.at.file == "handouts/h1-next.md"
    assert 20 < problem.at.line < 80
    assert "H1 for general is too long by about" in problem.message
    assert not (tmp_path / "out/handouts/general/h1-next-letter.pdf").exists()


# --- what is made ----------------------------------------------------------------------------------------------------


def test_each_sheet_has_its_place(tmp_path: Path) -> None:
    built = write_handouts(book_with(tmp_path), tmp_path / "out", Asked(sizes=("standard",)), as_of=TODAY)
    assert {
        "handouts/general/h1-next-letter.pdf",
        "handouts/general/h1-next-a4.pdf",
        "handouts/general/h1-next.html",
        "handouts/general/index.html",
    } <= {file.path for file in built.outputs}
    assert all((tmp_path / "out" / file.path).read_bytes() == file.data for file in built.outputs)


def test_what_is_asked_for_has_to_be_there(tmp_path: Path) -> None:
    root = book_with(tmp_path)
    with pytest.raises(Stopped, match='no handout "h1-nxt"'):
        write_handouts(root, tmp_path / "out", Asked(handouts=("h1-nxt",)), as_of=TODAY)
    with pytest.raises(Stopped, match='no clinic "river"'):
        write_handouts(root, tmp_path / "out", Asked(clinics=("river",)), as_of=TODAY)
