"""Care for records as a style wants them: what it prints, what a work lacks, the day of a page, capitals of titles."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from works import ARTICLE, BOOK, PAGE, library, record

from ketapub import document as d
from ketapub.citation_style import Needs, Style, load_style
from ketapub.library import read_library
from ketapub.library.essentials import ESSENTIALS
from ketapub.library.record import DATES, NAMES, TEXTS, TYPES
from ketapub.library.title_case import FEWEST_OF_A_PAGE, is_title_case
from ketapub.problems import Position, Problems, explanations
from ketapub.resolve.reference_care import SENTENCES, check_library, check_references

HERE = Path(__file__).parent
NLM, AMA, APA, MLA = "nlm-citation-sequence", "american-medical-association", "apa", "modern-language-association"


def style(name: str) -> Style:
    loaded = load_style(name, Position("book.toml", 1), Problems())
    assert loaded is not None
    return loaded


def told(name: str, **fields: Any) -> list[tuple[str, str]]:
    """What is said of one cited record in a style."""
    problems = Problems()
    check_references(library(record(**fields)), style(name), ["one"], problems)
    assert all(
        one.hint and one.severity == "warning" and one.at == Position("refs.json", 1, 2) for one in problems.found
    )
    return [(one.code, one.message) for one in problems.found]


# --- what a style prints -------------------------------------------------------------------------------------------


def own(bibliography: str, macros: str = "") -> Needs:
    xml = (
        '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">'
        f'{macros}<citation><layout><text variable="title"/></layout></citation>'
        f"<bibliography><layout>{bibliography}</layout></bibliography></style>"
    )
    return Needs(Style("own", "numeric", "", True, xml.encode()))


def test_a_branch_counts_for_its_type_only() -> None:
    needs = own(
        '<choose><if type="book thesis" match="any"><text variable="publisher"/></if>'
        '<else-if type="webpage"><text variable="URL"/></else-if><else><text variable="volume"/></else></choose>'
    )
    assert needs.prints("book", [], "publisher")
    assert needs.prints("thesis", [], "publisher")
    assert not needs.prints("webpage", [], "publisher")
    assert needs.prints("webpage", [], "URL")
    assert needs.prints("report", [], "volume")


def test_a_branch_may_ask_for_the_fields_of_the_record() -> None:
    needs = own(
        '<choose><if variable="DOI"><text variable="DOI"/></if>'
        '<else-if match="none" variable="PMID"><text variable="URL"/></else-if></choose>'
    )
    assert needs.prints("book", [], "URL")
    assert not needs.prints("book", ["DOI"], "URL")
    assert not needs.prints("book", ["PMID"], "URL")
    assert not needs.prints("book", [], "PMID")  # it is looked at and not printed


def test_where_only_the_engine_can_know_both_ways_count() -> None:
    needs = own(
        '<choose><if is-numeric="edition"><text variable="volume"/></if><else><text variable="page"/></else></choose>'
    )
    assert needs.prints("book", ["edition"], "volume")
    assert needs.prints("book", ["edition"], "page")
    assert not needs.prints("book", [], "volume")  # what is not there is no number


def test_the_first_substitute_that_there_is_stands_for_the_names() -> None:
    needs = own(
        '<names variable="author"><substitute><names variable="editor"/><text macro="its-title"/></substitute></names>',
        '<macro name="its-title"><text variable="title"/></macro>',
    )
    assert needs.prints("book", ["author"], "author")
    assert not needs.prints("book", ["author"], "editor")
    assert needs.prints("book", ["title"], "editor")
    assert needs.prints("book", [], "title")
    assert not needs.prints("book", ["editor"], "title")


def test_a_group_without_any_of_its_fields_is_not_printed() -> None:
    needs = own(
        '<group><text term="no date"/><text variable="issued"/></group><group><text term="online"/></group>'
        '<group><text term="accessed"/><date variable="accessed"/></group>'
    )
    assert needs.printed("book", []).terms == {"online"}
    assert needs.printed("book", ["accessed"]).terms == {"online", "accessed"}


def test_a_text_case_further_out_changes_the_title() -> None:
    macro = '<macro name="title"><text variable="title"/></macro>'
    assert own('<text macro="title"/>', macro).printed("book", ["title"]).stored == {"title"}
    assert own('<text macro="title" text-case="capitalize-first"/>', macro).printed("book", ["title"]).stored
    assert not own('<text macro="title" text-case="title"/>', macro).printed("book", ["title"]).stored
    assert own('<text variable="title" text-case="sentence"/>').printed("book", ["title"]).fields == {"title"}


def test_a_style_without_a_list_prints_works_in_its_citations() -> None:
    xml = (
        '<style xmlns="http://purl.org/net/xbiblio/csl" class="note"><citation><layout><choose>'
        '<if position="first"><text variable="title"/></if><else><text variable="volume"/></else>'
        "</choose></layout></citation></style>"
    )
    needs = Needs(Style("own", "note", "", True, xml.encode()))
    assert needs.printed("book", ["title", "volume"]).fields == {"title"}


def test_macros_in_a_circle_and_in_a_tower_end() -> None:
    circle = (
        '<macro name="a"><text variable="title"/><text macro="b"/></macro><macro name="b"><text macro="a"/></macro>'
    )
    assert own('<text macro="a"/>', circle).prints("book", [], "title")
    doubling = "".join(
        f'<macro name="m{n}"><text macro="m{n + 1}"/><text macro="m{n + 1}"/></macro>' for n in range(1000)
    )
    started = time.process_time()
    assert not own('<text macro="m0"/>', doubling).prints("book", [], "title")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("name", "kind", "field", "yes"),
    [
        (NLM, "book", "publisher", True),
        (NLM, "article-journal", "publisher", False),
        (NLM, "article-journal", "volume", True),
        (NLM, "webpage", "accessed", True),
        (NLM, "legislation", "accessed", False),
        (AMA, "webpage", "accessed", True),
        (APA, "thesis", "publisher", True),
        (MLA, "chapter", "container-title", True),
        ("royal-society-of-chemistry", "article-journal", "title", False),
    ],
)
def test_what_well_known_styles_print(name: str, kind: str, field: str, yes: bool) -> None:
    assert Needs(style(name)).prints(kind, ["URL", "author"], field) is yes


# --- reference-incomplete ------------------------------------------------------------------------------------------


def test_the_table_of_essentials_holds_names_of_csl() -> None:
    assert ESSENTIALS.keys() <= TYPES
    assert SENTENCES <= TYPES
    for essentials in ESSENTIALS.values():
        for one in essentials:
            assert one.fields <= TEXTS | NAMES | DATES
            assert set(one.shown) <= one.fields


@pytest.mark.parametrize("name", [NLM, AMA, APA, MLA, "bmj", "chicago-author-date"])
@pytest.mark.parametrize(
    "fields",
    [
        ARTICLE,
        ARTICLE | {"author": [{"literal": "Diabetes Prevention Program Research Group"}]},
        ARTICLE | {"volume": None, "DOI": "10.1001/jamapsychiatry.2025.3019"},  # ahead of print
        ARTICLE | {"volume": None, "issued": None, "status": "in press"},
        ARTICLE | {"container-title": None, "container-title-short": "Biol Psychiatry"},
        BOOK,
        BOOK | {"author": None, "editor": [{"family": "Gilstrap", "given": "Larry C."}]},
        BOOK | {"issued": {"literal": "no date"}},
        PAGE | {"accessed": {"date-parts": [[2026]]}},
        {"type": "report", "title": "A guide", "publisher": "WHO", "issued": {"date-parts": [[2023]]}},
        {"type": "legislation", "title": "An act"},
        {"type": "personal_communication"},
    ],
)
def test_sound_records_are_not_called_incomplete(name: str, fields: dict[str, Any]) -> None:
    assert told(name, **{key.replace("-", "_"): value for key, value in fields.items()}) == []


@pytest.mark.parametrize(
    ("fields", "lacking"),
    [
        (ARTICLE | {"author": None}, '"author"'),
        (ARTICLE | {"container-title": None}, '"container-title"'),
        (ARTICLE | {"volume": None}, '"volume" or "page" or "DOI"'),
        (ARTICLE | {"title": None, "issued": None, "author": None}, '"author", "title" and "issued"'),
        (BOOK | {"publisher": None}, '"publisher"'),
        (BOOK | {"issued": None}, '"issued"'),
        (BOOK | {"type": "chapter"}, '"container-title"'),
        (BOOK | {"type": "thesis", "publisher": None}, '"publisher"'),
        (PAGE | {"URL": None}, '"URL"'),
    ],
)
def test_what_is_missing_is_named(fields: dict[str, Any], lacking: str) -> None:
    message = f'reference "one" has no {lacking}, which the style "{NLM}" prints for type "{fields["type"]}"'
    assert told(NLM, **fields) == [("reference-incomplete", message)]


def test_what_the_style_does_not_print_is_not_missed() -> None:
    assert told("royal-society-of-chemistry", **(ARTICLE | {"title": None})) == []


def test_a_book_without_a_date_is_whole_where_the_style_says_so() -> None:
    assert told(APA, **(BOOK | {"issued": None})) == []  # "(n.d.)"
    assert [code for code, _ in told(APA, **(ARTICLE | {"issued": None}))] == ["reference-incomplete"]


def test_a_record_with_a_bad_value_is_not_called_incomplete_besides() -> None:
    bad = record(**(ARTICLE | {"issued": None}))
    problems = Problems()
    problems.add("bad-reference", bad.at, "its date is wrong")
    check_references(library(bad), style(NLM), ["one"], problems)
    assert [one.code for one in problems.found] == ["bad-reference"]


# --- access-date ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        (PAGE, ["access-date"]),
        (PAGE | {"container-title": "Fact sheets"}, ["access-date"]),
        (PAGE | {"accessed": {"date-parts": [[2026, 11, 23]]}}, []),
        (PAGE | {"DOI": "10.1000/1"}, []),
        (ARTICLE | {"URL": "https://example.org/1"}, []),
        (BOOK | {"type": "report", "URL": "https://example.org/1"}, ["access-date"]),
        (ARTICLE | {"DOI": "10.1000/1", "accessed": {"date-parts": [[2026]]}}, []),
    ],
)
def test_the_day_on_which_a_page_was_read(fields: dict[str, Any], codes: list[str]) -> None:
    assert [code for code, _ in told(NLM, **fields)] == codes


def test_a_style_that_prints_no_such_day_asks_for_none() -> None:
    assert told("science", **PAGE) == []


# --- title-case ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Antidepressant Effects of Ketamine in Depressed Patients",
        "A Double-blind, Randomized, Placebo-controlled Study of Intravenous Ketamine in Patients With Depression",
        "Ketamine for Depression: A Randomized Trial of Intravenous Treatment",
        "NMDA Receptor Blockade at Rest Triggers Rapid Antidepressant Responses and mTOR Signaling",
        '<b>Care</b> of <i><span class="nocase">H. pylori</span></i> Infection in Primary Care and Hospital Practice',
    ],
)
def test_headings(title: str) -> None:
    assert is_title_case(title, "")
    assert is_title_case(title, "en-US")
    assert not is_title_case(title, "fr")


@pytest.mark.parametrize(
    "title",
    [
        "Antidepressant effects of ketamine in depressed patients",
        "Ketamine or ECT? What have we learned from the KetECT and ELEKT-D trials?",
        "The Canadian Network for Mood and Anxiety Treatments (CANMAT) Task Force recommendations for use of ketamine",
        "Development of the Patient Education Materials Assessment Tool (PEMAT): a new measure of understandability",
        "Management of <i>Helicobacter pylori</i> infection\N{EM DASH}the Maastricht V/Florence Consensus Report",
        "A randomized trial of an N-methyl-D-aspartate antagonist in Alzheimer and Parkinson disease",
        "Mental health in the United States, New Zealand and South Africa: a survey",
        "The CDC Clear Communication Index",
        "Global Burden of Disease Study 2019",
        "Wirksamkeit und Sicherheit von Ketamin bei Depression: Ergebnisse einer Studie der Charité Berlin",
        "Efectos antidepresivos de la ketamina en pacientes con Depresión Mayor",
        '<span class="nocase">The Ensembl Variant Effect Predictor and Its Users</span>',
        "KETAMINE FOR DEPRESSION: A RANDOMIZED TRIAL OF INTRAVENOUS TREATMENT",
        "",
    ],
)
def test_sentences_and_names(title: str) -> None:
    assert not is_title_case(title, "")
    assert not is_title_case(title, "de")


def test_a_page_of_the_web_may_be_called_by_a_name() -> None:
    name = "Department of Health and Human Services Guidance"
    assert is_title_case(name, "en")
    assert not is_title_case(name, "en", fewest=FEWEST_OF_A_PAGE)


@pytest.mark.parametrize(
    ("name", "kind", "codes"),
    [
        (NLM, "article-journal", ["title-case"]),
        (AMA, "article-journal", ["title-case"]),
        (MLA, "article-journal", []),  # makes every title a heading
        (NLM, "book", []),
    ],
)
def test_only_where_the_style_prints_titles_as_they_are(name: str, kind: str, codes: list[str]) -> None:
    title = "Antidepressant Effects of Ketamine in Depressed Patients"
    fields = (ARTICLE if kind == "article-journal" else BOOK) | {"title": title}
    assert [code for code, _ in told(name, **fields)] == codes


# --- all of it -----------------------------------------------------------------------------------------------------

CODES = ["reference-incomplete", "access-date", "title-case", "bad-identifier", "duplicate-work", "uncited-reference"]


def test_the_page_for_authors_names_codes_and_types() -> None:
    page = (HERE.parent / "docs/references.md").read_text(encoding="utf-8")
    page = page.partition("## Care for the data\n")[2].partition("\n## ")[0]
    first = [re.findall("`([^`]+)`", row) for row in re.findall(r"^\| (`[^|]+) \|", page, re.MULTILINE)]
    named = [name for row in first for name in row]
    assert set(CODES) <= set(named)
    assert set(named) - set(CODES) <= ESSENTIALS.keys()


@pytest.mark.parametrize("code", CODES)
def test_each_code_can_be_switched_off(code: str) -> None:
    assert not explanations()[code].get("always")


@pytest.mark.parametrize("file", sorted((HERE / "citations").glob("medical.*")), ids=lambda path: path.suffix)
@pytest.mark.parametrize("name", [NLM, AMA, APA, MLA])
def test_the_medical_references_are_sound_in_every_format(file: Path, name: str) -> None:
    problems = Problems()
    whole = read_library(((file.name, file.read_bytes()),), problems)
    all_listed = d.Chapter("a", "body", d.Heading(1, ()), (), "a.md", nocite=("@*",))
    check_library((all_listed,), None, whole, problems)
    check_references(whole, style(name), whole.records, problems)
    assert [str(one) for one in problems.found if one.code in CODES] == []


def test_five_thousand_records_take_little_time() -> None:
    works = [
        record(
            f"k{n}",
            n,
            **(
                PAGE
                | {"title": f"The Effects of Many Things on Other Things {n % 50}", "issued": {"date-parts": [[2020]]}}
            ),
        )
        for n in range(1, 5001)
    ]
    whole = library(*works)
    problems = Problems()
    sheet = style(NLM)
    started = time.process_time()
    check_library((), None, whole, problems)
    check_references(whole, sheet, whole.records, problems)
    assert time.process_time() - started < 2  # a tenth of that on a quiet machine
    assert len(problems.found) > 5000
