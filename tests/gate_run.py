"""A run of the gate that is made up, for the tests of its reports: results by hand over outputs of the stock book."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

from ketapub.check import tell
from ketapub.check.findings import Check, Finding, Looked, Place, Result, Subject
from ketapub.check.report.run import Run
from ketapub.check.tools import Tool
from ketapub.problems import NOWHERE, Position, Problems
from ketapub.reading import read_book
from ketapub.theme import load_theme

STOCK = Path(__file__).parent / "books/stock"
TODAY = datetime.date(2026, 2, 1)
JAVA = Tool("veraPDF", lambda: "1.28.2", "run `make setup-check`", wanted="1.28.2")
CHECKS = tuple(
    Check(name, proves, outputs, lambda subject, output: Looked(0, "thing"), tools)
    for name, proves, outputs, tools in (
        ("verapdf", "each rule of the standards that a program can judge is kept", ("pdf", "large-print"), (JAVA,)),
        ("axe", "a browser finds no fault of accessibility", ("epub", "html", "site"), ()),
        ("epubcheck", "the EPUB is one by its standard", ("epub",), ()),
        ("equality", "each output says what the manuscript says, in its order", ("pdf", "epub", "html"), ()),
    )
)
LEFT_OUT = Check("links", "each link lands", ("html",), CHECKS[1].look)
WORDS = Position("chapters/01-words.md", 12, 12)
FOUND = (
    Result(
        "verapdf",
        "pdf",
        "failed",
        106,
        "rule",
        (
            Finding("ua1 7.3-1", "a Figure has no alternative text", Place(page=3, element="Document[1]/Figure[1]")),
            Finding("ua1 7.1-3", "content is neither tagged nor an artifact", Place(page=3), WORDS),
        ),
        {"veraPDF": "1.28.2"},
        4.25,
    ),
    Result(
        "axe",
        "html",
        "failed",
        1,
        "page",
        (
            Finding(
                "color-contrast",
                "text <b>is</b> too pale\x07",
                Place(element="#main > p:nth-child(2)", line=7),
                WORDS,
                "style sheet web.css",
            ),
            *(Finding("list", f"item {number} stands in no list", Place(line=number)) for number in range(1, 120)),
        ),
        {"axe-core": "4.14.1"},
        2,
    ),
    Result("axe", "epub", "passed", 12, "page", (), {"axe-core": "4.14.1"}, 1, True),
    Result("epubcheck", "epub", "not run", reason="java is not installed; run `make setup-check`"),
    Result("equality", "pdf", "passed", 812, "item", (), {}, 0.5),
    Result("equality", "epub", "passed", 812, "item", (), {}, 0.5),
    Result("equality", "html", "passed", 812, "item", (), {}, 0.5),
)


def made_up_run(outputs: Mapping[str, bytes], folder: Path, results: Sequence[Result] = FOUND) -> Run:
    """The outputs of the stock book, by name, written into `folder`, and what is said to have come of their checks."""
    problems = Problems()
    read = read_book(STOCK, load_theme(), problems, as_of=TODAY)
    files = {"pdf": folder / "stock.pdf", "epub": folder / "stock.epub", "html": folder / "stock.html"}
    for path in files.values():
        path.write_bytes(outputs[path.name])
    subject = Subject(read.book, load_theme(), files, "ua-1", folder)
    problems.add("reading-grade", NOWHERE, "a warning about the text", severity="warning")
    for result in results:
        tell(result, subject, problems)
    return Run(read, subject, CHECKS, (LEFT_OUT,), tuple(results), problems, TODAY)
