"""Books and peers are named; what each takes goes to bench/results/ as text, CSV and drawings, and to the README.

`make bench SIZE=38,300,1457,ketamine PEERS=weasyprint,typst,pandoc,chromium,vivliostyle`; without them, all. It goes on
where the last run ended, if neither the program nor a library nor the machine has changed; `--anew` begins again.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.clock import ROOT
from bench.goals import GOALS, judged
from bench.peers import PEERS, lacking
from bench.report import drawing_of, goals_of, text_of, told
from bench.results import Failure, Results, measure, read_results, write_results
from bench.runs import BOOKS, Desk, ours

WORK = ROOT / "build/bench"
RESULTS = Path(__file__).parent / "results"
ROUNDS = {"38": 5, "300": 3, "1457": 1, "ketamine": 3}
PLACE = re.compile(r"(?<=<!-- bench -->\n).*?(?=<!-- /bench -->)", re.DOTALL)  # in the README


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description="What ketapub and its peers take.")
    parser.add_argument("--size", type=_names(BOOKS), default=BOOKS, help=f"of: {', '.join(BOOKS)}")
    parser.add_argument("--peers", type=_names(tuple(PEERS)), default=tuple(PEERS), help=f"of: {', '.join(PEERS)}")
    parser.add_argument("--rounds", type=int, help="instead of 5, 3, 1 and 3")
    parser.add_argument("--anew", action="store_true", help="do not go on where the last run ended")
    options = parser.parse_args()
    for name in options.size:
        run_book(name, options.peers, options.rounds or ROUNDS[name], options.anew)
    found = {name: read_results(RESULTS / f"{name}.csv") for name in BOOKS}
    books = {name: results for name, results in found.items() if results.rows}
    judgements = [judged(goal, books) for goal in GOALS]
    table = goals_of(judgements, books)
    (RESULTS / "goals.md").write_text(table, encoding="utf-8")
    readme = ROOT / "README.md"
    readme.write_text(PLACE.sub(lambda _: f"\n{table}\n", readme.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{table}\n{told(judgements)}")
    return 0


def run_book(name: str, peers: Sequence[str], rounds: int, anew: bool) -> None:
    desk = Desk(name, WORK / name)
    if anew:
        shutil.rmtree(desk.folder, ignore_errors=True)
    desk.prepare()
    missing = {peer: f"{needed} is not there" for peer in peers if (needed := lacking(peer))}
    runs = {run: timed for peer in peers if peer not in missing for run, timed in PEERS[peer](desk).items()}
    runs |= ours(desk)
    file, here = desk.folder / "results.csv", machine()
    if any(row.machine != here for row in read_results(file).rows):
        file.unlink()
    for row in measure(runs, rounds, file, here):
        if isinstance(row, Failure):
            print(f"{name:>8}   {row.run} failed: {row.reason}", flush=True)
            missing[row.run] = "it fails on this book"
        else:
            print(f"{name:>8} {row.round + 1} {row.run:44} {row.cpu:8.2f} {row.wall:8.2f} {row.peak:6.0f}", flush=True)
    found = read_results(file)
    order = list(dict.fromkeys((*runs, *found.runs)))  # an earlier start may have been asked for others
    results = Results(tuple(sorted(found.rows, key=lambda row: (row.round, order.index(row.run)))))
    RESULTS.mkdir(exist_ok=True)
    write_results(results, RESULTS / f"{name}.csv")
    (RESULTS / f"{name}.txt").write_text(text_of(name, results, missing), encoding="utf-8")
    if results.of("WeasyPrint"):
        (RESULTS / f"{name}.svg").write_text(drawing_of(name, results), encoding="utf-8")


def machine() -> str:
    """Its processors, system and Python."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = re.search(r"model name\s*: (.*)", cpuinfo)
    model = found[1] if found else platform.machine()
    return f"{len(os.sched_getaffinity(0))} × {model}, {platform.system()}, Python {platform.python_version()}"


def _names(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        found = tuple(text.split(","))
        if unknown := [name for name in found if name not in known]:
            raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(known)}")
        return found

    return read


if __name__ == "__main__":
    sys.exit(main())
