"""What went wrong, where, and what to do about it: the one shape of every complaint to an author.

In: findings of any stage. Out: `Problem` records, and `Stopped` when a stage found errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file of the book. `file` is relative to the book folder, with forward slashes.

    `line` and `column` count from 1, in characters; 0 means the whole file (or the whole line).
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


NOWHERE = Position("")


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint. `source` is the text of the line it points at, without its line end."""

    code: str
    at: Position
    message: str
    hint: str = ""
    severity: Severity = "error"
    source: str = ""

    def __str__(self) -> str:
        place = f"{self.at}: " if self.at.file else ""
        lines = [f"{place}{self.severity}[{self.code}]: {self.message}"]
        if self.source:
            tabless = self.source.replace("\t", " ").rstrip()
            shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in tabless)
            start = max(0, self.at.column - 61) if len(shown) > 100 else 0
            lines.append(f"    {shown[start : start + 100]}")
            if self.at.column:
                lines.append("    " + " " * (self.at.column - 1 - start) + "^")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, str | int]:
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.at.file,
            "line": self.at.line,
            "column": self.at.column,
            "message": self.message,
            "hint": self.hint,
        }


class Stopped(Exception):
    """A stage found errors. Carries every problem so far; the old outputs stand untouched."""

    def __init__(self, problems: Iterable[Problem], *, usage: bool = False) -> None:
        self.problems = tuple(problems)
        self.usage = usage  # wrong usage or broken configuration: exit status 2, not 1
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[Callable[..., Stopped], tuple[object, ...]]:
        """To another process as it is: Python would hand over the text alone."""
        return partial(Stopped, usage=self.usage), (self.problems,)


class Problems:
    """Collects the problems of one build. A stage reports all of its own, then calls `stop_on_errors`."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.severities: Mapping[str, str] = {}  # from [checks] of book.toml: code -> error, warning, off
        self._lines: dict[str, list[str]] = {}
        self._seen: set[Problem] = set()

    def know(self, file: str, text: str) -> None:
        """Remember the text of a file, so that problems in it can show their line."""
        self._lines[file] = text.split("\n")  # no other characters end a line, whatever `splitlines` says

    def know_all_of(self, other: Problems) -> None:
        self._lines |= other._lines

    def add(self, code: str, at: Position, message: str, hint: str = "", severity: Severity = "error") -> None:
        """Report a problem. `code` must be explained in codes.toml."""
        if code not in explanations():
            raise KeyError(f"problem code without an explanation: {code}")
        wanted = self.severities.get(code, severity)
        if wanted == "off":
            return
        kind: Severity = "warning" if wanted == "warning" else "error"
        self.take((Problem(code, at, message, hint, kind, self.line(at)),))

    def take(self, problems: Iterable[Problem]) -> None:
        """What was found elsewhere, such as in another run over the same book; none is told twice."""
        for problem in problems:
            if problem not in self._seen:
                self._seen.add(problem)
                self.found.append(problem)

    def line(self, at: Position) -> str:
        """The source line that a position stands in, or "" where its file is not known."""
        lines = self._lines.get(at.file, [])
        return lines[at.line - 1] if 0 < at.line <= len(lines) else ""

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.found if problem.severity == "error"]

    def in_order(self) -> tuple[Problem, ...]:
        return tuple(sorted(self.found, key=lambda problem: problem.at))

    def stop_on_errors(self, *, usage: bool = False) -> None:
        """Raise `Stopped` with everything found so far if any of it is an error."""
        if self.errors:
            raise Stopped(self.in_order(), usage=usage)

    def stop_on_warnings(self, strict: bool) -> None:
        """Raise `Stopped` with everything found so far, warnings too, under `--strict`."""
        if strict and self.found:
            raise Stopped(self.in_order())


@cache
def explanations() -> Mapping[str, Mapping[str, Any]]:
    """Each problem code with `what` it means, a `wrong` and a `right` example (codes.toml)."""
    import tomllib  # not for a build that has nothing to do

    return tomllib.loads(Path(__file__).with_name("codes.toml").read_text(encoding="utf-8"))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name most like `word`, or "" when none is close: for "did you mean" hints."""
    import difflib

    lowered = {name.lower(): name for name in known}
    match = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[match[0]] if match else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    match = nearest(word, known)
    return f'did you mean "{match}"?' if match else ""
