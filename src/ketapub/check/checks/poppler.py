"""Poppler: whether it finds the words, the tags and the fonts of a PDF without a complaint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ketapub.check.canaries import prove_once
from ketapub.check.canaries.pdfs import with_missing_font
from ketapub.check.findings import Check, Finding, Looked, Subject, format_of
from ketapub.check.readers import complaints, of_each, prove
from ketapub.check.tools import Tool, first_line, run

# Poppler 22 knows the attributes of PDF 1.7 alone. In PDF 2.0 notes have their own (ISO 32000-2, 14.8.5), and lists
# more kinds of numbering.
NEWER = {
    "Syntax Warning: O object is invalid value (FENote)",
    "Syntax Warning: Attribute ListNumbering value is of wrong type (name)",
}
KNOWN = {"Helvetica is not embedded, not cut to the letters in use, cannot be read"}  # of the file without its font
TAGGED = ("pdf", "large-print", "handouts")


def look(subject: Subject, output: str) -> Looked:
    words = subject.own(output, "poppler") / "words.txt"
    newer = NEWER if subject.standard_of(output) == "ua-2" else set()

    def judge(pdf: Path) -> list[Finding]:
        found = complaints("pdfinfo", pdf)
        if format_of(output) in TAGGED:  # not -struct-text: poppler 22 sets up the output intent for each piece of text
            found += complaints("pdfinfo", "-struct", pdf, allowed=newer)
        return found + complaints("pdftotext", pdf, words)

    prove("pdftotext", subject.room, judge)
    prove_once(
        "pdffonts", subject.room, lambda: ({one.message for one in fonts(with_missing_font(subject.room))}, KNOWN)
    )

    def look_at(pdf: Path) -> list[Finding]:
        words.unlink(missing_ok=True)
        found = [*judge(pdf), *fonts(pdf)]
        if not words.exists() or not words.read_text(encoding="utf-8", errors="replace").strip():
            found.append(Finding("pdftotext", "there is not a word in it"))
        return found

    return of_each(look_at, subject.files[output])


def fonts(pdf: Path) -> Iterator[Finding]:
    """The table of pdffonts: name, type, encoding, then whether it is embedded, a subset, and has its letters, then
    the number of its object in two words. Name and type may hold spaces."""
    lines = run("pdffonts", pdf).stdout.splitlines()[2:]
    if not lines:
        yield Finding("pdffonts", "there is no font in it")
    for line in lines:
        columns = line.split()
        said = zip(columns[-5:-2], ("not embedded", "not cut to the letters in use", "cannot be read"), strict=True)
        if wrong := [words for yes, words in said if yes != "yes"]:
            name = columns[0]
            be = " " if wrong == ["cannot be read"] else " is "
            yield Finding("pdffonts", f"{name}{be}{', '.join(wrong)}")


POPPLER = Tool("poppler", lambda: first_line("pdfinfo", "-v").removeprefix("pdfinfo version "), "install poppler-utils")
CHECK = Check(
    "poppler",
    "Poppler finds words, tags and fonts; every font is embedded, cut to the letters in use, and can be read",
    ("pdf", "large-print", "press", "cover", "booklet", "handouts"),
    look,
    (POPPLER,),
    slow=True,
)
