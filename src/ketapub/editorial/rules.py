"""The text of a book's rules.toml comes in, `Rules` go out, or every reason why not at its line and column."""

# ruff: noqa: RUF009  (`setting` makes dataclass fields, as `field` does)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ketapub.callouts import URGENCIES
from ketapub.editorial.phrases import why_not
from ketapub.problems import Problems, Severity
from ketapub.settings import Place, Shape, read_table, setting
from ketapub.shapes import FLAG, TEXT, choice, list_of, table_of, whole
from ketapub.toml_file import read_toml
from ketapub.toml_places import key_places

_MOST = 1_000  # phrases in one list


def _phrase(value: Any, place: Place) -> str | None:
    text = TEXT.read(value, place)
    if text is None:
        return None
    if wrong := why_not(text):
        place.wrong(f'"{text}" is no phrase: {wrong}', "words, with * for any letters or any one word")
        return None
    return str(text)


def _phrases(value: Any, place: Place) -> tuple[str, ...] | None:
    found = list_of(Shape(_phrase, {"type": "string"})).read(value, place)
    if found is not None and len(found) > _MOST:
        place.wrong(f"{place.name} has {len(found)} phrases, more than {_MOST}")
        return None
    return found  # type: ignore[no-any-return]  # of `list_of`


PHRASES = Shape(_phrases, {"type": "array", "items": {"type": "string"}})
_SEVERITY = choice("error", "warning")
_URGENCY = choice(*URGENCIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abbreviations:
    known: tuple[str, ...] = setting(list_of(TEXT), (), "Abbreviations that need no explanation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    empty_words: tuple[str, ...] = setting(list_of(TEXT), (), "Words that are not enough for a link", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    max_words: int = setting(whole(5, 200), 30, "The most words of a sentence")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRule:
    name: str = setting(TEXT, "", "What the rule is called", required=True)
    patterns: tuple[str, ...] = setting(PHRASES, (), "The phrases that it keeps out", required=True)
    except_: tuple[str, ...] = setting(PHRASES, (), "Phrases inside which they may stand")
    except_questions: bool = setting(FLAG, False, "Whether they may stand in a question")
    message: str = setting(TEXT, "", "Why they are kept out")
    hint: str = setting(TEXT, "", "What to write instead")
    severity: Severity = setting(_SEVERITY, "error", "What a breach is")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    name: str = setting(TEXT, "", "What the topic is called", required=True)
    mentions: tuple[str, ...] = setting(PHRASES, (), "The phrases that speak of it", required=True)
    min_mentions: int = setting(whole(1, 100), 2, "How many mentions make a section one about it")
    opens_with: tuple[str, ...] = setting(PHRASES, (), "One of them stands in a paragraph before the section's text")
    callout_urgency: str = setting(_URGENCY, "", "The urgency of a callout that the section holds")
    callout_by_reference: bool = setting(FLAG, False, "Whether a reference to such a callout is enough")
    ends_with_callout_or: tuple[str, ...] = setting(PHRASES, (), "One of them stands in the last paragraph")
    never_ends_with: tuple[str, ...] = setting(PHRASES, (), "None of them stands in the last paragraph")
    severity: Severity = setting(_SEVERITY, "error", "What a breach is")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`abbreviations`, `links` and `sentences` are None where the file does not speak of them: not checked."""

    abbreviations: Abbreviations | None = setting(table_of(Abbreviations), None, "Abbreviations are explained")
    links: Links | None = setting(table_of(Links), None, "Links say where they lead")
    sentences: Sentences | None = setting(table_of(Sentences), None, "Sentences are short")
    words: tuple[WordRule, ...] = setting(list_of(table_of(WordRule)), (), "Words that are kept out")
    topics: tuple[TopicRule, ...] = setting(list_of(table_of(TopicRule)), (), "Topics that are handled with care")


def read_rules(text: str, file: str, problems: Problems) -> Rules | None:
    """The rules of a book; None when something is wrong with them, all of which is reported."""
    before = len(problems.errors)
    problems.know(file, text)
    raw = read_toml(text, file, problems)
    if raw is None:
        return None
    place = Place("", problems, key_places(text, file))
    rules = read_table(Rules, raw, place)
    for key, named in (("words", rules.words), ("topics", rules.topics)):
        _check_names([one.name for one in named], place.under(key))
    return rules if len(problems.errors) == before else None


def _check_names(names: list[str], place: Place) -> None:
    for index, name in enumerate(names):
        if name and name in names[:index]:
            place.under(index).under("name").wrong(f'two rules are called "{name}"', "give each its own name")
