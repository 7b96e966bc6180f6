"""Books in, a table of CPU times out: what the tags of the PDF cost, as part of a whole build.

    bare    a fresh process that reads a book and makes its PDF without tags, as PDF/A-2b
    ua-1    the same, with the tags of PDF/UA-1
    ua-2    the same, with the tags of PDF/UA-2, and the book as data in the file

CPU is user and system time of a process and of all that it started and waited for. The three take turns, so that a
busy machine does the same to each; ratios over the bare build are taken in each round, and all figures are medians of
the rounds. The exit status is 1 if a ratio is above the limit. `make bench-stages` runs it; `--rounds N` and
`--only WORD` are for those who change something.
"""

from __future__ import annotations

import argparse
import datetime
import io
import statistics
import sys
from pathlib import Path

from bench.clock import ROOT, used_by
from bench.untagged import leave_out_tags

BOOKS = {"the stock book": ROOT / "tests/books/stock", "the book in manuscript/": ROOT / "manuscript"}
STANDARDS = ("ua-1", "ua-2")
LIMIT = 1.2  # a build with tags may take so many times one without


def run_build(book: Path, standard: str) -> None:
    """What the measured process does. Without a standard, nothing is tagged."""
    import pikepdf

    from ketapub.build import make_formats
    from ketapub.formats.made import Made
    from ketapub.problems import Problems
    from ketapub.reading import read_book
    from ketapub.theme import load_theme

    if not standard:
        leave_out_tags()
    problems, theme = Problems(), load_theme()
    read = read_book(book, theme, problems, as_of=datetime.date(2026, 2, 1)).book
    made = Made(pdf_standard=standard or "ua-1")
    (file,) = make_formats(read, theme, ("pdf",), problems, made=made)
    with pikepdf.open(io.BytesIO(file.data)) as pdf:
        assert bool(len(pdf.Root.StructTreeRoot.K[0].K)) == bool(standard)


def main() -> int:
    parser = argparse.ArgumentParser(description="What the tags of the PDF cost, as part of a whole build.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="only the books with this word in their names")
    parser.add_argument("--stage", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--standard", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        run_build(options.stage, options.standard)
        return 0
    failed = False
    head = "".join(f" {name:>7} {'ratio':>6}" for name in STANDARDS)
    print(f"{'CPU seconds of a whole build':30} {'bare':>7}{head} {'limit':>6}")
    for name, book in BOOKS.items():
        if options.only not in name:
            continue
        command = [sys.executable, "-m", "bench.tags", "--stage", str(book), "--standard"]
        rounds = [[used_by([*command, one]).cpu for one in ("", *STANDARDS)] for _ in range(options.rounds)]
        bare = statistics.median(times[0] for times in rounds)
        row = f"{name:30} {bare:7.2f}"
        for column in range(1, len(STANDARDS) + 1):
            ratio = statistics.median(times[column] / times[0] for times in rounds)
            failed |= ratio > LIMIT
            row += f" {statistics.median(times[column] for times in rounds):7.2f} {ratio:6.2f}"
        print(f"{row} {LIMIT:6.2f}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
