"""The ledger of the real book: what changes there changes in every output, and nothing else has to be touched."""

from __future__ import annotations

import io
import re
import shutil
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pypdfium2
import pytest
from conftest import BOOKS, TODAY
from lxml import html

from ketapub import document as d
from ketapub.build import build
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.theme import load_theme

MANUSCRIPT = BOOKS.parents[1] / "manuscript"


def squeezed(text: str) -> str:
    """Without what line breaks add or take."""
    return re.sub(r"[\s\u00ad\u2010\ufffe-]+", "", text)


def words_of(outputs: Mapping[str, bytes]) -> dict[str, str]:
    said = {}
    for name, data in outputs.items():
        if name.endswith(".html"):
            said["html"] = "".join(html.fromstring(data).itertext())
        elif name.endswith(".epub"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                pages = [archive.read(one) for one in archive.namelist() if one.endswith(".xhtml")]
            said["epub"] = "".join("".join(html.fromstring(page).itertext()) for page in pages)
        elif name.endswith(".pdf"):
            with pypdfium2.PdfDocument(io.BytesIO(data)) as pdf:
                said["pdf"] = "".join(page.get_textpage().get_text_range() for page in pdf)
    return {name: squeezed(text) for name, text in said.items()}


def printed(book: Path) -> dict[str, set[str]]:
    """The words of each fact as the text prints them, by id; those in alternative texts are left out."""
    found: dict[str, set[str]] = {}
    read = read_book(book, load_theme(), Problems(), as_of=TODAY)
    for chapter in read.book.chapters:
        for node in d.walk_chapter(chapter):
            if isinstance(node, d.Fact):
                found.setdefault(node.id, set()).add(squeezed(d.plain_text(node)))
    return found


def changed_ledger(text: str, ids: list[str]) -> str:
    """The ledger with every number of these claims raised."""
    for id in ids:
        table = re.search(
            rf"^(?:\[{id}\]\n(?:[^\[].*\n|\n)*?value = \{{.*\}}|\[{id}\.value\]\n(?:[^\[].*\n)*)", text, re.M
        )
        assert table, id
        values = table[0].rindex("value")
        raised = re.sub(r"(?<= = )(-?\d+)(?=[,.\s])", lambda number: str(int(number[1]) + 11), table[0][values:])
        text = text[: table.start() + values] + raised + text[table.end() :]
    return text


@pytest.mark.slow
def test_ten_changed_facts_change_in_all_three_outputs(tmp_path: Path) -> None:
    book = Path(shutil.copytree(MANUSCRIPT, tmp_path / "book"))
    before = printed(book)
    text = (book / "facts.toml").read_text(encoding="utf-8")
    numbers = [
        id
        for id, claim in tomllib.loads(text).items()
        if id in before and any(isinstance(value, int | float) for value in claim.get("value", {}).values())
    ]
    ids = numbers[:: len(numbers) // 12]  # from all over the book
    (book / "facts.toml").write_text(changed_ledger(text, ids), encoding="utf-8")
    after = printed(book)
    changed = [id for id in ids if after[id] != before[id]]
    assert len(changed) >= 10
    built = build(book, tmp_path / "out", as_of=TODAY, formats=("pdf", "epub", "html"), cache=tmp_path / "cache")
    said = words_of({file.path: file.data for file in built.outputs})
    assert set(said) == {"pdf", "epub", "html"}
    for id in changed:
        for name, text in said.items():
            for new in after[id]:
                assert new in text, (id, name, new)
            for old in before[id] - after[id]:
                if len(old) > 25:  # a bare number may stand elsewhere for something else
                    assert old not in text, (id, name, old)
