"""The preview: what it answers and to whom, where a text has changed, and how it follows a book.

What a browser makes of it, and print pages after an edit: tests/slow/test_live_preview.py.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import io
import json
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import BOOKS, TODAY, resolved
from PIL import Image

from ketapub import cli, document as d
from ketapub.preview import Asked, Follower, preview
from ketapub.preview.answers import Request, Response, answer, refused
from ketapub.preview.paper import Order, Paper, PaperPart
from ketapub.preview.places import Place, changed_place, page_of
from ketapub.preview.screen import Screen
from ketapub.preview.server import Server
from ketapub.preview.view import WIDTH, View
from ketapub.preview.watching import saves
from ketapub.problems import Position, Problem, Problems, Stopped
from ketapub.theme import load_theme

THEME = load_theme()
PORT = 8000
KEY = "ab" * 32


# --- Who is answered


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_this_computer_is_answered_by_each_of_its_names(host: str) -> None:
    assert refused(Request("GET", "/", {"host": host}), PORT) is None


@pytest.mark.parametrize("host", ["rebound.example:8000", "localhost:9000", "localhost", "localhost:8000.example", ""])
def test_another_name_that_leads_here_is_refused(host: str) -> None:
    assert status(refused(Request("GET", "/", {"host": host}), PORT)) == 421


def test_a_request_without_a_host_is_refused() -> None:
    assert status(refused(Request("GET", "/", {}), PORT)) == 421


@pytest.mark.parametrize(
    ("site", "expected"), [("cross-site", 403), ("same-site", 403), ("same-origin", 0), ("none", 0)]
)
def test_another_page_gets_nothing(site: str, expected: int) -> None:
    headers = {"host": "localhost:8000", "sec-fetch-site": site}
    assert status(refused(Request("GET", "/site/index.html", headers), PORT)) == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_the_preview_only_shows(method: str) -> None:
    assert status(refused(Request(method, "/", {"host": "localhost:8000"}), PORT)) == 405


def status(response: Response | None) -> int:
    return response.status if response else 0


# --- What is answered


@pytest.fixture(scope="module")
def book() -> d.Book:
    return resolved(BOOKS / "stock", Problems())


@pytest.fixture(scope="module")
def view(book: d.Book) -> View:
    """The stock book, with a PDF of two pages that differ."""
    import pypdfium2

    pdf, written = pypdfium2.PdfDocument.new(), io.BytesIO()
    for size in ((432, 648), (432, 324)):
        pdf.new_page(*size)
    pdf.save(written)
    part = PaperPart(KEY, ("1", "2"), written.getvalue())
    return View("A title & more", 1, Screen(book, THEME, Problems()), paper=Paper((part,), 432, 648))


def asked(view: View, path: str, **headers: str) -> Response:
    return answer(Request("GET", path, headers), view, THEME)


def test_the_page_runs_only_its_own_script(view: View) -> None:
    response = asked(view, "/")
    policy = response.headers["content-security-policy"]
    assert b"A title &amp; more" in response.body
    assert b"<script src=" in response.body
    assert b"<script>" not in response.body
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["/", "/preview.css", "/preview.js", "/site/index.html", "/site/words.html"])
def test_no_answer_gives_leave_to_another_origin(view: View, path: str) -> None:
    response = asked(view, path)
    assert response.status == 200
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_page_of_the_site_says_where_each_element_was_written(view: View) -> None:
    body = asked(view, "/site/words.html").body.decode()
    assert 'ketapub-place="chapters/01-words.md:1:1"' in body
    assert "Draft for tests" in body


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/site/style.css", "text/css; charset=utf-8"),
        ("/site/dark.css", "text/css; charset=utf-8"),
        ("/site/reader.js", "text/javascript; charset=utf-8"),
        ("/site/fonts/Literata_400Regular.ttf", "font/ttf"),
        ("/site/search.html", "text/html; charset=utf-8"),
    ],
)
def test_all_that_pages_load_is_there(view: View, path: str, kind: str) -> None:
    response = asked(view, path)
    assert (response.status, response.type) == (200, kind)
    assert response.body


def test_every_address_in_a_style_sheet_is_answered(view: View) -> None:
    css = asked(view, "/site/style.css").body.decode()
    names = {part.split('"')[0] for part in css.split('url("')[1:]}
    assert any(name.endswith(".ttf") for name in names)
    assert {name for name in names if asked(view, f"/site/{name}").status != 200} == set()


def test_a_file_by_itself_runs_nothing(view: View) -> None:
    assert "sandbox" in asked(view, "/site/images/dot.png").headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/site/../pyproject.toml",
        "/site/../book.toml",
        "/site//etc/passwd",
        "/site/chapters/01-words.md",
        "/site/%2e%2e/book.toml",
        "/preview.html",
        "/report.css",
        f"/paper/{KEY}/3.png",
        f"/paper/{KEY}/0.png",
        f"/paper/{'cd' * 32}/1.png",
        "/paper/../1.png",
    ],
)
def test_nothing_is_served_but_what_was_made(view: View, path: str) -> None:
    assert asked(view, path).status == 404


def test_a_template_that_cannot_be_filled_is_named_in_its_page(book: d.Book, view: View) -> None:
    broken = d.OwnTemplate("templates/site/missing.html", "{{ nobody }}")
    screen = Screen(replace(book, templates={"site/missing.html": broken}), THEME, Problems())
    told = asked(replace(view, screen=screen), "/site/404.html")
    assert (told.status, told.body.splitlines()[0].decode()) == (
        500,
        "templates/site/missing.html:1: error[bad-template]: this template cannot be filled: 'nobody' is undefined",
    )


def test_a_page_of_print_is_a_picture_of_it(view: View) -> None:
    for number, ratio in ((1, 1.5), (2, 0.75)):
        with Image.open(io.BytesIO(asked(view, f"/paper/{KEY}/{number}.png").body)) as picture:
            assert picture.width in (WIDTH, WIDTH + 1)  # part of a pixel is one
            assert round(picture.height / picture.width, 2) == ratio


def test_what_the_browser_has_is_not_sent_again(view: View) -> None:
    tag = asked(view, "/site/style.css").headers["etag"]
    again = answer(Request("GET", "/site/style.css", {"if-none-match": tag}), view, THEME)
    assert (again.status, again.body) == (304, b"")


def test_the_browser_asks_again_for_all_that_may_change(view: View) -> None:
    paths = ("/", "/preview.js", "/site/words.html", "/site/style.css", "/site/images/dot.png")
    assert {asked(view, path).headers["cache-control"] for path in paths} == {"no-cache"}
    never = ("/site/fonts/Literata_400Regular.ttf", f"/paper/{KEY}/1.png")
    assert all("immutable" in asked(view, path).headers["cache-control"] for path in never)


def test_the_view_is_told_in_the_words_of_the_terminal(view: View) -> None:
    problem = Problem("missing-alt", Position("chapters/01-words.md", 3, 1), "no words", "write some", source="![](a)")
    told = json.loads(replace(view, problems=(problem,), place=Place("words", problem.at)).as_json())
    assert told["problems"] == [
        {"text": str(problem), "severity": "error", "at": "chapters/01-words.md:3:1", "page": "words.html"}
    ]
    assert told["place"] == {"page": "words.html", "at": "chapters/01-words.md:3:1"}
    assert told["paper"]["pages"] == [["1", f"{KEY}/1.png"], ["2", f"{KEY}/2.png"]]


# --- Where a text has changed


def paragraph(text: str, line: int, file: str = "a.md") -> d.Paragraph:
    at = Position(file, line, 1)
    return d.Paragraph((d.Text(text, at=at),), at=at)


def chapter(name: str, *texts: str) -> d.Chapter:
    blocks = tuple(paragraph(text, 3 + 2 * index, f"{name}.md") for index, text in enumerate(texts))
    heading = d.Heading(1, (d.Text(name),), at=Position(f"{name}.md", 1, 1))
    return d.Chapter(name=name, role="body", heading=heading, blocks=blocks, source=f"{name}.md")


def changed(before: tuple[d.Chapter, ...], now: tuple[d.Chapter, ...], book: d.Book, *files: str) -> str:
    place = changed_place(replace(book, chapters=before), replace(book, chapters=now), files)
    return str(place.at) if place else ""


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("one", "two", "three"), ""),
        (("one", "zwei", "three"), "a.md:5:1"),
        (("one", "new", "two", "three"), "a.md:5:1"),
        (("one", "two", "three", "four"), "a.md:9:1"),
        (("one", "two"), "a.md:5:1"),
    ],
)
def test_the_first_difference_is_found(texts: tuple[str, ...], expected: str, book: d.Book) -> None:
    assert changed((chapter("a", "one", "two", "three"),), (chapter("a", *texts),), book) == expected


def test_a_new_chapter_is_a_difference(book: d.Book) -> None:
    first = chapter("a", "one")
    assert changed((first,), (first, chapter("b", "new")), book) == "b.md:1:1"


def test_the_file_that_was_saved_counts_more_than_what_follows_from_it(book: d.Book) -> None:
    before = (chapter("a", "see 1"), chapter("b", "one"))
    now = (chapter("a", "see 2"), chapter("b", "one more"))
    assert changed(before, now, book) == "a.md:3:1"
    assert changed(before, now, book, "b.md") == "b.md:3:1"


def test_the_page_of_a_place_is_the_last_that_begins_before_it(book: d.Book) -> None:
    numbered = d.in_order(replace(book, chapters=(chapter("a", "one", "two", "three"),)))
    orders = [node.order for node in d.walk(numbered.chapters[0].blocks) if isinstance(node, d.Text)]
    turns = (d.Turn("i", front="title"), d.Turn("1", 1), d.Turn("2", orders[1]))
    assert page_of(Position("a.md", 3, 1), numbered.chapters, turns) == "1"
    assert page_of(Position("a.md", 5, 1), numbered.chapters, turns) == "2"
    assert page_of(Position("a.md", 8), numbered.chapters, turns) == "2"
    assert page_of(Position("b.md", 3, 1), numbered.chapters, turns) == ""


# --- The server


def run(work: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(20):
            await work

    asyncio.run(limited())


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[None]:
    with closing(server):
        task = asyncio.create_task(server.run())
        await asyncio.sleep(0.05)
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def get(port: int, path: str, host: str = "127.0.0.1", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    found = response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    connection.close()
    return found


def test_it_answers_at_localhost_with_closed_doors(view: View) -> None:
    async def work() -> None:
        server = Server(0, THEME)
        await server.show(view)
        async with running(server):
            code, headers, _ = await asyncio.to_thread(get, server.port, "/site/words.html")
            assert code == 200
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert "server" not in headers
            code, _, body = await asyncio.to_thread(get, server.port, "/", Host="rebound.example")
            assert (code, b"<html" in body) == (421, False)
            code, _, body = await asyncio.to_thread(get, server.port, "/events", Host="rebound.example")
            assert (code, b"data:" in body) == (421, False)

    run(work())


def test_each_new_view_is_told_until_the_end(view: View) -> None:
    async def work() -> None:
        server = Server(0, THEME)
        async with running(server):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(f"GET /events HTTP/1.1\r\nHost: localhost:{server.port}\r\n\r\n".encode())
            assert json.loads(await event(reader))["edition"] == 0
            await server.show(replace(view, edition=7))
            assert json.loads(await event(reader))["edition"] == 7
            writer.close()

    run(work())


async def event(reader: asyncio.StreamReader) -> str:
    while not (line := (await reader.readline()).decode()).startswith("data: "):
        assert line
    return line.removeprefix("data: ")


def test_a_port_that_is_taken_is_a_problem() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Stopped) as stopped:
            Server(port, THEME)
    assert stopped.value.usage
    assert [problem.code for problem in stopped.value.problems] == ["port-taken"]
    assert f"port {port}" in stopped.value.problems[0].message


def test_without_a_book_nothing_is_served(tmp_path: Path) -> None:
    with pytest.raises(Stopped) as stopped:
        preview(Asked(tmp_path, TODAY), 0, ready=pytest.fail, tell=lambda problems: None)
    assert [problem.code for problem in stopped.value.problems] == ["no-book"]


# --- Following a book


def test_a_save_is_heard_and_what_programs_write_is_not(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/CACHEDIR.TAG").touch()
    (tmp_path / "build").mkdir()

    async def work() -> None:
        heard = saves(tmp_path)
        first = asyncio.ensure_future(anext(heard))
        await asyncio.sleep(0.1)
        (tmp_path / "kept/entry").touch()
        (tmp_path / "build/book.pdf").touch()
        (tmp_path / ".chapter.md.swp").touch()
        await asyncio.sleep(0.1)
        (tmp_path / "chapter.md").touch()
        assert await first == {"chapter.md"}
        await heard.aclose()  # type: ignore[attr-defined]  # a generator

    run(work())


class NoPress:
    """Makes a page of each text that it is given, without laying it out, while it is `open`."""

    @staticmethod
    def key(book: d.Book) -> str:
        return hashlib.sha256(str(book.chapters).encode()).hexdigest()

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.open = asyncio.Event()
        self.open.set()

    async def print(self, order: Order) -> Paper:
        self.orders.append(order)
        await self.open.wait()
        key = self.key(order.book)
        return Paper((PaperPart(key, ("1",), b"" if key in order.known else b"%PDF"),), 432, 648)


@dataclass
class Followed:
    """A book with one chapter to edit, that is being followed. `said`: all problems of each state."""

    root: Path
    server: Server
    press: NoPress
    said: list[tuple[Problem, ...]]

    def write(self, more: str = "") -> None:
        text = (BOOKS / "kochbuch/chapters/02-brot.md").read_text(encoding="utf-8")
        (self.root / "chapters/02-brot.md").write_text(f"{text}\n{more}\n", encoding="utf-8")

    async def until(self, holds: Callable[[View], bool]) -> View:
        while not holds(self.server.view):
            await asyncio.sleep(0.02)
        return self.server.view


def follow(root: Path, work: Callable[[Followed], Coroutine[Any, Any, None]], *, strict: bool = False) -> None:
    async def all_of_it() -> None:
        with closing(Server(0, THEME)) as server:
            book = Followed(shutil.copytree(BOOKS / "kochbuch", root / "book"), server, NoPress(), [])
            press: Any = book.press
            follower = Follower(Asked(book.root, TODAY, strict=strict), THEME, server, press, book.said.append)
            tasks = [asyncio.create_task(one) for one in (follower.watch(), follower.read(), follower.print())]
            try:
                await work(book)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    run(all_of_it())


def test_a_book_is_followed_through_an_error_and_back(tmp_path: Path) -> None:
    async def work(book: Followed) -> None:
        first = await book.until(lambda view: bool(view.paper.parts))
        assert (first.edition, first.screen_is_old, first.paper_is_old, first.errors) == (1, False, False, 0)

        book.write("Zwiebeln schneiden.")
        second = await book.until(lambda view: view.edition == 2)
        assert second.screen is not None
        assert second.place is not None
        assert second.place.at.file == "chapters/02-brot.md"
        assert b"Zwiebeln schneiden" in (second.screen.file(f"{second.place.chapter}.html") or b"")

        book.write("[Falsch](#nirgends).")
        third = await book.until(lambda view: view.errors > 0)
        assert (third.screen_is_old, third.paper_is_old) == (True, True)
        assert third.screen is second.screen

        book.write()
        last = await book.until(lambda view: not view.errors and not view.reading and not view.paper_is_old)
        assert (last.edition, last.screen_is_old) == (3, False)
        assert book.press.orders[-1].known == {NoPress.key(book.press.orders[-2].book)}
        errors = [{problem.code for problem in said if problem.severity == "error"} for said in book.said]
        assert errors[-2:] == [{"unknown-reference"}, set()]

    follow(tmp_path, work)


def test_pages_of_an_earlier_text_are_old_and_do_not_hide_an_error(tmp_path: Path) -> None:
    async def work(book: Followed) -> None:
        book.press.open.clear()
        await book.until(lambda view: view.printing)
        book.write("[Falsch](#nirgends).")
        await book.until(lambda view: view.errors > 0)
        book.press.open.set()
        late = await book.until(lambda view: bool(view.paper.parts))
        assert (late.errors, late.screen_is_old, late.paper_is_old) == (1, True, True)
        book.write()
        await book.until(lambda view: not view.errors and not view.paper_is_old)

    follow(tmp_path, work)


def test_what_is_saved_meanwhile_comes_next(tmp_path: Path) -> None:
    async def work(book: Followed) -> None:
        book.press.open.clear()
        await book.until(lambda view: view.printing)
        for number in range(2, 5):
            book.write(f"Stand {number}.")
            await book.until(lambda view, number=number: view.edition == number and not view.reading)  # type: ignore[misc]
        book.press.open.set()
        await book.until(lambda view: not view.printing and not view.paper_is_old)
        assert [b"Stand" in str(order.book.chapters).encode() for order in book.press.orders] == [False, True]
        assert "Stand 4" in str(book.press.orders[-1].book.chapters)

    follow(tmp_path, work)


def test_a_text_may_come_back_while_another_one_is_printed(tmp_path: Path) -> None:
    async def work(book: Followed) -> None:
        book.write()
        await book.until(lambda view: bool(view.paper.parts) and not view.printing and not view.paper_is_old)
        book.press.open.clear()
        for edition, more in enumerate(("Stand 2.", ""), book.server.view.edition + 1):
            book.write(more)
            await book.until(lambda view, edition=edition: view.edition == edition and not view.reading)  # type: ignore[misc]
        book.press.open.set()
        last = await book.until(lambda view: not view.printing and not view.paper_is_old)
        assert last.paper.parts[0].key == NoPress.key(book.press.orders[-1].book)
        assert last.paper.parts[0].data

    follow(tmp_path, work)


def test_saving_the_same_text_shows_nothing_anew(tmp_path: Path) -> None:
    async def work(book: Followed) -> None:
        await book.until(lambda view: bool(view.paper.parts))
        (book.root / "chapters/02-brot.md").touch()
        await book.until(lambda view: len(book.press.orders) == 2 and not view.printing)
        assert book.server.view.edition == 1

    follow(tmp_path, work)


def test_with_strict_a_warning_keeps_the_pages_back_and_not_the_text(tmp_path: Path) -> None:
    async def work(book: Followed) -> None:
        await book.until(lambda view: bool(view.paper.parts))
        book.write('![](images/topf.svg){alt="topf.svg"}')
        warned = await book.until(lambda view: bool(view.problems) and not view.reading)
        assert {problem.severity for problem in warned.problems} == {"warning"}
        assert (warned.edition, warned.screen_is_old, warned.paper_is_old) == (2, False, True)
        assert len(book.press.orders) == 1

    follow(tmp_path, work, strict=True)


# --- The command


def test_the_command_tells_what_is_new_and_ends_in_peace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = (Problem("missing-alt", Position("a.md", line), "no words", severity="warning") for line in (1, 2))

    def fake(asked: Asked, port: int, *, ready: Callable[[str], None], tell: Callable[[Any], None]) -> None:
        ready(f"http://localhost:{port}/")
        for problems in ((one,), (one, other), ()):
            tell(problems)
        raise KeyboardInterrupt

    monkeypatch.setattr("ketapub.preview.preview", fake)
    assert cli.main(["preview", str(tmp_path), "--port", "0", "--json"]) == 0
    out, err = capsys.readouterr()
    assert [len(json.loads(line)["problems"]) for line in out.splitlines()] == [1, 2, 0]
    assert err.splitlines() == [
        "ketapub: http://localhost:0/ shows the book; Ctrl-C ends that",
        str(one),
        "ketapub: 1 warning",
        str(other),
        "ketapub: 2 warnings",
        "ketapub: no problems any more",
        "ketapub: the preview has ended",
    ]


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port_is_wrong_usage(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["preview", "--port", port])
    assert left.value.code == 2
    assert "number of a port" in capsys.readouterr().err
