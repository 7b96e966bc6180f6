"""Figures from data: each kind drawn, measured, and given what nobody should give it."""

from __future__ import annotations

import itertools
import os
import random
import re
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tree import read

from ketapub import document as d
from ketapub.figures import (
    KINDS,
    Declared,
    csv_part,
    draw_figure,
    read_csv,
    read_figure,
    tabulate_figure,
)
from ketapub.figures.line import spread
from ketapub.figures.pen import SIZE, WIDTH, num, wrap
from ketapub.locale import words
from ketapub.problems import Position, Problems
from ketapub.settings import Place
from ketapub.svg import clean_svg
from ketapub.toml_places import key_places
from ketapub.widths import width_of

HERE = Path(__file__).parent
STOCK = HERE / "books/stock/figures"
DRAWN = [name for name, kind in KINDS.items() if kind.draw]
STEPS = """kind = "steps"
title = "T"
finding = "F"
description = "D"
measure = "M"
filled = "f"
hollow = "h"
"""
LONG = "Wiederaufnahmehemmungsvorbehandlungsversuche insgesamt 27 %"  # 60 characters at most, and a word for two lines
TEXTS = {"title": "Title", "finding": "Finding", "description": "Words"}
CIRCLES = {"filled": LONG, "hollow": LONG}
LABELS = {"measure": f"{LONG} {LONG}", **CIRCLES}
CROWDED: dict[str, dict[str, Any]] = {
    "icon-array": {
        "filled": LONG,
        "hollow": LONG,
        "panels": [
            {"title": LONG, "groups": [{"label": LONG, "count": n, "low": 0, "high": 100} for n in (0, 100, 33)]}
        ],
    },
    "steps": {**LABELS, "steps": [{"label": LONG, "value": value} for value in (0, 0.1, 50, 99.9, 100)]},
    "bars": {
        "measure": LONG,
        "most": 12345.5,
        "series": [f"{n} {LONG[:50]}" for n in range(4)],
        "groups": [{"label": LONG, "values": [0, 12345.5, 12000, 1]}] * 3,
    },
    "line": {
        "measure": LONG,
        "panels": [
            {
                "title": LONG,
                "along": LONG,
                "at": [0, 1, 2, 3, 1000, 100_000],
                "series": [{"label": f"{n} {LONG[:50]}", "values": [50, 50, 0, 100, 50, end]} for n in range(4)],
            }
            for end in (0, 100)
        ],
    },
    "timeline": {
        "events": [{"label": LONG, "duration": LONG, "note": f"{LONG} {LONG}"}] * 12,
    },
}


def figure_of(raw: dict[str, Any], kind: str = "") -> tuple[Declared | None, Problems]:
    problems = Problems()
    full = {**TEXTS, **raw, "kind": kind} if kind else raw
    return read_figure(full, Place("", problems, {"": Position("x.toml")})), problems


def drawing_of(raw: dict[str, Any], kind: str, language: str = "en") -> str:
    figure, problems = figure_of(raw, kind)
    assert figure is not None, problems.found
    return draw_figure(figure, words(language))


def stock_figure(path: Path) -> str:
    """The drawing of a figure of the stock book."""
    text = path.read_text("utf-8").replace('{ fact = "halpern2002-answer", value = "none" }', "33")
    raw = tomllib.loads(text.replace('{ fact = "halpern2002-answer", value = "offer" }', "46.9"))
    where, problems = key_places(text, path.name), Problems()
    if "data" in raw:
        sheet = read_csv((STOCK.parent / raw["data"]).read_text("utf-8"), raw["data"], problems)
        assert sheet
        part = csv_part(raw["kind"], sheet)
        assert part
        raw, where = {**raw, **part.raw}, {**where, **part.where}
    figure = read_figure(raw, Place("", problems, where))
    assert figure is not None, problems.found
    return draw_figure(figure, words("en-GB"))


@pytest.mark.parametrize("path", sorted(STOCK.glob("*.toml")), ids=lambda path: path.stem)
def test_golden_drawing(path: Path) -> None:
    drawing = stock_figure(path)
    golden = HERE / f"golden/figures/{path.stem}.svg"
    if not drawing:
        assert 'kind = "drawing"' in path.read_text("utf-8")
        return
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(drawing, encoding="utf-8")
    assert drawing == golden.read_text("utf-8"), "run `make golden`, then look at the drawing"
    assert drawing == stock_figure(path)


def test_the_examples_of_the_docs_can_be_drawn() -> None:
    text = (HERE.parent / "docs/figures.md").read_text("utf-8")
    kinds = []
    for example in re.findall(r"^````toml\n(.*?)^````$", text, re.MULTILINE | re.DOTALL):
        raw = tomllib.loads(example)
        whole = {**TEXTS, **raw}
        figure, problems = figure_of(whole)
        assert figure is not None, problems.found
        kinds.append(figure.kind)
    assert set(kinds) == set(KINDS)
    assert {name for name in re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE) if name in KINDS} == set(KINDS)


# --- what every drawing keeps to ------------------------------------------------------------------------


def boxes(drawing: str) -> list[tuple[str, float, float, float, float]]:
    """Each text with left, top, right and bottom, as our own measuring has them."""
    found = []
    for text in etree.fromstring(drawing).iter("{*}text"):
        size, x, foot = (float(text.get(name)) for name in ("font-size", "x", "y"))
        width = width_of(text.text, size, bold=text.get("font-weight") == "600") / 1.04
        left = x - {"middle": width / 2, "end": width}.get(text.get("text-anchor", ""), 0)
        found.append((text.text, left, foot - size * 0.74, left + width, foot + size * 0.24))
    return found


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
@pytest.mark.parametrize("kind", DRAWN)
def test_no_text_meets_another_or_leaves_the_drawing(kind: str, language: str) -> None:
    drawing = drawing_of(CROWDED[kind], kind, language)
    height = float(etree.fromstring(drawing).get("viewBox").split()[3])
    placed = boxes(drawing)
    for text, left, top, right, bottom in placed:
        assert left >= -0.5, text
        assert right <= WIDTH + 0.5, text
        assert top >= -1, text
        assert bottom <= height + 1, text
    for one, other in itertools.combinations(placed, 2):
        apart = one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] + 1 or other[4] <= one[2] + 1
        assert apart, (one, other)


@pytest.mark.parametrize("kind", DRAWN)
def test_drawings_are_large_enough_in_one_ink_and_clean(kind: str) -> None:
    drawing = drawing_of(CROWDED[kind], kind)
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', drawing)) >= SIZE
    assert SIZE * 264 / WIDTH >= 8  # points in print
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawing)) <= {"currentColor", "none"}
    assert not re.search(r"(?:color|opacity|style|class|id)=", drawing)
    problems = Problems()
    assert clean_svg(drawing.encode(), Position("x.svg"), problems)
    assert problems.found == []


def test_series_are_told_apart_without_colour() -> None:
    lines = etree.fromstring(drawing_of({**CROWDED["line"], "panels": CROWDED["line"]["panels"][:1]}, "line"))
    tracks = [path for path in lines.iter("{*}path") if path.get("stroke-width") == "1.6" and "L" in path.get("d")]
    assert len({path.get("stroke-dasharray") for path in tracks}) == 4
    bars = drawing_of({**CROWDED["bars"], "groups": [{"label": "x", "values": [9000] * 4}]}, "bars")
    rects = list(etree.fromstring(bars).iter("{*}rect"))
    assert [rect.get("fill") for rect in rects] == [None, "none", "none", "none"]


def test_circles_are_filled_from_the_top_left() -> None:
    root = etree.fromstring(
        drawing_of({**CIRCLES, "panels": [{"groups": [{"label": "x", "count": 27}]}]}, "icon-array")
    )
    filled, hollow = list(root.iter("{*}g"))[:2]
    places = [(float(one.get("cy")), float(one.get("cx"))) for group in (filled, hollow) for one in group]
    assert (len(filled), len(hollow), hollow.get("fill")) == (27, 73, "none")
    assert places == sorted(places)
    text = "".join(root.itertext())
    assert "27 in 100" in text


def test_words_are_those_of_the_language() -> None:
    raw = {**CIRCLES, "panels": [{"groups": [{"label": "x", "count": 27, "low": 20, "high": 30}]}]}
    assert "27 von 100" in drawing_of(raw, "icon-array", "de")
    steps = {**LABELS, "steps": [{"label": "x", "value": 36.8}]}
    assert "36,8" in drawing_of(steps, "steps", "de")


# --- measuring ------------------------------------------------------------------------


def test_text_is_broken_between_words_and_in_long_ones() -> None:
    assert wrap("one two", 1000) == ["one two"]
    lines = wrap(LONG, 80)
    assert len(lines) > 3
    assert all(width_of(line, SIZE) <= 80 for line in lines)
    assert "".join(line.removesuffix("-") for line in lines).replace(" ", "") == LONG.replace(" ", "")
    assert wrap("", 80) == []
    assert width_of("漢字", SIZE) > width_of("ab", SIZE)  # no face of ours has them: a full square each


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (-0.01, "0"), (1.25, "1.2"), (-2.04, "-2"), (10, "10")])
def test_coordinates_are_short(value: float, text: str) -> None:
    assert num(value) == text


def test_labels_are_spread() -> None:
    assert spread([10, 90], [15, 15], 0, 100) == [10, 90]
    found = spread([50, 50, 51], [15, 15, 15], 0, 100)
    assert [round(after - before) for before, after in itertools.pairwise(sorted(found))] == [15, 15]
    assert max(spread([100, 100], [15, 15], 0, 100)) <= 92.5


# --- numbers as a table ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DRAWN)
def test_tables_are_whole(kind: str) -> None:
    figure, _ = figure_of(CROWDED[kind], kind)
    assert figure
    table = tabulate_figure(figure, words("en"))
    assert isinstance(table, d.Table)
    assert {len(row.cells) for row in (table.head, *table.body)} == {len(table.alignments)}
    assert all(cell.children for cell in table.head.cells)


# --- what cannot be drawn ------------------------------------------------------------------------


STEP = {"label": "x", "value": 1}
GROUP = {"label": "x", "count": 1}
EVENT = {"label": "x"}
PANEL = {"along": "days", "at": [1, 2], "series": [{"label": "a", "values": [1, 2]}]}
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("steps", {**LABELS, "steps": []}, "missing-setting"),
    ("steps", {**LABELS, "steps": [STEP] * 13}, "has 1 to 12 steps, not 13"),
    ("steps", {**LABELS, "steps": [{"label": "x", "value": -1}]}, "between 0 and 100"),
    ("steps", {**LABELS, "steps": [{"label": "x", "value": float("nan")}]}, "must lie between"),
    ("steps", {**LABELS, "steps": [{"label": "x", "value": 10**400}]}, "must lie between"),
    ("steps", {**LABELS, "steps": [{"label": "   ", "value": 1}]}, "nothing but spaces"),
    ("steps", {**LABELS, "steps": [STEP], "most": 0}, "must end above 0"),
    ("icon-array", {**CIRCLES, "panels": [{"groups": [{"label": "x", "count": 1.5}]}]}, "no whole number"),
    ("icon-array", {**CIRCLES, "panels": [{"groups": [{**GROUP, "low": 1}]}]}, "two ends"),
    ("icon-array", {**CIRCLES, "panels": [{"groups": [{**GROUP, "low": 2, "high": 3}]}]}, "outside its range"),
    ("icon-array", {**CIRCLES, "panels": [{"groups": [GROUP] * 7}] * 2}, "has 1 to 12 groups, not 14"),
    ("bars", {"measure": "m", "series": ["a"] * 5, "groups": [{"label": "x", "values": [1] * 5}]}, "1 to 4 series"),
    (
        "bars",
        {"measure": "m", "series": ["a", "b"], "groups": [{"label": "x", "values": [1]}]},
        "1 values for 2 series",
    ),
    ("line", {"measure": "m", "panels": [PANEL] * 3}, "1 to 2 panels"),
    ("line", {"measure": "m", "panels": [{**PANEL, "at": [2, 1]}]}, "lies before"),
    ("line", {"measure": "m", "panels": [{**PANEL, "at": [1, 2, 3]}]}, "2 values for 3 places"),
    (
        "line",
        {
            "measure": "m",
            "panels": [{**PANEL, "at": list(range(401)), "series": [{"label": "a", "values": [1] * 401}]}],
        },
        "points, not 401",
    ),
    ("line", {"measure": "m", "panels": [{**PANEL, "series": PANEL["series"] * 2}]}, "two lines are called"),
    ("timeline", {"events": [EVENT]}, "2 to 12 events"),
    ("timeline", {"events": [EVENT] * 2, "to-scale": True}, "has a time"),
    ("timeline", {"events": [{**EVENT, "at": 2}, {**EVENT, "at": 1}], "to-scale": True}, "begins before"),
    (
        "timeline",
        {"events": [{**EVENT, "at": 1}, {**EVENT, "at": 2}, {**EVENT, "at": 500}], "to-scale": True},
        "too long for a page",
    ),
    ("drawing", {"file": "x.png"}, "no SVG file"),
]


@pytest.mark.parametrize(("kind", "raw", "told"), WRONG)
def test_what_cannot_be_drawn_is_said(kind: str, raw: dict[str, Any], told: str) -> None:
    figure, problems = figure_of(raw, kind)
    assert figure is None
    assert any(told in f"{one.code} {one.message}" for one in problems.found), problems.found


def test_a_complaint_that_is_switched_off_draws_nothing() -> None:
    problems = Problems()
    problems.severities = {"broken-figure": "off"}
    raw = {**TEXTS, **LABELS, "kind": "steps", "steps": [{"label": "x", "value": 1000}]}
    assert read_figure(raw, Place("", problems, {"": Position("x.toml")})) is None
    assert problems.found == []


def test_a_line_to_scale_keeps_distances() -> None:
    events = [{"label": "a", "at": 0}, {"label": "b", "at": 10}, {"label": "c", "at": 40}]
    circles = [
        float(one.get("cy"))
        for one in etree.fromstring(drawing_of({"events": events, "to-scale": True}, "timeline")).iter("{*}circle")
    ]
    first, second = (after - before for before, after in itertools.pairwise(circles))
    assert second == pytest.approx(3 * first, rel=0.01)


def test_wrong_values_never_stop_the_program() -> None:
    chance = random.Random(7)
    odd: list[Any] = [None, True, 0, -1, 1e300, "", "x" * 100, [], {}, [[]], [{}], "\n", 0.5, {"fact": "x"}]

    def spoil(value: Any) -> Any:
        if chance.random() < 0.1:
            return chance.choice(odd)
        if isinstance(value, dict):
            return {key: spoil(one) for key, one in value.items()}
        return [spoil(one) for one in value] if isinstance(value, list) else value

    for kind, _ in itertools.product(DRAWN, range(100)):
        figure, problems = figure_of({key: spoil(one) for key, one in CROWDED[kind].items()}, kind)
        assert figure is not None or problems.found
        if figure is not None:
            assert draw_figure(figure, words("en"))


def test_a_file_that_is_too_large_is_not_read() -> None:
    files = {"f.toml": 'kind = "steps"\n' + "#" * 100_001, "g.toml": 'kind = "steps"\ndata = "g.csv"\n'}
    files["g.csv"] = "a,b\n" + "1,2\n" * 30_000
    _, problems = read("# T\n\n![](f.toml)\n\n![](g.toml)\n", files)
    assert [(str(one.at), one.code) for one in problems.found] == [
        ("f.toml", "file-too-large"),
        ("g.toml:2:1", "file-too-large"),
    ]


@pytest.mark.parametrize("text", ["{{<" * 25_000, "{{<" + " " * 90_000, "{{{<" * 20_000, "a" + " " * 90_000 + "b"])
def test_no_text_of_a_figure_takes_long(text: str) -> None:
    start = time.perf_counter()
    for key in ("finding", "description"):
        read("# T\n\n![](f.toml)\n", {"f.toml": STEPS.replace(f'{key} = "', f'{key} = "{text}') + "steps = []\n"})
        spaced = STEPS.replace('description = "D"', f'description = """\nD\n{text}\nE"""')
        read("# T\n\n![](f.toml)\n", {"f.toml": spaced + 'steps = [{ label = "a", value = 3 }]\n'})
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no data"),
        ("a,b\n", "no data"),
        ("a\n1\n", "no data"),
        ('a,b\n1,2"3\n', "quotation mark"),
        ('a,b\n"1,2\n', "cell"),
        ("a,b\n" + "1,2\n" * 401, "more than 400 rows"),
    ],
)
def test_broken_csv(text: str, told: str) -> None:
    problems = Problems()
    assert read_csv(text, "x.csv", problems) is None
    assert [one.code for one in problems.found] == ["broken-csv"]
    assert told in problems.found[0].message


def test_cells_know_their_places() -> None:
    sheet = read_csv('a,b\n\n"x\ny", 2\nz,"3"\n', "x.csv", Problems())
    assert sheet
    assert [[(cell.text, str(cell.at)) for cell in row] for row in sheet.body] == [
        [("x\ny", "x.csv:3:1"), ("2", "x.csv:4:4")],
        [("z", "x.csv:5:1"), ("3", "x.csv:5:3")],
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('fact = "rose2002"\nvalue = "drug"\n', 'f.toml a figure needs "kind"'),
        (f"{STEPS}steps = [{{ value = 3 }}]\n", 'f.toml:8:10 entry 1 of steps needs "label"'),
        (f'{STEPS}steps = [{{ fact = "rose2002" }}]\n', 'f.toml:8:10 a number from the ledger needs "value"'),
    ],
)
def test_only_a_table_that_names_a_fact_is_a_number_of_the_ledger(text: str, told: str) -> None:
    _, problems = read("# T\n\n![](f.toml)\n", {"f.toml": text})
    assert told in [f"{one.at} {one.message}" for one in problems.found]


def test_a_figure_is_exempt_from_the_ledger_with_a_reason() -> None:
    text = f"{STEPS}steps = [{{ label = 'a', value = 3 }}]\n"
    for written, codes in (("no-fact", ["missing-reason"]), ('no-fact reason="made up"', [])):
        chapter, problems = read(f"# T\n\n![](f.toml){{.{written}}}\n", {"f.toml": text})
        assert [one.code for one in problems.found if one.severity == "error"] == codes
    assert chapter.blocks[0].attributes.get("reason") == "made up"  # type: ignore[union-attr]  # of the figure
    _, problems = read('# T\n\n![](x.svg){alt="x" .no-fact reason="no figure from data"}\n')
    assert [one.code for one in problems.found] == ["attribute-not-allowed"]


def test_a_claim_that_is_a_place_on_a_scale_is_printed_too() -> None:
    number = '{ fact = "rose2002", value = "drug" }'
    start = STEPS[: STEPS.index("measure")].replace("steps", "timeline")
    events = f'{{ label = "a", at = 0 }}, {{ label = "b", at = {number} }}'
    steps = f"most = {number}\nsteps = [{{ label = 'a', value = {number} }}]\n"
    for text in (f"{start}to-scale = true\nevents = [{events}]\n", STEPS + steps):
        chapter, _ = read("# T\n\n![](f.toml)\n", {"f.toml": text})
        assert [fact.form for fact in d.facts_in(chapter.blocks)] == ["drug"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("us", "us."),
        ("We counted.", "We counted."),
        ("the paper “So?”", "the paper “So?”"),
        ("them (us)", "them (us)."),
    ],
)
def test_a_source_ends_like_a_sentence(written: str, said: str) -> None:
    text = f'{STEPS}source = "{written}"\nsteps = [{{ label = "a", value = 3 }}]\n'
    chapter, _ = read("# T\n\n![](f.toml)\n", {"f.toml": text})
    (figure,) = chapter.blocks
    assert isinstance(figure, d.Figure)
    assert d.plain_text(figure.source) == said


def test_a_number_that_the_ledger_lacks_is_never_drawn() -> None:
    """Not even where the book calls the complaint a warning: a bar of no length would be a false number."""
    steps = '{ label = "a", value = { fact = "nobody", value = "knows" } }, { label = "b", value = 3 }'
    text = f"{STEPS}steps = [{steps}]\n"
    chapter, problems = read("# T\n\n![](f.toml)\n", {"f.toml": text})
    assert [one.code for one in problems.found] == ["unknown-fact"]
    (figure,) = chapter.blocks
    assert isinstance(figure, d.Figure)
    assert (figure.images[0].drawing, figure.data) == ("", None)
