"""Golden texts: what the stock book becomes, kept as text that a person can read.

`make golden` writes them anew from what the code does now; then read the diff.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pikepdf
import pytest
from conftest import Made

from ketapub.check.pdf_tree import Element, page_labels, tag_tree
from ketapub.editions import select
from ketapub.markup import Medium, markup_chapter

GOLDEN = Path(__file__).parent / "golden"


def markup_of(made: Made) -> str:
    """The markup of each chapter, a line an element or so."""
    book = select(made.book, made.problems, format="html")
    medium = Medium(href=lambda id: f"#{id}", image=lambda asset: asset.name)
    return "\n".join(markup_chapter(chapter, book, medium).text for chapter in book.chapters)


def epub_text(made: Made, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(made.file(".epub"))) as archive:
        return archive.read(f"EPUB/{name}").decode()


def package_of(made: Made) -> str:
    return epub_text(made, "content.opf")


def nav_of(made: Made) -> str:
    return epub_text(made, "nav.xhtml")


def outline_of(made: Made) -> str:
    """The PDF's outline with the printed page of each line."""
    with pikepdf.open(io.BytesIO(made.file(".pdf"))) as pdf:
        pages = {page.obj.objgen: page.label for page in pdf.pages}

        def lines(items: list[pikepdf.OutlineItem], depth: int) -> list[str]:
            found = []
            for item in items:
                found.append(f"{'  ' * depth}{item.title} … {pages[item.destination[0].objgen]}")
                found += lines(item.children, depth + 1)
            return found

        with pdf.open_outline() as outline:
            return "\n".join(lines(outline.root, 0)) + "\n"


def tags_of(made: Made) -> str:
    """The PDF's tag tree: roles, what they say of themselves, and words; lines of one text are joined."""
    with pikepdf.open(io.BytesIO(made.file(".pdf"))) as pdf:
        assert page_labels(pdf)
        top = tag_tree(pdf)

    def head(element: Element) -> str:
        said = {"Alt": element.alt, "Lang": element.lang, "E": element.expansion, "ID": element.id}
        said |= {key: str(value) for key, value in element.attributes.items() if key != "BBox"}
        said["Contents"] = " | ".join(str(link.Contents) for link in element.links)
        return element.role + "".join(f" {key}={value!r}" for key, value in said.items() if value)

    def lines(element: Element, depth: int) -> list[str]:
        if all(isinstance(kid, str) for kid in element.kids):
            return [f"{'  ' * depth}{head(element)} {'' if element.alt else element.text().strip()}".rstrip()]
        found = [f"{'  ' * depth}{head(element)}"]
        for words, kids in groupby(element.kids, lambda kid: isinstance(kid, str)):
            if not words:
                found += [line for kid in kids for line in lines(kid, depth + 1)]
            elif text := "".join(kids).strip():
                found.append(f"{'  ' * (depth + 1)}{text}")
        return found

    return "\n".join(lines(top, 0)) + "\n"


@pytest.mark.parametrize(
    ("name", "text_of"),
    [
        ("chapters.html", markup_of),
        ("content.opf", package_of),
        ("nav.xhtml", nav_of),
        ("outline.txt", outline_of),
        ("tags.txt", tags_of),
    ],
)
def test_golden(stock: Made, name: str, text_of: Callable[[Made], str]) -> None:
    found, path = text_of(stock), GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")
