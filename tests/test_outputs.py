"""Outputs: what is replaced, what is never touched, and what a failure leaves."""

import errno
import fcntl
import gc
import hashlib
import json
import os
import resource
import signal
from pathlib import Path

import pytest

from ketapub import outputs
from ketapub.outputs import (
    LIST,
    STAGE,
    OutputFile,
    Store,
    clean,
    read_list,
    replace_file,
    write_new_folder,
    write_outputs,
)
from ketapub.problems import Problems, Stopped, explanations

ONE = {"x.pdf": "pdf 1", "x.epub": "epub 1", "site/index.html": "site 1", "site/a/b.html": "b 1"}
TWO = {"x.pdf": "pdf 2", "x.epub": "epub 2", "site/index.html": "site 2", "site/c/d.html": "d 2"}


def bundle(files):
    return tuple(OutputFile(path, text.encode()) for path, text in files.items())


def write(out, files, build="1", root=None):
    problems = Problems()
    root = out.parent / "manuscript" if root is None else root
    write_outputs(out, bundle(files), build_id=build, manuscript_root=root, problems=problems)
    return [problem.code for problem in problems.found]


def refused(call, *arguments, **options):
    with pytest.raises(Stopped) as stopped:
        call(*arguments, **options)
    assert stopped.value.usage
    (problem,) = stopped.value.problems
    assert problem.code in explanations()
    return problem.code, problem.message


def content(out):
    """Every file below a folder, with its text; the list and empty folders are left out."""
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if not path.is_dir()}
    return {name: path.read_text() for name, path in sorted(found.items()) if name != LIST}


@pytest.fixture
def out(tmp_path):
    (tmp_path / "manuscript").mkdir()
    return tmp_path / "build"


# --- replacing ---------------------------------------------------------------------------------------


def test_files_and_list(out):
    assert write(out, ONE, "id-1") == []
    assert content(out) == ONE
    listed = json.loads((out / LIST).read_text())
    assert listed["build"] == "id-1"
    assert {line["path"]: line["sha256"] for line in listed["files"]} == {
        path: hashlib.sha256(text.encode()).hexdigest() for path, text in ONE.items()
    }


def test_a_folder_is_replaced_as_a_whole(out):
    write(out, ONE)
    write(out, TWO, "2")
    assert content(out) == TWO
    assert not (out / "site/a").exists()
    assert set(read_list(out, Problems())) == set(TWO)
    assert sorted(path.name for path in out.iterdir()) == [LIST, "site", "x.epub", "x.pdf"]


def test_each_clinic_is_a_folder_of_its_own(out):
    write(out, {"handouts/a/x.pdf": "a", "handouts/b/x.pdf": "b", "handouts/manifest.csv": "1"})
    write(out, {"handouts/a/y.pdf": "a 2", "handouts/manifest.csv": "2"})
    assert content(out) == {"handouts/a/y.pdf": "a 2", "handouts/b/x.pdf": "b", "handouts/manifest.csv": "2"}


def test_some_formats_leave_the_others(out):
    write(out, ONE, "1")
    assert write(out, {"x.pdf": "pdf 2"}, "2") == []
    assert content(out) == ONE | {"x.pdf": "pdf 2"}
    assert {path: made.build for path, made in read_list(out, Problems()).items()} == {
        "x.pdf": "2",
        "x.epub": "1",
        "site/index.html": "1",
        "site/a/b.html": "1",
    }


def test_a_changed_file_of_another_build_is_named_and_kept(out):
    write(out, ONE)
    (out / "x.epub").write_text("edited")
    assert write(out, {"x.pdf": "pdf 2"}) == ["changed-output"]
    assert content(out)["x.epub"] == "edited"
    assert write(out, ONE) == []


def test_a_deleted_file_is_ours_no_longer(out):
    write(out, ONE)
    (out / "x.epub").unlink()
    write(out, {"x.pdf": "pdf 2"})
    (out / "x.epub").write_text("somebody else's")
    assert refused(write, out, ONE)[0] == "foreign-file"


@pytest.mark.parametrize("path", ["", "/x", "../x", "a/../x", "a//x", "./x", "a/", LIST, f"{STAGE}/x", "a\0"])
def test_a_path_that_is_not_plain_is_a_fault_of_ours(out, path):
    with pytest.raises(ValueError, match="plain"):
        write(out, {path: "x"})
    assert not out.exists()


# --- what is not ours --------------------------------------------------------------------------------


def test_a_foreign_file_stands(out):
    write(out, {"x.epub": "epub 1"})
    (out / "x.pdf").write_text("mine")
    code, message = refused(write, out, ONE)
    assert code == "foreign-file"
    assert "x.pdf" in message
    assert content(out) == {"x.epub": "epub 1", "x.pdf": "mine"}


@pytest.mark.parametrize("name", ["site/CNAME", "site/a/mine/photo.jpg", "site/empty/"])
def test_a_foreign_file_in_a_folder_stands(out, name):
    write(out, ONE)
    if name.endswith("/"):
        (out / name).mkdir()
    else:
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("mine")
    assert refused(write, out, TWO)[0] == "foreign-file"
    assert (out / name).exists()
    assert content(out).items() >= ONE.items()


@pytest.mark.parametrize("name", ["x.pdf", "site", "site/index.html", "site/a"])
def test_a_symbolic_link_in_place_of_ours_stands(out, tmp_path, name):
    write(out, ONE)
    target = tmp_path / "target"
    (out / name).rename(target)
    (out / name).symlink_to(target)
    before = content(tmp_path)
    assert refused(write, out, TWO)[0] == "foreign-file"
    assert content(tmp_path) == before


def test_a_link_above_an_output_folder_stands(out, tmp_path):
    (tmp_path / "elsewhere/a").mkdir(parents=True)
    out.mkdir()
    (out / "handouts").symlink_to(tmp_path / "elsewhere")
    assert refused(write, out, {"handouts/a/x.pdf": "x"})[0] == "foreign-file"
    assert content(tmp_path / "elsewhere") == {}


@pytest.mark.parametrize("place", ["x.pdf", "site", "handouts"])
def test_a_file_for_a_folder_and_a_folder_for_a_file_stand(out, place):
    out.mkdir()
    (out / place).mkdir() if place == "x.pdf" else (out / place).write_text("mine")
    assert refused(write, out, {**ONE, "handouts/a/x.pdf": "x"})[0] == "foreign-file"


def test_the_stage_may_be_no_link(out, tmp_path):
    write(out, ONE)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/x").write_text("mine")
    (out / STAGE).symlink_to(tmp_path / "precious")
    assert refused(write, out, TWO)[0] == "foreign-file"
    assert content(tmp_path / "precious") == {"x": "mine"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"ketapub": 2, "build": "", "files": []}',
        '{"ketapub": 1, "build": "", "files": [{"path": "../precious", "sha256": "", "build": ""}]}',
        '{"ketapub": 1, "build": "", "files": [{"path": "/etc/passwd", "sha256": "", "build": ""}]}',
        '{"ketapub": 1, "build": "", "files": 7}',
    ],
)
@pytest.mark.parametrize("call", [lambda out: write(out, TWO), lambda out: clean(out, Problems())])
def test_a_list_that_cannot_be_trusted(out, text, call):
    write(out, ONE)
    (out / LIST).write_text(text)
    assert refused(call, out)[0] == "broken-output-list"
    assert content(out) == ONE


# --- where OUT may be --------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [".", "chapters", "chapters/build", "..", "../..", "builds", "chapters/../images"])
def test_out_may_not_be_among_the_sources(tmp_path, place):
    root = tmp_path / "work/manuscript"
    (root / "chapters").mkdir(parents=True)
    assert refused(write, root / place, ONE, root=root)[0] == "out-in-sources"
    assert content(tmp_path) == {}


@pytest.mark.parametrize("place", ["build", "build/deep", "../build", "../manuscript-out"])
def test_out_may_be(tmp_path, place):
    root = tmp_path / "manuscript"
    root.mkdir()
    assert write(root / place, ONE, root=root) == []


def test_links_do_not_hide_the_sources(tmp_path):
    root = tmp_path / "manuscript"
    (root / "chapters").mkdir(parents=True)
    (tmp_path / "innocent").symlink_to(root / "chapters")
    (root / "build").symlink_to(root / "chapters")
    (tmp_path / "book").symlink_to(root)
    assert refused(write, tmp_path / "innocent", ONE, root=root)[0] == "out-in-sources"
    assert refused(write, root / "build", ONE, root=root)[0] == "out-in-sources"
    assert refused(write, root, ONE, root=tmp_path / "book")[0] == "out-in-sources"
    assert content(root / "chapters") == {}


def test_out_may_be_a_link(tmp_path):
    (tmp_path / "manuscript").mkdir()
    (tmp_path / "disk").mkdir()
    (tmp_path / "build").symlink_to(tmp_path / "disk")
    assert write(tmp_path / "build", ONE) == []
    assert content(tmp_path / "disk") == ONE


def test_out_is_a_file_or_lies_under_one(out):
    out.write_text("a file")
    assert refused(write, out, ONE, root=out.parent / "manuscript")[0] == "out-not-a-folder"
    assert refused(write, out / "deep", ONE, root=out.parent / "manuscript")[0] == "out-not-a-folder"
    assert out.read_text() == "a file"


def test_links_in_a_circle(out):
    out.symlink_to(out)
    assert refused(write, out, ONE)[0] == "out-not-a-folder"


# --- failures ----------------------------------------------------------------------------------------


def test_a_full_disk_leaves_the_old_set(out):
    write(out, ONE)
    before = content(out), (out / LIST).read_bytes()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))  # the system refuses longer files, as a full disk does
    try:
        code, message = refused(write, out, TWO | {"y.pdf": "y" * 2000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, heard)
    assert code == "output-failed"
    assert "File too large" in message
    assert (content(out), (out / LIST).read_bytes()) == before
    assert not (out / STAGE).exists()


def test_a_move_that_fails_is_done_by_the_next_run(out, monkeypatch):
    write(out, ONE)
    replace = os.replace

    def fail(source, target):
        if Path(target).name == "x.pdf":
            raise OSError(5, "Input/output error", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail)
    assert refused(write, out, TWO)[0] == "output-failed"
    monkeypatch.undo()
    write(out, {"y.html": "y"})
    assert content(out) == TWO | {"y.html": "y"}


def test_a_folder_that_may_not_be_written(out, monkeypatch):
    write(out, ONE)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "site")
    code, message = refused(write, out, TWO)
    assert code == "output-failed"
    assert message.endswith("site: Permission denied")
    assert content(out) == ONE


def test_a_foreign_file_is_safe_from_the_repair_as_well(out, monkeypatch):
    write(out, {"x.epub": "epub 1"})
    monkeypatch.setattr(outputs, "_move_in", lambda out: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write(out, TWO)
    monkeypatch.undo()
    (out / "x.pdf").write_text("mine")
    assert refused(write, out, TWO)[0] == "foreign-file"
    (out / "x.pdf").rename(out / "mine.pdf")
    write(out, {"x.epub": "epub 3"})
    assert content(out) == TWO | {"x.epub": "epub 3", "mine.pdf": "mine"}


def test_two_runs_do_not_mix(out, monkeypatch):
    write(out, ONE)
    monkeypatch.setattr(outputs, "LOCK_TRIES", 2)
    other = os.open(out, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        assert refused(write, out, TWO)[0] == "output-busy"
        assert content(out) == ONE
    finally:
        os.close(other)
    assert write(out, TWO) == []


def test_the_book_cannot_turn_the_protection_off(out):
    out.mkdir()
    (out / "x.pdf").write_text("mine")
    problems = Problems()
    problems.severities = {"foreign-file": "off", "out-in-sources": "off"}
    with pytest.raises(Stopped):
        write_outputs(out, bundle(ONE), build_id="", manuscript_root=out.parent / "manuscript", problems=problems)
    with pytest.raises(Stopped):
        write_outputs(out, bundle(ONE), build_id="", manuscript_root=out, problems=problems)
    assert content(out) == {"x.pdf": "mine"}


# --- clean -------------------------------------------------------------------------------------------


def test_clean_takes_all_of_ours(out):
    write(out, ONE)
    assert set(clean(out, Problems())) == set(ONE)
    assert not out.exists()
    assert clean(out, Problems()) == ()


def test_clean_keeps_what_is_not_ours(out, tmp_path):
    write(out, ONE)
    (out / "mine.txt").write_text("mine")
    (out / "x.pdf").write_text("edited")
    (tmp_path / "elsewhere").mkdir()
    (out / "site/a/b.html").rename(tmp_path / "elsewhere/b.html")
    (out / "site/a").rmdir()
    (out / "site/a").symlink_to(tmp_path / "elsewhere")
    problems = Problems()
    assert set(clean(out, problems)) == {"x.epub", "site/index.html"}
    assert [problem.code for problem in problems.found] == ["changed-output"] * 2
    assert content(out) == {"mine.txt": "mine", "x.pdf": "edited"}
    assert (out / "site/a").is_symlink()
    assert (tmp_path / "elsewhere/b.html").read_text() == "b 1"
    assert not (out / LIST).exists()


def test_clean_touches_no_folder_of_others(tmp_path):
    (tmp_path / "home/empty").mkdir(parents=True)
    assert clean(tmp_path / "home", Problems()) == ()
    assert (tmp_path / "home/empty").is_dir()
    (tmp_path / "file").write_text("x")
    assert refused(clean, tmp_path / "file", Problems())[0] == "out-not-a-folder"


# --- a new book --------------------------------------------------------------------------------------


def test_a_file_of_the_book_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    place = tmp_path / "handouts/versions.toml"
    for data in (b"one", b"two"):
        replace_file(place, data, Problems())
        assert place.read_bytes() == data
    assert [file.name for file in place.parent.iterdir()] == [place.name]
    monkeypatch.setattr("os.fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert refused(replace_file, place, b"three", Problems())[0] == "output-failed"
    assert place.read_bytes() == b"two"


def test_a_new_folder(tmp_path):
    write_new_folder(tmp_path / "deep/book", bundle({"book.toml": "x", "chapters/a.md": "a"}), Problems())
    assert content(tmp_path / "deep/book") == {"book.toml": "x", "chapters/a.md": "a"}


def test_a_folder_that_is_not_empty(tmp_path):
    (tmp_path / ".git").mkdir()
    assert refused(write_new_folder, tmp_path, bundle(ONE), Problems())[0] == "folder-not-empty"
    (tmp_path / "file").write_text("x")
    assert refused(write_new_folder, tmp_path / "file", bundle(ONE), Problems())[0] == "out-not-a-folder"
    assert refused(write_new_folder, tmp_path / "file/x", bundle(ONE), Problems())[0] == "output-failed"


# --- files that wait on disk -----------------------------------------------------------------------------------------


def test_files_that_wait_on_disk_are_written_as_others_are(out):
    store = Store(out, Problems())
    kept = [store.keep(file) for file in (*bundle(ONE), OutputFile("empty", b""))]
    assert not any(out.parent.rglob(".ketapub*"))
    assert [file.path for file in kept] == [*ONE, "empty"]
    assert [file.data for file in reversed(kept)] == [b"", *(text.encode() for text in reversed(ONE.values()))]
    write_outputs(out, tuple(kept), build_id="1", manuscript_root=out.parent / "manuscript", problems=Problems())
    assert content(out) == {**ONE, "empty": ""}


def test_files_wait_as_long_as_someone_may_ask_for_them(out):
    before = len(os.listdir("/proc/self/fd"))
    (kept,) = [Store(out, Problems()).keep(file) for file in bundle({"x.pdf": "1"})]
    gc.collect()
    assert kept.data == b"1"
    del kept
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


def test_no_place_to_wait_is_told_of(out, monkeypatch):
    def full(**_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(outputs.tempfile, "mkstemp", full)
    code, message = refused(Store, out, Problems())
    assert code == "output-failed"
    assert "No space left" in message


def test_a_disk_that_gets_full_meanwhile_is_told_of(out, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = Store(out, Problems())
    monkeypatch.setattr(outputs.os, "pwrite", full)
    code, message = refused(store.keep, OutputFile("x.pdf", b"1"))
    assert code == "output-failed"
    assert "No space left" in message
