"""The words of the interface: every language has the same ones, and every tag finds some."""

from __future__ import annotations

import re

import pytest

from ketapub.callouts import BUILT_IN, label
from ketapub.locale import languages, words


def test_the_languages() -> None:
    assert set(languages()) >= {"de", "en", "es", "fr"}


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_words_with_the_same_places(language: str) -> None:
    english, other = words("en").entries, words(language).entries
    assert other.keys() == english.keys()
    for key, text in other.items():
        assert text.strip("\u00a0"), key
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", english[key])), key


@pytest.mark.parametrize(
    ("tag", "found"),
    [("de-AT", "de"), ("FR-ca", "fr"), ("es-419", "es"), ("zh-Hant-TW", "en"), ("", "en"), ("den", "en")],
)
def test_a_tag_finds_its_nearest_language(tag: str, found: str) -> None:
    assert words(tag).language == found


def test_places_are_filled_in() -> None:
    assert words("en").format("figure-number", number="2.1") == "Figure 2.1"
    assert words("fr").format("label-before-title", label="Note") == "Note\u00a0:"


def test_an_unknown_word_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        words("en")["contens"]


def test_quotation_marks() -> None:
    assert words("en-GB").quotes == ("“", "”", "‘", "’")
    assert words("de").quotes == ("„", "“", "‚", "‘")


@pytest.mark.parametrize("kind", BUILT_IN)
@pytest.mark.parametrize("language", languages())
def test_every_built_in_callout_has_its_label(language: str, kind: str) -> None:
    assert label(BUILT_IN[kind], language) == words(language)[f"callout-{kind}"]


def test_numbers_are_written_as_in_the_language() -> None:
    assert [words("en").number(one) for one in (2665, -5.1, 0)] == ["2,665", "−5.1", "0"]
    assert words("de").number(1234.5) == "1.234,5"
    assert [words("en").number(one, 0) for one in (-0.4, -0.5, 0.5)] == ["0", "−1", "1"]
