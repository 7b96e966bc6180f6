"""What is mended on finished pages, and what is named: small pages, one finding each."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import make
from tag_cases import Case, document
from test_page_marks import SMALL

from ketapub.formats.pdf.engine import Engine
from ketapub.formats.pdf.quality import check_pages, ease, glue
from ketapub.formats.styling import sheet
from ketapub.theme import load_theme

NARROW = "@page { size: 3in 3in; margin: .4in } p { widows: 1; orphans: 1; hyphens: manual }"
WORDS = "Words that fill a line and run over to the next one. "


def findings(body: str, css: str = NARROW) -> list[tuple[str, int]]:
    made = document(Case("quality", f"<div>{body}</div>", css))
    tree = made.pages[0]._page_box.children[0].element
    return [(one.code, one.page) for one in check_pages(made.pages, tree)]


def test_good_pages_have_nothing_to_mend() -> None:
    css = "@page { size: 3in 3in; margin: .4in }"
    assert findings(f"<p>{WORDS * 12}It ends with several words.</p>" * 2, css) == []


@pytest.mark.parametrize(
    ("end", "found"),
    [
        ("until it is to the oh.", []),
        ("<br/>oh.", [("short-last-line", 0)]),
        ("<br/>there.", []),
        ("<br/>oh my.", []),
        ("<br/>12", []),
    ],
)
def test_a_short_word_alone_on_the_last_line(end: str, found: list[tuple[str, int]]) -> None:
    assert findings(f"<p>{WORDS}{end}</p>") == found


def test_more_than_three_hyphens_in_a_row() -> None:
    compound = "<br/>".join(["Donau-"] * 3)
    assert findings(f"<p>{compound}<br/>and words.</p>") == []
    assert findings(f"<p>{compound}<br/>Donau-<br/>and words.</p>") == [("hyphens-in-a-row", 0)]


def test_a_heading_at_the_foot_and_a_nearly_empty_page() -> None:
    apart = "<p style='break-before: page'>One line.</p>"
    assert findings(f"<p>{WORDS}</p><h2 style='break-after: auto'>Heading</h2>{apart}") == [
        ("nearly-empty-page", 1),
        ("heading-at-foot", 0),
    ]


def test_a_page_that_the_author_began_may_be_short() -> None:
    assert findings(f"<p>{WORDS}</p><div class='page-break'></div><p>One line.</p>") == []


def test_one_line_of_a_paragraph_alone() -> None:
    """Pages of exactly eight lines of 15 points; a heading takes the first."""
    css = "@page { size: 3in 3in; margin: 48pt } p { widows: 1; orphans: 1; margin: 0 }"
    css += "h1 { break-after: page !important; font-size: 9pt } p + p { color: black }"
    full, line = "<br/>".join(["Eight lines"] * 8), "and a longer ninth"
    assert ("line-alone", 2) in findings(f"<p>{full}<br/>{line}</p>", css)
    assert ("line-alone", 2) not in findings(f"<p>{full}<br/>{line}<br/>{line}</p>", css)
    seven = "<br/>".join(["Seven lines"] * 7)
    assert ("line-alone", 1) in findings(f"<p>{seven}</p><p>{line}<br/>{line}</p>", css)


@pytest.mark.parametrize(
    ("paragraph", "kept"),
    [
        ("<p>One two three.</p>", "two three."),
        ("<p>One two <a>three</a><span>[4]</span>.</p>", "two three[4]."),
        ("<p>One <a>two three</a>.</p>", "two three"),
        ("<p>One <a>two <b>three</b></a>.</p>", "two three"),
        ("<p>One two three<span class='footnote'>A note here.</span>.</p>", "two threeA note here.."),
        ("<p>One two <i/>three</p>", "two three"),
        ("<p>One</p>", None),
    ],
)
def test_two_last_words_are_kept_together(paragraph: str, kept: str | None) -> None:
    tree = ElementTree.fromstring(paragraph)
    before = "".join(tree.itertext())
    glue(tree)
    assert "".join(tree.itertext()) == before
    found = [one for one in tree.iter("span") if "nowrap" in one.get("style", "")]
    assert ["".join(one.itertext()) for one in found] == ([kept] if kept else [])
    for note in tree.iter("span"):
        if note.get("class") == "footnote":
            assert note.get("style") == "white-space: normal"


def test_a_finding_names_its_page_and_its_paragraph(tmp_path: Path) -> None:
    settings = SMALL.format(language="en").replace('"one.md", "two.md"', '"one.md"').replace("4.6in", "6in")
    (tmp_path / "book.toml").write_text(settings, encoding="utf-8")
    text = "# One\n\nSome words.\n\n- An item\\\nthat ends in\\\noh\n"
    (tmp_path / "one.md").write_text(text, encoding="utf-8")
    (problem,) = make(tmp_path, "pdf").problems.found
    assert (problem.code, problem.severity) == ("short-last-line", "warning")
    assert problem.message == 'page 1: its last line is "oh"'
    assert (problem.at.file, problem.at.line, problem.at.column) == ("one.md", 5, 3)


@pytest.mark.parametrize(
    ("end", "eased"),
    [
        ("of its own.", 'of <span style="white-space: nowrap">its own.</span>'),
        ("of its <em>very own</em>.", 'of its <em><span style="white-space: nowrap">very own</span></em>.'),
        ("in manuscript.", 'in <span class="last-word">manuscript.</span>'),
        ("in the <em>manuscript</em>.", 'in the <em><span class="last-word">manuscript</span></em>.'),
    ],
)
def test_the_end_of_a_paragraph_is_set_apart(end: str, eased: str) -> None:
    paragraph = ElementTree.fromstring(f"<p>{WORDS}{end}</p>")
    ease(paragraph)
    assert ElementTree.tostring(paragraph, encoding="unicode") == f"<p>{WORDS}{eased}</p>"


def test_one_line_needs_no_care() -> None:
    paragraph = ElementTree.fromstring("<p>One line of a few.</p>")
    ease(paragraph)
    assert not list(paragraph)


def test_no_short_part_of_a_word_goes_on_alone() -> None:
    """At whatever width."""
    theme = load_theme()
    engine = Engine(sheet(theme, "print.css"), {}, theme.folder / "fonts")
    for width in range(150, 260, 5):
        tree = ElementTree.fromstring(f"<html lang='en'><body><p>{WORDS}And then an arrangement.</p></body></html>")
        for paragraph in tree.iter("p"):
            ease(paragraph)
        page = f"@page {{ size: {width + 80}pt 4in; margin: 40pt }} p {{ hyphenate-limit-zone: 0 }}"
        pages = engine.lay_out(tree, page).pages
        assert [one.code for one in check_pages(pages, tree) if one.code == "short-last-line"] == [], width
