"""Cases in, a table of CPU times out: what our citation stage costs over the bare engine, on the same request.

    ours   a fresh process that makes a style ready and formats all citations of a book (`load_style` and
           `format_citations`), the engine that it starts included; less what the same process takes that imports the
           same modules, reads the same book and stops there
    bare   the engine alone, given the very files, request and options that the stage gave it: the style as our guards
           left it, the records, the tree of citations

CPU is user and system time of a process and of all that it started and waited for. The three take turns, so that a
busy machine does the same to each; a ratio is taken in each round, and all figures are medians of the rounds. The last
column counts the engines that a second run starts, which has the results of the first in its cache: none. The exit
status is 1 if a ratio is above its limit, or an engine starts again. `make bench-stages` runs it; `--rounds N` and
`--only WORD` are for those who change something.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.clock import environment, used_by


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians of CPU seconds, of ours and of the bare engine, and of their ratio; engine starts of a second run."""

    ours: float
    bare: float
    ratio: float
    starts: int


@dataclass(frozen=True, slots=True)
class Case:
    style: str
    works: int
    cites: int
    limit: float  # ours may take so many times the bare engine

    @property
    def name(self) -> str:
        return f"{self.style}, {self.works} works, {self.cites} citations"


CASES = (
    Case("nlm-citation-sequence-brackets", 60, 150, 1.5),
    Case("apa", 60, 150, 1.5),
    Case("chicago-author-date", 60, 150, 1.5),
    Case("nlm-citation-sequence-brackets", 2000, 5000, 1.3),
)


# --- the book ------------------------------------------------------------------------------------------------------

SURNAMES = re.findall(
    r"\w+", "Rush Trivedi Dean Keta Halpern Ubel Caplan Rose Huerbin Melick Marion Palmer Murray Rosenthal Meltzer"
)
NOUNS = re.findall(
    r"\w+", "depression ketamine outcome trial patient dose response remission relapse placebo infusion sleep pain"
)
ENDINGS = ("", "son", "berg", "ova")


def works(count: int) -> list[dict[str, Any]]:
    """So many articles and books, the same each time, with few surnames, as in one field of medicine."""
    chance = random.Random(count)
    out: list[dict[str, Any]] = []
    for number in range(count):
        people = [
            {"family": chance.choice(SURNAMES) + chance.choice(ENDINGS), "given": f"{chance.choice('ABCDEFGHJKL')}."}
            for _ in range(chance.randint(1, 8))
        ]
        work = {
            "id": f"work{number}",
            "type": "article-journal",
            "title": " ".join(chance.choice(NOUNS) for _ in range(9)).capitalize(),
            "author": people,
            "issued": {"date-parts": [[chance.randint(1990, 2026), chance.randint(1, 12)]]},
        }
        if number % 5:
            page = chance.randint(1, 2000)
            work |= {"container-title": f"Journal of {chance.choice(NOUNS)} research", "page": f"{page}-{page + 9}"}
            work |= {"volume": str(chance.randint(1, 99)), "DOI": f"10.1000/{chance.randint(10**6, 10**7)}"}
        else:
            work |= {"type": "book", "publisher": "Mosby", "publisher-place": "St. Louis", "edition": "2"}
        out.append(work)
    return out


def cited(count: int, keys: Sequence[str]) -> list[list[tuple[str, str]]]:
    """So many citations of works, in brackets of one to three, each work at least once; a page for every fifth."""
    chance = random.Random(count)
    asked = [*keys, *chance.choices(keys, k=count - len(keys))]
    chance.shuffle(asked)
    out = []
    while asked:
        some = [asked.pop() for _ in range(min(len(asked), chance.choice([1, 1, 2, 3])))]
        out.append([(key, str(chance.randint(1, 300)) if chance.random() < 0.2 else "") for key in dict.fromkeys(some)])
    return out


# --- one process ---------------------------------------------------------------------------------------------------


def run_stage(book: Path, style: str, *, empty: bool, keep: Path | None, remember: Path | None) -> None:
    """What the measured process does. With `keep`, the engine's files and options are kept there.

    With `remember`, results are kept in that folder, and the number of engines that were started is printed.
    """
    import lxml.etree  # noqa: F401  # what the stage imports when it begins

    from ketapub import document as d
    from ketapub.cache import Cache
    from ketapub.citation_style import Cluster, engine, format_citations, load_style
    from ketapub.library import read_library
    from ketapub.problems import NOWHERE, Problems

    said = json.loads(book.read_bytes())
    problems = Problems()
    records = read_library((("works.json", json.dumps(said["works"]).encode()),), problems).records
    clusters = tuple(
        Cluster(f"cite-{number}", tuple(d.Cite(key, locator=page, label="page" if page else "") for key, page in cites))
        for number, cites in enumerate(said["cited"])
    )
    if empty:
        return
    engine.subprocess = watched = Watched(keep)
    ready = load_style(style, NOWHERE, problems)
    assert ready is not None
    cache = Cache(remember, problems) if remember else None
    formatted = format_citations(ready, "en-US", records, clusters, (), cache)
    assert not formatted.warnings
    assert len(formatted.entries) == len(records)
    assert not problems.found
    if remember:
        print(watched.starts)


class Watched:
    """Stands in for `subprocess`: counts the starts, and keeps the files, the request and the options where asked."""

    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self, folder: Path | None) -> None:
        self.folder, self.starts = folder, 0

    def run(self, command: Sequence[Any], **options: Any) -> Any:
        self.starts += 1
        if self.folder and "input" in options:
            shutil.copytree(options["cwd"], self.folder / "files")
            (self.folder / "request.json").write_bytes(options["input"])
            old, new = str(options["cwd"]), str(self.folder / "files")
            kept = {
                "command": [str(part).replace(old, new) for part in command],
                "environment": {key: value.replace(old, new) for key, value in options["env"].items()},
            }
            (self.folder / "call.json").write_text(json.dumps(kept))
        return subprocess.run(command, **options)


# --- the table -----------------------------------------------------------------------------------------------------


def measured(case: Case, rounds: int, folder: Path) -> Measured:
    book = folder / "book.json"
    records = works(case.works)
    book.write_text(json.dumps({"works": records, "cited": cited(case.cites, [work["id"] for work in records])}))
    stage = [sys.executable, "-m", "bench.citations", "--stage", str(book), case.style]
    kept = folder / "kept"
    kept.mkdir()
    used_by([*stage, "--keep", str(kept)])
    call = json.loads((kept / "call.json").read_text())
    times = []
    for _ in range(rounds):
        ours = used_by(stage).cpu - used_by([*stage, "--empty"]).cpu
        times.append((ours, used_by(call["command"], call["environment"], kept / "request.json").cpu))
    twice = [*stage, "--remember", str(folder / "cache")]
    used_by(twice)
    starts = subprocess.run(twice, env=environment(), capture_output=True, text=True, check=True).stdout
    return Measured(
        statistics.median(ours for ours, _ in times),
        statistics.median(bare for _, bare in times),
        statistics.median(ours / bare for ours, bare in times),
        int(starts),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="What the citation stage costs over the bare engine.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="", help="only the cases with this word in their names")
    for hidden in ("--stage", "--keep", "--remember"):
        parser.add_argument(hidden, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--empty", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("style", nargs="?", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        run_stage(options.stage, options.style, empty=options.empty, keep=options.keep, remember=options.remember)
        return 0
    failed = False
    print(f"{'CPU seconds':62} {'ours':>7} {'bare':>7} {'ratio':>6} {'limit':>6} {'engines in a second run':>24}")
    for case in (case for case in CASES if options.only in case.name):
        with tempfile.TemporaryDirectory(prefix="ketapub-bench-") as folder:
            got = measured(case, options.rounds, Path(folder))
        wrong = got.ratio > case.limit or got.starts > 0
        failed |= wrong
        row = f"{case.name:62} {got.ours:7.3f} {got.bare:7.3f} {got.ratio:6.2f} {case.limit:6.2f} {got.starts:24}"
        print(f"{row}  FAILED" if wrong else row, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
