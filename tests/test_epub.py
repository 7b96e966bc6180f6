"""What reading systems ask of an EPUB beyond the standard: see docs/epub.md."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
import tinycss2
from conftest import BOOKS, Made, make
from lxml import etree
from test_consistency import check_screen
from test_styles import rules

from ketapub import document as d
from ketapub.formats.narrow import is_too_wide
from ketapub.theme import load_theme

SVG = "{http://www.w3.org/2000/svg}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"


@pytest.fixture(scope="module")
def files(stock: Made) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(stock.file(".epub"))) as archive:
        return {name.removeprefix("EPUB/"): archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, etree._Element]:
    return {name: etree.fromstring(data) for name, data in files.items() if name.endswith(".xhtml")}


def test_every_chapter_is_one_file(stock: Made, pages: dict[str, etree._Element]) -> None:
    assert set(pages) == {f"{one.name}.xhtml" for one in stock.book.chapters} | {
        "cover.xhtml",
        "title.xhtml",
        "nav.xhtml",
    }


def test_the_cover_is_named_in_both_ways_and_described(files: dict[str, bytes], pages: dict) -> None:
    package = etree.fromstring(files["content.opf"])
    (item,) = (item for item in package.iter("{*}item") if item.get("properties") == "cover-image")
    (meta,) = (meta for meta in package.iter("{*}meta") if meta.get("name") == "cover")
    assert meta.get("content") == item.get("id")
    (image,) = pages["cover.xhtml"].iter("{*}img")
    assert image.get("alt") == "Cover: The Stock Book. Every construct once. Ada Example, Bruno Muster"


def test_notes_open_as_readers_ask(pages: dict[str, etree._Element]) -> None:
    """The call is a link of type noteref to a block with an id, which is seen in its place as well, holds more than
    nine characters, and begins with the way back."""
    ids = {element.get("id"): element for page in pages.values() for element in page.iter("{*}*")}
    calls = [link for page in pages.values() for link in page.iter("{*}a") if link.get(EPUB_TYPE) == "noteref"]
    assert calls
    for call in calls:
        note = ids[call.get("href").partition("#")[2]]
        assert (etree.QName(note).localname, note.get(EPUB_TYPE), note.get("hidden")) == ("div", "footnote", None)
        back = next(note.iter("{*}a"))
        assert (back.get("href"), back.get(EPUB_TYPE)) == (f"#{call.get('id')}", "backlink")
        assert 9 < len("".join(note.itertext())) <= 5000


def test_drawings_bring_ground_and_ink(pages: dict[str, etree._Element]) -> None:
    drawings = [svg for page in pages.values() for svg in page.iter(f"{SVG}svg") if svg.get("role") == "img"]
    assert drawings
    for svg in drawings:
        title, ground = list(svg)[:2]
        assert (title.tag, ground.tag, ground.get("fill")) == (f"{SVG}title", f"{SVG}rect", "#ffffff")
        assert "currentcolor" not in etree.tostring(svg, encoding="unicode").lower()


def test_nothing_is_hidden_that_a_tap_must_open(pages: dict[str, etree._Element]) -> None:
    found = [one for page in pages.values() for one in page.iter("{*}details")]
    assert found
    assert all(one.get("open") for one in found)


def test_only_fonts_in_use_travel_each_with_its_licence_and_plain(files: dict[str, bytes]) -> None:
    css = files["style.css"].decode()
    named = re.findall(r'@font-face \{ font-family: "([^"]+)".*?url\("([^"]+)"\)', css)
    assert {file for _, file in named} == {name for name in files if name.endswith(".ttf")}
    below = css.rpartition("@font-face")[2].partition("\n")[2]
    for family, file in named:
        assert f'"{family}"' in below
        assert f"META-INF/OFL-{family.replace(' ', '')}.txt" in files
        assert files[file][:4] in (b"\0\1\0\0", b"OTTO")
    assert "META-INF/encryption.xml" not in files


WIDE = """

| Of the first | Counterrevolutionaries[^w] | Interdenominational | Misunderstandings |
|---|---|---|---|
| one | two | | four |
| five | six | seven | eight |

: Wide {#tbl-wide}

[^w]: Said in a head.
"""


def test_a_table_too_wide_for_a_phone_is_a_list(tmp_path: Path) -> None:
    import shutil

    root = shutil.copytree(BOOKS / "stock", tmp_path / "book")
    with (root / "chapters/01-words.md").open("a") as file:
        file.write(WIDE)
    made = make(root, "epub")
    check_screen(made, "epub")
    wide = [table for one in made.book.chapters for table in d.walk_chapter(one) if isinstance(table, d.Table)]
    assert [table.attributes.id for table in wide if is_too_wide(table)] == ["tbl-wide"]


# What Amazon's converter refuses or drops in a book whose text flows (Kindle Publishing Guidelines, 6 and 18), and what
# older readers do not know. Colours of text and page are the reader's.
UNSAFE = {"position", "float", "display: none", "display: flex", "display: grid", "transform", "overflow", "z-index"}
UNSAFE |= {"max-height: 100vh", "background-image", "columns", "counter-increment", "content"}


def test_the_style_sheet_keeps_to_what_every_reader_knows() -> None:
    for rule in rules(load_theme().css["epub.css"]):
        selector = tinycss2.serialize(rule.prelude).strip()
        for one in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
            value = tinycss2.serialize(one.value).strip()
            assert UNSAFE.isdisjoint({one.lower_name, f"{one.lower_name}: {value}"}), (selector, one.name)
            assert "var(" not in value
            assert (
                one.lower_name.startswith(("border", "text-indent"))
                or not re.search(r"(?<![\w.])-\d", value)
                or (one.lower_name == "vertical-align")
            ), (selector, one.name, value)
            assert not re.search(r"\d(?:pt|in|cm|mm|vw|vh|rem)\b", value), (selector, value)
            if one.lower_name in ("color", "background", "background-color"):  # of icons and drawings alone
                assert re.search(r"\.icon|\.place|figure >", selector), (selector, one.name)


FORBIDDEN = {"script", "form", "input", "button", "select", "textarea", "iframe", "frame", "object", "embed", "canvas"}
FORBIDDEN |= {"audio", "video", "base", "noscript", "applet", "map", "style"}


def test_no_page_holds_what_kindle_refuses(pages: dict[str, etree._Element]) -> None:
    for name, page in pages.items():
        for element in page.iter(etree.Element):
            tag = etree.QName(element).localname
            assert tag not in FORBIDDEN, (name, tag)
            assert tag != "p" or not list(element.iterancestors("{*}p")), name
        hidden = sum(len("".join(one.itertext())) for one in page.iter("{*}*") if one.get("hidden"))
        assert hidden < 10_000, name
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
