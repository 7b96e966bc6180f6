"""A book's own style sheets: whatever they load is a file of the book, in every spelling of CSS."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketapub.book_folder import BookFolder
from ketapub.problems import Problems
from ketapub.stylesheets import check_css, files_named, with_addresses


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    for name in ("css/more", "fonts", "images"):
        (folder / name).mkdir(parents=True)
    for name in ("fonts/a.ttf", "fonts/My Font.woff2", "images/a.png", "images/a.svg", "css/notes.txt"):
        (folder / name).write_bytes(b"x")
    (tmp_path / "outside.png").write_bytes(b"x")
    (folder / "images" / "link.png").symlink_to(tmp_path / "outside.png")
    return folder


def check(root: Path, text: str) -> tuple[str, list[str]]:
    problems = Problems()
    css = check_css(text, "css/mine.css", BookFolder(root), problems)
    return css, [f"{problem.at}: {problem.code}" for problem in problems.in_order()]


def good(root: Path, text: str) -> str:
    css, found = check(root, text)
    assert found == []
    return css


GOOD = [
    ("p { color: red }", "p { color: red }", ()),
    ('@charset "utf-8"; p { color: red }', "p { color: red }", ()),
    ("p { background: url(../images/a.png) }", 'p { background: url("book:images/a.png") }', ("images/a.png",)),
    (
        "p { background: url( '../images/a.png?v=2#x' ) }",
        'p { background: url("book:images/a.png") }',
        ("images/a.png",),
    ),
    ("p{b:u\\72l(../images/a.png)}", 'p{b:url("book:images/a.png")}', ("images/a.png",)),
    ("p{b:src('../images/a.png')}", 'p{b:url("book:images/a.png")}', ("images/a.png",)),
    ('p{b:image-set("../images/a.png" 1x)}', 'p{b:image-set(url("book:images/a.png") 1x)}', ("images/a.png",)),
    ("p{--x:url(../images/a.svg)}", 'p{--x:url("book:images/a.svg")}', ("images/a.svg",)),
    (
        '@font-face{src:url("../fonts/My Font.woff2") format("woff2"),url(../fonts/a.ttf)}',
        '@font-face{src:url("book:fonts/My%20Font.woff2") format("woff2"),url("book:fonts/a.ttf")}',
        ("fonts/My Font.woff2", "fonts/a.ttf"),
    ),
    ("p{b:url(../fonts/My%20Font.woff2)}", 'p{b:url("book:fonts/My%20Font.woff2")}', ("fonts/My Font.woff2",)),
    ("p{filter:url(#blur)}", 'p{filter:url("#blur")}', ()),
    ("@media print{a{b:url(../images/a.png)}}", '@media print{a{b:url("book:images/a.png")}}', ("images/a.png",)),
    ('@page{@top-left{content:"(a"}}', '@page{@top-left{content:"(a"}}', ()),
    ("a{b:c}/* } { url(http://example.org) */", "a{b:c}", ()),
    ("a{&:hover{color:red}}", "a{&:hover{color:red}}", ()),
    ('a{content:"url(http://example.org)"}', 'a{content:"url(http://example.org)"}', ()),
]


@pytest.mark.parametrize(("text", "expected", "files"), GOOD, ids=[text for text, *_ in GOOD])
def test_files_of_the_book(root: Path, text: str, expected: str, files: tuple[str, ...]) -> None:
    css = good(root, text)
    assert css == expected
    assert files_named(css) == files


OUTSIDE = [
    "url(https://example.org/a.png)",
    "url('HTTP://example.org/a.png')",
    "url(//example.org/a.png)",
    "url(\\68ttps://example.org/a.png)",
    "u\\72l(https://example.org/a.png)",
    "src('https://example.org/a.png')",
    "url(data:image/png;base64,AAAA)",
    "url(file:///etc/passwd)",
    "url(book:../outside.png)",
    "url(/etc/passwd)",
    "url(\\\\example.org\\a.png)",
    "url('\\5c\\5c example.org/a.png')",
    "url(../../outside.png)",
    "url(%2e%2e/%2e%2e/outside.png)",
    "url('')",
    "url(../images/link.png)",
    "local('Arial')",
    "image-set('https://example.org/a.png' 1x)",
    "-webkit-image-set(url(https://example.org/a.png) 1x)",
    "cross-fade(url(https://example.org/a.png), red)",
]


@pytest.mark.parametrize("value", OUTSIDE)
@pytest.mark.parametrize("form", ["p{b:%s}", "p{--x:%s}", "@media print{p{b: red %s}}", "@font-face{src:%s}"])
def test_nothing_outside_the_book(root: Path, form: str, value: str) -> None:
    _, found = check(root, form % value)
    code = "outside-book" if "link.png" in value else "css-outside-book"
    assert [line.rpartition(" ")[2] for line in found] == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("p{width:expression(alert(1))}", "css-not-allowed"),
        ("p{width:e\\78pression(alert(1))}", "css-not-allowed"),
        ("p{behavior:url(#x)}", "css-not-allowed"),
        ("p{-moz-binding:url(#x)}", "css-not-allowed"),
        ("p{b:url(javascript:alert)}", "css-not-allowed"),
        ("p{b:url('java\\a script:alert(1)')}", "css-not-allowed"),
        ("p{b:image('a.png')}", "css-not-allowed"),
        ("p{b:src(var(--x))}", "css-not-allowed"),
        ("p{b:image-set(var(--x) 1x)}", "css-not-allowed"),
        ("p{b:url(notes.txt)}", "css-not-allowed"),
        ('@namespace e "http://www.idpf.org/2007/ops";', "css-not-allowed"),
        ('@import "a.css" layer(x);', "css-not-allowed"),
        ('@import "notes.txt";', "css-not-allowed"),
        ('@import "https://example.org/a.css";', "css-outside-book"),
        ("@import url(//example.org/a.css) print;", "css-outside-book"),
        ('@import "../../a.css";', "css-outside-book"),
        ('@import "gone.css";', "missing-file"),
        ("p{b:url(gone.png)}", "missing-file"),
        ("@import;", "broken-css"),
        ("p{} @import 'more/a.css';", "broken-css"),
        ("p{color}", "broken-css"),
        ("p{color:red} }", "broken-css"),
        ("p{color:red)}", "broken-css"),
        ("p{b:url(a b)}", "broken-css"),
        ("@media print{p{color}}", "broken-css"),
        ("p{color:red", "broken-css"),
        ("p{color:rgb(1}", "broken-css"),
        ("p", "broken-css"),
        ("(" * 100_000, "broken-css"),
        ("{" * 100_000, "broken-css"),
        ("a{}" * 400_000, "broken-css"),
    ],
)
def test_what_is_wrong_with_a_sheet(root: Path, text: str, code: str) -> None:
    _, found = check(root, text)
    assert found
    assert {line.rpartition(" ")[2] for line in found} == {code}


def test_line_and_column(root: Path) -> None:
    text = "p { color: red }\n\nh1 {\n  color: red;\n  background: url(http://example.org/a.png);\n  wide\n}\n"
    assert check(root, text)[1] == ["css/mine.css:5:15: css-outside-book", "css/mine.css:6:7: broken-css"]


def test_imports_stand_in_their_places(root: Path) -> None:
    (root / "css" / "more" / "a.css").write_text('@import "b.css" print and (color);\na { b: url(../../images/a.png) }')
    (root / "css" / "more" / "b.css").write_text("b { color: red }")
    css = good(root, '@import url(more/a.css);\n@import "more/b.css";\np { color: red }')
    assert css.split("\n") == [
        "@media print and (color) {",
        "b { color: red }",
        "}",
        'a { b: url("book:images/a.png") }',
        "b { color: red }",
        "p { color: red }",
    ]


def test_a_problem_in_an_imported_sheet_stands_there(root: Path) -> None:
    (root / "css" / "more" / "a.css").write_text("\np { b: url(http://example.org) }")
    assert check(root, '@import "more/a.css";')[1] == ["css/more/a.css:2:8: css-outside-book"]


@pytest.mark.parametrize("second", ["mine.css", "./mine.css", "more/../mine.css"])
def test_a_circle_of_imports(root: Path, second: str) -> None:
    (root / "css" / "a.css").write_text(f'@import "{second}";')
    assert check(root, '@import "a.css";')[1] == ["css/a.css:1:1: broken-css"]


def test_imports_that_multiply(root: Path) -> None:
    for number in range(12):
        (root / "css" / f"{number}.css").write_text(f'@import "{number + 1}.css";' * 2)
    (root / "css" / "12.css").write_text("p { color: red }")
    css, found = check(root, '@import "0.css";')
    assert css.count("color") < 100
    assert {line.rpartition(" ")[2] for line in found} == {"broken-css"}


def test_nothing_ends_the_element_that_holds_the_sheet(root: Path) -> None:
    css = good(root, 'p::before{content:"</style><script>]]>"}')
    assert "</" not in css
    assert "]]>" not in css


def test_addresses_of_a_format(root: Path) -> None:
    css = good(root, "p{b:url(../images/a.png)} q{b:url('../fonts/My Font.woff2');content:'book:x'}")
    shown = with_addresses(css, lambda path: "../files/" + path.replace(" ", "_"))
    assert 'url("../files/images/a.png")' in shown
    assert 'url("../files/fonts/My_Font.woff2")' in shown
    assert shown.count("book:") == 1
