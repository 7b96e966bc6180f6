"""Pages in which each element tells where it comes from: made for the gate, and shipped by nobody."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

from conftest import Made

from ketapub import document as d
from ketapub.editions import select
from ketapub.formats.html import unstyled_page
from ketapub.formats.made import Made as Run
from ketapub.markup import PLACE
from ketapub.problems import Problems
from ketapub.templates import SOURCE, traced_templates
from ketapub.theme import load_theme


def test_a_traced_page_is_the_page_and_places_beside(stock: Made) -> None:
    book = select(stock.book, Problems(), format="html")
    plain = unstyled_page(book, load_theme(), Run()).decode()
    traced_book = replace(book, templates=traced_templates(book.templates))
    traced = unstyled_page(traced_book, load_theme(), Run(traced=True)).decode()
    assert f'<h2 {PLACE}="chapters/01-words.md:1:1" id="sec-words"' in traced
    assert re.search(rf'<main {SOURCE}="page.html:\d+" id="main"', traced)
    assert re.sub(rf' ({PLACE}|{SOURCE})="[^"]*"', "", traced) == plain


def test_marks_stand_in_tags_alone() -> None:
    own = '{% if 1 <b %}{# <i> #}<h{{ level }} class="x">{{ "<u>" }}</h{{ level }}>\n<p{% if a %} id="a"{% endif %}>'
    first, second = traced_templates({"own.xml": d.OwnTemplate("t/own.xml", own)})["own.xml"].text.split("\n")
    mark = f' {SOURCE}="own.xml:1"'
    assert first == "{% if 1 <b %}{# <i> #}<h{{ level }}" + mark + ' class="x">{{ "<u>" }}</h{{ level }}>'
    assert second == "<p" + mark.replace(":1", ":2") + '{% if a %} id="a"{% endif %}>'


def test_nothing_that_is_shipped_tells_of_places(stock: Made) -> None:
    files = dict(stock.files)
    with zipfile.ZipFile(io.BytesIO(stock.file(".epub"))) as archive:
        files |= {name: archive.read(name) for name in archive.namelist()}
    marks = PLACE.encode(), SOURCE.encode()
    assert [name for name, data in files.items() for mark in marks if mark in data] == []
