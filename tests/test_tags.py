"""The tags of the PDF: small pages of one construct each, the book as a whole, and what they rest on in WeasyPrint."""

from __future__ import annotations

import hashlib
import inspect
import io
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
import weasyprint
from conftest import Made
from tag_cases import Case, cases, document
from test_consistency import shown_in
from weasyprint import anchors, draw
from weasyprint.layout import absolute
from weasyprint.pdf import anchors as pdf_anchors, stream, tags as replaced

from ketapub.check.pdf_tree import Element, artifacts, tag_tree
from ketapub.check.tagging import faults
from ketapub.formats.as_json import book_as_json
from ketapub.formats.pdf import tags
from ketapub.formats.pdf.engine import to_pdf
from ketapub.formats.pdf.pages import page_labels
from ketapub.formats.pdf.standard import STANDARDS
from ketapub.formats.pdf.xmp import SPACES

GOLDEN = Path(__file__).parent / "golden/tag_cases.txt"


def outline(element: Element, depth: int = 0, roles: Mapping[tuple[int, int], str] | None = None) -> list[str]:
    """A line for each element: its role, what it says of itself, and its words."""
    roles = roles or {one.number: one.role for one in element.walk()}
    said = {"Lang": element.lang, "Alt": element.alt, "E": element.expansion, "ID": element.id}
    said |= {key: value for key, value in element.attributes.items() if key not in ("BBox", "Headers")}
    headers = element.attributes.get("Headers", [])
    said["Headers"] = ", ".join(str(one) for one in headers)  # type: ignore[attr-defined]
    said["Ref"] = ", ".join(roles[number] for number in element.refers)
    names = dict.fromkeys(str(link.Contents) for link in element.links)
    said["Contents"] = " | ".join(names) if list(names) != [element.text().strip()] else ""
    line = "  " * depth + element.role + "".join(f" {key}={str(value)!r}" for key, value in said.items() if value)
    words = [kid for kid in element.kids if isinstance(kid, str)]
    if words and not element.alt and len(words) == len(element.kids):
        return [f"{line} {''.join(words)!r}"]
    found = [line]
    for kid in element.kids:
        if isinstance(kid, Element):
            found += outline(kid, depth + 1, roles)
        elif kid.strip() and not element.alt:
            found.append("  " * (depth + 1) + repr(kid))
    return found


@cache
def _data_of(case: Case, standard: str) -> bytes:
    return to_pdf(document(case), STANDARDS[standard])


def pdf_of(case: Case, standard: str = "ua-1") -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(_data_of(case, standard)))


def tags_of(case: Case, standard: str) -> str:
    with pdf_of(case, standard) as pdf:
        assert faults(pdf, STANDARDS[standard].pdf, book=False) == [], (case.name, standard)
        return "\n".join(line[4:] for line in outline(tag_tree(pdf))[3:])


def test_golden_of_the_small_pages() -> None:
    """One element for each of the markup, on however many pages it stands, with the words of the manuscript; what is
    another one in PDF 2.0 stands below."""
    text = ""
    for case in cases():
        text += f"# {case.name}\n{(first := tags_of(case, 'ua-1'))}\n"
        text += f"## in PDF 2.0\n{second}\n\n" if (second := tags_of(case, "ua-2")) != first else "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_small_pages_are_read_as_they_are_written() -> None:
    """Whatever the typesetter did to spaces and hyphens. Words of the style sheet are not in the markup."""
    for case in cases():
        if "style sheet" in case.name:
            continue
        body = ElementTree.fromstring(f"<body>{case.body}</body>")
        with pdf_of(case) as pdf:
            found = _read(tag_tree(pdf))
        assert "".join(found.split()) == "".join(_written(body).replace("\u00ad", "").split()), case.name


def _written(element: ElementTree.Element) -> str:
    if element.tag.endswith("}svg"):
        return element.tail or ""
    number = element.get("data-number", "")
    return number * 2 + (element.text or "") + "".join(_written(kid) for kid in element) + (element.tail or "")


def _read(element: Element) -> str:
    label = element.role == "Lbl" and element.text().strip() in ("•", "–", "1.", "2.")
    if element.role == "H1" or label or element.role == "Figure":
        return ""
    return "".join(kid if isinstance(kid, str) else _read(kid) for kid in element.kids)


def test_what_repeats_is_not_read() -> None:
    named = {case.name: case for case in cases()}
    with pdf_of(named["running heads"]) as pdf:
        assert len(pdf.pages) > 2
        assert [artifacts(page).count("Head") for page in pdf.pages] == [1] * len(pdf.pages)
        assert "Head" not in tag_tree(pdf).text()
    with pdf_of(named["table over pages"]) as pdf:
        tree = tag_tree(pdf)
        assert [one.role for one in tree.walk()].count("Table") == 1
        assert tree.text().count("A") == 1
        assert len(pdf.pages) == 1 + sum("A" in artifacts(page) for page in pdf.pages)


def test_the_stock_book_has_no_fault(stock: Made) -> None:
    with pikepdf.open(io.BytesIO(stock.file(".pdf"))) as pdf:
        assert faults(pdf) == []


def test_the_stock_book_of_pdf_2_has_no_fault(stock_ua_2: Made) -> None:
    with pikepdf.open(io.BytesIO(stock_ua_2.file(".pdf"))) as pdf:
        assert faults(pdf, "2.0") == []


def test_the_resolved_book_goes_with_pdf_2(stock_ua_2: Made) -> None:
    """As the edition shows it: a condition may show something else in `--to json`."""
    with pikepdf.open(io.BytesIO(stock_ua_2.file(".pdf"))) as pdf:
        (file,) = pdf.Root.AF
        assert file.EF.F.read_bytes() == book_as_json(shown_in(stock_ua_2, "pdf"))
        assert (file.UF, file.AFRelationship, file.EF.F.Subtype) == ("book.json", "/Source", "/application/json")
        assert file.EF.F.Params.ModDate == "D:20260115000000Z"


def test_pages_are_found_in_pdf_2_as_well(stock: Made, stock_ua_2: Made) -> None:
    labels = page_labels(stock_ua_2.file(".pdf"))
    assert labels == page_labels(stock.file(".pdf"))
    assert "iii" in labels.values()


def test_the_booklet_of_pdf_2_has_the_same_pages(stock: Made, stock_ua_2: Made) -> None:
    with (
        pikepdf.open(io.BytesIO(stock_ua_2.file("-booklet.pdf"))) as pdf,
        pikepdf.open(io.BytesIO(stock.file("-booklet.pdf"))) as other,
    ):
        assert dict(pdf.docinfo) == dict(other.docinfo)
        assert [page.Contents.read_bytes() for page in pdf.pages] == [
            page.Contents.read_bytes() for page in other.pages
        ]


@pytest.mark.parametrize(("standard", "claims"), [("ua-1", ["1", "2", "A"]), ("ua-2", ["2", "4", "F"])])
def test_the_metadata_say_what_it_is(stock: Made, stock_ua_2: Made, standard: str, claims: list[str]) -> None:
    with pikepdf.open(io.BytesIO({"ua-1": stock, "ua-2": stock_ua_2}[standard].file(".pdf"))) as pdf:
        xmp = ElementTree.fromstring(pdf.Root.Metadata.read_bytes())
        info = {str(key): str(value) for key, value in pdf.docinfo.items()}

    def said(name: str) -> list[str]:
        (found,) = xmp.iterfind(f".//{name}", SPACES)
        return [one.text or "" for one in found.iter() if (one.text or "").strip()]

    assert said("pdfuaid:part") + said("pdfaid:part") + said("pdfaid:conformance") == claims
    assert said("dc:title") == [stock.book.info.book.title] == [info.get("/Title", stock.book.info.book.title)]
    assert said("dc:creator") == list(stock.book.info.book.authors)
    assert said("dc:language") == [stock.book.info.book.language]
    assert said("xmp:CreateDate") == ["2026-01-15"]


# --- what the tagger rests on ---

# The source of each function of WeasyPrint 70.0 whose doings the tagger knows. One that has changed has to be read:
# does it still draw, mark and keep what the package ketapub.formats.pdf.tags says? Then its digest is renewed here.
RESTS_ON = {
    anchors.gather_anchors: "373f8c676f27da3b",
    absolute.AbsolutePlaceholder: "336e26c56311f105",
    draw.draw_inline_level: "068162a401d00efd",
    draw.draw_block_level: "3de9ec3ad4aaad3c",
    pdf_anchors.add_links: "262e8b9b299892a7",
    stream.Stream: "624257224db6f66d",
    weasyprint.pdf.generate_pdf: "626343ef25c396e8",
}


def test_nothing_that_the_tagger_rests_on_has_moved() -> None:
    found = {one: hashlib.sha256(inspect.getsource(one).encode()).hexdigest()[:16] for one in RESTS_ON}
    assert found == RESTS_ON


def test_the_tagger_takes_the_place_of_weasyprints() -> None:
    tags.take_over()
    assert weasyprint.pdf.add_tags is tags.add_tags
    assert list(inspect.signature(tags.add_tags).parameters) == list(inspect.signature(replaced.add_tags).parameters)


def test_another_version_of_weasyprint_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weasyprint, "__version__", "71.0")
    with pytest.raises(RuntimeError, match=r"70\.0 is needed, and this is 71\.0"):
        tags.take_over.__wrapped__()
