"""The passes that give numbers, names and the crisis lines, on small trees made here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ketapub import document as d
from ketapub.callouts import BUILT_IN, Kind
from ketapub.editions import select
from ketapub.info import BookSettings, CrisisSettings, Info, NotesSettings
from ketapub.problems import Problems
from ketapub.resolve.contents import make_contents
from ketapub.resolve.crisis import add_crisis_lines, dialled
from ketapub.resolve.crossrefs import resolve_references
from ketapub.resolve.numbering import number_book

ALARM = Kind("alarm", {"": "Help"}, icon="warning", urgency="emergency", frame="heavy", heading=True, prefix="alm")
INFO = Info(book=BookSettings(title="T", language="en"), callouts={**BUILT_IN, "alarm": ALARM})


def chapter(name: str, *blocks: d.Block, role: d.Role = "body") -> d.Chapter:
    return d.Chapter(name, role, d.Heading(1, (d.Text(name.title()),)), blocks, source=f"{name}.md")


def paragraph(*inlines: d.Inline | str) -> d.Paragraph:
    return d.Paragraph(tuple(d.Text(one) if isinstance(one, str) else one for one in inlines))


def figure(id: str) -> d.Figure:
    return d.Figure((d.Image("x.svg", "alt"),), (d.Text("Caption"),), d.Attributes(id))


def numbered(*chapters: d.Chapter, info: Info = INFO) -> tuple[d.Chapter, ...]:
    problems = Problems()
    found = number_book(chapters, info, problems)
    assert problems.found == []
    return found


def test_an_id_that_a_fact_has_is_taken() -> None:
    problems = Problems()
    written = d.Span((d.Text("x"),), d.Attributes("fact-1"))
    number_book((chapter("one", paragraph(d.Fact("f", "default", (d.Text("9"),)), written)),), INFO, problems)
    assert [(one.code, one.message) for one in problems.found] == [("duplicate-id", 'the id "fact-1" is taken')]


def test_figures_are_numbered_by_chapter_and_plainly_outside_of_numbered_chapters() -> None:
    front = chapter("before", figure("fig-a"), role="front")
    one, two = chapter("one", figure("fig-b"), figure("fig-c")), chapter("two", figure("fig-d"))
    book = numbered(front, one, two)
    numbers = [node.number for part in book for node in part.blocks if isinstance(node, d.Figure)]
    assert numbers == ["1", "1.1", "1.2", "2.1"]
    assert [part.heading.number for part in book] == ["", "1", "2"]


@pytest.mark.parametrize("id", ["fact-1", "cite-1", "ref-rose2002", "ref-only-listed", "references", "fn-one-1"])
def test_no_written_id_is_one_that_the_program_gives(id: str) -> None:
    words = paragraph(d.Fact("f", "default", (d.Text("62"),)), d.CitationMark((d.Cite("rose2002"),)), d.Note(()))
    taking = replace(chapter("one", words, d.Heading(2, (d.Text("B"),), d.Attributes(id))), nocite=("@only-listed",))
    problems = Problems()
    number_book((taking,), INFO, problems)
    assert (problems.found[0].code, problems.found[0].message) == ("duplicate-id", f'the id "{id}" is taken')


def test_a_figure_without_a_reference_id_has_no_number() -> None:
    assert numbered(chapter("one", figure("")))[0].blocks[0].number == ""


@pytest.mark.parametrize(("numbering", "ids"), [("chapter", ["1", "1", "2"]), ("book", ["1", "2", "3"])])
def test_notes_begin_again_in_each_chapter_or_do_not(numbering: str, ids: list[str]) -> None:
    note = d.Note((paragraph("words"),))
    info = replace(INFO, notes=NotesSettings(numbering=numbering))
    book = numbered(chapter("a", paragraph("x", note)), chapter("b", paragraph(note, note)), info=info)
    notes = [node for part in book for node in d.walk_chapter(part) if isinstance(node, d.Note)]
    assert [str(note.number) for note in notes] == ids
    assert [note.id for note in notes] == [f"fn-{name}-{n}" for name, n in zip("abb", ids, strict=True)]


def test_automatic_ids_make_way_for_written_ones_and_for_each_other() -> None:
    written = d.Heading(2, (d.Text("Other"),), d.Attributes("a-same"))
    same = d.Heading(2, (d.Text("Same"),))
    book = numbered(chapter("a", same, written, same))
    assert [node.attributes.id for node in book[0].blocks] == ["a-same-2", "a-same", "a-same-3"]


def test_a_crisis_box_is_called_by_its_label_and_never_numbered() -> None:
    alarm = d.Callout("alarm", (), (paragraph("x"),), d.Attributes("alm-x"))
    warning = d.Callout("warning", (), (paragraph("x"),), d.Attributes("wrn-x"))
    mark = d.ReferenceMark((d.Target("alm-x"), d.Target("wrn-x")))
    problems = Problems()
    book, _ = resolve_references(numbered(chapter("a", alarm, warning, paragraph(mark))), INFO, problems)
    assert d.plain_text(book[0].blocks[2]) == "Help and Warning\N{NO-BREAK SPACE}1.1"
    assert (book[0].blocks[0].level, book[0].blocks[1].level) == (2, 0)


def test_crisis_lines_come_from_the_settings_alone() -> None:
    alarm = d.Callout("alarm", (), (paragraph("Own words."),))
    crisis = CrisisSettings(call="0800-HELP", text="1234", chat="https://help.example/chat", emergency="112")
    with_lines = add_crisis_lines((chapter("a", alarm),), replace(INFO, crisis=crisis))[0].blocks[0]
    links = [(d.plain_text(node), node.target) for node in d.walk(with_lines) if isinstance(node, d.Link)]
    assert links == [
        ("Call 112", "tel:112"),
        ("Call 0800-HELP", "tel:08004357"),
        ("Text 1234", "sms:1234"),
        ("Chat online", "https://help.example/chat"),
    ]
    assert "help.example/chat" in d.plain_text(with_lines)
    assert add_crisis_lines((chapter("a", alarm),), INFO)[0].blocks[0] == alarm


@pytest.mark.parametrize(
    ("written", "number"), [("1-800-FDA-1088", "18003321088"), ("+44 20 7946", "+44207946"), ("988", "988")]
)
def test_letters_in_numbers_become_digits(written: str, number: str) -> None:
    assert dialled(written) == number


def test_contents_nest_by_level() -> None:
    two, three = d.Heading(2, (d.Text("Two"),)), d.Heading(3, (d.Text("Three"),))
    line = make_contents(numbered(chapter("a", two, three, two)))[0]
    assert [(one.level, len(one.children)) for one in line.children] == [(2, 1), (2, 0)]


@pytest.mark.parametrize(
    ("condition", "format", "shown"),
    [
        (d.Condition("format", ("pdf",)), "pdf", True),
        (d.Condition("format", ("pdf",)), "epub", False),
        (d.Condition("format", ("html",)), "epub", True),
        (d.Condition("format", ("pdf",), wanted=False), "epub", True),
        (d.Condition("lang", ("en",)), "html", True),
        (d.Condition("edition", ("large-print",)), "pdf", False),
    ],
)
def test_conditions(condition: d.Condition, format: str, shown: bool) -> None:
    book = d.Book(INFO, numbered(chapter("a", d.Conditional((paragraph("x"),), (condition,)))), (), {}, {}, {})
    blocks = select(book, Problems(), format=format).chapters[0].blocks
    assert blocks == ((paragraph("x"),) if shown else ())
