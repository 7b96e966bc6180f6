"""The folder of a book: what is read, in which order, and what is refused."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from ketapub.book_folder import BookFolder
from ketapub.callouts import BUILT_IN
from ketapub.manuscript import Manuscript, chapter_name, read_manuscript
from ketapub.problems import Position, Problems, Stopped
from ketapub.theme import load_theme

TODAY = datetime.date(2026, 11, 23)
AT = Position("a.md", 3, 7)
HEAD = '[book]\ntitle = "T"\nlanguage = "en"\n'


def make(root: Path, toml: str, *names: str) -> Path:
    """A book folder with this book.toml and a line of text in each named file."""
    (root / "book.toml").write_text(toml, encoding="utf-8")
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {name}\n", encoding="utf-8")
    return root


def stopped(root: Path) -> Stopped:
    with pytest.raises(Stopped) as caught:
        read_manuscript(root, Problems(), TODAY)
    return caught.value


def read(root: Path) -> Manuscript:
    return read_manuscript(root, Problems(), TODAY)


def test_sources_stand_in_reading_order(tmp_path: Path) -> None:
    toml = (
        HEAD + 'frontmatter = ["00-first.md"]\nbackmatter = ["c/90-last.md"]\n'
        '[[parts]]\ntitle = "One"\nchapters = ["c/1-a.md"]\n'
        '[[parts]]\ntitle = "Two"\nchapters = ["c/2-b.md", "./c/3-c.md"]\n'
        '[bibliography]\nfiles = ["r.json"]\n'
    )
    manuscript = read(make(tmp_path, toml, "00-first.md", "c/1-a.md", "c/2-b.md", "c/3-c.md", "c/90-last.md", "r.json"))
    assert [(one.name, one.role, one.part, one.path) for one in manuscript.sources] == [
        ("first", "front", "", "00-first.md"),
        ("a", "body", "One", "c/1-a.md"),
        ("b", "body", "Two", "c/2-b.md"),
        ("c", "body", "Two", "c/3-c.md"),
        ("last", "back", "", "c/90-last.md"),
    ]
    assert manuscript.sources[1].text == "# c/1-a.md\n"
    assert manuscript.references == (("r.json", b"# r.json\n"),)


def test_a_pattern_means_its_files_in_order(tmp_path: Path) -> None:
    manuscript = read(
        make(tmp_path, HEAD + 'chapters = ["c/*.md"]', "c/02-b.md", "c/01-a.md", "c/.hidden.md", "c/x.txt")
    )
    assert [one.name for one in manuscript.sources] == ["a", "b"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("chapters/01-short-answer.md", "short-answer"),
        ("7.Über uns.md", "über-uns"),
        ("02.md", "chapter-02"),
        ("A_b.c.md", "a_b.c"),
    ],
)
def test_chapter_names(path: str, name: str) -> None:
    assert chapter_name(path) == name


@pytest.mark.parametrize(
    ("chapters", "code", "column"),
    [
        ('["a.md", "a.md"]', "duplicate-chapter", 21),
        ('["a.md", "./a.md"]', "duplicate-chapter", 21),
        ('["a.md", "2-A.md"]', "chapter-name-taken", 21),
        ('["a.md", "1-index.md"]', "chapter-name-taken", 21),
        ('["a.md", "b.txt"]', "wrong-setting", 21),
        ('["a.md", "gone.md"]', "missing-file", 21),
        ('["a.md", "x/*.md"]', "missing-file", 21),
        ('["a.md", "**a/*.md"]', "wrong-setting", 21),
        ('["a.md", "../a.md"]', "outside-book", 21),
        ('["a.md", "../*.md"]', "outside-book", 21),
    ],
)
def test_a_list_of_chapters_with_a_mistake(tmp_path: Path, chapters: str, code: str, column: int) -> None:
    root = make(tmp_path, HEAD + f"chapters = {chapters}", "a.md", "2-A.md", "1-index.md", "b.txt")
    found = stopped(root)
    assert [(one.code, one.at) for one in found.problems] == [(code, Position("book.toml", 4, column))]
    assert not found.usage


def test_every_missing_file_is_named_in_one_run(tmp_path: Path) -> None:
    root = make(tmp_path, HEAD + 'chapters = ["a.md", "b.md"]\n[bibliography]\nfiles = ["r.json"]\n')
    assert [one.at.line for one in stopped(root).problems] == [4, 4, 6]


def test_no_book_is_wrong_usage(tmp_path: Path) -> None:
    found = stopped(tmp_path)
    assert ([one.code for one in found.problems], found.usage) == (["no-book"], True)


@pytest.mark.parametrize("toml", ["[book", "[book]\n", HEAD + "chapters = [1]"])
def test_a_broken_book_toml_is_wrong_usage(tmp_path: Path, toml: str) -> None:
    assert stopped(make(tmp_path, toml)).usage


def test_a_book_toml_in_another_encoding_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_bytes(HEAD.encode("utf-16"))
    found = stopped(tmp_path)
    assert ([one.code for one in found.problems], found.usage) == (["invalid-utf-8"], True)


@pytest.mark.parametrize(
    ("path", "code", "hint"),
    [
        ("images/fuor.svg", "missing-file", 'did you mean "images/four.svg"?'),
        ("four.svg", "missing-file", 'did you mean "images/four.svg"?'),
        ("images\\four.svg", "missing-file", 'did you mean "images/four.svg"?'),
        ("images/Four.SVG", "missing-file", 'did you mean "images/four.svg"?'),
        ("images/four.svg/x", "missing-file", 'did you mean "images/four.svg"?'),
        ("images", "unreadable-file", ""),
        (".", "unreadable-file", ""),
        ("", "unreadable-file", ""),
        ("a\0b", "unreadable-file", ""),
        ("x" * 5000, "unreadable-file", ""),
        ("loop", "unreadable-file", ""),
        ("pipe", "unreadable-file", ""),
        ("big.bin", "file-too-large", ""),
        ("../outside.txt", "outside-book", "copy the file into the book folder"),
        ("images/../../outside.txt", "outside-book", "copy the file into the book folder"),
        ("link.txt", "outside-book", "copy the file into the book folder"),
        ("folder-link/outside.txt", "outside-book", "copy the file into the book folder"),
        ("/etc/hostname", "outside-book", "give the path from the book folder"),
        ("C:\\x.svg", "outside-book", "give the path from the book folder"),
        ("https://example.org/x.svg", "network-address", "save the file in the book folder"),
        ("//example.org/x.svg", "network-address", "save the file in the book folder"),
        ("file:///etc/hostname", "network-address", "save the file in the book folder"),
        ("data:text/plain,x", "network-address", "save the file in the book folder"),
    ],
)
def test_the_folder_refuses(tmp_path: Path, path: str, code: str, hint: str) -> None:
    root = tmp_path / "book"
    (root / "images").mkdir(parents=True)
    (root / "images/four.svg").write_text("<svg/>")
    (root / "big.bin").write_bytes(b"x" * 1001)
    (tmp_path / "outside.txt").write_text("secret")
    (root / "link.txt").symlink_to("../outside.txt")
    (root / "folder-link").symlink_to("..")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    problems = Problems()
    assert BookFolder(root, largest=1000).read(path, problems, AT) is None
    assert [(one.code, one.at) for one in problems.found] == [(code, AT)]
    assert hint in problems.found[0].hint


def test_a_caller_may_name_the_problem_of_a_missing_file(tmp_path: Path) -> None:
    problems = Problems()
    assert BookFolder(tmp_path).read("x", problems, AT, code="no-book") is None
    assert [one.code for one in problems.found] == ["no-book"]


@pytest.mark.parametrize("name", ["a\x01.md", "a\n.md", "a\udcff.md"])
def test_a_name_that_no_output_can_hold_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# A\n")
    problems = Problems()
    assert BookFolder(tmp_path).find("*.md", problems, AT) == ()
    assert [(one.code, one.hint) for one in problems.found] == [("unreadable-file", "rename the file")]
    assert str(problems.found[0]).isascii()


def test_links_inside_the_book_are_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.txt").symlink_to("a.txt")
    assert BookFolder(tmp_path).read("b.txt", Problems(), AT) == b"x"
    assert BookFolder(tmp_path).read("images/../a.txt", Problems(), AT) == b"x"


def test_text_comes_with_plain_line_ends_and_without_mark(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n")
    problems = Problems()
    assert BookFolder(tmp_path).read_text("a.md", problems, AT) == "one\ntwo\nthree\n"
    problems.add("missing-file", Position("a.md", 2), "said")
    assert problems.found[0].source == "two"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"ok\nna\xefve", Position("a.md", 2, 3)),
        ("ok\r\nŒuvre caf".encode() + b"\xe9", Position("a.md", 2, 10)),
        (b"\xff\xfeo\0", Position("a.md", 1, 1)),
        (b"cut short \xe2\x82", Position("a.md", 1, 11)),
    ],
)
def test_the_first_byte_that_is_no_utf_8_is_pointed_at(tmp_path: Path, data: bytes, place: Position) -> None:
    (tmp_path / "a.md").write_bytes(data)
    problems = Problems()
    assert BookFolder(tmp_path).read_text("a.md", problems, AT) is None
    assert [(one.code, one.at) for one in problems.found] == [("invalid-utf-8", place)]


def theme(root: Path) -> Path:
    for name, text in {"print.css": "p {}", "icons/note.svg": "<svg>n</svg>", "icons/tip.svg": "<svg>t</svg>"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "fonts").mkdir()
    (root / "fonts/A.ttf").write_bytes(b"font")
    return root


def test_the_theme_gives_sheets_icons_and_fonts(tmp_path: Path) -> None:
    found = load_theme(theme(tmp_path))
    assert dict(found.css) == {"print.css": "p {}"}
    assert found.icon("tip") == "<svg>t</svg>"
    assert found.icon("keypoints") == "<svg>n</svg>"  # no icon of its own
    assert found.fonts == ("fonts/A.ttf",)
    assert found.read("fonts/A.ttf") == b"font"


@pytest.mark.parametrize(
    ("icon", "code"), [("tpi", "unknown-icon"), ("icons/gone.svg", "missing-file"), ("x.svg", "missing-file")]
)
def test_an_icon_of_a_callout_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, icon: str, code: str) -> None:
    folder = theme(tmp_path / "theme")
    monkeypatch.setattr("ketapub.theme.theme_folder", lambda: folder)
    load_theme.cache_clear()
    book = tmp_path / "book"
    book.mkdir()
    found = stopped(make(book, HEAD + f'chapters = ["a.md"]\n[callouts.x]\nicon = "{icon}"\n', "a.md"))
    load_theme.cache_clear()
    assert [(one.code, one.at) for one in found.problems] == [(code, Position("book.toml", 6, 1))]


def test_good_icons_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = theme(tmp_path / "theme")
    monkeypatch.setattr("ketapub.theme.theme_folder", lambda: folder)
    load_theme.cache_clear()
    book = tmp_path / "book"
    book.mkdir()
    toml = HEAD + 'chapters = ["a.md"]\n[callouts.note]\nicon = "note"\n'
    toml += '[callouts.x]\nicon = "tip"\n[callouts.y]\nicon = "i/y.svg"\n'
    assert read(make(book, toml, "a.md", "i/y.svg")).info.callouts["y"].icon == "i/y.svg"
    load_theme.cache_clear()


def test_the_built_in_theme_is_found_and_has_the_icons_of_the_built_in_callouts() -> None:
    assert {kind.icon for kind in BUILT_IN.values()} <= load_theme().icons.keys()
