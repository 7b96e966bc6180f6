"""What every format owes its reader, over the table of formats: tested before tests of its own are written."""

from __future__ import annotations

import io
import posixpath
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from conftest import BOOKS, Made, make
from lxml import etree, html

from ketapub import info
from ketapub.formats import FORMATS

EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
LOADS = {"src", "srcset", "poster", "data", "background"}  # attributes that a browser fetches by itself


def documents(made: Made) -> dict[str, etree._Element]:
    """Every page of the screen formats, by name; those of the EPUB parsed as XML."""
    with zipfile.ZipFile(io.BytesIO(made.file(".epub"))) as archive:
        pages = {
            f"epub:{name}": etree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".xhtml")
        }
    parser = html.HTMLParser(encoding="utf-8")
    return pages | {"html:": html.document_fromstring(made.file(".html"), parser=parser)}


@pytest.fixture(scope="module")
def pages(stock: Made) -> dict[str, etree._Element]:
    return documents(stock)


# Each has tests of its own.
PAPER = ("pdf", "press", "cover", "large-print", "booklet")


@pytest.mark.slow
def test_same_bytes_again(stock: Made) -> None:
    """Whatever is asked for first: the booklet is made of the pages of the PDF, and screens tell of them."""
    again = make(BOOKS / "stock", "site", "booklet", "json", "html", "epub", "pdf")
    files = ["stock.pdf", "book.json", "stock.html", "stock.epub", "stock-booklet.pdf"]
    assert [path for path in again.files if "/" not in path] == files
    for path, data in again.files.items():
        assert data == stock.files[path], path


def test_every_format_that_a_book_may_ask_for_is_made() -> None:
    assert set(FORMATS) == set(info.FORMATS)


def test_every_format_gives_files_and_no_complaint(stock: Made, large: Made) -> None:
    files = {name: f"stock.{name}" for name in FORMATS if name != "site"}
    files |= {name: f"stock-{name}.pdf" for name in PAPER[1:]} | {"json": "book.json"}
    made = {path for path in (*stock.files, *large.files) if not path.startswith("site/")}
    assert made | {"stock-press.pdf", "stock-cover.pdf"} == set(files.values())
    assert stock.problems.found == []


def test_ids_are_unique(pages: dict[str, etree._Element]) -> None:
    for name, root in pages.items():
        ids = [element.get("id") for element in root.iter(etree.Element) if element.get("id") is not None]
        assert len(ids) == len(set(ids)) > 0 or name.endswith(("cover.xhtml", "title.xhtml")), name


def test_one_picture_at_the_same_place_of_two_chapters_has_two_ids(tmp_path: Path) -> None:
    root = tmp_path / "book"
    shutil.copytree(BOOKS / "stock", root)
    settings = (root / "book.toml").read_text("utf-8")
    (root / "book.toml").write_text(
        settings.replace('"chapters/90', '"chapters/88-a.md", "chapters/89-b.md", "chapters/90')
    )
    for name in ("88-a", "89-b"):
        (root / f"chapters/{name}.md").write_text(f"# {name}\n\n![](figures/sketch.toml)\n")
    page = html.document_fromstring(make(root, "html").file(".html").decode())
    ids = [element.get("id") for element in page.iter(etree.Element) if element.get("id") is not None]
    assert len(page.xpath("//*[local-name()='title'][starts-with(., 'Three boxes')]")) == 3
    assert len(ids) == len(set(ids))


def test_internal_links_land(pages: dict[str, etree._Element]) -> None:
    ids = {name: {element.get("id") for element in root.iter(etree.Element)} for name, root in pages.items()}
    count = 0
    for name, root in pages.items():
        for element in root.iter("{*}a"):
            target, fragment = urldefrag(element.get("href"))
            if re.match(r"[a-z]+:", target):
                continue
            page = posixpath.join(posixpath.dirname(name), unquote(target)) if target else name
            assert page in pages, (name, element.get("href"))
            assert not fragment or unquote(fragment) in ids[page], (name, element.get("href"))
            count += 1
    assert count > 50


def test_labels_name_elements_that_are_there(pages: dict[str, etree._Element]) -> None:
    for name, root in pages.items():
        ids = {element.get("id") for element in root.iter(etree.Element)}
        for element in root.iter(etree.Element):
            for key in ("aria-labelledby", "aria-describedby", "for", "headers"):
                assert set(element.get(key, "").split()) <= ids, (name, key, element.get(key))


def test_no_scripts_but_ours_and_no_styles_in_tags(pages: dict[str, etree._Element]) -> None:
    """Of the HTML's two scripts one is data, and the policy knows the other by its hash (test_html)."""
    assert [element.get("type") for element in pages["html:"].iter("script")] == ["application/ld+json", None]
    for name, root in pages.items():
        for element in root.iter(etree.Element):
            kind = etree.QName(element).localname
            assert kind not in ("iframe", "object", "embed", "base", "form"), name
            assert kind != "script" or name == "html:", name
            for key in element.attrib:
                assert key != "style", (name, element.tag)
                assert not key.startswith("on"), (name, key)


def test_nothing_is_loaded_from_outside(stock: Made, pages: dict[str, etree._Element]) -> None:
    with zipfile.ZipFile(io.BytesIO(stock.file(".epub"))) as archive:
        inside = set(archive.namelist())
        styles = {"epub:EPUB/style.css": archive.read("EPUB/style.css").decode()}
    styles["html:"] = "".join(element.text or "" for element in pages["html:"].iter("style"))
    for name, root in pages.items():
        for element in root.iter(etree.Element):
            loaded = [value for key, value in element.items() if key in LOADS]
            if etree.QName(element).localname in ("link", "image", "use"):
                loaded += [value for key, value in element.items() if etree.QName(key).localname == "href"]
            for address in loaded:
                assert lies_inside(address, name, inside), (name, address)
    for name, css in styles.items():
        assert "@import" not in css
        addresses = re.findall(r"url\(\s*[\"']?([^\"')]+)", css)
        assert addresses
        for address in addresses:
            assert lies_inside(address, name, inside), (name, address[:80])


def lies_inside(address: str, page: str, inside: set[str]) -> bool:
    if address.startswith(("data:", "#")):
        return True
    folder = posixpath.dirname(page.removeprefix("epub:"))
    return page.startswith("epub:") and posixpath.join(folder, unquote(urldefrag(address)[0])) in inside


def test_epub_archive_is_canonical(stock: Made) -> None:
    """EPUB 3.3, 4.2 (OCF): `mimetype` first, stored, without extra field; nothing of the machine in any entry."""
    data = stock.file(".epub")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first, *rest = archive.infolist()
        assert archive.testzip() is None
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
        assert archive.read("mimetype") == b"application/epub+zip"
        names = [entry.filename for entry in rest]
        assert len(names) == len(set(names))
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 1, 15, 12, 0, 0)}
        assert not any(entry.is_dir() or entry.extra or entry.comment for entry in rest)
        package = etree.fromstring(archive.read("EPUB/content.opf"))
    assert data[38:58] == b"application/epub+zip"
    listed = {f"EPUB/{unquote(item.get('href'))}" for item in package.iter("{*}item")}
    assert listed == {name for name in names if not name.startswith("META-INF/")} - {"EPUB/content.opf"}
    ids = [element.get("id") for element in package.iter(etree.Element) if element.get("id")]
    assert len(ids) == len(set(ids))


def test_epub_nav_has_contents_and_landmarks(pages: dict[str, etree._Element]) -> None:
    navs = {nav.get(EPUB_TYPE): nav for nav in pages["epub:EPUB/nav.xhtml"].iter("{*}nav")}
    assert list(navs) == ["toc", "loi", "lot", "page-list", "landmarks"]
    places = [link.get(EPUB_TYPE) for link in navs["landmarks"].iter("{*}a")]
    assert places == ["cover", "titlepage", "toc", "loi", "lot", "bodymatter", "glossary", "bibliography", "index"]
    assert len(list(navs["toc"].iter("{*}a"))) >= 5


def test_html_has_one_main_and_a_way_to_it(pages: dict[str, etree._Element]) -> None:
    root = pages["html:"]
    assert len(list(root.iter("main"))) == len(list(root.iter("h1"))) == 1
    assert next(root.iter("a")).get("href") == f"#{next(root.iter('main')).get('id')}"
