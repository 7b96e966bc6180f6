"""A folder a problem: tests/problems/<code>/ is laid over the stock book; expected.txt says what the author is told.

The folder's name is the code, with more after "--" where a code has several folders. `status.txt`, if there, gives
the exit status; without it, it is 1.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ketapub.cli import main
from ketapub.problems import explanations

HERE = Path(__file__).parent
FOLDERS = sorted(path for path in (HERE / "problems").iterdir() if path.is_dir())
NOT_OVERLAID = ("expected.txt", "status.txt")


def lay_over(folder: Path, book: Path) -> None:
    """Put the files of `folder` into `book`; an empty file named `<name>.gone` takes <name> away."""
    for path in sorted(folder.rglob("*")):
        target = book / path.relative_to(folder)
        if path.is_dir() or path.name in NOT_OVERLAID:
            continue
        if path.suffix == ".gone":
            target.with_suffix("").unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        if path.is_symlink():
            target.symlink_to(path.readlink())
        else:
            shutil.copy(path, target)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_problem(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, out = tmp_path / "book", tmp_path / "out"
    shutil.copytree(HERE / "books/stock", book)
    lay_over(folder, book)
    out.mkdir()
    (out / "stock.html").write_text("what stood here before")
    (out / ".ketapub.json").write_text("{}")
    status_file = folder / "status.txt"
    wanted = int(status_file.read_text()) if status_file.exists() else 1
    options = ["--to", "html", "--strict", "--as-of", "2026-02-01", "--cache", str(tmp_path / "cache")]
    status = main(["build", str(book), "-o", str(out), *options])
    told = capsys.readouterr().err.replace(str(tmp_path), "TMP")
    assert told == (folder / "expected.txt").read_text(encoding="utf-8")
    assert status == wanted
    assert f"[{folder.name.partition('--')[0]}]" in told
    assert (out / "stock.html").read_text() == "what stood here before"


def test_every_code_has_a_folder() -> None:
    shown = {folder.name.partition("--")[0] for folder in FOLDERS}
    elsewhere = {code for code, told in explanations().items() if "tested" in told}  # names the test that shows it
    assert shown | elsewhere == set(explanations())


@pytest.mark.parametrize(
    "test", sorted({told["tested"] for told in explanations().values() if "::" in told.get("tested", "")})
)
def test_a_test_that_shows_a_code_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"def {name}(" in (HERE.parent / file).read_text(encoding="utf-8")
