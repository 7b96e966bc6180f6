"""What the gate finds in the HTML of a clinic's handouts, as it looks at the pages of a site: nothing."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from browsing import judged_alone
from tools import ROOT

from ketapub.formats.made import Made
from ketapub.handouts import make_pages, resolve_handouts
from ketapub.handouts.resolved import around
from ketapub.outputs import OutputFile
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.theme import load_theme

SOURCE = ROOT / "manuscript"
NAME = "h8-keeping-well"  # it has boxes to tick, and more fields than any other one


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The general set of one handout: its page, the list of all, and a file in the place of its PDF."""
    problems, theme = Problems(), load_theme()
    read = read_book(SOURCE, theme, problems, as_of=datetime.date(2026, 11, 30))
    sheets = resolve_handouts(read.draft, around(read.book, read.manuscript, read.signatures, problems), problems)
    written, blank = io.BytesIO(), pikepdf.new()
    blank.add_blank_page()
    blank.save(written)
    pdf = OutputFile(f"handouts/general/{NAME}-letter.pdf", written.getvalue())
    pages = make_pages(sheets, (), (pdf,), theme, Made(), problems)
    assert not problems.errors
    out = tmp_path_factory.mktemp("handouts")
    for file in (pdf, *pages):
        (out / Path(file.path).name).write_bytes(file.data)
    return out


@pytest.mark.parametrize("check", ["vnu", "axe", "links", "reflow", "loading"])
def test_html_has_no_faults(folder: Path, check: str, tmp_path: Path) -> None:
    assert sorted(file.name for file in folder.glob("*.html")) == [f"{NAME}.html", "index.html"]
    assert judged_alone(check, "site", SOURCE, folder, tmp_path) == []


def test_what_is_typed_prints_in_full(browser: Any, folder: Path) -> None:
    page = browser.new_page(viewport={"width": 672, "height": 900})  # letter paper without its margins
    page.goto((folder / f"{NAME}.html").as_uri())
    name, notes = page.get_by_label("Patient name"), page.get_by_role("textbox", name="My questions and notes")
    name.fill("A. Sample, who has a name that fills a line of the sheet")
    notes.fill("\n".join(f"Question {number}" for number in range(40)))
    page.emulate_media(media="print")
    assert name.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert notes.evaluate("each => each.scrollHeight <= each.clientHeight")
    text = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(page.pdf()))
    assert text.index("Call 911") < text.index("A. Sample") < text.index("Question 39")
    page.close()
