"""Where reference lists stand: behind the book, in each chapter, in both, or where an author puts them."""

from __future__ import annotations

import pytest
from medical import MEDICAL as LIBRARY

from ketapub import document as d
from ketapub.citation_style import load_style
from ketapub.info import BibliographySettings, BookSettings, Info
from ketapub.problems import Position, Problems
from ketapub.resolve.citations import resolve_citations
from ketapub.resolve.note_citations import cite_in_notes, number_notes_for
from ketapub.resolve.numbering import number_book

NLM, APA = "nlm-citation-sequence-brackets", "apa"
REFS = d.BibliographyMark((d.Paragraph((d.Text("What we read:"),)),), at=Position("chapters/a.md", 9, 1))


def chapter(name: str, *cited: str | d.Block, language: str = "", nocite: tuple[str, ...] = ()) -> d.Chapter:
    """A chapter that cites each of the works in a paragraph of its own."""
    blocks = tuple(d.Paragraph((d.CitationMark((d.Cite(one),)),)) if isinstance(one, str) else one for one in cited)
    heading = d.Heading(1, (d.Text(name.upper()),))
    return d.Chapter(name, "body", heading, blocks, f"chapters/{name}.md", language=language, nocite=nocite)


def resolved(
    *chapters: d.Chapter, placement: str, style: str = NLM, problems: Problems | None = None
) -> tuple[d.Chapter, ...]:
    told = problems or Problems()
    loaded = load_style(style, Position("book.toml"), told)
    info = Info(book=BookSettings(language="en-US"), bibliography=BibliographySettings(placement=placement))
    info = number_notes_for(loaded, info, told)
    numbered = number_book(cite_in_notes(chapters, loaded, info, LIBRARY), info, told)
    out = resolve_citations(numbered, info, LIBRARY, loaded, told)
    assert problems is not None or told.found == []
    return out


def shown(chapters: tuple[d.Chapter, ...]) -> dict[str, list[str]]:
    """The texts of the citations of each chapter."""
    return {
        one.name: [d.plain_text(node) for node in d.walk_chapter(one) if isinstance(node, d.Citation)]
        for one in chapters
    }


def lists(chapters: tuple[d.Chapter, ...]) -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
    """The lists by the names of their chapters: label, id, and places of each entry."""
    return {
        one.name: [(node.label, node.id, node.places) for node in d.walk_chapter(one) if isinstance(node, d.Entry)]
        for one in chapters
    }


BOOK = (chapter("a", "rose2002", "murray2002"), chapter("b", "who2020", "rose2002"))


def test_one_list_behind_the_book() -> None:
    out = resolved(*BOOK, placement="book")
    assert shown(out) == {"a": ["[1]", "[2]"], "b": ["[3]", "[1]"], "references": []}
    assert lists(out)["references"] == [
        ("1", "ref-rose2002", ("cite-1", "cite-4")),
        ("2", "ref-murray2002", ("cite-2",)),
        ("3", "ref-who2020", ("cite-3",)),
    ]


def test_a_list_in_each_chapter_with_numbers_of_its_own() -> None:
    out = resolved(*BOOK, placement="chapter")
    assert shown(out) == {"a": ["[1]", "[2]"], "b": ["[1]", "[2]"]}
    assert lists(out) == {
        "a": [("1", "ref-a-rose2002", ("cite-1",)), ("2", "ref-a-murray2002", ("cite-2",))],
        "b": [("1", "ref-b-who2020", ("cite-3",)), ("2", "ref-b-rose2002", ("cite-4",))],
    }


def test_a_chapters_list_has_a_heading_that_is_not_among_the_contents() -> None:
    [first, _] = resolved(*BOOK, placement="chapter")
    last = first.blocks[-1]
    assert isinstance(last, d.Bibliography)
    assert (d.plain_text(last.title), last.id) == ("References", f"{first.heading.attributes.id}-references")


def test_in_both_a_chapters_list_is_its_part_of_the_books_under_the_same_numbers() -> None:
    out = resolved(*BOOK, placement="both")
    assert shown(out)["b"] == ["[3]", "[1]"]
    assert lists(out)["b"] == [("1", "ref-b-rose2002", ("cite-4",)), ("3", "ref-b-who2020", ("cite-3",))]
    assert lists(out)["references"][0] == ("1", "ref-rose2002", ("cite-1", "cite-4"))


@pytest.mark.parametrize(("placement", "target"), [("book", "ref-"), ("chapter", "ref-b-"), ("both", "ref-b-")])
def test_citations_lead_to_the_nearest_list(placement: str, target: str) -> None:
    [_, second, *_] = resolved(*BOOK, placement=placement)
    links = [node for node in d.walk_chapter(second) if isinstance(node, d.Link) and node.target.startswith("#")]
    assert [link.target for link in links] == [f"#{target}who2020", f"#{target}rose2002"]


def test_the_names_of_links_say_what_they_lead_to() -> None:
    def names(style: str) -> list[str]:
        [first, *_] = resolved(chapter("a", "page2021a", "page2021b"), placement="book", style=style)
        return [node.name for node in d.walk_chapter(first) if isinstance(node, d.Link)]

    assert names(NLM) == ["Reference 1, Page et al. 2021", "Reference 2, Page et al. 2021"]
    assert names(APA) == ["", ""]  # "Page, McKenzie, et al., 2021" says it
    [narrative, *_] = resolved(
        d.Chapter(
            "a",
            "body",
            d.Heading(1, (d.Text("A"),)),
            (d.Paragraph((d.CitationMark((d.Cite("rose2002", mode="suppress-author"),)),)),),
        ),
        placement="book",
        style=APA,
    )
    assert [node.name for node in d.walk_chapter(narrative) if isinstance(node, d.Link)] == ["Rose et al. 2002"]


def test_a_chapter_that_cites_nothing_has_no_list() -> None:
    out = resolved(chapter("a", "rose2002"), chapter("b"), placement="chapter")
    assert lists(out)["b"] == []
    assert out[1].blocks == ()


def test_works_that_a_chapter_lists_without_citing_them() -> None:
    quiet = chapter("a", "rose2002", nocite=("@who2020",))
    assert [entry[:2] for entry in lists(resolved(quiet, placement="chapter"))["a"]] == [
        ("1", "ref-a-rose2002"),
        ("2", "ref-a-who2020"),
    ]
    assert [
        entry[1] for entry in lists(resolved(*BOOK, chapter("c", nocite=("@dpp2002",)), placement="both"))["c"]
    ] == ["ref-c-dpp2002"]


def test_the_list_stands_where_the_author_puts_it() -> None:
    out = resolved(chapter("a", "rose2002", REFS), chapter("z"), placement="book")
    assert [one.name for one in out] == ["a", "z"]
    assert [type(block).__name__ for block in out[0].blocks] == ["Paragraph", "Paragraph", "Bibliography"]
    assert d.plain_text(out[0].blocks[1]) == "What we read:"


def test_a_mark_in_a_chapter_with_a_list_of_its_own_is_the_place_of_that() -> None:
    out = resolved(chapter("a", REFS, "rose2002"), chapter("z", REFS), placement="both")
    assert [type(block).__name__ for block in out[0].blocks] == ["Paragraph", "Bibliography", "Paragraph"]
    assert lists(out) == {"a": [("1", "ref-a-rose2002", ("cite-1",))], "z": [("1", "ref-rose2002", ("cite-1",))]}


def test_a_second_place_is_refused() -> None:
    problems = Problems()
    resolved(chapter("a", "rose2002", REFS, REFS), placement="book", problems=problems)
    assert [one.code for one in problems.found] == ["second-reference-list"]


def test_without_citations_a_mark_leaves_its_words_only() -> None:
    [out] = resolved(chapter("a", REFS), placement="book")
    assert d.plain_text(out.blocks) == "What we read:"


def test_a_chapter_in_another_language_cites_in_that_language() -> None:
    english, spanish = chapter("a", "rose2002", "gilstrap2002"), chapter("b", "gilstrap2002", language="es-ES")
    out = resolved(english, spanish, placement="both", style=APA)
    [spanish_body] = bodies(out[1])
    assert "(2.a ed.)" in spanish_body
    assert all("(2nd ed.)" in bodies(one)[0] for one in (out[0], out[2]))


def test_a_style_of_one_language_speaks_it_everywhere() -> None:
    spanish = chapter("b", "gilstrap2002", language="es-ES")
    out = resolved(chapter("a", "gilstrap2002"), spanish, placement="chapter", style="elsevier-harvard")
    assert bodies(out[0]) == bodies(out[1])


def bodies(one: d.Chapter) -> list[str]:
    return [d.plain_text(node.body) for node in d.walk_chapter(one) if isinstance(node, d.Entry)]
