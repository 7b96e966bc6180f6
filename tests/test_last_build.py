"""A build that would make what stands there already makes nothing, and says what the last one said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import BOOKS

from ketapub.cli import main

NOTHING = "ketapub: nothing has changed: all as before\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return shutil.copytree(BOOKS / "kochbuch", tmp_path / "book")


@pytest.fixture
def build(book: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Build it, and give what the terminal says."""
    main(_arguments(book))
    capsys.readouterr()

    def again(*more: str) -> str:
        assert main(_arguments(book, *more)) == 0
        return capsys.readouterr().err

    return again


def _arguments(book: Path, *more: str) -> list[str]:
    out, cache = str(book.parent / "out"), str(book.parent / "cache")
    given = ["build", str(book), "-o", out, "--cache", cache, "--to", "json", "--as-of", "2026-02-01", "--verbose"]
    return [*given, *more]


def chapter(book: Path) -> Path:
    return sorted((book / "chapters").glob("*.md"))[0]


def test_nothing_is_built_of_what_was_only_touched(book: Path, build: Callable[..., str]) -> None:
    os.utime(chapter(book), (0, 0))
    assert build() == NOTHING


def test_an_edit_is_built(book: Path, build: Callable[..., str]) -> None:
    with chapter(book).open("a", encoding="utf-8") as file:
        file.write("\nEin Satz mehr.\n")
    assert NOTHING not in build()
    assert "Ein Satz mehr." in (book.parent / "out/book.json").read_text(encoding="utf-8")
    assert build() == NOTHING


@pytest.mark.parametrize("folder", ["build", ".parts"])
def test_a_file_counts_wherever_it_stands(folder: str, book: Path, build: Callable[..., str]) -> None:
    file = book / folder / "satz.md"
    file.parent.mkdir()
    file.write_text("Noch ein Satz.\n", encoding="utf-8")
    with chapter(book).open("a", encoding="utf-8") as text:
        text.write(f"\n{{{{< include ../{folder}/satz.md >}}}}\n")
    build()
    file.write_text("Ein anderer Satz.\n", encoding="utf-8")
    assert NOTHING not in build()
    assert build() == NOTHING


def test_a_link_that_leads_elsewhere_is_built(book: Path, build: Callable[..., str]) -> None:
    for name in ("eins", "zwei"):
        (book / name).mkdir()
        (book / name / "satz.md").write_text(f"Der Satz {name}.\n", encoding="utf-8")
    (book / "teile").symlink_to("eins")
    with chapter(book).open("a", encoding="utf-8") as text:
        text.write("\n{{< include ../teile/satz.md >}}\n")
    build()
    (book / "teile").unlink()
    (book / "teile").symlink_to("zwei")
    assert NOTHING not in build()
    assert "Der Satz zwei." in (book.parent / "out/book.json").read_text(encoding="utf-8")


def test_outputs_and_pipes_in_the_folder_do_not_count(book: Path, build: Callable[..., str]) -> None:
    os.mkfifo(book / "pipe")
    out = str(book / "chapters" / ".." / "build")
    build("-o", out)
    assert build("-o", out) == NOTHING


def test_other_options_are_another_build(build: Callable[..., str]) -> None:
    assert NOTHING not in build("--as-of", "2026-02-02")


def test_an_output_that_is_gone_is_made_again(book: Path, build: Callable[..., str]) -> None:
    file = book.parent / "out/book.json"
    made = file.read_bytes()
    file.unlink()
    assert NOTHING not in build()
    assert file.read_bytes() == made


def test_damage_in_the_cache_is_told_once(book: Path, build: Callable[..., str]) -> None:
    for entry in (book.parent / "cache").glob("??/*"):
        entry.write_bytes(b"")
    assert "warning[cache-damaged]" in build()
    assert "warning" not in build()
    assert build() == NOTHING


def test_warnings_are_told_again(book: Path, build: Callable[..., str]) -> None:
    with (book / "book.toml").open("a", encoding="utf-8") as file:
        file.write('\n[checks]\nunused-note = "warning"\n')
    with chapter(book).open("a", encoding="utf-8") as file:
        file.write("\n[^2]: Eine Note, die niemand ruft.\n")
    first, second = build(), build()
    assert "warning[unused-note]" in second
    assert second == NOTHING + first[first.index("chapters/") :]


@pytest.mark.parametrize("joined", [True, False])
def test_a_build_with_nothing_to_do_loads_neither_options_nor_stages(joined: bool, book: Path) -> None:
    out, cache = book.parent / "out", book.parent / "cache"
    kept = [f"--cache={cache}"] if joined else ["--cache", str(cache)]
    words = ["build", str(book), f"--out={out}", "--to=json", "--as-of=2026-02-01", *kept]
    code = (
        "import sys; from ketapub.cli import main\n"
        "main(sys.argv[1:])\n"
        "heavy = {'argparse', 'dataclasses', 'pathlib', 'tomllib', 'datetime', 'ketapub.problems', 'ketapub.build'}\n"
        "print(sorted(heavy & {*sys.modules}), file=sys.stderr)\n"
    )
    first, second = (subprocess.run([sys.executable, "-c", code, *words], capture_output=True) for _ in range(2))
    assert second.stderr == b"[]\n"
    assert second.stdout == first.stdout == f"{out}/book.json  12 kB\n".encode()


def test_where_no_book_is_named_it_is_the_one_that_stands_here(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(book.parent)
    book.rename("manuscript")
    words = ["build", "--cache", "cache", "--to", "json", "--as-of", "2026-02-01", "--verbose"]
    assert [main(words), main(words)] == [0, 0]
    assert capsys.readouterr().err.endswith(NOTHING)
    Path("book.toml").write_text("[book]", encoding="utf-8")
    assert main(words) == 2


def test_names_need_not_be_unicode(book: Path, build: Callable[..., str]) -> None:
    Path(os.fsdecode(os.fsencode(book) + b"/\xff.md")).touch()
    out = os.fsdecode(os.fsencode(book.parent) + b"/\xff")
    assert NOTHING not in build("-o", out)
    assert build("-o", out) == NOTHING


@pytest.mark.parametrize(("given", "counts"), [([], True), (["--as-of", "2026-02-01"], False)])
def test_the_day_counts_where_it_comes_from_the_clock(
    given: list[str],
    counts: bool,
    book: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    words = [*_arguments(book)[:-3], "--verbose", *given]
    assert [main(words), main(words)] == [0, 0]
    assert capsys.readouterr().err.endswith(NOTHING)
    monkeypatch.setattr("ketapub.cli.quick.time.strftime", lambda form: "2999-12-31")
    main(words)
    assert (NOTHING not in capsys.readouterr().err) == counts


def test_an_output_that_was_changed_or_that_the_list_does_not_name_is_not_as_before(
    book: Path, build: Callable[..., str]
) -> None:
    out = book.parent / "out"
    (out / "book.json").write_text("mine", encoding="utf-8")
    assert NOTHING not in build()
    assert build() == NOTHING
    (out / ".ketapub-stage").mkdir()
    assert NOTHING not in build()
    (out / ".ketapub.json").unlink()
    with pytest.raises(AssertionError):  # a file that is not known as ours is in the way
        build()
