"""Whole builds in processes of their own: the same bytes anywhere, old outputs kept, an installed wheel complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BOOKS = ROOT / "tests" / "books"


def run(arguments: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON"))}
    return subprocess.run(arguments, cwd=cwd, env=inherited | environment, capture_output=True, text=True)


def build(book: Path, out: Path, cache: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ketapub", "build", str(book), "-o", str(out), "--cache", str(cache), *options]
    return run(command, book.parent, **environment)


def content(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("options", "files"),
    [
        (
            ("--to", "pdf,press,epub,html,site,json"),
            {"stock.pdf", "stock-press.pdf", "stock.epub", "stock.html", "book.json"},
        ),
        (
            ("--pdf-standard", "ua-2", "--to", "pdf,large-print,booklet"),
            {"stock.pdf", "stock-large-print.pdf", "stock-booklet.pdf"},
        ),
    ],
)
def test_same_bytes_from_two_machines(tmp_path: Path, options: tuple[str, ...], files: set[str]) -> None:
    """Another folder, locale, time zone and hash seed, each with a cache of its own."""
    one, two = tmp_path / "one" / "book", tmp_path / "other place" / "büch"
    first = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "1"}
    second = {"LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "2"}
    for book, environment in ((one, first), (two, second)):
        shutil.copytree(BOOKS / "stock", book)
        done = build(book, book.parent / "out", book.parent / "cache", *options, **environment)
        assert done.returncode == 0, done.stderr
    outs = [content(book.parent / "out") for book in (one, two)]
    assert {name for name in outs[0] if "/" not in name} == files | {".ketapub.json"}
    assert {"site/index.html", "site/pagefind/pagefind.js"} <= {*outs[0]} or "site" not in options[-1]
    assert outs[0].keys() == outs[1].keys()
    assert [name for name in outs[0] if outs[0][name] != outs[1][name]] == []


def test_a_failed_build_leaves_everything(tmp_path: Path) -> None:
    book, out = tmp_path / "book", tmp_path / "out"
    shutil.copytree(BOOKS / "kochbuch", book)
    assert build(book, out, tmp_path / "cache").returncode == 0
    before = content(out)
    with (book / "chapters" / "02-brot.md").open("a", encoding="utf-8") as file:
        file.write("\nSiehe @fig-nirgends.\n")
    failed = build(book, out, tmp_path / "cache")
    assert failed.returncode == 1
    assert "unknown-reference" in failed.stderr
    assert content(out) == before


def test_a_foreign_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "kochbuch.html").write_text("mine")
    failed = build(BOOKS / "kochbuch", tmp_path / "out", tmp_path / "cache")
    assert failed.returncode != 0
    assert "foreign-file" in failed.stderr
    assert content(tmp_path / "out") == {"kochbuch.html": b"mine"}


def test_outputs_never_go_among_the_sources(tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(BOOKS / "kochbuch", book)
    before = sorted(book.rglob("*"))
    failed = build(book, book / "chapters", tmp_path / "cache")
    assert failed.returncode != 0
    assert "out-in-sources" in failed.stderr
    assert sorted(book.rglob("*")) == before


def test_wheel_is_whole(tmp_path: Path) -> None:
    """Installed from its wheel, away from the checkout, the program finds its theme, templates and words."""
    source = tmp_path / "source"
    kept = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "src", "styles")
    source.mkdir()
    for name in kept:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    made = run([*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", "dist", str(source)], tmp_path)
    assert made.returncode == 0, made.stderr
    venv.create(tmp_path / "venv", with_pip=False)
    packages = next((tmp_path / "venv").glob("lib/python*/site-packages"))
    wheel = next((tmp_path / "dist").glob("*.whl"))
    shutil.unpack_archive(wheel, packages, "zip")
    others = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    (packages / "others.pth").write_text(f"{others}\n")  # the libraries; no .pth file in there is read
    python, out = tmp_path / "venv" / "bin" / "python", tmp_path / "out"
    where = run([str(python), "-c", "import ketapub; print(ketapub.__file__)"], tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(tmp_path)
    command = [str(python), "-m", "ketapub", "build", str(BOOKS / "kochbuch"), "-o", str(out)]
    formats = ["--to", "pdf,press,epub,html,site"]  # a press file needs the theme's profile, the site its scripts
    done = run([*command, *formats, "--cache", str(tmp_path / "cache")], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Inhalt" in (out / "kochbuch.html").read_text(encoding="utf-8")
    assert (out / "kochbuch-press.pdf").exists()
    assert (out / "site" / "search.js").exists()
    assert {path.suffix for path in out.iterdir()} >= {".pdf", ".epub", ".html"}
