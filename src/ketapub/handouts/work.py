"""What is done with handouts, each from the book's folder on: read this file as `build.py` is read for the book.

In: a book's folder and what to make. Out: what was made or found, and files in place.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ketapub.cache import Cache
from ketapub.document import Book
from ketapub.formats.made import Made, SheetPage
from ketapub.handouts import Asked, check_asked, make_pages, resolve_handouts, stacks, with_kept
from ketapub.handouts.clinic_table import read_table_of_clinics
from ketapub.handouts.clinics import Clinic, read_clinics
from ketapub.handouts.manifest import make_manifest
from ketapub.handouts.notice import make_notice
from ketapub.handouts.resolved import around
from ketapub.handouts.run import make_stacks
from ketapub.handouts.run.cluster import check_scheduler
from ketapub.handouts.sheet import Resolved
from ketapub.handouts.stale import Standing, standing_of, versions_in
from ketapub.handouts.today import sheet_pages
from ketapub.handouts.versions import FILE, Versions, as_toml, check_recorded, recorded, without_withdrawn
from ketapub.outputs import (
    Built,
    Bundle,
    Keep,
    Store,
    build_id,
    check_out,
    replace_file,
    standing,
    write_outputs,
)
from ketapub.problems import NOWHERE, Problem, Problems, Stopped
from ketapub.reading import Read, read_book
from ketapub.theme import Theme, load_theme


def write_handouts(
    root: Path,
    out: Path,
    asked: Asked,
    *,
    as_of: datetime.date,
    clinics: Path | None = None,
    cache: Path | None = None,
    strict: bool = False,
    jobs: int = 1,
    scheduler: str = "",
    progress: Callable[[str], None] = lambda step: None,
) -> Built:
    """Make the handouts of the book in `root` for its clinics, or for those of the table `clinics`, into `out`.

    `jobs` processes make them, or the workers of the Dask scheduler at the address `scheduler`. Raises `Stopped` as
    `build` does; a clinic with a mistake is told of, and the others get their sheets all the same.
    """
    problems, theme = Problems(), load_theme()
    check_out(out, root, problems)
    if scheduler:
        check_scheduler(scheduler, problems)
    kept = Cache(cache, problems)
    read = read_book(root, theme, problems, as_of=as_of, progress=progress, cache=kept)
    current = _current(read, problems, as_of, kept)
    problems.stop_on_warnings(strict)
    known = clinics_of(read, problems, clinics)
    check_asked(asked, current.sheets, known)
    sheets = printable_sheets(current, problems)
    if not sheets:
        problems.stop_on_errors()
    left = _standing(out, problems)
    store = Store(out, problems)
    bundle = make_handouts(sheets, known, asked, theme, problems, progress, kept, jobs, scheduler, left, store.keep)
    write_outputs(out, bundle, build_id=build_id(bundle), manuscript_root=root, problems=problems)
    return Built(problems.in_order(), bundle)


@dataclass(frozen=True, slots=True)
class Current:
    """The handouts of a book as they are now, the versions that it has on record, and those that it would have if it
    recorded them today."""

    sheets: tuple[Resolved, ...] = ()
    versions: Versions = field(default_factory=dict)
    now: Versions = field(default_factory=dict)


def current_handouts(read: Read, problems: Problems, as_of: datetime.date, cache: Cache | None = None) -> Current:
    """None where the book has none."""
    return _current(read, problems, as_of, cache) if read.draft.handouts else Current()


def _current(read: Read, problems: Problems, as_of: datetime.date, cache: Cache | None) -> Current:
    sheets, versions = sheets_of(read, problems, cache)
    now = recorded(versions, sheets, read.book.info.book.version, as_of, problems)
    problems.stop_on_errors()
    check_recorded(sheets, versions, problems)
    return Current(sheets, versions, now)


def printable_sheets(current: Current, problems: Problems) -> tuple[Resolved, ...]:
    """Those whose version is not withdrawn."""
    return without_withdrawn(current.sheets, current.versions, problems)


def pages_of_sheets(current: Current, problems: Problems) -> tuple[SheetPage, ...]:
    """What the site tells of the handouts."""
    return sheet_pages(current.sheets, current.now, problems) if current.sheets else ()


def make_handouts(
    sheets: tuple[Resolved, ...],
    clinics: tuple[Clinic, ...],
    asked: Asked,
    theme: Theme,
    problems: Problems,
    progress: Callable[[str], None] = lambda step: None,
    cache: Cache | None = None,
    jobs: int = 1,
    scheduler: str = "",
    left: Mapping[str, Callable[[], bytes]] | None = None,
    keep: Keep = lambda file: file,
) -> Bundle:
    """PDFs, HTML and manifest; `left` is what earlier runs made of them; finished files wait where `keep` puts them."""
    made = Made(cache=cache or Cache(None, problems))
    printed = stacks(sheets, clinics, asked)
    bundle = make_stacks(printed, theme, problems, progress, cache, jobs, scheduler, keep)
    bundle = with_kept(bundle, asked, left or {}, keep)
    bundle += make_pages(sheets, clinics, bundle, theme, made, problems, progress, keep)
    return bundle + make_manifest(bundle, sheets, left or {})


def _standing(out: Path, problems: Problems) -> dict[str, Callable[[], bytes]]:
    """The handouts that earlier runs left in `out`, to be read where they are wanted."""
    found = (path for path in standing(out, problems) if path.startswith("handouts/"))
    return {path: (out / path).read_bytes for path in found}


def clinics_of(read: Read, problems: Problems, table: Path | None = None) -> tuple[Clinic, ...]:
    """Those in the book's folder; or those of a table, which may lie anywhere."""
    folder, info = read.manuscript.folder, read.book.info
    if table is None:
        return read_clinics(folder, info, problems)
    try:
        data = table.read_bytes()
    except OSError as error:
        message = f"cannot read {table}: {error.strerror or error}"
        raise Stopped([Problem("unreadable-file", NOWHERE, message)], usage=True) from None
    return read_table_of_clinics(str(table), data, folder, info, problems)


def texts_of(read: Read, problems: Problems) -> tuple[Book, ...]:
    """What reviewers read and sign: the book, then each handout as a small book."""
    if not read.draft.handouts:
        return (read.book,)
    sheets, _ = sheets_of(read, problems)
    return (read.book, *(sheet.book for sheet in sheets))


def sheets_of(read: Read, problems: Problems, cache: Cache | None = None) -> tuple[tuple[Resolved, ...], Versions]:
    """The handouts as they are now, and the versions that were recorded."""
    of = around(read.book, read.manuscript, read.signatures, problems)
    sheets = resolve_handouts(read.draft, of, problems, cache)
    problems.stop_on_errors()
    return sheets, of.versions


def record_versions(
    root: Path, *, as_of: datetime.date, cache: Path | None = None, progress: Callable[[str], None] = lambda step: None
) -> tuple[tuple[Problem, ...], Versions]:
    """Write the versions of the handouts into the book. Out: what was warned of, and the versions."""
    read, sheets, versions, problems = _read_handouts(root, as_of, cache, progress)
    now = recorded(versions, sheets, read.book.info.book.version, as_of, problems)
    problems.stop_on_errors()
    if now != versions:
        replace_file(root / FILE, as_toml(now).encode(), problems)
    return problems.in_order(), now


def stale_sheets(
    root: Path,
    folder: Path,
    *,
    as_of: datetime.date,
    cache: Path | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[tuple[Problem, ...], tuple[Standing, ...]]:
    """How the versions in `folder` stand to the book. Out: what was warned of, and each version."""
    read, sheets, versions, problems = _read_handouts(root, as_of, cache, progress)
    now = recorded(versions, sheets, read.book.info.book.version, as_of, problems)
    problems.stop_on_errors()
    found = versions_in(folder, problems)
    problems.stop_on_errors(usage=True)
    return problems.in_order(), standing_of(found, now, sheets)


def write_notice(
    root: Path,
    out: Path,
    *,
    as_of: datetime.date,
    cache: Path | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Built:
    """Make the notice for staff of what changed, into `out`: of what is recorded, for nothing else was printed."""
    check_out(out, root, Problems())
    read, sheets, versions, problems = _read_handouts(root, as_of, cache, progress)
    check_recorded(sheets, versions, problems)
    bundle = make_notice(read.book, sheets, versions, load_theme(), problems)
    write_outputs(out, bundle, build_id=build_id(bundle), manuscript_root=root, problems=problems)
    return Built(problems.in_order(), bundle)


def _read_handouts(
    root: Path, as_of: datetime.date, cache: Path | None, progress: Callable[[str], None]
) -> tuple[Read, tuple[Resolved, ...], Versions, Problems]:
    problems = Problems()
    kept = Cache(cache, problems)
    read = read_book(root, load_theme(), problems, as_of=as_of, progress=progress, cache=kept)
    if not read.draft.handouts:
        hint = "name their files in book.toml: [handouts] files"
        raise Stopped([Problem("missing-setting", NOWHERE, "the book has no handouts", hint)], usage=True)
    sheets, versions = sheets_of(read, problems, kept)
    return read, sheets, versions, problems
