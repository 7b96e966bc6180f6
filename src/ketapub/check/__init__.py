"""The gate, top to bottom: whether what was built is what it should be, and where in the manuscript it is not.

    build/ + Book -> checks -> results -> places in the manuscript -> problems, report

In: a book's folder and the folder of its outputs. Out: `Checked`, and the report in that folder. Outputs that are
missing or older than the manuscript are built first.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ketapub.build import build
from ketapub.cache import Cache
from ketapub.check.checks import all_checks
from ketapub.check.findings import Result, Subject
from ketapub.check.leading import lead_back
from ketapub.check.report import report_files
from ketapub.check.report.run import Run
from ketapub.check.running import run_checks
from ketapub.check.standing import CONFORMING, stale, stale_sets, standard_of, standing
from ketapub.formats.made import SheetPage
from ketapub.handouts import Asked
from ketapub.handouts.sets import ClinicSet, clinic_sets
from ketapub.handouts.work import clinics_of, current_handouts, pages_of_sheets, printable_sheets, write_handouts
from ketapub.outputs import Bundle, build_id, check_out, write_outputs
from ketapub.problems import NOWHERE, Problem, Problems
from ketapub.reading import Read, read_book
from ketapub.theme import Theme, load_theme


@dataclass(frozen=True, slots=True)
class Checked:
    problems: tuple[Problem, ...]  # of the book, and one for each finding and for each check that did not run
    run: Run
    outputs: Bundle  # the report


def check_book(
    root: Path,
    out: Path,
    *,
    as_of: datetime.date,
    only: tuple[str, ...] = (),
    cache: Path | None = None,
    jobs: int = 1,
    pdf_standard: str = "",
    progress: Callable[[str], None] = lambda step: None,
) -> Checked:
    """Look at every output in `out` with every check that applies to it, or with those named in `only`.

    Without `pdf_standard` the PDFs may conform to any; new ones are made for PDF/UA-1.

    Raises `Stopped` as `build` does.
    """
    problems, theme = Problems(), load_theme()
    check_out(out, root, problems)
    kept = Cache(cache, problems)
    read = read_book(root, theme, problems, as_of=as_of, progress=progress, cache=kept)
    slug = read.book.info.book.slug
    if names := stale(root, out, slug, read.book.info.book.formats, problems, pdf_standard):
        built = build(
            root,
            out,
            as_of=as_of,
            formats=names,
            cache=cache,
            jobs=jobs,
            pdf_standard=pdf_standard or "ua-1",
            progress=progress,
        )
        problems.take(built.problems)
    files = standing(out, slug, problems)
    current = current_handouts(read, problems, as_of, kept)
    sets = clinic_sets(printable_sheets(current, problems), clinics_of(read, problems))
    if stale_sets(root, out, sets, problems):
        made = write_handouts(root, out, Asked(), as_of=as_of, cache=cache, jobs=jobs, progress=progress)
        problems.take(made.problems)
    by_output = {one.folder: one for one in sets if (out / one.folder).is_dir()}
    files |= {output: out.absolute() / output for output in by_output}
    pages = pages_of_sheets(current, problems) if "site" in files else ()
    run = judge(
        read, theme, files, kept, problems, pages, by_output, as_of=as_of, only=only, jobs=jobs, progress=progress
    )
    for result in run.results:
        tell(result, run.subject, problems)
    progress("report")
    report = report_files(run)
    write_outputs(out, report, build_id=build_id(report), manuscript_root=root, problems=problems)
    return Checked(problems.in_order(), run, report)


def judge(
    read: Read,
    theme: Theme,
    files: Mapping[str, Path],
    kept: Cache,
    problems: Problems,
    pages: tuple[SheetPage, ...],
    sets: Mapping[str, ClinicSet],
    *,
    as_of: datetime.date,
    only: Collection[str] = (),
    jobs: int = 1,
    progress: Callable[[str], None] = lambda step: None,
) -> Run:
    """What came of the checks, all or those in `only`, of finished outputs: `files` has their paths, `pages` are those
    that the site has of handouts, and `sets` the handouts among the outputs."""
    table = all_checks()
    checks = tuple(check for name, check in table.items() if not only or name in only)
    left_out = tuple(check for check in table.values() if check not in checks)
    with tempfile.TemporaryDirectory() as room:
        standards = {standard_of(files[name]) for name in CONFORMING if name in files}
        subject = Subject(read.book, theme, files, min(standards, default=""), Path(room), pages, sets)
        results = run_checks(checks, subject, kept, jobs=jobs, progress=progress)
        results = lead_back(results, subject)
    return Run(read, subject, checks, left_out, results, problems, as_of)


def tell(result: Result, subject: Subject, problems: Problems) -> None:
    """A problem for each finding, and one if the check did not run."""
    file = subject.name(result.output)
    if result.state == "not run":
        message = f"{result.check} did not look at {file}: {result.reason}"
        problems.add("check-not-run", NOWHERE, message, severity="warning")
    for finding in result.findings:
        problems.add("failed-check", finding.at, f"{result.check}: {finding.rule}: {finding.told(file)}")
