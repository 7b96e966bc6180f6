"""MuPDF: whether it reads and draws every page of a PDF without a word."""

from __future__ import annotations

from pathlib import Path

from ketapub.check.findings import Check, Finding, Looked, Subject
from ketapub.check.readers import complaints, of_each, prove
from ketapub.check.tools import Tool, first_line

# Debian builds MuPDF without colour management, and it says so once for each file that brings a profile.
ALLOWED = ("warning: ICC support is not available",)


def look(subject: Subject, output: str) -> Looked:
    seen = subject.own(output, "mupdf") / "seen"

    def judge(pdf: Path) -> list[Finding]:
        # A cover has hardly a word: it is drawn.
        drawn = ("-r", 36, "-o", seen.with_suffix(".png")) if output == "cover" else ("-F", "text", "-o", seen)
        return complaints("mutool", "draw", "-q", *drawn, pdf, allowed=ALLOWED)

    prove("mutool", subject.room, judge)
    return of_each(judge, subject.files[output])


MUPDF = Tool("MuPDF", lambda: first_line("mutool", "-v").removeprefix("mutool version "), "install mupdf-tools")
CHECK = Check(
    "mupdf",
    "MuPDF reads every page and complains of nothing",
    ("pdf", "large-print", "press", "cover", "handouts"),
    look,
    (MUPDF,),
)
