"""What a release asks for, what it claims, what goes with its files; and that it publishes all of it or nothing.

The whole way, with every check of the gate, is gone in tests/check/test_release.py.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import BOOKS, Made
from lxml import etree
from signed_book import LOOKED, NOTES, TODAY, record, signed_book

import ketapub.release
from ketapub.check.findings import Finding, Result
from ketapub.check.report.people import tasks
from ketapub.check.report.run import Run
from ketapub.editions import select
from ketapub.formats.claims import EPUB_ACCESSIBILITY, WCAG, Certificate, Claims
from ketapub.formats.made import Made as RunMade
from ketapub.formats.statement import accessibility_statement
from ketapub.manuscript import BookFolder
from ketapub.outputs import OutputFile, write_whole_folder
from ketapub.problems import Problems, Stopped
from ketapub.release import release
from ketapub.release.by_people import in_force, read_records
from ketapub.release.claims import TABLE, claims_made, claims_to_make
from ketapub.release.inventory import inventory
from ketapub.release.notes import notes_of
from ketapub.release.package import drafted
from ketapub.theme import load_theme

ROOT = Path(__file__).parents[1]


def refused(root: Path, dist: Path, **options: Any) -> list[str]:
    """The problems for which a release is refused, each as "place code"."""
    with pytest.raises(Stopped) as stopped:
        release(root, dist, as_of=options.pop("as_of", TODAY), **options)
    assert not dist.exists()
    return [f"{one.at} {one.code}" for one in stopped.value.problems if one.severity == "error"]


# --- what it asks for ------------------------------------------------------------------------------------------------


def test_our_book_which_nobody_has_signed_is_refused(tmp_path: Path) -> None:
    reasons = refused(ROOT / "manuscript", tmp_path / "dist", as_of=datetime.date(2026, 11, 23))
    lines = (ROOT / "manuscript/book.toml").read_text("utf-8").split("\n")
    about, review, reviewers = (
        next(number for number, line in enumerate(lines, 1) if line.startswith(begin))
        for begin in ("[about]", "[review]", "reviewers = ")
    )
    assert f"book.toml:{about}:2 missing-setting" in reasons
    assert f"book.toml:{review}:2 missing-setting" in reasons
    assert f"book.toml:{reviewers}:1 missing-setting" in reasons
    assert "review/checks.toml unmade-check" in reasons


def change(file: str, old: str, new: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        text = (root / file).read_text("utf-8")
        assert text.count(old) == 1
        (root / file).write_text(text.replace(old, new), "utf-8")

    return make


def without(file: str) -> Callable[[Path], None]:
    return lambda root: (root / file).unlink()


def add(file: str, text: str) -> Callable[[Path], None]:
    return lambda root: (root / file).write_text((root / file).read_text("utf-8") + text, "utf-8")


FIRST = tasks()[0].name
TOML, CHECKS = "book.toml", "review/checks.toml"
# What is done to a book that has everything; then the file, words in its line (the last that has them), and the code.
MISSING: dict[str, tuple[Callable[[Path], None], str, str, str]] = {
    "who paid": (change(TOML, 'funding = "Nobody paid."\n', ""), TOML, "[about]", "missing-setting"),
    "who certifies": (change(TOML, 'certified-by = "Example Press"', ""), TOML, "[about]", "missing-setting"),
    "the day of the review": (change(TOML, "reviewed = 2026-01-10\n", ""), TOML, "[review]", "missing-setting"),
    "a day that is not past": (change(TOML, "2027-01-10", "2026-01-31"), TOML, "next-review", "review-overdue"),
    "a reviewer's signature": (
        change(TOML, '["Rita Example"]', '["Rita Example", "Sven Muster"]'),
        "chapters/01-words.md",
        "# Words",
        "unsigned-chapter",
    ),
    "a signature under the text as it is": (
        change("chapters/00-preface.md", "This is {{< var product >}}", "That is {{< var product >}}"),
        "chapters/00-preface.md",
        "That is",
        "unsigned-chapter",
    ),
    "notes for readers": (change("CHANGELOG.md", "[1]", "[2]"), "CHANGELOG.md", "", "no-release-notes"),
    "a changelog": (without("CHANGELOG.md"), "CHANGELOG.md", "", "no-release-notes"),
    "any look by a person": (without(CHECKS), CHECKS, "", "unmade-check"),
    "a look at this version": (change(TOML, 'version = "1"', 'version = "2"'), CHECKS, "", "unmade-check"),
    "a look that found nothing": (add(CHECKS, record(FIRST, "failed")), CHECKS, "[[check]]", "unmade-check"),
    "checks that there are": (add(CHECKS, record("Smell it")), CHECKS, "Smell it", "wrong-setting"),
}


@pytest.mark.parametrize("missing", MISSING)
def test_each_missing_thing_is_named_with_its_line(missing: str, tmp_path: Path) -> None:
    root = signed_book(tmp_path / "book")
    spoil, file, words, code = MISSING[missing]
    spoil(root)
    lines = (root / file).read_text("utf-8").split("\n") if words else []
    place = f"{file}:{max(number for number, line in enumerate(lines, 1) if words in line)}" if words else file
    reasons = refused(root, tmp_path / "dist")
    assert [one for one in reasons if re.fullmatch(rf"{re.escape(place)}(:\d+)? {code}", one)], reasons


def test_a_book_that_is_not_under_review_is_refused(tmp_path: Path) -> None:
    assert "book.toml missing-setting" in refused(BOOKS / "formulas", tmp_path / "dist")


def test_a_folder_with_something_in_it_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/mine.txt").write_text("mine")
    with pytest.raises(Stopped, match="folder-not-empty"):
        release(BOOKS / "stock", tmp_path / "dist", as_of=TODAY, draft=True)
    assert os.listdir(tmp_path / "dist") == ["mine.txt"]


# --- what people have looked at --------------------------------------------------------------------------------------


def records(tmp_path: Path, *written: str) -> list[tuple[str, str]]:
    (tmp_path / "review").mkdir()
    (tmp_path / "review/checks.toml").write_text("\n".join(written), "utf-8")
    problems = Problems()
    found = in_force(read_records(BookFolder(tmp_path), problems), "1", TODAY)
    assert not problems.found
    return [(one.made.check, one.made.result) for one in found]


def test_a_later_look_counts(tmp_path: Path) -> None:
    earlier, later = record(FIRST, "failed"), record(FIRST, date=LOOKED + datetime.timedelta(1))
    assert records(tmp_path, later, earlier) == [(FIRST, "passed")]


def test_a_look_in_the_future_or_at_another_version_does_not_count(tmp_path: Path) -> None:
    future = record(FIRST, date=TODAY + datetime.timedelta(1))
    assert records(tmp_path, future, record(FIRST, version="0.9")) == []


def test_a_record_is_no_signature(tmp_path: Path) -> None:
    """Both lie in review/: a plain build reads signatures alone."""
    root = signed_book(tmp_path / "book")
    (root / "review/checks.toml").write_text("no [[ TOML", "utf-8")
    read = ketapub.release.read_book(root, load_theme(), Problems(), as_of=TODAY)
    assert read.book.signed
    assert refused(root, tmp_path / "dist") == ["review/checks.toml:1:4 broken-toml"]


# --- what it claims --------------------------------------------------------------------------------------------------

CERTIFIED = Claims(checked=True, certificate=Certificate("Example Press", LOOKED))


def test_the_epub_says_who_certifies_it_and_when(stock: Made) -> None:
    from ketapub.formats.epub import make_epub

    book = select(stock.book, Problems(), format="epub")
    (file,) = make_epub(book, load_theme(), RunMade(claims=CERTIFIED), Problems())
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        package = etree.fromstring(archive.read("EPUB/content.opf"))
    said = {meta.get("property"): meta for meta in package.iter("{*}meta") if meta.get("property")}
    conforms, by, date = (said[name] for name in ("dcterms:conformsTo", "a11y:certifiedBy", "dcterms:date"))
    assert (conforms.text, by.text, date.text) == (EPUB_ACCESSIBILITY, "Example Press", "2026-01-20")
    assert by.get("refines") == f"#{conforms.get('id')}"
    assert date.get("refines") == f"#{by.get('id')}"


def test_the_site_says_it_on_its_first_page_and_in_its_statement(stock: Made) -> None:
    from ketapub.formats.site import make_pages, site_of

    book = select(stock.book, Problems(), format="site")
    for claims, certified in ((CERTIFIED, True), (Claims(checked=True), False), (Claims(), False)):
        pages = {page.name: page.body for page in make_pages(site_of(book, load_theme(), RunMade(claims=claims)), ())}
        assert ("meets accepted accessibility standards" in pages["index.html"]) is certified
        assert (f"Example Press has looked at this edition and states that it conforms to {WCAG}. The last look was on "
            "January 20, 2026." in pages["accessibility.html"]) is certified  # fmt: skip
        assert ("No one has certified" in pages["accessibility.html"]) is not certified
        assert ("Programs have looked" in pages["accessibility.html"]) is claims.checked


def test_a_statement_speaks_of_what_is_there(stock: Made) -> None:
    said = accessibility_statement(stock.book, {"pdf"}, Claims(), "ua-2")
    lines = [line for _, lines in said.sections for line in lines]
    assert any("PDF/UA-2" in line for line in lines)
    assert not any("EPUB" in line or "keyboard" in line or "Search" in line for line in lines)


def test_a_draft_claims_nothing_that_needs_a_person(tmp_path: Path) -> None:
    root = signed_book(tmp_path / "book")
    info = ketapub.release.read_book(root, load_theme(), Problems(), as_of=TODAY).book.info
    looked = in_force(read_records(BookFolder(root), Problems()), "1", TODAY)
    final, draft = (claims_to_make(info, looked, draft=draft) for draft in (False, True))
    assert (final, draft) == (CERTIFIED, Claims(checked=True))
    formats = {"pdf", "press", "epub", "site"}
    made = {claim.says for claim in claims_made(info, formats, draft, "ua-1")}
    assert made == {"PDF/UA-1", "PDF/A-2a", "PDF/X-4", "EPUB 3.3"}
    assert {claim.says for claim in claims_made(info, formats, final, "ua-1")} == made | {EPUB_ACCESSIBILITY, WCAG}


def test_the_documents_have_the_table_of_claims() -> None:
    text = (ROOT / "docs/release.md").read_text("utf-8")
    for claim in TABLE:
        outputs, checks = (", ".join(f"`{name}`" for name in names) for names in (claim.outputs, claim.shown_by))
        people = "people, and who certifies it" if claim.by_person else ""
        assert f"| {claim.says} | {outputs} | {claim.where} | {checks} | {people} |" in text


# --- what goes with it -----------------------------------------------------------------------------------------------


def pretend(results: Callable[[Run], tuple[Result, ...]]) -> Callable[..., Run]:
    """A gate that makes no check, and says what came of each."""

    def judge(*arguments: Any, **options: Any) -> Run:
        run = JUDGE(*arguments, **options | {"only": ("links",)})
        return dataclasses.replace(run, results=results(run))

    return judge


JUDGE = ketapub.release.judge


def test_nothing_is_released_that_was_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    not_run = Result("links", "html", "not run", reason="something is not installed")
    monkeypatch.setattr(ketapub.release, "judge", pretend(lambda run: (not_run,)))
    root = signed_book(tmp_path / "book", '"html"')
    change("book.toml", "[checks]\n", '[checks]\ncheck-not-run = "off"\n')(root)
    assert refused(root, tmp_path / "dist") == [" unchecked-release"]


def test_a_finding_stops_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Result("links", "html", "failed", 1, "page", (Finding("no-such-place", "a link leads nowhere"),))
    monkeypatch.setattr(ketapub.release, "judge", pretend(lambda run: (failed,)))
    root = signed_book(tmp_path / "book", '"html"')
    assert refused(root, tmp_path / "dist") == [" failed-check"]


def test_a_package_holds_what_shows_that_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ketapub.release, "judge", pretend(lambda run: run.results))
    root, dist = signed_book(tmp_path / "book", '"html"'), tmp_path / "new/dist"
    release(root, dist, as_of=TODAY)
    assert sorted(os.listdir(dist)) == [
        "SHA256SUMS",
        "accessibility-statement.html",
        "conformance.json",
        "inventory.spdx.json",
        "release-notes.md",
        "stock.html",
    ]
    assert os.listdir(tmp_path / "new") == ["dist"]
    for line in (dist / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((dist / name).read_bytes()).hexdigest() == digest
    assert len((dist / "SHA256SUMS").read_text().splitlines()) == 5
    assert (dist / "release-notes.md").read_text("utf-8").endswith("- Each construct once.\n")
    said = json.loads((dist / "conformance.json").read_text("utf-8"))
    assert said["certified"] == {"by": "Example Press", "date": "2026-01-20"}
    assert [claim["says"] for claim in said["claims"]] == [WCAG]
    assert {one["check"] for one in said["by_people"]} == {task.name for task in tasks()}
    assert [one["name"] for one in said["signatures"]] == ["Rita Example"]
    assert [(one["check"], one["state"]) for one in said["checks"]] == [("links", "passed")]
    assert "Draft for tests" not in (dist / "stock.html").read_text("utf-8")
    with pytest.raises(Stopped, match="folder-not-empty"):  # a release is never overwritten
        release(root, dist, as_of=TODAY)


def test_a_draft_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ketapub.release, "judge", pretend(lambda run: run.results))
    root, dist = signed_book(tmp_path / "book", '"html"'), tmp_path / "dist"
    release(root, dist, as_of=TODAY, draft=True)
    assert len(os.listdir(dist)) == 6
    assert all("draft" in name for name in os.listdir(dist))
    assert "Draft for tests" in (dist / "stock-draft.html").read_text("utf-8")  # though it is signed
    assert json.loads((dist / "conformance-draft.json").read_text("utf-8"))["draft"] is True


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("stock-draft-press.pdf", "stock-draft-press.pdf"),
        ("site/index.html", "site-draft/index.html"),
        ("inventory.spdx.json", "inventory-draft.spdx.json"),
        ("SHA256SUMS", "SHA256SUMS-draft"),
    ],
)
def test_names_of_drafts(path: str, name: str) -> None:
    assert drafted(path, "stock-draft") == name


@pytest.mark.parametrize(
    ("version", "notes"),
    [("1", "- Each construct once."), ("0.9", "- A first try."), ("0", ""), ("", "")],
)
def test_notes_are_those_of_the_version(version: str, notes: str, tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(NOTES, "utf-8")
    assert notes_of(BookFolder(tmp_path), version, Problems()) == notes


def test_what_is_inside_is_read_from_the_files(stock: Made) -> None:
    bundle = tuple(OutputFile(path, data) for path, data in stock.files.items() if path != "book.json")
    told = json.loads(inventory(stock.book, load_theme(), bundle))
    named = {one["SPDXID"]: one["name"] for one in told["packages"]}
    inside: dict[str, set[str]] = {}
    for one in told["relationships"]:
        if one["relationshipType"] == "CONTAINS":
            inside.setdefault(named[one["spdxElementId"]], set()).add(named[one["relatedSpdxElement"]])
    assert set(inside) == {"stock.pdf", "stock-booklet.pdf", "stock.epub", "stock.html", "site"}
    assert {"font Literata", "colour profile sRGB2014"} <= inside["stock.pdf"]
    assert "colour profile sRGB2014" not in inside["stock.epub"]
    assert "Pagefind: search of the site" in inside["site"]
    assert "Pagefind: search of the site" not in inside["stock.html"]
    licences = {one["name"]: one["licenseDeclared"] for one in told["packages"]}
    assert {licence for name, licence in licences.items() if name.startswith("font ")} == {"OFL-1.1"}
    assert licences["stock.pdf"] == "CC0-1.0"


# --- whole or not at all ---------------------------------------------------------------------------------------------


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Stopped, match="No space left"):
        write_whole_folder(tmp_path / "dist", (OutputFile("site/a.html", b"a"),), Problems())
    assert os.listdir(tmp_path) == []
    monkeypatch.undo()
    (tmp_path / "dist").mkdir()  # an empty one may be there
    write_whole_folder(tmp_path / "dist", (OutputFile("site/a.html", b"a"),), Problems())
    assert (tmp_path / "dist/site/a.html").read_bytes() == b"a"
    assert os.listdir(tmp_path) == ["dist"]
