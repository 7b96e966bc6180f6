"""What the validators judge: the real book, the stock book, the stock book with its citations in notes and lists in its
chapters, and a book with formulas; each built by the command people use, the paged editions for each standard.

A book is built when the first test asks for it, and once a run: the workers of pytest-xdist share one folder. Whoever
asks while another one builds waits; `pytest_collection_modifyitems` keeps that rare.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tools import ROOT, chromium

FORMATS = {"ua-1": "pdf,press,large-print,epub,html,site", "ua-2": "pdf,large-print"}
STOCK = ROOT / "tests/books/stock"
BOOKS = {"real": ROOT / "manuscript", "stock": STOCK, "notes": STOCK, "formulas": ROOT / "tests/books/formulas"}
STYLE = 'style = "chicago-notes-bibliography"\nplacement = "both"'


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real book first, its PDF 2.0 last, each of them minutes of building: of two workers, of which one begins at the
    front and one in the middle, neither waits for what the other one builds."""

    def place(item: pytest.Item) -> int:
        chosen = item.callspec.params if hasattr(item, "callspec") else {}
        return 0 if chosen.get("built") != "real" else 1 if chosen.get("standard") == "ua-2" else -1

    items.sort(key=place)


@dataclass(frozen=True)
class Built:
    book: str
    folder: Path
    source: Path

    def file(self, ending: str, standard: str = "ua-1") -> Path:
        found = self.outputs(standard) / f"{self.slug(standard)}{ending}"
        assert found.exists(), found
        return found

    def slug(self, standard: str) -> str:
        """The name of the reading edition; those of the other PDFs are longer."""
        return min((path.stem for path in self.outputs(standard).glob("*.pdf")), key=len)

    def outputs(self, standard: str = "ua-1") -> Path:
        """The folder with all that is built for a standard."""
        out, said = self.folder / standard, self.folder / f"{standard}.log"
        with (self.folder / f"{standard}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed
            if not said.exists():
                said.write_text(self._build(out, standard), encoding="utf-8")
        told = said.read_text(encoding="utf-8")
        assert told.startswith("exit status 0\n"), told
        return out

    def _build(self, out: Path, standard: str) -> str:
        command = [sys.executable, "-m", "ketapub", "build", str(self.source), "-o", str(out)]
        command += ["--to", FORMATS[standard], "--pdf-standard", standard]
        command += ["--strict"] if self.book == "real" else []  # the others have what warnings are about
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        return f"exit status {done.returncode}\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="session", params=BOOKS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"built-{request.param}"
    folder.mkdir(exist_ok=True)
    book = BOOKS[request.param]
    if request.param == "notes":
        book = shutil.copytree(book, tmp_path_factory.mktemp("source") / "book")
        settings = (book / "book.toml").read_text(encoding="utf-8")
        (book / "book.toml").write_text(re.sub(r"(?m)^style = .*$", STYLE, settings), encoding="utf-8")
    return Built(request.param, folder, book)


def only(book: str) -> pytest.MarkDecorator:
    """A test of one of the books. That a validator sees a fault at all is seen on the stock book."""
    return pytest.mark.parametrize("built", [book], indirect=True)


@pytest.fixture(params=FORMATS)
def standard(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(params=[".pdf", "-large-print.pdf"], ids=["reading", "large"])
def pdf(request: pytest.FixtureRequest, built: Built, standard: str) -> Path:
    return built.file(request.param, standard)


@pytest.fixture
def press(built: Built) -> Path:
    return built.file("-press.pdf")


@pytest.fixture
def epub(built: Built) -> Path:
    return built.file(".epub")


@pytest.fixture
def html(built: Built) -> Path:
    return built.file(".html")


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For what checks write; a validator is proved once in it."""
    return tmp_path_factory.mktemp("room")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail("not run: playwright", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()
