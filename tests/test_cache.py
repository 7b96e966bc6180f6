"""The cache: what was put comes back unchanged or not at all."""

import os
import resource
import shutil
import signal
from pathlib import Path

import pytest

from ketapub import cache as module
from ketapub.cache import Cache, cache_key, own_version
from ketapub.problems import Problems, explanations


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def cache(tmp_path, problems):
    return Cache(tmp_path / "cache", problems)


KEY = cache_key("a")


def entries(folder):
    return [path for path in folder.glob("??/*") if path.is_file()]


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 100_000])
def test_round_trip(cache, tmp_path, problems, content):
    assert cache.get(KEY) is None
    cache.put(KEY, content)
    assert cache.get(KEY) == content
    assert Cache(tmp_path / "cache", problems).get(KEY) == content
    assert problems.found == []


def test_keys():
    assert len({cache_key("ab", "c"), cache_key("a", "bc"), cache_key("abc"), cache_key("ab", "c", "")}) == 4
    assert cache_key("ä", b"x") == cache_key("ä".encode(), "x")
    # SHA-256 of eight zero bytes: the length of one empty part
    assert cache_key("") == "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc"


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes()[:10]),
        lambda path: path.write_bytes(path.read_bytes() + b"x"),
        lambda path: path.write_bytes(path.read_bytes().replace(b"content", b"c0ntent")),
    ],
)
def test_a_damaged_entry_is_none(cache, tmp_path, problems, damage):
    cache.put(KEY, b"content")
    damage(entries(tmp_path / "cache")[0])
    assert cache.get(KEY) is None
    (told,) = problems.found
    assert (told.code, told.severity) == ("cache-damaged", "warning")
    cache.put(KEY, b"content")
    assert cache.get(KEY) == b"content"
    assert problems.found == [told]


@pytest.mark.parametrize("take_away", [Path.unlink, lambda path: shutil.rmtree(path.parent.parent)])
def test_an_entry_that_was_taken_away_is_none(cache, tmp_path, problems, take_away):
    cache.put(KEY, b"content")
    take_away(entries(tmp_path / "cache")[0])
    assert cache.get(KEY) is None
    cache.put(KEY, b"content")
    assert cache.get(KEY) == b"content"
    assert problems.found == []


def test_an_entry_under_another_name_is_none(cache, tmp_path):
    other = cache_key("b")
    cache.put(KEY, b"content")
    (first,) = entries(tmp_path / "cache")
    cache.put(other, b"another")
    (second,) = {*entries(tmp_path / "cache")} - {first}
    first.rename(second)
    assert cache.get(other) is None


def test_another_state_of_the_program_finds_nothing_of_this_one(cache, monkeypatch):
    cache.put(KEY, b"content")
    with monkeypatch.context() as other:
        other.setattr(module, "own_version", lambda: "another")
        assert cache.get(KEY) is None
        cache.put(KEY, b"of another")
    assert cache.get(KEY) == b"content"


def test_the_state_of_the_program_is_that_of_its_files(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "__file__", str(tmp_path / "cache.py"))
    (tmp_path / "inner").mkdir()
    file = tmp_path / "inner" / "rules.toml"
    states = []
    for content, time in (("a = 1", 1), ("a = 1", 2), ("a = 10", 2), ("a = 10", 2)):
        file.write_text(content)
        os.utime(file, ns=(time, time))
        states.append(own_version.__wrapped__())
    file.rename(tmp_path / "rules.toml")
    (tmp_path / ".#rules.toml").symlink_to("nowhere")
    states.append(own_version.__wrapped__())
    assert [states.index(state) for state in states] == [0, 1, 2, 2, 4]


def test_the_ones_used_longest_ago_go(tmp_path, problems):
    keys = [cache_key(str(number)) for number in range(40)]
    cache = Cache(tmp_path, problems, limit=10_000)
    for number, key in enumerate(keys):
        cache.put(key, b"x" * 968)  # 1,000 with its seal
        for path in entries(tmp_path):  # older by the number of turns, whatever the resolution of the clock
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 10**9))
        if number > 0:
            assert cache.get(keys[0]) is not None, number
    left = [number for number, key in enumerate(keys) if cache.get(key) is not None]
    assert left[0] == 0
    assert left[1:] == list(range(40 - len(left) + 1, 40))
    assert 5 <= len(left) <= 10


def test_what_a_killed_process_left_goes_as_well(tmp_path, problems):
    cache = Cache(tmp_path, problems, limit=10_000)
    cache.put(KEY, b"x" * 968)
    entry = entries(tmp_path)[0]
    part = entry.with_name(entry.name + ".abc_1234.part")
    part.write_bytes(b"x" * 5000)
    os.utime(part, ns=(0, 0))
    mine = entry.with_name("thesis.doc")
    mine.write_bytes(b"x" * 5000)
    os.utime(mine, ns=(0, 0))
    for number in range(20):
        cache.put(cache_key(str(number)), b"x" * 968)
    assert not part.exists()
    assert mine.exists()


def test_more_than_the_limit_is_not_kept(tmp_path, problems):
    cache = Cache(tmp_path, problems, limit=1000)
    cache.put(KEY, b"x" * 1001)
    assert cache.get(KEY) is None
    assert entries(tmp_path) == []


def test_no_folder_no_cache(problems):
    cache = Cache(None, problems)
    cache.put(KEY, b"x")
    assert cache.get(KEY) is None
    assert problems.found == []


def assert_given_up(cache, problems):
    cache.put(KEY, b"x" * 2000)
    cache.put(KEY, b"x" * 2000)
    assert cache.get(KEY) is None
    (problem,) = problems.found
    assert (problem.code, problem.severity) == ("cache-unusable", "warning")
    assert problem.code in explanations()


@pytest.mark.parametrize("place", ["file", "file/cache", "circle"])
def test_a_folder_that_cannot_be(tmp_path, problems, place):
    (tmp_path / "file").write_text("x")
    (tmp_path / "circle").symlink_to("circle")
    assert_given_up(Cache(tmp_path / place, problems), problems)


def test_a_full_disk(tmp_path, problems):
    cache = Cache(tmp_path, problems)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))  # the system refuses longer files, as a full disk does
    try:
        assert_given_up(cache, problems)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, heard)
    assert entries(tmp_path) == []


def test_backups_leave_it_out(cache, tmp_path):
    assert Path(tmp_path, "cache/CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
