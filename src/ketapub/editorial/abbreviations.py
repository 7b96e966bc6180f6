"""Runs of text and the known abbreviations come in; each other one that is not explained where it first stands is
reported.

An abbreviation is a word of capitals and digits with two capitals or more, and perhaps an s behind ("SSRIs").
Explained means: "long form (ABC)", "ABC (long form)", or `<abbr title="long form">ABC</abbr>`. A heading may name what
the text right below it explains.
"""

from __future__ import annotations

import re

from ketapub.editorial.phrases import alike
from ketapub.editorial.places import within
from ketapub.editorial.prose import Line, Prose, Run
from ketapub.problems import Problems

_WORD = re.compile(r"[^\W_]+")
_NOT_READ = ("alt", "drawing", "setting")
_BEFORE, _BEHIND = 160, 160  # characters in which a long form is looked for


def check_abbreviations(prose: Prose, known: tuple[str, ...], line: Line, problems: Problems) -> None:
    allowed = set(known)
    pattern = "|".join(re.escape(one) for one in sorted(allowed, key=len, reverse=True)) or r"(?!)"
    skipped = re.compile(rf"(?<!\w)(?:{pattern})s?(?!\w)")
    first: dict[str, tuple[Run, int]] = {}
    later: dict[str, str] = {}  # abbreviation -> where it is explained after all
    explained: set[str] = set()
    named: set[str] = set()  # in the heading right above
    for run in prose.runs:
        if run.kind in _NOT_READ:
            continue
        if run.kind == "heading":
            named = set()
        fine = tuple(match.span() for match in skipped.finditer(run.text))
        for match in _WORD.finditer(run.text):
            word = _abbreviation(match[0])
            if not word or word in explained or within(fine, *match.span()) or within(run.given, *match.span()):
                continue
            if within(run.defined, *match.span()) or _is_explained(word, run.text, *match.span()):
                if word in named:
                    del first[word]
                if word in first:
                    later.setdefault(word, str(run.place(match.start(), line)))
                else:
                    explained.add(word)
            elif word not in first:
                first[word] = run, match.start()
                if run.kind == "heading":
                    named.add(word)
        if run.kind != "heading":
            named = set()
    for word, (run, start) in first.items():
        hint = f"it is explained at {later[word]}, which is later" if word in later else f"write long form ({word})"
        message = f'"{word}" is not explained where it first stands'
        problems.add("undefined-abbreviation", run.place(start, line), message, hint)


def _abbreviation(word: str) -> str:
    bare = word[:-1] if word.endswith("s") else word
    capitals = sum(character.isupper() for character in bare)
    return bare if capitals >= 2 and all(one.isupper() or one.isdigit() for one in bare) else ""


def _is_explained(word: str, text: str, start: int, end: int) -> bool:
    opening = text[max(0, start - 1) : start] in ("(", "[")
    if opening and text[end : end + 1] in (")", "]", ",", ";"):
        return _stands_for(word, text[max(0, start - _BEFORE) : start - 1], from_end=True)
    behind = re.compile(r"[\"”’']?\s*[(\[]").match(text, end)
    if behind is None:
        return False
    close = re.compile(r"[^)\]]{0,160}").match(text, behind.end())
    return close is not None and _stands_for(word, close[0], from_end=False)


def _stands_for(word: str, words: str, *, from_end: bool) -> bool:
    """Whether the letters of an abbreviation follow each other in some words, its first one at the head of a word."""
    letters = [one for one in word.casefold() if one.isalpha()]
    parts = re.findall(r"[^\W_]+", alike(words).casefold())
    parts = parts[-2 * len(letters) - 2 :] if from_end else parts[: 2 * len(letters) + 2]
    for index, part in enumerate(parts):
        if (
            part[0] == letters[0]
            and _in_order(letters, " ".join(parts[index:]))
            and len("".join(parts[index:])) > len(letters)
        ):
            return True
    return False


def _in_order(letters: list[str], text: str) -> bool:
    offset = 0
    for letter in letters:
        offset = text.find(letter, offset) + 1
        if not offset:
            return False
    return True
