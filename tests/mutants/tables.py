"""All tables of deliberate faults, by what their faults are put into."""

from __future__ import annotations

from collections.abc import Mapping

from mutants import Mutant, epub, equality, html, pdf, press

TABLES: Mapping[str, tuple[Mutant, ...]] = {
    "PDFs": pdf.MUTANTS,
    "Files for printers": press.MUTANTS,
    "EPUB": epub.MUTANTS,
    "HTML and site": html.MUTANTS,
    "What outputs say": equality.MUTANTS,
}
