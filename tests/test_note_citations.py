"""Styles that cite in footnotes: where the notes stand, how they are numbered, and what they say."""

from __future__ import annotations

from typing import Any

import pytest
from medical import MEDICAL as LIBRARY

from ketapub import document as d
from ketapub.citation_style import load_style
from ketapub.info import BibliographySettings, BookSettings, Info, NotesSettings
from ketapub.library import read_library
from ketapub.problems import Position, Problems
from ketapub.resolve.citations import resolve_citations
from ketapub.resolve.note_citations import cite_in_notes, number_notes_for
from ketapub.resolve.numbering import number_book

CHICAGO, OSCOLA = "chicago-notes-bibliography", "oscola"


def mark(key: str, **more: Any) -> d.CitationMark:
    return d.CitationMark((d.Cite(key, **more),))


def note(*nodes: d.Inline) -> d.Note:
    return d.Note((d.Paragraph(nodes),))


def cited(
    *lines: tuple[d.Inline | str, ...], style: str = CHICAGO, language: str = "en-US", **bibliography: Any
) -> d.Book:
    """A book of one chapter for each line, resolved as far as its citations."""
    problems = Problems()
    loaded = load_style(style, Position("book.toml"), problems)
    info = Info(book=BookSettings(language=language), bibliography=BibliographySettings(style=style, **bibliography))
    info = number_notes_for(loaded, info, problems)
    chapters = tuple(
        d.Chapter(
            f"c{number}",
            "body",
            d.Heading(1, (d.Text("C"),)),
            (d.Paragraph(tuple(d.Text(one) if isinstance(one, str) else one for one in line)),),
        )
        for number, line in enumerate(lines, 1)
    )
    chapters = number_book(cite_in_notes(chapters, loaded, info, LIBRARY), info, problems)
    chapters = resolve_citations(chapters, info, LIBRARY, loaded, problems)
    assert problems.found == []
    return d.Book(info, chapters, (), {}, {}, {})


def text_and_notes(book: d.Book, chapter: int = 0) -> tuple[str, list[str]]:
    """The text with the notes' numbers in angles, and the notes."""
    text, notes = "", []
    [paragraph, *_] = book.chapters[chapter].blocks
    assert isinstance(paragraph, d.Paragraph)
    for node in paragraph.children:
        if isinstance(node, d.Note):
            notes.append(d.plain_text(node.blocks))
            text += f"⟨{node.number}⟩"
        else:
            text += d.plain_text(node)
    return text, notes


def test_a_citation_in_the_text_becomes_a_note() -> None:
    text, notes = text_and_notes(cited(("It was new ", mark("murray2002"), ".")))
    assert text == "It was new.⟨1⟩"
    assert notes == ["Patrick R. Murray et al., Medical Microbiology, 4th ed. (Mosby, 2002)."]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("It was new ", ", they said", "It was new,⟨1⟩ they said"),
        ("They call it “new ", ".” Then", "They call it “new.”⟨1⟩ Then"),
        ("They call it “new ", "”; then", "They call it “new”;⟨1⟩ then"),
        ("It was new ", " then", "It was new⟨1⟩ then"),
        ("It was new ", ".5 is not the end", "It was new⟨1⟩.5 is not the end"),
    ],
)
def test_the_number_goes_behind_stops_and_quotation_marks(before: str, after: str, text: str) -> None:
    assert text_and_notes(cited((before, mark("murray2002"), after)))[0] == text


def test_in_french_the_number_stands_before_the_stop() -> None:
    assert text_and_notes(cited(("C'est neuf ", mark("murray2002"), "."), language="fr-FR"))[0] == "C'est neuf⟨1⟩."


def test_later_notes_are_short_and_refer_back_by_number() -> None:
    line = ("a ", mark("murray2002"), " b ", mark("polack2020"), " c ", mark("murray2002", locator="3", label="page"))
    assert text_and_notes(cited(line))[1][2] == "Murray et al., Medical Microbiology, 3."
    assert text_and_notes(cited(line, style=OSCOLA))[1][2] == "Murray and others (n 1) 3."


def test_ibid_opens_a_note_with_a_capital_unless_the_style_wants_a_small_letter() -> None:
    line = ("a ", mark("murray2002"), " b ", mark("murray2002"))
    assert text_and_notes(cited(line, style=OSCOLA))[1][1] == "ibid."
    subsequent = text_and_notes(cited(line, style="chicago-notes-bibliography-subsequent-ibid"))[1][1]
    assert subsequent == "Ibid."


def test_the_authors_own_words_open_a_note_with_a_capital() -> None:
    notes = text_and_notes(cited(("a ", mark("murray2002", prefix=(d.Text("see "),)))))[1]
    assert notes[0].startswith("See Patrick R. Murray")


def test_a_name_keeps_its_small_letter() -> None:
    records = b"""[{"id": "x", "type": "book", "title": "danah's book", "issued": {"date-parts": [[2014]]},
        "author": [{"family": "boyd", "given": "danah"}]}]"""
    library = read_library((("r.json", records),), Problems())
    problems, at = Problems(), Position("book.toml")
    style = load_style(CHICAGO, at, problems)
    info = number_notes_for(style, Info(book=BookSettings(language="en-US")), problems)
    one = d.Chapter("a", "body", d.Heading(1, (d.Text("A"),)), (d.Paragraph((d.Text("x"), mark("x"))),))
    chapters = number_book(cite_in_notes((one,), style, info, library), info, problems)
    [first, *_] = resolve_citations(chapters, info, library, style, problems)
    [made] = [node for node in d.walk_chapter(first) if isinstance(node, d.Note)]
    assert d.plain_text(made.blocks).startswith("danah boyd")


def test_a_citation_in_an_authors_own_note_stays_there() -> None:
    own = note(d.Text("Others found less "), mark("murray2002"), d.Text(", and ask."))
    text, notes = text_and_notes(cited(("a", own, " b ", mark("murray2002"), ".")))
    assert text == "a⟨1⟩ b.⟨2⟩"
    assert (
        notes[0]
        == "Others found less (Patrick R. Murray et al., Medical Microbiology, 4th ed. (Mosby, 2002)), and ask."
    )
    assert notes[1] == "Murray et al., Medical Microbiology."


def test_a_narrative_citation_leaves_the_names_in_the_text() -> None:
    text, notes = text_and_notes(cited((mark("murray2002", mode="narrative"), " were first.")))
    assert text == "Murray et al.⟨1⟩ were first."
    assert notes[0].startswith("Patrick R. Murray")
    own = note(d.Text("As "), mark("gilstrap2002", mode="narrative"), d.Text(" say."))
    assert text_and_notes(cited(("a", own)))[1] == [
        "As Gilstrap et al. (Operative Obstetrics, 2nd ed. (McGraw-Hill, 2002)) say."
    ]


def test_stops_stand_inside_american_quotation_marks() -> None:
    line = ("a ", mark("polack2020"), " b ", mark("polack2020"))
    assert text_and_notes(cited(line))[1][1] == (
        "Polack et al., “Safety and Efficacy of the BNT162b2 mRNA Covid-19 Vaccine.”"
    )


def test_notes_are_numbered_through_the_book() -> None:
    book = cited(("a ", mark("murray2002")), ("b ", mark("polack2020"), " c ", mark("murray2002")), style=OSCOLA)
    assert text_and_notes(book, 1)[0] == "b⟨2⟩ c⟨3⟩"
    assert text_and_notes(book, 1)[1][1] == "Murray and others (n 1)."


def test_where_each_chapter_has_its_list_everything_begins_again() -> None:
    book = cited(("a ", mark("murray2002")), ("b ", mark("murray2002")), style=OSCOLA, placement="chapter")
    assert text_and_notes(book, 1)[0] == "b⟨1⟩"
    assert text_and_notes(book, 1)[1] == text_and_notes(book, 0)[1]


def test_numbers_that_begin_again_are_refused_unless_each_chapter_stands_alone() -> None:
    style = load_style(OSCOLA, Position("book.toml"), Problems())
    for placement, told in (("book", ["note-numbering"]), ("both", ["note-numbering"]), ("chapter", [])):
        problems = Problems()
        info = Info(
            bibliography=BibliographySettings(placement=placement),
            notes=NotesSettings(numbering="chapter"),
            where={"notes.numbering": Position("book.toml", 3, 1)},
        )
        number_notes_for(style, info, problems)
        assert [str(one.at) + one.code for one in problems.found] == [f"book.toml:3:1{code}" for code in told]


def test_every_note_leads_to_the_list_and_the_list_leads_back() -> None:
    book = cited(("a ", mark("murray2002"), " b ", mark("murray2002")))
    citations = [node for node in d.walk_chapter(book.chapters[0]) if isinstance(node, d.Citation)]
    links = [node.target for one in citations for node in d.walk(one) if isinstance(node, d.Link)]
    assert links == ["#ref-murray2002", "#ref-murray2002"]
    [entry] = [node for node in d.walk_chapter(book.chapters[-1]) if isinstance(node, d.Entry)]
    assert entry.places == ("cite-1", "cite-2")


def test_without_a_list_later_notes_lead_to_the_first() -> None:
    book = cited(("a ", mark("murray2002"), " b ", mark("murray2002")), style="chicago-notes")
    assert len(book.chapters) == 1
    citations = [node for node in d.walk_chapter(book.chapters[0]) if isinstance(node, d.Citation)]
    links = [[node.target for node in d.walk(one) if isinstance(node, d.Link)] for one in citations]
    assert links == [[], ["#cite-1"]]


def test_a_citation_that_opens_an_authors_own_note_needs_no_brackets() -> None:
    own = note(mark("murray2002"), d.Text(". It is long."))
    assert text_and_notes(cited(("a", own)))[1] == [
        "Patrick R. Murray et al., Medical Microbiology, 4th ed. (Mosby, 2002). It is long."
    ]


def test_the_address_in_a_note_leads_out_of_the_book_and_says_whose_it_is() -> None:
    book = cited(("a ", mark("halpern2002")))
    links = [node for node in d.walk_chapter(book.chapters[0]) if isinstance(node, d.Link)]
    assert [link.target for link in links] == ["#ref-halpern2002", "https://doi.org/10.1056/NEJMsb020632"]
    assert links[1].name == "https://doi.org/10.1056/NEJMsb020632, Halpern et al. 2002"
    assert text_and_notes(book)[1][0].endswith("(2002): 284–87, https://doi.org/10.1056/NEJMsb020632.")
