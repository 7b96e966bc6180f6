"""The rules for the text: plain text with places, phrases, sentences, syllables, grades, and rules as data."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from conftest import BOOKS, TODAY, Made
from editorial_text import book_of, prose_of
from tree import info

from ketapub import document as d
from ketapub.editorial import abbreviations, check_text, prose as text, readability, topics, wording
from ketapub.editorial.phrases import phrases, why_not
from ketapub.editorial.places import columns, joined, within
from ketapub.editorial.prose import read_prose
from ketapub.editorial.rules import Abbreviations, Links, Rules, Sentences, TopicRule, WordRule, read_rules
from ketapub.editorial.sentences import asks, is_whole, sentences, words
from ketapub.editorial.syllables import syllables
from ketapub.manuscript import read_manuscript
from ketapub.problems import Position, Problems
from ketapub.settings import settings_of

# --- prose -----------------------------------------------------------------------------------------------


def test_each_kind_of_run(stock: Made) -> None:
    found = read_prose(stock.book)
    assert {run.kind for run in found.runs} == {
        "setting", "drawing", "heading", "subtitle", "paragraph", "item", "callout-title", "note", "cell", "caption",
        "alt", "term", "datum",
    }  # fmt: skip
    titles = [(section.level, section.title) for section in found.sections if section.level]
    assert titles[:5] == [
        (1, "Preface"),
        (1, "Words in a row"),
        (2, "What a sentence can hold"),
        (3, "Deeper down"),
        (2, "An included part"),
    ]


def test_citations_crisis_lines_and_references_are_left_out(stock: Made) -> None:
    whole = "\n".join(run.text for run in read_prose(stock.book).runs)
    assert "Halpern" not in whole
    assert "0800" not in whole
    assert "At the end of one." in whole


def test_words_of_a_reference_are_given(stock: Made) -> None:
    run = next(run for run in read_prose(stock.book).runs if run.text.startswith("It was written in a file"))
    assert [run.text[slice(*span)] for span in run.given] == ["“An included part”", "Warning\u00a02.1"]
    assert run.targets == ("included", "wrn-end")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("A plain word.", "word"),
        ("A *soft* and **strong** word.", "word"),
        (r"An escape \*here\* and a word.", "word"),
        (r"An escape at \*word\*.", "word"),
        ("An entity &amp; &#8212; &nbsp;word.", "word"),
        ("Dashes -- and --- dots... word.", "word"),
        ("\"Double\" and 'single' aren't a \"word\".", "word"),
        ("A comment <!-- hidden --> word.", "word"),
        ("A variable {{< var phone >}} before a word.", "word"),
        ("Two {{< var phone >}}, {{< var phone >}} and a word.", "word"),
        ("`code` and ~~gone~~ and H~2~O: word.", "word"),
        ("[A span]{.x} and a [link](https://example.org) to a word.", "word"),
        ("In [a link with a word](https://example.org).", "word"),
        ("> In a quotation a word.", "word"),
        ("- In an item a word.", "word"),
        ("1. An item\n2. with a word", "word"),
        ("- [ ] a task with a word", "word"),
        ("Over two\nlines a word.", "word"),
        ("::: {.callout-note title=\"A \\\"title\\\" with a word\"}\nText.\n:::", "word"),
        ("> [!NOTE] A title with a word\n> Text.", "word"),
        ("A note.^[In it a word.]", "word"),
        ("A note.[^1]\n\n[^1]: In it a word.", "word"),
        ("## A heading with a word {#sec-x}", "word"),
        ("| A | b |\n|---|---|\n| x \\| y | a word |", "word"),
        ("| A | b |\n|---|---|\n| x | y |\n\n: A caption with a word {#tbl-x}", "word"),
        ("Term\n:   Meaning with a word.", "word"),
        ("![A caption with a word](x.svg){#fig-x alt=\"Nothing\"}", "word"),
    ],
)  # fmt: skip
def test_the_place_of_a_word_is_exact(line: str, word: str) -> None:
    markdown = f"# Title\n\n{line}\n"
    found, problems = prose_of(markdown)
    run = next(run for run in found.runs if word in run.text and run.kind != "alt")
    at = run.place(run.text.rindex(word), problems.line)
    before = markdown[: markdown.rindex(word)]
    assert at == Position("chapter.md", before.count("\n") + 1, len(before) - before.rfind("\n"))


def test_the_place_of_what_the_program_wrote_is_that_of_the_mark() -> None:
    found, problems = prose_of("# Title\n\nCall {{< var phone >}} now.\n")
    run = found.runs[-1]
    assert run.text == "Call 988 now."
    assert [run.place(index, problems.line).column for index in (4, 5, 7, 8, 9)] == [5, 6, 6, 23, 24]


def test_the_place_of_what_a_fact_says_is_that_of_the_mark(stock: Made) -> None:
    text_of_chapter = (BOOKS / "stock/chapters/03-facts.md").read_text(encoding="utf-8").split("\n")
    run = next(run for run in read_prose(stock.book).runs if run.text.startswith("In a study, "))
    place = {word: run.place(run.text.index(word), lambda at: text_of_chapter[at.line - 1]) for word in ("It asked",)}
    assert place == {"It asked": Position("chapters/03-facts.md", 3, text_of_chapter[2].index("It asked") + 1)}
    inside = run.place(len("In a study, ") + 5, lambda at: text_of_chapter[at.line - 1])
    assert inside == Position("chapters/03-facts.md", 3, text_of_chapter[2].index("{{<") + 1)


@pytest.mark.parametrize("line", ["Version {{< var dotted >}}.", "In {{< var dotted >}}. It is so."])
def test_what_follows_a_shortcode_may_stand_in_its_words_too(line: str) -> None:
    text_ = line.replace("{{< var dotted >}}", "1.2.3")
    found = columns(text_, 1, line)
    assert found[text_.index("1")] == found[text_.index("3")] == line.index("{") + 1
    assert found[-1] == len(line)


def test_spans() -> None:
    assert joined([(5, 9), (0, 3), (2, 4), (4, 5)]) == ((0, 4), (4, 5), (5, 9))
    assert within(((0, 4), (6, 9)), 6, 9)
    assert not within(((0, 4), (6, 9)), 3, 7)
    assert not within((), 0, 1)


# --- phrases ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "line", "found"),
    [
        ("cure", "A cure, a Cure; secure curette", ["cure", "Cure"]),
        ("cur*", "cure curing secure cur", ["cure", "curing", "cur"]),
        ("*cure", "secure cured cure", ["secure", "cure"]),
        ("no side effects", "No  side\neffects. No bad side effects", ["No  side\neffects"]),
        ("is * cure", "is a cure; is not a cure; is, a cure", ["is a cure"]),
        ("not ** cure", "not cure, not really a cure", ["not cure", "not really a cure"]),
        ("not ** cure", "not one two three four five cure", []),
        ("isn't", "It isn’t so", ["isn’t"]),
        ("follow-up", "follow‑up and follow up", ["follow‑up"]),
        ("70% success", "About 70% success.", ["70% success"]),
        ("a.b (c)", "a.b (c) axb (c)", ["a.b (c)"]),
        ("straße", "STRASSE Straße", ["Straße"]),
        ("été", "L'été, étés", ["été"]),
    ],
)  # fmt: skip
def test_a_phrase_finds(phrase: str, line: str, found: list[str]) -> None:
    assert [line[start:end] for start, end in phrases((phrase,)).find(line)] == found


@pytest.mark.parametrize("phrase", ["", "  ", "*", "* **", "** cure", "cure **", "a*b*c*d", "x " * 17, "x" * 201])
def test_what_is_no_phrase(phrase: str) -> None:
    assert why_not(phrase)


def test_exceptions_may_overlap() -> None:
    line = "It is not a cure."
    assert joined(phrases(("is not a", "not a cure")).cover(line)) == ((3, 16),)


def test_no_phrase_takes_long() -> None:
    hostile = phrases(("*a*b " * 8 + "c", "*aa*aa", "a ** b ** c", "* * * * * x"))
    line = "aab " * 20_000 + "a" * 200_000
    start = time.perf_counter()
    assert list(hostile.find(line)) is not None
    assert time.perf_counter() - start < 20


def test_no_end_of_a_sentence_takes_long() -> None:
    start = time.perf_counter()
    for line in ("." * 200_000 + "x", "." + '"' * 200_000 + "x", "One." + " " * 200_000 + "x"):
        assert list(sentences(line)) == [(0, len(line))]
    assert time.perf_counter() - start < 5


# --- sentences, words, syllables -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It cost 3.5 dollars. Dr. Ada said so.", ["It cost 3.5 dollars.", "Dr. Ada said so."]),
        ("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."]),
        ("See e.g. Smith and M. Ada et al. They agree.", ["See e.g. Smith and M. Ada et al. They agree."]),
        ("Is it? Yes (it is.) So.", ["Is it?", "Yes (it is.)", "So."]),
        ("No. It is not. So do I. Then", ["No.", "It is not.", "So do I.", "Then"]),
        ("one, and no end", ["one, and no end"]),
        ("   ", []),
    ],
)
def test_sentences(line: str, found: list[str]) -> None:
    assert [line[start:end] for start, end in sentences(line)] == found


def test_words() -> None:
    assert words("A follow-up isn’t 1,000 – or 3.5 – times “so”.") == [
        "A", "follow-up", "isn’t", "1,000", "or", "3.5", "times", "so",
    ]  # fmt: skip


def test_questions() -> None:
    line = "Is ketamine a cure? It is a cure. “Is it a cure?” he asked."
    assert [asks(line, offset) for offset in (5, 25, 40)] == [True, False, False]
    assert is_whole("A whole one.")
    assert not is_whole("not a whole one.")
    assert not is_whole("Nor is this")


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("a", 1), ("the", 1), ("be", 1), ("made", 1), ("table", 2), ("people", 2), ("used", 1), ("wanted", 2),
        ("makes", 1), ("boxes", 2), ("twelve", 1), ("idea", 3), ("create", 2), ("fluid", 2), ("happier", 3),
        ("suicide", 3), ("suicidal", 4), ("patient", 2), ("depression", 3), ("ketamine", 3), ("medicine", 3),
        ("treatment", 2), ("careful", 2), ("lifeline", 2), ("isn't", 2), ("don't", 1), ("language", 2), ("quiet", 2),
        ("clinician", 3), ("antidepressant", 5), ("remission", 3), ("every", 2), ("beautiful", 3), ("rhythm", 2),
    ],
)  # fmt: skip
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_syllables_of_what_is_no_plain_word() -> None:
    spoken = readability.spoken_syllables
    assert [spoken(one) for one in ("185", "SSRI", "follow-up", "3.5", "treatment-resistant", "’s")] == [
        1, 4, 3, 1, 5, 1,
    ]  # fmt: skip


# --- reading grade ---------------------------------------------------------------------------------------


def test_the_grade_of_a_text_counted_by_hand() -> None:
    # 13 words, 2 sentences, 17 syllables: The-cat-sat-on-the-mat (6) / It-was-a-ver-y-hap-py-an-i-mal (10).
    book, _ = book_of("# Title\n\n## Cats\n\nThe cat sat on the mat.\n\n- It was a very happy animal.\n- no sentence\n")
    (reading,) = readability.reading_report(book)
    assert (reading.title, reading.words, reading.sentences) == ("Cats", 12, 2)
    assert reading.grade == pytest.approx(0.39 * 12 / 2 + 11.8 * 16 / 12 - 15.59)
    assert reading.adjusted == reading.grade
    assert reading.sentence_length == 6
    assert reading.long_words == pytest.approx(1 / 12)
    assert reading.passive == 0


def test_a_chapter_has_the_grade_of_its_sections_as_one_text() -> None:
    book, _ = book_of("# Pets\n\nCats sit. Dogs run.\n\n## More\n\nIt was a very happy animal.\n")
    ((title, sections),) = readability.readings_by_chapter(book)
    assert (title, [one.title for one in sections]) == ("Pets", ["Pets", "More"])
    # 10 words, 3 sentences, 14 syllables: Cats-sit-Dogs-run (4) / It-was-a-ver-y-hap-py-an-i-mal (10).
    assert readability.grade_of(sections) == pytest.approx(0.39 * 10 / 3 + 11.8 * 14 / 10 - 15.59)


def test_easy_words_count_two_syllables() -> None:
    markdown = (
        "# Title\n\nKetamine’s effect.\n\nMany antidepressants work.\n\n"
        "::: {.remarks}\nAntidepressant\n:   A medicine.\n:::\n"
    )
    book, _ = book_of(markdown)
    glossary = d.map_nodes(
        book.chapters,
        lambda node: replace(node, attributes=d.Attributes(classes=("glossary",))) if isinstance(node, d.Div) else node,
    )
    book = replace(book, chapters=glossary)
    easy = readability.easy_words(book, readability.word_list("# names\nketamine  # a drug\n"))
    assert easy == {"ketamine", "antidepressant"}
    (reading,) = readability.reading_report(book, ["ketamine"])
    # ketamine's 3 → 2, antidepressants 5 → 2; the meaning in the glossary is a sentence too: "A medicine."
    assert round((reading.grade - reading.adjusted) * reading.words / 11.8) == 4


def test_what_is_not_prose_has_no_grade() -> None:
    markdown = (
        "# Title\n\n## Things\n\n| A | b |\n|---|---|\n| A cell is here. | b |\n\n: A caption is here. {#tbl-x}\n\n"
        '::: {.callout-note title="A title is here."}\nOne sentence.^[Not the note.]\n:::\n'
    )
    (reading,) = readability.reading_report(book_of(markdown)[0])
    assert (reading.words, reading.sentences) == (2, 1)


def test_there_is_no_grade_for_other_languages() -> None:
    assert readability.reading_report(book_of("# Titel\n\nEin Satz.\n", "de")[0]) == ()


def test_exempt_parts_are_left_out_and_exempt_sections_say_so() -> None:
    markdown = (
        '# Title\n\n## One\n\nRead me.\n\n### Two {.grade-ok reason="names"}\n\nNot me.\n\n'
        '## Three {.grade-ok reason="a law"}\n\nNor me, though I am told of.\n'
    )
    readings = readability.reading_report(book_of(markdown)[0])
    assert [(one.title, one.words, one.reason) for one in readings] == [("One", 2, ""), ("Three", 7, "a law")]


@pytest.mark.parametrize(
    ("sentence", "passive"),
    [
        ("The drug was given twice.", True),
        ("It has not been shown to help.", True),
        ("It is often used.", True),
        ("She gives the drug.", False),
        ("He is tired.", False),
        ("It is an old drug.", False),
    ],
)
def test_what_looks_passive(sentence: str, passive: bool) -> None:
    assert readability.looks_passive(sentence) is passive


# --- abbreviations ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("Take an SSRI.", ["SSRI"]),
        ("Selective serotonin reuptake inhibitors (SSRIs) help. An SSRI is a pill.", []),
        ("An SSRI (selective serotonin reuptake inhibitor) helps.", []),
        ("An SSRI (a kind of pill) helps.", ["SSRI"]),
        ("Electroconvulsive therapy (ECT) helps.", []),
        ("A treatment (ECT) helps.", ["ECT"]),
        ('<abbr title="World Health Organization">WHO</abbr> and WHO.', []),
        ("WHO. <abbr title=\"World Health Organization\">WHO</abbr>.", ["WHO"]),
        ("The US and STAR\\*D, I, A and B12.", []),
        ("PHQ-9 and `TLA` and mTOR.", ["PHQ"]),
        ("## What is CBT?\n\nCognitive behavioral therapy (CBT) is.", []),
        ("## What is CBT?\n\nIt is.\n\nCognitive behavioral therapy (CBT).", ["CBT"]),
        ("One.^[Two ECT.]\n\nElectroconvulsive therapy (ECT).", ["ECT"]),
        ("![NASA](x.svg){alt=\"NASA\"}", ["NASA"]),
    ],
)  # fmt: skip
def test_abbreviations(markdown: str, found: list[str]) -> None:
    prose, problems = prose_of(f"# Title\n\n{markdown}\n")
    abbreviations.check_abbreviations(prose, ("US", "STAR*D"), problems.line, problems)
    assert [problem.message.split('"')[1] for problem in problems.found] == found


def test_the_page_about_rules_names_each_key_and_its_examples_are_right() -> None:
    page = (BOOKS.parents[1] / "docs/rules.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    single = [block for block in blocks if not block.startswith("[")]
    problems = Problems()
    rules = read_rules("".join([*single, *(block for block in blocks if block.startswith("[["))]), "rules.md", problems)
    assert problems.found == []
    assert rules is not None
    assert None not in (rules.abbreviations, rules.links, rules.sentences)
    assert (len(rules.words), len(rules.topics)) == (1, 1)
    keys = {key for kind in (Rules, Abbreviations, Links, Sentences, WordRule, TopicRule) for key in settings_of(kind)}
    assert {key for key in keys if not re.search(rf"`?\b{key}\b", page)} == set()


def test_a_book_that_asks_for_nothing_is_not_looked_at(stock: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "read_prose", lambda book: pytest.fail("it is read"))
    problems = Problems()
    manuscript = replace(read_manuscript(BOOKS / "stock", problems, TODAY), ledger=None)
    book = replace(stock.book, info=replace(stock.book.info, checks=None))
    check_text(book, manuscript, problems)
    assert problems.found == []


def test_the_title_and_the_words_of_drawings_are_read_too(stock: Made) -> None:
    told = replace(stock.book.info, book=replace(stock.book.info.book, title="A cure", description="No cure. Cures!"))
    problems = Problems()
    cure = WordRule(name="cure", patterns=("cure*",), except_=("no cure",))
    wording.check_words(read_prose(replace(stock.book, info=told)), (cure,), problems.line, problems)
    assert [str(problem.at) for problem in problems.found] == ["book.toml:3:1", "book.toml:13:1"]


def test_hostile_text_takes_bounded_time() -> None:
    line = "cure <abbr>X</abbr> `a` [cure]{.quoted} {{< var phone >}} -- NASA. " * 3_000
    start = time.perf_counter()
    prose, problems = prose_of(f"# Title\n\n{line}\n")
    parsed = time.perf_counter() - start
    start = time.perf_counter()
    words_ = (WordRule(name="cure", patterns=("cure", "c* * e"), except_=("not ** cure",), except_questions=True),)
    wording.check_words(prose, words_, problems.line, problems)
    abbreviations.check_abbreviations(prose, (), problems.line, problems)
    topic = TopicRule(name="cure", mentions=("cure",), opens_with=("about cures",), callout_urgency="urgent")
    topics.check_topics(prose, (topic,), dict(info().callouts), problems.line, problems)
    assert len([problem for problem in problems.found if problem.code == "banned-word"]) == 3_000
    assert time.perf_counter() - start < 10 + parsed
