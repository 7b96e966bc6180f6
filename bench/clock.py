"""A command comes in; the processor time, the time that passed and the memory that it took go out, with all that its
process started.

What a process leaves behind is waited for too, which is Linux's way, as is looking up memory.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src"
EVERY = 0.25  # seconds between two looks at memory
PATIENCE = 3600  # seconds
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER


@dataclass(frozen=True, slots=True)
class Used:
    cpu: float  # user and system seconds
    wall: float  # seconds
    peak: float  # MiB

    def __add__(self, other: Used) -> Used:
        """One command after another."""
        return Used(self.cpu + other.cpu, self.wall + other.wall, max(self.peak, other.peak))


class Failed(Exception):
    """A command that ended with another status than 0: the command, the status, and its last words."""


def environment() -> dict[str, str]:
    """In which the sources of this checkout are run."""
    found = {**os.environ, "PYTHONPATH": f"{SOURCES}{os.pathsep}{ROOT}"}
    found.pop("PYTHONDONTWRITEBYTECODE", None)  # it makes every start slower
    return found


def used_by(command: Sequence[str], given: Mapping[str, str] | None = None, stdin: Path | None = None) -> Used:
    """Raises `Failed` if the command does."""
    _adopt()
    with open(stdin or os.devnull, "rb") as text, open(os.devnull, "wb") as nowhere:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=text,
            stdout=nowhere,
            stderr=subprocess.PIPE,
            env=dict(given or environment()),
            start_new_session=True,
        )
        watch = _Watch(process)
        watch.start()
        _, status, total = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        watch.over.set()
        watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu, most = total.ru_utime + total.ru_stime, total.ru_maxrss
    while True:
        try:
            _, _, rest = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu, most = cpu + rest.ru_utime + rest.ru_stime, max(most, rest.ru_maxrss)
    if process.returncode:
        raise Failed(f"{' '.join(command)}\nended with status {process.returncode}: {watch.said[-2000:]}")
    return Used(cpu, wall, max(most / 1024, watch.peak))


class _Watch(threading.Thread):
    """Adds up the memory of a session's processes, reads what they complain of, and ends what takes too long."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self.process, self.over, self.peak, self.said = process, threading.Event(), 0.0, ""
        self.reader = threading.Thread(target=self._read, daemon=True)

    def run(self) -> None:
        self.reader.start()
        until = time.monotonic() + PATIENCE
        while not self.over.wait(EVERY):
            self.peak = max(self.peak, _memory(self.process.pid))
            if time.monotonic() > until:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.reader.join(5)

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            self.said = stream.read().decode(errors="replace")


def _memory(session: int) -> float:
    """MiB of all processes of a session; what several of them share counts once."""
    total = 0
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state = (place / "stat").read_text()
            if int(state.rpartition(")")[2].split()[3]) == session:
                lines = (place / "smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except OSError:  # it has ended meanwhile
            continue
    return total / 1024


@cache
def _adopt() -> None:
    """Let processes whose parents have ended become children of this one, so that they are counted."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
