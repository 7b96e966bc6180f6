"""Ace: whether an EPUB follows EPUB Accessibility 1.1, its metadata included."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ketapub.check.browser import CHROMIUM, chromium
from ketapub.check.canaries import pack_epub, prove_once
from ketapub.check.findings import Check, Finding, Looked, Place, Subject
from ketapub.check.tools import NotRun, Tool, first_line, node_module, node_version, run

START = 60_000  # ms that its browser may take to start
KNOWN = ("color-contrast EPUB/faulty.xhtml", "metadata-accessibilitysummary EPUB/content.opf")


def look(subject: Subject, output: str) -> Looked:
    prove_once("Ace", subject.room, lambda: _of_known(subject.room / "for-ace.epub"))
    report = _report(subject.files[output], subject.room / "ace")
    found = tuple(findings(report))
    if not found and report["earl:result"]["earl:outcome"] != "pass":
        found = (Finding("outcome", "Ace does not let the EPUB pass, and does not say why"),)
    return Looked(len(report["assertions"]), "document", found)


def _of_known(canary: Path) -> tuple[list[str], tuple[str, ...]]:
    pack_epub(canary)
    return [f"{each.rule} {each.place.part}" for each in findings(_report(canary, canary.with_suffix("")))], KNOWN


def findings(report: Mapping[str, Any]) -> Iterator[Finding]:
    """A finding for each element that a report names, in the order of the report."""
    documents = [(document["earl:testSubject"]["url"], document["assertions"]) for document in report["assertions"]]
    folder = next((posixpath.dirname(url) for url, _ in documents if url.endswith(".opf")), "")
    for url, assertions in documents:
        # The package and what Ace itself opens are named from the root of the EPUB, all others from the package.
        part = url.lstrip("/") if url.startswith("/") or url.endswith(".opf") else posixpath.join(folder, url)
        for said in assertions:
            rule, result = said["earl:test"], said["earl:result"]
            message = " ".join(f"{rule['dct:description']}: {result['dct:description']}".split())
            for element in dict.fromkeys(result.get("earl:pointer", {}).get("css") or [""]):
                yield Finding(rule["dct:title"], message, Place(part, element=element))


def _report(epub: Path, folder: Path) -> Mapping[str, Any]:
    """Its exit status says little: the report is what counts."""
    made = folder / "report.json"
    made.unlink(missing_ok=True)
    settings = {"PUPPETEER_EXECUTABLE_PATH": chromium(), "ACE_TIMEOUT_INITIAL": str(START)}
    done = run("node", _script(), "--force", "--silent", "--outdir", folder, epub, **settings)
    try:
        report: Mapping[str, Any] = json.loads(made.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotRun(f"Ace made no report: {(done.stderr + done.stdout).strip()[:200]}") from None
    return report


def _script() -> Path:
    return node_module("@daisy/ace-cli/bin/ace.js")


ACE = Tool("Ace", lambda: node_version("@daisy/ace-cli"), "run `npm install @daisy/ace-cli@1.4.6`", wanted="1.4.6")
NODE = Tool("Node", lambda: first_line("node", "--version"), "install Node 20 or later")
CHECK = Check(
    "ace",
    "the EPUB follows EPUB Accessibility 1.1, as far as Ace can judge",
    ("epub",),
    look,
    (ACE, NODE, CHROMIUM),
    slow=True,
)
