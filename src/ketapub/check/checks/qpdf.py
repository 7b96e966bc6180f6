"""qpdf: whether the file of a PDF is whole, to a reader that shares no code with its writer."""

from __future__ import annotations

from pathlib import Path

from ketapub.check.findings import Check, Finding, Looked, Subject
from ketapub.check.readers import complaints, of_each, prove
from ketapub.check.tools import Tool, first_line


def look(subject: Subject, output: str) -> Looked:
    prove("qpdf", subject.room, judge)
    return of_each(judge, subject.files[output])


def judge(pdf: Path) -> list[Finding]:
    return complaints("qpdf", "--check", pdf)


QPDF = Tool("qpdf", lambda: first_line("qpdf", "--version").removeprefix("qpdf version "), "install qpdf")
CHECK = Check(
    "qpdf",
    "cross-reference table, streams and syntax of the file are sound",
    ("pdf", "large-print", "press", "cover", "booklet", "handouts"),
    look,
    (QPDF,),
)
