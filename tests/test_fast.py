"""The measures that make the PDF engine faster change no byte, and know what they replace."""

from __future__ import annotations

import gc
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

import cffi.cparser
import cssselect2  # type: ignore[import-untyped]
import pydyf
import pyphen
import pytest
import weasyprint.draw
import weasyprint.draw.text
from conftest import BOOKS, Made, make
from weasyprint import css, html, images, layout, svg
from weasyprint.css import computed_values, tokens
from weasyprint.css.properties import INITIAL_VALUES, Dimension
from weasyprint.css.targets import TargetCollector
from weasyprint.formatting_structure import boxes
from weasyprint.layout import absolute, background, block, float as floats, inline, page as pages, percent
from weasyprint.text import fonts, line_break

from ketapub.build import _remarks
from ketapub.collector import paused
from ketapub.formats.pdf import fast
from ketapub.formats.pdf.crew import follow
from ketapub.formats.pdf.engine import Engine, _html_of, to_plain_pdf
from ketapub.formats.pdf.fast.hyphenation import Patterns, ask_patterns
from ketapub.formats.pdf.mend import mend
from ketapub.theme import load_theme

# The source of all of WeasyPrint 70.0, pydyf 0.13.0, cssselect2 0.10, cffi 2.1 and pyphen 0.18 that is replaced, or
# whose steps are followed. What has changed has to be read: does the package ketapub.formats.pdf.fast still come to the
# same? Then its digest is renewed here.
RESTS_ON = {
    line_break.Layout: "681b737d1ba5e004",
    line_break.create_layout: "6587192cc0ab3ffa",
    line_break.first_line_metrics: "55ec5d0b58b29a8b",
    line_break.split_first_line: "39ad1016863ca34d",
    line_break.can_break_text: "4f3fb5ef1c239df9",
    line_break.get_log_attrs: "65c1a1c4fa75ee95",
    line_break.strut: "b57885b70dd08efe",
    inline.add_word_spacing: "879516e71f1b80fa",
    inline.split_text_box: "8c564329599ef23f",
    fonts.FontConfiguration.add_font_face: "e4fcfcc36ed8c310",
    absolute.AbsolutePlaceholder: "336e26c56311f105",
    boxes.Box: "ff6d62300bafef85",
    background.layout_backgrounds: "5d7d4d589e3d8a33",
    background.layout_box_backgrounds: "617a870678c82755",
    block.block_level_layout: "c1301dde9284e245",
    floats.avoid_collisions: "5fc7793c573af328",
    percent.adjust_box_sizing: "88f3351db0280d16",
    percent.resolve_one_percentage: "4cfaa9ad134e4f7b",
    percent.resolve_radii_percentages: "4980b3798c671710",
    percent.resolve_percentages: "71673078096fcf87",
    tokens.Pending: "7dafa4a32b2e3c78",
    css.text_decoration: "4fa9ec3b45ef2fc6",
    css.AnonymousStyle: "414bbf41061e0a4a",
    css.ComputedStyle: "4ff0512c0af12674",
    layout.LayoutContext: "211f859ff4e2d663",
    images.SVGImage: "91c26b229879fc1c",
    images.get_image_from_uri: "07bdb0c0e3fd5b83",
    svg.SVG: "b08393091c55aea2",
    svg.image: "8d981e3eec67f517",
    svg.text: "67a30c3e181b4a80",
    html.handle_svg: "7333e60dbdc9a354",
    computed_values.compute_float: "f2196825f795ea29",
    computed_values.display: "1182f5b7e512e9dc",
    css.StyleFor: "dac5a13261681453",
    css.declaration_precedence: "510a33df7059e753",
    pages._standardize_page_based_counters: "6c3791760c3fbe13",
    pages.make_margin_boxes: "4a2d2e301eb3bc47",
    pages.make_page: "656f183328e8b1b5",
    pages.set_page_type_computed_styles: "4e68b396b35c4a06",
    cffi.cparser.Parser._parse: "7a1e99aa364aa3c6",
    cssselect2.Matcher: "a651e3a3f14e94a1",
    weasyprint.draw.text.draw_first_line: "1bb8eae6d88e71b1",
    weasyprint.draw.text.draw_text: "ebaf96239c6ca363",
    pydyf.Array: "454aeae795e116ac",
    pydyf.Dictionary: "cfe61f79fe4f02cb",
    pydyf.PDF: "430a7b480a612b67",
    pydyf.Stream: "f17b6bdcfedf2f50",
    pydyf.String: "e479710d4177f8f9",
    pyphen.HyphDict: "57e31328eef1fd65",
}


def test_nothing_that_the_measures_rest_on_has_moved() -> None:
    found = {one: hashlib.sha256(inspect.getsource(one).encode()).hexdigest()[:16] for one in RESTS_ON}
    assert found == RESTS_ON


def test_all_that_is_replaced_is_known() -> None:
    fast.hasten()
    for (owner, _), (old, _) in fast.replaced.before.items():
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
    "digits": f'<p style="font-family: digits, Literata">{WORDS} 12 (30 %)</p><p style="font-family: digits">7</p>',
    "narrow": f'<p style="width: 5em">{WORDS}</p><p style="width: 2em; overflow-wrap: anywhere">{WORDS}</p>',
    "inline": f"<p>{WORDS}<em>{WORDS}</em> <b>A</b> V<i>T</i> <a href='#x'>{WORDS}</a>{WORDS}<sup>12</sup></p>",
    "space at the end": "".join(
        f'<p style="width: {width}pt">{WORDS}<em>To</em> AV</p>' for width in range(90, 130, 2)
    ),
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
    "markers": """<style>li#m::marker { content: "To "; font-weight: 700 } li + li::marker { font-style: italic }
        #n::footnote-call { font-weight: 700 } #n::footnote-marker { content: "To " }</style>
        <ul style="list-style-position: inside"><li id="m">One</li><li>Two</li></ul>
        <p>A<span id="n" style="float: footnote">V</span></p>""",
    "leader": '<style>#l::after { content: leader(".") "7" }</style><p id="l">To</p>',
    "footnote": f'<p>{WORDS}<span style="float: footnote">{WORDS}</span>{WORDS}</p>',
    "drawing": '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text x="1" y="12">To AV</text></svg>',
    "painted": """<div style="background: #fed; border-radius: 4pt; box-shadow: 1pt 1pt red">
        A<b style="background: blue">B</b>
        <u style="border: 2px solid; border-image: linear-gradient(red, blue) 1">C</u></div>
        <p style="visibility: hidden; background: red">D<i style="visibility: visible; border-radius: 2pt">E</i></p>
        <div style="position: relative"><p style="position: absolute; background: green">F</p></div>
        <table><colgroup style="background: #eee"><col/></colgroup><tr style="background: #ddd"><td>G</td></tr></table>
        <div style="columns: 2; background: linear-gradient(red, blue)"><p>H</p><p>I</p></div>""",
    "picture": '<p><img src="drawing.svg" alt="AV"/> <img src="drawing.svg" alt="AV"/></p>',
}
AROUND = """@page :left { margin-left: .6in } @page :first { @bottom-left { content: "To"; color: red } }
@page { @top-center { background: #ccc; content: "To" } @bottom-left { content: "AV" } }
body { background: #fafaf0 }"""
DRAWING = b"""<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><text x="1" y="12">To AV</text>
<image href="inner.svg" x="1" y="20" width="60" height="20"/></svg>"""
INNER = b'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><text x="1" y="12">affine</text></svg>'
PICTURES = {"drawing.svg": DRAWING, "inner.svg": INNER}


def engine_with_fonts(css: str) -> Engine:
    resources = {path.name: path.read_bytes() for path in (Path(__file__).parent / "fonts").glob("*.ttf")}
    faces = "".join(f"@font-face {{ font-family: {Path(name).stem}; src: url({name}) }}" for name in sorted(resources))
    faces += "@font-face { font-family: digits; src: url(digits.ttf); unicode-range: U+30-39 }"
    folder = load_theme().folder / "fonts"
    resources |= {"digits.ttf": (folder / "AtkinsonHyperlegibleNext_400Regular.ttf").read_bytes()}
    return Engine(faces + css, resources | PICTURES, folder)


def sample() -> bytes:
    """All of them in one PDF, of an engine that knows nothing yet."""
    engine = engine_with_fonts(CSS + AROUND)
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


MARKED = """<html lang="en"><head><title>x</title></head><body>
<p>A<span class="n">B</span></p><ul class="m"><li id="a">C</li><li>D</li></ul></body></html>"""
MARKERS = """
@layer late, later;
@layer later { li::marker { color: red; font-size: 2em } }
@layer late { li::marker { color: blue } }
li:last-child::marker { content: "x" !important }
.m li::marker { content: "y"; text-transform: inherit }
ul { text-transform: uppercase; --size: 3pt }
.n::footnote-call { font-size: var(--size, 7pt); vertical-align: initial }
li::before { content: "z" }
"""
NAMED = "li::marker { -weasy-anchor: 'here' } #a::marker { color: green }"


def styles_of(rules: str) -> tuple[Any, dict[str, Any], set[str]]:
    """Of the small page above: its styles as they are before layout, each of a marker as asked, and the anchors."""
    fast.hasten()
    engine = Engine("", {}, load_theme().folder / "fonts")
    sheet = weasyprint.CSS(string=rules, font_config=engine.fonts)
    page, targets = _html_of(ElementTree.fromstring(MARKED), engine.fetcher), TargetCollector()
    styles = css.get_all_computed_styles(page, [sheet], font_config=engine.fonts, layers=[], target_collector=targets)
    made = {pseudo_type for _, pseudo_type in styles.get_computed_styles() if pseudo_type}
    asked = {
        f"{number} {element.tag}::{pseudo_type}": [style[name] for name in INITIAL_VALUES]
        for number, element in enumerate(page.etree_element.iter())
        for pseudo_type in ("marker", "footnote-call", "footnote-marker", "note-call", "before")
        if (style := styles(element, pseudo_type)) is not None
    }
    assert not styles.get_cascaded_styles()  # else they would be taken for those of a page
    return made, asked, {*targets.target_lookup_items}


def test_markers_and_notes_have_the_same_styles_when_they_are_asked_for() -> None:
    for rules in ("", MARKERS, NAMED):
        with fast.plain_engine():
            plain_made, plain, plain_targets = styles_of(rules)
        made, asked, targets = styles_of(rules)
        assert asked == plain
        assert targets == plain_targets
        assert {"footnote-call", "marker"} <= plain_made
        assert made == ({"before"} if rules == MARKERS else {"marker"} if rules == NAMED else set())


def test_a_drawing_keeps_nothing_of_its_layout_but_what_it_needs() -> None:
    engine = Engine(CSS, PICTURES, load_theme().folder / "fonts")
    body = SAMPLES["drawing"] + SAMPLES["picture"] + SAMPLES["footnote"] + SAMPLES["table"]
    tree = ElementTree.fromstring(f"<html lang='en'><head><title>x</title></head><body>{body}</body></html>")
    gc.collect()
    with paused():
        document = engine.lay_out(tree, "@page { @top-left { content: counter(page) counter(pages) } }")
        assert not [one for one in gc.get_objects() if type(one) in (layout.LayoutContext, css.StyleFor)]
    assert to_plain_pdf(document)


PHYSICAL = sorted(name for name in INITIAL_VALUES if not {"block", "inline"} & {*name.split("_")})  # properties
PLACES = ("position", "float", "display")
PLACED = """:root { --size: 3pt; --high: calc(1em + var(--size)); --ink: red }
p { float: left; --size: 4pt; text-decoration: underline dotted var(--ink); outline: 1pt solid }
p span { padding-left: var(--size); margin-top: var(--high); color: var(--ink); width: var(--none, 3pt) }
ul { position: absolute; text-decoration: line-through 2pt; page: other; outline-style: dotted; outline-width: thick }
#a { position: fixed; display: inline; float: right } li { display: table-row; text-decoration-color: blue }
li:last-child { position: relative; float: inherit; outline-color: red; page: auto }"""


def test_styles_are_the_same_in_whatever_order_they_are_asked_for() -> None:
    def asked(seed: int) -> list[dict[str, Any]]:
        fast.hasten()
        engine = Engine("", {}, load_theme().folder / "fonts")
        sheet = weasyprint.CSS(string=PLACED, font_config=engine.fonts)
        page = _html_of(ElementTree.fromstring(MARKED), engine.fetcher)
        styles = css.get_all_computed_styles(
            page, [sheet], font_config=engine.fonts, layers=[], target_collector=TargetCollector()
        )
        names = [*PHYSICAL, "__size", "__high", "__ink", "__none"]
        random.Random(seed).shuffle(names)
        found = []
        for element in page.etree_element.iter():
            style = styles(element)
            for one in (style, style.anonymous_style):
                found += [{name: str(one[name]) for name in names}, {name: str(one.specified[name]) for name in PLACES}]
        return found

    for seed in range(20):
        with fast.plain_engine():
            plain = asked(seed)
        assert asked(seed) == plain


PAGES = """@page { size: 3in 2in; @top-left { content: "T" } } @page :left { margin-left: 1in }
@page :first { @bottom-right { content: counter(page) } } @page other { @top-left { content: "O" } }
@page :nth(4) { counter-increment: page 3 } p { break-after: page } p.o { page: other }"""


def test_pages_to_which_the_same_rules_apply_share_their_styles() -> None:
    def laid_out() -> list[Any]:
        body = "<p>a</p>" * 7 + '<p class="o">b</p>' * 3
        tree = ElementTree.fromstring(f"<html lang='en'><head><title>x</title></head><body>{body}</body></html>")
        engine = Engine("", {}, load_theme().folder / "fonts")
        return [page._page_box for page in engine.lay_out(tree, PAGES).pages]

    with fast.plain_engine():
        plain = laid_out()
    found = laid_out()
    for page, other in zip(found, plain, strict=True):
        for box, as_before in zip(page.descendants(), other.descendants(), strict=True):
            assert (type(box), box.position_x, getattr(box, "text", "")) == (
                *(type(as_before), as_before.position_x),
                getattr(as_before, "text", ""),
            )
            assert [box.style[name] for name in PHYSICAL] == [as_before.style[name] for name in PHYSICAL]
    styles = [page.style for page in found]
    assert len({id(page.style) for page in plain}) == len(plain)
    assert styles[2] is styles[4] is styles[6]
    assert styles[1] is styles[5]
    assert len({*map(id, styles)}) == 6  # the first, the fourth, left and right ones, with a name and without


LENGTHS = """p { margin: 1em 5%; padding-inline-start: 3pt } em { min-width: calc(2em + 5%) } b { border: 1px solid }
div { box-sizing: border-box; width: 50%; padding: 2px } table { border-collapse: collapse } td { border: 2px solid }
i { margin-left: inherit } q { margin-inline: 1ex } u { margin: 0 }"""


def test_lengths_are_the_same_and_not_looked_up_where_nothing_sets_them() -> None:
    fast.hasten()
    from ketapub.formats.pdf.fast import lengths

    body = "<p>a <em>b</em> <b>c</b> <i>d</i> <q>e</q> <u>f</u></p><div>g</div><table><tr><td>h</td></tr></table>"
    tree = ElementTree.fromstring(f"<html lang='en'><head><title>x</title></head><body>{body}</body></html>")
    (page,) = Engine("", {}, load_theme().folder / "fonts").lay_out(tree, LENGTHS).pages
    found = list(page._page_box.descendants())
    texts = [box for box in found if isinstance(box, boxes.TextBox) and box.element_tag == "p"]
    assert texts
    assert not any("max_width" in box.style for box in texts)
    for box in found:
        used = {name: value for name, value in vars(box).items() if name not in (*lengths.LENGTHS, *lengths.WIDTHS)}
        asked, ours = box.copy(), box.copy()
        for one, resolve in ((ours, lengths.resolve_percentages), (asked, lengths.ask_resolve)):
            one.__dict__ = used.copy()
            one.style = box.style.copy()
            resolve(one, (300, 200))
        assert {**vars(ours), "style": None} == {**vars(asked), "style": None}
        box.style["margin_left"] = Dimension(7, "px")
        lengths.resolve_percentages(box, (300, 200))
        assert box.margin_left == 7  # changed since


def test_boxes_without_a_background_are_not_asked_for_one() -> None:
    tree = ElementTree.fromstring("<html lang='en'><head><title>x</title></head><body><p>a <b>b</b></p></body></html>")
    (page,) = Engine("", {}, load_theme().folder / "fonts").lay_out(tree, "b { background: red }").pages
    texts = [box for box in page._page_box.descendants() if isinstance(box, boxes.InlineBox | boxes.TextBox)]
    assert [box.background and box.background.color.to("srgb").coordinates for box in texts] == [None, (1, 0, 0), None]
    assert ["background_color" in box.style for box in texts] == [False, True, False]


NOTE = '<span style="float: footnote">c <b>d</b></span>'


def test_notes_are_laid_out_as_often_as_one_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(rules: str) -> tuple[int, list[Any]]:
        body = f"<p>a{NOTE}</p><p>b{NOTE}{NOTE}</p>"
        tree = ElementTree.fromstring(f"<html lang='en'><head><title>x</title></head><body>{body}</body></html>")
        count = len(laid_out)
        (page,) = Engine("", {}, load_theme().folder / "fonts").lay_out(tree, rules).pages
        places = [(box.position_x, box.position_y) for box in page._page_box.descendants()]
        return sum(isinstance(box, boxes.FootnoteAreaBox) for box in laid_out[count:]), places

    fast.hasten()
    from ketapub.formats.pdf.fast import foot

    laid_out: list[Any] = []
    ask = foot.ask_layout

    def noting(context: Any, box: Any, *arguments: Any, **more: Any) -> Any:
        laid_out.append(box)
        return ask(context, box, *arguments, **more)

    monkeypatch.setattr(foot, "ask_layout", noting)
    for rules, once_more in {
        "": 0,
        "b { position: absolute }": 1,
        "b { position: running(x) } @page { @top-left { content: element(x) } }": 1,
        "p { float: left }": 1,
    }.items():
        with fast.plain_engine():
            _, plain = asked(rules)
        times, places = asked(rules)
        assert places == plain
        assert times == 3 + once_more, rules


HEIGHTS = """b { font-weight: 700 } i { line-height: 2 } u { font-size: 1.4em; line-height: calc(1em + 2pt) }
p.large { line-height: 120% } p.large em { font-family: hebrew } sup { line-height: inherit; font-size: smaller }"""


def test_lines_are_as_high_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    fast.hasten()
    from ketapub.formats.pdf.fast import lines

    ask_strut, asked = lines.ask_strut, []
    monkeypatch.setattr(lines, "ask_strut", lambda style: (asked.append(style), ask_strut(style))[1])
    inside = "a <em>b</em> <b>c</b> <i>d</i> <u>e <em>f</em></u> <sup>g</sup> <q lang='de'>h</q>"
    body = f"<p>{inside}</p><p class='large'>{inside}</p>"
    tree = ElementTree.fromstring(f"<html lang='en'><head><title>x</title></head><body>{body}</body></html>")
    (page,) = Engine(CSS, {}, load_theme().folder / "fonts").lay_out(tree, HEIGHTS).pages
    found = [box.style for box in page._page_box.descendants() if isinstance(box, boxes.LineBox | boxes.TextBox)]
    assert asked
    assert not any(isinstance(style, css.AnonymousStyle) for style in asked)  # they have the height of their parent
    heights = {ask_strut(style.copy()) for style in found}
    assert len(heights) > 4
    for style in found:
        assert lines.strut(style.copy()) == ask_strut(style.copy())
        changed = style.copy()
        changed["font_size"] = 50
        assert lines.strut(changed) == ask_strut(changed) not in heights


def test_letters_are_parted_where_they_are_without() -> None:
    fast.hasten()
    from ketapub.formats.pdf.fast import lines

    asked = [(one + other, lang) for one in "a -–)本" for other in "a -(本" for lang in ("en", "ja", None)]
    for _ in range(2):
        assert [lines.can_break_text(*one) for one in asked] == [lines.ask_break(*one) for one in asked]
    assert len({lines.can_break_text(*one) for one in asked}) == 2
    assert lines.can_break_text.cache_info().hits >= len(asked)


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


def test_words_are_shaped_as_in_a_layout() -> None:
    """And left to WeasyPrint where another font has some of their characters."""
    fast.hasten()
    from ketapub.formats.pdf.fast.words import LETTER, Face

    body = "".join(f'<p style="{style}">x</p>' for style in (*STYLES, "font-family: digits, Literata"))
    tree = ElementTree.fromstring(f"<html lang='en'><head><title>x</title></head><body>{body}</body></html>")
    (page,) = engine_with_fonts(CSS).lay_out(tree, "").pages
    styles = [box.style for box in page._page_box.descendants() if isinstance(box, boxes.TextBox)]
    others = []
    for number, style in enumerate(style for style in styles if style["letter_spacing"] == "normal"):
        face, asked = Face(style), line_break.Layout(style)
        for token in f"{WORDS} ŉ Ω ﬁ fi ° 12\u00a0mg • ½".split(" "):
            letters = LETTER.search(token) is not None
            asked.set_text(f"{token} {'a' if letters else '0'}")
            run = asked.get_first_line()[0].runs[0].data
            glyphs = [run.glyphs.glyphs[index] for index in range(run.glyphs.num_glyphs)]
            if word := face.word(token, letters):
                own = glyphs[: len(word.glyphs) - 1]  # the last one may be kerned with the space
                assert [(one.id, one.width) for one in word.glyphs[:-1]] == [
                    (one.glyph, one.geometry.width) for one in own
                ]
                assert word.last == glyphs[len(word.glyphs) - 1].glyph
                assert run.item.analysis.font == face.font
            elif token:
                others.append((number, token))
    last = max(number for number, _ in others)
    assert [token for number, token in others if number == last] == ["12", "40", "(30", "12\u00a0mg"]


def test_the_end_of_a_line_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the text ends in a space, too."""
    fast.hasten()
    from ketapub.formats.pdf.fast import breaks

    asked: list[str] = []
    tree = ElementTree.fromstring(
        f"<html lang='en'><head><title>x</title></head><body><p>{WORDS * 9} <em>To</em></p></body></html>"
    )
    engine = Engine(CSS, {}, load_theme().folder / "fonts")
    engine.lay_out(tree, "")

    def noting(name: str, ask: Any) -> Any:
        def noted(*arguments: Any) -> Any:
            asked.append(name)
            return ask(*arguments)

        return noted

    monkeypatch.setattr(breaks.Breaker, "line", noting("end", breaks.Breaker.line))
    monkeypatch.setattr(inline, "split_first_line", noting("mended", inline.split_first_line))
    (page,) = engine.lay_out(tree, "").pages
    assert sum(isinstance(box, boxes.LineBox) for box in page._page_box.descendants()) > 9
    assert asked in ([], ["mended"])  # the last line but one may be so long


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


def test_faults_stay_mended_when_the_engine_was_plain() -> None:
    fast.hasten()
    mend()
    mended = inline.split_first_line
    with fast.plain_engine():
        assert inline.split_first_line is mended
    fast.hasten()
    assert inline.split_first_line is mended


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


def test_a_type_of_c_is_read_as_it_is_among_all_others() -> None:
    kinds = ("word[3]", "word", "pair *", "char[]", "unsigned int *", "other (*)(pair *, const word *)", "no_type *")

    def read() -> list[str]:
        ffi, found = cffi.FFI(), list[str]()
        ffi.cdef("typedef uint32_t word; typedef struct { word a; word b; } pair;")
        ffi.cdef("typedef pair other; other made(word);")
        for kind in kinds:
            try:
                found.append(repr(ffi.typeof(kind)))
            except cffi.CDefError as error:
                found.append(str(error))
        return found

    with fast.plain_engine():
        plain = read()
    fast.hasten()
    assert read() == plain
    assert len({*plain}) == len(kinds)


def test_patterns_of_hyphenation_are_those_of_pyphen() -> None:
    def contents(dictionary: pyphen.HyphDict) -> dict[str, Any]:
        """With what stands behind a number: how a word is spelled where it is divided."""
        return {
            key: (start, values, [getattr(value, "data", None) for value in values])
            for key, (start, values) in dictionary.patterns.items()
        }

    # German has most patterns, of no other kind.
    for path in {path for name, path in pyphen.LANGUAGES.items() if name[:2] != "de"}:
        plain, ours = ask_patterns(path), Patterns(path)
        assert contents(ours) == contents(plain), path.name
        assert (ours.maxlen, ours.cache) == (plain.maxlen, plain.cache), path.name


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
