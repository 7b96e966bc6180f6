"""The Nu Html Checker: whether pages and style sheets are valid HTML and CSS, faults, warnings and remarks alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ketapub.check.canaries import HTML, prove
from ketapub.check.findings import Check, Finding, Looked, Place, Subject
from ketapub.check.tools import JAVA, NotRun, Tool, java, node_module, node_version

# It misjudges a Content Security Policy: it takes no data: picture for allowed by `img-src data:`, gets the hash of a
# long style sheet wrong, and asks for one of a data block, which nobody runs. Whether the policy holds is for a browser
# to say (loading.py).
# Nor does it know a property of CSS Basic User Interface 4 (6.1) by which a field is as high as what is typed into it.
MISJUDGED = (
    *(f"{kind} violates Content Security Policy" for kind in ("Resource", "Inline style", "Inline script")),
    "CSS: “field-sizing”: Property “field-sizing” doesn't exist.",
)
KNOWN = ("error 12", "error 26", "error 27", "error 35", "warning 2")  # in the file of canaries: kind and line


def look(subject: Subject, output: str) -> Looked:
    """All files of an output and the file of canaries, in one start."""
    path = subject.files[output]
    files = sorted((*path.rglob("*.html"), *path.rglob("*.css"))) if path.is_dir() else [path]
    report = java(_jar(), "--Werror", "--also-check-css", "--format", "json", HTML, *files).stderr
    found = list(findings(report))
    prove("vnu", (f"{each.rule} {each.place.line}" for file, each in found if file == HTML), KNOWN)
    parts = {file: file.relative_to(path).as_posix() if path.is_dir() else "" for file in files}
    return Looked(len(files), "file", tuple(each.inside(parts[file]) for file, each in found if file != HTML))


def findings(report: str) -> Iterator[tuple[Path, Finding]]:
    """What a report says of each file, without what it misjudges."""
    try:
        messages: Iterable[Any] = json.loads(report)["messages"]
    except (ValueError, KeyError):
        raise NotRun(f"vnu made no report: {report.strip()[:200]}") from None
    for said in messages:
        if said["message"].startswith(MISJUDGED):
            continue
        file = Path(unquote(urlsplit(said.get("url", "")).path))
        # Of a page it counts lines from 0, of a style sheet from 1. What it means ends there: a tag, a rule.
        line = said["lastLine"] + (file.suffix != ".css") if "lastLine" in said else 0
        place = Place(line=line, column=said.get("lastColumn", 0))
        yield file, Finding(said.get("subType", said["type"]), said["message"], place)


def _jar() -> Path:
    return node_module("vnu-jar/build/dist/vnu.jar")


VNU = Tool("vnu", lambda: node_version("vnu-jar"), "run `npm install vnu-jar@26.9.27`", wanted="26.9.27")
CHECK = Check("vnu", "pages and style sheets are valid HTML and CSS", ("html", "site", "handouts"), look, (VNU, JAVA))
