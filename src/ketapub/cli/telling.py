"""What people and programs read: problems and outputs come in, lines on the terminal go out."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ketapub.cli.quick import speak
from ketapub.problems import NOWHERE, Problem, Stopped

if TYPE_CHECKING:
    from ketapub.check.findings import Result
    from ketapub.last_build import Line
    from ketapub.outputs import OutputFile

FOLDER = re.compile("(site|handouts/[^/]+)/")  # outputs that are told of as one
BROKEN_LIBRARY = "cannot load library"  # how cffi begins when the system has no Pango
PANGO = (
    "Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "Fedora: dnf install pango harfbuzz; macOS: brew install pango"
)


def tell(options: argparse.Namespace, problems: Sequence[Problem], outputs: Sequence[OutputFile]) -> None:
    speak(told(options, problems, outputs))


def told(options: argparse.Namespace, problems: Sequence[Problem], outputs: Sequence[OutputFile]) -> Iterator[Line]:
    """Problems for people on standard error; the outputs, or all of it as JSON, on standard output."""
    for problem in problems:
        yield "err", str(problem)
    if options.json:
        made = [{"path": str(options.out / file.path), "size": len(file.data)} for file in outputs]
        yield "out", json.dumps({"problems": [problem.as_json() for problem in problems], "outputs": made}, indent=1)
    elif outputs and not options.quiet:
        folders: dict[str, list[int]] = {}
        for file in outputs:
            if folder := FOLDER.match(file.path):
                folders.setdefault(folder[1], []).append(len(file.data))
            else:
                yield "out", f"{options.out / file.path}  {size(len(file.data))}"
        for name, inside in folders.items():
            yield "out", f"{options.out / name}  {size(sum(inside))} in {many(len(inside), 'file')}"


def lines_of(results: Sequence[Result]) -> list[str]:
    """A line for each check: what came of it, on how many things, in which time. First what failed, then what did not
    run."""
    lines = []
    for state in ("failed", "not run", "passed"):
        for check in dict.fromkeys(result.check for result in results if result.state == state):
            told = [result for result in results if result.check == check and result.state == state]
            lines.append(f"{state:8} {check:12} {_came_to(told)}")
    return lines


def _came_to(results: Sequence[Result]) -> str:
    """What came of the outputs of one check that share a state."""
    outputs = ", ".join(result.output for result in results)
    if reason := "; ".join(dict.fromkeys(result.reason for result in results if result.reason)):
        return f"{outputs}: {reason}"
    things: dict[str, int] = {}
    for result in results:
        things[result.unit] = things.get(result.unit, 0) + result.things
    looked = ", ".join(many(number, unit) for unit, number in things.items())
    found = sum(len(result.findings) for result in results)
    seconds = sum(result.seconds for result in results)
    time = "as before" if all(result.kept for result in results) else f"{seconds:.1f} s"
    return ", ".join((f"{outputs}: {many(found, 'finding')} in {looked}" if found else f"{outputs}: {looked}", time))


def say(text: str) -> None:
    speak([saying(text)])


def saying(text: str) -> Line:
    return "err", f"ketapub: {text}"


def usage(code: str, message: str, hint: str) -> Stopped:
    return Stopped([Problem(code, NOWHERE, message, hint)], usage=True)


def many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def count(problems: Sequence[Problem]) -> str:
    errors = sum(problem.severity == "error" for problem in problems)
    counted = ((errors, "error"), (len(problems) - errors, "warning"))
    return ", ".join(many(number, noun) for number, noun in counted if number)


def size(length: int) -> str:
    return f"{length / 1e6:.1f} MB" if length >= 1e6 else f"{max(1, round(length / 1e3))} kB"


@contextlib.contextmanager
def progress_of(options: argparse.Namespace) -> Iterator[Callable[[str], None]]:
    """On a terminal, the present step, once a second has passed; every step with `--verbose`; else nothing."""
    if options.verbose:
        yield say
        return
    if options.quiet or not sys.stderr.isatty():
        yield lambda step: None
        return
    import threading

    steps = ["starting"]
    done = threading.Event()

    def show() -> None:
        if done.wait(1):
            return
        from rich.console import Console  # NO_COLOR and dumb terminals are its business

        with Console(stderr=True).status("") as status:
            while not done.wait(0.1):
                status.update(f"{steps[-1]} …")

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield steps.append
    finally:
        done.set()
        thread.join()


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Libraries may print; standard output belongs to the answer."""
    captured = io.StringIO()
    try:
        with contextlib.redirect_stdout(captured):
            yield
    except OSError as error:
        if BROKEN_LIBRARY not in str(error):
            raise
        captured.truncate(0)
        raise usage("missing-library", "WeasyPrint does not find the system library Pango", PANGO) from None
    finally:
        sys.stderr.write(captured.getvalue())
