"""What other programs make of versions: a decoder reads the QR code from a page, and validators read the pages of a
site that say whether a sheet still counts."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pypdfium2
import pytest
from conftest import STOCK

from ketapub.build import build
from ketapub.cache import Cache
from ketapub.check.checks import all_checks
from ketapub.check.findings import Subject
from ketapub.check.running import run_checks
from ketapub.handouts import Asked
from ketapub.handouts.work import current_handouts, pages_of_sheets, record_versions, write_handouts
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.theme import load_theme

TODAY = datetime.date(2026, 2, 1)
SETTINGS = '\n[site]\nurl = "https://book.example/guide/"\n\n[handouts]\nfiles = ["handouts/*.md"]\n'
SHEET = """---
title: "What comes next?"
message: "Plan the way home first."
pages: 1
---

- [ ] I have asked {{< blank "Name of my ride" >}}.

::: {.teach-back}
- How will you get home?
- Whom will you call?
:::
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with a handout of two versions."""
    place = shutil.copytree(STOCK, tmp_path_factory.mktemp("versions") / "book")
    (place / "book.toml").write_text((place / "book.toml").read_text("utf-8") + SETTINGS, "utf-8")
    (place / "handouts").mkdir()
    for text in (SHEET.replace("first", "soon"), SHEET):
        (place / "handouts/h1-next.md").write_text(text, "utf-8")
        record_versions(place, as_of=TODAY)
    return place


@pytest.mark.parametrize("size", ["standard", "large"])
@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("ink", ["L", "1"])  # grey, or black and white as on a fax
def test_a_telephone_reads_the_address_from_the_page(
    root: Path, tmp_path: Path, size: str, paper: str, ink: str
) -> None:
    import zxingcpp

    asked = Asked(clinics=("general",), papers=(paper,), sizes=(size,))  # type: ignore[arg-type]  # one of each
    outputs = write_handouts(root, tmp_path / "out", asked, as_of=TODAY).outputs
    file = next(one for one in outputs if one.path.startswith("handouts/general/h1-") and one.path.endswith(".pdf"))
    picture = pypdfium2.PdfDocument(file.data)[0].render(scale=200 / 72).to_pil().convert(ink).convert("L")
    read = read_book(root, load_theme(), Problems(), as_of=TODAY)
    sheets = pages_of_sheets(current_handouts(read, Problems(), TODAY), Problems())
    (id,) = [sheet.id.lower() for sheet in sheets if sheet.state == "current"]
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [f"https://book.example/guide/h/{id}.html"]


@pytest.mark.parametrize("check", ["vnu", "axe", "reflow", "loading"])
def test_pages_of_versions_pass(root: Path, tmp_path: Path, check: str) -> None:
    out = tmp_path / "out"
    build(root, out, as_of=TODAY, formats=("site",))
    read = read_book(root, load_theme(), Problems(), as_of=TODAY)
    for page in (out / "site").glob("*.html"):  # those of the book have tests of their own
        page.unlink()
    subject = Subject(read.book, load_theme(), {"site": out / "site"}, "", tmp_path)
    (result,) = run_checks([all_checks()[check]], subject, Cache(None, Problems()))
    if result.state == "not run":
        pytest.fail(f"not run: {result.reason}", pytrace=False)
    assert result.things
    assert result.findings == ()
