"""After any edit, a build that finds the last one's work in the cache gives what a cold one gives: the same files to
the byte and the same complaints. It lays out no more parts than the table of edits says."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import BOOKS, TODAY
from PIL import Image

from ketapub.build import build
from ketapub.formats.pdf.composer import Composed, Composer
from ketapub.formats.pdf.parts import Part
from ketapub.outputs import Built

pytestmark = pytest.mark.slow

FONTS = Path(__file__).parents[1] / "fonts"
FORMATS = ("pdf", "press", "large-print", "booklet", "epub", "html", "site", "json")
ALL = "front preface words things facts figures terms glossary references book-index"

Change = Callable[[Path], None]


@dataclass(frozen=True)
class Edit:
    """What is done to the stock book, and the parts that may be laid out anew, by their names."""

    name: str
    change: Change
    parts: str = ""


def put(file: str, old: str, new: str) -> Change:
    """`new` in the place of `old`, which stands in the file."""

    def change(book: Path) -> None:
        text = (book / file).read_bytes().decode()
        assert old in text, f"no {old!r} in {file}"
        (book / file).write_bytes(text.replace(old, new, 1).encode())

    return change


def copied(file: str, source: Path) -> Change:
    def change(book: Path) -> None:
        shutil.copy(source, book / file)

    return change


def painted(file: str) -> Change:
    return lambda book: Image.new("RGB", (9, 9), "#123456").save(book / file)


def all_of(*changes: Change) -> Change:
    def change(book: Path) -> None:
        for one in changes:
            one(book)

    return change


def moved(file: str, block: str, behind: str) -> Change:
    return all_of(put(file, block, ""), put(file, behind, behind + block))


def with_windows_lines(book: Path) -> None:
    for file in book.rglob("*.md"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))


def renamed(id: str, other: str) -> Change:
    def change(book: Path) -> None:
        for file in book.glob("chapters/*.md"):
            file.write_text(re.sub(id, other, file.read_text("utf-8"), flags=re.IGNORECASE), "utf-8")

    return change


def reference(id: str, **fields: object) -> Change:
    def change(book: Path) -> None:
        file = book / "references.json"
        records = json.loads(file.read_text("utf-8"))
        next(one for one in records if one["id"] == id).update(fields)
        file.write_text(json.dumps(records), "utf-8")

    return change


def new_chapter(book: Path) -> None:
    (book / "chapters/05-more.md").write_text("# One more\n\nA chapter with a [page](#sec-words){.page}.\n", "utf-8")
    put("book.toml", '"chapters/04-figures.md"]', '"chapters/04-figures.md", "chapters/05-more.md"]')(book)


def words(name: str, old: str, new: str, parts: str) -> Edit:
    return Edit(name, put("chapters/01-words.md", old, new), parts)


def things(name: str, old: str, new: str, parts: str) -> Edit:
    return Edit(name, put("chapters/02-things.md", old, new), parts)


def settings(name: str, old: str, new: str, parts: str) -> Edit:
    return Edit(name, put("book.toml", old, new), parts)


NOTE = "::: {.callout-note}\n## A title from a heading\nText of the note.\n:::\n\n"
WORDS, THINGS, FACTS, FIGURES = (f"chapters/{name}.md" for name in ("01-words", "02-things", "03-facts", "04-figures"))
AFTER = "front things facts figures terms glossary references book-index"  # large print needs one more page there
CITING = "words things facts figures references"  # each citation has a number in the book

EDITS = (
    Edit("nothing", lambda book: None),
    words("word", "A sentence can hold", "A phrase can hold", "words"),
    words("letter of a note", "The note has two", "This note has two", "words"),
    words("long paragraph", "> A quotation, with", "Many words. " * 300 + "\n\n> A quotation, with", ALL),
    words("heading", "## What a sentence can hold", "## What sentences can hold", "front words"),
    words("heading of a chapter", "# Words in a row", "# Words in rows", "front words"),
    words("level of a heading", "### Deeper down", "## Deeper down", "front words"),
    words("new footnote", "> 1. first", "> 1. first^[One more.]", "words"),
    words("footnote taken away", " with a note.[^b]\n\n[^b]: Inside a quotation.", " with a note.", "words"),
    words("citation taken away", "and cites [@halpern2002, p. 3]", "and cites", CITING),
    words("numbers of citations change", "One work [@halpern2002]", "Works [@dpp2002; @rose2002]", CITING),
    words("whitespace at the end of a line", "A tip, with a [page](#sec-words){.page} reference.\n",
        "A tip, with a [page](#sec-words){.page} reference. \n", ""),
    words("comment", "A comment reaches", "Another comment reaches", ""),
    words("link out", "https://example.org/a", "https://example.org/b", "words"),
    words("page reference", "A tip, with", "See [](#fig-chart){.page}. A tip, with", "words"),
    # Each index mark has a number in the book.
    words("index mark", "A note[^a] may", "A [note]{.index}[^a] may", "words things glossary book-index"),
    words("entry of the index", "notes!in the index", "notes!in it", "book-index"),
    Edit("callout moved", moved(THINGS, NOTE, "- [x] done\n\n"), "things"),
    things("kind of a callout", ".callout-important}", ".callout-warning}", "front things book-index"),
    Edit("label of a figure", renamed("fig-chart", "fig-other"), "front preface words things"),
    things("caption", "Things *and* counts", "Counts *and* things", "front things"),
    things("alternative text", "Two bars; the second", "Bars; the second", "things"),
    things("image size", "width=60%", "width=50%", "things"),
    things("table row", "| Two   | 2 |", "| Three | 3 | |\n| Two   | 2 |", AFTER),
    things("condition", 'when-format="pdf"}\nOnly', 'when-format="epub"}\nOnly', "things"),
    things("code", "return a < b & b", "return a <= b", "things"),
    things("page break taken away", "{{< pagebreak >}}\n\n---", "---", ALL),
    Edit("include", put("chapters/more.md", "in a file of its own", "in its own file"), "words"),
    Edit("glossary term", put("chapters/91-glossary.md", "Being as good", "Being nearly as good"), "glossary"),
    Edit("picture", painted("images/dot.png"), "things"),
    Edit("drawing", put("images/chart.svg", "<svg", "<svg fill='#123456'"), CITING),
    Edit("data of a figure", put("figures/months.csv", "1,47,33", "1,46,33"), "figures"),
    Edit("figure", put("figures/answers.toml", 'hollow = "did not', 'hollow = "never'), "figures"),
    Edit("fact", put("facts.toml", "offer = 46.9", "offer = 51.9"), "facts figures"),
    Edit("reference", reference("rose2002", title="Another title"), "references"),
    Edit("chapters swapped", put("book.toml", '"chapters/02-things.md", "chapters/03-facts.md"',
        '"chapters/03-facts.md", "chapters/02-things.md"'), ALL),
    Edit("chapter taken away", put("book.toml", ', "chapters/03-facts.md"', ""), ALL),
    Edit("new chapter", new_chapter, f"{ALL} more"),
    Edit("line ends", with_windows_lines, ""),
    Edit("style", put("own.css", "2px", "3px"), ALL),
    Edit("picture of a style", painted("ground.png"), ALL),
    Edit("font", copied("own.ttf", FONTS / "arabic.ttf"), ALL),
    settings("title", "The Stock Book", "The Stick Book", ALL),
    settings("subtitle", "Every construct once\"", "Each construct once\"", "front"),
    settings("author", "Ada Example", "Eda Example", "front"),
    settings("date", "2026-01-15", "2026-01-16", "front"),
    settings("language", "en-GB", "en-US", ALL),
    settings("variable", "the *stock* book", "the *stick* book", "preface"),
    settings("draft signed", 'stamp = "Draft for tests"', "", ALL),
    settings("crisis line", "At night: ask", "By night: ask", "preface"),
    settings("label of callouts", "In short", "Shortly", "words"),
    settings("style of citations", "american-medical-association", "vancouver", f"preface {CITING}"),
    settings("trim size", "[theme]", '[print]\ntrim = ["5.5in", "8.5in"]\n\n[theme]', ALL),
)  # fmt: skip


@dataclass(frozen=True)
class Base:
    book: Path
    cache: Path


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """The stock book with a style and a font of its own, and the cache of its build."""
    folder = tmp_path_factory.mktemp("base")
    book = shutil.copytree(BOOKS / "stock", folder / "book")
    (book / "own.css").write_text("aside { border-width: 2px } pre { background: url(ground.png) }", "utf-8")
    shutil.copy(BOOKS / "stock/images/dot.png", book / "ground.png")
    shutil.copy(FONTS / "hebrew.ttf", book / "own.ttf")
    with (book / "book.toml").open("a", encoding="utf-8") as file:
        file.write('\n[theme]\ncss = ["own.css"]\nfonts = ["own.ttf"]\n')
    made(book, folder / "cache")
    return Base(book, folder / "cache")


def made(book: Path, cache: Path | None) -> Built:
    return build(book, book.parent / "out", as_of=TODAY, formats=FORMATS, cache=cache)


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the parts that are laid out; not for a press, whose file is made of pages and not of parts."""
    found: set[str] = set()
    real = Composer.compose

    def compose(composer: Composer, part: Part, first: int, *, is_open: bool) -> Composed:
        if composer.manner.suffix != "-press":
            found.add(part.key.removeprefix("chapter-"))
        return real(composer, part, first, is_open=is_open)

    monkeypatch.setattr(Composer, "compose", compose)
    return found


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edited_book(edit: Edit, base: Base, laid: set[str], tmp_path: Path) -> None:
    book = shutil.copytree(base.book, tmp_path / "book")
    cache = shutil.copytree(base.cache, tmp_path / "cache")
    edit.change(book)
    warm = made(book, cache)
    assert laid <= {*edit.parts.split()}
    assert_same(warm, made(book, None))


def test_another_standard(base: Base, tmp_path: Path) -> None:
    """Its pages are the same, and what is drawn of them is not."""
    cache = shutil.copytree(base.cache, tmp_path / "cache")
    warm, cold = (
        build(base.book, tmp_path / "out", as_of=TODAY, formats=("pdf", "large-print"), cache=kept, pdf_standard="ua-2")
        for kept in (cache, None)
    )
    assert_same(warm, cold)


def assert_same(one: Built, other: Built) -> None:
    """Said by names: the difference of two PDFs would be a long one."""
    assert one.problems == other.problems
    assert [file.path for file in one.outputs] == [file.path for file in other.outputs]
    pairs = zip(one.outputs, other.outputs, strict=True)
    assert [this.path for this, that in pairs if this.data != that.data] == []
