"""All that is made for a clinic: resolved handouts and clinics come in; a `ClinicSet` for each of them, the general set
first, goes out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from ketapub.handouts import HOW_TO_PRINT, INDEX, Asked, matrix
from ketapub.handouts.clinics import Clinic
from ketapub.handouts.run.stack import ALL, folder_of
from ketapub.handouts.sheet import Kind, Resolved


@dataclass(frozen=True, slots=True)
class ClinicSet:
    """The sheets of a clinic, each in all of its `kinds`; `clinic` is None for the general set."""

    clinic: Clinic | None
    sheets: tuple[Resolved, ...]
    kinds: tuple[Kind, ...]

    @property
    def folder(self) -> str:
        """ "handouts/general"."""
        return folder_of(self.clinic)

    @property
    def pdfs(self) -> dict[str, tuple[Kind, tuple[Resolved, ...]]]:
        """By name of file, the sheets in it."""
        found = {f"{sheet.handout.name}-{kind.suffix}.pdf": (kind, (sheet,)) for sheet, kind in self._each}
        return found | {f"{ALL}-{kind.suffix}.pdf": (kind, self.sheets) for kind in self.kinds}

    @property
    def pages(self) -> dict[str, Resolved]:
        """By name of file, the handout that a page of HTML is of."""
        return {f"{sheet.handout.name}.html": sheet for sheet in self.sheets}

    @property
    def names(self) -> frozenset[str]:
        """Of all files in the folder."""
        return frozenset((*self.pdfs, *self.pages, HOW_TO_PRINT, INDEX))

    @property
    def _each(self) -> list[tuple[Resolved, Kind]]:
        return [(sheet, kind) for sheet in self.sheets for kind in self.kinds]


def clinic_sets(sheets: tuple[Resolved, ...], clinics: tuple[Clinic, ...]) -> tuple[ClinicSet, ...]:
    found = []
    for clinic, row in groupby(matrix(sheets, clinics, Asked()), key=itemgetter(0)):
        own = [one[1:] for one in row]
        by_name = {sheet.handout.name: sheet for sheet, _ in own}
        found.append(ClinicSet(clinic, tuple(by_name.values()), tuple(dict.fromkeys(kind for _, kind in own))))
    return tuple(found)
