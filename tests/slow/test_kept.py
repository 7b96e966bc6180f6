"""Whatever befalls the cache or a build, the next build gives what a cold one gives."""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import BOOKS, TODAY

from ketapub import cache as cache_module
from ketapub.build import build
from ketapub.formats.pdf.engine import engine_versions
from ketapub.outputs import Bundle

pytestmark = pytest.mark.slow

FORMATS = ("pdf", "epub", "html", "json")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return shutil.copytree(BOOKS / "kochbuch", tmp_path / "book")


@pytest.fixture(scope="module")
def cold(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a build without a cache gives."""
    outputs, _ = made(BOOKS / "kochbuch", tmp_path_factory.mktemp("cold") / "out", None)
    return by_path(outputs)


def made(book: Path, out: Path, cache: Path | None) -> tuple[Bundle, list[str]]:
    """The files, and the codes of the complaints."""
    built = build(book, out, as_of=TODAY, formats=FORMATS, cache=cache)
    return built.outputs, [problem.code for problem in built.problems]


def by_path(outputs: Bundle) -> dict[str, bytes]:
    return {file.path: file.data for file in outputs}


def command(book: Path) -> list[str]:
    options = ["-o", str(book.parent / "out"), "--cache", str(book.parent / "cache"), "--as-of", TODAY.isoformat()]
    return [sys.executable, "-m", "ketapub", "build", str(book), "--to", ",".join(FORMATS), "--quiet", *options]


def content(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def assert_built(book: Path, cold: dict[str, bytes]) -> None:
    found = content(book.parent / "out")
    assert found.keys() == {*cold, ".ketapub.json"}
    assert [path for path, data in cold.items() if found[path] != data] == []


def test_two_at_once(book: Path, cold: dict[str, bytes]) -> None:
    both = [subprocess.Popen(command(book), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [one.communicate()[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], told
    assert_built(book, cold)


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_a_random_moment(seed: int, book: Path, cold: dict[str, bytes]) -> None:
    one = subprocess.Popen(command(book), start_new_session=True)
    time.sleep(random.Random(seed).uniform(0.2, 6))
    one.kill()
    one.wait()
    assert is_left_alone(one.pid), "processes of a build that was killed go on"
    subprocess.run(command(book), check=True)
    assert_built(book, cold)


def is_left_alone(group: int) -> bool:
    """Whether no process of a group is there any more, after some time to end."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    os.killpg(group, signal.SIGKILL)
    return False


def test_damaged_entries_are_made_anew_and_told_of(book: Path, tmp_path: Path, cold: dict[str, bytes]) -> None:
    made(book, tmp_path / "out", tmp_path / "cache")
    entries = sorted((tmp_path / "cache").glob("??/*"))
    chance = random.Random(0)
    for number, entry in enumerate(entries):
        data = bytearray(entry.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        entry.write_bytes(data if number % 2 else data[: chance.randrange(len(data))])
    outputs, told = made(book, tmp_path / "out", tmp_path / "cache")
    assert by_path(outputs) == cold
    assert told == ["cache-damaged"]
    assert made(book, tmp_path / "out", tmp_path / "cache") == (outputs, [])


def test_a_cache_of_another_version(
    book: Path, tmp_path: Path, cold: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would find pages without a line of its own code being asked, so it has to see that they are not its own."""
    with monkeypatch.context() as other:
        other.setattr(cache_module, "own_version", lambda: "another")
        other.setattr("ketapub.formats.pdf.drawn.ELSEWHERE", "https://another.invalid/#")
        made(book, tmp_path / "other", tmp_path / "cache")
    assert by_path(made(book, tmp_path / "out", tmp_path / "cache")[0]) == cold


def test_another_version_of_the_engine(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> str:
        steps: list[str] = []
        build(book, tmp_path / "out", as_of=TODAY, formats=("pdf",), cache=tmp_path / "cache", progress=steps.append)
        return next(step for step in steps if step.endswith("parts as before"))

    said()
    assert not said().startswith("0 of ")
    other = "ketapub.formats.pdf.setter.engine_versions"
    monkeypatch.setattr(other, lambda fonts: {**engine_versions(fonts), "pango": "0"})
    assert said().startswith("0 of ")


@pytest.mark.parametrize("room", [0, 3, 8])
def test_a_disk_that_gets_full_of_the_cache(
    room: int, book: Path, tmp_path: Path, cold: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After `room` entries."""
    left = [room]

    def make_room(cache: cache_module.Cache, folder: Path, size: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(cache_module.Cache, "_make_room", make_room)
        outputs, told = made(book, tmp_path / "out", tmp_path / "cache")
    assert by_path(outputs) == cold
    assert told == ["cache-unusable"]
    assert made(book, tmp_path / "out", tmp_path / "cache") == (outputs, [])


def test_a_disk_that_gets_full_of_outputs(book: Path, cold: dict[str, bytes]) -> None:
    """What stood there stands there still, and with room again all is well. The system refuses files that are too long
    as it refuses any on a full disk."""
    chapter = sorted(book.glob("chapters/*.md"))[0]
    text = chapter.read_text("utf-8")
    chapter.write_text(text.replace(" und ", " oder ", 1), "utf-8")
    subprocess.run(command(book), check=True)
    before = content(book.parent / "out")
    chapter.write_text(text, "utf-8")
    limits = (20_000, resource.RLIM_INFINITY)
    failed = subprocess.run(
        [*command(book), "--json"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits),
        capture_output=True,
        text=True,
    )
    assert failed.returncode != 0
    assert "output-failed" in [problem["code"] for problem in json.loads(failed.stdout)["problems"]], failed.stdout
    assert content(book.parent / "out") == before
    subprocess.run(command(book), check=True)
    assert_built(book, cold)
