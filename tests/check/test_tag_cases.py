"""The small pages of tag_cases.xml before veraPDF: with our tags, and with those that WeasyPrint would write."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import weasyprint.pdf
from tag_cases import Case, cases, document
from tools import ROOT
from weasyprint.pdf import tags as replaced

from ketapub.check.checks.verapdf import judge
from ketapub.formats.pdf import tags
from ketapub.formats.pdf.engine import to_pdf
from ketapub.formats.pdf.standard import STANDARDS

DOCUMENT = ROOT / "docs/accessibility-pdf.md"
BEGIN, END = "<!-- table of cases: written by `make check` with UPDATE_GOLDEN=1 -->\n", "<!-- end -->\n"


FLAVOURS = {"ua-1": ("ua1", "2a"), "ua-2": ("ua2", "4f")}


def _ours(case: Case, standard: str) -> bytes:
    made = document(case)
    if STANDARDS[standard].attachment:
        made.metadata.attachments.append(weasyprint.Attachment(string="{}", name="book.json", description="A book"))
    return to_pdf(made, STANDARDS[standard])


def _weasyprints(case: Case, standard: str) -> bytes:
    made = document(case)
    weasyprint.pdf.add_tags = replaced.add_tags
    try:
        data: bytes = made.write_pdf(pdf_variant=f"pdf/{standard}")
    finally:
        weasyprint.pdf.add_tags = tags.add_tags
    return data


def _judged(folder: Path, make: Callable[[Case, str], bytes], standard: str, flavour: str) -> dict[str, list[str]]:
    """The rules that each small page breaks."""
    folder.mkdir(exist_ok=True)
    paths = {case.name: folder / f"{index:02}.pdf" for index, case in enumerate(cases())}
    for case in cases():
        paths[case.name].write_bytes(make(case, standard))
    found = judge(tuple(paths.values()), flavour)
    return {name: sorted(found[path].verdicts[flavour].failed) for name, path in paths.items()}


@pytest.mark.parametrize("standard", FLAVOURS)
def test_each_small_page_conforms(tmp_path: Path, standard: str) -> None:
    for flavour in FLAVOURS[standard]:
        found = _judged(tmp_path / "ours", _ours, standard, flavour)
        assert {name: failed for name, failed in found.items() if failed} == {}


def test_the_table_of_small_pages(tmp_path: Path) -> None:
    """What WeasyPrint's own tags would do. Ours conform, says the test above."""
    first, second = (
        _judged(tmp_path / standard, _weasyprints, standard, flavour) for standard, (flavour, _) in FLAVOURS.items()
    )
    rows = [
        "| case | our tags, UA-1 and UA-2 | WeasyPrint 70, UA-1 | WeasyPrint 70, UA-2 |",
        "|---|---|---|---|",
        *(f"| {case.name} | conforms | {_said(first[case.name])} | {_said(second[case.name])} |" for case in cases()),
    ]
    table = "\n".join(rows) + "\n"
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    if os.environ.get("UPDATE_GOLDEN"):
        DOCUMENT.write_text(before + table + after, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == before + table + after


def _said(failed: list[str]) -> str:
    return f"fails {', '.join(failed)}" if failed else "conforms"
