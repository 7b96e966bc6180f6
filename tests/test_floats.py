"""Figures and tables on pages: what is left white, what is split."""

from __future__ import annotations

from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest

from ketapub.formats.pdf.engine import Engine
from ketapub.formats.pdf.floats import fill_gaps
from ketapub.formats.styling import sheet
from ketapub.theme import load_theme

FIGURE = (
    '<figure id="f"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 18"><path d="M0 0h9v18z"/></svg></figure>'
)
DATA = '<div class="figure-data"><p>Numbers.</p></div>'
BEFORE, AFTER = "<p>before</p>" * 14, "<p>after</p>" * 6
PAGE = "@page { size: 6in 9in }"


@cache
def engine() -> Engine:
    theme = load_theme()
    return Engine(sheet(theme, "print.css"), {}, theme.folder / "fonts")


def pages_of(body: str, pinned: tuple[str, ...] = (), sound: bool = True) -> list[str]:
    """What stands on each page, a word a block."""
    tree = ElementTree.fromstring(f"<html lang='en'><head><title>x</title></head><body>{body}</body></html>")
    first = ElementTree.tostring(tree)

    def lay_out() -> Any:
        return engine().lay_out(tree, PAGE)

    document = fill_gaps(tree, lay_out(), lay_out, lambda other: sound, pinned)
    assert ElementTree.tostring(tree) == first  # reading order is the author's
    return [" ".join(_words(page)) for page in document.pages]


def _words(page: Any) -> list[str]:
    from weasyprint.formatting_structure.boxes import TextBox

    boxes = list(page._page_box.children[0].descendants())
    texts = [box.text if isinstance(box, TextBox) else "FIGURE" * (box.element_tag == "figure") for box in boxes]
    return list(dict.fromkeys(text for text in texts if text))


def test_text_of_the_section_fills_the_page_that_a_figure_does_not_fit_on() -> None:
    assert pages_of(BEFORE + FIGURE + DATA + AFTER) == ["before after", "FIGURE", "Numbers."]


def test_a_table_that_fits_goes_there_too() -> None:
    table = "<div class='table'><table><tbody><tr><td>cell</td></tr></tbody></table></div>"
    assert pages_of(BEFORE + FIGURE + table + AFTER) == ["before cell after", "FIGURE"]


@pytest.mark.parametrize(
    ("follows", "pinned"),
    [
        (f"<h2 class='level-2'>Next</h2>{AFTER}", ()),
        (f"<aside class='callout' id='help'><p>Call</p></aside>{AFTER}", ("help",)),
        (f"<h3 class='level-3'>Small</h3><h2 class='level-2'>Next</h2>{AFTER}", ()),
        (FIGURE.replace('"f"', '"g"'), ()),
    ],
    ids=["next section", "emergency callout", "heading with nothing under it", "another figure"],
)
def test_what_does_not_move_before_a_figure(follows: str, pinned: tuple[str, ...]) -> None:
    assert pages_of(BEFORE + FIGURE + follows, pinned)[0] == "before"


def test_a_figure_with_a_note_stays() -> None:
    noted = FIGURE.replace("</figure>", "<figcaption>x<span class='footnote'>note</span></figcaption></figure>")
    assert pages_of(BEFORE + noted + AFTER)[0] == "before"


def test_a_layout_with_another_fault_is_not_taken() -> None:
    assert pages_of(BEFORE + FIGURE + AFTER, sound=False)[0] == "before"


def test_a_little_white_is_left() -> None:
    assert pages_of("<p>before</p>" * 24 + FIGURE + AFTER)[0] == "before"


def rows_on_pages(rows: int, lines: int) -> list[int]:
    body = "".join(f"<tr><td>row{n}</td></tr>" for n in range(rows))
    table = f"<div class='table'><table><tbody>{body}</tbody></table></div>"
    return [page.count("row") for page in pages_of("<p>before</p>" * lines + table)]


@pytest.mark.parametrize("lines", [20, 22, 24, 26])
def test_a_short_table_is_not_split_and_no_row_of_a_long_one_is_alone(lines: int) -> None:
    assert max(rows_on_pages(5, lines)) == 5
    assert 1 not in rows_on_pages(12, lines)
