"""The pipeline, top to bottom. Read this file first.

    manuscript/ -> Manuscript -> Draft -> Book -> formats -> outputs -> build/

In: a book's folder and what to make of it. Out: `Built`, and the files in place. Everything is made in memory and
checked; only then is anything in the output folder replaced.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ketapub.cache import Cache
from ketapub.document import Book, Draft, in_order
from ketapub.editions import EDITIONS, SHOWN_AS, check_same_words, select
from ketapub.editorial import check_text
from ketapub.formats import PRINTED, UNPAGED, maker
from ketapub.formats.made import Made, Paged, Printed, SheetPage
from ketapub.manuscript import Manuscript, read_manuscript
from ketapub.outputs import Bundle, check_out, replace_file, standing, write_outputs
from ketapub.page_marks import with_page_marks
from ketapub.parse import parse
from ketapub.problems import NOWHERE, Problem, Problems, Stopped
from ketapub.resolve import resolve
from ketapub.signatures import Signature, is_signed, read_signatures
from ketapub.theme import Theme, load_theme

if TYPE_CHECKING:
    from ketapub.handouts import Asked
    from ketapub.handouts.clinics import Clinic
    from ketapub.handouts.sheet import Resolved
    from ketapub.handouts.stale import Standing
    from ketapub.handouts.versions import Versions


@dataclass(frozen=True, slots=True)
class Read:
    """A book as the formats get it, and what reviewers want to know besides."""

    book: Book
    manuscript: Manuscript
    signatures: tuple[Signature, ...]
    draft: Draft  # from which handouts are cut


@dataclass(frozen=True, slots=True)
class Built:
    problems: tuple[Problem, ...]  # warnings: a build with errors raises `Stopped`
    outputs: Bundle
    remarks: tuple[str, ...] = ()  # what a file does not have, and why


def build(
    root: Path,
    out: Path,
    *,
    as_of: datetime.date,
    formats: tuple[str, ...] | None = None,
    cache: Path | None = None,
    strict: bool = False,
    jobs: int = 1,
    pdf_standard: str = "ua-1",
    progress: Callable[[str], None] = lambda step: None,
) -> Built:
    """Make the outputs named in `formats` (default: those of book.toml) of the book in `root`, into `out`.

    Raises `Stopped` with every problem of the stage that failed; with `strict`, for warnings too. What stood in `out`
    before then stands there still.
    """
    problems = Problems()
    check_out(out, root, problems)  # before the work, not after it
    theme = load_theme()
    kept = Cache(cache, problems)
    read = read_book(root, theme, problems, as_of=as_of, progress=progress, cache=kept)
    book = read.book
    names = formats or book.info.book.formats
    sheets = pages_of_sheets(read, problems, as_of, kept) if "site" in names else ()
    stop_on_warnings(problems, strict)  # before the slow part
    made = Made(cache=kept, pdf_standard=pdf_standard, sheets=sheets)
    bundle = make_formats(book, theme, names, problems, progress, made)
    stop_on_warnings(problems, strict)
    progress("writing")
    write_outputs(out, bundle, build_id=build_id(bundle), manuscript_root=root, problems=problems)
    problems.stop_on_errors()
    return Built(problems.in_order(), bundle, _remarks(names))


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
    from ketapub.handouts import check_asked, make_pages, make_sheets, with_kept
    from ketapub.handouts.manifest import make_manifest
    from ketapub.handouts.versions import check_recorded, recorded, without_withdrawn

    problems, theme = Problems(), load_theme()
    check_out(out, root, problems)
    kept = Cache(cache, problems)
    read = read_book(root, theme, problems, as_of=as_of, progress=progress, cache=kept)
    sheets, versions = _sheets_of(read, problems, kept)
    recorded(versions, sheets, read.book.info.book.version, as_of, problems)
    problems.stop_on_errors()
    check_recorded(sheets, versions, problems)
    stop_on_warnings(problems, strict)
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
    from ketapub.handouts.clinic_table import read_table_of_clinics
    from ketapub.handouts.clinics import read_clinics

    folder, info = read.manuscript.folder, read.book.info
    if table is None:
        return read_clinics(folder, info, problems)
    try:
        data = table.read_bytes()
    except OSError as error:
        message = f"cannot read {table}: {error.strerror or error}"
        raise Stopped([Problem("unreadable-file", NOWHERE, message)], usage=True) from None
    return read_table_of_clinics(str(table), data, folder, info, problems)


def write_packet(texts: tuple[Book, ...], read: Read, root: Path, out: Path, problems: Problems) -> Bundle:
    """Make the packet for reviewers, into `out`, of what they read (`texts_of`)."""
    from ketapub.packet import make_packet

    check_out(out, root, problems)
    bundle = make_packet(texts, read.manuscript, read.signatures, load_theme(), problems)
    write_outputs(out, bundle, build_id=build_id(bundle), manuscript_root=root, problems=problems)
    return bundle


def texts_of(read: Read, problems: Problems) -> tuple[Book, ...]:
    """What reviewers read and sign: the book, then each handout as a small book."""
    if not read.draft.handouts:
        return (read.book,)
    sheets, _ = _sheets_of(read, problems)
    return (read.book, *(sheet.book for sheet in sheets))


def _sheets_of(read: Read, problems: Problems, cache: Cache | None = None) -> tuple[tuple[Resolved, ...], Versions]:
    """The handouts as they are now, and the versions that were recorded."""
    from ketapub.handouts import resolve_handouts
    from ketapub.handouts.resolved import around

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
    from ketapub.handouts.today import sheet_pages
    from ketapub.handouts.versions import check_recorded, recorded

    sheets, versions = _sheets_of(read, problems, cache)
    now = recorded(versions, sheets, read.book.info.book.version, as_of, problems)
    problems.stop_on_errors()
    check_recorded(sheets, versions, problems)
    return sheet_pages(sheets, now, problems)


def record_versions(
    root: Path, *, as_of: datetime.date, cache: Path | None = None, progress: Callable[[str], None] = lambda step: None
) -> tuple[tuple[Problem, ...], Versions]:
    """Write the versions of the handouts into the book. Out: what was warned of, and the versions."""
    from ketapub.handouts.versions import FILE, as_toml, recorded

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
    from ketapub.handouts.stale import standing_of, versions_in
    from ketapub.handouts.versions import recorded

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
    from ketapub.handouts.notice import make_notice
    from ketapub.handouts.versions import check_recorded

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
    sheets, versions = _sheets_of(read, problems, kept)
    return read, sheets, versions, problems


def build_id(bundle: Bundle) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(file.data).digest() for file in bundle)).hexdigest()


def read_book(
    root: Path,
    theme: Theme,
    problems: Problems,
    *,
    as_of: datetime.date,
    progress: Callable[[str], None] = lambda step: None,
    cache: Cache | None = None,
) -> Read:
    """The first half of a build: from the folder to the resolved book. Raises `Stopped` as `build` does."""
    progress("reading")
    manuscript = read_manuscript(root, problems, as_of)
    draft = parse(manuscript, problems)
    progress("resolving")
    book = resolve(draft, manuscript, theme, problems, cache)
    check_text(book, manuscript, problems)
    signatures = read_signatures(manuscript.signatures, problems)
    problems.stop_on_errors()
    return Read(replace(book, signed=is_signed(book, signatures)), manuscript, signatures, draft)


def _remarks(names: tuple[str, ...]) -> tuple[str, ...]:
    said = []
    if "epub" in names and not tells_of_pages(names):
        said.append("the EPUB has no page numbers of print: they are known only where the same run makes pdf or press")
    if not set(PRINTED).isdisjoint(names):
        from ketapub.formats.pdf.fast import unknown

        if engine := unknown():
            said.append(f"PDFs are made slowly: this is {engine}, and our shortcuts are for another one")
    return tuple(said)


def stop_on_warnings(problems: Problems, strict: bool) -> None:
    if strict and problems.found:
        raise Stopped(problems.in_order())


def tells_of_pages(names: tuple[str, ...]) -> bool:
    """Whether an output of a run has the page numbers of another one, of print."""
    return not set(PRINTED).isdisjoint(names) and not set(UNPAGED).isdisjoint(names)


def make_formats(
    book: Book,
    theme: Theme,
    names: tuple[str, ...],
    problems: Problems,
    progress: Callable[[str], None] = lambda step: None,
    made: Made | None = None,
) -> Bundle:
    """The files of each format, one after the other; a later one may use what an earlier one made."""
    made = made or Made()
    if {"epub", "site"} & {*names}:
        from ketapub.formats.pdf.cover import cover_picture

        made = replace(made, cover=cover_picture(book, theme, problems))
    if tells_of_pages(names):
        book = in_order(book)
    # Print comes first, as others tell of its pages; booklet and cover are made of those of other editions; the site
    # offers what was made before it.
    for name in sorted(names, key=lambda name: (name == "site", name not in PRINTED, name in ("booklet", "cover"))):
        progress(name)
        if name == "press":
            check_same_words(book, problems, format="press", other="pdf")
        shown = select(book, problems, format=SHOWN_AS.get(name, name), edition=EDITIONS.get(name, ""))
        problems.stop_on_errors()
        if name in UNPAGED and made.pages:
            shown = with_page_marks(shown, made.pages)
        result = maker(name)(shown, theme, made, problems)
        problems.stop_on_errors()
        bundle = result.files if isinstance(result, Printed) else result
        if tells_of_pages(names) and isinstance(result, Printed):
            made = replace(made, pages=made.pages or result.pages)
        made = replace(made, files=made.files + bundle)
        if name == "pdf" and bundle:
            made = replace(made, reading=Paged(shown, bundle[0].data))
        if name == "press" and bundle:
            made = replace(made, press=Paged(shown, bundle[0].data))
        if "site" in names:
            made = replace(made, page_counts={**made.page_counts, **count_pages(bundle)})
    return made.files


def count_pages(bundle: Bundle) -> dict[str, int]:
    """The number of pages of each PDF, by path."""
    from ketapub.formats.pdf.write import pages_of

    return {file.path: pages_of(file.data) for file in bundle if file.path.endswith(".pdf")}
