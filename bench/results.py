"""Runs come in, a table of what each took in each round goes out, kept as it comes: a second start goes on.

Ratios are taken within a round, so that a machine that is busy for a while does the same to both sides.
"""

from __future__ import annotations

import csv
import datetime
import os
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Literal

from bench.clock import Failed, Used

What = Literal["cpu", "wall", "peak"]


@dataclass(frozen=True, slots=True)
class Found:
    """In the PDF of a run: its pages, and the notes that its text lacks or has twice."""

    pages: int
    lost: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Row:
    round: int
    run: str
    cpu: float
    wall: float
    peak: float
    load: float  # of the machine when it began
    pages: int
    lost: int
    repeated: int
    when: str
    machine: str


@dataclass(frozen=True, slots=True)
class Failure:
    run: str
    reason: str


@dataclass(frozen=True, slots=True)
class Results:
    rows: tuple[Row, ...]

    @property
    def runs(self) -> list[str]:
        return list(dict.fromkeys(row.run for row in self.rows))

    def of(self, run: str) -> dict[int, Row]:
        return {row.round: row for row in self.rows if row.run == run}

    def median(self, run: str, what: What) -> float | None:
        found = [getattr(row, what) for row in self.of(run).values()]
        return statistics.median(found) if found else None

    def ratio(self, ours: Sequence[str], theirs: Sequence[str], what: What) -> float | None:
        """The median, over the rounds that have all of them, of one sum over the other."""
        found = [sum(some) / sum(others) for some, others in self._paired(ours, theirs, what)]
        return statistics.median(found) if found else None

    def difference(self, ours: str, theirs: str, what: What) -> float | None:
        found = [some - other for (some,), (other,) in self._paired([ours], [theirs], what)]
        return statistics.median(found) if found else None

    def pages(self, run: str) -> int:
        return max((row.pages for row in self.of(run).values()), default=0)

    def notes_wrong(self, run: str) -> tuple[int, int]:
        """Lost and repeated."""
        found = [row for row in self.of(run).values() if row.pages]
        return max((row.lost for row in found), default=0), max((row.repeated for row in found), default=0)

    def _paired(
        self, ours: Sequence[str], theirs: Sequence[str], what: What
    ) -> Iterator[tuple[list[float], list[float]]]:
        known = {run: self.of(run) for run in (*ours, *theirs)}
        for number in sorted(set.intersection(*(set(rows) for rows in known.values()))):
            yield (
                [getattr(known[run][number], what) for run in ours],
                [getattr(known[run][number], what) for run in theirs],
            )


def read_results(file: Path) -> Results:
    """Without those of another format, and without a last line that was cut off."""
    if not file.exists():
        return Results(())
    with file.open(newline="", encoding="utf-8") as text:
        rows = list(csv.reader(text))
    kinds = {"int": int, "float": float, "str": str}
    shape = fields(Row)
    if not rows or rows[0] != [one.name for one in shape]:
        return Results(())
    return Results(
        tuple(
            Row(*(kinds[str(one.type)](value) for one, value in zip(shape, row, strict=True)))
            for row in rows[1:]
            if len(row) == len(shape) and row[-1]
        )
    )


def write_results(results: Results, file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(one.name for one in fields(Row))
        writer.writerows(astuple(row) for row in results.rows)


def measure(
    runs: Mapping[str, Callable[[], tuple[Used, Found | None]]], rounds: int, file: Path, machine: str
) -> Iterator[Row | Failure]:
    """Those that `file` lacks, each kept in it when done. Each round begins with another; what fails is left out."""
    known = read_results(file)
    write_results(known, file)
    done = {(row.round, row.run) for row in known.rows}
    for number in range(rounds):
        for run in rotated(list(runs), number):
            if (number, run) in done:
                continue
            load = os.getloadavg()[0]
            try:
                used, found = runs[run]()
            except Failed as error:
                done |= {(later, run) for later in range(rounds)}
                yield Failure(run, str(error))
                continue
            when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            row = Row(
                number, run, **asdict(used), load=load, **asdict(found or Found(0, 0, 0)), when=when, machine=machine
            )
            with file.open("a", newline="", encoding="utf-8") as text:
                csv.writer(text, lineterminator="\n").writerow(astuple(row))
            yield row


def rotated(names: Iterable[str], by: int) -> list[str]:
    found = list(names)
    by %= len(found)
    return found[by:] + found[:by]
