"""What `make bench` measures with: the generated book, the arithmetic of its tables, and going on where it ended."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bench.clock import Failed, Used, environment
from bench.generator import SIZES, book_files
from bench.goals import COLD, EDIT, GOALS, STOCK, Goal, judged, ratio, verdict_of
from bench.pdf_notes import ENOUGH, wrong_notes
from bench.report import drawing_of, goals_of, text_of
from bench.results import Failure, Found, Results, Row, measure, read_results, rotated, write_results
from bench.runs import edited, keep_plan, without_charts
from ketapub.cache import Cache
from ketapub.problems import Problems

ROW = Row(0, COLD, 1.0, 1.0, 100.0, 0.5, 10, 0, 0, "2026-02-01T12:00:00+00:00", "2 × a processor")


def rows(run: str, *cpu: float, pages: int = 10) -> tuple[Row, ...]:
    return tuple(replace(ROW, round=number, run=run, cpu=each, pages=pages) for number, each in enumerate(cpu))


@cache
def small() -> dict[str, bytes]:
    return book_files("38")


# --- the book ------------------------------------------------------------------------------------------------------


def test_a_book_is_the_same_each_time() -> None:
    assert book_files("38") == small()
    texts = b"".join(data for path, data in small().items() if not path.endswith(".png"))  # which zlib has a say in
    assert hashlib.sha256(texts).hexdigest() == "51b7f5382ca632ecbe9416bc6ccc3590dbbd78f2bbcb00af8dee7f0819496438"


def test_a_book_has_all_that_costs_time() -> None:
    files = small()
    text = "\n".join(data.decode() for path, data in files.items() if path.endswith(".md"))
    assert len(re.findall(r"^#{1,3} ", text, re.MULTILINE)) == 2 * (1 + 3 * (1 + 2))
    notes = re.findall(r"^\[\^n(\d+)\]: ", text, re.MULTILINE)
    assert sorted(map(int, notes)) == list(range(1, len(notes) + 1))
    assert len(notes) == len(re.findall(r"\[\^n\d+\](?!:)", text)) > 10
    pictures = set(re.findall(r"\]\((images/.*?)\)\{#fig-", text))
    assert pictures == {path for path in files if path.startswith("images/")}
    assert {path[-3:] for path in pictures} == {"svg", "png"}
    targets = set(re.findall(r"^#+ .*\{#(.*)\}$", text, re.MULTILINE))
    pages = re.findall(r"\[page\]\(#(.*?)\)\{\.page\}", text)
    assert len(pages) > 3
    assert set(pages) <= targets
    assert len(re.findall(r"\[[^\]]*@[a-z]+\d{4}", text)) > 20
    assert "{#tbl-1}" in text
    assert "::: {.callout-" in text


def test_larger_books_have_more_chapters() -> None:
    assert [size.chapters for size in SIZES.values()] == sorted({size.chapters for size in SIZES.values()})


def test_an_edit_changes_one_word() -> None:
    before = small()["chapters/02.md"].decode()
    pairs = [(a, b) for a, b in zip(before.split(), edited(before).split(), strict=True) if a != b]
    assert [after for _, after in pairs] == ["lantern"]


def test_peers_get_no_charts() -> None:
    chapter = (
        "Before.\n\n![A\n*chart* [@rose2002].](figures/a.toml){#fig-a .wide}\n\n![A picture.](images/b.svg){#fig-b}\n"
    )
    assert without_charts(chapter) == "Before.\n\n\n\n![A picture.](images/b.svg){#fig-b}\n"


def test_of_a_cache_only_the_page_map_stays(tmp_path: Path) -> None:
    cache = Cache(tmp_path, Problems())
    plan = b'[{"sec-1": "7"}, {"part": 12}]'
    kept = {"plan": plan, "facts": b'[{"a": 1}]', "drawn": b'{"f": []}\n%PDF', "list": b"[1, 2]"}
    for key, content in kept.items():
        cache.put(key, content)
    keep_plan(tmp_path)
    assert {key for key in kept if cache.get(key)} == {"plan"}


def test_notes_are_looked_for_by_how_they_begin_and_end() -> None:
    lost, once, twice = (" ".join(f"{word} {n}" for n in range(ENOUGH)) for word in ("lost", "once", "twice"))
    hyphenated = once.replace("once 2", "on-\nce 2")
    parted = once.replace("once 2", "Chapter 1 / 12 once 2")
    assert wrong_notes(f"{twice} {hyphenated}\n{twice}", [lost, once, twice]) == (1, 1)
    assert wrong_notes(parted, [once]) == (0, 0)


def test_a_note_with_a_fact_is_found_by_the_words_beside_it() -> None:
    """Pandoc leaves the name of a fact where the book has its value."""
    note = "Of all children it is {{< fact a-trial\nyears >}} [26]."
    assert wrong_notes("Of all children it is 1 year [26].", [note]) == (0, 0)
    assert wrong_notes("Of all the others it is 1 year [26].", [note]) == (1, 0)


# --- the arithmetic ------------------------------------------------------------------------------------------------


def test_ratios_are_taken_within_rounds() -> None:
    results = Results((*rows(COLD, 2.0, 30.0, 5.0), *rows(STOCK, 1.0, 10.0)))
    assert results.ratio([COLD], [STOCK], "cpu") == 2.5
    assert results.ratio([COLD, STOCK], [STOCK], "cpu") == 3.5
    assert results.ratio([COLD], ["Typst"], "cpu") is None
    assert results.difference(COLD, STOCK, "cpu") == 10.5
    assert results.median(COLD, "cpu") == 5.0


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(None, "not run"), (0.46, "missed"), (0.45, "must reached"), (0.34, "must reached"), (0.33, "aim reached")],
)
def test_a_value_is_judged(value: float | None, verdict: str) -> None:
    assert verdict_of(value, 0.45, 0.33) == verdict


def test_a_goal_counts_for_its_book() -> None:
    goal = Goal("speed", 0.5, 0.25, ratio([COLD], [STOCK]), at="300")
    small = Results((*rows(COLD, 9.0), *rows(STOCK, 1.0)))
    middle = Results((*rows(COLD, 2.0), *rows(STOCK, 8.0)))
    found = judged(goal, {"38": small, "300": middle})
    assert found.values == {"38": 9.0, "300": 0.25}
    assert found.verdict == "aim reached"
    assert judged(goal, {"38": small}).verdict == "not run"
    assert judged(replace(goal, at="all"), {"38": small, "300": middle}).verdict == "missed"


def test_goals_across_books_and_with_an_aim_that_is_measured() -> None:
    large = Results((*rows(COLD, 300.0, pages=1500),))
    middle = Results(
        (
            *rows(COLD, 30.0, pages=300),
            *rows(STOCK, 100.0),
            *rows(EDIT, 7.0),
            *rows("Typst", 5.0),
            *rows("pandoc to Typst", 3.0),
        )
    )
    by_text = {goal.text: judged(goal, {"300": middle, "1457": large}) for goal in GOALS}
    assert by_text["CPU a page, 1,457 over 300 pages"].values == {"1457": 2.0}
    edits = next(one for text, one in by_text.items() if text.startswith("a word edited"))
    assert (edits.values["300"], edits.aim, edits.verdict) == (0.07, 0.08, "aim reached")


def test_tables_and_drawing() -> None:
    wrong = tuple(replace(row, lost=2) for row in rows(STOCK, 4.0))
    results = Results((*wrong, *rows(COLD, 1.0)))
    text = text_of("300", results, {"typst": ".peers is not there"}).splitlines()
    assert text[:2] == ["300 pages; 1 round, medians", "2 × a processor; 2026-02-01; load 0.5 (at most 0.5)"]
    assert text[4].split() == ["WeasyPrint", "4", "1", "1", "1", "100", "10", "2", "0"]
    assert text[-1].split("not run: ") == [f"{'typst':45}", ".peers is not there"]
    table = goals_of([judged(goal, {"300": results}) for goal in GOALS], {"300": results})
    assert (
        "| PDF, EPUB and HTML, cold, one process, CPU over WeasyPrint's PDF | ≤ 0.45 | ≤ 0.33 | 0.25 | aim reached |"
        in table
    )
    assert ">25<" in drawing_of("300", results)


# --- going on ------------------------------------------------------------------------------------------------------


def test_a_second_start_goes_on(tmp_path: Path) -> None:
    file, made = tmp_path / "results.csv", list[str]()

    def run(name: str, *, fails: bool = False) -> Callable[[], tuple[Used, Found | None]]:
        def timed() -> tuple[Used, Found | None]:
            if fails:
                raise KeyboardInterrupt
            made.append(name)
            return Used(1.0, 2.0, 3.0), Found(4, 0, 0) if name == "a" else None

        return timed

    with pytest.raises(KeyboardInterrupt):
        list(measure({"a": run("a"), "b": run("b", fails=True)}, 2, file, "here"))
    with file.open("a") as text:
        text.write("0,b,1.0,2")  # cut off by a kill
    list(measure({"a": run("a"), "b": run("b")}, 2, file, "here"))
    assert made == ["a", "b", "b", "a"]  # the second round begins with another one
    found = read_results(file)
    assert [(row.round, row.run, row.pages) for row in found.rows] == [
        (0, "a", 4),
        (0, "b", 0),
        (1, "b", 0),
        (1, "a", 4),
    ]
    write_results(found, file)
    assert read_results(file) == found
    assert list(measure({"a": run("a"), "b": run("b")}, 2, file, "here")) == []


def test_a_run_that_fails_is_told_once_and_the_others_go_on(tmp_path: Path) -> None:
    def fails() -> tuple[Used, None]:
        raise Failed("no such luck")

    runs = {"a": fails, "b": lambda: (Used(1.0, 2.0, 3.0), None)}
    first, *others = measure(runs, 2, tmp_path / "results.csv", "here")
    assert first == Failure("a", "no such luck")
    assert [(row.round, row.run) for row in others if isinstance(row, Row)] == [(0, "b"), (1, "b")]


def test_each_round_begins_with_another_run() -> None:
    assert [rotated("abc", by) for by in range(4)] == [list("abc"), list("bca"), list("cab"), list("abc")]


# --- the clock -----------------------------------------------------------------------------------------------------


def clocked(program: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: the clock waits for all children of the process that it is in."""
    code = f"import sys; from bench.clock import used_by; print(used_by([sys.executable, '-c', {program!r}]).cpu)"
    return subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=60)


def test_what_a_command_left_behind_is_counted() -> None:
    busy = "import time\nwhile time.process_time() < 0.2: pass"
    done = clocked(f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {busy!r}])")
    assert float(done.stdout) > 0.2


def test_a_command_that_fails_is_told_with_its_words() -> None:
    done = clocked("import sys; sys.exit('no such luck')")
    assert done.returncode == 1
    assert "no such luck" in done.stderr


def test_bytecode_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in environment()
