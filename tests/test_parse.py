"""The fixtures: title, input, expected tree with places and complaints; and what holds for any input.

`python tests/test_parse.py` writes the expected trees anew; a person reads the difference.
"""

from __future__ import annotations

import datetime
import random
import re
import shutil
from pathlib import Path

import pytest
from conftest import BOOKS, TODAY
from markdown_it.utils import read_fixture_file
from tree import FILE, dump, read

import ketapub
from ketapub import document as d
from ketapub.manuscript import read_manuscript
from ketapub.parse import Known, parse
from ketapub.problems import Problems, Stopped, explanations

HERE = Path(__file__).parent
SYNTAX = Path(ketapub.__file__).parent / "syntax"
FIXTURES = sorted((HERE / "fixtures").glob("*.md"))
INCLUDED = {
    "part.md": "A *part*\nin two lines @fig-x.\n",
    "outer.md": "> {{< include part.md >}}\n",
    "loop.md": "{{< include loop.md >}}\n",
    "unclosed.md": "::: {.aside}\nText\n",
    "settings.md": "---\ntitle: No\n---\n\nText\n",
}
INCLUDED |= {f"figures/{path.name}": path.read_text("utf-8") for path in (HERE / "fixtures/figures").iterdir()}
CASES = [
    pytest.param(title, text, expected, id=f"{path.stem}:{line}")
    for path in FIXTURES
    for line, title, text, expected in read_fixture_file(path)
]


def parse_case(title: str, text: str) -> str:
    """A title may name a language in brackets, ask for math, or for a handout: "quotes (de)", "formulas (math)"."""
    option = match[1] if (match := re.search(r"\((\w+)\)$", title)) else ""
    language = option if option in ("de", "es", "fr") else "en-US"
    return dump(*read(text, INCLUDED, language, math=option == "math", handout=option == "handout"))


@pytest.mark.parametrize(("title", "text", "expected"), CASES)
def test_tree(title: str, text: str, expected: str) -> None:
    assert parse_case(title, text) == expected


def texts() -> list[tuple[str, str]]:
    """Every input of the fixtures, and the chapters of the stock book."""
    stock = sorted((HERE / "books/stock").rglob("*.md"))
    inputs = [(f"{path.stem}:{line}", text) for path in FIXTURES for line, _, text, _ in read_fixture_file(path)]
    return [*inputs, *((path.name, path.read_text(encoding="utf-8")) for path in stock)]


def words_in_place(chapter: d.Chapter, text: str) -> tuple[int, list[str]]:
    """How many nodes begin with a letter, and those of them that do not stand where they say."""
    files = {**INCLUDED, FILE: text}
    seen, wrong = 0, []
    made = {id(node) for one in d.walk_chapter(chapter) if isinstance(one, d.Figure) for node in d.walk((one.data,))}
    for node in d.walk_chapter(chapter):
        if id(node) in made:  # the table of a figure's numbers: nobody wrote it
            continue
        line = files[node.at.file].split("\n")[node.at.line - 1]
        here = line[node.at.column - 1 :]
        if not 1 <= node.at.column <= len(line) + 1:
            wrong.append(f"{node.at} {node}")
        if isinstance(node, d.Text) and node.text[0].isalpha() and not here.startswith(("{{", "&", "<", "\\")):
            seen += 1
            if here[:1] != node.text[0]:
                wrong.append(f"{node.at} {node}")
    return seen, wrong


def test_every_word_stands_where_its_node_says() -> None:
    found = [words_in_place(read(text, INCLUDED)[0], text) for _, text in texts()]
    assert [line for _, wrong in found for line in wrong] == []
    assert sum(seen for seen, _ in found) > 300


def test_positions_hold_with_other_line_ends_and_tabs() -> None:
    text = "\ufeff# T\r\n\r\n-\ta @fig-x\r\n\r\n\tb @fig-y\r>\tc @fig-z\n"
    chapter, problems = read(text)
    places = [(node.at.line, node.at.column) for node in d.walk(chapter.blocks) if isinstance(node, d.ReferenceMark)]
    assert places == [(3, 5), (5, 4), (6, 5)]
    assert problems.found == []


def test_control_characters_are_named_and_gone() -> None:
    chapter, problems = read("# T\n\na\0b \x1b[31m c\u2028d\n")
    assert [(str(one.at), one.code) for one in problems.found] == [
        ("chapter.md:3:2", "control-character"),
        ("chapter.md:3:5", "control-character"),
        ("chapter.md:3:12", "control-character"),
    ]
    assert d.plain_text(chapter.blocks) == "a b  [31m c d"


DEEP = {
    "quotes": "> " * 300 + "x",
    "lists": "".join(f"{'  ' * level}- x\n" for level in range(300)),
    "list marks": "- " * 300 + "x",
    "divs": "::: {.a}\n" * 300 + "x\n" + ":::\n" * 300,
    "brackets": "[" * 300 + "x" + "]" * 300,
    "spans": "[" * 300 + "x" + "]{.a}" * 300,
    "links": "[" * 300 + "x" + "](#a)" * 300,
    "images": "![" * 300 + "x" + "](a)" * 300,
    "notes": "^[" * 300 + "x" + "]" * 300,
    "emphasis": "*a " * 600 + "b*" * 600,
    "strong": "**a " * 600 + "b**" * 600,
    "tags": "<kbd>" * 300 + "x" + "</kbd>" * 300,
    "front matter": "---\ntitle: " + "[" * 3000 + "\n---\n",
    "definitions": "".join(f"{'  ' * level}x\n{'  ' * level}: y\n\n" for level in range(300)),
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting_is_a_complaint(name: str) -> None:
    chapter, problems = read(f"# T\n\n{DEEP[name]}\n" if name != "front matter" else DEEP[name] + "\n# T\n")
    d.plain_text(d.map_nodes(chapter, lambda node: node).blocks)  # no later stage runs out of stack either
    named = {one.code for one in problems.found}
    assert named & {"too-deeply-nested", "broken-front-matter"}


MARKS = r"[ ] [^ ^[ ![ * _a ` ``a < <a <!-- { {# @ @{ -@ [@a; \\ | $ ~ ^ & {{< ' ( [a]( a@b; >".split()  # noqa: SIM905


@pytest.mark.parametrize("mark", [*MARKS, '"', "> ", "- ", ":::\n", "| a\n", ": a\n"])
def test_long_runs_of_one_mark_end(mark: str) -> None:
    read(f"# T\n\n{mark * 3000}\n", math=True)


@pytest.mark.parametrize("mark", ["{{<", "{{< a ", "{{{<", "{{< fact" + " " * 30_000, "{{< a >}}", "[a]({{<"])
def test_long_runs_in_a_value_end(mark: str) -> None:
    text = (mark * 70_000)[:200_000]
    read(f'# T\n\n[word]{{title="{text}"}} {text}\n')


def test_files_that_include_others_twice_come_to_an_end() -> None:
    files = {f"{step}.md": f"{{{{< include {step + 1}.md >}}}}\n" * 2 for step in range(19)} | {"19.md": "Text. " * 50}
    _, problems = read("# T\n\n{{< include 0.md >}}\n", files)
    assert {(one.code, one.message) for one in problems.found} == {
        ("file-too-large", "this chapter includes more than 1,000,000 characters")
    }


def test_broken_text_never_stops_the_program() -> None:
    """Pieces of every fixture in another order, always the same ones: only complaints, and each at a real place."""
    chance = random.Random(7)
    pieces = [piece for _, text in texts() for piece in re.split(r"(?<=[\s\]\[(){}:@*>|-])", text) if piece]
    for _ in range(300):
        text = "# T\n\n" + "".join(chance.choices(pieces, k=40))
        chapter, problems = read(text, INCLUDED)
        assert words_in_place(chapter, text)[1] == []
        lines = {**INCLUDED, FILE: text}
        for one in problems.found:
            assert one.at.line <= lines[one.at.file].count("\n") + 1, one


def test_every_complaint_is_shown_in_a_fixture() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in [*SYNTAX.glob("*.py"), SYNTAX.parent / "parse.py"])
    used = {code for code in explanations() if f'"{code}"' in source} - {"image", "div"}
    shown = set(re.findall(r"(?m)^[!?] \S+ ([a-z-]+):", "".join(path.read_text("utf-8") for path in FIXTURES)))
    assert used - shown <= {"missing-title", "control-character", "too-deeply-nested", "file-too-large"}  # tested here
    # Told by what reads files and settings.
    assert shown - used <= {"missing-file", "broken-toml", "broken-csv", "wrong-setting", "unknown-setting"}


def test_a_chapter_without_title() -> None:
    assert [(str(one.at), one.code) for one in read("Text\n")[1].found] == [("chapter.md:1:1", "missing-title")]


def test_problems_of_all_chapters_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text('[book]\ntitle = "B"\nlanguage = "en"\nchapters = ["a.md", "c/b.md"]\n')
    (tmp_path / "c").mkdir()
    (tmp_path / "a.md").write_text("# A\n\n<b>x</b>\n\n{{< include c/part.md >}}\n")
    (tmp_path / "c/b.md").write_text(
        "# B\n\n{{< include part.md >}}\n\n{{< include a.md >}}\n\n{{< include ../no.md >}}\n"
    )
    (tmp_path / "c/part.md").write_text("x ^[]\n")
    problems = Problems()
    manuscript = read_manuscript(tmp_path, problems, datetime.date(2026, 1, 1))
    with pytest.raises(Stopped) as stopped:
        parse(manuscript, problems)
    assert [(str(one.at), one.code) for one in stopped.value.problems] == [
        ("a.md:1:1", "second-title"),  # a whole chapter included
        ("a.md:3:1", "raw-html"),
        ("c/b.md:7:1", "missing-file"),
        ("c/part.md:1:3", "empty-note"),
    ]


if __name__ == "__main__":
    for path in FIXTURES:
        parts = []
        for _, title, text, _ in read_fixture_file(path):
            parts.append(f"{title}\n.\n{text}.\n{parse_case(title, text)}.\n")
        path.write_text("\n".join(parts), encoding="utf-8")


def test_a_chapter_is_parsed_again_only_where_something_of_it_is_new(tmp_path: Path) -> None:
    book, known = shutil.copytree(BOOKS / "stock", tmp_path / "book"), Known()
    included = book / "chapters/more.md"
    words = included.read_text(encoding="utf-8")

    def parsed() -> tuple[d.Draft, Problems]:
        problems = Problems()
        return parse(read_manuscript(book, problems, TODAY), problems, known), problems

    first, _ = parsed()
    again, _ = parsed()
    assert all(old is new for old, new in zip(first.chapters, again.chapters, strict=True))
    included.write_text(f"{words}\nAn edit.[^edit]\n\n[^edit]: It is.\n", encoding="utf-8")
    edited, _ = parsed()
    assert [new.name for old, new in zip(first.chapters, edited.chapters, strict=True) if old is not new] == ["words"]
    assert edited == parse(read_manuscript(book, Problems(), TODAY), Problems())


def test_what_is_wrong_with_a_known_chapter_is_told_each_time(tmp_path: Path) -> None:
    book, known = shutil.copytree(BOOKS / "stock", tmp_path / "book"), Known()
    (book / "chapters/more.md").write_text("A picture ![](images/none.svg)\n", encoding="utf-8")
    told = []
    for _ in range(2):
        problems = Problems()
        with pytest.raises(Stopped) as stopped:
            parse(read_manuscript(book, problems, TODAY), problems, known)
        told.append([str(problem) for problem in stopped.value.problems])
    assert told[0] == told[1]
    assert "A picture ![](images/none.svg)" in told[1][0]
