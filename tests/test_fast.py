"""The measures that make the PDF engine faster change no byte, and know what they replace."""

from __future__ import annotations

import hashlib
import inspect
import multiprocessing
import random
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree

import pydyf
import pytest
import weasyprint.draw
import weasyprint.draw.text
from conftest import BOOKS, Made, make
from weasyprint import css
from weasyprint.css import tokens
from weasyprint.formatting_structure import boxes
from weasyprint.layout import absolute, float as floats, inline, percent
from weasyprint.text import fonts, line_break

from ketapub.build import _remarks
from ketapub.formats.pdf import fast
from ketapub.formats.pdf.crew import follow
from ketapub.formats.pdf.engine import Engine, to_plain_pdf
from ketapub.theme import load_theme

# The source of all of WeasyPrint 70.0 and pydyf 0.13.0 that is replaced, or whose steps are followed. What has changed
# has to be read: does the package ketapub.formats.pdf.fast still come to the same? Then its digest is renewed here.
RESTS_ON = {
    line_break.Layout: "681b737d1ba5e004",
    line_break.create_layout: "6587192cc0ab3ffa",
    line_break.first_line_metrics: "55ec5d0b58b29a8b",
    line_break.split_first_line: "39ad1016863ca34d",
    line_break.strut: "b57885b70dd08efe",
    inline.add_word_spacing: "879516e71f1b80fa",
    inline.split_text_box: "8c564329599ef23f",
    fonts.FontConfiguration.add_font_face: "e4fcfcc36ed8c310",
    absolute.AbsolutePlaceholder: "336e26c56311f105",
    boxes.Box: "ff6d62300bafef85",
    floats.avoid_collisions: "5fc7793c573af328",
    percent.adjust_box_sizing: "88f3351db0280d16",
    percent.resolve_one_percentage: "4cfaa9ad134e4f7b",
    percent.resolve_percentages: "71673078096fcf87",
    tokens.Pending: "7dafa4a32b2e3c78",
    css.text_decoration: "4fa9ec3b45ef2fc6",
    css.AnonymousStyle: "414bbf41061e0a4a",
    css.ComputedStyle: "4ff0512c0af12674",
    weasyprint.draw.text.draw_first_line: "1bb8eae6d88e71b1",
    weasyprint.draw.text.draw_text: "ebaf96239c6ca363",
    pydyf.Array: "454aeae795e116ac",
    pydyf.Dictionary: "cfe61f79fe4f02cb",
    pydyf.PDF: "430a7b480a612b67",
    pydyf.Stream: "f17b6bdcfedf2f50",
    pydyf.String: "e479710d4177f8f9",
}


def test_nothing_that_the_measures_rest_on_has_moved() -> None:
    found = {one: hashlib.sha256(inspect.getsource(one).encode()).hexdigest()[:16] for one in RESTS_ON}
    assert found == RESTS_ON


def test_all_that_is_replaced_is_known() -> None:
    fast.hasten()
    for (owner, _), old in fast.replaced.before.items():
        assert owner in RESTS_ON or old in RESTS_ON, old


DRAW_TEXT = weasyprint.draw.text.draw_text  # WeasyPrint's own

# Words long and short, with what breaks, divides and kerns in its own way.
WORDS = "To AV. Toward an efficient pharmacological re-evaluation, 12 of 40 (30 %) well-known patients – affine office "
CSS = """
@page { size: 4in 6in; margin: .4in }
html { font: 10pt/1.4 Literata; hyphens: auto; hyphenate-character: "-" }
p { text-align: justify }
:lang(he), :lang(ar), :lang(ja) { font-family: Literata, hebrew, arabic, japanese }
"""
KERNED = "font-family: Atkinson Hyperlegible Next"  # with the space
STYLES = (
    "",
    KERNED,
    f"{KERNED}; font-weight: 700; font-feature-settings: 'lnum'",
    "font-style: italic; hyphens: manual",
    "font-variant-caps: small-caps",
    "hyphenate-limit-chars: 5 2 2; hyphenate-limit-zone: 12%",
    "overflow-wrap: break-word",
    "letter-spacing: .1em",
    "font-kerning: none",
)


class Context:
    """Of a layout: what hyphenation needs."""

    dictionaries: ClassVar[dict[Any, Any]] = {}


SAMPLES = {
    "plain": f"<p>{WORDS * 4}</p>",
    "kerns with the space": f'<p style="{KERNED}">{WORDS * 4}</p>',
    "kerned, ragged": f'<p style="{KERNED}; text-align: left">{WORDS * 4}</p>',
    "ragged": f'<p style="text-align: left; hyphenate-limit-zone: 10%">{WORDS * 3}</p>',
    "narrow": f'<p style="width: 5em">{WORDS}</p><p style="width: 2em; overflow-wrap: anywhere">{WORDS}</p>',
    "inline": f"<p>{WORDS}<em>{WORDS}</em> <b>A</b> V<i>T</i> <a href='#x'>{WORDS}</a>{WORDS}<sup>12</sup></p>",
    "small caps": f'<p style="font-variant-caps: small-caps">{WORDS * 2}</p>',
    "letter-spacing": f'<p style="letter-spacing: .1em">{WORDS * 2}</p><p style="word-spacing: 1em">{WORDS}</p>',
    "decorated": f'<p style="text-decoration: underline line-through">{WORDS}</p>',
    "no-break spaces": f"<p>{(WORDS * 3).replace('12 of 40 (30 ', '12&#160;of&#160;40 (30&#160;')}</p>",
    "soft hyphens": f"<p>{(WORDS * 3).replace('pharmaco', 'pharmaco&#173;')}</p>",
    "white space": f'<pre>a  b c\n\td  e</pre><p style="white-space: pre-wrap">{WORDS}  {WORDS}</p>',
    "cut off": f'<p style="overflow: hidden; text-overflow: ellipsis; white-space: nowrap">{WORDS * 2}</p>',
    "first line": f'<style>#f::first-line {{ font-weight: 600 }}</style><p id="f">{WORDS * 2}</p>',
    "German": f'<p lang="de">Rehabilitationseinrichtung Übergrößenträger. {WORDS}</p>',
    "right to left": '<p dir="rtl" lang="he">שלום עולם 12 abc. שלום עולם שלום עולם שלום עולם שלום עולם</p>',
    "Arabic": '<p dir="rtl" lang="ar">السلام عليكم ورحمة الله وبركاته، السلام عليكم ورحمة الله وبركاته (12)</p>',
    "Japanese": f'<p lang="ja">日本語の文章はここにあります。{WORDS}日本語の文章はここにあります。</p>',
    "table": f"<table><tr><th>A</th><td>{WORDS}</td></tr><tr><th>12</th><td>30 %</td></tr></table>",
    "list": "<ol><li>One</li><li>Two</li></ol>",
    "leader": '<style>#l::after { content: leader(".") "7" }</style><p id="l">To</p>',
    "footnote": f'<p>{WORDS}<span style="float: footnote">{WORDS}</span>{WORDS}</p>',
    "drawing": '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text x="1" y="12">To AV</text></svg>',
}


def sample() -> bytes:
    """All of them in one PDF, of an engine that knows nothing yet."""
    theme = load_theme()
    resources = {path.name: path.read_bytes() for path in (Path(__file__).parent / "fonts").glob("*.ttf")}
    faces = "".join(f"@font-face {{ font-family: {Path(name).stem}; src: url({name}) }}" for name in sorted(resources))
    engine = Engine(faces + CSS, resources, theme.folder / "fonts")
    parts = "".join(f"<section id='{name}'>{body}</section>" for name, body in SAMPLES.items())
    html = f"<html lang='en'><head><title>Samples</title></head><body>{parts}</body></html>"
    return to_plain_pdf(engine.lay_out(ElementTree.fromstring(html), ""))


@pytest.fixture(scope="module")
def plain_sample() -> bytes:
    with fast.plain_engine():
        return sample()


def test_the_small_pages_are_the_same(plain_sample: bytes) -> None:
    assert sample() == plain_sample


def test_the_stock_book_is_the_same(stock: Made) -> None:
    with fast.plain_engine():
        plain = make(BOOKS / "stock", "pdf")
    assert plain.file(".pdf") == stock.file(".pdf")


def test_lines_end_where_they_end_without() -> None:
    """Words in random order, on lines of random width."""
    fast.hasten()
    from ketapub.formats.pdf.fast import text

    theme, number = load_theme(), random.Random(1)
    body = "".join(f'<p style="{style}">x</p>' for style in STYLES)
    tree = ElementTree.fromstring(f"<html lang='en'><head><title>x</title></head><body>{body}</body></html>")
    (page,) = Engine(CSS, {}, theme.folder / "fonts").lay_out(tree, "").pages
    styles = [box.style for box in page._page_box.descendants() if isinstance(box, boxes.TextBox)]
    assert len(styles) == len(STYLES)
    for style in styles * 3:
        words = WORDS.split()
        number.shuffle(words)
        line, start = " ".join(words), 0
        while start < len(line):
            width = number.choice([0, number.uniform(5, 60), number.uniform(60, 400)])
            asked = text.ask_split(line[start:], style, Context, width, 0, True, width == 0)
            found = text.split(line, start, style, Context, width, 0, True, width == 0)
            assert (found[0].text, *found[1:]) == (asked[0].text, *asked[1:])
            start += len(line[start:].encode()[: asked[2]].decode())


def test_a_line_that_comes_out_wrong_is_weasyprints(monkeypatch: pytest.MonkeyPatch, plain_sample: bytes) -> None:
    """And so are all others of that face from then on."""
    fast.hasten()
    from ketapub.formats.pdf.fast import breaks, draw

    right = breaks.Breaker.line, draw.Pen.line

    def too_wide(*arguments: Any) -> Any:
        line = right[0](*arguments)
        return line._replace(width=line.width + 1)

    monkeypatch.setattr(breaks.Breaker, "line", too_wide)
    assert sample() == plain_sample
    monkeypatch.setattr(breaks.Breaker, "line", right[0])
    monkeypatch.setattr(draw.Pen, "line", lambda *arguments: f"{right[1](*arguments)}0")
    assert sample() == plain_sample


def test_the_plain_engine_is_weasyprints_alone() -> None:
    fast.hasten()
    assert weasyprint.draw.draw_text is not DRAW_TEXT
    with fast.plain_engine():
        fast.hasten()
        assert weasyprint.draw.draw_text is DRAW_TEXT
    fast.hasten()
    assert weasyprint.draw.draw_text is not DRAW_TEXT


def test_another_version_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with fast.plain_engine():
        fast.set_plain(False)
        monkeypatch.setitem(fast.KNOWN, "pydyf", "0.12")
        fast.hasten()
        assert weasyprint.draw.draw_text is DRAW_TEXT
    assert _remarks(("pdf",)) == (
        f"PDFs are made slowly: this is pydyf {version('pydyf')}, and our shortcuts are for another one",
    )
    assert _remarks(("html",)) == ()


def test_a_process_that_helps_is_as_plain_as_the_one_that_leads() -> None:
    for plain in (False, True):
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), follow, (plain,)) as pool:
            assert pool.submit(fast.is_plain).result() == plain


def test_what_cuts_fonts_without_harfbuzz_is_loaded_when_it_is_called() -> None:
    code = (
        "import sys\n"
        "from ketapub.formats.pdf.fast.loading import LATE, load\n"
        "load()\n"
        "from weasyprint.pdf import fonts\n"
        "print(*(name for name in LATE if name in sys.modules))\n"
        "print(type(fonts.subset.Subsetter(fonts.subset.Options(hinting=False))).__module__)\n"
        "try: fonts.instantiateVariableFont(None, {})\n"
        "except TypeError: print(*(name for name in LATE if name in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["", "fontTools.subset", "fontTools.subset fontTools.varLib.instancer"], (
        done.stderr
    )
