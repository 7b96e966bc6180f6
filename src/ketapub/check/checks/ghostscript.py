"""Ghostscript: whether it draws every page of a PDF without a word."""

from __future__ import annotations

from pathlib import Path

from ketapub.check.findings import Check, Finding, Looked, Subject
from ketapub.check.readers import complaints, prove
from ketapub.check.tools import Tool, first_line

BATCH = ("-q", "-dNOPAUSE", "-dBATCH", "-dSAFER")


def look(subject: Subject, output: str) -> Looked:
    prove("gs", subject.room, judge)
    return Looked(1, "file", tuple(judge(subject.files[output])))


def judge(pdf: Path) -> list[Finding]:
    return complaints("gs", *BATCH, "-sDEVICE=nullpage", pdf, silent=True)


GHOSTSCRIPT = Tool("Ghostscript", lambda: first_line("gs", "--version"), "install ghostscript")
CHECK = Check(
    "ghostscript",
    "Ghostscript draws every page and complains of nothing",
    ("pdf", "large-print", "press", "cover", "booklet"),
    look,
    (GHOSTSCRIPT,),
)
