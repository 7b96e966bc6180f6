"""A book in, a table of seconds out: how long after a save it is seen in the preview, in a browser.

    shown    the preview has read the book, and tells the page of it
    seen     the new word stands in the page
    printed  the new pages are announced, and the picture of the one that changed is there

Each edit puts a word into a paragraph in the middle of the book, in a copy of it, and waits until all of it is shown.
Figures are medians. They are what people wait, so trust them only on a machine that has nothing else to do.
`python -m bench.preview BOOK --edits N`
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 600  # for the first pages of a large book
REST = 2
COLUMNS = ("shown", "seen", "printed")
# Beside the page's own stream of events: when the first of another edition came.
LISTEN = """() => {
  window.shown = {};
  new EventSource("/events").onmessage = ({ data }) => {
    window.shown[JSON.parse(data).edition] ??= Date.now() / 1000;
  };
}"""
SEEN = "word => document.getElementById('frame').contentDocument?.body?.textContent.includes(word)"
PRINTED = """() => {
  const picture = document.querySelector("#pages [aria-current] img");
  return document.getElementById("state").textContent.startsWith("Rebuilt")
    && document.querySelector("#paper .old").hidden && (!picture || picture.complete);
}"""


def main() -> int:
    parser = argparse.ArgumentParser(description="How long after a save it is seen in the preview.")
    parser.add_argument("book", type=Path)
    parser.add_argument("--edits", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        book = shutil.copytree(options.book, Path(folder, "book"))
        command = [sys.executable, "-m", "ketapub", "preview", book, "--port", "0", "--cache", Path(folder, "cache")]
        command += ["--as-of", "2026-02-01"]
        with subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            address = process.stderr.readline().split()[1]
            try:
                pages, rows = times(address, book, options.edits)
            finally:
                process.terminate()
    print(f"{'seconds after a save':40}{''.join(f'{name:>9}' for name in COLUMNS)}")
    print(f"{f'{options.book.name}, {pages} pages':40}{''.join(f'{one:9.2f}' for one in medians(rows))}")
    return 0


def times(address: str, book: Path, edits: int) -> tuple[int, list[tuple[float, ...]]]:
    """The number of pages; for each edit, a time for each column."""
    from playwright.sync_api import sync_playwright

    from ketapub.check.browser import chromium

    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=chromium()).new_page(viewport={"width": 1400, "height": 900})
        page.goto(address)
        until(lambda: page.evaluate(PRINTED))
        page.evaluate(LISTEN)
        file, before, after = paragraph(book)
        rows = []
        for number in range(edits + 1):
            time.sleep(REST)
            word = f"{'x' * (number % 3)}zanzibar{number}"
            known = set(page.evaluate("window.shown"))
            start = time.time()
            file.write_text(f"{before} {word}{after}", encoding="utf-8")
            until(lambda word=word: page.evaluate(SEEN, word))  # type: ignore[misc]
            seen = time.time()
            until(lambda: page.evaluate(PRINTED))
            printed = time.time()
            (shown,) = (when for edition, when in page.evaluate("window.shown").items() if edition not in known)
            rows.append((shown - start, seen - start, printed - start))
        return page.locator("#pages li").count(), rows[1:]  # the first one loads what the others find


def paragraph(book: Path) -> tuple[Path, str, str]:
    """A chapter in the middle of the book, its text before and behind the end of a word in a paragraph."""
    files = sorted(book.glob("chapters/*.md"))
    for file in files[len(files) // 2 :] + files:
        text = file.read_text(encoding="utf-8")
        if found := re.search(r"(?<=\n\n)[A-Z][a-z]+(?: [a-z]+){3}(?= [a-z]+)", text):
            return file, text[: found.end()], text[found.end() :]
    raise SystemExit(f"no chapter in {book} has a paragraph of plain words")


def until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, f"not in {SECONDS} seconds"
        time.sleep(0.01)


def medians(rows: list[tuple[float, ...]]) -> list[float]:
    return [statistics.median(column) for column in zip(*rows, strict=True)]


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.exit(main())
