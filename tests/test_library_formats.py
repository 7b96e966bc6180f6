"""Reference files of every format: that they read to the same records, what becomes of each part, and hostile ones."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from ketapub import document as d
from ketapub.citation_style import Cluster, format_citations, load_style
from ketapub.cli import main
from ketapub.library import READERS, Library, Record, bibtex, read_library
from ketapub.library.bibtex_names import names_of
from ketapub.library.csl_yaml import marked_up
from ketapub.library.dates import edtf, spoken
from ketapub.library.latex import from_latex, verbatim
from ketapub.library.record import TYPES as CSL_TYPES
from ketapub.locale import words
from ketapub.problems import NOWHERE, Position, Problem, Problems
from ketapub.resolve.work_names import called

HERE = Path(__file__).parent
FILES = HERE / "citations"
STYLES = ("nlm-citation-sequence-brackets", "american-medical-association", "apa")


def read(text: str, name: str) -> tuple[Library, list[Problem]]:
    problems = Problems()
    return read_library(((name, text.encode()),), problems), problems.found


def record(text: str, name: str = "r.bib") -> dict[str, Any]:
    """The fields of the only record of a file that nothing is said about."""
    library, found = read(text, name)
    assert found == []
    [one] = library.records.values()
    return dict(one.fields)


def bib(fields: str, kind: str = "article") -> dict[str, Any]:
    return record(f"@{kind}{{a, {fields}}}")


def ris(*lines: str) -> dict[str, Any]:
    return record("\n".join(("TY  - JOUR", *lines, "ER  - ")), "r.ris")


def nbib(*lines: str) -> dict[str, Any]:
    return record("\n".join(("PMID- 7", *lines)), "r.nbib")


def told(found: list[Problem]) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.severity, str(problem.at)) for problem in found]


def entry(style: str, fields: dict[str, Any]) -> str:
    """A work's entry in the list of references, as text."""
    loaded = load_style(style, NOWHERE, Problems())
    assert loaded is not None
    library, _ = read(json.dumps([{"id": "w", "type": "article-journal", "title": "T"} | fields]), "r.json")
    return d.plain_text(format_citations(loaded, "en-US", library.records, (), tuple(library.records)).entries[0].body)


# --- the same works in each format ---------------------------------------------------------------------------------


def bare(value: Any) -> Any:
    """Titles without the spans that BibTeX's braces make: they change no letter as long as no style changes case."""
    return re.sub(r'<span class="nocase">|</span>', "", value) if isinstance(value, str) else value


def medical(name: str) -> dict[str, dict[str, Any]]:
    library, found = read((FILES / name).read_text(encoding="utf-8"), name)
    assert found == []
    return {key: {field: bare(value) for field, value in one.fields.items()} for key, one in library.records.items()}


WORKS = medical("medical.json")


def test_csl_yaml_holds_everything() -> None:
    assert medical("medical.yaml") == WORKS


def test_bibtex_holds_everything() -> None:
    works = medical("medical.bib")
    assert works.pop("vogelstein2002")["type"] == "book"  # of which meltzer2002 has its book by `crossref`
    assert works == WORKS


def test_ris_holds_all_but_particles() -> None:
    works = medical("medical.ris")
    assert works["hofman2021"]["author"].pop() == {"family": "van der Heide", "given": "Jean-Pierre"}
    wanted = {key: dict(fields) for key, fields in WORKS.items()}
    wanted["hofman2021"]["author"] = wanted["hofman2021"]["author"][:-1]
    del wanted["malfertheiner2017"]["container-title-short"]  # JO alone is the name of the journal
    assert works == wanted


def test_nbib_holds_articles_and_no_dots_particles_markup_or_addresses() -> None:
    works = medical("medical.nbib")
    pairs = zip(works.values(), (one for one in WORKS.values() if one["type"] == "article-journal"), strict=True)
    for found, wanted in pairs:
        wanted = dict(wanted)
        wanted["author"] = [
            {
                "family": f"{name.pop('non-dropping-particle', '')} {name['family']}".strip(),
                "given": name["given"].replace(".", ""),
                **({"suffix": name["suffix"]} if "suffix" in name else {}),
            }
            if "family" in name
            else name
            for name in (dict(one) for one in wanted["author"])
        ]
        wanted["title"] = re.sub(r"<[^>]+>", "", wanted["title"])
        wanted |= {"id": f"pmid{found['PMID']}", "PMID": found["PMID"]}
        wanted["language"] = {"nb": "no"}.get(wanted["language"], wanted["language"])  # MARC has one code for both
        wanted.pop("URL", None)
        assert found == wanted


@pytest.mark.parametrize("suffix", READERS)
def test_every_reader_takes_an_empty_file_in_its_stride(suffix: str) -> None:
    library, found = read("", f"r{suffix}")
    assert library.records == {}
    assert {problem.code for problem in found} <= {"broken-references"}  # JSON and YAML want a list


def test_the_end_of_the_name_decides() -> None:
    _, found = read("@book{a}", "references.docx")
    assert [problem.code for problem in found] == ["unknown-reference-format"]
    assert all(suffix in found[0].hint for suffix in READERS)
    assert list(read("@book{a,}", "R.BIB")[0].records) == ["a"]


def test_a_text_file_is_one_of_pubmed_or_none() -> None:
    assert list(read("\nPMID- 7\nTI  - T.\n", "pubmed.txt")[0].records) == ["pmid7"]
    library, found = read("Dear reader,", "notes.txt")
    assert [problem.code for problem in found] == ["unknown-reference-format"]
    assert "PMID-" in found[0].hint
    assert not library.complete


def test_one_key_in_two_files_of_two_formats() -> None:
    problems = Problems()
    files = (("a.bib", b"@book{rush2006, title={A}}"), ("b.ris", b"\nTY  - BOOK\nID  - rush2006\nER  - \n"))
    assert len(read_library(files, problems).records) == 1
    assert told(problems.found) == [("duplicate-reference", "error", "b.ris:2:1")]
    assert "a.bib:1:1" in problems.found[0].message


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
@pytest.mark.parametrize("name", ["medical.bib", "medical.yaml", "medical.ris", "medical.nbib"])
def test_line_ends_of_other_systems(name: str, ending: str) -> None:
    text = (FILES / name).read_text(encoding="utf-8")
    library, found = read(text, name)
    other, said = read("\ufeff" + text.replace("\n", ending), name)
    assert (other, said) == (library, found)


# --- dates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2020", {"date-parts": [[2020]]}),
        ("2020-05", {"date-parts": [[2020, 5]]}),
        ("2020-05-03T10:00:00Z", {"date-parts": [[2020, 5, 3]]}),
        ("2020/2021", {"date-parts": [[2020], [2021]]}),
        ("2020-05/2020-06", {"date-parts": [[2020, 5], [2020, 6]]}),
        ("2020~", {"date-parts": [[2020]], "circa": True}),
        ("2020-21", {"date-parts": [[2020]], "season": "1"}),
        ("2020-21/2020-22", {"date-parts": [[2020, 21], [2020, 22]]}),
        ("2020/..", {"literal": "2020–"}),
        ("-0044-03-15", {"date-parts": [[-44, 3, 15]]}),
    ],
)
def test_dates_of_edtf(text: str, date: Any) -> None:
    assert edtf(text) == spoken(text) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2021 Mar 29", {"date-parts": [[2021, 3, 29]]}),
        ("2021 Mar-Apr", {"date-parts": [[2021, 3], [2021, 4]]}),
        ("1998 Dec-1999 Jan", {"date-parts": [[1998, 12], [1999, 1]]}),
        ("2021 Mar 3-9", {"date-parts": [[2021, 3, 3], [2021, 3, 9]]}),
        ("2021 Winter", {"date-parts": [[2021]], "season": "4"}),
        ("29th March, 2021", {"date-parts": [[2021, 3, 29]]}),
        ("Sept. 2021", {"date-parts": [[2021, 9]]}),
        ("2021/3/29", {"date-parts": [[2021, 3, 29]]}),
        ("2020/21", {"date-parts": [[2020], [2021]]}),
        ("ca. 1990", {"date-parts": [[1990]], "circa": True}),
        ("in press", {"literal": "in press"}),
        ("5 2020", {"literal": "5 2020"}),
        ("May", {"literal": "May"}),
        ("2020a", {"literal": "2020a"}),
        ("9" * 1000, {"literal": "9" * 1000}),
    ],
)
def test_dates_as_people_write_them(text: str, date: Any) -> None:
    assert spoken(text) == date


# --- CSL-YAML ------------------------------------------------------------------------------------------------------


def test_yaml_values_are_the_text_that_stands_there() -> None:
    fields = record("- id: 010\n  type: book\n  language: no\n  volume: 010\n  page: 1:20\n  issue: 1.50\n", "r.yaml")
    assert fields == {"id": "010", "type": "book", "language": "no", "volume": "010", "page": "1:20", "issue": "1.50"}


def test_yaml_nothing_is_nothing_and_a_quoted_tilde_is_one() -> None:
    fields = record('- {id: a, type: book, volume: , issue: ~, page: null, edition: "~", title: ""}', "r.yaml")
    assert fields == {"id": "a", "type": "book", "edition": "~"}


def test_yaml_of_a_markdown_file() -> None:
    text = (
        "---\ntitle: My library\nnocite: |\n  @*\nreferences:\n- id: a\n  type: book\n---\n\n# Text {that is no: yaml\n"
    )
    library, found = read(text, "r.yaml")
    assert found == []
    assert library.records["a"].at == Position("r.yaml", 6, 3)


@pytest.mark.parametrize(
    ("title", "tags"),
    [
        ("Management of *Helicobacter pylori*", "Management of <i>Helicobacter pylori</i>"),
        ("_E. coli_ and **bold**", "<i>E. coli</i> and <b>bold</b>"),
        ("[^177^Lu]Lu, H~2~O", "[<sup>177</sup>Lu]Lu, H<sub>2</sub>O"),
        ("[HIV]{.nocase}", '<span class="nocase">HIV</span>'),
        ("CYP2D6*4 and CYP2C19*2", "CYP2D6*4 and CYP2C19*2"),
        ("~50% to ~60%", "~50% to ~60%"),
        ("a * b * c", "a * b * c"),
        (r"\*not\* 2\^nd", "*not* 2^nd"),
        ("<i>x</i> snake_case_word", "<i>x</i> snake_case_word"),
    ],
)
def test_markdown_in_yaml_titles(title: str, tags: str) -> None:
    assert marked_up(title) == tags


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("- &a {id: a}\n- *a", "r.yaml:2:3", "alias"),
        ("- id: a\n  title: [x", "r.yaml:3:1", "not valid YAML"),
        ("- id: a\n\ttitle: x", "r.yaml:2:1", "not valid YAML"),
        ("- {id: a, id: b}", "r.yaml:1:11", "twice"),
        ("- {[a]: b}", "r.yaml:1:4", "not text"),
        ("- " * 50, "r.yaml:1:27", "too deeply"),
        ("- " + "[" * 1_000_000, "r.yaml:1:15", "too deeply"),
        ("title: x", "r.yaml:1:1", "no `references:`"),
        ("references: x", "r.yaml:1:13", "not a list"),
        ("just text", "r.yaml:1:1", "open with a list"),
        ("- id: a\n  title: \x07", "r.yaml:2:10", "control character"),
    ],
)
def test_yaml_faults_have_their_place(text: str, place: str, words: str) -> None:
    _, found = read(text, "r.yaml")
    fault = found[-1]
    assert (fault.code, str(fault.at)) == ("broken-references", place)
    assert words in fault.message


# --- BibTeX and BibLaTeX -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "text", "tags"),
    [
        (r"Mar{\'\i}a M\'{\i}a", "María Mía", "María Mía"),
        (r"G{\"o}del, \"{U}nal, \aa ngstr\"om", "Gödel, Ünal, ångström", "Gödel, Ünal, ångström"),
        (r"\c{S}ahin U{\u{g}}ur \v S Stra\ss e", "Şahin Uğur Š Straße", "Şahin Uğur Š Straße"),
        (r"a--b~c \& d\% \$5", "a–b c & d% $5", "a–b c & d% $5"),
        (r"``x'' O'Morain", "“x” O'Morain", "“x” O'Morain"),
        (r"{HIV} in {\'E}vora", "HIV in Évora", '<span class="nocase">HIV</span> in Évora'),
        (r"{{All of It}}", "All of It", '<span class="nocase">All of It</span>'),
        (r"$^{18}$F, H$_2$O", "18F, H2O", "<sup>18</sup>F, H<sub>2</sub>O"),
        (r"$\alpha$-blocker, 10$^{-3}$", "α-blocker, 10−3", "α-blocker, 10<sup>−3</sup>"),
        (r"\emph{E. coli} {\it x} y", "E. coli x y", "<i>E. coli</i> <i>x</i> y"),
        (r"\textsuperscript{177}Lu", "177Lu", "<sup>177</sup>Lu"),
        (r"\href{https://x.org}{words}\footnote{no}", "words", '<span class="nocase">words</span>'),
        (r"\unknown{kept} \noopsort{1973}x", "kept x", "kept x"),
        ("un}bal{anced", "unbalanced", 'unbal<span class="nocase">anced</span>'),
        ("{ \\", " \\", " \\"),
    ],
)
def test_latex(written: str, text: str, tags: str) -> None:
    assert from_latex(written) == text
    assert from_latex(written, tags=True) == tags


def test_addresses_keep_their_signs() -> None:
    assert verbatim(r"\url{https://x.org/a\_b~c?d=1\&e}") == "https://x.org/a_b~c?d=1&e"
    assert bib(r"doi = {10.1002/(SICI)1097\_0258}")["DOI"] == "10.1002/(SICI)1097_0258"


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Rush, A. John and Madhukar H. Trivedi", [("Rush", "A. John"), ("Trivedi", "Madhukar H.")]),
        (r"X, Y and \"{U}nal, Serhat", [("X", "Y"), ("Ünal", "Serhat")]),
        ("{World Health Organization}", [{"literal": "World Health Organization"}]),
        ("{Barnes and Noble, Inc.}", [{"literal": "Barnes and Noble, Inc."}]),
        ("Ludwig van Beethoven", [{"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"}]),
        ("de Gaulle", [{"family": "Gaulle", "non-dropping-particle": "de"}]),
        ("Frenck, Jr, Robert W.", [{"family": "Frenck", "given": "Robert W.", "suffix": "Jr"}]),
        ("Robert W. Frenck, Jr", [{"family": "Frenck", "given": "Robert W.", "suffix": "Jr"}]),
        ("family=Beethoven, given=Ludwig, prefix=van", [
            {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"}
        ]),
        ("Rush, A. and others", [("Rush", "A."), {"literal": "others"}]),
        ("李小龙", [{"family": "李小龙"}]),
        ("مصطفى, أحمد", [("مصطفى", "أحمد")]),
        (", and ,", []),
    ],
)  # fmt: skip
def test_names(written: str, names: list[Any]) -> None:
    wanted = [one if isinstance(one, dict) else {"family": one[0], "given": one[1]} for one in names]
    assert names_of(written) == wanted


@pytest.mark.parametrize(
    ("style", "two", "one"),
    [
        (STYLES[0], "Rush AJ, Trivedi MH, et al. T.", "Rush AJ et al. T."),
        (STYLES[1], "Rush AJ, Trivedi MH, et al. T.", "Rush AJ et al. T."),
        (STYLES[2], "Rush, A. J., Trivedi, M. H., et al. (n.d.). T.", "Rush, A. J. et al. (n.d.). T."),
    ],
)
def test_and_others_is_et_al_in_each_style(style: str, two: str, one: str) -> None:
    assert entry(style, {"author": names_of("Rush, A. J. and Trivedi, M. H. and others")}).startswith(two)
    assert entry(style, {"author": names_of("Rush, A. J. and others")}).startswith(one)


def test_a_sentence_calls_one_author_and_others_et_al() -> None:
    one = Record("a", {"author": names_of("Rush, A. J. and others")}, NOWHERE)
    assert called(one, words("en")) == "Rush et al."


@pytest.mark.parametrize("kind", [*bibtex.TYPES])
def test_every_type_is_one_of_csl(kind: str) -> None:
    assert bib("title = {x}", kind)["type"] in CSL_TYPES


@pytest.mark.parametrize(
    ("kind", "fields", "wanted"),
    [
        ("article", "number = 4, issue = {Spring}, series = {2}", {"issue": "4, Spring", "collection-title": "2"}),
        ("book", "series = {Notes}, number = 3", {"collection-title": "Notes", "collection-number": "3"}),
        (
            "techreport",
            "number = {TR-1}, institution = {NIH}",
            {"type": "report", "number": "TR-1", "publisher": "NIH"},
        ),
        ("phdthesis", "school = {MIT}", {"type": "thesis", "publisher": "MIT", "genre": "PhD thesis"}),
        ("thesis", "type = {mathesis}, institution = {A and B}", {"genre": "Master’s thesis", "publisher": "A; B"}),
        ("misc", r"howpublished = {\url{https://x.org/a\_b}}", {"type": "webpage", "URL": "https://x.org/a_b"}),
        ("misc", "eprint = {2101.1}, archiveprefix = {arXiv}", {"type": "article", "number": "arXiv:2101.1"}),
        ("article", "eprint = {123}, eprinttype = {pubmed}", {"PMID": "123"}),
        ("article", "note = {PMID: 123}, pmcid = {PMC7}", {"PMID": "123", "PMCID": "PMC7"}),
        ("article", "journal = jama, year = 2020", None),
        ("article", 'month = "10~" # mar, year = 2020', {"issued": {"date-parts": [[2020, 3, 10]]}}),
        ("article", "month = 3, year = 2020", {"issued": {"date-parts": [[2020, 3]]}}),
        ("article", "month = {Mar--Apr}, year = 2020", {"issued": {"date-parts": [[2020, 3], [2020, 4]]}}),
        ("article", "year = {in press}", {"issued": {"literal": "in press"}}),
        ("online", "urldate = {2024-03-05}", {"accessed": {"date-parts": [[2024, 3, 5]]}}),
        ("book", "edition = {Fourth}", {"edition": "4"}),
        ("book", "edition = {2nd ed.}", {"edition": "2"}),
        ("book", "edition = {Revised}", {"edition": "Revised"}),
        ("book", "title = {Why?}, subtitle = {Because}", {"title": "Why? Because"}),
        ("article", "langid = {ngerman}", {"language": "de"}),
        ("article", "language = {Klingon}, keywords = {a}, abstract = {b}, mendeley-tags = {c}", {}),
        ("collection", "editor = {A, B}, editortype = {compiler}", {"compiler": [{"family": "A", "given": "B"}]}),
    ],
)
def test_fields(kind: str, fields: str, wanted: dict[str, Any] | None) -> None:
    if wanted is None:
        _, found = read(f"@{kind}{{a, {fields}}}", "r.bib")
        assert told(found) == [("broken-reference", "error", "r.bib:1:13")]
        assert "@string" in found[0].message
        return
    got = bib(fields, kind)
    assert {name: got.get(name) for name in wanted} == wanted
    assert not {"keyword", "abstract"} & got.keys()


INHERITING = """
@inbook{chapter, title = {C}, crossref = {whole}}
@inproceedings{paper, title = {P}, booktitle = {Its own}, xdata = {place}, crossref = {conf}}
@article{item, title = {A}, crossref = {journal}}
@book{whole, title = {W}, subtitle = {S}, author = {Ada Example}, year = 2002, shorttitle = {not handed on}}
@proceedings{conf, title = {Conf}, editor = {Bo Muster}, publisher = {X}}
@periodical{journal, title = {J}, year = 2003}
@xdata{place, location = {Bern}}
"""


def test_what_an_entry_has_from_others() -> None:
    library, found = read(INHERITING, "r.bib")
    assert found == []
    works = {key: one.fields for key, one in library.records.items()}
    assert list(works) == ["chapter", "paper", "item", "whole", "conf", "journal"]
    ada = [{"family": "Example", "given": "Ada"}]
    assert works["chapter"]["container-title"] == "W: S"
    assert (works["chapter"]["author"], works["chapter"]["container-author"]) == (ada, ada)
    assert "title-short" not in works["chapter"]
    assert (works["paper"]["container-title"], works["paper"]["publisher-place"]) == ("Its own", "Bern")
    assert works["item"]["container-title"] == "J"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@book{a, crossref = {b}}", 'crossref "b"'),
        ("@book{a, crossref = {b}}\n@book{b, crossref = {a}}", "circle"),
        ("@book{a, xdata = {a}}", "circle"),
        ("".join(f"@book{{k{i}, crossref = {{k{i + 1}}}}}\n" for i in range(20)), "too many"),
    ],
)
def test_what_cannot_be_had_from_others(text: str, words: str) -> None:
    _, found = read(text, "r.bib")
    assert {problem.code for problem in found} == {"broken-reference"}
    assert words in found[0].message


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("\n @article{a, title = {x}\n\n@book{b, title = {y}}", "r.bib:2:2", '"a" is not closed before the next one'),
        ("@book{b, title = {y}}\n@article{a, title = {x", "r.bib:2:1", '"a" is not closed before the end'),
        ('@article{a, title = "x}\n\n@book{b, title = {y}}', "r.bib:1:1", '"a" is not closed'),
        ("@article{a,\n  title = {x} year = {2000}}", "r.bib:2:3", "behind its end"),
        ("@article{a, title = {x}}, year = {2000}}\n@book{b,}", "r.bib:1:25", "behind the end"),
        ("@article{a, title}\n@book{b,}", "r.bib:1:1", "cannot be read"),
        ("@article a, title = {x}}\n@book{b,}", "r.bib:1:1", "no brace opens"),
        ("@article{, title = {x}}\n@book{b,}", "r.bib:1:1", "no key"),
        ("@string{a = {x}\n@book{b,}", "r.bib:1:1", "@string"),
        ("@book{b,}\n@article{a, title = }", "r.bib:2:13", "empty"),
    ],
)
def test_one_broken_entry_costs_no_other(text: str, place: str, words: str) -> None:
    library, found = read(text, "r.bib")
    assert told(found) == [("broken-reference", "error", place)]
    assert words in found[0].message
    assert "b" in library.records or "a" in library.records
    assert library.complete


def test_citing_a_broken_entry_is_no_second_fault() -> None:
    library, found = read("@article{a, title = {x\n\n@book{b,}", "r.bib")
    assert len(found) == 1
    assert set(library.records) == {"a", "b"}


def test_one_broken_entry_of_five_thousand_takes_seconds() -> None:
    entries = [
        f"@article{{k{number}, author = {{M{{\\'i}}ra, A. and Rush, A. John and {{The Group}}}}, year = 2006,\n"
        f"  title = {{Outcomes of {{HIV}} in \\emph{{E. coli}} {number}}}, journal = {{J}}, pages = {{1--2}}}}\n"
        for number in range(5000)
    ]
    entries[2500] = entries[2500].replace("year", "{year")
    begun = time.monotonic()
    library, found = read("".join(entries), "r.bib")
    assert told(found) == [("broken-reference", "error", "r.bib:5001:1")]
    assert len(library.records) == 5000
    assert time.monotonic() - begun < 60  # 5 on a machine that does nothing else


def test_warnings_that_stop_nothing() -> None:
    library, found = read("@artcle{a, title = {x}} @book{b, title = {y}, Title = {z}, title = {z}}", "r.bib")
    assert told(found) == [("broken-reference", "warning", "r.bib:1:1"), ("broken-reference", "warning", "r.bib:1:25")]
    assert '"article"' in found[0].hint
    assert library.records["b"].fields["title"] == "y"


def test_nothing_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    read("@article{a, title = {x\n\n@book{b,}", "r.bib")
    assert caplog.records == []


# --- RIS -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["AU  - World Health Organization"], {"author": [{"literal": "World Health Organization"}]}),
        (["AU  - European Society,"], {"author": [{"literal": "European Society"}]}),
        (["A1  - Frenck, Robert W., Jr"], {"author": [{"family": "Frenck", "given": "Robert W.", "suffix": "Jr"}]}),
        (["AU  - Frenck, Robert W. Jr"], {"author": [{"family": "Frenck", "given": "Robert W.", "suffix": "Jr"}]}),
        (["T2  - Headache", "JA  - Hdache"], {"container-title": "Headache", "container-title-short": "Hdache"}),
        (["JF  - The Lancet", "JO  - Lancet"], {"container-title": "The Lancet", "container-title-short": "Lancet"}),
        (["JF  - The Lancet", "T2  - Lancet"], {"container-title": "The Lancet", "container-title-short": "Lancet"}),
        (["JO  - Gut"], {"container-title": "Gut"}),
        (["PY  - 2021", "DA  - 2021/03/29/Epub"], {"issued": {"date-parts": [[2021, 3, 29]]}}),
        (["Y1  - 2021/03//"], {"issued": {"date-parts": [[2021, 3]]}}),
        (["PY  - 2021///Winter"], {"issued": {"date-parts": [[2021]], "season": 4}}),
        (["PY  - 2020", "DA  - 2021/01/05"], {"issued": {"date-parts": [[2020]]}}),
        (["SP  - 284", "EP  - 7"], {"page": "284-7"}),
        (["SP  - 284-287", "EP  - 287"], {"page": "284-287"}),
        (["SP  - n71"], {"page": "n71"}),
        (["AN  - 123", "DB  - PubMed"], {"PMID": "123"}),
        (["AN  - 123", "DB  - PsycINFO"], {"PMID": None}),
        (["C2  - PMC7"], {"PMCID": "PMC7"}),
        (["SN  - 0028-4793 (Print)"], {"ISSN": "0028-4793"}),
        (["SN  - 978-3-16-148410-0"], {"ISBN": "978-3-16-148410-0"}),
        (["TI  - A title that", "goes on", "N2  - dropped", "AB  - dropped"], {"title": "A title that goes on"}),
        (["UR  - https://x.org", "DO  - https://doi.org/10.1/x"], {"URL": "https://x.org", "DOI": "10.1/x"}),
    ],
)
def test_ris(lines: list[str], wanted: dict[str, Any]) -> None:
    fields = ris("ID  - a", *lines)
    assert {name: fields.get(name) for name in wanted} == wanted
    assert "abstract" not in fields


def test_ris_parts_and_wholes() -> None:
    text = "TY  - {}\nID  - a\nTI  - T\nT2  - Whole\nA2  - Editor, E.\nET  - 4th ed.\nCY  - Bern\nER  -"
    assert record(text.format("CHAP"), "r.ris")["container-title"] == "Whole"
    assert record(text.format("BOOK"), "r.ris")["collection-title"] == "Whole"
    book = record(text.format("BOOK"), "r.ris")
    assert (book["edition"], book["publisher-place"], book["editor"]) == (
        "4", "Bern", [{"family": "Editor", "given": "E."}]
    )  # fmt: skip


def test_ris_makes_the_keys_that_are_missing() -> None:
    one = "TY  - JOUR\nAU  - {}\nPY  - 2006\nER  - \n"
    text = one.format("Rush, A.") * 3 + one.format("Pérez Marc, G.") + one.format("World Health Organization")
    text += "TY  - JOUR\nTI  - Nobody wrote it\nER  - \nTY  - JOUR\nER  - \n"
    text += "TY  - JOUR\nID  - rush2006-b\nER  - \nTY  - JOUR\nID  - two words\nAU  - X\nER  - \n"
    library, found = read(text, "r.ris")
    assert found == []
    assert list(library.records) == [
        "rush2006", "rush2006-c", "rush2006-d", "pérezmarc2006", "worldhealthorganization2006", "nobody",
        "reference", "rush2006-b", "x",
    ]  # fmt: skip


def test_ris_loses_nothing_without_saying_so() -> None:
    text = (
        "Provider: X\n\nTY  - JOUR\nID  - a\nTY  - XXXX\nID  - b\nER  - \nstray\nmore\nTY  - JOUR\nID  - c\nTI  - end"
    )
    library, found = read(text, "r.ris")
    assert list(library.records) == ["a", "b", "c"]
    assert told(found) == [
        ("broken-reference", "error", "r.ris:1:1"),
        ("broken-reference", "error", "r.ris:8:1"),
        ("broken-reference", "warning", "r.ris:3:1"),
        ("broken-reference", "warning", "r.ris:5:1"),
        ("broken-reference", "warning", "r.ris:10:1"),
    ]


# --- PubMed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["FAU - Rush, A John", "CN  - STAR*D Group", "FAU - Frenck, Robert W Jr"], {"author": [
            {"family": "Rush", "given": "A John"}, {"literal": "STAR*D Group"},
            {"family": "Frenck", "given": "Robert W", "suffix": "Jr"},
        ]}),
        (["FAU - Gilstrap, Larry C 3rd", "AU  - Gilstrap LC 3rd"], {"author": [
            {"family": "Gilstrap", "given": "Larry C", "suffix": "3rd"}
        ]}),
        (["AU  - Gilstrap LC 3rd"], {"author": [{"family": "Gilstrap", "given": "L. C.", "suffix": "3rd"}]}),
        (["DP  - 2021 Mar-Apr"], {"issued": {"date-parts": [[2021, 3], [2021, 4]]}}),
        (["DP  - 2021 Winter"], {"issued": {"date-parts": [[2021]], "season": 4}}),
        (["TI  - Is it so?"], {"title": "Is it so?"}),
        (["TI  - [Fear of illness]."], {"title": "[Fear of illness]"}),
        (["TI  - A title that", "      goes on."], {"title": "A title that goes on"}),
        (["AID - n71 [pii]", "AID - 10.1136/bmj.n71 [doi]"], {"page": "n71", "DOI": "10.1136/bmj.n71"}),
        (["AID - S0006-8993(02)02445-9 [pii]"], {"page": None}),
        (["PG  - e123", "LID - 10.1/x [doi]"], {"page": "e123", "DOI": "10.1/x"}),
        (["PMC - PMC7", "LA  - ger"], {"PMCID": "PMC7", "language": "de"}),
        (["IS  - 1234-5678 (Print)"], {"ISSN": "1234-5678"}),
        (["PST - aheadofprint", "DP  - 2021 Mar 29"], {"status": "ahead of print", "volume": None}),
        (["PT  - Preprint"], {"type": "article"}),
        (["BTI - StatPearls", "TI  - Ketamine.", "PB  - SP", "FED - E, F"], {
            "type": "chapter", "container-title": "StatPearls", "title": "Ketamine", "publisher": "SP",
            "editor": [{"family": "E", "given": "F"}],
        }),
    ],
)  # fmt: skip
def test_pubmed(lines: list[str], wanted: dict[str, Any]) -> None:
    fields = nbib(*lines)
    assert fields["id"] == "pmid7"
    assert {name: fields.get(name) for name in wanted} == wanted


def test_pubmed_faults() -> None:
    library, found = read("<html>\nPMID- x\n\nPMID- 8\nTI  - T.\n", "r.nbib")
    assert list(library.records) == ["pmid8"]
    assert told(found) == [("broken-reference", "error", "r.nbib:1:1"), ("broken-reference", "error", "r.nbib:2:1")]


# --- hostile files -------------------------------------------------------------------------------------------------

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r.bib", "@a{b, title={" + "{" * MILLION),
        ("r.bib", "@book{b, title={" + "{a" * 100_000 + "}" * 100_000 + "}}"),
        ("r.bib", "@a{\n" * MILLION),
        ("r.bib", "@" + " " * MILLION + "x"),
        ("r.bib", "@book{b, author={" + "a and " * 300_000 + "}}"),
        ("r.bib", "@book{b, author={" + "a," * 100_000 + "}}"),
        ("r.bib", "@book{b, title={" + "x" * 10 * MILLION + "}}"),
        ("r.bib", "@book{b, title={" + r"\'{" * 100_000 + "}}"),
        ("r.bib", "@string{a0={x}}\n" + "".join(f"@string{{a{i}=a{i - 1}#a{i - 1}}}\n" for i in range(1, 60))),
        ("r.bib", "@book{p,title={" + "x" * 100_000 + "}}" + "".join(f"@book{{k{i},crossref=p}}" for i in range(3000))),
        ("r.bib", "x" * 20 * MILLION + "x"),
        ("r.yaml", "- {id: a, type: book, title: '" + "*a " * 100_000 + "'}"),
        ("r.yaml", "- id: " + "a" * MILLION),
        ("r.yaml", ":" * MILLION),
        ("r.ris", "TY  - \n" * 100_000),
        ("r.ris", "TY  - JOUR\nET  - 1" + " " * MILLION + "x\nER  - "),
        ("r.ris", "ER  - \nx\n" * 100_000),
        ("r.nbib", "PMID- 1\n" * 100_000),
        ("r.nbib", "PMID- 1\nTI  - x\n" + "y\n" * MILLION),
        ("r.json", "[" + ",".join(f'{{"id": "{number}"}}' for number in range(50_000)) + "]"),
        ("r.json", '[{"id": "a", "type": "book", ' + ",".join(f'"x{n}": 1' for n in range(10_000)) + "}]"),
    ],
)
def test_hostile_files_take_no_time_and_few_words(name: str, text: str) -> None:
    begun = time.monotonic()
    _, found = read(text, name)
    assert time.monotonic() - begun < 60  # 5 on a machine that does nothing else
    assert len(found) < 1100
    assert all(len(problem.message) + len(problem.hint) < 1000 for problem in found)


def hostile_record(key: str, suffix: str) -> str:
    title, people = "<script>alert(1)</script> &amp; 🧠 <b>x", "مصطفى, أحمد"
    many = [f"Name{number}, A." for number in range(300)]
    match suffix:
        case ".bib":
            return (
                f"@article{{{key}, title = {{{title}}}, author = {{{people} and {' and '.join(many)}}}, year = 2020}}"
            )
        case ".ris":
            lines = [f"AU  - {name}" for name in (people, *many)]
            return "\n".join(["TY  - JOUR", f"ID  - {key}", f"TI  - {title}", *lines, "PY  - 2020", "ER  - "])
        case ".nbib":
            return "\n".join(
                ["PMID- 9", f"TI  - {title}", *(f"FAU - {name}" for name in (people, *many)), "DP  - 2020"]
            )
        case _:
            listed = "".join(f"  - {{family: {name.split(', ')[0]}, given: A.}}\n" for name in (people, *many))
            return f"- id: {key}\n  type: article-journal\n  title: '{title}'\n  issued: 2020\n  author:\n{listed}"


def test_a_book_with_hostile_references_builds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "book"
    shutil.copytree(HERE / "books/stock", book)
    keys = {".bib": "odd-bib", ".ris": "odd-ris", ".nbib": "pmid9", ".yaml": "odd-yaml"}
    for suffix, key in keys.items():
        (book / f"odd{suffix}").write_text(hostile_record(key, suffix), encoding="utf-8")
    files = "".join(f', "odd{suffix}"' for suffix in keys)
    settings = (book / "book.toml").read_text().replace('["references.json"]', f'["references.json"{files}]')
    settings = settings.replace("[checks]", '[checks]\nmissing-glyph = "off"')  # no font here has Arabic
    (book / "book.toml").write_text(settings)
    with (book / "chapters/91-glossary.md").open("a") as chapter:
        chapter.write(f"\nCited here [{'; '.join(f'@{key}' for key in keys.values())}].\n")
    options = ["--to", "html", "--as-of", "2026-02-01", "--cache", str(tmp_path / "cache")]
    assert main(["build", str(book), "-o", str(tmp_path / "out"), *options]) == 0, capsys.readouterr().err
    html = (tmp_path / "out/stock.html").read_text(encoding="utf-8")
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= len(keys)
    assert "<script>alert" not in html
    assert html.count("مصطفى") >= len(keys)
    told = capsys.readouterr().err
    assert all(f"odd{suffix}" in told for suffix in keys)
    assert "title-markup" in told


def test_a_cluster_of_works_from_four_files() -> None:
    problems = Problems()
    files = tuple(
        (name, text.encode())
        for name, text in [
            ("a.bib", "@book{a, title = {A}, author = {A, A}}"),
            ("b.ris", "TY  - BOOK\nID  - b\nTI  - B\nER  - "),
            ("c.yaml", "- {id: c, type: book, title: C}"),
            ("d.nbib", "PMID- 4\nTI  - D.\n"),
        ]
    )
    library = read_library(files, problems)
    style = load_style(STYLES[0], NOWHERE, problems)
    assert style is not None
    cluster = Cluster("x", tuple(d.Cite(key) for key in library.records))
    formatted = format_citations(style, "en-US", library.records, (cluster,))
    assert problems.found == []
    assert d.plain_text(formatted.clusters["x"]) == "[1–4]"
