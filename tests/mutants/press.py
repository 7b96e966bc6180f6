"""Faults in files for printers: the pages of the book and its cover."""

from __future__ import annotations

from mutants import Mutant

MUTANTS: tuple[Mutant, ...] = ()
