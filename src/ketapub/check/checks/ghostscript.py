"""Ghostscript: whether it draws every page of a PDF without a word."""

from __future__ import annotations

import re
from pathlib import Path

from ketapub.check.findings import Check, Finding, Looked, Subject
from ketapub.check.readers import complaints, of_each, prove
from ketapub.check.tools import Tool, first_line

LOUD = ("-dNOPAUSE", "-dBATCH", "-dSAFER")
BATCH = ("-q", *LOUD)  # it then keeps to itself what it mended
AROUND = re.compile(r"The following \w+ were encountered|\*{4} (?!Error|Warning)")  # what stands around its complaints


def look(subject: Subject, output: str) -> Looked:
    prove("gs", subject.room, judge)
    return of_each(judge, subject.files[output])


def judge(pdf: Path) -> list[Finding]:
    found = complaints("gs", *LOUD, "-sDEVICE=nullpage", pdf)
    return [one for one in found if not AROUND.match(one.message)]


GHOSTSCRIPT = Tool("Ghostscript", lambda: first_line("gs", "--version"), "install ghostscript")
CHECK = Check(
    "ghostscript",
    "Ghostscript draws every page and complains of nothing",
    ("pdf", "large-print", "press", "cover", "booklet", "handouts"),
    look,
    (GHOSTSCRIPT,),
)
