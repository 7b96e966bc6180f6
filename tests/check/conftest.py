"""What the validators judge: the real book, the stock book, the stock book with its citations in notes and lists in its
chapters, and a book with formulas; each built once a run by the command people use, the paged editions once for each
standard."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Built:
    book: str
    folder: Path
    source: Path

    def file(self, ending: str, standard: str = "ua-1") -> Path:
        found = self.folder / standard / f"{self.slug}{ending}"
        assert found.exists(), found
        return found

    @property
    def slug(self) -> str:
        return next(self.folder.glob("ua-1/*.epub")).stem


@pytest.fixture(scope="session", params=BOOKS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    out = tmp_path_factory.mktemp(request.param)
    book = BOOKS[request.param]
    if request.param == "notes":
        book = shutil.copytree(book, tmp_path_factory.mktemp("source") / "book")
        settings = (book / "book.toml").read_text(encoding="utf-8")
        (book / "book.toml").write_text(re.sub(r"(?m)^style = .*$", STYLE, settings), encoding="utf-8")
    for standard, formats in FORMATS.items():
        command = [sys.executable, "-m", "ketapub", "build", str(book), "-o", str(out / standard), "--to", formats]
        command += ["--pdf-standard", standard]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return Built(request.param, out, book)


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
