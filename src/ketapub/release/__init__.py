"""A release, top to bottom: what a book needs for it, its files with their claims, every check on those very files, and
then the whole package or nothing.

    manuscript/ + review/ -> requirements -> claims -> formats -> checks -> package -> DIST

In: a book's folder and a folder that does not exist yet or is empty. Out: `Released`, and the package in that folder.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ketapub.build import make_formats
from ketapub.cache import Cache
from ketapub.check import judge, tell
from ketapub.check.report.run import Run
from ketapub.check.standing import UNJUDGED
from ketapub.document import Book
from ketapub.formats import place
from ketapub.formats.made import Made
from ketapub.handouts import Asked
from ketapub.handouts.sets import clinic_sets
from ketapub.handouts.work import (
    clinics_of,
    current_handouts,
    make_handouts,
    pages_of_sheets,
    printable_sheets,
    texts_of,
)
from ketapub.outputs import Bundle, check_new_folder, check_out, write_files, write_whole_folder
from ketapub.problems import NOWHERE, Problem, Problems
from ketapub.reading import Read, read_book
from ketapub.release.by_people import in_force, read_records
from ketapub.release.claims import claims_to_make
from ketapub.release.notes import notes_of
from ketapub.release.package import package
from ketapub.release.requirements import require
from ketapub.theme import load_theme


@dataclass(frozen=True, slots=True)
class Released:
    problems: tuple[Problem, ...]  # warnings
    run: Run
    outputs: Bundle


def release(
    root: Path,
    dist: Path,
    *,
    as_of: datetime.date,
    draft: bool = False,
    cache: Path | None = None,
    strict: bool = False,
    jobs: int = 1,
    pdf_standard: str = "ua-1",
    progress: Callable[[str], None] = lambda step: None,
) -> Released:
    """Publish the formats of book.toml of the book in `root`, with what shows that their claims hold, as `dist`.

    Raises `Stopped` with every reason of the stage that failed; nothing is published then.
    """
    problems, theme = Problems(), load_theme()
    check_out(dist, root, problems)
    check_new_folder(dist, problems)
    kept = Cache(cache, problems)
    read = read_book(root, theme, problems, as_of=as_of, progress=progress, cache=kept)
    info = read.book.info
    records = in_force(read_records(read.manuscript.folder, problems), info.book.version, as_of)
    notes = notes_of(read.manuscript.folder, info.book.version, problems)
    problems.stop_on_errors()
    if draft:
        read = replace(read, book=as_draft(read.book))
    else:
        problems.severities = {**problems.severities, "unrecorded-version": "error"}  # it goes out to people
        require(read, texts_of(read, problems), records, notes, problems)
        problems.stop_on_errors()
    stamped = replace(read, signatures=()) if draft else read  # handouts are signed by themselves
    current = current_handouts(stamped, problems, as_of, kept)
    pages = pages_of_sheets(current, problems) if "site" in info.book.formats else ()
    sheets, clinics = printable_sheets(current, problems), clinics_of(read, problems)
    problems.stop_on_errors()
    problems.stop_on_warnings(strict)  # before the slow part
    claims = claims_to_make(info, records, draft=draft)
    made = Made(cache=kept, jobs=jobs, pdf_standard=pdf_standard, claims=claims, sheets=pages, progress=progress)
    bundle = make_formats(read.book, theme, info.book.formats, problems, progress, made)
    bundle += make_handouts(sheets, clinics, Asked(), theme, problems, progress, kept, jobs)
    problems.stop_on_errors()
    sets = {one.folder: one for one in clinic_sets(sheets, clinics)}
    with tempfile.TemporaryDirectory() as staging:
        files = stage(bundle, read, Path(staging)) | {output: Path(staging, output) for output in sets}
        run = judge(read, theme, files, kept, problems, pages, sets, as_of=as_of, jobs=jobs, progress=progress)
        _stop_unless_passed(run, problems, strict=strict)
        progress("package")
        outputs = package(run, bundle, claims, records, notes, pdf_standard, draft=draft)
    write_whole_folder(dist, outputs, problems)
    return Released(problems.in_order(), run, outputs)


def as_draft(book: Book) -> Book:
    """With "draft" in the name that its files take over, and with its stamp, whoever has signed."""
    settings = replace(book.info.book, slug=f"{book.info.book.slug}-draft")
    return replace(book, info=replace(book.info, book=settings), signed=False)


def stage(bundle: Bundle, read: Read, folder: Path) -> dict[str, Path]:
    """Write the outputs where the checks can look at them: the path of each format that can be judged."""
    write_files(folder, bundle)
    book = read.book.info.book
    return {name: folder / place(name, book.slug) for name in book.formats if name != UNJUDGED}


def _stop_unless_passed(run: Run, problems: Problems, *, strict: bool) -> None:
    """A check that did not run shows nothing, whatever the settings of the book say of that."""
    for result in run.results:
        if result.state == "not run":
            file = run.subject.name(result.output)
            message = f"{result.check} did not look at {file}: {result.reason}"
            problems.add("unchecked-release", NOWHERE, message, "nothing is released that was not checked")
        else:
            tell(result, run.subject, problems)
    problems.stop_on_errors()
    problems.stop_on_warnings(strict)
