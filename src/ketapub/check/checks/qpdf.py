"""qpdf: whether the file of a PDF is whole, to a reader that shares no code with its writer."""

from __future__ import annotations

from ketapub.check.findings import Check, Finding, Looked, Subject
from ketapub.check.tools import Tool, first_line, run


def look(subject: Subject, output: str) -> Looked:
    done = run("qpdf", "--check", subject.files[output])
    said = done.stderr.splitlines()
    if done.returncode and not said:
        said = [f"exit status {done.returncode}"]
    return Looked(1, "file", tuple(Finding("syntax", line) for line in said))


QPDF = Tool("qpdf", lambda: first_line("qpdf", "--version").removeprefix("qpdf version "), "install qpdf")
CHECK = Check(
    "qpdf",
    "cross-reference table, streams and syntax of the file are sound",
    ("pdf", "large-print", "press", "cover", "booklet"),
    look,
    (QPDF,),
)
