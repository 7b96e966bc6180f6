"""What counts as a fault in the looks of a reference, what does not, and where it is reported."""

from __future__ import annotations

import pytest

from ketapub import document as d
from ketapub.citation_style import Formatted, report_faults
from ketapub.citation_style.lint import FAULTS, fault_in, fault_of
from ketapub.problems import Position, Problems

WRONG = {
    "nothing to read": [";", "().", "[]"],
    "markup as text": [
        "The </sup>177 Lu",
        'A <span class="nocase">B</span>',
        "Brain &amp; mind",
        "Pages 4&#8211;5",
        r"The \emph of things",
        r"M\'arquez G",
        "The {DSM} manual",
        "An empty {} group",
    ],
    "a place where text is missing": ["(nokey?)", "(nokey; 2002)", "[NO_PRINTED_FORM] (1)", "Rose ME???. A title"],
    "a word of ketapub's own": ["Murray, kindofpage 3", "see kept-0"],
    "empty brackets": ["Brain Res 2002;935():40", "Brain Res [ ] 3", "Rose, “” 3"],
    "a doubled full stop": ["Rose ME, et al.. A title", "A title.."],
    "a space inside punctuation": ["A title . Brain Res", "A title. . Brain", "Page ( 2021)", "(2021 )", "A, . B"],
    "punctuation with nothing between": ["Mosby, 2002,.", "A;. B", "In:, Rose", "JP: : Title", "Mosby (St. Louis,)"],
    "a label run into the next word": ["Kinzler KW, editorsThe Genetic Basis", "VanDorsten JP eds.Operative"],
    "a beginning in the middle": [", editors. Operative", ". A title", ")Halpern"],
    "an end in the middle": ["A survey. 2002;", "Mosby, 2002 :", "Mosby, 2002: p.", "Mosby ("],
}
RIGHT = [
    "Halpern SD, Ubel PA. Solid-organ transplantation. N Engl J Med. 2002 Jul 25;347(4):284-7.",
    "Frenck, R. W., Jr, Hammitt, L. L., … Gruber, W. C. (2020).",
    "Frenck, R. W., Jr., & Hammitt, L. L. (Eds.).",
    "Smith A, Jones B, ... Rose C. A title... And more. . . . The end",
    "Quand ? Mosby : Paris ; 2002 !",  # French
    "Why? Because! “Yes,” she said. 2nd ed.: revised.",
    "[177Lu]Lu-PSMA-617 versus cabazitaxel (TheraP): a randomised trial",
    "A of P < 0.05, and a & b > c; d = $x$. 10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
    "https://example.org/a,.;(){}?b=&amp;c",
    "{1}",  # a style's own brackets
    "{1,2–4}",
    "1",
    "[see 6(pp93-97),7 for a review]",
    "Dose of .5 mg, .25 mg",
    "McGraw-Hill; editors@example.org; eds. Rose",
]


def test_each_fault_has_its_cases() -> None:
    assert list(WRONG) == list(FAULTS)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_a_fault(name: str, text: str) -> None:
    fault = fault_in(text)
    assert fault is not None
    assert fault.name == name


@pytest.mark.parametrize("text", RIGHT)
def test_no_fault(text: str) -> None:
    assert fault_in(text) is None


def test_addresses_are_not_looked_at_and_looks_do_not_hide() -> None:
    link = d.Link((d.Text("doi:10.1/a..b"),), "https://doi.org/10.1/a..b")
    assert fault_of((d.Text("A title. "), link, d.Text("."))) is None
    split = (d.Emphasis((d.Text("et al."),)), d.Text(". A title"))
    assert fault_of(split) == fault_in("et al.. A title")
    inside = (d.Text("["), d.Link((d.Text("1,"),), "#ref-a"), d.Text("]"))
    assert fault_of(inside) is not None


def test_only_the_text_around_is_shown() -> None:
    fault = fault_in("x" * 100 + ".. " + "y" * 100)
    assert fault is not None
    assert fault.shown == "…" + "x" * 24 + ".. " + "y" * 23 + "…"


def test_where_it_is_reported() -> None:
    entry = d.Entry("a", "ref-a", "1", (d.Text("A title.."),), at=Position("r.json", 3, 1))
    sound = d.Entry("b", "ref-b", "2", (d.Text("A title."),), at=Position("r.json", 4, 1))
    known = d.Entry("c", "ref-c", "3", (d.Text("A title.."),), at=Position("r.json", 9, 1))
    formatted = Formatted({"cite-1": (d.Text("[1]"),), "cite-2": (d.Text("[2,]"),)}, (entry, sound, known))
    problems = Problems()
    problems.add("bad-reference", Position("r.json", 9, 1), "told before")
    report_faults(
        [formatted, formatted], {"cite-1": Position("a.md", 1, 1), "cite-2": Position("a.md", 2, 5)}, "bmj", problems
    )
    assert [(problem.code, problem.severity, problem.at) for problem in problems.found[1:]] == [
        ("reference-looks-wrong", "warning", Position("r.json", 3, 1)),
        ("reference-looks-wrong", "warning", Position("a.md", 2, 5)),
    ]
    assert '"A title.."' in problems.found[1].message


@pytest.mark.parametrize("text", ["<" * 200_000, "{ " * 100_000, ". " * 100_000, ", " * 100_000, "http://" * 30_000])
def test_a_hostile_text_comes_to_an_end(text: str) -> None:
    fault_in(text)
