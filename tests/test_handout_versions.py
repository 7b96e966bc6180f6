"""Versions of handouts: recorded once, kept for ever; what a site, a folder of sheets and a notice say of them."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from test_handouts import SHEET, book_with, resolved

from ketapub.build import record_versions, write_handouts
from ketapub.handouts import Asked, versions as of_versions
from ketapub.handouts.versions import FILE
from ketapub.problems import Stopped

TODAY = datetime.date(2026, 2, 1)
LATER = datetime.date(2026, 5, 1)
LETTER = Asked(clinics=("general",), papers=("letter",), sizes=("standard",))


def record(root: Path, day: datetime.date = TODAY) -> of_versions.Versions:
    problems, found = record_versions(root, as_of=day)
    assert not [one for one in problems if "version" in one.code]
    return found


def change(root: Path, old: str, new: str, file: str = "handouts/h1-next.md") -> None:
    text = (root / file).read_text("utf-8")
    assert text.count(old) == 1
    (root / file).write_text(text.replace(old, new), "utf-8")


def withdraw(root: Path, id: str, why: str = "the number to call was wrong") -> None:
    text = (root / FILE).read_text("utf-8")
    head, body = text.split(f"[{id}]")
    body = re.sub('state = "[a-z]+"', f'state = "withdrawn"\nwhy = "{why}"', body, count=1)
    (root / FILE).write_text(f"{head}[{id}]{body}", "utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return book_with(tmp_path)


# --- the list --------------------------------------------------------------------------------------------------------


def test_a_version_is_recorded_once_and_keeps_its_month(root: Path) -> None:
    ((id, version),) = record(root).items()
    assert (version.handout, version.label, version.month, version.state) == ("h1-next", "H1", "1", "current")
    text = (root / FILE).read_bytes()
    change(root, 'version = "1"', 'version = "2"', "book.toml")
    assert list(record(root, LATER)) == [id]
    assert (root / FILE).read_bytes() == text
    assert resolved(root)[0].version == f"H1 · 1 · {id}"  # not the book's version of today


def test_a_plain_run_warns_and_leaves_the_manuscript_alone(root: Path, tmp_path: Path) -> None:
    built = write_handouts(root, tmp_path / "out", LETTER, as_of=TODAY)
    (warning,) = [one for one in built.problems if one.code == "unrecorded-version"]
    assert (warning.severity, str(warning.at)) == ("warning", "handouts/h1-next.md:2:9")
    assert not (root / FILE).exists()
    record(root)
    built = write_handouts(root, tmp_path / "out", LETTER, as_of=TODAY)
    assert not [one for one in built.problems if one.code == "unrecorded-version"]


def test_a_new_text_replaces_the_old_one_and_may_come_back(root: Path) -> None:
    (first,) = record(root)
    change(root, "Plan the way home first.", "Plan your way home first.")
    found = record(root, LATER)
    second = next(id for id in found if id != first)
    assert (found[first].state, found[first].by, found[first].until) == ("replaced", second, LATER)
    assert (found[second].state, found[second].since) == ("current", LATER)
    change(root, "Plan your way home first.", "Plan the way home first.")
    found = record(root, LATER)
    assert (found[first].state, found[first].by, found[first].since) == ("current", "", TODAY)
    assert (found[second].state, found[second].by) == ("replaced", first)


def test_what_an_author_withdrew_stays_so(root: Path) -> None:
    (first,) = record(root)
    withdraw(root, first)
    change(root, "Plan the way home first.", "Plan your way home first.")
    found = record(root, LATER)
    assert (found[first].state, found[first].why) == ("withdrawn", "the number to call was wrong")
    assert found[first].until == LATER
    assert [one.state for one in found.values()] == ["withdrawn", "current"]


def test_what_is_withdrawn_is_not_made_again(root: Path, tmp_path: Path) -> None:
    (root / "handouts/h2-other.md").write_text(SHEET.replace("What comes next?", "What else?"), "utf-8")
    first = next(id for id, version in record(root).items() if version.label == "H1")
    withdraw(root, first)
    built = write_handouts(root, tmp_path / "out", LETTER, as_of=TODAY)
    assert [file.path for file in built.outputs] == ["handouts/general/h2-other-letter.pdf"]
    (problem,) = [one for one in built.problems if one.code == "withdrawn-version"]
    assert problem.message == f"H1 · 1 · {first} is withdrawn, because the number to call was wrong"


def test_two_texts_never_share_an_id(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "handouts/h2-next.md").write_text(SHEET, "utf-8")
    with pytest.raises(Stopped, match=r"handouts/h2-next\.md:2:9: error\[version-taken\]"):
        record_versions(root, as_of=TODAY)
    (root / "handouts/h2-next.md").unlink()
    (first,) = record(root)
    change(root, "Plan the way home first.", "Plan your way home first.")
    monkeypatch.setattr("ketapub.handouts.text_id", lambda book: first)
    kept = (root / FILE).read_bytes()
    with pytest.raises(Stopped, match=rf"h1-next\.md:2:9: error\[version-taken\]: another text has the id {first}"):
        record_versions(root, as_of=TODAY)
    assert (root / FILE).read_bytes() == kept


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (r"\[[A-Z0-9]{4}\]", "[K7Q0]", r'versions\.toml:3:2: error\[broken-versions\]: "K7Q0" is no id'),
        ('handout = "h1-next"', 'handout = "h1-nxt"', r'4:1: error\[broken-versions\]: .* no handout "h1-nxt"'),
        ('state = "current"', 'state = "withdrawn"', r"8:1: error\[broken-versions\]: .* without a reason"),
        ('state = "current"', 'state = "replaced"\nby = "K7QD"', r"9:1: error\[broken-versions\]: .*no other version"),
        ('state = "current"', 'state = "gone"', r'8:1: error\[wrong-setting\]: state cannot be "gone"'),
        ("label", "labl", r"5:1: error\[unknown-setting\]"),
        ("since = ", "since = x", r"error\[broken-toml\]"),
    ],
)
def test_a_list_that_contradicts_itself_is_told_of(root: Path, old: str, new: str, told: str) -> None:
    record(root)
    text, count = re.subn(old, new, (root / FILE).read_text("utf-8"), count=1)
    assert count
    (root / FILE).write_text(text, "utf-8")
    with pytest.raises(Stopped, match=told):
        record_versions(root, as_of=TODAY)
