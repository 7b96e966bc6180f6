"""The outside programs that judge outputs: where each is found, in which version, and how one gets it.

A program that is not there is `NotRun`: a check that did not run is not a check that passed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MINUTES = 10  # that a program may take
# The fast compiler alone, and one thread for the garbage: what Java does besides takes longer than what it is asked.
# Its code takes more of the stack, and the Nu checker goes deep into a whole book.
QUICK = ("-Djava.awt.headless=true", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss16m")
PATH = os.pathsep.join((str(Path(sys.prefix, "bin")), os.environ.get("PATH", os.defpath)))  # node is a Python package


class NotRun(Exception):
    """A check cannot be made here; the text says why."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program, or a library that a check needs. `version` finds the one that is here, or raises `NotRun`.

    `wanted` is the version that results are known for, or "" where any will do; another one is `NotRun`.
    """

    name: str
    version: Callable[[], str]
    install: str
    wanted: str = ""

    def found(self) -> str:
        """The version that is here."""
        try:
            version = self.version()
        except NotRun as missing:
            raise NotRun(f"{missing}; {self.install}") from None
        if self.wanted and version != self.wanted:
            raise NotRun(f"{self.name} is {version}, and {self.wanted} is needed; {self.install}")
        return version


def program(*names: str) -> str:
    """The path of a program that goes by one of these names."""
    for name in names:
        if found := shutil.which(name, path=PATH):
            return found
    raise NotRun(f"{names[0]} is not installed")


def part(name: str, *places: Path) -> Path:
    """The first of `places` that exists: a file that a validator consists of."""
    for place in places:
        if place.exists():
            return place
    raise NotRun(f"{name} is not installed")


def node_module(path: str) -> Path:
    """A file of a package from npm: installed in this folder, or beside the Python environment."""
    return part(path.split("/")[0], *(Path(folder, "node_modules", path) for folder in (".", Path(sys.prefix).parent)))


def node_version(package: str) -> str:
    """The version of a package from npm."""
    return str(json.loads(node_module(f"{package}/package.json").read_text(encoding="utf-8"))["version"])


def run(name: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end. Raises `NotRun` if it is not there or takes too long."""
    command = [program(name), *map(str, arguments)]
    settings = {**os.environ, "PATH": PATH, **environment}
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=MINUTES * 60, env=settings
        )
    except subprocess.TimeoutExpired:
        raise NotRun(f"{name} did not finish within {MINUTES} minutes") from None


def java(jar: Path, *arguments: object, main: str = "") -> subprocess.CompletedProcess[str]:
    """Start a Java archive, by its own main class or a named one."""
    return run("java", *QUICK, *(("-cp", jar, main) if main else ("-jar", jar)), *arguments)


def first_line(*command: str) -> str:
    """The first line that a program prints about itself, such as its version."""
    done = run(*command)
    lines = (done.stdout + done.stderr).strip().splitlines()
    if not lines:
        raise NotRun(f"{command[0]} does not say which version it is")
    return lines[0].strip()


def _java_version() -> str:
    line = first_line("java", "-version")  # openjdk version "17.0.15" 2025-04-15
    quoted = re.search(r'"([^"]+)"', line)
    return quoted[1] if quoted else line


JAVA = Tool("Java", _java_version, "install Java 11 or later")
