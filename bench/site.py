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
status is 1 if the ratio is above its limit. `make bench-stages` runs it; `--rounds N` is for those who change
something.
"""

from __future__ import annotations

import argparse
import datetime
import statistics
import sys
import tempfile
from pathlib import Path

from bench.clock import ROOT, used_by
from bench.plain import Pandoc

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
    print(f"{'CPU seconds':30} {'read':>7} {'site':>7} {'pandoc':>7} {'ratio':>6} {'limit':>6} {'whole':>6}")
    for name, book in BOOKS.items():
        ours = [sys.executable, "-m", "bench.site", "--stage", str(book)]
        with tempfile.TemporaryDirectory() as folder:
            pandoc = Pandoc(book, Path(folder)).command(Path(folder, "page.html"), "--to=html5")
            commands = ([*ours, "--empty"], ours, pandoc)
            rounds = [[used_by(one).cpu for one in commands] for _ in range(options.rounds)]
        ratio = statistics.median((site - read) / pandoc for read, site, pandoc in rounds)
        whole = statistics.median(site / pandoc for _, site, pandoc in rounds)
        failed |= ratio > LIMIT
        times = "".join(f" {statistics.median(column):7.2f}" for column in zip(*rounds, strict=True))
        print(f"{name:30}{times} {ratio:6.2f} {LIMIT:6.2f} {whole:6.2f}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
