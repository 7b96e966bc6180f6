"""Books in other scripts, with fonts of their own: the text, its language and its direction reach every output."""

from __future__ import annotations

import base64
import io
import re
import shutil
import unicodedata
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from conftest import make, resolved
from fontTools.ttLib import TTFont
from lxml import etree, html

from ketapub.problems import Problems, Stopped

FONTS = Path(__file__).parent / "fonts"
# language, direction, font, its family, title, a word in the middle of a sentence
SCRIPTS = [
    ("he", "rtl", "hebrew", "Noto Sans Hebrew", "ספר קטן", "שלום עולם"),
    ("ar", "rtl", "arabic", "Noto Naskh Arabic", "كتاب صغير", "السلام عليكم"),
    ("ja", "ltr", "japanese", "Noto Sans JP", "小さな本", "日本語の文字"),
]
by_script = pytest.mark.parametrize(("language", "way", "font", "family", "title", "words"), SCRIPTS)


def write_book(root: Path, language: str, title: str, words: str, theme: str) -> Path:
    (root / "fonts").mkdir()
    for path in FONTS.glob("*.ttf"):
        shutil.copy(path, root / "fonts")
    (root / "book.toml").write_text(
        f'[book]\ntitle = "{title}"\nslug = "book"\nlanguage = "{language}"\n'
        'identifier = "urn:uuid:2f1b7a52-6f0e-4a0c-9a55-0b8f0c7b6d12"\ndate = 2026-01-15\n'
        f'authors = ["A"]\nchapters = ["one.md"]\n\n[theme]\n{theme}\n',
        encoding="utf-8",
    )
    (root / "one.md").write_text(f"# {title}\n\nWord {words} word.\n", encoding="utf-8")
    return root


def page_of(epub: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(epub)) as archive:
        return archive.read(f"EPUB/{name}")


@by_script
def test_html(tmp_path: Path, language: str, way: str, font: str, family: str, title: str, words: str) -> None:
    made = make(write_book(tmp_path, language, title, words, f'fonts = ["fonts/{font}.ttf"]'), "html")
    text = made.file(".html").decode()
    root = html.document_fromstring(text)
    assert (root.get("lang"), root.get("dir", "ltr")) == (language, way)
    assert f"Word {words} word." in text
    assert title in root.findtext("head/title")
    assert f'--text: "Literata", "{family}"' in text
    embedded = re.search(rf'font-family: "{family}"[^}}]*url\("data:font/woff2;base64,([^"]+)"', text)
    assert embedded is not None
    letters = TTFont(io.BytesIO(base64.b64decode(embedded[1]))).getBestCmap()
    assert {ord(letter) for letter in words if letter != " "} <= set(letters)


@by_script
def test_epub(tmp_path: Path, language: str, way: str, font: str, family: str, title: str, words: str) -> None:
    made = make(write_book(tmp_path, language, title, words, f'fonts = ["fonts/{font}.ttf"]'), "epub")
    epub = made.file(".epub")
    package = etree.fromstring(page_of(epub, "content.opf"))
    page = etree.fromstring(page_of(epub, "one.xhtml"))
    assert package.findtext(".//{http://purl.org/dc/elements/1.1/}language") == language
    assert (page.get("lang"), page.get("dir", "ltr")) == (language, way)
    assert package.find("{*}spine").get("page-progression-direction", "ltr") == way
    assert f"Word {words} word." in "".join(page.itertext())
    style = page_of(epub, "style.css").decode()
    assert f'font-family: "Literata", "{family}", "Georgia", serif;' in style
    assert f'url("files/fonts/{font}.ttf")' in style
    assert page_of(epub, f"files/fonts/{font}.ttf") == (FONTS / f"{font}.ttf").read_bytes()
    types = {item.get("href"): item.get("media-type") for item in package.iter("{*}item")}
    assert types[f"files/fonts/{font}.ttf"] == "font/ttf"


@pytest.mark.slow
@by_script
def test_pdf(tmp_path: Path, language: str, way: str, font: str, family: str, title: str, words: str) -> None:
    made = make(write_book(tmp_path, language, title, words, f'fonts = ["fonts/{font}.ttf"]'), "pdf")
    assert made.problems.found == []
    with pikepdf.open(io.BytesIO(made.file(".pdf"))) as pdf:
        assert str(pdf.Root.Lang) == language
        fonts = {
            str(one.BaseFont).partition("+")[2].replace("-", "").lower()
            for page in pdf.pages
            for one in page.Resources.get("/Font", {}).values()
        }
    assert any(name.startswith(family.replace(" ", "").lower()) for name in fonts), fonts
    with pypdfium2.PdfDocument(made.file(".pdf")) as document:
        said = "".join(page.get_textpage().get_text_bounded() for page in document)
    if language == "ar":  # letters only: the engine maps a letter's dots, glyphs of their own, to nothing
        assert set(bare(words)) <= set(bare(said))
    else:
        assert all(bare(word) in bare(said) for word in words.split()), said


def bare(text: str) -> str:
    """Letters alone: pdfium gives some runs in the order of reading, some in that of the page, with its own spaces."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isalpha())


@by_script
def test_without_the_font(
    tmp_path: Path, language: str, way: str, font: str, family: str, title: str, words: str
) -> None:
    problems = Problems()
    with pytest.raises(Stopped) as stopped:
        resolved(write_book(tmp_path, language, title, words, ""), problems)
    assert {problem.code for problem in stopped.value.problems} == {"missing-glyph"}
    in_title = set(title)
    first = next(index for index, letter in enumerate(words) if letter not in in_title and letter != " ")
    places = [str(problem.at) for problem in stopped.value.problems]
    assert f"one.md:3:{len('Word ') + first + 1}" in places


def test_own_style_sheet_names_files(tmp_path: Path) -> None:
    """What a style sheet loads lies inside the HTML, and in the package of the EPUB."""
    root = write_book(tmp_path, "en", "Book", "word", 'css = ["mine.css"]')
    (root / "dot.png").write_bytes((Path(__file__).parent / "books/stock/images/dot.png").read_bytes())
    sheet = '@font-face { font-family: "X"; src: url(fonts/hebrew.ttf) }\np { background: url("dot.png") }\n'
    (root / "mine.css").write_text(sheet)
    made = make(root, "html", "epub")
    text, epub = made.file(".html").decode(), made.file(".epub")
    hebrew = base64.b64encode((FONTS / "hebrew.ttf").read_bytes()).decode()
    assert f'url("data:font/ttf;base64,{hebrew}")' in text
    assert 'background: url("data:image/png;base64,' in text
    assert "files/" not in text
    style = page_of(epub, "style.css").decode()
    for name in re.findall(r'url\("([^"]+)"\)', style):
        assert page_of(epub, name)
    assert 'url("files/dot.png")' in style
