"""A book that has nothing to do with medicine, in German: nothing of another book and no English word gets into it."""

from __future__ import annotations

import io
import re
import zipfile

import pikepdf
import pypdfium2
import pytest
from conftest import BOOKS, Made, make
from lxml import etree, html

# What the medical book says, and the English words of the interface.
FOREIGN = set(
    re.findall(
        r"\w+",
        """ketamine esketamine ketamin spravato depression suicide suizid overdose crisis krise emergency notfall
        patient clinic handout draft entwurf review overdue 988 911 veterans 838255""",
    )
)
ENGLISH = set(
    re.findall(
        r"\w+", "contents figure table chapter notes references warning note tip back cited page cover landmarks"
    )
)
GENERATOR = "ketapub"  # the program may say its own name


@pytest.fixture(scope="module")
def book() -> Made:
    return make(BOOKS / "kochbuch", "html", "epub")


def texts(epub: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(epub)) as archive:
        return {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".xhtml", ".opf", ".ncx", ".xml"))
        }


def words_in(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def said(markup: str) -> str:
    """The words and the names (titles, labels, alternative texts) in markup, without tags, style sheets and scripts."""
    root = html.document_fromstring(re.sub(r"<\?xml[^>]*>|<(style|script).*?</\1>", "", markup, flags=re.DOTALL))
    names = [element.get(key) for element in root.iter() for key in ("aria-label", "alt", "title") if element.get(key)]
    return " ".join([*root.itertext(), *names])


def without_styles(markup: str) -> str:
    return re.sub(r"<style.*?</style>|sha256-[A-Za-z0-9+/=]+", "", markup, flags=re.DOTALL).replace(GENERATOR, "")


def test_no_complaint(book: Made) -> None:
    assert book.problems.found == []


def test_html_holds_no_word_of_another_book(book: Made) -> None:
    markup = without_styles(book.file(".html").decode())
    assert words_in(markup).isdisjoint(FOREIGN)
    assert not re.search("get help now|tel:|sms:", markup, re.IGNORECASE)


def test_epub_holds_no_word_of_another_book(book: Made) -> None:
    for name, markup in texts(book.file(".epub")).items():
        bare = re.sub(r"urn:uuid:[\w-]+", "", markup)
        assert words_in(bare).isdisjoint(FOREIGN), name
        assert not re.search("get help now|tel:|sms:", bare, re.IGNORECASE), name


def test_interface_is_german(book: Made) -> None:
    outputs = {"html": said(book.file(".html").decode())}
    outputs["epub"] = " ".join(said(text) for name, text in texts(book.file(".epub")).items() if name.endswith("xhtml"))
    for name, text in outputs.items():
        for word in ("Inhalt", "Kapitel 1", "Abbildung 1.1", "Tabelle 1.1", "Tipp", "Warnung", "Hinweis", "Literatur"):
            assert word in text, (name, word)
        assert words_in(text).isdisjoint(ENGLISH), (name, words_in(text) & set(ENGLISH))
        assert "„Nimm ‚Hokkaido‘, den muss man nicht schälen.“" in text
    assert "Orientierungspunkte" in outputs["epub"]


def test_language(book: Made) -> None:
    assert html.document_fromstring(book.file(".html")).get("lang") == "de-DE"
    for name, text in texts(book.file(".epub")).items():
        root = etree.fromstring(text.encode())
        if name.endswith((".xhtml", ".opf")):
            assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "de-DE", name
        if name.endswith(".opf"):
            assert [one.text for one in root.iter("{http://purl.org/dc/elements/1.1/}language")] == ["de-DE"]


@pytest.mark.slow
def test_pdf() -> None:
    data = make(BOOKS / "kochbuch", "pdf").file(".pdf")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert str(pdf.Root.Lang) == "de-DE"
        assert words_in(str(pdf.open_metadata())).isdisjoint(FOREIGN)
    with pypdfium2.PdfDocument(data) as document:
        text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    assert words_in(text).isdisjoint([*FOREIGN, *ENGLISH]), words_in(text) & {*FOREIGN, *ENGLISH}
    for word in ("Inhalt", "Abbildung 1.1", "Tabelle 1.1", "Literatur", "Zitiert auf Seite"):
        assert word in text
