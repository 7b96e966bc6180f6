"""Puts finished outputs in their folder: a `Bundle` of bytes in; the folder OUT, changed as a whole or not at all, out.

The order is that of a write-ahead log. Everything is first written and flushed in OUT/.ketapub-stage/new; the new
list of files is put beside it, which decides the matter; only then is anything moved into place, and the list last:

    killed before the decision    the old set stands untouched; the next run clears the stage
    killed after it               the next run finishes the moves, then goes on with its own work

Each single file, and each output folder (`site/`, `handouts/<clinic>/`) as a whole, changes in one rename. Only what
OUT/.ketapub.json names is ever replaced or deleted.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path, PurePosixPath

from ketapub import output_list
from ketapub.output_list import LIST, STAGE, is_plain
from ketapub.problems import NOWHERE, Problem, Problems, Stopped

LOCK_TRIES = 600  # a tenth of a second each: another run holds the lock only while it writes, not while it renders


@dataclass(frozen=True)
class OutputFile:
    """One finished file. `path` is relative to OUT, with forward slashes."""

    path: str
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """Of its bytes, hexadecimal: asked for several times, and a file may be long."""
        return hashlib.sha256(self.data).hexdigest()


Bundle = tuple[OutputFile, ...]
Keep = Callable[[OutputFile], OutputFile]


class Stored(OutputFile):
    """A finished file whose bytes are on disk until they are asked for."""

    __slots__ = ("_length", "_start", "_store")
    _store: Store
    _start: int
    _length: int

    def __init__(self, path: str, store: Store, start: int, length: int) -> None:
        for name, value in (("path", path), ("_store", store), ("_start", start), ("_length", length)):
            object.__setattr__(self, name, value)

    @property
    def data(self) -> bytes:
        return self._store.read(self._start, self._length)


class Store:
    """Where finished files wait that are more than memory should hold: a file of the disk that will hold them, without
    a name, so that it is gone with the process, however that ends."""

    def __init__(self, out: Path, problems: Problems) -> None:
        folder = next(folder for folder in (out, *out.absolute().parents) if folder.is_dir())
        self._refusals = partial(_refusals, out, problems)
        with self._refusals():
            self._handle, name = tempfile.mkstemp(prefix=".ketapub-", dir=folder)
            os.unlink(name)
        self._length = 0
        weakref.finalize(self, os.close, self._handle)

    def keep(self, file: OutputFile) -> OutputFile:
        start, data = self._length, memoryview(file.data)
        with self._refusals():  # the disk may be full
            while data:
                written = os.pwrite(self._handle, data, self._length)
                self._length += written
                data = data[written:]
        return Stored(file.path, self, start, self._length - start)

    def read(self, start: int, length: int) -> bytes:
        return os.pread(self._handle, length, start)


@dataclass(frozen=True, slots=True)
class Made:
    """One line of `.ketapub.json`: a file that ketapub wrote, the SHA-256 of its bytes and the build it came from."""

    path: str
    sha256: str
    build: str


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a run that went through."""

    problems: tuple[Problem, ...]  # warnings, and what is wrong with what was left out: other errors raise `Stopped`
    outputs: Bundle
    remarks: tuple[str, ...] = ()  # what a file does not have, and why


def build_id(bundle: Bundle) -> str:
    return hashlib.sha256(b"".join(bytes.fromhex(file.sha256) for file in bundle)).hexdigest()


# --- for the pipeline --------------------------------------------------------------------------------


def write_outputs(out: Path, bundle: Bundle, *, build_id: str, manuscript_root: Path, problems: Problems) -> None:
    """Replace the files and folders of `bundle` in `out`; what an earlier run made besides them stays listed.

    Whatever is wrong with the folder raises `Stopped` (usage): `out-in-sources`, `out-not-a-folder`, `foreign-file`,
    `broken-output-list`, `output-busy`, `output-failed`. A kept file that is no longer what was written is the
    warning `changed-output`.
    """
    paths = {file.path for file in bundle}
    if len(paths) < len(bundle) or not all(map(is_plain, paths)):
        raise ValueError(f"output paths must be plain and different: {sorted(file.path for file in bundle)}")
    check_out(out, manuscript_root, problems)
    with _refusals(out, problems):
        out.mkdir(parents=True, exist_ok=True)
        with _locked(out):
            _finish_moves(out)
            old = _read(out / LIST)
            units = {_unit(path) for path in paths}
            _check_places(out, units, old)
            kept = {path: made for path, made in old.items() if _unit(path) not in units and (out / path).is_file()}
            for made in kept.values():
                if not is_unchanged(out, made):
                    message = f"{out / made.path} is not what ketapub wrote; it is not part of this build and stays"
                    problems.add("changed-output", NOWHERE, message, "build that format again", severity="warning")
            new = {file.path: Made(file.path, file.sha256, build_id) for file in bundle}
            try:
                _stage(out, bundle, kept | new, build_id)
            except OSError:  # a full disk shows here, before anything was moved
                (out / STAGE / LIST).unlink(missing_ok=True)  # first: without it the stage counts for nothing
                shutil.rmtree(out / STAGE, ignore_errors=True)
                raise
            _move_in(out)


def check_out(out: Path, manuscript_root: Path, problems: Problems) -> None:
    """Stop if `out` cannot be the folder for outputs; worth asking before the rendering, which takes longer.

    It may not be, hold or lie inside the folder of `book.toml`, except in its `build/`. Symbolic links are followed.
    """
    # realpath, because Path.resolve raises on a loop of links before Python 3.13
    place, root = Path(os.path.realpath(out)), Path(os.path.realpath(manuscript_root))
    existing = next(folder for folder in (place, *place.parents) if os.path.lexists(folder))
    with _refusals(out, problems):
        if not existing.is_dir():
            raise _Refused("out-not-a-folder", f"{out} cannot hold the outputs: {existing} is not a folder")
        holds = any(_is_same(place, folder) for folder in (root, *root.parents))
        inside = any(_is_same(up, root) and down.name != "build" for down, up in pairwise((place, *place.parents)))
        if holds or inside:
            where = "holds" if holds else "lies inside"
            hint = f"choose another folder with -o, or {Path(manuscript_root, 'build')}"
            raise _Refused("out-in-sources", f"the folder for outputs, {out}, {where} the sources of the book", hint)


def clean(out: Path, problems: Problems) -> tuple[str, ...]:
    """Delete the files that `.ketapub.json` names, then the list, then the folders that are left empty.

    A file that is no longer what was written is kept, with the warning `changed-output`. Returns the deleted paths.
    """
    deleted = []
    with _refusals(out, problems):
        if not os.path.lexists(out):
            return ()
        if not out.is_dir():
            raise _Refused("out-not-a-folder", f"{out} is not a folder")
        with _locked(out):
            _finish_moves(out)
            named = _read(out / LIST)
            for path, made in named.items():
                if not os.path.lexists(out / path):
                    continue
                if is_unchanged(out, made):
                    (out / path).unlink()
                    deleted.append(path)
                else:
                    message = f"{out / path} is not what ketapub wrote; it stays"
                    problems.add("changed-output", NOWHERE, message, "delete it yourself", severity="warning")
            if os.path.lexists(out / LIST):
                (out / LIST).unlink()
                for folder in sorted(_parents(named), reverse=True):
                    _remove_if_empty(out, folder)
                _remove_if_empty(out, "")
    return tuple(deleted)


def read_list(out: Path, problems: Problems) -> dict[str, Made]:
    """What `.ketapub.json` in `out` names, by path; empty when there is no such file."""
    with _refusals(out, problems):
        return _read(out / LIST)


def standing(out: Path, problems: Problems) -> dict[str, Made]:
    """What ketapub wrote in `out` and stands there unchanged, by path. What a killed run left is brought to its end."""
    with _refusals(out, problems):
        if not out.is_dir():
            return {}
        with _locked(out):
            _finish_moves(out)
            return {path: made for path, made in _read(out / LIST).items() if is_unchanged(out, made)}


def check_new_folder(folder: Path, problems: Problems) -> None:
    """Stop with `folder-not-empty` unless `folder` is empty or not there yet."""
    with _refusals(folder, problems):
        if not os.path.lexists(folder):
            return
        if not folder.is_dir():
            raise _Refused("out-not-a-folder", f"{folder} is not a folder")
        if found := sorted(os.listdir(folder)):
            hint = "name a folder that does not exist yet"
            raise _Refused("folder-not-empty", f'{folder} is not empty: it holds "{found[0]}"', hint)


def write_new_folder(folder: Path, bundle: Bundle, problems: Problems) -> None:
    """Write `bundle` into a folder that is empty or not there yet."""
    check_new_folder(folder, problems)
    with _refusals(folder, problems):
        folder.mkdir(parents=True, exist_ok=True)
        write_files(folder, bundle)


def write_whole_folder(folder: Path, bundle: Bundle, problems: Problems) -> None:
    """Write `bundle` as a folder that is empty or not there yet, in one rename: it is there whole, or not at all."""
    check_new_folder(folder, problems)
    with _refusals(folder, problems):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as stage:
            new = Path(stage, "new")
            new.mkdir()  # with the permissions of any folder; that of the stage is closed to others
            write_files(new, bundle)
            for path in (*_everything_in(new), new):
                _flush(path)
            os.replace(new, folder)
        _flush(folder.parent)


def write_files(folder: Path, bundle: Bundle) -> None:
    """Into a folder in which none of them stands yet."""
    for file in bundle:
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as stream:
            stream.write(file.data)


def write_new_file(place: Path, data: bytes, problems: Problems) -> Path:
    """Write a new file, such as a signature. What is there is kept: after "x.toml" comes "x-2.toml"."""
    with _refusals(place.parent, problems):
        place.parent.mkdir(parents=True, exist_ok=True)
        number, free = 1, place
        while os.path.lexists(free):
            number += 1
            free = place.with_stem(f"{place.stem}-{number}")
        with free.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        return free


def replace_file(place: Path, data: bytes, problems: Problems) -> None:
    """Write a file of the book anew, such as its list of versions: it is the old one or the new one, whole."""
    with _refusals(place.parent, problems):
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_name(f".{place.name}.new")
        with new.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(new, place)
        _flush(place.parent)


# --- refusing ----------------------------------------------------------------------------------------


class _Refused(Exception):
    """The folder cannot be written; becomes a problem at the edge of this module.

    `Problems.add` is not used for it: a book may turn its problems off, but not the protection of foreign files.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        self.problem = Problem(code, NOWHERE, message, hint)


@contextmanager
def _refusals(out: Path, problems: Problems) -> Iterator[None]:
    try:
        yield
    except _Refused as refused:
        problems.found.append(refused.problem)
        raise Stopped(problems.in_order(), usage=True) from None
    except OSError as error:
        place = error.filename2 or error.filename or out
        message = f"cannot write {os.fsdecode(place)}: {error.strerror or error}"
        problems.found.append(Problem("output-failed", NOWHERE, message, "put that right, then run it again"))
        raise Stopped(problems.in_order(), usage=True) from None


def _check_places(out: Path, units: Iterable[str], named: Mapping[str, Made]) -> None:
    """Refuse if something that we did not make stands where a unit must go, or if the place cannot be written."""
    ours = {*named, *_parents(named)}
    for unit in sorted(units):
        for folder in sorted(_parents([unit.rstrip("/")])):
            _check_folder(out, out / folder)
        place = out / unit
        if not os.path.lexists(place):
            continue
        if place.is_symlink() or not (place.is_dir() if unit.endswith("/") else unit in named and place.is_file()):
            raise _foreign(place)
        if place.is_dir():
            _check_folder(out, place)
            for inside in _everything_in(place):
                if inside.relative_to(out).as_posix() not in ours or inside.is_symlink():
                    raise _foreign(inside)


def _check_folder(out: Path, folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir():
        raise _foreign(folder)
    if folder.stat().st_dev != out.stat().st_dev:  # a rename cannot leave its filesystem
        raise OSError(errno.EXDEV, "it lies on another disk than the rest of the outputs", str(folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _foreign(place: Path) -> _Refused:
    what = "a symbolic link" if place.is_symlink() else "a folder" if place.is_dir() else "a file"
    hint = "move it away, or choose another folder with -o"
    return _Refused("foreign-file", f"{place} is in the way: {what} that ketapub did not make", hint)


# --- moving ------------------------------------------------------------------------------------------


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the folder itself locked, so that no lock file is left behind."""
    for _ in range(LOCK_TRIES):
        out.mkdir(parents=True, exist_ok=True)
        folder = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.1)
                continue
            except OSError:  # a network filesystem that knows no locks: better unlocked than not at all
                pass
            if out.is_dir() and os.path.samestat(os.fstat(folder), out.stat()):  # else `clean` removed it meanwhile
                yield
                return
        finally:
            os.close(folder)
    raise _Refused("output-busy", f"another run is writing into {out}", "wait until it is done, then try again")


def _finish_moves(out: Path) -> None:
    """Bring what a killed run left behind to its end: forward once its list was complete, else back."""
    stage = out / STAGE
    if stage.is_symlink() or (os.path.lexists(stage) and not stage.is_dir()):
        raise _foreign(stage)
    if (stage / LIST).exists():
        staged = _read(stage / LIST)
        _check_places(out, _waiting(stage, staged), _read(out / LIST))  # none of the new is there yet
        _move_in(out)
    elif stage.exists():
        shutil.rmtree(stage)


def _stage(out: Path, bundle: Bundle, named: Mapping[str, Made], build_id: str) -> None:
    """Write everything beside its place, on the same filesystem and flushed; the list last."""
    stage = out / STAGE
    places = [stage / "new" / file.path for file in bundle]
    for place, file in zip(places, bundle, strict=True):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.data)
    for place in places:  # after all are written: the first flush then carries most of them
        _flush(place)
    for folder in {folder for place in places for folder in place.parents if folder.is_relative_to(stage)}:
        _flush(folder)
    files = [{"path": made.path, "sha256": made.sha256, "build": made.build} for _, made in sorted(named.items())]
    text = json.dumps({"ketapub": 1, "build": build_id, "files": files}, indent=1, ensure_ascii=False) + "\n"
    stage.mkdir(exist_ok=True)
    (stage / "list").write_text(text, encoding="utf-8")
    _flush(stage / "list")
    os.replace(stage / "list", stage / LIST)
    _flush(stage)
    _flush(out)


def _move_in(out: Path) -> None:
    """Move what is staged to its place. Whatever step it is cut off at, doing it again completes it."""
    stage = out / STAGE
    touched = {out}
    for unit in sorted(_waiting(stage, _read(stage / LIST))):
        place, aside = out / unit, stage / "old" / unit
        place.parent.mkdir(parents=True, exist_ok=True)
        touched |= {folder for folder in place.parents if folder.is_relative_to(out)}
        if place.is_dir():  # a folder cannot replace one that is not empty
            shutil.rmtree(aside, ignore_errors=True)
            aside.parent.mkdir(parents=True, exist_ok=True)
            os.replace(place, aside)
        os.replace(stage / "new" / unit, place)
    for folder in touched:
        _flush(folder)
    os.replace(stage / LIST, out / LIST)
    _flush(out)
    shutil.rmtree(stage, ignore_errors=True)  # all is in place; what cannot go now, the next run clears


def _waiting(stage: Path, named: Iterable[str]) -> set[str]:
    return {unit for unit in map(_unit, named) if os.path.lexists(stage / "new" / unit)}


def _flush(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- small questions ---------------------------------------------------------------------------------


def _unit(path: str) -> str:
    """What is replaced in one go for the sake of this file: itself, or the folder ("site/") it belongs to."""
    match path.split("/"):
        case ["site", _, *_]:
            return "site/"
        case ["handouts", clinic, _, *_]:
            return f"handouts/{clinic}/"
        case _:
            return path


def _parents(paths: Iterable[str]) -> set[str]:
    return {str(parent) for path in paths for parent in PurePosixPath(path).parents} - {"."}


def _everything_in(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent, name) for name in (*folders, *files))


def _read(path: Path) -> dict[str, Made]:
    if not os.path.lexists(path):
        return {}
    try:
        lines = output_list.read_lines(str(path))
    except ValueError:
        hint = "if the folder holds nothing but outputs, delete it and build again"
        raise _Refused("broken-output-list", f"{path} does not say which files ketapub made", hint) from None
    return {path: Made(**line) for path, line in lines.items()}


def is_unchanged(out: Path, made: Made) -> bool:
    """Whether a file in `out` still has the bytes that ketapub wrote there."""
    return output_list.is_unchanged(str(out), made.path, made.sha256)


def _is_same(one: Path, other: Path) -> bool:
    """One folder, whatever it is called: symbolic links, another case, a second mount."""
    return one == other or (one.exists() and other.exists() and one.samefile(other))


def _remove_if_empty(out: Path, folder: str) -> None:
    place = out / folder
    if place.is_dir() and not place.is_symlink() and not any(place.iterdir()):
        place.rmdir()
