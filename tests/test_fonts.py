"""Fonts: every character of a book has a glyph, or its author hears which has none, where, and what to do."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from xml.etree import ElementTree

import brotli
import pytest
from conftest import BOOKS, resolved
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, woff2
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from ketapub import document as d
from ketapub.fonts import check_glyphs, coverage, drawn_texts, family_name, fontconfig_xml, has_glyph, read_font
from ketapub.formats.screen import letters_of
from ketapub.formats.styling import QUALITY, Face, features_asked, font_packer, subset_woff2
from ketapub.problems import Position, Problems
from ketapub.theme import load_theme


def font(letters: str, family: str = "Test Serif", fs_type: int = 0, flavor: str | None = None) -> bytes:
    """A font with empty glyphs for some letters."""
    names = {ord(letter): f"u{ord(letter):X}" for letter in letters}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    builder.setupGlyf({name: TTGlyphPen(None).glyph() for name in (".notdef", *names.values())})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", *names.values()), (500, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Bold"})
    builder.setupOS2(usWeightClass=700, fsType=fs_type)
    builder.setupPost()
    builder.font.flavor = flavor
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


THEME = load_theme()


def theme_fonts() -> Iterable[bytes]:
    return [THEME.read(name) for name in THEME.fonts]


HERE = Position("a.md", 3, 5)


def check(text: str, *own: bytes, at: Position = HERE, source: str = "") -> list[tuple[str, str]]:
    problems = Problems()
    check_glyphs([(text, at)], lambda: [*theme_fonts(), *own], problems, {"a.md": source} if source else None)
    assert {problem.code for problem in problems.found} <= {"missing-glyph"}
    return [(str(problem.at), problem.message) for problem in problems.in_order()]


def test_a_missing_character_is_named_with_its_place() -> None:
    problems = Problems()
    check_glyphs([("peace: שלום", Position("a.md", 3, 5))], theme_fonts, problems)
    first = problems.found[0]
    assert first.at == Position("a.md", 3, 12)
    assert first.message == 'no font has "ש" (U+05E9 HEBREW LETTER SHIN, block Hebrew)'
    assert "[theme] fonts" in first.hint
    assert len(problems.found) == 4


def test_a_font_of_the_book_mends_it() -> None:
    assert check("שלום", font("שלו"))[0][1].startswith('no font has "ם"')
    assert check("שלום", font("שלום")) == []


@pytest.mark.parametrize(
    "text",
    [
        "".join(map(chr, range(0xA0, 0x100))),
        "“Ångström” – naïve — … € ™ ‑ ﬁ Ω ж ế ∑ ≤ → ✓ ☎ ⚠",
        "soft\u00adhyphen\u200b\u200d\u200e\u2060\ufeff\u2066 \u2003\u202f\u3000\u2028",
        "☎\ufe0e☎\ufe0f\U000e0100",
        "e\u0301 o\u0308",
        "\u212b \u2126",
        "a\tb\nc",
        "",
    ],
)
def test_what_needs_no_font_of_the_book(text: str) -> None:
    assert check(text) == []


def test_the_first_256_characters_are_in_the_theme() -> None:
    """`check_glyphs` reads no font for a book that has no others."""
    covered = frozenset().union(*map(coverage, theme_fonts()))
    assert all(has_glyph(chr(code), covered) for code in range(0x100))


def test_no_font_is_read_for_latin() -> None:
    def fonts() -> Iterable[bytes]:
        raise AssertionError("a font was asked for")

    check_glyphs([("naïve", Position("a.md")), ("", Position("a.md"))], fonts, Problems())
    with pytest.raises(AssertionError):
        check_glyphs([("→", Position("a.md"))], fonts, Problems())


def test_signs_of_format_that_are_drawn_are_needed() -> None:
    (found,) = check("\u0600 \u200c")
    assert "U+0600" in found[1]


@pytest.mark.parametrize(
    ("text", "source", "at", "expected"),
    [
        ("a “q” あ", 'one\ntwo\n    a "q" あ', Position("a.md", 3, 5), "a.md:3:11"),
        ("wait… あ", "\n\n    wait... あ", Position("a.md", 3, 5), "a.md:3:13"),
        ("a* あ", "\n\nあ   a\\* あ", Position("a.md", 3, 5), "a.md:3:9"),
        ("x = 1\ny = あ", "```\nx = 1\ny = あ\n```", Position("a.md", 1, 1), "a.md:3:5"),
        ("a あ", "\n\n    a &#12354;", Position("a.md", 3, 5), "a.md:3:7"),
        ("a あ", "", Position("a.md", 3, 5), "a.md:3:7"),
        ("x\nあ", "", Position("a.md", 3, 5), "a.md:3:5"),
        ("a あ", "", Position("images/a.svg", 7), "images/a.svg:7"),
        ("a あ", "", Position("book.toml"), "book.toml"),
    ],
)
def test_places(text: str, source: str, at: Position, expected: str) -> None:
    assert [place for place, _ in check(text, at=at, source=source)] == [expected]


def test_each_character_once_and_a_script_in_short() -> None:
    assert check("あいあ") == [
        ("a.md:3:5", 'no font has "あ" (U+3042 HIRAGANA LETTER A, block Hiragana); it stands in the book 2 times'),
        ("a.md:3:6", 'no font has "い" (U+3044 HIRAGANA LETTER I, block Hiragana)'),
    ]
    found = check("".join(map(chr, range(0x3041, 0x3061))))
    assert len(found) == 11
    assert ("a.md:3:5", "no font has 22 more characters of the block Hiragana") in found


def test_what_is_drawn_of_a_chapter() -> None:
    at = Position("a.md", 1, 1)
    note = d.Note((d.Plain((d.Text("note", at=at),)),))
    image = d.Image("a.png", "not drawn", title="not drawn")
    table = d.Table(d.Row((d.Cell((d.Code("head"),)),)), (), ("",), (d.Text("caption"),))
    callout = d.Callout("note", (d.Text("callout"),), (d.CodeBlock("code"), d.Paragraph((image, note)), table))
    chapter = d.Chapter("a", "body", d.Heading(1, (d.Text("title"),)), (callout,), subtitle=(d.Text("sub"),))
    texts = [text for text, _ in drawn_texts([chapter])]
    assert texts == ["title", "sub", "callout", "code", "note", "caption", "head"]


def read(data: bytes) -> tuple[object, list[str]]:
    problems = Problems()
    return read_font(data, "fonts/x.ttf", Position("book.toml", 9, 1), problems), [one.code for one in problems.found]


@pytest.mark.parametrize("flavor", [None, "woff", "woff2"])
def test_what_a_font_says_of_itself(flavor: str | None) -> None:
    data = font("ab", flavor=flavor)
    found, problems = read(data)
    assert problems == []
    assert found is not None
    assert (found.family, found.weight, found.italic) == ("Test Serif", 700, False)  # type: ignore[attr-defined]
    assert coverage(data) == {ord("a"), ord("b")}
    assert family_name(data) == "Test Serif"


def test_a_font_that_may_not_be_embedded() -> None:
    assert read(font("ab", fs_type=2)) == (None, ["font-not-embeddable"])
    assert read(font("ab", fs_type=8))[1] == []


@pytest.mark.parametrize("length", [0, 4, 60, 300])
def test_a_broken_font_is_a_problem(length: int) -> None:
    for data in (font("ab")[:length], font("ab", flavor="woff2")[: length // 2], b"no font" * (length + 1)):
        assert read(data) == (None, ["broken-font"])


def test_the_families_of_the_theme() -> None:
    families = {family_name(data) for data in theme_fonts()}
    assert {"Literata", "Atkinson Hyperlegible Next", "Noto Sans Math", "Noto Sans Symbols 2"} <= families


NAMES = {
    "as usual": [("Serif Ünd", 1, 3, 1, 0x409)],
    "in two languages": [("Schrift", 1, 3, 1, 0x407), ("Serif", 1, 3, 1, 0x409)],
    "of a Mac": [("Sérif", 1, 1, 0, 0)],
    "of a Mac and of Windows": [("Mac", 1, 1, 0, 0), ("Serif", 1, 3, 1, 0x409)],
    "in German alone": [("Schrift", 1, 3, 1, 0x407)],
    "of symbols": [("Signs", 1, 3, 0, 0x409)],
    "the better one": [("Serif Thin", 1, 3, 1, 0x409), ("Serif", 16, 3, 1, 0x409)],
    "the best one": [("Serif", 16, 3, 1, 0x409), ("Serif Caption", 21, 3, 1, 0x409)],
    "coded twice": [(b"\0\0\0S\0\0\0e", 1, 3, 1, 0x409)],
    "of an odd length": [(b"\0S\0e\0", 1, 3, 1, 0x409)],
    "no text": [(b"\xd8\0\0S", 1, 3, 1, 0x409), ("Mac", 1, 1, 0, 0)],
    "empty": [("", 1, 3, 1, 0x409)],
    "none": [("1.0", 5, 3, 1, 0x409)],
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_font_is_called_as_fonttools_calls_it(kind: str) -> None:
    made = TTFont(io.BytesIO(font("a")))
    made["name"].names = []
    for text, *numbers in NAMES[kind]:
        made["name"].setName(text, *numbers)
    file = io.BytesIO()
    made.save(file)
    assert family_name(file.getvalue()) == (TTFont(file)["name"].getBestFamilyName() or "")


@pytest.mark.parametrize("strings", [0, 7, 60_000])
def test_a_broken_table_of_names_is_read_as_fonttools_reads_it(strings: int) -> None:
    made = TTFont(io.BytesIO(font("a")))
    table = made.getTableData("name")
    made["name"] = DefaultTable("name")
    made["name"].data = table[:4] + strings.to_bytes(2) + table[6:]
    file = io.BytesIO()
    made.save(file)
    assert family_name(file.getvalue()) == (TTFont(file)["name"].getBestFamilyName() or "")


def test_names_are_read_without_the_tables_of_layout() -> None:
    code = (
        "import sys\n"
        "from ketapub.fonts import family_name\n"
        "from ketapub.theme import load_theme\n"
        "theme = load_theme()\n"
        "print(*sorted({family_name(theme.read(name)) for name in theme.fonts}), sep='\\n')\n"
        "print('fontTools.ttLib.tables.otTables' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines() == [*sorted({family_name(data) for data in theme_fonts()}), "False"], done.stderr


def test_fontconfig_sees_only_these_folders() -> None:
    xml = fontconfig_xml(["/a & b", "/c"], "/cache", {"serif": ["Literata", "Noto Sans Math"]})
    root = ElementTree.fromstring(xml)
    assert [(child.tag, child.text) for child in root][:4] == [
        ("reset-dirs", None),
        ("dir", "/a & b"),
        ("dir", "/c"),
        ("cachedir", "/cache"),
    ]
    assert [family.text for family in root.iter("family")] == ["serif", "Literata", "Noto Sans Math"]
    assert not {child.tag for child in root} & {"include"}


def test_the_letters_of_a_page_are_all_that_stand_in_it() -> None:
    page = "<p title='a'>\x7f\x80é ≤ 漢\U0001f600</p>\n"
    assert letters_of(page.encode()) == frozenset(page)


@pytest.mark.parametrize(
    ("asked", "has", "lacks"),
    [
        ((), {"liga"}, {"onum", "smcp", "tnum"}),
        (("lnum", "tnum"), {"liga", "tnum"}, {"onum", "smcp"}),
        (("all",), {"liga", "onum", "smcp", "tnum"}, set()),
    ],
    ids=["unasked", "by name", "all"],
)
def test_a_font_cut_to_size_has_its_letters_the_features_that_are_used_and_nothing_more(
    asked: tuple[str, ...], has: set[str], lacks: set[str]
) -> None:
    name = "fonts/Literata_400Regular.ttf"
    whole = Face("Literata", 400, "normal", name, THEME.read(name))
    letters = frozenset("AVfi 1½")
    cut = subset_woff2(whole, letters, frozenset(asked))
    assert coverage(cut) == {ord(letter) for letter in letters}
    with TTFont(io.BytesIO(whole.data)) as before, TTFont(io.BytesIO(cut)) as after:
        kept = {tag: {one.FeatureTag for one in after[tag].table.FeatureList.FeatureRecord} for tag in ("GPOS", "GSUB")}
        assert "kern" in kept["GPOS"]
        assert has <= kept["GSUB"]
        assert not lacks & kept["GSUB"]
        assert after["hmtx"]["A"] == before["hmtx"]["A"]
        assert after["name"].getDebugName(0) == before["name"].getDebugName(0)  # whose it is
    assert subset_woff2(whole, frozenset("  漢"), frozenset(asked)) == b""


def test_features_are_those_that_the_theme_names_and_all_where_a_book_names_some() -> None:
    book = resolved(BOOKS / "stock", Problems())
    plain = replace(book, styles=("p { color: red }",))
    named = {"kern", "liga", "lnum", "tnum", "pnum"}
    assert features_asked(THEME, plain, b"<p>Words.</p>") == named
    assert features_asked(THEME, plain, b'<span class="small-caps">Words</span>') == named | {"smcp"}
    for css in (
        "p { font-variant-numeric: oldstyle-nums }",
        "p { FONT: small-caps 1em serif }",
        "@font-feature-values A {}",
    ):
        assert features_asked(THEME, replace(book, styles=(css,)), b"") == {"all"}


def test_fonts_are_packed_as_hard_as_is_said() -> None:
    said, data = font_packer(), THEME.read("fonts/Literata_400Regular.ttf")
    packed = woff2.brotli.compress(data, mode=woff2.brotli.MODE_FONT)
    assert packed == brotli.compress(data, mode=brotli.MODE_FONT, quality=QUALITY)
    assert woff2.brotli.decompress(packed) == data
    assert said.endswith(f" {QUALITY}")
