"""The gate before handouts: each file of a clinic is held against the handout, and what paper has no room for is no
fault. tests/slow/test_mutants.py puts all faults before it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from handout_book import handout_outputs, text_of
from mutants import Mutant
from mutants.handouts import ALL, MUTANTS, PAGE, SHEET

import ketapub.handouts.page
import ketapub.handouts.sheet
from ketapub.check.checks import all_checks
from ketapub.check.findings import Finding, Subject
from ketapub.check.standing import stale_sets
from ketapub.handouts import Asked
from ketapub.outputs import OutputFile, write_outputs
from ketapub.problems import Problems

CLINIC = "handouts/sample"  # it has one paper and one size
QUICK = ("equality", "office-print", "pdf-tags")
FAULTS = (
    "emergency sign lost on paper",
    "emergency sign lost in the file of all",
    "page without its version",
    "version of another sheet on the page",
    "name of a field lost",
    "words in red",
    "a page too many",
)


def made(folder: Path) -> Subject:
    """Without fonts in the pages: cutting them takes longer than all the rest, and nothing here looks at them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ketapub.handouts.page, "style_with_fonts", lambda *arguments: "")
        return handout_outputs(folder, Asked(clinics=("sample",)))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return made(tmp_path_factory.mktemp("handouts"))


def found_in(subject: Subject, *checks: str) -> list[Finding]:
    return [one for name in checks for one in all_checks()[name].look(subject, CLINIC).findings]


def test_nothing_is_found_in_sound_handouts(whole: Subject) -> None:
    looked = {name: all_checks()[name].look(whole, CLINIC) for name in QUICK}
    assert {name: one.findings for name, one in looked.items()} == dict.fromkeys(QUICK, ())
    assert looked["equality"].things > 200


@pytest.mark.parametrize("fault", [one for one in MUTANTS if one.name in FAULTS], ids=lambda one: one.name)
def test_a_fault_is_found_in_its_file(fault: Mutant, whole: Subject, tmp_path: Path) -> None:
    folder = shutil.copytree(whole.files[CLINIC], tmp_path / "sample")
    fault.change(folder)
    found = found_in(replace(whole, files={CLINIC: folder}), fault.check)
    named = [one for one in found if one.rule == fault.rule]
    assert {one.place.part for one in named} <= {SHEET, PAGE, ALL}
    if fault.line and fault.check == "equality":
        lines = text_of(fault.line.file).split("\n")
        assert any(fault.line.words in lines[one.at.line - 1] for one in named if one.at.file == fault.line.file)
    assert named


def test_paper_may_leave_out_notes_and_a_third_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ketapub.handouts.sheet, "MOST_LINES", 0)
    monkeypatch.setattr(ketapub.handouts.sheet, "MOST_QUESTIONS", 2)
    assert found_in(made(tmp_path), "equality") == []


def test_handouts_are_made_again_when_any_is_missing_or_old(whole: Subject, tmp_path: Path) -> None:
    (one,) = whole.sets.values()
    root, out, problems = tmp_path / "book", tmp_path / "out", Problems()
    root.mkdir()
    assert stale_sets(root, out, [one], problems)
    assert not stale_sets(root, out, [], problems)
    bundle = tuple(OutputFile(f"{one.folder}/{name}", b"-") for name in sorted(one.names))
    write_outputs(out, bundle, build_id="", manuscript_root=root, problems=problems)
    assert not stale_sets(root, out, [one], problems)
    (out / one.folder / SHEET).write_bytes(b"other")
    assert stale_sets(root, out, [one], problems)
    write_outputs(out, bundle[1:], build_id="", manuscript_root=root, problems=problems)
    assert stale_sets(root, out, [one], problems)
