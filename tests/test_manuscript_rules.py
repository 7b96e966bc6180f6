"""The rules of the book in manuscript/: for each of them texts that it must catch, and texts that it must let pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from editorial_text import prose_of
from tree import info

from ketapub.editorial import topics, wording
from ketapub.editorial.rules import Rules, read_rules
from ketapub.problems import Problems

ROOT = Path(__file__).parents[1]


def book_rules() -> Rules:
    problems = Problems()
    rules = read_rules((ROOT / "manuscript/rules.toml").read_text(encoding="utf-8"), "rules.toml", problems)
    assert problems.found == []
    assert rules is not None
    return rules


CAUGHT = {
    "cure": ["Ketamine is a cure.", "It cured her.", "A drug that cures depression!", "The cure is near."],
    "miracle": ["A miracle drug.", "It worked miracles.", "This is life-changing."],
    "breakthrough": ["A breakthrough in care.", "A revolutionary drug."],
    "guaranteed": ["Relief is guaranteed.", "We guarantee it."],
    "safe": ["Ketamine is safe.", "It is safer than pills.", "It can be used safely.", "A safe and old drug."],
    "proven": ["A proven treatment.", "It is clinically proven to help.", "This proves it."],
    "resets the brain": ["It resets the brain.", "It rewires your brain.", "It repairs your brain."],
    "works when nothing else does": ["It works when nothing else does.", "It helps when all else fails."],
    "no side effects": ["It has no side effects.", "A drug without side effects.", "There is no risk."],
    "non-addictive": ["It is non-addictive.", "Ketamine is not addictive."],
    "FDA-approved ketamine": ["FDA-approved ketamine helps.", "Ketamine is FDA-approved."],
    "70 percent success": ["It has a 70% success rate.", "Its success rate is high.", "70 percent success."],
    "prevents suicide": ["It prevents suicide.", "It saves lives.", "There were fewer suicides."],
    "better than ECT": ["It is better than ECT.", "Ketamine beats ECT."],
    "safer at home": ["It is better at home.", "Treatment from the comfort of your home."],
    "commit suicide": ["He committed suicide.", "They commit suicide.", "She did not commit suicide."],
    "successful or failed attempt": ["A failed attempt.", "A completed suicide.", "A successful suicide attempt."],
    "epidemic": ["An epidemic of suicide.", "Rates are skyrocketing."],
    "cry for help": ["It was a cry for help.", "Suicide as a way out.", "He left a suicide note."],
    "led to suicide": ["This led to suicide.", "Debt drove him to suicide.", "The cause of suicide is known."],
}  # fmt: skip
PASSED = {
    "cure": ["Is ketamine a cure?", "It is not a cure.", "It does not cure it.", "Secure the door."],
    "miracle": ["It is not a miracle.", "Is it a miracle drug?"],
    "breakthrough": ["It is not a breakthrough.", "Breakthrough pain is another matter."],
    "guaranteed": ["There is no guarantee.", "Relief is not guaranteed."],
    "safe": [
        "Read the safety note.", "Food safety matters.", "Is it safe for me?", "It is not known whether it is safe.",
        "Stay with someone until you feel safe.", "This does not show that it is safe.", "Keep it in a safe place.",
    ],
    "proven": ["It is not proven.", "It is unproven.", "There is no proof of that."],
    "resets the brain": ["Can it reset the brain?", "It does not rewire the brain.", "Reset your alarm."],
    "works when nothing else does": ["No treatment works for everyone.", "Nothing else was tried."],
    "no side effects": ["No treatment is without risk.", "No medicine has no side effects.", "Ask about side effects."],
    "non-addictive": ["Is it non-addictive?", "People can become addicted."],
    "FDA-approved ketamine": [
        "The FDA has not approved ketamine for depression.", "The FDA approved ketamine as an anesthetic.",
        "The FDA approved esketamine.",
    ],
    "70 percent success": ["70 in 100 relapsed.", "What is the success rate?"],
    "prevents suicide": [
        "It has not been shown to prevent suicide.", "No trial shows fewer suicides.", "Does it prevent suicide?",
        "Prevention of suicide has not been shown.",
    ],
    "better than ECT": ["It is no better than ECT.", "Is it better than ECT?"],
    "safer at home": ["There is no evidence that it is safer at home.", "Is it safer at home?"],
    "commit suicide": ["She died by suicide.", "He attempted suicide.", "Commit to a plan."],
    "successful or failed attempt": ["She survived an attempt.", "A fair try failed."],
    "epidemic": ["The number is higher."],
    "cry for help": ["There is no way out of the contract.", "Call for help.", "It will help you find your way."],
    "led to suicide": ["There is no one cause of suicide.", "Many things play a part."],
}  # fmt: skip


def test_each_word_rule_has_texts() -> None:
    assert set(CAUGHT) == set(PASSED) == {rule.name for rule in book_rules().words}


@pytest.mark.parametrize(("rule", "line"), [(rule, line) for rule, lines in CAUGHT.items() for line in lines])
def test_a_word_rule_catches(rule: str, line: str) -> None:
    assert rule in broken(line)
    assert broken(f"[{line}]{{.quoted}}") == set()


@pytest.mark.parametrize(("rule", "line"), [(rule, line) for rule, lines in PASSED.items() for line in lines])
def test_a_word_rule_lets_pass(rule: str, line: str) -> None:
    assert broken(line) == set()


def broken(line: str) -> set[str]:
    prose, _ = prose_of(f"# Title\n\n{line}\n")
    found = set()
    for rule in book_rules().words:
        problems = Problems()
        wording.check_words(prose, (rule,), lambda at: "", problems)
        found |= {rule.name for _ in problems.found}
    return found


NOTICE = "The next part is about thoughts of suicide. You can skip it.\n\n"
TOLD = "Thoughts of suicide can pass. Suicidal thoughts are common.\n\n"
BOX = "::: {.callout-help}\nUse the line.\n:::\n\n"
HOPE = "You can call at any time.\n"


@pytest.mark.parametrize(
    ("markdown", "codes"),
    [
        (f"{NOTICE}## Part\n\n{BOX}{TOLD}{HOPE}", []),
        (f"## Part\n\n{NOTICE}{TOLD}{BOX}{HOPE}", []),
        (f"## Part\n\n{NOTICE}{TOLD}{BOX}", []),  # it ends with the box
        (f"## Part\n\n{BOX}{TOLD}{HOPE}", ["topic-notice"]),
        (f"## Part\n\nFirst.\n\n{NOTICE}{BOX}{TOLD}{HOPE}", ["topic-notice"]),
        (f"## Part\n\nA lead.\n\n{NOTICE}### Deeper\n\n{TOLD}{BOX}{HOPE}", []),
        (f"{NOTICE}## Part\n\n{TOLD}{HOPE}", ["topic-callout"]),
        (f"{NOTICE}## Part\n\n{BOX}{TOLD}Most did well.\n", ["topic-ending"]),
        (f"{NOTICE}## Part\n\n{BOX}{TOLD}Call, or see how many died.\n", ["topic-ending"]),
        ("## Part\n\nThe label speaks of suicide, once.\n", []),
        ("## Part\n\n| Suicide | suicide |\n|---|---|\n| suicidal | self-harm |\n\nNothing else.\n", []),
        (f"{TOLD}So it is.\n", ["topic-notice", "topic-ending", "topic-callout"]),
    ],
)
def test_the_topic_rule(markdown: str, codes: list[str]) -> None:
    markdown = f"# Title\n\n{markdown}".replace("callout-help", "callout-warning")
    prose, problems = prose_of(markdown)
    kinds = dict(info().callouts)
    kinds["warning"] = replace(kinds["warning"], urgency="emergency")
    topics.check_topics(prose, book_rules().topics, kinds, problems.line, problems)
    assert [problem.code for problem in problems.found] == codes
