"""The small pages of tag_cases.xml before veraPDF: with our tags, and with those that WeasyPrint would write."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import weasyprint.pdf
from tag_cases import cases, document
from tools import ROOT
from verapdf import verdicts
from weasyprint.pdf import tags as replaced

from ketapub.formats.pdf import tags
from ketapub.formats.pdf.engine import to_pdf

DOCUMENT = ROOT / "docs/accessibility-pdf.md"
BEGIN, END = "<!-- table of cases: written by `make check` with UPDATE_GOLDEN=1 -->\n", "<!-- end -->\n"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    ours, stock = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("stock")
    for index, case in enumerate(cases()):
        (ours / f"{index:02}.pdf").write_bytes(to_pdf(document(case)))
        (stock / f"{index:02}.pdf").write_bytes(_with_weasyprints_tags(document(case)))
    return ours, stock


def _with_weasyprints_tags(made: Any) -> bytes:
    weasyprint.pdf.add_tags = replaced.add_tags
    try:
        data: bytes = made.write_pdf(pdf_variant="pdf/ua-1")
    finally:
        weasyprint.pdf.add_tags = tags.add_tags
    return data


def test_each_small_page_conforms(folders: tuple[Path, Path]) -> None:
    ours, stock = folders
    assert {name: found.failed for name, found in verdicts(ours, "2a").items() if found.failed} == {}
    by_us, by_weasyprint = verdicts(ours, "ua1"), verdicts(stock, "ua1")
    assert {name: found.failed for name, found in by_us.items() if found.failed} == {}
    rows = ["| case | our tags | tags of WeasyPrint 70 |", "|---|---|---|"]
    for index, case in enumerate(cases()):
        failed = by_weasyprint[f"{index:02}.pdf"].failed
        rows.append(f"| {case.name} | conforms | {'fails ' + ', '.join(failed) if failed else 'conforms'} |")
    table = "\n".join(rows) + "\n"
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    if os.environ.get("UPDATE_GOLDEN"):
        DOCUMENT.write_text(before + table + after, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == before + table + after
