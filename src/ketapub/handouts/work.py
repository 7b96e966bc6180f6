"""What is done with handouts, each from the book's folder on: read this file as `build.py` is read for the book.

In: a book's folder and what to make. Out: what was made or found, and files in place.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from ketapub.cache import Cache
from ketapub.document import Book
from ketapub.formats.made import Made, SheetPage
from ketapub.handouts import Asked, check_asked, make_pages, make_sheets, resolve_handouts, with_kept
from ketapub.handouts.clinic_table import read_table_of_clinics
from ketapub.handouts.clinics import Clinic, read_clinics
from ketapub.handouts.manifest import make_manifest
from ketapub.handouts.notice import make_notice
from ketapub.handouts.resolved import around
from ketapub.handouts.sheet import Resolved
from ketapub.handouts.stale import Standing, standing_of, versions_in
from ketapub.handouts.today import sheet_pages
from ketapub.handouts.versions import FILE, Versions, as_toml, check_recorded, recorded, without_withdrawn
from ketapub.outputs import Built, build_id, check_out, replace_file, standing, write_outputs
from ketapub.problems import NOWHERE, Problem, Problems, Stopped
from ketapub.reading import Read, read_book
from ketapub.theme import load_theme


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
    progress: Callable[[str], None] = lambda step: None,
) -> Built:
    """Make the handouts of the book in `root` for its clinics, or for those of the table `clinics`, into `out`.

    Raises `Stopped` as `build` does; a clinic with a mistake is told of, and the others get their sheets all the same.
    """
    problems, theme = Problems(), load_theme()
    check_out(out, root, problems)
    kept = Cache(cache, problems)
    read = read_book(root, theme, problems, as_of=as_of, progress=progress, cache=kept)
    sheets, versions = sheets_of(read, problems, kept)
    recorded(versions, sheets, read.book.info.book.version, as_of, problems)
    problems.stop_on_errors()
    check_recorded(sheets, versions, problems)
    problems.stop_on_warnings(strict)
    known = _clinics(read, clinics, problems)
    check_asked(asked, sheets, known)
    sheets = without_withdrawn(sheets, versions, problems)
    if not sheets:
        problems.stop_on_errors()
    bundle = make_sheets(sheets, known, asked, theme, problems, progress, kept, jobs)
    left = _standing(out, problems)
    bundle = with_kept(bundle, asked, left)
    bundle += make_pages(sheets, known, bundle, theme, Made(cache=kept), problems, progress)
    bundle += make_manifest(bundle, sheets, left)
    write_outputs(out, bundle, build_id=build_id(bundle), manuscript_root=root, problems=problems)
    return Built(problems.in_order(), bundle)


def _standing(out: Path, problems: Problems) -> dict[str, Callable[[], bytes]]:
    """The handouts that earlier runs left in `out`, to be read where they are wanted."""
    found = (path for path in standing(out, problems) if path.startswith("handouts/"))
    return {path: (out / path).read_bytes for path in found}


def _clinics(read: Read, table: Path | None, problems: Problems) -> tuple[Clinic, ...]:
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


def pages_of_sheets(
    read: Read, problems: Problems, as_of: datetime.date, cache: Cache | None = None
) -> tuple[SheetPage, ...]:
    """What the site tells of the handouts: as if they were recorded today."""
    if not read.draft.handouts:
        return ()

    sheets, versions = sheets_of(read, problems, cache)
    now = recorded(versions, sheets, read.book.info.book.version, as_of, problems)
    problems.stop_on_errors()
    check_recorded(sheets, versions, problems)
    return sheet_pages(sheets, now, problems)


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
