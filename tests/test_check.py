"""The gate itself: which outputs are looked at, what becomes of a finding, and of a check that cannot be made."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from conftest import TODAY, Made

from ketapub import check as gate
from ketapub.cache import Cache
from ketapub.check import tell
from ketapub.check.checks import all_checks
from ketapub.check.findings import HANDOUTS, Check, Finding, Looked, Place, Subject
from ketapub.check.running import run_checks
from ketapub.check.standing import stale, standing
from ketapub.check.tools import NotRun, Tool
from ketapub.formats import FORMATS, place, screen
from ketapub.outputs import OutputFile, write_outputs
from ketapub.problems import Position, Problems
from ketapub.theme import load_theme


@pytest.fixture
def subject(stock: Made, tmp_path: Path) -> Subject:
    for name, data in (("book.pdf", b"a PDF"), ("book.epub", b"an EPUB")):
        (tmp_path / name).write_bytes(data)
    files = {"pdf": tmp_path / "book.pdf", "epub": tmp_path / "book.epub"}
    return Subject(stock.book, load_theme(), files, "ua-1", tmp_path)


def no_cache() -> Cache:
    return Cache(None, Problems())


def finds(*findings: Finding) -> Callable[[Subject, str], Looked]:
    return lambda subject, output: Looked(3, "page", findings)


def test_a_check_looks_at_the_outputs_it_is_for(subject: Subject) -> None:
    checks = [Check("one", "", ("pdf", "site"), finds()), Check("two", "", ("epub", "pdf"), finds())]
    results = run_checks(checks, subject, no_cache(), jobs=2)
    assert [(one.check, one.output, one.state, one.things) for one in results] == [
        ("one", "pdf", "passed", 3),
        ("two", "epub", "passed", 3),
        ("two", "pdf", "passed", 3),
    ]


def test_each_finding_is_a_problem(subject: Subject) -> None:
    at = Position("chapters/01.md", 4, 2)
    found = Finding("RSC-005", "no such element", Place(part="words.xhtml", line=7), at)
    (result,) = run_checks([Check("epubcheck", "", ("epub",), finds(found))], subject, no_cache())
    assert result.state == "failed"
    problems = Problems()
    tell(result, subject, problems)
    (problem,) = problems.found
    assert (problem.code, problem.at, problem.severity) == ("failed-check", at, "error")
    assert problem.message == "epubcheck: RSC-005: no such element (book.epub, words.xhtml, line 7)"


def gone() -> str:
    raise NotRun("java is not installed")


@pytest.mark.parametrize("version", [gone, lambda: "1.27"])
def test_a_check_without_its_tool_is_not_run(subject: Subject, version: Callable[[], str]) -> None:
    tool = Tool("veraPDF", version, "run `make setup-check`", wanted="1.28.2")
    (result,) = run_checks([Check("verapdf", "", ("pdf",), finds(), (tool,))], subject, no_cache())
    assert result.state == "not run"
    problems = Problems()
    tell(result, subject, problems)
    (problem,) = problems.found
    assert (problem.code, problem.severity) == ("check-not-run", "warning")  # and so fails under --strict
    assert problem.message.endswith("run `make setup-check`")


def test_nothing_is_looked_at_twice(subject: Subject, tmp_path: Path) -> None:
    version = ["1"]
    looks: list[str] = []

    def look(subject: Subject, output: str) -> Looked:
        looks.append(output)
        return Looked(1, "file", (Finding("rule", "wrong", Place(page=2)),))

    check = Check("tool", "", ("pdf",), look, (Tool("tool", lambda: version[0], ""),))
    cache = Cache(tmp_path / "cache", Problems())
    first, second = (run_checks([check], subject, cache)[0] for _ in range(2))
    assert looks == ["pdf"]
    assert (first.kept, second.kept) == (False, True)
    assert replace(second, kept=False, seconds=first.seconds) == first
    version[0] = "2"
    run_checks([check], subject, cache)
    subject.files["pdf"].write_bytes(b"another PDF")
    run_checks([check], subject, cache)
    assert looks == ["pdf"] * 3
    run_checks([replace(check, by_book=True)], subject, cache)
    run_checks([replace(check, by_book=True)], subject, cache)
    assert looks == ["pdf"] * 5


def test_what_stands_is_made_again_when_it_must_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, out = tmp_path / "book", tmp_path / "out"
    root.mkdir()
    (root / "book.toml").write_text("")
    os.utime(root / "book.toml", (1000, 1000))
    problems = Problems()

    def asked(*formats: str) -> tuple[str, ...]:
        return stale(root, out, "b", formats, problems)

    assert asked("html", "pdf") == ("pdf", "html")
    bundle = tuple(OutputFile(path, b"x") for path in ("b.pdf", "b-press.pdf", "site/index.html", "book.json"))
    write_outputs(out, bundle, build_id="1", manuscript_root=root, problems=problems)
    assert asked("pdf", "site") == ()
    assert standing(out, "b", problems) == {"pdf": out / "b.pdf", "press": out / "b-press.pdf", "site": out / "site"}
    monkeypatch.chdir(tmp_path)
    assert standing(Path("out"), "b", problems)["pdf"] == out / "b.pdf"  # programs are told of it
    assert asked("pdf", "epub") == ("pdf", "press", "epub", "site", "json")  # one of them is missing
    (out / "b.pdf").write_bytes(b"y")
    assert asked("pdf") == ("pdf", "press", "site", "json")
    write_outputs(out, bundle[:1], build_id="2", manuscript_root=root, problems=problems)
    os.utime(out / "site/index.html", (999, 999))
    assert asked("pdf") == ("pdf", "press", "site", "json")


def test_pdfs_for_another_standard_are_made_again(tmp_path: Path) -> None:
    root, out, problems, pdf = tmp_path / "book", tmp_path / "out", Problems(), io.BytesIO()
    root.mkdir()
    pikepdf.Pdf.new().save(pdf, force_version="1.7")
    write_outputs(out, (OutputFile("b.pdf", pdf.getvalue()),), build_id="1", manuscript_root=root, problems=problems)
    assert [stale(root, out, "b", ("pdf",), problems, standard) for standard in ("", "ua-1", "ua-2")] == [
        (),
        (),
        ("pdf",),
    ]


def test_formats_stand_where_they_are_looked_for(stock: Made) -> None:
    places = {place(name, stock.book.info.book.slug) for name in FORMATS}
    assert {path.split("/")[0] for path in stock.files} <= places


def test_each_check_says_what_it_proves() -> None:
    for check in all_checks().values():
        assert check.proves
        assert set(check.outputs) <= {*FORMATS, HANDOUTS}
        assert all(tool.install for tool in check.tools)


def test_the_gate_leads_findings_to_the_manuscript(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = tmp_path / "book"
    (book / "chapters").mkdir(parents=True)
    (book / "chapters/01.md").write_text("# One\n\nThe first words.\n\nOthers.\n", encoding="utf-8")
    settings = '[book]\ntitle = "Book"\nslug = "book"\nlanguage = "en"\nformats = ["html"]\n'
    (book / "book.toml").write_text(f'{settings}chapters = ["chapters/01.md"]\n', encoding="utf-8")
    found = finds(Finding("rule", "wrong", Place(element="section p + p")))
    monkeypatch.setattr(screen, "subset_woff2", lambda *_: b"")  # fonts take seconds, and do not matter
    monkeypatch.setattr(gate, "all_checks", lambda: {"one": Check("one", "", ("html",), found)})
    checked = gate.check_book(book, tmp_path / "out", as_of=TODAY)
    assert [str(one.at) for one in checked.problems if one.code == "failed-check"] == ["chapters/01.md:5:1"]
