"""The list of installed styles: which words find which style, in which order."""

from __future__ import annotations

import time

import pytest

from ketapub.citation_style import did_you_mean_style, find_styles, style_names
from ketapub.citation_style.catalogue import Listed, installed_styles
from ketapub.citation_style.style import former_names


@pytest.fixture(scope="module")
def styles() -> dict[str, Listed]:
    return {style.name: style for style in installed_styles()}


def test_every_style_is_listed(styles: dict[str, Listed]) -> None:
    assert set(styles) | set(former_names()) == set(style_names())
    assert all(style.title and style.title == style.title.strip() for style in styles.values())
    assert sum(bool(style.parent) for style in styles.values()) == 7993
    assert {style.parent for style in styles.values() if style.parent} <= set(styles)


def test_what_is_said_of_a_style(styles: dict[str, Listed]) -> None:
    assert styles["jama"] == Listed(
        "jama",
        "JAMA (The Journal of the American Medical Association)",
        "numeric",
        "american-medical-association",
        "JAMA",
        ("journal-of-the-american-medical-association",),
    )
    assert styles["workplace-health-and-safety"].title == "Workplace Health & Safety"
    forms = ("apa", "chicago-notes-bibliography", "modern-language-association", "din-1505-2-alphanumeric")
    assert [styles[name].form for name in forms] == ["author-date", "note", "author", "label"]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("apa", "apa"),
        ("APA", "apa"),
        ("vancouver", "nlm-citation-sequence"),
        ("ama", "american-medical-association"),
        ("nejm", "the-new-england-journal-of-medicine"),
        ("new england", "the-new-england-journal-of-medicine"),
        ("medicine england", "the-new-england-journal-of-medicine"),
        ("Citation-Sequence NLM brackets", "nlm-citation-sequence-brackets"),
        ("sante publique revue", "revue-depidemiologie-et-de-sante-publique"),
        ("Santé Publique Revue", "revue-depidemiologie-et-de-sante-publique"),
        ("http://www.zotero.org/styles/bmj-open", "bmj-open"),
        ("bmj.csl", "bmj"),
        ("health & place", "health-and-place"),
        ("plos biology", "plos-biology"),
    ],
)
def test_the_likeliest_style_comes_first(words: str, first: str) -> None:
    assert find_styles(words)[0].name == first


def test_every_word_must_match() -> None:
    found = find_styles("zeitschrift psych")
    assert found
    assert all("zeitschrift" in style.title.lower() and "psych" in style.title.lower() for style in found)
    assert find_styles("zeitschrift zzzzq") == find_styles("") == find_styles(" - ") == ()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("vancuver", 'did you mean "vancouver", "vancouver-nlm" or "vancouver-ama"?'),
        ("the-lanset", 'did you mean "the-lancet"?'),
        (
            "Chicago Author Date",
            'did you mean "chicago-author-date", "chicago-author-date-de" or "chicago-author-date-fr"?',
        ),
        ("zzzzq", ""),
        ("", ""),
    ],
)
def test_names_like_an_unknown_one(name: str, hint: str) -> None:
    assert did_you_mean_style(name) == hint


def test_lists_and_hints_are_there_at_once() -> None:
    start = time.process_time()
    find_styles("journal of " * 1000)
    did_you_mean_style("american-medcal-association" * 10_000)
    assert time.process_time() - start < 10  # it takes one second
