"""The checks of outputs for screens that need no other program: links, weights, and how an output is taken apart."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Made

from ketapub.check.checks import links, weights
from ketapub.check.findings import Subject
from ketapub.check.screens import Unpacked, unpacked
from ketapub.theme import load_theme

# --- links --------------------------------------------------------------------------------------------------------


def faults(files: Mapping[str, str | bytes], root: str = "/") -> list[tuple[str, str]]:
    held = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    output = links.output_of(Unpacked(tuple(held), held.__getitem__), root)
    return [(each.rule, each.place.element or f"line {each.place.line}") for each in links.faults(output)]


def test_a_link_lands() -> None:
    page = "<p id='here'><a href='#here'>1</a> <a href='a%20b.html#there'>2</a> <a href='https://x.example'>3</a></p>"
    assert faults({"index.html": page, "a b.html": "<p id='there'><a href='./'>back</a></p>"}) == []


@pytest.mark.parametrize(
    ("body", "rule", "element"),
    [
        ("<p><a href='#gone'>", "no-such-place", "/html[1]/body[1]/p[1]/a[1]"),
        ("<p></p><p><a href='gone.html'>", "no-such-file", "/html[1]/body[1]/p[2]/a[1]"),
        ("<a href='more.html#gone'>", "no-such-place", "/html[1]/body[1]/a[1]"),
        ("<img src='gone.png'>", "no-such-file", "/html[1]/body[1]/img[1]"),
        ("<img src='https://x.example/dot.png'>", "elsewhere", "/html[1]/body[1]/img[1]"),
        ("<img src='//x.example/dot.png'>", "elsewhere", "/html[1]/body[1]/img[1]"),
        ("<p aria-labelledby='gone'>", "no-such-id", "/html[1]/body[1]/p[1]"),
    ],
)
def test_a_link_that_does_not_land(body: str, rule: str, element: str) -> None:
    assert faults({"index.html": f"<body>{body}", "more.html": "<p id='there'>"}) == [(rule, element)]


def test_an_id_stands_once() -> None:
    assert faults({"a.html": "<body><p id='a'><b id='a'></b>"}) == [
        ("id-twice", "/html[1]/body[1]/p[1]"),
        ("id-twice", "/html[1]/body[1]/p[1]/b[1]"),
    ]


def test_a_style_sheet_names_files_that_are_there() -> None:
    sheet = (
        '@font-face { src: url("fonts/a.woff2") }\na { background: url(gone.png) }\n@import "https://x.example/a.css";'
    )
    assert faults({"css/style.css": sheet, "css/fonts/a.woff2": b""}) == [
        ("no-such-file", "line 2"),
        ("elsewhere", "line 3"),
    ]


def test_a_style_sheet_in_a_page_does_as_well() -> None:
    page = "<head>\n<style>\na { background: url(data:,) }\nb { background: url(gone.png) }</style>"
    assert faults({"index.html": page}) == [("no-such-file", "line 4")]


def test_a_site_may_stand_anywhere() -> None:
    page = "<link rel='canonical' href='https://x.example/guide/'><a href='/guide/more.html'>more</a><a href='/guide/'>"
    assert faults({"index.html": page, "more.html": "<p>"}, "/guide/") == []
    assert faults({"index.html": page, "more.html": "<p>"}) == [
        ("no-such-file", "/html[1]/body[1]/a[1]"),
        ("no-such-file", "/html[1]/body[1]/a[2]"),
    ]


def test_the_links_of_the_stock_book_land(stock: Made, tmp_path: Path) -> None:
    for output, least in (("epub", 200), ("html", 100), ("site", 400)):
        looked = links.look(written(stock, tmp_path), output)
        assert looked.findings == ()
        assert looked.things > least


def test_every_link_of_an_epub_that_is_broken_is_found(stock: Made, tmp_path: Path) -> None:
    subject = written(stock, tmp_path)
    broken = tmp_path / "broken.epub"
    with zipfile.ZipFile(subject.files["epub"]) as good, zipfile.ZipFile(broken, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name).replace(b'id="fn-', b'id="gone-'))
    found = links.look(Subject(stock.book, load_theme(), {"epub": broken}, "ua-1", tmp_path), "epub").findings
    assert {(each.rule, each.place.part) for each in found} >= {("no-such-place", "EPUB/words.xhtml")}
    assert all(each.place.line and each.place.element.startswith("/html[1]/body[1]") for each in found)


# --- weights ------------------------------------------------------------------------------------------------------


def weighed(**files: bytes) -> list[tuple[str, str]]:
    held = {name.replace("_", "."): data for name, data in files.items()}
    found = weights.faults(Unpacked(tuple(held), held.__getitem__))
    return [(each.rule, each.place.part) for each in found]


def test_a_page_is_weighed_with_its_sheets_and_its_scripts_apart() -> None:
    page = b"<link rel='stylesheet' href='style.css'><script src='a.js'></script><p>"
    assert weighed(a_html=page, style_css=b" " * 119_000, a_js=b" " * 30_000) == []
    assert weighed(a_html=page, style_css=b" " * 120_000, a_js=b" ") == [("page", "a.html")]
    assert weighed(a_html=page, style_css=b"", a_js=b" " * 30_001) == [("script", "a.html")]
    assert weighed(a_html=page + b"<section class='references'>", style_css=b" " * 120_000) == []


def test_the_stock_book_is_light(stock: Made, tmp_path: Path) -> None:
    looked = weights.look(written(stock, tmp_path), "site")
    assert (looked.findings, looked.things) == ((), 14)


# --- outputs taken apart ----------------------------------------------------------------------------------------------


def written(made: Made, folder: Path) -> Subject:
    """The outputs for screens as files."""
    for name, data in made.files.items():
        if name.startswith("site/") or name.endswith((".epub", ".html")):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    files = {"epub": folder / "stock.epub", "html": folder / "stock.html", "site": folder / "site"}
    return Subject(made.book, load_theme(), files, "ua-1", folder)


def test_an_output_is_its_files(stock: Made, tmp_path: Path) -> None:
    files = written(stock, tmp_path).files
    epub, html, site = (unpacked(files[output]) for output in ("epub", "html", "site"))
    assert "EPUB/words.xhtml" in epub.pages
    assert b"<html" in epub.read("EPUB/words.xhtml")
    assert epub.part("EPUB/words.xhtml") == "EPUB/words.xhtml"
    assert [html.part(name) for name in html.pages] == [""]
    assert "words.html" in site.pages
    assert "pagefind/pagefind.js" in site.names
