"""All tables of deliberate faults, by what their faults are put into."""

from __future__ import annotations

from collections.abc import Mapping

from mutants import Mutant, pdf, press

TABLES: Mapping[str, tuple[Mutant, ...]] = {
    "PDFs and files for printers": (*pdf.MUTANTS, *press.MUTANTS),
}
