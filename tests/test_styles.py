"""The theme: every colour pair is legible, every frame has its look, and no sheet knows a kind or leads elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import tinycss2

from ketapub.callouts import BUILT_IN, FRAMES
from ketapub.theme import load_theme

THEME = load_theme()
SHEETS = sorted(THEME.css)
KINDS = (*BUILT_IN, "emergency", "keypoints", "evidence", "definition")
# On the colours that reading systems give a page.
EPUB_GROUNDS = {"white": "#ffffff", "sepia": "#fbf0d9", "dark grey": "#222222", "black": "#000000"}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def themes() -> Mapping[str, Mapping[str, str]]:
    """Colour tokens by theme, as the blocks of tokens.css lie over each other."""
    blocks = re.findall(r":root \{(.*?)\}", THEME.css["tokens.css"], re.DOTALL)
    light, dark, more, more_dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    return {"light": light, "dark": light | dark, "more": light | more, "more dark": light | dark | more | more_dark}


def pairs() -> Iterator[tuple[str, str, float]]:
    """Ink, ground and the least contrast: 7 for text to read, 4.5 for labels and links, 3 for lines and focus."""
    frames = [f"frame-{frame}" for frame in FRAMES]
    for ground in ("paper", "raised", "tint", "tint-warm"):
        yield from ((ink, ground, 7) for ink in ("ink", "ink-soft"))
        yield from ((ink, ground, 4.5) for ink in ("dusk", "link", "visited", *frames))
        yield "rule", ground, 3
    for frame in frames:
        yield from ((ink, f"{frame}-tint", 7) for ink in ("ink", "ink-soft"))
        yield from ((ink, f"{frame}-tint", 4.5) for ink in ("link", "visited", frame))
    yield "on-heavy", "frame-heavy-solid", 4.5
    yield "picture-ink", "picture-paper", 7
    yield "focus", "paper", 3


@pytest.mark.parametrize("theme", themes())
def test_every_pair_of_ink_and_ground_is_legible(theme: str) -> None:
    colours = themes()[theme]
    found = {(ink, ground): (contrast(colours[ink], colours[ground]), least) for ink, ground, least in pairs()}
    assert {pair: ratio for pair, (ratio, least) in found.items() if ratio < least} == {}


def test_the_epub_accents_show_on_every_page_colour() -> None:
    accents = {colour for prelude, colour in _accents(THEME.css["epub.css"]) if "figure" not in prelude}
    found = {(accent, name): contrast(accent, ground) for accent in accents for name, ground in EPUB_GROUNDS.items()}
    assert len(accents) >= 7
    assert {pair: ratio for pair, ratio in found.items() if ratio < 3} == {}


def _accents(css: str) -> Iterator[tuple[str, str]]:
    for rule in rules(css):
        for colour in re.findall(r"#[0-9a-f]{6}\b", tinycss2.serialize(rule.content)):
            yield tinycss2.serialize(rule.prelude), colour


def rules(css: str) -> Iterator[Any]:
    """Every rule with a selector, those inside @media too. Fails on anything that does not parse."""
    pending = list(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))
    while pending:
        rule = pending.pop(0)
        assert rule.type != "error", f"line {rule.source_line}: {rule.message}"
        if rule.type == "at-rule" and rule.lower_at_keyword == "media":
            pending += tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
        elif rule.type == "qualified-rule":
            yield rule


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_parses(name: str) -> None:
    found = list(rules(THEME.css[name]))
    assert found
    for rule in found:
        for part in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
            assert part.type == "declaration", f"{name}, line {part.source_line}: {part}"


@pytest.mark.parametrize("name", SHEETS)
def test_no_rule_stands_twice(name: str) -> None:
    outside = tinycss2.parse_stylesheet(THEME.css[name], skip_comments=True, skip_whitespace=True)
    found = [tinycss2.serialize([rule]) for rule in outside]
    assert [rule for rule in found if found.count(rule) > 1] == []


def test_only_the_title_under_the_pointer_has_a_heavy_line() -> None:
    heavy = [rule for rule in rules(THEME.css["web.css"]) if "thickness: .16em" in tinycss2.serialize(rule.content)]
    assert heavy
    assert all(":hover" in tinycss2.serialize(rule.prelude) for rule in heavy)


@pytest.mark.parametrize("name", ["print.css", "web.css", "epub.css"])
@pytest.mark.parametrize("frame", FRAMES)
def test_every_frame_has_its_own_look(name: str, frame: str) -> None:
    looks = {}
    for rule in rules(THEME.css[name]):
        found = re.fullmatch(r'\[data-frame="([\w-]+)"\]', tinycss2.serialize(rule.prelude).strip())
        if found:
            text = tinycss2.serialize(rule.content)
            looks.setdefault(found[1], re.sub(r"#[0-9a-f]{6}", "", text))
    assert "border" in looks[frame]
    assert [other for other, look in looks.items() if look == looks[frame]] == [frame]


def test_every_frame_has_its_colours() -> None:
    assert set(re.findall(r'\[data-frame="([\w-]+)"\]', THEME.css["tokens.css"])) == set(FRAMES)


@pytest.mark.parametrize("name", SHEETS)
def test_no_sheet_knows_a_kind(name: str) -> None:
    css = THEME.css[name]
    assert "data-kind" not in css
    assert re.findall(rf"\.callout-(?:{'|'.join(KINDS)}|ask)\b", css) == []
    assert re.findall(rf"var\(--(?:{'|'.join(KINDS)}|ask)\b", css) == []


@pytest.mark.parametrize("name", SHEETS)
def test_no_sheet_leads_elsewhere(name: str) -> None:
    assert "url(" not in THEME.css[name].lower()
    imported = re.findall(r"@import\s+(.*?);", THEME.css[name])
    alone = ("tokens.css", "epub.css", "large-print.css", "press.css", "wrap.css")
    over_web = ("site.css", "handout-web.css")
    assert imported == ([] if name in alone else ['"web.css"'] if name in over_web else ['"tokens.css"'])


@pytest.mark.parametrize("name", ["print.css", "large-print.css", "web.css", "cover.css", "wrap.css"])
def test_every_token_in_use_has_a_value(name: str) -> None:
    text = THEME.css["tokens.css"] + THEME.css[name]
    assert set(re.findall(r"var\((--[\w-]+)", text)) - set(re.findall(r"(--[\w-]+):", text)) == set()


def test_print_counts_nothing_but_pages() -> None:
    css = THEME.css["print.css"]
    assert re.findall(r"target-counter|target-text|counter-increment|counters\(", css) == []
    assert set(re.findall(r"counter\((\w+)", css)) == {"page"}


def test_the_epub_sheet_keeps_to_what_reading_systems_know() -> None:
    css = re.sub(r"/\*.*?\*/", "", THEME.css["epub.css"], flags=re.DOTALL)
    assert re.findall(r"var\(|\bflex|\bgrid|position:|float:|\d(?:pt|rem|vw|vh)\b|@import|body \{[^}]*color", css) == []


def test_the_figures_face_has_a_plain_zero() -> None:
    """A ring is two contours; Atkinson's zero has the slash as well, and no feature that takes it away."""
    from fontTools.ttLib import TTFont

    family = re.search(r'--figures: "([^"]+)"', THEME.css["tokens.css"])
    assert family
    wanted = family[1].replace(" ", "")
    faces = [name for name in THEME.fonts if name.startswith(f"fonts/{wanted}_")]
    assert faces
    for name in faces:
        with TTFont(THEME.files[name]) as font:
            assert font["glyf"][font.getBestCmap()[ord("0")]].numberOfContours == 2, name
