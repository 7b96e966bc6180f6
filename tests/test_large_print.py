"""The large-print edition: letters that are large enough, lines that are short, wide tables as lists, a plain zero."""

from __future__ import annotations

import io
import math
import re
import shutil
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from conftest import BOOKS, Made, make
from fontTools.ttLib import TTFont
from test_consistency import check_pdf

from ketapub import document as d
from ketapub.check.pdf_tree import tag_tree
from ketapub.check.tagging import faults
from ketapub.formats.pdf.large_print import Fit
from ketapub.formats.pdf.plain_zero import PLAIN, SLASHED, with_plain_zero
from ketapub.formats.styling import scaled
from ketapub.theme import load_theme

PRINT, LARGE = "978-3-16-148410-0", "978-0-306-40615-7"
WIDE = """
::: {#tbl-wide}
| Drug | How it is given[^w] | How often? | What is watched | Note |
|---|---|---|---|---|
| One | Into a vein, for about forty minutes, in a large chair | Twice a week | Blood pressure, and how one feels | |
| Two | As a spray | Once a week | How awake one is | With *care* |

: A table that is wide {.table-wide}
:::

[^w]: At the clinic.
"""


def letters(data: bytes) -> list[tuple[str, float]]:
    """Each letter of a PDF with the size at which it is drawn, in points."""
    found = []
    with pypdfium2.PdfDocument(io.BytesIO(data)) as pdf:
        for page in pdf:
            text = page.get_textpage()
            for index in range(text.count_chars()):
                code = pdfium.FPDFText_GetUnicode(text.raw, index)
                matrix = pdfium.FS_MATRIX()
                pdfium.FPDFText_GetMatrix(text.raw, index, matrix)
                size = pdfium.FPDFText_GetFontSize(text.raw, index) * math.hypot(matrix.c, matrix.d)
                found.append((chr(code), round(size, 1)))
    return found


def with_settings(tmp_path: Path, settings: str, chapter: str = "") -> Path:
    root = tmp_path / "book"
    shutil.copytree(BOOKS / "stock", root)
    with (root / "book.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[large-print]\n{settings}\n")
    with (root / "chapters/01-words.md").open("a", encoding="utf-8") as file:
        file.write(chapter)
    return root


def test_no_letter_is_smaller_than_14_points_and_text_has_18(large: Made) -> None:
    """A drawing that is higher than a page is made to fit one, its letters with it."""
    sizes = [size for letter, size in letters(large.file(".pdf")) if letter.isalnum()]
    assert {size for size in sizes if size < 13.5} == set()
    assert len([size for size in sizes if size < 14]) < 0.02 * len(sizes)
    assert sizes.count(18) > 1000


@pytest.mark.parametrize(("size", "paper", "wide"), [(20, "a4", 595.28), (24, "letter", 612)])
def test_size_paper_isbn_and_conditions_are_the_books(tmp_path: Path, size: int, paper: str, wide: float) -> None:
    settings = f'size = {size}\npaper = "{paper}"\n[isbn]\nprint = "{PRINT}"\nlarge-print = "{LARGE}"'
    here, elsewhere = (f'.content-visible {word}-edition="large-print"' for word in ("when", "unless"))
    said = f"\n\nSet [in large letters]{{{here}}}[small]{{{elsewhere}}}.\n"
    made = make(with_settings(tmp_path, settings, said), "large-print")
    with pikepdf.open(io.BytesIO(made.file("-large-print.pdf"))) as pdf:
        assert {round(float(page.mediabox[2])) for page in pdf.pages} == {round(wide)}
    sizes = [found for letter, found in letters(made.file(".pdf")) if letter.isalnum()]
    assert sizes.count(size) > 1000
    assert sizes.count(round(size * 16 / 18, 1)) > 1000
    with pypdfium2.PdfDocument(io.BytesIO(made.file(".pdf"))) as pdf:
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert "Set in large letters." in text
    assert f"ISBN {LARGE}" in text
    assert PRINT not in text


def test_no_word_is_broken(large: Made) -> None:
    with pypdfium2.PdfDocument(io.BytesIO(large.file(".pdf"))) as pdf:
        texts = [page.get_textpage().get_text_range() for page in pdf]
    assert not [found for text in texts for found in re.findall(r"\w[-\u00ad\u2010\ufffe]\r?\n\w", text)]


def test_its_tags_have_no_fault(large: Made) -> None:
    with pikepdf.open(io.BytesIO(large.file(".pdf"))) as pdf:
        assert faults(pdf) == []


def test_its_bytes_are_the_same_twice(large: Made) -> None:
    assert make(BOOKS / "stock", "large-print").file(".pdf") == large.file(".pdf")


def test_a_wide_table_is_a_list_and_says_the_same_words(tmp_path: Path) -> None:
    made = make(with_settings(tmp_path, "size = 30", WIDE), "large-print")
    check_pdf(made, "large-print")
    with pikepdf.open(io.BytesIO(made.file(".pdf"))) as pdf:
        assert faults(pdf) == []
        tree = tag_tree(pdf)
    item = next(one for one in tree.walk() if one.role == "LBody" and "Drug: One" in one.text())
    (inner,) = [kid for kid in item.kids if not isinstance(kid, str) and kid.role == "L"]
    said = [kid.text().strip() for kid in inner.kids if not isinstance(kid, str)]
    assert [line.partition(" ")[0] for line in said] == ["How", "How", "What", "Note:"]
    assert said[1] == "How often? Twice a week"
    assert said[3] == "Note: –"
    tables = [one.text() for one in tree.walk() if one.role == "Table"]
    assert any("Thing" in text for text in tables)  # a narrow one stays a table


@pytest.mark.parametrize(("lines", "code"), [(20, "emergency-split"), (0, None)])
def test_a_tall_emergency_callout_has_its_numbers_on_its_first_page(
    tmp_path: Path, lines: int, code: str | None
) -> None:
    callout = "\n\n::: {.callout-alarm}\n" + "".join(f"Line {n} of it.\n\n" for n in range(lines)) + ":::\n"
    made = make(with_settings(tmp_path, "size = 18", callout), "large-print")
    found = [one.code for one in made.problems.found if one.code.startswith("emergency-")]
    assert found == ([code] if code else [])
    check_pdf(made, "large-print")


def table(*rows: tuple[str, ...]) -> d.Table:
    made = [d.Row(tuple(d.Cell((d.Text(text),)) for text in row)) for row in rows]
    return d.Table(made[0], tuple(made[1:]), ("",) * len(rows[0]), (), d.Attributes("tbl"))


def test_what_fits_is_reckoned_from_words_and_lines() -> None:
    fit = Fit(letters=20, lines=2, gap=2)
    assert fit.takes(table(("word", "word"), ("a" * 9, "b" * 9)))
    assert not fit.takes(table(("word", "word"), ("a" * 9, "b" * 10)))  # a word is not broken
    assert not fit.takes(table(("word", "word"), ("five " * 5, "five " * 5)))  # nor a cell of many lines made


def outline(font: TTFont, glyph: str) -> list:
    points, ends, flags = font["glyf"][glyph].getCoordinates(font["glyf"])
    return [list(points), list(ends), [flag & 1 for flag in flags]]


@pytest.mark.parametrize("name", [name for name in load_theme().fonts if SLASHED.replace(" ", "") in name])
def test_the_zero_is_plain_and_everything_else_as_it_was(name: str) -> None:
    data = load_theme().read(name)
    with TTFont(io.BytesIO(data)) as old, TTFont(io.BytesIO(with_plain_zero(data, SLASHED, PLAIN))) as new:
        assert SLASHED not in str(new["name"].getDebugName(4))
        changed = [glyph for glyph in old.getGlyphOrder() if outline(old, glyph) != outline(new, glyph)]
        assert changed
        assert {glyph.partition(".")[0] for glyph in changed} == {"zero"}
        for glyph in changed:
            (points, ends, _), before = outline(new, glyph), outline(old, glyph)
            assert len(ends) == 2
            assert points[: ends[0] + 1] == before[0][: ends[0] + 1]  # the outside
        assert new["hmtx"].metrics == old["hmtx"].metrics


def test_a_zero_without_a_slash_stays() -> None:
    data = load_theme().read("fonts/Literata_400Regular.ttf")
    with TTFont(io.BytesIO(data)) as old, TTFont(io.BytesIO(with_plain_zero(data, "Literata", "Other"))) as new:
        assert outline(old, "zero") == outline(new, "zero")


def test_every_length_in_points_is_scaled_and_nothing_else() -> None:
    css = "a { margin: -9pt .5pt 1in; width: 312.0pt } .x-3pt { color: #12pt }"
    assert scaled(css, 2) == "a { margin: -18.000pt 1.000pt 1in; width: 624.000pt } .x-3pt { color: #12pt }"
