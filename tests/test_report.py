"""What the gate tells: the lines on the terminal, report.html, report.json, a SARIF log, and the tables of WCAG."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY, Made
from gate_run import FOUND, WORDS, made_up_run
from lxml import html

from ketapub import document as d
from ketapub.check import Checked, check_book
from ketapub.check.checks import all_checks
from ketapub.check.findings import HANDOUTS, Check, Finding, Looked, Result
from ketapub.check.report import report_files
from ketapub.check.report.as_json import report_json
from ketapub.check.report.page import MOST, excerpt, report_page
from ketapub.check.report.people import tasks, tasks_for
from ketapub.check.report.run import FAMILIES, Run
from ketapub.check.report.sarif import sarif
from ketapub.check.report.wcag import Cover, Verdict, criteria, verdicts
from ketapub.cli import main
from ketapub.cli.telling import lines_of
from ketapub.formats import FORMATS
from ketapub.outputs import Built, Bundle, OutputFile, clean, write_outputs
from ketapub.problems import Position, Problem, Problems, Stopped

Make = Callable[..., Run]


@pytest.fixture(scope="module")
def run(stock: Made, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return made_up_run(stock.files, tmp_path_factory.mktemp("outputs"))


@pytest.fixture(scope="module")
def files(run: Run) -> Bundle:
    return report_files(run)


@pytest.fixture(scope="module")
def page(files: Bundle) -> Any:
    return html.document_fromstring(files[0].data)


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


# --- on the terminal -------------------------------------------------------------------------------------


def test_each_check_has_a_line_and_what_failed_stands_first() -> None:
    assert lines_of(FOUND) == [
        "failed   verapdf      pdf: 2 findings in 106 rules, 4.2 s",
        "failed   axe          html: 120 findings in 1 page, 2.0 s",
        "not run  epubcheck    epub: java is not installed; run `make setup-check`",
        "passed   axe          epub: 12 pages, as before",
        "passed   equality     pdf, epub, html: 2436 items, 1.5 s",
    ]


# --- report.html -----------------------------------------------------------------------------------------


def test_the_answer_comes_first_and_in_words(page: Any) -> None:
    assert words(page.find(".//main/section[1]")).startswith(
        "Summary Something is wrong with what was built. Failed 2 Not run 1 Passed 4"
    )


def answer(run: Run) -> str:
    return html.document_fromstring(report_page(run)).find_class("answer")[0].text


def test_all_is_well_only_if_every_check_was_made(run: Run) -> None:
    missed, passed = (tuple(one for one in FOUND if one.state == state) for state in ("not run", "passed"))
    assert answer(replace(run, results=passed)) == "Nothing wrong was found, but not every check was made."
    assert answer(replace(run, results=missed + passed, left_out=())).endswith("not every check was made.")
    assert answer(replace(run, results=(), left_out=())) == "Nothing was checked."
    whole = replace(run, results=passed, left_out=())
    assert answer(whole) == "Every check was made, and none found anything wrong."


def test_a_finding_says_what_is_wrong_where_and_shows_the_line(page: Any) -> None:
    (first, second, *_) = page.xpath("//h3[starts-with(., 'verapdf')]/following-sibling::ol/li")
    assert words(first) == (
        "a Figure has no alternative text Rule: ua1 7.3-1. In the output: page 3, Document[1]/Figure[1]. See the page"
    )
    assert words(second).startswith(
        "content is neither tagged nor an artifact In the manuscript: chapters/01-words.md:12:12 A sentence can hold"
    )
    assert second.findtext(".//mark") == "can"


def test_pages_concerned_are_shown_once_and_lead_back(page: Any) -> None:
    (figure,) = page.xpath("//section[h2[@id='pages']]//figure")
    (picture,) = figure.iter("img")
    assert picture.get("alt") == "Page 3 of stock.pdf"
    assert picture.get("src").startswith("data:image/png;base64,")
    assert figure.xpath(".//a/@href") == ["#verapdf-pdf-1", "#verapdf-pdf-2"]


def test_a_page_that_cannot_be_drawn_has_no_picture(run: Run) -> None:
    beyond = replace(
        FOUND[0], findings=tuple(replace(one, place=replace(one.place, page=999)) for one in FOUND[0].findings)
    )
    assert not html.document_fromstring(report_page(replace(run, results=(beyond,)))).xpath("//img")


def test_what_tools_say_is_text_and_not_endless(page: Any) -> None:
    findings = page.xpath("//h3[starts-with(., 'axe')]/following-sibling::ol/li")
    assert len(findings) == MOST
    assert "text <b>is</b> too pale\N{REPLACEMENT CHARACTER}" in words(findings[0])
    assert "Made by: style sheet web.css" in words(findings[0])
    assert "20 more findings of this check in report.json." in words(page)


def test_every_link_of_the_page_lands_and_ids_are_unique(page: Any) -> None:
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = {target.removeprefix("#") for target in page.xpath("//a/@href")}
    assert targets <= set(ids)
    assert len(targets) > 10


def test_the_page_asks_for_nothing_and_runs_nothing(page: Any) -> None:
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not page.xpath("//script | //link | //@style | //*[@src and not(starts-with(@src, 'data:'))]")


def test_every_table_has_a_caption_and_scopes_and_can_be_scrolled_by_key(page: Any) -> None:
    tables = page.xpath("//table")
    assert len(tables) == 5
    for table in tables:
        assert words(table.find("caption"))
        assert {cell.get("scope") for cell in table.iter("th")} == {"col", "row"}
        (box,) = table.xpath("..")
        assert (box.get("role"), box.get("tabindex")) == ("region", "0")
        assert box.get("aria-labelledby") == table.find("caption").get("id")
        assert {len(row) for row in table.iter("tr")} == {len(table.find("thead/tr"))}
        assert all(words(cell) for cell in table.iter("td"))


def test_headings_go_down_step_by_step(page: Any) -> None:
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_grade_of_each_chapter_and_each_claim_are_there(page: Any) -> None:
    reading, evidence = (
        [[words(cell) for cell in row] for row in page.get_element_by_id(id).getparent().iter("tr")]
        for id in ("reading", "evidence")
    )
    place = "Figures from data chapters/04-figures.md:1:1"
    assert ["Figures from data", "346", "3.5", place, "3.5", "0"] in reading
    claim = next(row for row in evidence if row[0] == "advice-ask-first")
    assert claim[1:4] == ["clinical judgement", "yes", "2026-01-10"]
    assert re.match(r"chapters/03-facts.md:6:3 \(page \w+\)", claim[4])
    assert ["rose2002-later", "rose2002", "no, so it is not printed", "2026-01-10", "nowhere"] in evidence


def test_the_excerpt_of_a_long_line_is_cut_around_its_place() -> None:
    found = excerpt(f"{'a' * 900} fault\there {'b' * 900}", Position("x.md", 1, 902))
    assert found is not None
    assert (found.before[:3], found.marked, found.after[:6]) == ("… a", "fault", " here ")
    assert len(found.before) + len(found.marked) + len(found.after) < 420
    assert excerpt("", Position("x.md", 1, 1)) is None
    whole = excerpt("A line.", Position("x.md", 1))
    assert whole is not None
    assert (whole.marked, whole.after) == ("", "A line.")
    end = excerpt("A line.", Position("x.md", 1, 99))
    assert end is not None
    assert (end.before, end.marked) == ("A line.", "")


# --- report.json -----------------------------------------------------------------------------------------


def test_the_json_holds_every_finding(run: Run) -> None:
    told = json.loads(report_json(run))
    assert list(told) == [
        "ketapub", "book", "as_of", "standard", "outputs", "summary", "checks", "results", "problems", "wcag",
        "reading", "evidence", "by_people",
    ]  # fmt: skip
    documented = (
        (Path(__file__).parents[1] / "docs/check.md").read_text(encoding="utf-8").partition("## For programs")[2]
    )
    rows = re.findall(r"^\| (`.*?) \|", documented, re.MULTILINE)
    assert [key for row in rows if "›" not in row for key in re.findall(r"`(\w+)`", row)] == list(told)
    assert told["summary"] == {"failed": 2, "not run": 1, "passed": 4, "findings": 122}
    assert [(one["name"], one["asked"]) for one in told["checks"]][-2:] == [("equality", True), ("links", False)]
    assert told["results"][0]["findings"][1] == {
        "rule": "ua1 7.1-3",
        "message": "content is neither tagged nor an artifact",
        "at": {"file": WORDS.file, "line": 12, "column": 12},
        "made_by": "",
        "place": {"part": "", "page": 3, "element": "", "line": 0, "column": 0},
    }
    assert sum(len(one["findings"]) for one in told["results"]) == 122
    assert [one["code"] for one in told["problems"]] == ["reading-grade"]
    assert [len(told["wcag"][version]) for version in ("2.1", "2.2")] == [50, 55]
    assert told["wcag"]["2.2"][0]["pdf"]["shown"] == "fails"


def test_both_reports_are_outputs_and_the_same_run_gives_the_same_bytes(run: Run, files: Bundle) -> None:
    assert [file.path for file in files] == ["report.html", "report.json"]
    assert files == report_files(run)


def test_no_path_of_the_machine_is_told(run: Run, files: Bundle) -> None:
    folder = str(run.subject.room)
    assert not any(folder.encode() in file.data for file in files)
    assert folder.encode() not in sarif(run.problems.in_order(), run)


# --- SARIF -----------------------------------------------------------------------------------------------


def log_of(run: Run) -> Any:
    (log,) = json.loads(sarif(run.problems.in_order(), run))["runs"]
    return log


def test_a_finding_is_a_result_at_its_line(run: Run) -> None:
    results = log_of(run)["results"]
    assert len(results) == 1 + 122
    found = next(one for one in results if one["ruleId"] == "verapdf/ua1-7.1-3")
    assert found["level"] == "error"
    assert found["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "chapters/01-words.md", "uriBaseId": "BOOK"},
                "region": {"startLine": 12, "startColumn": 12},
            }
        }
    ]
    (where,) = found["relatedLocations"]
    assert where["physicalLocation"]["artifactLocation"] == {"uri": "stock.pdf", "uriBaseId": "OUT"}
    assert where["message"] == {"text": "page 3"}


def test_each_result_has_a_rule_with_help(run: Run) -> None:
    log = log_of(run)
    rules = log["tool"]["driver"]["rules"]
    for result in log["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["help"]["text"]


def test_a_finding_without_a_line_stands_in_its_output(run: Run) -> None:
    found = next(one for one in log_of(run)["results"] if one["ruleId"] == "verapdf/ua1-7.3-1")
    (location,) = found["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "stock.pdf", "uriBaseId": "OUT"}}
    assert location["logicalLocations"] == [{"fullyQualifiedName": "Document[1]/Figure[1]", "kind": "element"}]


def test_what_did_not_run_is_a_notification_and_no_result(run: Run) -> None:
    log = log_of(run)
    (invocation,) = log["invocations"]
    assert invocation["executionSuccessful"]
    (told,) = invocation["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("epubcheck did not look at epub: java is not installed")
    notification = log["tool"]["driver"]["notifications"][told["descriptor"]["index"]]
    assert notification["id"] == told["descriptor"]["id"] == "check-not-run"
    assert "check-not-run" not in {result["ruleId"] for result in log["results"]}


def test_a_book_that_stopped_the_run_has_its_errors_in_the_log() -> None:
    problem = Problem("unknown-citation", Position("chapters/a b.md", 4, 2), 'no reference "x"', "write one")
    (log,) = json.loads(sarif([problem], None))["runs"]
    assert not log["invocations"][0]["executionSuccessful"]
    (result,) = log["results"]
    assert result["message"]["text"] == 'no reference "x"\n\nHint: write one'
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "chapters/a%20b.md"


def test_a_line_that_only_moved_is_the_same_result() -> None:
    def print_of(at: Position, source: str) -> Any:
        problem = Problem("banned-word", at, "a word", source=source)
        return json.loads(sarif([problem], None))["runs"][0]["results"][0]["partialFingerprints"]

    first = print_of(Position("a.md", 4, 2), "the words")
    assert print_of(Position("a.md", 9, 2), "  the words") == first
    assert print_of(Position("a.md", 4, 2), "other words") != first


# --- WCAG ------------------------------------------------------------------------------------------------


def test_all_criteria_of_both_versions_are_there() -> None:
    counts = {
        (version, level): sum(one.stands_in(version) and one.level == level for one in criteria())
        for version in ("2.1", "2.2")
        for level in ("A", "AA")
    }
    assert counts == {("2.1", "A"): 30, ("2.1", "AA"): 20, ("2.2", "A"): 31, ("2.2", "AA"): 24}
    numbers = [tuple(map(int, one.number.split("."))) for one in criteria()]
    assert numbers == sorted(set(numbers))
    assert {one.number for one in criteria() if one.since == "2.2"} == {
        "2.4.11", "2.5.7", "2.5.8", "3.2.6", "3.3.7", "3.3.8",
    }  # fmt: skip
    assert {one.number for one in criteria() if one.gone} == {"4.1.1"}


def test_each_criterion_rests_on_something_in_each_family() -> None:
    for criterion in criteria():
        for family in FAMILIES:
            basis = criterion.bases[family]
            assert basis.covers or basis.ask or basis.never, (criterion.number, family)


def test_each_check_that_a_criterion_names_looks_at_outputs_of_its_family() -> None:
    table = all_checks()
    for criterion in criteria():
        for family, basis in criterion.bases.items():
            for cover in basis.covers:
                assert not set(table[cover.check].outputs).isdisjoint(FAMILIES[family]), (criterion.number, cover.check)


def verdict(run: Run, number: str, family: str, version: str = "2.2") -> Verdict:
    return next(found[family] for one, found in verdicts(version, run) if one.number == number)


def test_a_finding_fails_the_criteria_of_its_rule_and_no_others(run: Run) -> None:
    assert verdict(run, "1.4.3", "web").shown == "fails"
    assert verdict(run, "1.3.1", "web").findings == 119
    assert verdict(run, "1.4.4", "web").shown == "in part by machine"
    assert verdict(run, "1.1.1", "pdf").shown == "fails"
    assert verdict(run, "2.4.2", "pdf").shown == "in part by machine"


def test_a_finding_of_a_check_that_looks_at_much_puts_a_criterion_in_doubt(run: Run) -> None:
    changed = Result("equality", "pdf", "failed", 9, "item", (Finding("changed", "two words differ"),))
    found = verdict(replace(run, results=(changed,)), "1.1.1", "pdf")
    assert (found.shown, found.findings, found.doubts) == ("in doubt", 0, 1)
    assert verdict(replace(run, results=(changed,)), "1.3.2", "pdf").shown == "in part by machine"


def test_only_checks_of_this_run_count(run: Run) -> None:
    epub = verdict(run, "1.3.2", "epub")
    assert (epub.shown, epub.ran, epub.missing) == ("in part by machine", ("equality",), ("epubcheck",))
    assert verdict(replace(run, checks=()), "1.1.1", "web").shown == "needs a person"
    assert verdict(replace(run, checks=()), "1.1.1", "web").missing == ("axe", "equality")
    assert verdict(run, "4.1.1", "epub", "2.1").shown == "not checked"
    passed = Result("epubcheck", "epub", "passed", 1, "file")
    assert verdict(replace(run, results=(passed,)), "4.1.1", "epub", "2.1").shown == "by machine"


def test_what_does_not_apply_depends_on_the_book(run: Run) -> None:
    assert verdict(run, "1.2.1", "web").shown == "not applicable"
    assert verdict(run, "4.1.3", "web").shown == "not applicable"
    site = replace(run, subject=replace(run.subject, files={**run.subject.files, "site": Path("site")}))
    assert verdict(site, "4.1.3", "web").shown == "needs a person"
    assert verdict(site, "4.1.3", "epub").shown == "not applicable"
    assert verdict(run, "1.4.5", "epub").shown == "needs a person"
    without = replace(run, read=replace(run.read, book=replace(run.read.book, chapters=run.read.book.chapters[:1])))
    assert verdict(without, "1.4.5", "epub").reason == "the book has no pictures"
    own = replace(
        run,
        read=replace(run.read, book=replace(run.read.book, templates={"page.html": d.OwnTemplate("t/page.html", "")})),
    )
    assert verdict(own, "1.2.1", "web").shown == "needs a person"
    assert verdict(own, "1.2.1", "pdf").shown == "not applicable"


def test_only_families_that_are_there_are_told_of(run: Run) -> None:
    only = replace(run, subject=replace(run.subject, files={"press": Path("x.pdf"), "site": Path("site")}))
    assert only.families == ("web",)


@pytest.mark.parametrize(
    ("rules", "rule", "concerned"),
    [
        ((), "anything", False),
        (("*",), "anything", True),
        (("7.3-*",), "ua1 7.3-1", True),
        (("7.1-[1-7]",), "2a 6.1.7.1-1", False),
        (("7.1-[1-7]",), "ua1 7.1-9", False),
        (("color-contrast",), "color-contrast", True),
        (("Table 5*",), "ua2 Table 5. Table-TD-1", True),
    ],
)
def test_patterns_of_rules(rules: tuple[str, ...], rule: str, concerned: bool) -> None:
    assert Cover("verapdf", rules).concerns(Finding(rule, "")) == concerned


# --- people ----------------------------------------------------------------------------------------------


def test_tasks_for_people_are_those_of_the_outputs() -> None:
    assert {output for task in tasks() for output in task.outputs} == {*FORMATS, HANDOUTS} - {"json"}
    assert [task.name for task in tasks_for(["booklet"])] == ["Fold a booklet"]
    assert all(task.why and task.steps for task in tasks())


# --- the command -----------------------------------------------------------------------------------------


@pytest.fixture
def checked(run: Run, files: Bundle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command gets the run that is made up."""
    result = Checked(run.problems.in_order(), run, files)
    monkeypatch.setattr("ketapub.check.check_book", lambda *_, **__: result)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("checked")
def test_the_command_tells_problems_then_checks_then_where_the_report_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--sarif", "found.sarif"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[0].startswith("failed   verapdf")
    assert out.splitlines()[-1] == "The report: build/report.html"
    assert "error[failed-check]: verapdf: ua1 7.1-3: content is neither" in err
    assert json.loads(Path("found.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


@pytest.mark.usefixtures("checked")
def test_as_json_the_report_is_an_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [one["path"] for one in told["outputs"]] == ["build/report.html", "build/report.json"]


@pytest.mark.usefixtures("checked")
@pytest.mark.parametrize("file", ["missing/found.sarif", "."])
def test_a_log_that_cannot_be_written_is_refused_before_the_work(file: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["check", "--sarif", file])
    assert left.value.code == 2


def test_a_book_with_errors_leaves_a_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stop(*_: object, **__: object) -> None:
        raise Stopped([Problem("unknown-citation", Position("a.md", 1), "no reference")])

    monkeypatch.setattr("ketapub.check.check_book", stop)
    assert main(["check", "--sarif", str(tmp_path / "found.sarif")]) == 1
    assert "unknown-citation" in (tmp_path / "found.sarif").read_text(encoding="utf-8")


def test_the_report_stands_among_the_outputs_until_they_are_cleaned(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    book, out = tmp_path / "book", tmp_path / "out"
    book.mkdir()
    settings = '[book]\ntitle = "Small"\nlanguage = "en"\nformats = ["html"]\nchapters = ["a.md"]\n'
    (book / "book.toml").write_text(f'{settings}identifier = "urn:uuid:12345678-1234-4234-8234-123456789abc"\n')
    (book / "a.md").write_text("# One\n\nWords.\n")
    found = Finding("rule", "wrong", at=Position("a.md", 3, 1))
    builds: list[str] = []

    warning = Problem("picture-resolution", Position("a.md"), "told by the build", severity="warning")

    def build(root: Path, out: Path, **_: object) -> Built:
        builds.append("html")
        bundle = (OutputFile("small.html", b"<p>Words.</p>"),)
        write_outputs(out, bundle, build_id="1", manuscript_root=root, problems=Problems())
        return Built((warning,), bundle)

    monkeypatch.setattr("ketapub.check.build", build)
    check = Check("own", "nothing", ("html",), lambda subject, output: Looked(1, "page", (found,)))
    monkeypatch.setattr("ketapub.check.all_checks", lambda: {"own": check})
    checked = check_book(book, out, as_of=TODAY)
    assert warning in checked.problems
    assert [problem.source for problem in checked.problems if problem.code == "failed-check"] == ["Words."]
    page = html.parse(out / "report.html").getroot()
    assert page.findtext(".//mark") == "Words"
    check_book(book, out, as_of=TODAY)
    assert builds == ["html"]  # a report is no reason to build again
    assert {"report.html", "report.json"} <= set(clean(out, Problems()))
    assert not out.exists()
