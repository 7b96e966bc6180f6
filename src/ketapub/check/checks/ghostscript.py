"""Ghostscript: whether it draws every page of a PDF without a word."""

from __future__ import annotations

import re
from pathlib import Path

from ketapub.check.findings import Check, Finding, Looked, Subject
from ketapub.check.readers import complaints, prove
from ketapub.check.tools import Tool, first_line

LOUD = ("-dNOPAUSE", "-dBATCH", "-dSAFER")
BATCH = ("-q", *LOUD)  # also quiet about most of what is wrong
# In its output: what it mended, a line each behind a tab; what it could not.
COMPLAINT = re.compile(r"\t\w| +\*{4} (Error|Warning)")


def look(subject: Subject, output: str) -> Looked:
    prove("gs", subject.room, judge)
    return Looked(1, "file", tuple(judge(subject.files[output])))


def judge(pdf: Path) -> list[Finding]:
    return complaints("gs", *LOUD, "-sDEVICE=nullpage", pdf, told=COMPLAINT.match)


GHOSTSCRIPT = Tool("Ghostscript", lambda: first_line("gs", "--version"), "install ghostscript")
CHECK = Check(
    "ghostscript",
    "Ghostscript draws every page and complains of nothing",
    ("pdf", "large-print", "press", "cover", "booklet"),
    look,
    (GHOSTSCRIPT,),
)
