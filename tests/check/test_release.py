"""The whole way to a release: the stock book as somebody has signed it, every check on its files, the package; and the
draft of the real book, with all that is said of it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from signed_book import signed_book
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from tools import ROOT

from ketapub.formats.claims import EPUB_ACCESSIBILITY

FORMATS = '"pdf", "press", "cover", "large-print", "booklet", "epub", "html", "site"'


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    root, dist = signed_book(folder / "book", FORMATS), folder / "dist"
    done = run("release", root, "-o", dist, "--as-of", "2026-02-01", "--cache", folder / "cache")
    assert done.returncode == 0, done.stderr
    return dist


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ketapub", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_every_check_looked_at_the_released_files(released: Path) -> None:
    said = json.loads((released / "conformance.json").read_text("utf-8"))
    assert said["outputs"].keys() == {name.strip('" ') for name in FORMATS.split(",")}
    assert said["checks"]
    assert {one["state"] for one in said["checks"]} == {"passed"}
    assert all(one["things"] for one in said["checks"])
    assert {"PDF/UA-1", "PDF/X-4", EPUB_ACCESSIBILITY} <= {claim["says"] for claim in said["claims"]}


def test_the_sums_hold(released: Path) -> None:
    done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=released, capture_output=True)
    assert done.returncode == 0, done.stdout
    named = {line.partition("  ")[2] for line in (released / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(released).as_posix() for path in released.rglob("*") if path.is_file()}
    assert there - named == {"SHA256SUMS"}


def test_the_claims_stand_where_readers_look(released: Path) -> None:
    with zipfile.ZipFile(released / "stock.epub") as archive:
        package = archive.read("EPUB/content.opf").decode()
    statement = (released / "accessibility-statement.html").read_text("utf-8")
    for text in (package, statement, (released / "site/accessibility.html").read_text("utf-8")):
        assert "WCAG 2.2 Level AA" in text
        assert "Example Press" in text
    assert "Draft for tests" not in statement + package


def test_the_inventory_is_spdx(released: Path) -> None:
    document = parse_file(str(released / "inventory.spdx.json"))
    assert validate_full_spdx_document(document) == []


def test_the_same_book_makes_the_same_package(released: Path) -> None:
    """What was looked at comes from the cache then; that it was looked at before shows in no file."""
    again = released.with_name("again")
    root, cache = released.with_name("book"), released.with_name("cache")
    done = run("release", root, "-o", again, "--as-of", "2026-02-01", "--cache", cache)
    assert done.returncode == 0, done.stderr
    assert (again / "SHA256SUMS").read_bytes() == (released / "SHA256SUMS").read_bytes()


def test_the_real_book_is_released_as_a_draft_alone(tmp_path: Path) -> None:
    refused = run("release", ROOT / "manuscript", "-o", tmp_path / "dist")
    assert refused.returncode == 1
    assert "nothing was published" in refused.stderr
    assert not (tmp_path / "dist").exists()
    done = run("release", ROOT / "manuscript", "--draft", "-o", tmp_path / "draft")
    assert done.returncode == 0, done.stderr
    names = [path.name for path in (tmp_path / "draft").iterdir()]
    assert len(names) == 9
    assert "handouts-draft" in names
    assert all("draft" in name for name in names)
    with zipfile.ZipFile(tmp_path / "draft/ketamine-for-depression-draft.epub") as archive:
        package = archive.read("EPUB/content.opf").decode()
    assert "Draft, not for patient use" in package
    assert "conformsTo" not in package
