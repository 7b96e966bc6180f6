"""The outside programs that judge what was built: how each is found and started.

A program that is not there fails the test that needs it: a check that did not run is not a check that passed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
PATH = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"  # node comes as a Python package
MINUTES = 5
# The fast compiler alone, and one thread for the garbage: what Java does besides takes longer than what it is asked.
# Its code takes more of the stack, and the Nu checker goes deep into a whole book.
JAVA = ("-Djava.awt.headless=true", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss16m")


def program(name: str) -> str:
    """The path of a program."""
    found = shutil.which(name, path=PATH)
    if found is None:
        pytest.fail(f"not run: {name}", pytrace=False)
    return found


def part(path: Path, name: str) -> Path:
    """A file that a validator consists of."""
    if not path.exists():
        pytest.fail(f"not run: {name} ({path} is missing)", pytrace=False)
    return path


def run(name: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program(name), *map(str, arguments)],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=MINUTES * 60,
        env={**os.environ, "PATH": PATH, **environment},
    )


def java(jar: Path, name: str, *arguments: object, main: str = "") -> subprocess.CompletedProcess[str]:
    """Starts a Java archive, by its own main class or a named one."""
    part(jar, name)
    return run("java", *JAVA, *(("-cp", jar, main) if main else ("-jar", jar)), *arguments)


def chromium() -> str:
    for name in ("chromium-headless-shell", "chromium"):
        if found := shutil.which(name, path=PATH):
            return found
    pytest.fail("not run: chromium", pytrace=False)
