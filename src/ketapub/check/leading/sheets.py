"""Leads a line of a style sheet in an output back to the sheet that it was written in: a text and a line in, an
`Origin` out.
"""

from __future__ import annotations

from collections.abc import Mapping

from ketapub.check.findings import HANDOUTS, Subject, format_of
from ketapub.check.leading.outline import Origin
from ketapub.problems import Position

MAIN: Mapping[str, str] = {
    "pdf": "print.css",
    "large-print": "large-print.css",
    "press": "press.css",
    "cover": "cover.css",
    "epub": "epub.css",
    "html": "web.css",
    "site": "site.css",
    HANDOUTS: "handout-web.css",
}
# Rules about colours: the element shows them, and a style sheet sets them.
OF_COLOUR = ("color-contrast", "link-in-text-block")

OF_PAGES = {"office-print": "handout.css"}  # checks that measure whole pages, and the sheet that sets them


def main_sheet(output: str) -> str:
    return MAIN.get(format_of(output), "print.css")


def from_sheet(subject: Subject, output: str, text: str, line: int) -> Origin:
    """The book's own sheets stand behind those of the theme, each of which may import others."""
    lines = text.split("\n")
    wanted = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    main = main_sheet(output)
    if wanted:
        own = (
            Position(path)
            for path, css in zip(subject.book.info.theme.css, subject.book.styles, strict=False)
            if wanted in css
        )
        if (at := next(own, None)) is not None:
            return Origin(at, f"style sheet {at.file}")
        named = [name for name, css in subject.theme.css.items() if wanted in css]
        if named and main not in named:
            return Origin(made_by=f"style sheet {named[0]}")
    return Origin(made_by=f"style sheet {main}")
