"""Citations in the tree of a book: order, links and back-links, spaces, names, and what authors are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from medical import MEDICAL as LIBRARY

from ketapub import document as d
from ketapub.book_folder import BookFolder
from ketapub.citation_style import EngineFault, Formatted, Style, load_style
from ketapub.info import BibliographySettings, BookSettings, Info
from ketapub.library import Library, Record, read_library
from ketapub.locale import words
from ketapub.problems import Position, Problems
from ketapub.resolve import citations
from ketapub.resolve.citations import book_style, resolve_citations
from ketapub.resolve.work_names import called

STYLE_AT = Position("book.toml", 7, 1)
NLM, AMA, APA = "nlm-citation-sequence-brackets", "american-medical-association", "apa"


def style(name: str) -> Style:
    loaded = load_style(name, STYLE_AT, Problems())
    assert loaded is not None
    return loaded


def mark(*keys: str, line: int = 1, **more: Any) -> d.CitationMark:
    at = Position("chapters/01-a.md", line, 5)
    first, *others = keys
    return d.CitationMark((d.Cite(first, at=at, **more), *(d.Cite(key, at=at) for key in others)), at=at)


def words_around(before: str, mark: d.CitationMark, after: str = "") -> d.Paragraph:
    return d.Paragraph(tuple(node for node in (d.Text(before), mark, d.Text(after)) if node != d.Text("")))


def chapter(*blocks: d.Block, name: str = "a", **more: Any) -> d.Chapter:
    return d.Chapter(name, "body", d.Heading(1, (d.Text("A"),)), blocks, f"chapters/01-{name}.md", **more)


def info(**bibliography: Any) -> Info:
    where = {"bibliography.style": STYLE_AT, "bibliography.placement": Position("book.toml", 8, 1)}
    return Info(book=BookSettings(language="en-US"), bibliography=BibliographySettings(**bibliography), where=where)


def resolved(
    *chapters: d.Chapter, name: str = NLM, library: Library = LIBRARY, problems: Problems | None = None
) -> tuple[d.Chapter, ...]:
    """The chapters with their citations; nothing may be complained about unless `problems` is given."""
    told = problems or Problems()
    out = resolve_citations(chapters, info(style=name), library, style(name), told)
    assert problems is not None or told.found == []
    return out


def all_citations(*chapters: d.Chapter) -> list[d.Citation]:
    return [node for one in chapters for node in d.walk_chapter(one) if isinstance(node, d.Citation)]


def entries(chapters: tuple[d.Chapter, ...]) -> tuple[d.Entry, ...]:
    [bibliography] = chapters[-1].blocks
    assert isinstance(bibliography, d.Bibliography)
    return bibliography.entries


def text_of(block: d.Block, name: str = NLM) -> str:
    """What a reader sees of a block, and the tree must be one that could stand in a book."""
    out = resolved(chapter(block), name=name)[0]
    assert not any(isinstance(node, d.CitationMark) for node in d.walk_chapter(out))
    return d.plain_text(out.blocks)


def codes(problems: Problems) -> list[tuple[str, str]]:
    return [(problem.code, str(problem.at)) for problem in problems.found]


# --- the book ----------------------------------------------------------------------------------------------


def test_many_works_in_an_author_date_style_take_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    records = {
        f"work{number}": Record(f"work{number}", {"id": f"work{number}", "type": "document", "title": "T"}, STYLE_AT)
        for number in range(1200)
    }
    many, problems = Library(records), Problems()
    one = chapter(words_around("a", mark(*list(records)[:700])), words_around("b", mark("work0")), nocite=("@*",))
    monkeypatch.setattr(citations, "format_citations", lambda *given: Formatted({one.id: () for one in given[3]}, ()))
    resolve_citations((one,), info(style=APA), many, style(APA), problems)
    [problem] = [one for one in problems.found if one.code == "slow-citations"]
    assert (problem.at, problem.severity) == (STYLE_AT, "warning")
    assert problem.message == '1,200 works in the author-date style "apa": their citations take about a minute'
    assert 'placement = "chapter"' in problem.hint
    for name, works in ((NLM, 1200), ("harvard-cite-them-right", 1200), (APA, 800)):
        problems = Problems()
        some = Library(dict(list(records.items())[:works]))
        resolve_citations((chapter(nocite=("@*",)),), info(style=name), some, style(name), problems)
        assert "slow-citations" not in dict(codes(problems))


def test_a_book_without_citations_is_left_alone() -> None:
    one = chapter(d.Paragraph((d.Text("No works here."),)))
    assert resolved(one) == (one,)


def test_the_reference_list_is_a_last_chapter() -> None:
    out = resolved(chapter(words_around("a", mark("rose2002", "who2020"))), chapter(name="b"))
    last = out[-1]
    assert (len(out), last.name, last.role, last.source) == (3, "references", "back", "")
    assert last.heading == d.Heading(1, (d.Text("References"),), d.Attributes(id="references"))
    assert [(entry.label, entry.id) for entry in entries(out)] == [("1", "ref-rose2002"), ("2", "ref-who2020")]


def test_the_reference_list_is_headed_in_the_books_language() -> None:
    german = replace(info(), book=BookSettings(language="de-AT"))
    out = resolve_citations((chapter(words_around("a", mark("rose2002"))),), german, LIBRARY, style(APA), Problems())
    assert d.plain_text(out[-1].heading) == "Literatur"


def test_citations_count_in_reading_order() -> None:
    note = d.Note((words_around("In a note", mark("dpp2002")),))
    cell = d.Cell((d.Text("cell"), mark("geraud2002")))
    table = d.Table(
        d.Row((d.Cell((d.Text("head"),)),)), (d.Row((cell,)),), ("",), (d.Text("cap"), mark("ellingsen2002"))
    )
    figure = d.Figure((d.Image("a.svg", "a"),), (d.Text("cap"), mark("murray2002")))
    callout = d.Callout("note", (d.Text("title"), mark("gilstrap2002")), (words_around("in", mark("meltzer2002")),))
    one = replace(
        chapter(d.Paragraph((d.Text("x"), note, mark("rose2002"))), table, figure, callout, name="one"),
        heading=d.Heading(1, (d.Text("Title"), mark("halpern2002"))),
        subtitle=(d.Text("Sub "), mark("who2020")),
    )
    out = resolved(one, chapter(words_around("y", mark("polack2020")), name="two"))
    wanted = (
        "halpern2002 who2020 dpp2002 rose2002 ellingsen2002 geraud2002 murray2002 gilstrap2002 meltzer2002 polack2020"
    )
    assert [entry.key for entry in entries(out)] == wanted.split()
    found = all_citations(*out)
    assert [citation.keys[0] for citation in found] == wanted.split()
    assert [citation.id for citation in found] == [f"cite-{n}" for n in range(1, 11)]
    assert [d.plain_text(citation) for citation in found] == [f"[{n}]" for n in range(1, 11)]
    assert d.plain_text(out[0].subtitle) == "Sub[2]"


def test_an_entry_leads_back_to_every_citation_of_it() -> None:
    keys = ("rose2002", "dpp2002", "ellingsen2002")
    blocks = [words_around("a", mark(key)) for key in keys]
    out = resolved(
        chapter(*blocks, words_around("all", mark(*keys)), words_around("twice", mark("dpp2002", "dpp2002")))
    )
    assert d.plain_text(all_citations(*out)[3]) == "[1–3]"  # dpp2002 is inside the range, without a link of its own
    assert {entry.key: entry.places for entry in entries(out)} == {
        "rose2002": ("cite-1", "cite-4"),
        "dpp2002": ("cite-2", "cite-4", "cite-5"),
        "ellingsen2002": ("cite-3", "cite-4"),
    }


def test_a_citation_and_what_it_holds_know_their_place() -> None:
    [citation] = all_citations(*resolved(chapter(words_around("a", mark("rose2002", line=7)))))
    assert citation.at == Position("chapters/01-a.md", 7, 5)
    assert {node.at for node in d.walk(citation)} == {citation.at}


def test_works_listed_though_nothing_cites_them() -> None:
    one = chapter(words_around("a", mark("rose2002")), nocite=("@who2020", "rose2002", "halpern2002"))
    out = resolved(one, chapter(name="b", nocite=("halpern2002",)))
    assert [(entry.key, entry.places) for entry in entries(out)] == [
        ("rose2002", ("cite-1",)),
        ("who2020", ()),
        ("halpern2002", ()),
    ]


def test_the_whole_library_listed() -> None:
    assert [entry.key for entry in entries(resolved(chapter(nocite=("*",))))] == list(LIBRARY.records)


def test_the_same_result_every_time() -> None:
    book = (chapter(words_around("a", mark("rose2002", "who2020", mode="narrative")), nocite=("*",)),)
    assert resolved(*book, name=APA) == resolved(*book, name=APA)


# --- in the sentence ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inlines", "text"),
    [
        ((d.Text("It helped "), mark("rose2002"), d.Text(".")), "It helped[1]."),
        ((d.Text("It helped\N{NO-BREAK SPACE}"), mark("rose2002"), d.Text(".")), "It helped[1]."),
        ((d.Text("It helped"), d.SoftBreak(), mark("rose2002"), d.Text(" more.")), "It helped[1] more."),
        ((d.Emphasis((d.Text("It"),)), d.Text(" "), mark("rose2002")), "It[1]"),
        ((d.Text("A "), mark("rose2002"), d.Text(" "), mark("who2020")), "A[1][2]"),
        ((mark("rose2002"), d.Text(" first")), "[1] first"),
        ((d.Text("a"), d.HardBreak(), mark("rose2002")), "a [1]"),
    ],
)
def test_no_space_before_a_number(inlines: d.Inlines, text: str) -> None:
    assert text_of(d.Paragraph(inlines)) == text


def test_a_space_before_names_stays() -> None:
    assert text_of(words_around("It helped ", mark("rose2002"), "."), APA) == "It helped (Rose et al., 2002)."


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("It helped ", ". More", "It helped.1 More"),
        ("It helped ", ", but", "It helped,1 but"),
        ("It helped ", "; but", "It helped1; but"),
        ("It helped. ", " More", "It helped.1 More"),
        ("It helped ", ".", "It helped.1"),
        ("and others etc. ", ". More", "and others etc.1 More"),
        ("It helped ", ".5", "It helped1.5"),
    ],
)
def test_a_raised_number_goes_after_full_stop_and_comma(before: str, after: str, text: str) -> None:
    assert text_of(words_around(before, mark("rose2002"), after), AMA) == text


def test_a_raised_number_after_italics_goes_after_the_full_stop() -> None:
    assert text_of(d.Paragraph((d.Emphasis((d.Text("so"),)), mark("rose2002"), d.Text(".")))) == "so[1]."
    assert text_of(d.Paragraph((d.Emphasis((d.Text("so"),)), mark("rose2002"), d.Text("."))), AMA) == "so.1"


@pytest.mark.parametrize(
    ("keys", "name", "text"),
    [
        (("rose2002",), NLM, "As Rose et al.[1] say"),
        (("ellingsen2002",), NLM, "As Ellingsen and Wilhelmsen[1] say"),
        (("borkowski2002",), NLM, "As Borkowski[1] say"),
        (("who2020",), NLM, "As World Health Organization[1] say"),
        (("gilstrap2002",), NLM, "As Gilstrap et al.[1] say"),
        (("rose2002", "who2020"), NLM, "As Rose et al.[1,2] say"),
        (("rose2002",), AMA, "As Rose et al.1 say"),
        (("rose2002",), APA, "As Rose et al. (2002) say"),
        (("rose2002",), "din-1505-2-alphanumeric", "As Rose et al. [RHMM02] say"),
    ],
)
def test_a_narrative_citation_names_the_authors(keys: tuple[str, ...], name: str, text: str) -> None:
    assert text_of(words_around("As ", mark(*keys, mode="narrative"), " say"), name) == text


def test_the_names_stand_outside_the_citation() -> None:
    paragraph = resolved(chapter(words_around("As ", mark("rose2002", mode="narrative"))))[0].blocks[0]
    assert isinstance(paragraph, d.Paragraph)
    assert [type(node) for node in paragraph.children] == [d.Text, d.Text, d.Citation]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"author": [{"family": "Heide", "given": "J", "non-dropping-particle": "van der"}]}, "van der Heide"),
        ({"author": [{"given": "Plato"}]}, "Plato"),
        ({"title": "On <i>nothing</i>"}, "On nothing"),
        ({}, "key"),
        ({"author": [{"family": "A"}, {"family": "B"}]}, "A und B"),
    ],
)
def test_what_a_work_is_called(fields: dict[str, Any], name: str) -> None:
    assert called(Record("key", fields, STYLE_AT), words("de")) == name


# --- what authors are told ---------------------------------------------------------------------------------


def test_an_unknown_key() -> None:
    problems = Problems()
    resolved(chapter(words_around("a", mark("rose2002", "rsoe2002", line=3)), nocite=("nobody",)), problems=problems)
    assert codes(problems) == [("unknown-citation", "chapters/01-a.md:3:5"), ("unknown-citation", "chapters/01-a.md:1")]
    assert problems.found[0].message == 'no reference "rsoe2002"'
    assert problems.found[0].hint == 'did you mean "rose2002"?'


def test_an_unknown_key_where_that_is_no_error() -> None:
    problems = Problems()
    problems.severities = {"unknown-citation": "off"}
    block = d.Paragraph((mark("nobody", "noone"), mark("nobody", "rose2002")))
    out = resolved(chapter(block), problems=problems)
    assert d.plain_text(out[0].blocks) == "[nobody; noone][1]"
    assert entries(out)[0].places == ("cite-2",)


def test_an_unknown_key_without_any_references() -> None:
    problems = Problems()
    resolved(chapter(words_around("a", mark("rose2002"))), library=Library({}), problems=problems)
    assert "[bibliography] files" in problems.found[0].hint


def test_a_citation_inside_another() -> None:
    problems = Problems()
    inner = d.Note((words_around("x", mark("who2020", line=2)),))
    resolved(chapter(words_around("a", mark("rose2002", suffix=(inner,)))), problems=problems)
    assert codes(problems) == [("nested-citation", "chapters/01-a.md:2:5")]


def test_a_locator_that_the_style_does_not_print() -> None:
    problems = Problems()
    one = chapter(words_around("a", mark("rose2002", locator="41", label="page")))
    resolved(one, problems=problems)
    assert codes(problems) == [("locator-not-printed", "chapters/01-a.md:1:5")]
    assert problems.found[0].severity == "warning"
    assert d.plain_text(resolved(one, name=APA)[0].blocks) == "a(Rose et al., 2002, p. 41)"


def test_a_reference_with_nothing_to_print() -> None:
    problems = Problems()
    library = read_library((("r.json", b'[{"id": "bare", "type": "book"}]'),), Problems())
    own = b"""<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
    <info><title>t</title><id>t</id><updated>2026-01-01T00:00:00+00:00</updated></info>
    <citation><layout><text value="x"/></layout></citation>
    <bibliography><layout><text variable="title"/></layout></bibliography></style>"""
    mine = load_style("mine.csl", STYLE_AT, problems, own)
    resolve_citations((chapter(words_around("a", mark("bare"))),), info(), library, mine, problems)
    assert codes(problems) == [("bad-reference", "r.json:1:2")]


def test_what_the_engine_says_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise EngineFault("no such term")

    monkeypatch.setattr(citations, "format_citations", refuse)
    problems = Problems()
    one = chapter(words_around("a", mark("rose2002")))
    assert resolved(one, problems=problems) == (one,)
    assert codes(problems) == [("citation-engine", "book.toml:7:1")]
    assert "no such term" in problems.found[0].message


def test_a_style_with_a_fault_is_told_once() -> None:
    problems = Problems()
    own = b"""<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
    <info><title>t</title><id>t</id><updated>2026-01-01T00:00:00+00:00</updated></info>
    <citation><layout><text value="x"/><text macro="gone"/></layout></citation>
    <bibliography><layout><text variable="title"/></layout></bibliography></style>"""
    mine = load_style("mine.csl", STYLE_AT, problems, own)
    book = (chapter(words_around("a", mark("rose2002")), words_around("b", mark("who2020"))),)
    resolve_citations(book, info(), LIBRARY, mine, problems)
    assert codes(problems) == [("citation-engine", "book.toml:7:1")]
    assert "gone" in problems.found[0].message


# --- from the book's folder --------------------------------------------------------------------------------


def from_folder(folder: Path, problems: Problems, **bibliography: Any) -> tuple[d.Chapter, ...]:
    settings = info(**bibliography)
    chapters = (chapter(words_around("a ", mark("murray2002"))),)
    own = book_style(settings, BookFolder(folder), problems)
    return resolve_citations(chapters, settings, LIBRARY, own, problems)


def test_the_books_own_style_file(tmp_path: Path) -> None:
    problems = Problems()
    (tmp_path / "mine.csl").write_text(
        """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
        <info><title>t</title><id>t</id><updated>2026-01-01T00:00:00+00:00</updated></info>
        <citation><layout prefix="«" suffix="»"><text variable="title"/></layout></citation>
        <bibliography><layout><text variable="title"/></layout></bibliography></style>"""
    )
    out = from_folder(tmp_path, problems, style="mine.csl")
    assert problems.found == []
    assert d.plain_text(out[0].blocks) == "a «Medical Microbiology»"


def test_a_style_file_that_is_not_there(tmp_path: Path) -> None:
    problems = Problems()
    from_folder(tmp_path, problems, style="mine.csl")
    assert codes(problems) == [("missing-file", "book.toml:7:1")]


def test_an_unknown_style_leaves_the_marks(tmp_path: Path) -> None:
    problems = Problems()
    out = from_folder(tmp_path, problems, style="no-such-style-at-all")
    assert codes(problems) == [("unknown-style", "book.toml:7:1")]
    assert any(isinstance(node, d.CitationMark) for node in d.walk_chapter(out[0]))


def test_a_hundred_citations_are_one_run_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    whole = citations.format_citations
    monkeypatch.setattr(citations, "format_citations", lambda *given: runs.append(1) or whole(*given))
    keys = list(LIBRARY.records)
    out = resolved(chapter(*(words_around("a", mark(keys[n % 15], keys[(n + 1) % 15])) for n in range(100))))
    assert (len(runs), len(all_citations(*out)), len(entries(out))) == (1, 100, 15)


def test_a_style_without_a_reference_list() -> None:
    problems = Problems()
    own = b"""<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
    <info><title>t</title><id>t</id><updated>2026-01-01T00:00:00+00:00</updated></info>
    <citation><layout><text variable="title"/></layout></citation></style>"""
    mine = load_style("mine.csl", STYLE_AT, problems, own)
    one = chapter(words_around("a ", mark("murray2002")), words_around("b ", mark("murray2002")))
    out = resolve_citations((one,), info(), LIBRARY, mine, problems)
    assert codes(problems) == [("style-without-list", "book.toml:7:1")]
    assert problems.found[0].severity == "warning"
    links = [[node.target for node in d.walk(one) if isinstance(node, d.Link)] for one in all_citations(*out)]
    assert links == [[], ["#cite-1"]]  # where it was first named
