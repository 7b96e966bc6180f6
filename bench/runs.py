"""The name of a book comes in; what is measured on it goes out, by name: ketapub in several states, and WeasyPrint.

Before each run the folders are put into the state that it begins with, which is not measured.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.clock import ROOT, Used, environment, used_by
from bench.generator import SIZES, write_book
from bench.plain import Pandoc, write_page
from bench.results import Found

KETAMINE = "ketamine"
BOOKS = (*SIZES, KETAMINE)
AS_OF = "2026-02-01"  # or each day would be another build
ALL = "pdf,epub,html"

Run = Callable[[], tuple[Used, Found | None]]


@dataclass(frozen=True)
class Desk:
    """The folders of one book."""

    name: str
    folder: Path

    @property
    def source(self) -> Path:
        return self.folder / "source"

    @property
    def book(self) -> Path:
        """A copy, which is edited."""
        return self.folder / "run/book"

    @property
    def cache(self) -> Path:
        return self.folder / "run/cache"

    @property
    def out(self) -> Path:
        return self.folder / "run/out"

    @property
    def kept(self) -> Path:
        """Cache and outputs as a build of the book has left them."""
        return self.folder / "kept"

    @property
    def stamp(self) -> Path:
        return self.folder / "stamp"

    @property
    def page(self) -> Path:
        return self.folder / "page.html"

    @property
    def pandoc(self) -> Pandoc:
        return Pandoc(self.folder / "plain", self.folder)

    def prepare(self) -> None:
        """Once for each state of the program and the libraries: what an earlier one left says nothing of this one."""
        state = _state()
        if self.stamp.exists() and self.stamp.read_text() == state:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        _apart("bench.runs", self.name, str(self.folder))
        self.stamp.write_text(state)

    def fill(self) -> None:
        if self.name == KETAMINE:
            shutil.copytree(ROOT / "manuscript", self.source)
        else:
            write_book(self.name, self.source)
        shutil.copytree(self.source, self.pandoc.book)
        for chapter in self.pandoc.book.glob("chapters/*.md"):
            chapter.write_text(without_charts(chapter.read_text(encoding="utf-8")), encoding="utf-8")
        write_page(self.pandoc, self.page)
        self.begin()
        used_by(self.command())
        for one in (self.cache, self.out):
            shutil.copytree(one, self.kept / one.name)

    def begin(self, cache: str = "", out: bool = False, edit: bool = False) -> None:
        """With the cache of the last build, with only its "plan", or with none; with its outputs; with an edit."""
        if self.stamp.exists() and self.stamp.read_text() != _state():
            raise SystemExit("the program or a library has changed meanwhile: start again")
        for place in (self.book, self.cache, self.out):
            shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.source, self.book)
        if cache:
            shutil.copytree(self.kept / "cache", self.cache)
        if cache == "plan":
            keep_plan(self.cache)
        if out:
            shutil.copytree(self.kept / "out", self.out)
        if edit:
            chapters = tomllib.loads((self.book / "book.toml").read_text(encoding="utf-8"))["book"]["chapters"]
            middle = self.book / chapters[len(chapters) // 2]
            middle.write_text(edited(middle.read_text(encoding="utf-8")), encoding="utf-8")

    def command(self, to: str = ALL, jobs: int = 1, program: str = "ketapub") -> list[str]:
        given = [str(self.book), f"--out={self.out}", f"--cache={self.cache}", f"--to={to}", f"--jobs={jobs}"]
        return [sys.executable, "-m", program, "build", *given, f"--as-of={AS_OF}", "--quiet"]

    def look_at(self, pdf: Path) -> Found:
        return Found(**json.loads(_apart("bench.pdf_notes", str(pdf), str(self.page))))


def _state() -> str:
    from ketapub.cache import own_version

    installed = {f"{one.name} {one.version}" for one in importlib.metadata.distributions()}
    return "\n".join((own_version(), *sorted(installed)))


def _apart(module: str, *given: str) -> str:
    """Run a module in another process: Linux counts as a command's memory what the process had that starts it."""
    command = [sys.executable, "-m", module, *given]
    return subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True, check=True).stdout


def edited(chapter: str) -> str:
    """One word of its first long line of plain text is another."""
    found = re.search(r"^[A-Z](?:[\w,]* ){6}", chapter, re.MULTILINE)
    assert found is not None
    words = found[0].split(" ")
    words[3] = "lantern"
    return chapter[: found.start()] + " ".join(words) + chapter[found.end() :]


def without_charts(chapter: str) -> str:
    """Without figures from data, of which peers know nothing."""
    return re.sub(r"!\[(?:(?!\n\n|!\[).)*?\]\([^()\s]*\.toml\)(\{[^}]*\})?", "", chapter, flags=re.DOTALL)


def keep_plan(cache: Path) -> None:
    """Delete all that a cache holds but the page map of the last build: a list of two tables, of labels and lengths."""
    for entry in cache.glob("??/*"):
        content = entry.read_bytes()[32:]  # behind its seal
        if not (content.startswith(b"[{") and _is_plan(json.loads(content))):
            entry.unlink()
    assert any(cache.glob("??/*")), "the cache holds no page map"


def _is_plan(found: object) -> bool:
    return isinstance(found, list) and len(found) == 2 and all(isinstance(one, dict) for one in found)


def ours(desk: Desk) -> Mapping[str, Run]:
    def run(
        cache: str = "",
        out: bool = False,
        edit: bool = False,
        to: str = ALL,
        jobs: int = 1,
        program: str = "ketapub",
    ) -> Run:
        def timed() -> tuple[Used, Found | None]:
            desk.begin(cache, out, edit)
            used = used_by(desk.command(to, jobs, program))
            pdf = next(desk.out.glob("*.pdf"), None)
            return used, desk.look_at(pdf) if pdf else None

        return timed

    return {
        "ketapub, cold": run(),
        "ketapub, cold, two workers with a page map": run("plan", jobs=2),
        "ketapub, all parts kept": run("full"),
        "ketapub, a word edited": run("full", out=True, edit=True),
        "ketapub, nothing changed": run("full", out=True),
        "ketapub, PDF": run(to="pdf"),
        "ketapub, PDF without tags": run(to="pdf", program="bench.untagged"),
        "ketapub, HTML and EPUB": run(to="html,epub"),
        "ketapub, text": run(to="json"),
        "ketapub, text, citations kept": run("full", to="json"),
        "python -c pass": lambda: (used_by([sys.executable, "-c", "pass"]), None),
    }


def timed_pdf(desk: Desk, pdf: Path, command: Sequence[str]) -> Run:
    def timed() -> tuple[Used, Found | None]:
        pdf.unlink(missing_ok=True)
        return used_by(command), desk.look_at(pdf)

    return timed


def stock(desk: Desk) -> Mapping[str, Run]:
    pdf = desk.folder / "weasyprint.pdf"
    return {"WeasyPrint": timed_pdf(desk, pdf, [sys.executable, "-m", "weasyprint", str(desk.page), str(pdf)])}


if __name__ == "__main__":
    Desk(sys.argv[1], Path(sys.argv[2])).fill()
