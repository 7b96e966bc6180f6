"""Tables of class `table-wide`: turned within their page, or split upright where they are too tall for that."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from conftest import Made, make
from test_consistency import check_pdf

from ketapub.check.pdf_tree import tag_tree
from ketapub.check.tagging import faults

BOOK = """
[book]
title = "Wide tables"
slug = "wide"
subtitle = "On paper"
language = "en"
identifier = "urn:uuid:7b4f8e1e-3c57-4c11-9d0a-0d5f5a1c2b3a"
date = 2026-01-15
chapters = ["one.md"]
"""
HEAD = "\n\n| Who | What | When | Where | Why | Cost |\n|---|---|---|---|---|---|\n"
ROW = "| Person {} | a longer thing to say | on Monday | in the long corridor | nobody knows | 12.50 |\n"
NOTED = "| One^[A note.] | a longer thing to say | on Monday | in the long corridor | nobody knows | 12.50 |\n"


def table(name: str, rows: str) -> str:
    return f"{HEAD}{rows}\n: The {name} table {{#tbl-{name} .table-wide}}\n\n"


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Made:
    root = tmp_path_factory.mktemp("wide")
    (root / "book.toml").write_text(BOOK, encoding="utf-8")
    short, tall = ("".join(map(ROW.format, range(rows))) for rows in (5, 30))
    tables = (table("first", short), table("second", short), table("tall", tall), table("noted", NOTED))
    (root / "one.md").write_text(f"# One\n\nWords.{''.join(tables)}{'Words. ' * 60}", encoding="utf-8")
    return make(root, "pdf")


def directions(data: bytes, words: str) -> list[tuple[int, bool, float]]:
    """Each place of some words: its page, whether they go up the page, and how far from its left edge."""
    found = []
    with pypdfium2.PdfDocument(data) as pdf:
        for number, page in enumerate(pdf):
            text = page.get_textpage()
            search = text.search(words)
            while place := search.get_next():
                index, count = place
                first, last = text.get_charbox(index), text.get_charbox(index + count - 1)
                found.append((number, last[1] > first[3], first[0]))
    return found


def test_it_is_turned_the_same_way_on_left_and_right_pages(wide: Made) -> None:
    assert wide.problems.found == []
    data = wide.file(".pdf")
    captions = [directions(data, f"The {name} table") for name in ("first", "second")]
    (first,), (second,) = (places[-1:] for places in captions)
    assert first[0] % 2 != second[0] % 2
    for number, upwards, left in (first, second):
        assert upwards
        assert left < 60
        heads = [place for place in directions(data, "Person 4") if place[0] == number]
        assert all(up and at > left for _, up, at in heads)  # its foot is on the right
        assert heads
    for name in ("tall", "noted"):
        assert not directions(data, f"The {name} table")[-1][1]


def test_every_page_has_the_trim_size_and_every_table_is_one(wide: Made) -> None:
    with pikepdf.open(io.BytesIO(wide.file(".pdf"))) as pdf:
        assert {tuple(map(float, page.mediabox)) for page in pdf.pages} == {(0.0, 0.0, 432.0, 648.0)}
        assert all("/Rotate" not in page.obj for page in pdf.pages)
        assert faults(pdf) == []
        tables = [element for element in tag_tree(pdf).walk() if element.role == "Table"]
    assert len(tables) == 4
    check_pdf(wide)
