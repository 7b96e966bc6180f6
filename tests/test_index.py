"""The glossary, the index and the lists of figures and tables: from marks on small trees to the finished page."""

from __future__ import annotations

import io
import re
import shutil
import time
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from conftest import BOOKS, Made, make
from test_consistency import check_pdf
from test_resolve import INFO, chapter, figure, numbered, paragraph
from tree import read

from ketapub import document as d
from ketapub.check.pdf_tree import page_labels
from ketapub.editions import select
from ketapub.markup import Medium, markup_chapter
from ketapub.problems import Problems
from ketapub.resolve.collation import letter_of, order_of
from ketapub.resolve.contents import list_figures, make_contents, short_caption
from ketapub.resolve.crossrefs import resolve_references
from ketapub.resolve.index import add_index
from ketapub.resolve.numbering import number_book
from ketapub.resolve.spacing import AFTER_NUMBER, closed_up


def mark(entry: str, **more: object) -> d.IndexMark:
    return d.IndexMark((), tuple(entry.split("!")), **more)  # type: ignore[arg-type]


def path(entry: str) -> d.IndexPath:
    return d.IndexPath(tuple(entry.split("!")))


def resolved(*chapters: d.Chapter) -> tuple[d.Book, Problems]:
    problems = Problems()
    found, chapter_of = resolve_references(add_index(numbered(*chapters), INFO, problems), INFO, problems)
    lists = {"figures": list_figures(found, INFO), "contents": make_contents(found)}
    return d.Book(info=INFO, chapters=found, assets={}, icons={}, chapter_of=chapter_of, **lists), problems


def index_of(book: d.Book) -> d.Index:
    (index,) = (block for block in book.chapters[-1].blocks if isinstance(block, d.Index))
    return index


def in_index(book: d.Book, pages: dict[str, str] | None = None) -> list[str]:
    """The lines of the index as a reader sees them, two spaces a level."""
    page = pages.__getitem__ if pages is not None else None
    text = markup_chapter(book.chapters[-1], book, Medium(href=lambda id: f"#{id}", image=str, page=page)).text
    lines, depth = [], 0
    for tag, words in re.findall(r"(</?ul|<li|<h2)[^>]*>((?:[^<]|<(?!/?ul|li|/li|h2))*)", text):
        depth += (tag == "<ul") - (tag == "</ul")
        said = re.sub(r"<[^>]*>", "", words).strip()
        lines += [f"{'  ' * (depth - 1)}{said}"] if tag == "<li" else []
    return lines


# --- order ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "terms"),
    [
        ("en", ["%", "2 mg", "5-HT", "10 mg", "12-lead", "Æsop", "ångström", "Zürich"]),
        ("en", ["co op", "co-op", "coop", "cooperate", "Élan", "eland", "émigré", "“quoted”", "(R)-form", "ß-test"]),
        ("es", ["nube", "ñandú", "Ñoño", "oso"]),
        ("sv", ["alm", "zon", "ånga", "ära", "öl"]),
        ("ru", ["ёж", "ель", "иод", "йод"]),
    ],
)
def test_the_alphabet(language: str, terms: list[str]) -> None:
    mixed = terms[::-1]
    assert sorted(mixed, key=lambda term: order_of(term, language)) == terms


@pytest.mark.parametrize(
    ("term", "letter"),
    [
        ("élan", "E"),
        ("ñandú", "Ñ"),
        ("5-HT", ""),
        ("%", ""),
        ("(R)-form", "R"),
        ("Æsop", "A"),
        ("йод", "Й"),
        ("한", "한"),
    ],
)
def test_the_letter_that_heads_a_group(term: str, letter: str) -> None:
    assert letter_of(order_of(term, "es")) == letter


def test_a_long_number_sorts_too() -> None:
    assert order_of("9" * 10_000, "en") > order_of("10", "en")


# --- places --------------------------------------------------------------------------------------------------------


def test_entries_are_sorted_nested_and_led_to_by_the_chapter() -> None:
    note = d.Note((paragraph(mark("dose!by infusion")),))
    one = chapter("one", paragraph(mark("Élan"), mark("zebra"), mark("dose!low"), note), paragraph(mark("zebra")))
    two = chapter("two", paragraph(mark("eland"), mark("zebra"), mark("5-HT"), mark("dose")))
    last = chapter("end", paragraph(mark("zebra")), role="back")
    book, problems = resolved(one, two, last)
    assert problems.found == []
    assert in_index(book) == [
        "5-HT, 2",
        "dose, 2",
        "  by infusion, 1",
        "  low, 1",
        "Élan, 1",
        "eland, 2",
        "zebra, 1, 2, End",
    ]
    assert [entry.letter for entry in index_of(book).entries] == ["", "D", "E", "E", "Z"]
    assert {book.chapter_of[id] for entry in index_of(book).entries for place in entry.places for id in place} == {
        "one",
        "two",
        "end",
    }


def test_names_that_differ_in_capitals_are_one_entry_without_those_of_a_sentence() -> None:
    one = chapter("one", paragraph(mark("Nasal spray!How"), mark("nasal spray!how"), mark("ECT")))
    two = chapter("two", paragraph(mark("Nasal spray"), mark("spray", see=path("NASAL SPRAY!how"))))
    book, problems = resolved(one, two)
    assert problems.found == []
    assert in_index(book) == ["ECT, 1", "nasal spray, 2", "  how, 1", "spray, see nasal spray: how"]


def test_a_book_without_marks_has_no_index() -> None:
    book, _ = resolved(chapter("one", paragraph("words")))
    assert [chapter.name for chapter in book.chapters] == ["one"]


@pytest.mark.parametrize(
    ("pages", "shown"),
    [
        (["4", "5", "9", "9"], "x, 4–5, 9"),
        (["4", "4", "9", "9"], "x, 4, 9"),
        (["iv", "2", "2", "3"], "x, iv–2, 3"),
        (["4", "8", "6", "8"], "x, 4–8"),
        (["4", "6", "7", "8"], "x, 4–6, 7, 8"),
    ],
)
def test_pages(pages: list[str], shown: str) -> None:
    """A range, then two places: the same page once, none inside the range, neighbours apart."""
    marks = (mark("x", range="start"), mark("x", range="end"), mark("x"), mark("x"))
    book, problems = resolved(chapter("one", paragraph(*marks)))
    assert problems.found == []
    assert in_index(book, {f"idx-{number}": page for number, page in enumerate(pages, 1)}) == [shown]


def test_a_range_over_chapters_names_both_ends() -> None:
    one, two, three = chapter("one", paragraph(mark("x", range="start"))), *(chapter(n) for n in ("two", "three"))
    four = chapter("four", paragraph(mark("x", range="end"), mark("x")))
    book, _ = resolved(one, two, three, four)
    assert in_index(book) == ["x, 1–4"]


def test_see_and_see_also() -> None:
    marks = (
        mark("spray", see=path("esketamine")),
        mark("esketamine", see_also=path("drugs!ketamine")),
        mark("esketamine", see_also=path("clinics")),
        mark("drugs!ketamine"),
        mark("clinics", see_also=path("esketamine")),
    )
    book, problems = resolved(chapter("one", paragraph(*marks)))
    assert problems.found == []
    assert in_index(book) == [
        "clinics, 1; see also esketamine",
        "drugs",
        "  ketamine, 1",
        "esketamine, 1; see also clinics; drugs: ketamine",
        "spray, see esketamine",
    ]
    led_to = {node.target for node in d.walk(index_of(book)) if isinstance(node, d.Reference)}
    assert led_to == {"idx-esketamine", "idx-clinics", "idx-drugs-ketamine"} <= set(book.chapter_of)
    assert not any(node.id for node in d.walk(book.chapters[0]) if isinstance(node, d.IndexMark) and node.see)


def test_what_an_output_hides_is_not_in_its_index() -> None:
    def hidden(*marks: d.IndexMark) -> d.ConditionalSpan:
        return d.ConditionalSpan(marks, (d.Condition("format", ("pdf",)),))

    ranges = (mark("half", range="start"), hidden(mark("half", range="end")))
    cross = (mark("leads nowhere", see=path("gone")), mark("and on", see=path("leads nowhere")))
    marks = (hidden(mark("gone"), mark("deep!er")), *ranges, *cross)
    book, problems = resolved(chapter("one", paragraph(*marks)))
    assert in_index(select(book, problems, format="html")) == ["half, 1"]
    assert len(in_index(select(book, problems, format="pdf"))) == 6
    assert problems.found == []
    empty, problems = resolved(chapter("one", paragraph(hidden(mark("x"))), figure("fig-a")))
    shown = select(empty, problems, format="html")
    assert [one.name for one in shown.chapters] == [line.id.partition("-")[0] for line in shown.contents] == ["one"]
    assert select(empty, problems, format="pdf").chapters[-1].name == "book-index"


# --- in the text ---------------------------------------------------------------------------------------------------


TEXTS = [
    "One §two three.",
    "§One two.§",
    "One § two, § three. §",
    '"§One§" and §"two"; \'§three\'',
    "One\n§\ntwo\n§three§",
    "*One§* two§-- three",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_point_changes_no_words(text: str) -> None:
    with_points, problems = read("# T\n\n" + text.replace("§", '[]{.index entry="x"}'))
    assert problems.found == []
    plain = re.sub(r"[ \n]+", " ", text.replace("§", "")).strip()
    without, _ = read(f"# T\n\n{plain}")
    assert d.plain_text(with_points.blocks) == d.plain_text(without.blocks)


@pytest.mark.parametrize("text", ["One §@", "One§ @", "One § @", "One @§"])
def test_a_point_beside_a_citation_leaves_no_space_before_it(text: str) -> None:
    cited = d.Citation((d.Text("[1]"),), ("a",), "cite-1", numeric=True)
    parts = {"§": mark("x"), "@": cited}
    nodes = tuple(parts.get(one) or d.Text(one) for one in re.findall("[§@]|[^§@]+", text))

    def joins(node: d.Node) -> bool:
        return isinstance(node, d.Citation)

    assert d.plain_text(closed_up(nodes, joins, joins, AFTER_NUMBER)) == "One[1]"
    assert sum(d.is_point(node) for node in closed_up(nodes, joins, joins, AFTER_NUMBER)) == 1


def test_a_title_of_many_digits_is_no_number() -> None:
    long = d.Chapter("long", "back", d.Heading(1, (d.Text("9" * 5000),)), (paragraph(mark("x", range="end")),))
    book, _ = resolved(chapter("one", paragraph(mark("x", range="start"))), long)
    assert in_index(book) == [f"x, 1–{'9' * 5000}"]


def test_a_mark_in_a_heading_has_its_place_there_alone() -> None:
    heading = d.Heading(2, (d.Text("About "), d.IndexMark((d.Text("dose"),), ("dose",))))
    book, _ = resolved(chapter("one", heading))
    assert book.chapters[0].blocks[0].attributes.id == "one-about-dose"
    assert d.ids_in(book.contents[0].children[0].title) == set()
    assert d.plain_text(book.contents[0].children[0].title) == "About dose"


def test_no_id_of_a_heading_or_a_caption_stands_in_the_contents_or_lists_too() -> None:
    words = (d.Fact("f", "", (d.Text("62 %"),), anchor="fact-1"), d.IndexMark((d.Text("x"),), ("x",), id="idx-1"))
    assert d.bare(words) == (d.Text("62 %"), d.Text("x"))


def test_a_fact_does_not_name_an_entry() -> None:
    fact = "{{< fact rose2002 >}}"
    said = f'[{fact}]{{.index}} []{{.index entry="{fact}"}} [{fact}]{{.index entry="x"}}'
    chapter, problems = read(f"# T\n\n{said}")
    assert [(str(one.at), one.code) for one in problems.found] == [
        ("chapter.md:3:1", "empty-index-entry"),
        ("chapter.md:3:50", "wrong-attribute-value"),
    ]
    assert [node.path for node in d.walk(chapter.blocks) if isinstance(node, d.IndexMark)] == [("x",)]


# --- glossary ------------------------------------------------------------------------------------------------------


def glossary(*terms: str) -> d.Div:
    items = tuple(d.Definition((d.Text(term),), ((paragraph("Meaning."),),)) for term in terms)
    return d.Div((d.DefinitionList(items),), d.Attributes(classes=("glossary",)))


def test_terms_have_ids_that_every_chapter_can_lead_to() -> None:
    link, mark = d.Link((d.Text("off"),), "#gls-off-label"), d.ReferenceMark((d.Target("gls-off-label"),))
    book, problems = resolved(
        chapter("one", paragraph(link, mark)), chapter("terms", glossary("Off-label"), role="back")
    )
    assert problems.found == []
    assert book.chapter_of["gls-off-label"] == "terms"
    assert d.plain_text(book.chapters[0].blocks) == "offOff-label"


def test_two_terms_with_one_id_are_reported() -> None:
    problems = Problems()
    number_book((chapter("terms", glossary("Cell", "cell")),), INFO, problems)
    assert [(one.code, one.message) for one in problems.found] == [("duplicate-id", 'the id "gls-cell" is taken')]


def test_a_definition_elsewhere_has_no_id() -> None:
    (found,) = numbered(chapter("one", *glossary("Cell").blocks))
    assert [node.id for node in d.walk(found.blocks) if isinstance(node, d.Definition)] == [""]


def roles(one: d.Chapter) -> list[tuple[str, str]]:
    book, _ = resolved(one)
    text = markup_chapter(book.chapters[0], book, Medium(href=str, image=str)).text
    return re.findall(r'role="doc-(glossary|chapter)" aria-labelledby="([\w-]+)"', text)


def test_each_glossary_is_a_landmark_with_a_name_of_its_own() -> None:
    section = d.Heading(2, (d.Text("More"),))
    inside = chapter("one", glossary("a"), section, glossary("b"), glossary("c"))
    assert roles(inside) == [("chapter", "one-one"), ("glossary", "one-one"), ("glossary", "one-more")]
    assert roles(chapter("end", paragraph("Words."), glossary("a"), role="back")) == [("glossary", "end-end")]


# --- lists of figures and tables -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caption", "short", "language"),
    [
        ("A chart of two bars.", "A chart of two bars", "en"),
        ("Relief after one day. Of 100 people, 12 more.", "Relief after one day", "en"),
        ("Ketamine vs. Placebo, e.g. Drips. More.", "Ketamine vs. Placebo, e.g. Drips", "en"),
        ("A dose of 0.5 mg. Then more.", "A dose of 0.5 mg", "en"),
        ("After J. Smith et al. and others. More.", "After J. Smith et al. and others", "en"),
        ("How many? About 12.", "How many?", "en"),
        ("It says “stop.” Then more.", "It says “stop.”", "en"),
        ("1. Begin. 2. End.", "1. Begin", "en"),
        ("Relief after one day. 12 of 100 people. See Fig. 2. Next.", "Relief after one day", "en"),
        ("Ab dem 3. Oktober, z. B. Infusionen. Mehr.", "Ab dem 3. Oktober, z. B. Infusionen", "de"),
        ("", "", "en"),
    ],
)
def test_short_captions(caption: str, short: str, language: str) -> None:
    assert d.plain_text(short_caption((d.Text(caption),) if caption else (), language)) == short


def test_a_short_caption_keeps_its_emphasis_and_leaves_out_notes_and_citations() -> None:
    note = d.Note((paragraph("Source."),))
    cited = d.Citation((d.Text("[1]"),), ("a",), "cite-1")
    caption = (d.Emphasis((d.Text("Two. Three"),)), d.Text(" "), cited, d.Text(". Four"), note)
    assert short_caption(caption, "en") == (d.Emphasis((d.Text("Two"),)),)
    assert short_caption((d.Text("Two "), cited, d.Text(".")), "en") == (d.Text("Two"),)


def test_a_long_caption_is_cut_in_time() -> None:
    start = time.perf_counter()
    for caption in ("a. " * 60_000, "." * 200_000 + "x"):
        short_caption((d.Text(caption),), "en")
    assert time.perf_counter() - start < 5


def test_only_what_has_a_number_is_listed() -> None:
    shown = d.Conditional((figure("fig-c"),), (d.Condition("format", ("pdf",)),))
    book, problems = resolved(chapter("one", figure("fig-a"), figure(""), shown))
    assert [(line.id, line.number, d.plain_text(line.title)) for line in book.figures] == [
        ("fig-a", "1.1", "Caption"),
        ("fig-c", "1.2", "Caption"),
    ]
    assert [line.id for line in select(book, problems, format="html").figures] == ["fig-a"]


# --- the finished page ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long_index(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A book whose index fills several pages: every paragraph marks a word that stands nowhere else."""
    book = tmp_path_factory.mktemp("index") / "book"
    shutil.copytree(BOOKS / "stock", book)
    lines = [
        f'A paragraph that speaks of [term{n}x]{{.index}} and of []{{.index entry="main{n % 9}!sub{n}"}}points'
        + ", in so many words that the pages turn" * (n % 5)
        + "."
        for n in range(160)
    ]
    path: Path = book / "chapters/01-words.md"
    path.write_text(path.read_text("utf-8") + "\n\n" + "\n\n".join(lines) + "\n", "utf-8")
    return make(book, "pdf")


@pytest.mark.slow
def test_a_long_index_reads_in_its_order(long_index: Made) -> None:
    check_pdf(long_index)


@pytest.mark.slow
def test_the_pages_in_the_index_are_those_where_the_words_stand(long_index: Made) -> None:
    data = long_index.file(".pdf")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        printed = [page.label for page in pdf.pages]
        labels = page_labels(pdf)
    with pypdfium2.PdfDocument(data) as pdf:
        texts = [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in pdf]
    first = printed.index(labels["index"], printed.index("1"))
    index = " ".join(texts[first:])
    assert len(texts) - first >= 3
    for number in range(160):
        (label,) = re.findall(rf"term{number}x, (\w+)", index)
        assert f"term{number}x" in texts[printed.index(label, printed.index("1"))], number
