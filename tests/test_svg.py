"""Drawings: what is allowed comes out the same everywhere, and nothing else comes out at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree, html

from ketapub.problems import Position, Problems
from ketapub.svg import CleanSvg, clean_svg, inline_icon, inline_svg

SVG = "http://www.w3.org/2000/svg"
ROOT = Path(__file__).parent.parent
ICONS = sorted((ROOT / "styles" / "icons").glob("*.svg"))


def clean(data: bytes) -> tuple[CleanSvg | None, list[str]]:
    problems = Problems()
    result = clean_svg(data, Position("images/x.svg"), problems)
    return result, [f"{problem.at.line}:{problem.code}" for problem in problems.in_order()]


def drawing(body: str, attributes: str = 'viewBox="0 0 10 10"') -> bytes:
    """A drawing whose body begins on line 2."""
    xlink = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg xmlns="{SVG}" {xlink} {attributes}>\n{body}\n</svg>'.encode()


def good(body: str, attributes: str = 'viewBox="0 0 10 10"') -> CleanSvg:
    result, found = clean(drawing(body, attributes))
    assert found == []
    assert result is not None
    return result


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "script of another prefix": f'<x:script xmlns:x="{SVG}">alert(1)</x:script>',
    "script of XHTML": '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
    "event attribute": '<rect width="1" height="1" onclick="alert(1)"/>',
    "event attribute in an unknown namespace": '<rect xmlns:q="urn:q" q:onclick="alert(1)"/>',
    "foreignObject": '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
    "link": '<a href="javascript:alert(1)"><text>x</text></a>',
    "animation of a link": '<set attributeName="href" to="javascript:alert(1)"/>',
    "picture from the network": '<image href="https://example.org/a.png"/>',
    "picture as data": '<image href="data:image/png;base64,AAAA"/>',
    "use of the network": '<use xlink:href="http://example.org/a.svg#x"/>',
    "use of a local file": '<use xlink:href="file:///etc/passwd#x"/>',
    "use of another drawing": '<use href="other.svg#x"/>',
    "use of data": '<use href="data:image/svg+xml,x#y"/>',
    "paint from the network": '<rect fill="url(http://example.org/a.svg#x)"/>',
    "paint from the network, quoted": "<rect fill=\"url('http://example.org/a.svg#x')\"/>",
    "paint from the network, escaped": '<rect fill="u\\72l(http://example.org/a.svg#x)"/>',
    "paint of another function": '<rect fill="image-set(x)"/>',
    "geometry that is none": '<rect x="javascript:alert(1)"/>',
    "transform that is none": '<g transform="rotate(1) url(http://example.org)"/>',
    "style from the network": '<rect style="fill: url(http://example.org/a.svg#x)"/>',
    "style with behaviour": '<rect style="behavior: url(#x)"/>',
    "style sheet from the network": "<style>@import url(http://example.org/a.css);</style>",
    "style sheet in CDATA": "<style><![CDATA[ rect { fill: url(//example.org/a) } ]]></style><rect/>",
    "font from the network": "<style>@font-face { font-family: x; src: url(//example.org/a) }</style>",
    "filter": '<filter id="f"><feImage href="http://example.org"/></filter>',
    "iframe": '<iframe xmlns="http://www.w3.org/1999/xhtml" src="http://example.org"/>',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_not_allowed_is_named_and_left_out(body: str) -> None:
    result, found = clean(drawing(body))
    assert found == ["2:svg-not-allowed"]
    assert result is not None
    left = etree.fromstring(result.xml)
    assert {etree.QName(element).localname for element in left.iter()} <= {"svg", "rect", "g", "use"}
    assert set(left.xpath("//@*[not(parent::svg)]")) <= {"1", "0 0 10 10", "10"}
    for word in ("alert", "example", "passwd", "javascript", "data:", "other.svg"):
        assert word not in result.xml


def test_an_event_on_the_root() -> None:
    result, found = clean(drawing("", 'viewBox="0 0 1 1" onload="alert(1)"'))
    assert found == ["1:svg-not-allowed"]
    assert result is not None
    assert "alert" not in result.xml


def test_other_encodings_hide_nothing() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>' + drawing("<script/>").decode()
    assert clean(text.encode("utf-16"))[1] == ["2:svg-not-allowed"]


def test_text_in_cdata_stays_text() -> None:
    svg = good("<text>a<![CDATA[<script>b</script>]]><!-- gone -->c</text>")
    assert "a&lt;script&gt;b&lt;/script&gt;c" in svg.xml


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "1:broken-svg"),
        (b"\x00\x01", "1:broken-svg"),
        (b"\x1f\x8b\x08\x00", "0:broken-svg"),
        (b"<svg>\n<g>\n</svg>", "3:broken-svg"),
        (b'<svg viewBox="0 0 1 1"/>', "1:broken-svg"),
        (f'<svg xmlns="{SVG}"/>'.encode(), "1:broken-svg"),
        (drawing("", 'viewBox="0 0 0 10"'), "1:broken-svg"),
        (drawing("", 'viewBox="0 0 nan inf"'), "1:broken-svg"),
        (drawing("", 'width="-3" height="2" viewBox="0 0 1 1"'), "1:broken-svg"),
        (drawing('<use href="#gone"/>'), "2:broken-svg"),
        (drawing('<g id="a"/><g id="a"/>'), "0:broken-svg"),
        (drawing('<g id="a"><use href="#a"/></g>'), "0:broken-svg"),
        (drawing('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'), "0:broken-svg"),
        (drawing("<style>rect { fill }</style>"), "2:broken-svg"),
        (drawing("<style>re:::ct { fill: red }</style>"), "2:broken-svg"),
        (drawing("<g>" * 70 + "</g>" * 70), "2:svg-too-large"),
        (drawing("<g>" * 5000 + "</g>" * 5000), "2:broken-svg"),
        (drawing(f"<style>{'(' * 5000}</style>"), "2:svg-too-large"),
        (drawing(f'<g style="{"(" * 5000}"/>'), "2:svg-too-large"),
        (b"<svg>" + b" " * 10_000_000, "0:svg-too-large"),
    ],
)
def test_what_cannot_be_drawn(data: bytes, expected: str) -> None:
    result, found = clean(data)
    assert result is None
    assert found == [expected]


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY x SYSTEM "http://example.org/x">',
        '<!ENTITY % p SYSTEM "http://example.org/x"> %p; <!ENTITY x "y">',
        '<!ENTITY x "<script/>">',
    ],
)
def test_entities_are_refused(declared: str) -> None:
    data = f'<!DOCTYPE svg [{declared}]><svg xmlns="{SVG}" viewBox="0 0 1 1"><text>&x;</text></svg>'
    assert clean(data.encode()) == (None, ["1:svg-not-allowed"])


def test_billion_laughs() -> None:
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE svg [<!ENTITY a0 "ha">{entities}]><svg xmlns="{SVG}"'
    for data in (f"{bomb}><text>&a9;</text></svg>", f'{bomb} viewBox="&a9;"/>'):
        result, found = clean(data.encode())
        assert result is None
        assert len(found) == 1


def test_billion_laughs_of_use() -> None:
    groups = "".join(f'<g id="a{i}">{f"""<use href="#a{i + 1}"/>""" * 10}</g>' for i in range(12))
    assert clean(drawing(f'{groups}<rect id="a12"/>')) == (None, ["0:svg-too-large"])


def test_a_style_sheet_outside_is_refused() -> None:
    data = b'<?xml-stylesheet href="http://example.org/a.css"?>\n' + drawing("")
    assert clean(data)[1] == ["1:svg-not-allowed"]


def test_the_position_of_malformed_xml() -> None:
    problems = Problems()
    assert clean_svg(b"<svg>\n  <g></h>\n</svg>", Position("a.svg"), problems) is None
    assert problems.found[0].at == Position("a.svg", 2, 10)
    assert problems.found[0].source == "  <g></h>"


def test_styles_become_attributes_in_css_order() -> None:
    svg = good(
        "<style>rect { fill: red; stroke: red } .a { fill: green } #b { stroke-width: 3 !important }</style>"
        '<rect fill="blue" x="1"/><rect class="a" id="b" style="stroke: black; stroke-width: 1"/>'
    )
    plain, special = etree.fromstring(svg.xml)
    assert dict(plain.attrib) == {"fill": "red", "x": "1", "stroke": "red"}
    assert dict(special.attrib) == {"fill": "green", "stroke": "black", "stroke-width": "3"}


def test_a_font_becomes_its_parts() -> None:
    svg = good("<text style=\"font: italic bold 10px/1.2 'DejaVu Sans', serif\">x</text>")
    (text,) = etree.fromstring(svg.xml)
    assert dict(text.attrib) == {
        "font-style": "italic",
        "font-weight": "bold",
        "font-size": "10px",
        "font-family": '"DejaVu Sans", serif',
    }


def test_what_drawing_programs_add_is_dropped_silently() -> None:
    svg = good(
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">/home/ann</rdf:RDF></metadata>'
        '<i:page xmlns:i="http://www.inkscape.org/namespaces/inkscape"/>'
        '<g xmlns:i="http://www.inkscape.org/namespaces/inkscape" i:label="Layer of Ann" id="layer1" aria-label="x"'
        ' style="-inkscape-stroke: none; mix-blend-mode: normal; line-height: 1.2" data-name="y" class="z"/>'
    )
    assert svg.xml == f'<svg xmlns="{SVG}" viewBox="0 0 10 10" width="10" height="10"><g/></svg>'


@pytest.mark.parametrize(
    ("attributes", "size", "box"),
    [
        ('viewBox="0 0 320 180"', (320, 180), (0, 0, 320, 180)),
        ('viewBox="0,0,320,180" width="100%"', (320, 180), (0, 0, 320, 180)),
        ('viewBox="-5 0 320 160" width="2in"', (192, 96), (-5, 0, 320, 160)),
        ('viewBox="0 0 320 160" height="72pt"', (192, 96), (0, 0, 320, 160)),
        ('width="2in" height="25.4mm"', (192, 96), (0, 0, 192, 96)),
    ],
)
def test_size(attributes: str, size: tuple[float, float], box: tuple[float, ...]) -> None:
    svg = good("<g/>", attributes)
    assert (svg.width, svg.height) == pytest.approx(size)
    assert svg.view_box == pytest.approx(box)


def test_title_desc_and_words_with_their_lines() -> None:
    svg = good("<title>Response</title>\n<desc>Two\n bars</desc><text>\n9 in <tspan>100</tspan> people</text>")
    assert (svg.title, svg.desc) == ("Response", "Two bars")
    assert [(words.strip(), line) for words, line in svg.words] == [("9 in", 4), ("100", 5), ("people", 5)]


CHART = (
    "<title>Old title</title><desc>Old words</desc>"
    '<defs><linearGradient id="g (1)"><stop offset="0" stop-color="#14384a"/></linearGradient><path id="p" d="M0 0h9"/>'
    '<clipPath id="c"><rect width="9" height="9"/></clipPath></defs><rect id="unused" fill="url(\'#g (1)\')"/>'
    '<use xlink:href="#p" clip-path="url(#c)" style="fill: currentColor"/>'
    '<text><textPath href="#p">a &amp; b</textPath></text>'
)


def test_a_fragment_stands_in_both_kinds_of_html() -> None:
    fragment = inline_svg(good(CHART), "fig-1", 'Says "9 < 27"', width="60%")
    assert ":" not in fragment.replace(f'xmlns="{SVG}"', "")
    root = etree.fromstring(fragment)
    assert root.get("role") == "img"
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("60%", None, "0 0 10 10")
    (title,) = root.findall(f"{{{SVG}}}title")
    assert (title.text, title.get("id")) == ('Says "9 < 27"', root.get("aria-labelledby"))
    assert "Old" not in fragment
    page = html.fromstring(f"<div>{fragment}</div>")
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)) == 4
    assert all(id.startswith("fig-1-") for id in ids)
    for reference in page.xpath("//@href | //@fill[contains(., 'url')] | //@clip-path"):
        assert reference.removeprefix("url(").rstrip(")")[1:] in ids


def test_two_copies_share_no_id() -> None:
    svg = good(CHART)
    first, second = (set(etree.fromstring(inline_svg(svg, prefix, "x")).xpath("//@id")) for prefix in ("a", "b"))
    assert first
    assert not first & second


@pytest.mark.parametrize("arguments", [("", False), ("", True), ("not read", True)])
def test_a_decorative_drawing_is_hidden_from_speech(arguments: tuple[str, bool]) -> None:
    root = etree.fromstring(inline_svg(good(CHART), "a", *arguments))
    assert (root.get("aria-hidden"), root.get("focusable"), root.get("role")) == ("true", "false", None)
    assert not root.findall(f".//{{{SVG}}}title")


@pytest.mark.parametrize("path", ICONS, ids=lambda path: path.stem)
def test_the_icons_of_the_theme_are_clean(path: Path) -> None:
    svg, found = clean(path.read_bytes())
    assert found == []
    assert svg is not None
    assert not svg.has_ids
    root = etree.fromstring(inline_icon(svg, color="#14384a"))
    assert dict(root.attrib).items() >= {"class": "icon", "aria-hidden": "true", "color": "#14384a"}.items()
    assert "currentColor" in inline_icon(svg)


def test_the_theme_has_icons() -> None:
    assert ICONS
