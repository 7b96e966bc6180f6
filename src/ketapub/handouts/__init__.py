"""Handouts for clinics, top to bottom: sheets of paper for patients, with the letterhead of a clinic.

    handouts/*.md -> Handout -> cut from the book's Draft -> Book -> fit on paper -> PDF
    clinics/*.toml ----------------------------------------------^--> HTML

In: a resolved book with its draft, the clinics, what to make. Out: a `Bundle`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, product
from operator import itemgetter

from markupsafe import Markup

from ketapub import document as d
from ketapub.cache import Cache
from ketapub.formats.made import Made
from ketapub.formats.pdf.sheets import PAPERS, Paper
from ketapub.formats.pdf.write import pages_of
from ketapub.handouts.behind import behind
from ketapub.handouts.clinics import GENERAL, Clinic
from ketapub.handouts.cut import cut
from ketapub.handouts.how_to_print import how_to_print
from ketapub.handouts.page import Printed, handout_page, index_page
from ketapub.handouts.resolved import Around, resolve_handout
from ketapub.handouts.run.stack import ALL, GUIDE, Stack, folder_of
from ketapub.handouts.sheet import Kind, Resolved
from ketapub.handouts.sources import sources_of
from ketapub.handouts.versions import printed, text_id
from ketapub.outputs import Bundle, Keep, OutputFile
from ketapub.problems import NOWHERE, Problem, Problems, Stopped, did_you_mean
from ketapub.theme import Theme

HOW_TO_PRINT, INDEX = f"{GUIDE}.pdf", "index.html"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to make; empty means all."""

    handouts: tuple[str, ...] = ()
    clinics: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = ()
    sizes: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        papers, sizes = self.papers or PAPERS, self.sizes or ("standard", "large")
        return tuple(Kind(paper, size == "large") for paper, size in product(papers, sizes))


def resolve_handouts(
    draft: d.Draft, of: Around, problems: Problems, cache: Cache | None = None
) -> tuple[Resolved, ...]:
    found = []
    for handout in draft.handouts:
        whole = cut(handout, draft, problems)
        problems.stop_on_errors()
        book = resolve_handout(whole, of, problems, cache)
        id = text_id(book)
        month = of.versions[id].month if id in of.versions else book.info.book.version
        version = printed(whole.label, month, id)
        found.append(Resolved(whole, book, version, sources_of(book, of.library), behind(whole, of.book), id))
    return tuple(found)


def stacks(sheets: tuple[Resolved, ...], clinics: tuple[Clinic, ...], asked: Asked) -> Iterator[Stack]:
    """What is printed together, for `make_stacks`: `handouts/<clinic>/<handout>-<paper>[-large].pdf`, `all-….pdf` where
    all handouts are asked for, and `how-to-print.pdf`, for staff, with the first stack of each clinic."""
    for clinic, found in groupby(matrix(sheets, clinics, asked), key=itemgetter(0)):
        by_kind: dict[Kind, list[Resolved]] = {}
        for _, sheet, kind in found:
            by_kind.setdefault(kind, []).append(sheet)
        own = [one[1:] for one in matrix(sheets, (clinic,) if clinic else (), Asked()) if one[0] is clinic]
        its_sheets = {sheet.handout.name: sheet for sheet, _ in own}
        guide = how_to_print(clinic, tuple(its_sheets.values()), tuple(dict.fromkeys(kind for _, kind in own)))
        for kind, its in by_kind.items():
            yield Stack(clinic, kind, tuple(its), not asked.handouts, guide)
            guide = Markup("")


def with_kept(
    bundle: Bundle, asked: Asked, standing: Mapping[str, Callable[[], bytes]], keep: Keep = lambda file: file
) -> Bundle:
    """The PDFs of a run, and those in the same folders that it was not asked for: they stay.

    A file of all sheets goes where only some of them were made, as it may hold others.
    """
    if not (asked.handouts or asked.papers or asked.sizes):
        return bundle
    made = {file.path for file in bundle}
    folders = {path.rpartition("/")[0] for path in made}
    kept = {path for path in standing if path.endswith(".pdf") and path.rpartition("/")[0] in folders} - made
    if asked.handouts:
        kept -= {f"{folder}/{ALL}-{kind.suffix}.pdf" for folder in folders for kind in asked.kinds}
    return (*bundle, *(keep(OutputFile(path, standing[path]())) for path in sorted(kept)))


def make_pages(
    sheets: tuple[Resolved, ...],
    clinics: tuple[Clinic, ...],
    pdfs: Bundle,
    theme: Theme,
    made: Made,
    problems: Problems,
    progress: Callable[[str], None] = lambda step: None,
    keep: Keep = lambda file: file,
) -> Bundle:
    """The HTML beside these PDFs: `handouts/<clinic>/<handout>.html`, and `index.html`, which lists what is there."""
    files: list[OutputFile] = []
    by_path = {file.path: file for file in pdfs}

    def printed(folder: str, stem: str) -> tuple[Printed, ...]:
        names = {f"{stem}-{kind.suffix}.pdf": kind for kind in Asked().kinds}
        own = {name: by_path[folder + name] for name in names if folder + name in by_path}
        return tuple(_printed(name, names[name], file.data) for name, file in own.items())

    for clinic in (None, *clinics):
        folder = f"{folder_of(clinic)}/"
        found = []
        for sheet in sheets:
            if own := printed(folder, sheet.handout.name):
                path = f"{folder}{sheet.handout.name}.html"
                progress(path)
                files.append(keep(OutputFile(path, handout_page(sheet, clinic, theme, made, problems))))
                found.append((sheet, own))
        if found:
            how = HOW_TO_PRINT if folder + HOW_TO_PRINT in by_path else ""
            listed = index_page(found, printed(folder, ALL), clinic, how, theme, made)
            files.append(OutputFile(f"{folder}{INDEX}", listed))
    return tuple(files)


def _printed(name: str, kind: Kind, data: bytes) -> Printed:
    return Printed(name, kind, pages_of(data), len(data))


def matrix(
    sheets: tuple[Resolved, ...], clinics: tuple[Clinic, ...], asked: Asked
) -> Iterator[tuple[Clinic | None, Resolved, Kind]]:
    """Each sheet to make: the general set first, which is complete without any clinic."""
    for clinic, sheet, kind in product((None, *clinics), sheets, asked.kinds):
        name = clinic.id if clinic else GENERAL
        if asked.clinics and name not in asked.clinics:
            continue
        if asked.handouts and sheet.handout.name not in asked.handouts:
            continue
        if clinic is None or (
            (not clinic.handouts or sheet.handout.name in clinic.handouts)
            and clinic.paper in (kind.paper, "both")
            and clinic.sizes in ("large" if kind.large else "standard", "both")
        ):
            yield clinic, sheet, kind


def check_asked(asked: Asked, sheets: tuple[Resolved, ...], clinics: tuple[Clinic, ...]) -> None:
    """Stop (wrong usage) where a name is asked for that there is not."""
    known = {"handout": [sheet.handout.name for sheet in sheets], "clinic": [GENERAL, *(one.id for one in clinics)]}
    for what, names in (("handout", asked.handouts), ("clinic", asked.clinics)):
        for name in names:
            if name not in known[what]:
                hint = did_you_mean(name, known[what]) or f"known here: {', '.join(known[what])}"
                raise Stopped([Problem(f"unknown-{what}", NOWHERE, f'no {what} "{name}"', hint)], usage=True)
