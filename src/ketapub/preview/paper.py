"""The print pages of a book, in a process of its own that keeps what it has laid out: a resolved book comes in; each
part as a PDF, with the labels of its pages, goes out. The parts are not joined: pictures are made of single pages.

A page that is laid out here is that of the finished PDF.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import signal
from collections.abc import Collection, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ketapub import document as d
from ketapub.cache import Cache
from ketapub.editions import select
from ketapub.formats.made import Made
from ketapub.formats.pdf import reading_edition
from ketapub.formats.pdf.crew import follow
from ketapub.formats.pdf.engine import engine_versions
from ketapub.formats.pdf.setter import Setter
from ketapub.formats.pdf.typeset import typeset
from ketapub.preview.places import Place, page_of
from ketapub.problems import Problem, Problems, Stopped
from ketapub.theme import load_theme

SECONDS = 5  # for a process to end by itself


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be printed. `known` are the keys of the parts that whoever asks has already."""

    book: d.Book
    severities: Mapping[str, str]
    place: Place | None
    cache: Path | None
    jobs: int
    standard: str
    known: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class PaperPart:
    key: str  # another one for other pages
    labels: tuple[str, ...]
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Paper:
    """`turned` is the label of the page with the place that changed; "" for none."""

    parts: tuple[PaperPart, ...] = ()
    width: float = 0  # points, as is the height
    height: float = 0
    turned: str = ""
    problems: tuple[Problem, ...] = ()
    failed: bool = False  # then there are no parts

    def with_parts_of(self, other: Paper) -> Paper:
        """With the data of the parts that were known before."""
        known = {part.key: part for part in other.parts}
        return Paper(
            tuple(part if part.data else known[part.key] for part in self.parts),
            self.width,
            self.height,
            self.turned,
            self.problems,
        )


class Press:
    """The other process. It ends with this one."""

    def __init__(self, plain: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, context, _start, (plain,))
        others = multiprocessing.active_children()
        self._pool.submit(engine_versions, load_theme().folder / "fonts")  # loads the engine while the book is read
        self._processes = [child for child in multiprocessing.active_children() if child not in others]

    async def print(self, order: Order) -> Paper:
        paper = await asyncio.wrap_future(self._pool.submit(_print, order))
        self._pool.submit(gc.collect)  # boxes of a layout refer to each other; nobody waits now
        return paper

    def close(self) -> None:
        """Soon, whatever it is doing."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.terminate()
            process.join(SECONDS)
            process.kill()


def _start(plain: bool) -> None:
    follow(plain)
    signal.signal(signal.SIGTERM, _end)


def _end(*_: object) -> None:
    """Nobody wants these pages any more. What this process holds is given back, as by any that ends."""
    for process in multiprocessing.active_children():
        process.kill()
    raise SystemExit


_last: Setter | None = None  # of this process, where it is the press


def _print(order: Order) -> Paper:
    global _last
    problems, theme = Problems(), load_theme()
    problems.severities = order.severities
    made = Made(cache=Cache(order.cache, problems), pdf_standard=order.standard)
    try:
        shown = select(d.in_order(order.book), problems, format="pdf")
        problems.stop_on_errors()
        edition = reading_edition(shown, theme, made)
        # Only for a whole book is it worth while to start other processes.
        setter = Setter(shown, theme, edition, problems, made.cache, 1 if _last else order.jobs)
        if _last is not None:
            setter.take_desk(_last)
        _last = setter
        try:
            layout = typeset(shown, edition, setter, problems)
            problems.stop_on_errors()
            assert layout is not None
            wanted = [laid for laid in layout.parts if laid.key not in order.known]
            drawn = {laid.key: setter.drawn(laid).data for laid in wanted}
            problems.stop_on_errors()
        finally:
            setter.close()
    except Stopped as stopped:
        return Paper(problems=stopped.problems, failed=True)
    width, height = (length.points for length in shown.info.print_.trim)
    turned = page_of(order.place.at, shown.chapters, layout.pages.turns) if order.place else ""
    parts = [PaperPart(one.key, tuple(one.labels), drawn.get(one.key, b"")) for one in layout.parts]
    return Paper(tuple(parts), width, height, turned, problems.in_order())
