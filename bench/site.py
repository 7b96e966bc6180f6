"""Books in, a table of CPU times out: what the site costs over pandoc's one HTML page of the same text.

    read     a fresh process that reads a book and resolves it
    site     the same, and makes the site of it, with its fonts cut to size and without the search index, which is
             Pagefind's work
    pandoc   pandoc alone, from the chapters as they are written to one HTML page, with the same reference files and
             the same citation style

`ratio` is what the site adds to reading (site less read) over pandoc, and has a limit. `whole` is all of site over
pandoc, from the text to the finished pages, and is there to be known. No cache is used.

CPU is user and system time of a process and of all that it started and waited for. The three take turns, so that a
busy machine does the same to each; ratios are taken in each round, and all figures are medians of the rounds. The exit
status is 1 if the ratio is above its limit. `make bench` runs it; `--rounds N` is for those who change something.
"""

from __future__ import annotations

import argparse
import datetime
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from citations import SOURCES, cpu_of

ROOT = SOURCES.parent
BOOKS = {"the book in manuscript/": ROOT / "manuscript"}
AS_OF = datetime.date(2026, 2, 1)
LIMIT = 0.5  # the site may take so many times pandoc's page


def run_site(book: Path, *, empty: bool) -> None:
    """What the measured process does. With `empty` it stops when the book is read."""
    from ketapub.build import make_formats
    from ketapub.formats import site
    from ketapub.formats.made import Made
    from ketapub.problems import Problems
    from ketapub.reading import read_book
    from ketapub.theme import load_theme

    problems, theme = Problems(), load_theme()
    read = read_book(book, theme, problems, as_of=AS_OF).book
    if empty:
        return
    site.search_index = lambda *_: {}
    made = make_formats(read, theme, ("site",), problems, made=Made())
    assert sum(file.path.endswith(".html") for file in made) > len(read.chapters)


def pandoc_on(book: Path, folder: Path) -> Sequence[str]:
    """The command that makes one HTML page of a book's chapters, in the style that the book asks for."""
    from pypandoc import get_pandoc_path

    from ketapub.citation_style import load_style
    from ketapub.manuscript import read_manuscript
    from ketapub.problems import NOWHERE, Problems

    problems = Problems()
    info = read_manuscript(book, problems, AS_OF).info
    style = load_style(info.bibliography.style, NOWHERE, problems)
    assert style is not None
    (folder / "style.csl").write_bytes(style.xml)
    command = [get_pandoc_path(), "--from", "markdown", "--to", "html5", "--standalone", "--citeproc", "--quiet"]
    command += ["--csl", str(folder / "style.csl"), "--metadata", f"title={info.book.title}"]
    command += [f"--bibliography={book / file}" for file in info.bibliography.files]
    chapters = (*info.book.frontmatter, *info.book.chapters, *info.book.backmatter)
    return [*command, "--output", str(folder / "page.html"), *(str(book / chapter) for chapter in chapters)]


def main() -> int:
    parser = argparse.ArgumentParser(description="What the site costs over pandoc's one HTML page of the same text.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stage", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--empty", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        run_site(options.stage, empty=options.empty)
        return 0
    failed = False
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # it makes every start slower
    print(f"{'CPU seconds':30} {'read':>7} {'site':>7} {'pandoc':>7} {'ratio':>6} {'limit':>6} {'whole':>6}")
    for name, book in BOOKS.items():
        ours = [sys.executable, __file__, "--stage", str(book)]
        with tempfile.TemporaryDirectory() as folder:
            commands = ([*ours, "--empty"], ours, pandoc_on(book, Path(folder)))
            rounds = [[cpu_of(one, environment) for one in commands] for _ in range(options.rounds)]
        ratio = statistics.median((site - read) / pandoc for read, site, pandoc in rounds)
        whole = statistics.median(site / pandoc for _, site, pandoc in rounds)
        failed |= ratio > LIMIT
        times = "".join(f" {statistics.median(column):7.2f}" for column in zip(*rounds, strict=True))
        print(f"{name:30}{times} {ratio:6.2f} {LIMIT:6.2f} {whole:6.2f}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
