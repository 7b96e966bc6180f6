"""Typesetting: what could be lost or ugly on a page, and is not."""

from __future__ import annotations

import io
import multiprocessing
import random
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pypdfium2
import pytest
from conftest import BOOKS, TODAY, Made, make, resolved
from test_consistency import check_pdf

from ketapub.build import build
from ketapub.editions import select
from ketapub.formats.made import Made as Run
from ketapub.formats.pdf import reading_edition
from ketapub.formats.pdf.composer import Composer, Plan
from ketapub.formats.pdf.crew import Crew
from ketapub.formats.pdf.desk import Task
from ketapub.formats.pdf.engine import Engine
from ketapub.formats.pdf.notes import ALLOWS, OF_DIVIDED, beside_breaks
from ketapub.formats.pdf.parts import make_parts
from ketapub.formats.pdf.setter import Setter, manner_of
from ketapub.formats.pdf.typeset import page_label
from ketapub.formats.styling import sheet
from ketapub.problems import Problems, Stopped
from ketapub.theme import load_theme


def lines_of(body: str, css: str) -> list[str]:
    """The text of each line box of a page."""
    from weasyprint.formatting_structure.boxes import LineBox, TextBox

    theme = load_theme()
    engine = Engine(sheet(theme, "print.css"), {}, theme.folder / "fonts")
    tree = ElementTree.fromstring(f"<html lang='en'><head><title>x</title></head><body>{body}</body></html>")
    page = engine.lay_out(tree, css).pages[0]
    lines = [box for box in page._page_box.descendants() if isinstance(box, LineBox)]
    return ["".join(b.text for b in line.descendants() if isinstance(b, TextBox)) for line in lines]


def test_a_space_at_the_end_of_a_line_does_not_break_the_line_early() -> None:
    """At whatever width, a line that could hold five words and more does not end after the first."""
    for width in range(180, 260, 2):
        css = f"p {{ width: {width}pt; hyphens: manual }}"
        lines = lines_of("<p>What should you watch for in the first weeks <a>of all</a></p>", css)
        assert len(lines[0].split()) >= 5, (width, lines)


@pytest.mark.parametrize(
    ("folio", "number", "label"), [("roman", 4, "iv"), ("roman", 1999, "mcmxcix"), ("arabic", 12, "12")]
)
def test_page_labels(folio: str, number: int, label: str) -> None:
    assert page_label(folio, number) == label


def stock_with(tmp_path: Path, chapter: str) -> Path:
    """The stock book with a first chapter of its own."""
    book = tmp_path / "book"
    shutil.copytree(BOOKS / "stock", book)
    text = (book / "chapters/01-words.md").read_text(encoding="utf-8")
    (book / "chapters/01-words.md").write_text(f"{text}\n\n{chapter}\n", encoding="utf-8")
    return book


def told(book: Path, out: Path, jobs: int = 1) -> list[str]:
    try:
        built = build(book, out, as_of=TODAY, formats=("pdf",), jobs=jobs)
    except Stopped as stopped:
        return [problem.code for problem in stopped.problems]
    return [problem.code for problem in built.problems]


def test_an_emergency_callout_that_does_not_fit_on_a_page_is_an_error(tmp_path: Path) -> None:
    lines = "\n\n".join(f"Line {n} of the box." for n in range(60))
    book = stock_with(tmp_path, f"::: {{.callout-alarm}}\n{lines}\n:::")
    assert "emergency-too-tall" in told(book, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.pdf"))


def test_an_emergency_callout_is_whole_even_where_its_note_must_turn_the_page(tmp_path: Path) -> None:
    lines = "\n\n".join(f"Line {n} of the box." for n in range(14))
    long = "The sources of this box are many, and each has a long name. " * 14
    book = stock_with(tmp_path, f"::: {{.callout-alarm}}\n{lines}\n\nThe end of the box.^[{long}]\n:::")
    codes = told(book, tmp_path / "out")
    assert "emergency-too-tall" not in codes
    assert "note-displaced" in codes  # and it is said


def styled(tmp_path: Path, css: str) -> Path:
    """The stock book with a style sheet of its own."""
    book = stock_with(tmp_path, "")
    (book / "own.css").write_text(css, encoding="utf-8")
    settings = (book / "book.toml").read_text(encoding="utf-8")
    (book / "book.toml").write_text(settings + '\n[theme]\ncss = ["own.css"]\n', encoding="utf-8")
    return book


def test_a_rule_that_the_typesetter_does_not_know_is_an_error(tmp_path: Path) -> None:
    assert "typesetting" in told(styled(tmp_path, "p { colr: red }"), tmp_path / "out")


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_style_sheet_that_the_typesetter_stops_at_is_a_problem(jobs: int, tmp_path: Path) -> None:
    book = styled(tmp_path, "li::marker { content: '→ ' } ul { list-style-position: outside }")
    assert told(book, tmp_path / "out", jobs) == ["typesetter-failed"]
    assert not (tmp_path / "out").exists()


def two_notes(count: int) -> str:
    """Paragraphs that call two long notes in the same line."""

    def note(name: str) -> str:
        return (
            f"^[Note {name} begins. {'It runs over several lines, so that there is little room. ' * 4}End of {name}.]"
        )

    return "\n\n".join(
        f"Paragraph {n} calls two notes{note(f'A{n}A')} in a line{note(f'B{n}B')} of text." for n in range(count)
    )


def test_many_notes_in_one_place_are_all_there(tmp_path: Path) -> None:
    """Where WeasyPrint loses one."""
    check_pdf(make(stock_with(tmp_path, two_notes(12)), "pdf"))


def test_what_is_not_tried_for_a_note_would_change_nothing(tmp_path: Path) -> None:
    from weasyprint.formatting_structure.boxes import TextBox

    problems, theme = Problems(), load_theme()
    book = select(resolved(stock_with(tmp_path, two_notes(6)), problems), problems, format="pdf")
    edition = reading_edition(book, theme, Run())
    setter = Setter(book, theme, edition, problems)
    composer = Composer(manner_of(book, theme, edition), setter.desk.engine)
    part = next(one for one in make_parts(book, {}, edition) if "words" in one.key)

    def texts(nudges: dict[int, int]) -> tuple[Any, list[tuple[object, ...]]]:
        laid = composer.once(part, "", Plan(nudges=nudges))
        boxes = [(n, one) for n, page in enumerate(laid.document.pages) for one in page._page_box.descendants()]
        return laid, [(n, one.text, one.position_x, one.position_y) for n, one in boxes if isinstance(one, TextBox)]

    laid, before = texts({})
    divided, last = beside_breaks(laid.document, laid.tree, laid.notes)
    notes = set(range(len(laid.notes)))
    assert divided < divided | last < notes
    skipped = [(index, ALLOWS) for index in notes - divided - last]
    skipped += [(index, step) for index in notes - divided for step in OF_DIVIDED]
    assert all(texts(dict([one]))[1] == before for one in random.Random(1).sample(skipped, 12))


def pages_of(made: Made, *words: str) -> list[int]:
    """The index of the page on which each of these words stands."""
    with pypdfium2.PdfDocument(io.BytesIO(made.file(".pdf"))) as pdf:
        texts = [page.get_textpage().get_text_range() for page in pdf]
    return [next(index for index, text in enumerate(texts) if word in text) for word in words]


def test_a_page_holds_one_urgent_callout(tmp_path: Path) -> None:
    """The next one begins the next page, as long as there is one to begin."""
    one = "::: {{.callout-warning}}\nNever do {}.\n:::\n\nText.\n\n"
    book = stock_with(tmp_path, "".join(one.format(word) for word in ("this", "that", "those")))
    assert "crowded-callouts" not in told(book, tmp_path / "out")
    this, that, those = pages_of(make(book, "pdf"), "Never do this", "Never do that", "Never do those")
    assert this < that < those


def test_urgent_callouts_that_cannot_be_moved_are_named(tmp_path: Path) -> None:
    """A footnote stands where it stands."""
    inner = (
        "    ::: {.callout-warning}\n    Never do this.\n    :::\n\n    ::: {.callout-warning}\n    Nor that.\n    :::"
    )
    book = stock_with(tmp_path, f"A note.[^w]\n\n[^w]: Mind this.\n\n{inner}")
    assert "crowded-callouts" in told(book, tmp_path / "out")


def test_dates_come_from_the_book() -> None:
    made = make(BOOKS / "stock", "pdf")
    with pikepdf.open(io.BytesIO(made.file(".pdf"))) as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20260115")
        assert pdf.pages[0].label == "i"


def test_a_process_that_is_lost_is_a_problem(tmp_path: Path) -> None:
    problems, theme = Problems(), load_theme()
    book = select(resolved(BOOKS / "kochbuch", problems), problems, format="pdf")
    edition = reading_edition(book, theme, Run())
    parts = make_parts(book, {}, edition)
    with closing(Crew(manner_of(book, theme, edition), {}, 1)) as crew:
        tasks = [Task(part, 1, False, part.key) for part in parts[:2]]
        assert len([*crew.lay_out(tasks[:1])]) == 1
        for process in multiprocessing.active_children():
            process.kill()
        with pytest.raises(Stopped) as stopped:
            list(crew.lay_out(tasks[1:]))
    assert [problem.code for problem in stopped.value.problems] == ["process-lost"]
