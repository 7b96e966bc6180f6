"""The browser: the pages of an output in, shown as people see them; what scripts of ours find out there comes out.

The only door to Playwright. Every file comes from the output itself, under an address that exists nowhere, so nothing
reaches the network, whatever a page asks for.
"""

from __future__ import annotations

import mimetypes
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

from ketapub.check.screens import Unpacked
from ketapub.check.tools import NotRun, Tool, first_line, program

ADDRESS = "https://book.invalid/"
HEIGHT = 800  # px of the window
LIMIT = 30 * 60  # seconds that a browser may run
TYPES = {".xhtml": "application/xhtml+xml", ".html": "text/html", ".js": "text/javascript", ".css": "text/css"}

# The place of an element, as findings give it: /html[1]/body[1]/p[2].
XPATH = """const xpath = element => {
  const steps = [];
  for (let each = element; each; each = each.parentElement) {
    const alike = [...(each.parentElement?.children ?? [each])].filter(one => one.localName === each.localName);
    steps.unshift(`/${each.localName}[${alike.indexOf(each) + 1}]`);
  }
  return steps.join("");
};"""

Scheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Visit:
    """An open page of an output. `said` is what the browser writes to its console, `asked` the requests that led out
    of the output: both are emptied by `open`."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, name: str) -> None:
        """Go to a page, and wait until its pictures and fonts are there."""
        self.said.clear()
        self.asked.clear()
        self.page.goto(ADDRESS + quote(name))
        self.page.evaluate("document.fonts.ready.then(() => null)")

    def show(self, width: int, scheme: Scheme) -> None:
        """Change the window's width in px and the colours that the reader prefers, without loading anew."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def ask(self, function: str, argument: object = None) -> Any:
        """What a function in JavaScript returns that runs in the page. It may call `xpath(element)`."""
        return self.page.evaluate(f"argument => {{ {XPATH}\nreturn ({function})(argument); }}", argument)


@dataclass(frozen=True, slots=True)
class Browser:
    started: Any

    @contextmanager
    def visit(self, files: Unpacked, *, script: str = "") -> Iterator[Visit]:
        """A page on which the files of an output can be opened. `script` is put into each page before its own, past
        the policy of the page, which allows no script of others; without one the policy counts."""
        context = self.started.new_context(bypass_csp=bool(script))
        context.set_default_timeout(LIMIT * 1000)
        visit = Visit(context.new_page())
        context.route("**/*", lambda route: _answer(route, files, visit.asked))
        visit.page.on("console", lambda message: visit.said.append(message.text))
        visit.page.on("pageerror", lambda error: visit.said.append(str(error)))
        if script:
            context.add_init_script(script)
        yield visit
        context.close()


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser that runs until the block ends, for the thread that starts it. Raises `NotRun` where there is none."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise NotRun(f"Playwright is not installed; {PLAYWRIGHT.install}") from None
    try:
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            watch = threading.Timer(LIMIT, os.kill, (_process_id(started), signal.SIGKILL))
            watch.start()
            try:
                yield Browser(started)
            finally:
                watch.cancel()
            started.close()
    except Error as error:
        raise NotRun(f"the browser gave up: {error.message.splitlines()[0]}") from error


def _process_id(started: Any) -> int:
    """Of the browser, which nothing else can stop while a script runs in a page."""
    processes = started.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return next(int(each["id"]) for each in processes if each["type"] == "browser")


def _answer(route: Any, files: Unpacked, asked: list[str]) -> None:
    """Give a file of the output, or nothing."""
    address = urlsplit(route.request.url)
    name = unquote(address.path).removeprefix("/")
    if not route.request.url.startswith(ADDRESS):
        asked.append(route.request.url)
        route.abort()
    elif name in files.names:
        ending = name[name.rfind(".") :]
        kind = TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        route.fulfill(body=files.read(name), content_type=kind)
    else:
        route.fulfill(status=404, body="")


def chromium() -> str:
    """The path of the browser. Raises `NotRun` where there is none."""
    return program("chromium-headless-shell", "chromium")


def _playwright() -> str:
    try:
        return metadata.version("playwright")
    except metadata.PackageNotFoundError:
        raise NotRun("Playwright is not installed") from None


PLAYWRIGHT = Tool("Playwright", _playwright, "run `pip install playwright`")
CHROMIUM = Tool(
    "Chromium",
    lambda: first_line(chromium(), "--version").removeprefix("Chromium "),
    "install Debian's chromium-headless-shell",
)
