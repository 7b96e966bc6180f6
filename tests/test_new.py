"""The starter book: it builds at once, without a word of complaint, and shows each construct."""

import datetime
import json

import pytest

from ketapub import document as d
from ketapub.cli import main
from ketapub.manuscript import read_manuscript
from ketapub.parse import parse
from ketapub.problems import Problems

# What the program makes itself, or makes of something else in `resolve`.
MADE = {d.PageMark, d.Citation, d.Reference, d.PageReference, d.Bibliography, d.Entry, d.Index, d.IndexEntry}
# What handouts, crisis lines and other books need, but not a first one.
NOT_SHOWN = {d.SliceMark, d.Blank, d.Field, d.BibliographyMark, d.SmallCaps, d.Formula, d.DisplayFormula}


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "book"]) == 0
    return tmp_path / "book"


def test_it_shows_each_construct(book):
    problems = Problems()
    draft = parse(read_manuscript(book, problems, datetime.date(2026, 1, 1)), problems)
    assert problems.found == []
    nodes = [node for chapter in draft.chapters for node in d.walk_chapter(chapter)]
    written = {kind for kind in vars(d).values() if isinstance(kind, type) and issubclass(kind, d.Node)} - {d.Node}
    assert {kind.__name__ for kind in written - MADE - NOT_SHOWN - {type(node) for node in nodes}} == set()
    assert {node.kind for node in nodes if isinstance(node, d.Callout)} == {
        "note",
        "tip",
        "warning",
        "caution",
        "example",
    }


def test_it_builds_at_once(book, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(book)
    capsys.readouterr()
    assert main(["build", "--strict", "--json", "--to", "html,epub", "--cache", str(tmp_path / "cache")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["problems"] == []
    assert {output["path"] for output in answer["outputs"]} == {"build/small-book.html", "build/small-book.epub"}
