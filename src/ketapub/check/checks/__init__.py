"""The table of checks, a module each: a name on the command line, and what looks."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from ketapub.check.findings import Check

# Named in the order in which they are told. Each module has its `CHECK`.
NAMES = (
    *("verapdf", "pdf-tags", "qpdf", "poppler", "mupdf", "ghostscript", "press", "press-ink", "office-print"),
    *("epubcheck", "ace", "vnu", "axe", "reflow", "focus", "loading", "links", "weights"),
    "equality",
)


def all_checks() -> Mapping[str, Check]:
    found = {name: import_module(f"{__name__}.{name.replace('-', '_')}").CHECK for name in NAMES}
    assert all(check.name == name for name, check in found.items())
    return found
