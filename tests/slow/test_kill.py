"""Killed at any step: no output is lost or half there, and the next run puts all right."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ketapub.cache import Cache, cache_key
from ketapub.outputs import LIST, OutputFile, clean, write_outputs
from ketapub.problems import Problems

pytestmark = pytest.mark.slow

ONE = {"x.pdf": "pdf 1", "x.epub": "epub 1", "site/index.html": "site 1", "site/a/b.html": "b 1", "book.json": "1"}
TWO = {
    "x.pdf": "pdf 2",
    "x.epub": "epub 2",
    "site/index.html": "site 2",
    "site/c/d.html": "d 2",
    "handouts/a/x.pdf": "2",
}

# A child that dies by SIGKILL before its nth call of the functions that change a disk.
CHILD = """
import builtins, io, json, os, pathlib, shutil, signal, sys
from pathlib import Path
from ketapub.outputs import OutputFile, clean, write_outputs
from ketapub.problems import Problems

out, left, files = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])

def deadly(function):
    def step(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return step

def half_written(path, data):
    with open(path, "wb") as stream:
        stream.write(data[: len(data) // 2])
        stream.flush()
        deadly(lambda: None)()
        stream.write(data[len(data) // 2 :])

for name in ("replace", "mkdir", "rmdir", "unlink", "fsync"):
    setattr(os, name, deadly(getattr(os, name)))
Path.write_bytes = half_written
if files is None:
    clean(out, Problems())
else:
    bundle = tuple(OutputFile(path, text.encode()) for path, text in files.items())
    write_outputs(out, bundle, build_id="child", manuscript_root=out.parent / "manuscript", problems=Problems())
"""


def write(out, files):
    bundle = tuple(OutputFile(path, text.encode()) for path, text in files.items())
    problems = Problems()
    write_outputs(out, bundle, build_id="test", manuscript_root=out.parent / "manuscript", problems=problems)
    assert problems.found == []


def content(out):
    return {
        path.relative_to(out).as_posix(): path.read_text()
        for path in out.rglob("*")
        if path.is_file() and not path.relative_to(out).parts[0].startswith(".ketapub")
    }


def killed_at(step, out, files):
    """Whether the child was killed at this step, rather than done before it."""
    child = subprocess.run([sys.executable, "-c", CHILD, str(out), str(step), json.dumps(files)], capture_output=True)
    assert child.returncode in (0, -9), child.stderr.decode()
    return child.returncode != 0


def test_killed_at_every_step_of_a_build(tmp_path):
    moments = {"old": 0, "mixed": 0, "new": 0}
    for step in range(500):
        out = tmp_path / str(step) / "build"
        write(out, ONE)
        listed = (out / LIST).read_bytes()
        if not killed_at(step, out, TWO):
            break
        now = content(out)
        state = "old" if now == ONE else "new" if now == {**TWO, "book.json": "1"} else "mixed"
        moments[state] += 1
        for path, text in now.items():  # a folder may be missing for the moment, but no file is half there
            assert text in (ONE.get(path), TWO.get(path)), path
        if state == "old":
            assert (out / LIST).read_bytes() == listed
        write(out, {"y.html": "y"})  # a run with other work repairs
        repaired = content(out)
        assert repaired in ({**ONE, "y.html": "y"}, {**TWO, "book.json": "1", "y.html": "y"})
        if state != "old":
            assert repaired["x.pdf"] == "pdf 2"
        assert sorted(path.name for path in out.iterdir() if path.name.startswith(".")) == [LIST]
        clean(out, Problems())
        assert not out.exists()
    else:
        pytest.fail("the child never came to its end")
    assert all(moments.values()), moments


def test_killed_at_every_step_of_the_first_build_and_of_its_repair(tmp_path):
    for step in range(500):
        out = tmp_path / str(step) / "build"
        if not killed_at(step, out, ONE):
            break
        for again in (3, 10, 17):
            killed_at(again, out, ONE)
        write(out, TWO)
        assert content(out).items() >= TWO.items()
        assert set(content(out)) <= {*ONE, *TWO}
    else:
        pytest.fail("the child never came to its end")


def test_killed_at_every_step_of_clean(tmp_path):
    for step in range(500):
        out = tmp_path / str(step) / "build"
        write(out, ONE)
        if not killed_at(step, out, None):
            break
        clean(out, Problems())
        assert not out.exists() or content(out) == {}
    else:
        pytest.fail("the child never came to its end")


CACHE_CHILD = """
import sys
from pathlib import Path
from ketapub.cache import Cache, cache_key
from ketapub.problems import Problems

problems = Problems()
cache = Cache(Path(sys.argv[1]), problems, limit=200_000)
print("ready", flush=True)
for turn in range(int(sys.argv[2])):
    name = str(turn % 40)
    content = name.encode() * 4000
    found = cache.get(cache_key(name))
    assert found is None or found == content
    cache.put(cache_key(name), content)
assert not problems.found, problems.found
"""


def child(folder, turns):
    arguments = [sys.executable, "-c", CACHE_CHILD, str(folder), str(turns)]
    started = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    started.stdout.readline()
    return started


def size(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def test_two_processes_and_one_cache(tmp_path):
    children = [child(tmp_path, 1500), child(tmp_path, 1500)]
    for one in children:
        _, errors = one.communicate()
        assert one.returncode == 0, errors.decode()
    assert size(tmp_path) < 200_000 * 1.25


def test_a_cache_user_killed_in_the_middle(tmp_path):
    for _ in range(8):
        one = child(tmp_path, 10_000_000)
        os.kill(one.pid, 9)
        one.communicate()
    problems = Problems()
    cache = Cache(tmp_path, problems, limit=200_000)
    for turn in range(40):
        found = cache.get(cache_key(str(turn)))
        assert found in (None, str(turn).encode() * 4000)
        cache.put(cache_key(str(turn)), str(turn).encode() * 4000)
    assert cache.get(cache_key("39")) == b"39" * 4000
    assert problems.found == []
