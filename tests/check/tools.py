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


# --- readers of PDF ----------------------------------------------------------------------------------------


def qpdf_is_silent(pdf: Path) -> None:
    done = run("qpdf", "--check", pdf)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr


def ghostscript_is_silent(pdf: Path) -> None:
    done = run("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=nullpage", pdf)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stdout + done.stderr


def mupdf_is_silent(pdf: Path, *drawn: object) -> None:
    """`drawn` says as what it draws, and where. Debian builds MuPDF without colour management, and it says so once for
    each file that brings a profile."""
    done = run("mutool", "draw", "-q", *drawn, pdf)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if not ("ICC" in line and "warning" in line)] == [], done.stderr


def fonts_are_embedded_and_subset(pdf: Path) -> None:
    head, _rule, *fonts = run("pdffonts", pdf).stdout.splitlines()
    assert fonts
    for font in fonts:
        # name, type, encoding, then: emb sub uni object id; the name and the type may hold spaces.
        assert font.split()[-5:-2] == ["yes", "yes", "yes"], f"{head}\n{font}"
