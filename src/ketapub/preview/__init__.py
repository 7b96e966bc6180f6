"""`ketapub preview`: a book's folder comes in; a page in the browser that follows each save goes out.

    save -> watching -> resolved book -> screen: shown at once -> the book's own rules -> paper, in another process

Each arrow gives way to a newer save. While the book has errors, what was shown before them stays, marked as old.
"""

from __future__ import annotations

import asyncio
import datetime
import signal
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ketapub.book_folder import BookFolder
from ketapub.cache import Cache
from ketapub.document import Book
from ketapub.editorial import check_text
from ketapub.formats.pdf.fast import is_plain
from ketapub.manuscript import read_settings
from ketapub.parse import Known
from ketapub.preview.paper import Order, Press
from ketapub.preview.places import changed_place
from ketapub.preview.screen import Screen
from ketapub.preview.server import Server
from ketapub.preview.watching import saves
from ketapub.problems import Problem, Problems, Stopped
from ketapub.reading import resolved_book
from ketapub.theme import Theme, load_theme


@dataclass(frozen=True, slots=True)
class Asked:
    """Which book to preview, and how: as in `build`."""

    root: Path
    as_of: datetime.date
    cache: Path | None = None
    strict: bool = False
    jobs: int = 1
    pdf_standard: str = "ua-1"
    progress: Callable[[str], None] = lambda step: None


def preview(
    asked: Asked, port: int, *, ready: Callable[[str], None], tell: Callable[[tuple[Problem, ...]], None]
) -> None:
    """Serve until interrupted. `ready` hears the address, `tell` all problems of each state of the book.

    Raises `Stopped` where there is no book with settings that can be read, or no port.
    """
    read_settings(BookFolder(asked.root), Problems(), asked.as_of)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends it as Ctrl-C does
    asyncio.run(_preview(asked, port, ready, tell))


async def _preview(
    asked: Asked, port: int, ready: Callable[[str], None], tell: Callable[[tuple[Problem, ...]], None]
) -> None:
    theme = load_theme()
    with closing(Server(port, theme)) as server, closing(Press(is_plain())) as press:
        follower = Follower(asked, theme, server, press, tell)
        ready(f"http://localhost:{server.port}/")
        await _until_first(server.run(), follower.watch(), follower.read(), follower.print())


async def _until_first(*works: Coroutine[Any, Any, None]) -> None:
    """Do all of it until one has ended, and raise what that raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


class Follower:
    """Follows a book: three tasks that run side by side and wait for each other's news. States of its text have
    numbers, so that what was made of an older one is known as that."""

    def __init__(
        self, asked: Asked, theme: Theme, server: Server, press: Press, tell: Callable[[tuple[Problem, ...]], None]
    ) -> None:
        self._asked, self._theme, self._server, self._press, self._tell = asked, theme, server, press, tell
        self._saved, self._files = asyncio.Event(), frozenset[str]()
        self._saved.set()  # there is a book already
        self._state = 0  # that was read last, whatever came of it
        self._on_screen = 0
        self._book: Book | None = None  # as it is on the screen
        self._printed: Book | None = None
        self._known = Known()  # chapters
        self._readable: asyncio.Queue[tuple[int, Order, tuple[Problem, ...]]] = asyncio.Queue()

    async def watch(self) -> None:
        async for files in saves(self._asked.root):
            self._files |= files
            self._saved.set()

    async def read(self) -> None:
        while True:
            await self._saved.wait()
            self._saved.clear()
            files, self._files = self._files, frozenset()
            self._state += 1
            await self._show(reading=True)
            try:
                await self._read(files)
            except Stopped as stopped:
                view = self._server.view
                await self._show(
                    reading=False,
                    problems=stopped.problems,
                    screen_is_old=view.screen is not None and self._on_screen != self._state,
                    paper_is_old=bool(view.paper.parts),
                )
                self._tell(stopped.problems)

    async def _read(self, files: frozenset[str]) -> None:
        asked, problems = self._asked, Problems()
        kept = Cache(asked.cache, problems)
        how: dict[str, Any] = {"as_of": asked.as_of, "cache": kept, "known": self._known, "progress": asked.progress}
        read = await asyncio.to_thread(resolved_book, asked.root, self._theme, problems, **how)
        screen = await asyncio.to_thread(Screen, read.book, self._theme, problems)
        await self._show_text(read.book, screen, files, problems)
        if self._saved.is_set():
            return
        await asyncio.to_thread(check_text, read.book, read.manuscript, problems)
        problems.stop_on_errors()
        problems.stop_on_warnings(asked.strict)
        await self._show(reading=False, problems=problems.in_order())
        how_printed = asked.cache, asked.jobs, asked.pdf_standard
        order = Order(read.book, dict(problems.severities), self._server.view.place, *how_printed)
        self._readable.put_nowait((self._state, order, problems.in_order()))

    async def _show_text(self, book: Book, screen: Screen, files: frozenset[str], problems: Problems) -> None:
        view, before = self._server.view, self._book
        changed = book != before
        self._book, self._on_screen = book, self._state
        await self._show(
            title=book.info.book.title,
            edition=view.edition + changed,
            screen=screen,
            place=changed_place(before, book, files) if before and changed else view.place,
            problems=problems.in_order(),
            screen_is_old=False,
            paper_is_old=self._printed is not None and self._printed != book,
        )

    async def print(self) -> None:
        while True:
            state, order, problems = await self._readable.get()
            while not self._readable.empty():  # only the newest one is worth it
                state, order, problems = self._readable.get_nowait()
            self._asked.progress("print pages")
            await self._show(printing=True)
            known = frozenset(part.key for part in self._server.view.paper.parts)
            paper = await self._press.print(replace(order, known=known))
            view = self._server.view
            if not paper.failed:
                self._printed = order.book
                old = self._on_screen != self._state or self._book != order.book
                view = replace(view, paper=paper.with_parts_of(view.paper), paper_is_old=old)
            if state == self._state:
                both = Problems()
                both.take((*problems, *paper.problems))
                view = replace(view, problems=both.in_order())
                self._tell(view.problems)
            await self._server.show(replace(view, printing=False))

    async def _show(self, **changes: Any) -> None:
        await self._server.show(replace(self._server.view, **changes))
