"""Handouts for clinics, top to bottom: sheets of paper for patients, with the letterhead of a clinic.

    handouts/*.md -> Handout -> cut from the book's Draft -> Book -> fit on paper -> PDF
    clinics/*.toml ----------------------------------------------^

In: a resolved book with its draft, the clinics, what to make. Out: a `Bundle`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from ketapub import document as d
from ketapub.cache import Cache
from ketapub.formats.pdf.sheets import PAPERS, Paper, sheet_engine, write_sheet
from ketapub.handouts.clinics import GENERAL, Clinic
from ketapub.handouts.cut import cut
from ketapub.handouts.resolved import Around, resolve_handout
from ketapub.handouts.sheet import Kind, Resolved, fit
from ketapub.handouts.sources import source_line
from ketapub.handouts.versions import printed, text_id
from ketapub.outputs import Bundle, OutputFile
from ketapub.problems import NOWHERE, Problem, Problems, Stopped, did_you_mean
from ketapub.theme import Theme


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
        found.append(Resolved(whole, book, printed(whole.label, month, id), source_line(book, of.library), id))
    return tuple(found)


def make_sheets(
    sheets: tuple[Resolved, ...],
    clinics: tuple[Clinic, ...],
    asked: Asked,
    theme: Theme,
    problems: Problems,
    progress: Callable[[str], None] = lambda step: None,
) -> Bundle:
    """The PDFs: `handouts/<clinic>/<handout>-<paper>[-large].pdf`."""
    pictures: dict[str, bytes] = {}
    for sheet in sheets:
        pictures |= {asset.name: asset.data for asset in sheet.book.assets.values()}
    pictures |= {clinic.picture.name: clinic.picture.data for clinic in clinics if clinic.picture}
    engine = sheet_engine(sheets[0].book, theme, pictures, problems)
    made = []
    for clinic, sheet, kind in matrix(sheets, clinics, asked):
        name = clinic.id if clinic else GENERAL
        path = f"handouts/{name}/{sheet.handout.name}-{kind.suffix}.pdf"
        progress(path)
        laid = fit(sheet, clinic, kind, engine, problems)
        if laid is not None:
            made.append(OutputFile(path, write_sheet(laid, sheet.book, problems)))
    return tuple(made)


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
