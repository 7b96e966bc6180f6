"""The stock book in styles of every kind, with its lists in every place: the finished files are read back."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import pikepdf
import pytest
from conftest import BOOKS, Made, make
from lxml import etree
from reading import epub_pages, html_pages
from test_consistency import check_pdf, check_screen

from ketapub import document as d

pytestmark = pytest.mark.slow

BOOKS_TO_MAKE = [
    ("nlm-citation-sequence", "chapter"),
    ("american-medical-association", "both"),
    ("apa", "book"),
    ("apa", "chapter"),
    ("chicago-author-date", "both"),
    ("chicago-notes-bibliography", "book"),
    ("oscola", "chapter"),
    ("chicago-notes-bibliography-subsequent-ibid", "both"),
    ("chicago-notes", "book"),  # has no reference list
    ("din-1505-2-alphanumeric", "book"),  # labels
]


@pytest.mark.parametrize(("style", "placement"), BOOKS_TO_MAKE)
def test_every_output_says_the_same_and_every_link_leads_somewhere(style: str, placement: str, tmp_path: Path) -> None:
    made = stock_in(tmp_path, style, placement)
    for name in ("html", "epub"):
        check_screen(made, name)
    check_pdf(made)
    has_list = style != "chicago-notes"
    check_links(html_pages(made.file(".html")), has_list)
    check_links(epub_pages(made.file(".epub")), has_list)
    check_destinations(made, has_list)


def stock_in(tmp_path: Path, style: str, placement: str) -> Made:
    root = tmp_path / "book"
    shutil.copytree(BOOKS / "stock", root)
    set_style(root, style, placement)
    return make(root, "pdf", "epub", "html")


def set_style(root: Path, style: str, placement: str) -> None:
    settings = re.sub(r"(?m)^placement = .*\n", "", (root / "book.toml").read_text(encoding="utf-8"))
    settings = re.sub(r"(?m)^style = .*$", f'style = "{style}"\nplacement = "{placement}"', settings)
    (root / "book.toml").write_text(settings, encoding="utf-8")


def check_links(pages: list[etree._Element], has_list: bool) -> None:
    ids = {element.get("id") for page in pages for element in page.iter() if element.get("id")}
    entries = {
        one.get("id")
        for page in pages
        for one in page.iterfind(".//{*}ol/{*}li")
        if one.get("id", "").startswith("ref-")
    }
    citations = [one for page in pages for one in page.iter("{*}span") if "citation" in one.get("class", "").split()]
    assert citations
    for citation in citations:
        targets = [link.get("href").rpartition("#")[2] for link in citation.iter("{*}a") if "#" in link.get("href")]
        assert set(targets) <= (entries if has_list else ids)
        assert targets or not has_list
    for entry in (one for page in pages for one in page.iter("{*}li") if one.get("id") in entries):
        back = [
            link.get("href").rpartition("#")[2] for link in entry.iter("{*}a") if link.get("role") == "doc-backlink"
        ]
        assert back, entry.get("id")
        assert set(back) <= ids


def check_destinations(made: Made, has_list: bool) -> None:
    with pikepdf.open(io.BytesIO(made.file(".pdf"))) as pdf:
        names = pdf.Root.Names.Dests.Names
        known = {str(names[index]) for index in range(0, len(names), 2)}
        notes = [note for page in pdf.pages for note in page.get("/Annots", [])]
        leads = {str(note.Dest) for note in notes if "/Dest" in note}
        leads |= {str(note.A.D) for note in notes if "/A" in note and "/D" in note.A}
    assert leads <= known
    entries = [node for chapter in made.book.chapters for node in d.walk_chapter(chapter) if isinstance(node, d.Entry)]
    assert bool(entries) == has_list
    book_and_chapters = made.book.info.bibliography.placement == "both"  # then citations lead to the nearest list
    assert {entry.id for entry in entries if not book_and_chapters or entry.id.count("-") > 1} <= leads


@pytest.mark.parametrize(
    ("style", "placement"), [("apa", "book"), ("apa", "chapter"), ("chicago-notes-bibliography", "book")]
)
def test_our_book_in_another_style_without_a_change_to_its_text(style: str, placement: str, tmp_path: Path) -> None:
    root = tmp_path / "book"
    shutil.copytree(BOOKS.parents[1] / "manuscript", root)
    set_style(root, style, placement)
    made = make(root, "epub", "html")
    assert made.problems.found == []
    check_screen(made, "html")
    check_screen(made, "epub")
    check_links(html_pages(made.file(".html")), has_list=True)
