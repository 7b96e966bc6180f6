"""book.toml: every setting is read, every mistake is named at its place."""

from __future__ import annotations

import dataclasses
import datetime
import json

import pytest

from ketapub.book_toml import read_info
from ketapub.callouts import BUILT_IN, find, label
from ketapub.info import BookSettings, Info, schema, show
from ketapub.problems import Position, Problems, explanations
from ketapub.settings import LONGEST_MESSAGE, MOST_PROBLEMS, settings_of, toml
from ketapub.shapes import Length, isbn_digits, language_tag
from ketapub.slugs import file_slug, slug
from ketapub.toml_file import DEEPEST, LONGEST
from ketapub.toml_places import key_places

TODAY = datetime.date(2026, 11, 23)
LEAST = '[book]\ntitle = "Living well"\nlanguage = "en"\nchapters = ["a.md"]\n'


def read(text: str, today: datetime.date = TODAY) -> Info:
    problems = Problems()
    info = read_info(text, problems, today)
    assert not problems.found
    assert info is not None
    return info


def complaints(text: str) -> list[tuple[str, str, str, str]]:
    """What is wrong with a book.toml: code, "line:column", message, hint."""
    problems = Problems()
    assert read_info(text, problems, TODAY) is None
    return [(one.code, f"{one.at.line}:{one.at.column}", one.message, one.hint) for one in problems.in_order()]


def test_the_least_book_has_every_default() -> None:
    info = read(LEAST)
    assert info.book.title == "Living well"
    assert info.book.slug == "living-well"
    assert info.book.identifier.startswith("urn:uuid:")
    assert info.book.formats == ("pdf", "epub", "html")
    assert info.print_.trim == ("6in", "9in")
    assert info.callouts == BUILT_IN
    assert (info.review, info.crisis, info.handouts, info.checks) == (None, None, None, None)
    assert not info.overdue


def test_values_come_typed() -> None:
    info = read(
        LEAST + 'date = 2026-11-23\ncontributors = [{ name = "A", role = "ill" }]\n'
        '[large-print]\nsize = 20\n[print]\npaper-caliper = "0.1 mm"\n[isbn]\nlarge-print = "978-0-306-40615-7"\n'
        '[vars]\nword = "x"\nnumber = 3\nday = 2026-01-02\n'
    )
    assert info.book.date == TODAY
    assert info.book.contributors[0].role == "ill"
    assert info.large_print.size == 20
    assert info.print_.paper_caliper == "0.1mm"
    assert info.isbn.large_print == "978-0-306-40615-7"
    assert info.vars == {"word": "x", "number": "3", "day": "2026-01-02"}


@pytest.mark.parametrize(
    ("text", "points"), [("1in", 72), ("2.54cm", 72), ("25.4mm", 72), ("12pt", 12), ("1pc", 12), ("4px", 3)]
)
def test_lengths_know_their_points(text: str, points: float) -> None:
    assert Length(text).points == pytest.approx(points)


def test_parts_replace_chapters() -> None:
    head = '[book]\ntitle = "T"\nlanguage = "en"\n'
    info = read(head + '[[parts]]\ntitle = "One"\nchapters = ["a.md"]\n[[parts]]\ntitle = "Two"\nchapters = ["b.md"]\n')
    assert [(part.title, part.chapters) for part in info.parts] == [("One", ("a.md",)), ("Two", ("b.md",))]
    assert info.at("parts.1.chapters.0") == Position("book.toml", 9, 13)
    both = complaints(LEAST + '[[parts]]\ntitle = "One"\nchapters = ["b.md"]\n')
    assert both[0][:3] == ("wrong-setting", "5:3", "a book has chapters or [[parts]], not both")


def test_each_setting_knows_its_place() -> None:
    info = read(LEAST + '\n[bibliography]\nfiles = [  # where they lie\n  "a.json",\n  "b.bib",\n]\n')
    assert info.at("book.title") == Position("book.toml", 2, 1)
    assert info.at("bibliography.files.1") == Position("book.toml", 9, 3)
    assert info.at("bibliography.style") == Position("book.toml", 6, 2)  # not written: its table
    assert info.at("press.bleed") == Position("book.toml")  # no table either


def test_places_in_every_form_of_toml() -> None:
    text = (
        'a.b = 1 # x = [\n"c d" = """\n[no]\n"""\n[t."u.v"]\nw = [[1, 2], {x = "]", y = \'}\'}] # ]\n'
        "[[list]]\nk = 2026-11-23T10:00:00\n[list.sub]\nz = 1.5\n[[list]]\nk = '''it's'''\n"
    )
    places = {path: (at.line, at.column) for path, at in key_places(text, "f").items()}
    assert places["a.b"] == (1, 1)
    assert places["c d"] == (2, 1)
    assert places["t.u.v"] == (5, 2)
    assert places["t.u.v.w"] == (6, 1)
    assert places["t.u.v.w.0.1"] == (6, 10)
    assert places["t.u.v.w.1.y"] == (6, 24)
    assert places["list.0.k"] == (8, 1)
    assert places["list.0.sub.z"] == (10, 1)
    assert places["list.1.k"] == (12, 1)
    assert not any("no" in path.split(".") for path in places)


@pytest.mark.parametrize(
    ("text", "code", "place", "said"),
    [
        (LEAST + 'titel = "x"', "unknown-setting", "5:1", 'did you mean "title"?'),
        (LEAST + "[bokk]\n", "unknown-setting", "5:2", 'did you mean "book"?'),
        ('title = "x"\n' + LEAST, "unknown-setting", "1:1", "it belongs in [book]"),
        (LEAST + "edition = true", "wrong-setting", "5:1", "must be a whole number, not true or false"),
        (LEAST + f'[handouts]\nsafety-line = "{"word " * 26}"', "wrong-setting", "6:1", "has 26 words, more than 25"),
        (LEAST + "edition = 0", "wrong-setting", "5:1", "between 1 and 999"),
        (LEAST + 'date = "2026-11-23"', "wrong-setting", "5:1", "without quotes"),
        (LEAST + "date = 2026-11-23T10:00:00", "wrong-setting", "5:1", "a date with a time"),
        (LEAST + 'subjects = "x"', "wrong-setting", "5:1", "must be a list in brackets, not a text"),
        (LEAST + "subjects = ['x', 2]", "wrong-setting", "5:18", "entry 2 of subjects must be a text"),
        (LEAST + 'formats = ["pdf", "epbu"]', "wrong-setting", "5:19", 'did you mean "epub"?'),
        (LEAST + 'formats = ["pdf", "pdf"]', "wrong-setting", "5:19", 'names "pdf" twice'),
        (LEAST + 'slug = "../x"', "wrong-setting", "5:1", 'slug cannot be "../x"'),
        (LEAST + 'slug = "con.x"', "wrong-setting", "5:1", 'slug cannot be "con.x"'),
        (LEAST + 'slug = "report"', "wrong-setting", "5:1", 'slug cannot be "report"'),
        (LEAST + 'identifier = "urn:uuid:12"', "wrong-setting", "5:1", "identifier cannot be"),
        (LEAST + 'publisher = "a\\u0007b"', "wrong-setting", "5:1", "U+0007"),
        (LEAST + '[site]\nurl = "example.org"', "wrong-setting", "6:1", "https://"),
        (LEAST + '[print]\ntrim = ["6in"]', "wrong-setting", "6:1", "needs 2 entries, not 1"),
        (LEAST + '[print]\ntrim = ["6in", "9 inches"]', "wrong-setting", "6:16", "no length"),
        (LEAST + "[booklet]\nsignature = 6", "wrong-setting", "6:1", "a multiple of 4"),
        (LEAST + '[booklet]\ncreep = "1.1mm"', "wrong-setting", "6:1", "at most 1mm"),
        (LEAST + "[large-print]\nsize = nan", "wrong-setting", "6:1", "between 14 and 36"),
        (LEAST + '[isbn]\nprint = "978-0-306-40615-8"', "wrong-isbn", "6:1", "check digit"),
        (LEAST + "print = 1\n[print]\n", "unknown-setting", "5:1", 'no setting "print" in [book]'),
        (LEAST.replace('"en"', '"en_US"'), "wrong-setting", "3:1", 'did you mean "en-US"?'),
        (LEAST.replace('"en"', '"english"'), "wrong-setting", "3:1", "BCP 47"),
        (LEAST.replace('["a.md"]', "[]"), "missing-setting", "1:2", '[book] needs "chapters"'),
        (LEAST.replace('"Living well"', '""'), "missing-setting", "1:2", '[book] needs "title"'),
        (
            LEAST.replace('chapters = ["a.md"]', "[[parts]]\nchapters = ['b.md']"),
            "missing-setting",
            "4:3",
            'entry 1 of parts needs "title"',
        ),
        (LEAST + 'trim = ["6in", "9in"]', "unknown-setting", "5:1", "it belongs in [print]"),
        (LEAST + "[vars]\nx = [1]", "wrong-setting", "6:1", "must be a text, not a list"),
        (LEAST + "[review]\nreviewed = 2026-02-02\nnext-review = 2026-02-01", "wrong-setting", "7:1", "must be later"),
        (LEAST + "[crisis]\nmore = ['x']", "wrong-setting", "5:2", "names no help"),
        (LEAST + "[callouts.x]\nframe = 'bars'", "wrong-setting", "6:1", 'did you mean "bar"?'),
        (LEAST + "[callouts.x]\nurgency = 'urgnt'", "wrong-setting", "6:1", 'did you mean "urgent"?'),
        (LEAST + "[callouts.x]\nprefix = 'fig'", "callout-prefix-taken", "6:1", "belongs to the program"),
        (LEAST + "[callouts.x]\nprefix = 'wrn'", "callout-prefix-taken", "6:1", "belongs to the kind warning"),
        (LEAST + "[callouts.x]\nlabel = { english = 'X' }", "wrong-setting", "6:11", "no language tag"),
        (LEAST + "[callouts.X]\n", "wrong-setting", "5:2", "lower-case"),
        (LEAST + "[callouts]\nx = 1\n", "wrong-setting", "6:1", "must be a table"),
        (LEAST + "[checks]\nmissing-fiel = 'off'", "unknown-setting", "6:1", 'did you mean "missing-file"?'),
        (LEAST + "[checks]\nmissing-file = 'off'", "wrong-setting", "6:1", "is always an error"),
        (LEAST + "[checks]\nmax-age = { label = '1 year' }", "wrong-setting", "6:13", "5y"),
        (LEAST + "[checks]\nreading-grade = { max = 99 }", "wrong-setting", "6:19", "between 1 and 20"),
    ],
)
def test_a_mistake_is_named_at_its_place(text: str, code: str, place: str, said: str) -> None:
    found = complaints(text)
    assert [(one[0], one[1]) for one in found] == [(code, place)]
    assert said in " | ".join(found[0])


def test_all_mistakes_come_at_once() -> None:
    found = complaints('[book]\ntitel = "x"\nlanguage = "xx_"\n[pres]\n[isbn]\nepub = "1"\n')
    assert [one[0] for one in found] == [
        "missing-setting",  # title
        "missing-setting",  # chapters
        "unknown-setting",
        "wrong-setting",
        "unknown-setting",
        "wrong-isbn",
    ]


def test_an_empty_file_says_what_a_book_needs() -> None:
    assert [one[2] for one in complaints("")] == [f'[book] needs "{key}"' for key in ("title", "language", "chapters")]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[book]\ntitle = Living well\n", "2:9", "straight quotes"),
        ("[book\n", "1:6", "expected ']'"),
        ("[book]\ntitle = 'x", "2:11", "expected"),
        ("a = 1\na = 2\n", "2:6", "cannot overwrite"),
        ("a = " + "[" * 100_000, "0:0", "nested too deeply"),
        ("a = " + "1" * 10_000, "0:0", "4300 digits"),
        (".".join("a" * (DEEPEST + 1)) + " = 1", "1:1", "a key of more than"),
        (".".join([r'"\""'] * 100_000) + " = 1", "1:1", "a key of more than"),
        ("k" * 400_000 + " = [" + "1," * 200_000 + "]", "1:1", "the key"),
        (f"[{'1' * 5_000}]\nx = 1", "1:2", "the key"),
    ],
)
def test_what_is_no_toml_is_a_problem_with_its_place(text: str, place: str, said: str) -> None:
    ((code, at, message, hint),) = complaints(text)
    assert (code, at) == ("broken-toml", place)
    assert said in message + hint


def test_a_huge_file_is_refused_unread() -> None:
    assert complaints("#" * (LONGEST + 1))[0][0] == "file-too-large"


def test_thousands_of_mistakes_are_not_all_reported() -> None:
    found = complaints("".join(f"key{number} = 1\n" for number in range(3000)))
    assert len(found) == MOST_PROBLEMS


def test_a_message_repeats_only_the_beginning_of_a_long_value() -> None:
    ((_, _, message, _),) = complaints(LEAST.replace('"en"', '"' + "x" * 10_000 + '"'))
    assert len(message) <= LONGEST_MESSAGE + 1


def test_wild_but_valid_toml_is_only_unknown() -> None:
    deep = "x = " + "[" * 50 + "]" * 50 + "\n" + "y." * (DEEPEST - 2) + "z = {a = [{b = 1}]}\n"
    assert [one[0] for one in complaints(deep + LEAST)] == ["unknown-setting", "unknown-setting"]


def test_show_gives_settings_that_read_the_same() -> None:
    info = read(
        LEAST
        + 'date = 2026-11-23\ncontributors = [{ name = "A \\"B\\"\\\\", role = "ill" }]\n[vars]\n"odd key" = "x\\ty"\n'
        '[review]\nnext-review = 2026-01-01\n[callouts.keypoints]\nlabel = "Key points"\nprefix = "key"\n'
        '[callouts.warning]\nlabel = { es = "¡Ojo!" }\nheading = true\n[crisis]\ncall = "988"\n'
        '[handouts]\nfiles = ["h/*.md"]\n[checks]\nmax-age = { label = "1y" }\nreading-grade = { max = 8.5 }\n'
        '[isbn]\nepub = "0-306-40615-2"\n'
    )
    assert read(show(info)) == info
    parts = read('[[parts]]\ntitle = "One"\nchapters = ["a.md"]\n[book]\ntitle = "T"\nlanguage = "en"\n')
    assert read(show(parts)) == parts


def test_checks_set_how_a_problem_weighs(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = {**explanations(), "mild": {"what": "x"}}
    monkeypatch.setattr("ketapub.info.explanations", lambda: changed)
    monkeypatch.setattr("ketapub.problems.explanations", lambda: changed)
    problems = Problems()
    info = read_info(LEAST + '[checks]\nmild = "warning"\nrules = "r.toml"\n', problems, TODAY)
    assert info is not None
    assert info.checks is not None
    assert (info.checks.rules, info.checks.severities) == ("r.toml", {"mild": "warning"})
    problems.add("mild", Position("a.md"), "said")
    assert [one.severity for one in problems.found] == ["warning"]


@pytest.mark.parametrize(("today", "overdue"), [((2027, 11, 23), False), ((2027, 11, 24), True)])
def test_a_review_is_overdue_on_the_day_after(today: tuple[int, int, int], overdue: bool) -> None:
    assert read(LEAST + "[review]\nnext-review = 2027-11-23\n", datetime.date(*today)).overdue is overdue


def test_the_schema_describes_every_setting() -> None:
    whole = json.loads(json.dumps(schema()))
    assert whole["properties"]["book"]["required"] == ["title", "language"]
    assert whole["properties"]["large-print"]["properties"]["size"]["default"] == 18
    assert whole["properties"]["callouts"]["additionalProperties"]["properties"]["frame"]["enum"][0] == "bar"
    for name, table in whole["properties"].items():
        assert table["description"], name
        for key, one in table.get("properties", {}).items():
            assert one["description"], f"{name}.{key}"


def test_defaults_are_values_that_may_be_written() -> None:
    assert read(show(Info(book=BookSettings(title="T", chapters=("a.md",))))).book.slug == "t"


def test_callouts_of_a_book_come_over_the_built_in_ones() -> None:
    kinds = read(
        LEAST + '[callouts.danger]\nframe = "heavy"\nprefix = "dan"\n[callouts.tip]\nlabel = { es = "Truco" }\n'
    ).callouts
    assert kinds["danger"].icon == "danger"
    assert label(kinds["danger"], "en") == "Danger"
    assert find("DANGER", kinds) == kinds["danger"]  # a declared kind wins over the other name of warning
    assert kinds["tip"].frame == "dotted"
    assert [label(kinds["tip"], tag) for tag in ("es-MX", "en", "de")] == ["Truco", "Tip", "Tipp"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("attention", "warning"),
        ("Error", "warning"),
        ("hint", "tip"),
        ("seealso", "tip"),
        ("admonition", "note"),
        ("note", "note"),
    ],
)
def test_other_names_of_callouts(name: str, kind: str) -> None:
    found = find(name, BUILT_IN)
    assert found is not None
    assert found.name == kind


def test_an_unknown_callout_is_none() -> None:
    assert find("wrning", BUILT_IN) is None


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("978-0-306-40615-7", "9780306406157"),
        ("0-306-40615-2", "9780306406157"),
        ("0-8044-2957-X", "9780804429573"),
        ("978-0-306-40615-8", ""),
        ("0-306-40615-3", ""),
        ("9770306406157", ""),
        ("x", ""),
    ],
)
def test_isbn(text: str, digits: str) -> None:
    assert isbn_digits(text) == digits


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("EN-us", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-1996", "de-1996"),
        ("sl-rozaj", "sl-rozaj"),
        ("en-x-us", "en-x-us"),
        ("en_US", ""),
        ("english", ""),
        ("e", ""),
        ("", ""),
    ],
)
def test_language_tags(text: str, tag: str) -> None:
    assert language_tag(text) == tag


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2. What it isn't: a cure", "what-it-isnt-a-cure"),
        ("Dogs?--in *my* house?", "dogs--in-my-house"),  # the pandoc manual's own example
        ("3.2", ""),
        ("Über  uns", "über-uns"),
    ],
)
def test_slugs_follow_pandoc(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("title", "name"), [("Über Ketamin!", "uber-ketamin"), ("氯胺酮", "book"), ("A: B... c", "a-b-c")]
)
def test_file_names_from_titles(title: str, name: str) -> None:
    assert file_slug(title) == name


def test_the_identifier_is_the_isbn_of_the_epub_or_stays_the_same() -> None:
    assert read(LEAST + '[isbn]\nepub = "978-0-306-40615-7"\n').book.identifier == "urn:isbn:9780306406157"
    assert read(LEAST).book.identifier == read(LEAST + "edition = 1\n").book.identifier
    assert read(LEAST).book.identifier != read(LEAST + "edition = 2\n").book.identifier


def test_every_table_is_frozen() -> None:
    info = read(LEAST)
    with pytest.raises(dataclasses.FrozenInstanceError):
        info.book.title = "x"  # type: ignore[misc]
    assert "book" in settings_of(Info)


def test_toml_refuses_what_no_shape_gives() -> None:
    with pytest.raises(TypeError, match="no TOML for object"):
        toml(object())
