"""All tables of deliberate faults, by what their faults are put into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mutants import Mutant, epub, equality, handouts, html, pdf, press

TABLES: Mapping[str, tuple[Mutant, ...]] = {
    "PDFs": pdf.MUTANTS,
    "Files for printers": press.MUTANTS,
    "EPUB": epub.MUTANTS,
    "HTML and site": html.MUTANTS,
    "What outputs say": equality.MUTANTS,
    "Handouts": handouts.MUTANTS,
}


def different(mutants: Iterable[Mutant]) -> int:
    """How many faults these are; one that two checks find, or that is put into files of two standards, counts once."""
    return len({(one.name, one.output) for one in mutants})
