"""A build that finds in the cache what an earlier one made gives what a cold one gives, and makes only what changed."""

from __future__ import annotations

import datetime
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from conftest import BOOKS

from ketapub.build import build
from ketapub.formats.pdf import composer, setter, union
from ketapub.formats.pdf.numbers import are_alike, with_numbers
from ketapub.formats.pdf.union import subset

TODAY = datetime.date(2026, 2, 1)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of a small book."""
    return shutil.copytree(BOOKS / "kochbuch", tmp_path / "book")


def pdf(book: Path, cache: Path) -> tuple[bytes, str]:
    """The PDF, and what the build says of the parts that it did not lay out."""
    said: list[str] = []
    built = build(book, book.parent / "out", as_of=TODAY, formats=("pdf",), cache=cache, progress=said.append)
    return built.outputs[0].data, next(step for step in said if step.endswith("parts as before"))


def test_nothing_is_laid_out_twice(book: Path, tmp_path: Path) -> None:
    cold, first = pdf(book, tmp_path / "cache")
    warm, second = pdf(book, tmp_path / "cache")
    parts = second.split()[0]
    assert first.startswith("0 of ")
    assert second == f"{parts} of {parts} parts as before"
    assert warm == cold


def test_an_edit_lays_out_its_chapter_and_equals_a_cold_build(book: Path, tmp_path: Path) -> None:
    pdf(book, tmp_path / "cache")
    chapter = sorted((book / "chapters").glob("*.md"))[0]
    chapter.write_text(chapter.read_text(encoding="utf-8").replace(" und ", " oder ", 1), encoding="utf-8")
    warm, said = pdf(book, tmp_path / "cache")
    reused, _, parts, *_ = said.split()
    assert int(reused) == int(parts) - 1
    assert warm == pdf(book, tmp_path / "another")[0]


def test_only_parts_that_changed_get_their_page_numbers_anew(
    monkeypatch: pytest.MonkeyPatch, book: Path, tmp_path: Path
) -> None:
    numbered: list[list[str]] = []

    def counted(data: bytes, numbers: list[str], folios: list[str]) -> bytes:
        numbered.append(folios)
        return with_numbers(data, numbers, folios)

    monkeypatch.setattr(setter, "with_numbers", counted)
    pdf(book, tmp_path / "cache")
    assert len(numbered) > 2
    numbered.clear()
    first, second, *_ = sorted((book / "chapters").glob("*.md"))
    second.write_text(second.read_text(encoding="utf-8").replace(" und ", " oder ", 1), encoding="utf-8")
    pdf(book, tmp_path / "cache")
    assert len(numbered) == 1
    numbered.clear()
    more = "\n\nMehr Text, der nicht auf die Seite passt." * 60
    first.write_text(first.read_text(encoding="utf-8") + more, encoding="utf-8")
    warm, _ = pdf(book, tmp_path / "cache")
    assert len(numbered) > 2, "pages have moved"
    assert warm == pdf(book, tmp_path / "another")[0]


def test_a_font_is_cut_again_only_for_other_letters(
    monkeypatch: pytest.MonkeyPatch, book: Path, tmp_path: Path
) -> None:
    cut: list[str] = []
    real = union.Originals.cut
    monkeypatch.setattr(union, "subset", lambda *given: cut.append("anew") or subset(*given))
    monkeypatch.setattr(union.Originals, "cut", lambda *given: cut.append("asked") or real(*given))
    pdf(book, tmp_path / "cache")
    assert cut.count("anew") == cut.count("asked") > 1
    chapter = sorted((book / "chapters").glob("*.md"))[0]
    text = chapter.read_text(encoding="utf-8")
    for word, anew in (("oder", 0), ("Ω", 1)):
        cut.clear()
        chapter.write_text(text.replace(" und ", f" {word} ", 1), encoding="utf-8")
        warm, _ = pdf(book, tmp_path / "cache")
        assert cut.count("anew") == anew
        assert cut.count("asked") > 1
    assert warm == pdf(book, tmp_path / "another")[0]


def test_a_complaint_that_was_off_is_told_once_it_is_on(book: Path, tmp_path: Path) -> None:
    (book / "own.css").write_text("p { colr: red }", encoding="utf-8")
    settings = (book / "book.toml").read_text(encoding="utf-8") + '\n[theme]\ncss = ["own.css"]\n'
    told = []
    for severity in ("off", "warning"):
        (book / "book.toml").write_text(f'{settings}\n[checks]\ntypesetting = "{severity}"\n', encoding="utf-8")
        built = build(book, tmp_path / "out", as_of=TODAY, formats=("pdf",), cache=tmp_path / "cache")
        told.append([problem.code for problem in built.problems])
    assert told == [[], ["typesetting"]]


def test_pages_that_move_lay_out_nothing_else(book: Path, tmp_path: Path) -> None:
    """Only the chapter that is edited, though page numbers change in all that follow, and where they are named."""
    pdf(book, tmp_path / "cache")
    chapter = sorted((book / "chapters").glob("*.md"))[0]
    more = "\n\nMehr Text, der nicht auf die Seite passt." * 60
    chapter.write_text(chapter.read_text(encoding="utf-8") + more, encoding="utf-8")
    warm, said = pdf(book, tmp_path / "cache")
    reused, _, parts, *_ = said.split()
    assert int(reused) == int(parts) - 1
    assert warm == pdf(book, tmp_path / "another")[0]


@pytest.mark.parametrize(
    "css",
    [
        "",
        '.page-number { font-feature-settings: "pnum", "kern" }',
        "@page main { @top-center { content: counter(pages) } }",
        '.page-number::before { content: "p. " } .page-number { display: none }',
    ],
    ids=["theme", "digits of several widths", "another count of pages", "not shown"],
)
def test_a_part_laid_out_before_its_numbers_are_known_is_the_same(
    monkeypatch: pytest.MonkeyPatch, book: Path, tmp_path: Path, css: str
) -> None:
    """Also where it has to wait for them. The end of a paragraph, which is set apart, may begin with a number."""
    for ending in ("", " ja", ")", " und so weiter"):
        with sorted((book / "chapters").glob("*.md"))[0].open("a", encoding="utf-8") as chapter:
            chapter.write(f"\n\n{'Ein langer Absatz über Suppe. ' * 5}Siehe [page](#sec-suppe){{.page}}{ending}\n")
    (book / "own.css").write_text(css, encoding="utf-8")
    settings = (book / "book.toml").read_text(encoding="utf-8")
    (book / "book.toml").write_text(settings + '\n[theme]\ncss = ["own.css"]\n', encoding="utf-8")
    asked = []
    monkeypatch.setattr(composer, "are_alike", lambda *given: asked.append(are_alike(*given)) or asked[-1])
    before, _ = pdf(book, tmp_path / "one")
    assert any(asked)
    assert all(asked) == (css == "")
    monkeypatch.setattr(composer, "are_alike", lambda *given: False)
    assert drawn(pdf(book, tmp_path / "other")[0]) == drawn(before)


def drawn(data: bytes) -> list[tuple[bytes, list[str]]]:
    """What is on each page, and what its links are called."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [
            (page.Contents.read_bytes(), [str(link.Contents) for link in page.get("/Annots", ())]) for page in pdf.pages
        ]


@pytest.mark.slow
def test_parts_laid_out_side_by_side_are_the_same(tmp_path: Path) -> None:
    """By processes that were forked, from one that is alone; and by such as were started, from one that has typeset."""
    formats = "pdf,epub,html"
    given = ["--to", formats, "--as-of", TODAY.isoformat(), "--cache", tmp_path / "cache", "--out", tmp_path / "forked"]
    subprocess.run([sys.executable, "-m", "ketapub", "build", BOOKS / "stock", "--jobs", "2", *given], check=True)
    alone, started = (
        build(BOOKS / "stock", tmp_path / "out", as_of=TODAY, formats=tuple(formats.split(",")), jobs=jobs).outputs
        for jobs in (1, 2)
    )
    assert started == alone
    assert [(tmp_path / "forked" / file.path).read_bytes() for file in alone] == [file.data for file in alone]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", "True"),
        ("threading.Thread(target=time.sleep, args=(9,), daemon=True).start()", "False"),
        ("Engine('', {}, load_theme().folder / 'fonts')", "False"),
    ],
    ids=["alone", "beside a thread", "after something was typeset"],
)
def test_only_a_process_that_is_alone_and_has_not_typeset_is_forked(before: str, expected: str) -> None:
    imports = "import threading, time", "from ketapub.formats.pdf.crew import may_fork"
    more = "from ketapub.formats.pdf.engine import Engine", "from ketapub.theme import load_theme"
    program = "\n".join((*imports, *more, before, "print(may_fork())"))
    said = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert said.strip() == (expected if sys.platform == "linux" else "False")
