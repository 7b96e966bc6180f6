"""Sheets for many clinics in, a table out: what they cost over a plain WeasyPrint loop over the same pages.

    plain      for each page HTML(…).write_pdf(…) with the same style sheet and fonts, untagged, nothing shared
    untagged   a process that fits and writes the sheets as `ketapub handouts` does, but without tags
    tagged     the same, as it is
    two        the same by two processes, which it starts
    dask       the same by two workers of a Dask scheduler on this machine, which run already

The clinics are invented, the handouts those of the book in manuscript/, on both papers and in both sizes. Reading the
book is not counted. `speed` is plain's CPU seconds over those of the other, for `two` the time that passes for one
process over that for two, and for `dask` the time for two over that for Dask's. `memory` is what the process holds
after the last sheet over what it held after the first tenth. The exit status is 1 if one of them misses its limit.
`make bench-handouts` runs it, `SIZE=60` with fewer sheets.
"""

from __future__ import annotations

import argparse
import datetime
import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from bench.clock import ROOT, environment

BOOK = ROOT / "manuscript"
AS_OF = datetime.date(2026, 2, 1)
LIMITS = {"untagged": 1.8, "tagged": 1.05, "two": 1.8, "dask": 1 / 1.1}
BY_OTHERS = {"two": "tagged", "dask": "two"}  # of which only the time that passes says something, and over what
MEMORY = 1.2


def sheets_of(book: Path) -> tuple[Any, ...]:
    from ketapub.handouts import resolve_handouts
    from ketapub.handouts.resolved import around
    from ketapub.problems import Problems
    from ketapub.reading import read_book
    from ketapub.theme import load_theme

    problems = Problems()
    read = read_book(book, load_theme(), problems, as_of=AS_OF)
    return resolve_handouts(read.draft, around(read.book, read.manuscript, read.signatures, problems), problems)


def stacks_of(sheets: Sequence[Any], size: int) -> Iterator[Any]:
    """Enough stacks for so many sheets; no file of all of them, no page for staff."""
    from markupsafe import Markup

    from ketapub.handouts import Asked
    from ketapub.handouts.clinics import Clinic
    from ketapub.handouts.run.stack import Stack

    number, left = 0, size
    while left > 0:
        number += 1
        clinic = Clinic(name=f"Clinic {number:04}", phone="555-555-0101", after_hours="555-555-0102", id=f"c{number}")
        for kind in Asked().kinds:
            some = tuple(islice(sheets, max(0, left)))
            left -= len(some)
            if some:
                yield Stack(clinic, kind, some, False, Markup(""))


def run_plain(stacks: Sequence[Any]) -> Iterator[None]:
    """Its pages are laid out before, as far as it takes to know their lines for notes."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    from ketapub.formats.pdf.engine import BASE
    from ketapub.formats.pdf.fast import set_plain
    from ketapub.formats.pdf.sheets import sheet_style
    from ketapub.handouts import sheet as one
    from ketapub.handouts.run.worker import Worker
    from ketapub.problems import Problems
    from ketapub.theme import load_theme

    problems, theme = Problems(), load_theme()
    worker = Worker(stacks[0].book, theme)
    pages = []
    for stack in stacks:
        for sheet in stack.sheets:
            alike = (sheet.handout.name, stack.kind, one.needs_of(stack.clinic))
            if alike not in worker.fits.known:
                one.fit(sheet, stack.clinic, stack.kind, worker.engine, problems, worker.fits)
            fitted = worker.fits.known[alike]
            shown = one.show(sheet, stack.clinic, problems)
            page = one.page(sheet, shown, stack.clinic, stack.kind, fitted.lines, fitted.questions)
            pages.append((page, one.own_css(sheet)))
    css, files = sheet_style(stacks[0].book, theme)

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            return URLFetcherResponse(url, files[url.removeprefix(BASE)])

    set_plain(True)
    yield None  # from here on it counts
    for page, own in pages:
        fonts, fetcher = FontConfiguration(), Fetcher()
        sheet = CSS(string=f"{css}\n{own}", base_url=BASE, url_fetcher=fetcher, font_config=fonts)
        HTML(string=page, base_url=BASE, url_fetcher=fetcher).write_pdf(stylesheets=[sheet], font_config=fonts)
        yield None


def run_ours(stacks: Sequence[Any], *, tagged: bool) -> Iterator[None]:
    import pikepdf

    from ketapub.formats.pdf import engine
    from ketapub.formats.pdf.standard import UA_1
    from ketapub.handouts.run import worker
    from ketapub.handouts.run.stack import Job
    from ketapub.theme import load_theme

    if not tagged:
        engine.OPTIONS = {**engine.OPTIONS, "pdf_tags": False}
        worker.write_sheet = partial(worker.write_sheet, standard=replace(UA_1, variant="pdf/a-2b"))
    yield None
    one = worker.Worker(stacks[0].book, load_theme())
    for stack in stacks:
        done = one.make(Job(stack, frozenset(stack.paths), "", {}))
        assert not done.problems, done.problems
        yield None
    with pikepdf.open(io.BytesIO(done.files[0].data)) as pdf:
        assert ("/StructTreeRoot" in pdf.Root) == tagged


def run_two(stacks: Sequence[Any]) -> Iterator[None]:
    yield None
    make_all(stacks, jobs=2)
    yield None


def run_dask(stacks: Sequence[Any]) -> Iterator[None]:
    import dask
    from distributed import LocalCluster

    # As docs/handouts.md says how to start workers.
    with (
        dask.config.set({"distributed.worker.profile.enabled": False}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as running,
    ):
        yield None
        make_all(stacks, scheduler=running.scheduler_address)
        yield None


def make_all(stacks: Sequence[Any], **means: Any) -> None:
    from ketapub.handouts.run import make_stacks
    from ketapub.problems import Problems
    from ketapub.theme import load_theme

    files = make_stacks(stacks, load_theme(), Problems(), **means)
    assert len(files) == sum(len(stack.sheets) for stack in stacks)


def measure(stage: str, size: int) -> dict[str, float]:
    """CPU seconds, seconds that passed, and what is held at the end over what was held after a tenth."""
    stacks = tuple(stacks_of(sheets_of(BOOK), size))
    runs = {"untagged": partial(run_ours, tagged=False), "tagged": partial(run_ours, tagged=True)}
    steps = {"plain": run_plain, "two": run_two, "dask": run_dask, **runs}[stage](stacks)
    next(steps)
    cpu, passed = time.process_time(), time.perf_counter()
    held = [_resident() for _ in steps]
    early = held[len(held) // 10]
    return {
        "cpu": time.process_time() - cpu,
        "passed": time.perf_counter() - passed,
        "memory": held[-1] / early,
    }


def _resident() -> float:
    """The memory of this process, in pages."""
    return float(Path("/proc/self/statm").read_text().split()[1])


def main() -> int:
    parser = argparse.ArgumentParser(description="What sheets cost over a plain WeasyPrint loop over the same pages.")
    parser.add_argument("--size", type=int, default=1000, help="how many sheets")
    parser.add_argument("--stage", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(measure(options.stage, options.size)))
        return 0
    print(f"{options.size} sheets  {'CPU s':>8} {'a CPU s':>8} {'passed s':>9} {'speed':>6} {'limit':>6} {'memory':>7}")
    found: dict[str, dict[str, float]] = {}
    failed = False
    for stage in ("plain", *LIMITS):
        command = [sys.executable, "-m", "bench.handouts", "--stage", stage, "--size", str(options.size)]
        done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True, check=True)
        one = found[stage] = json.loads(done.stdout.splitlines()[-1])
        others = stage in BY_OTHERS
        speed = found[BY_OTHERS[stage]]["passed"] / one["passed"] if others else found["plain"]["cpu"] / one["cpu"]
        limit = LIMITS.get(stage, 0.0)
        failed |= speed < limit or (not others and stage != "plain" and one["memory"] > MEMORY)
        rate = 0.0 if others else options.size / one["cpu"]
        row = f"{stage:12} {one['cpu']:8.1f} {rate:8.1f} {one['passed']:9.1f} {speed:6.2f} {limit:6.2f}"
        print(f"{row} {one['memory']:7.2f}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
