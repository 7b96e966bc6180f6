"""Runs of text come in; numbers of studies that were typed by hand, past the ledger, are reported.

What is looked for are percentages, counts out of 100 (or 1,000), p-values and intervals with decimals: in a book that
has a ledger, each of these stands in it, with its source. So does every number that a figure from data shows, but for
the places on its scales; and what its texts say of its numbers is printed from there too.
"""

from __future__ import annotations

import re
from functools import cache

from ketapub.editorial.places import joined, within
from ketapub.editorial.prose import Line, Prose
from ketapub.locale import words
from ketapub.problems import Problems

_NUMBER = r"[+−–-]?\d{1,12}(?:[.,\u202f\u00a0]\d{1,12})*"
_ALONE = re.compile(rf"(?<![\w.,])({_NUMBER})(?!\w)")
_SCALE = ("0", "100")  # where scales end: no numbers of a study
_TELLS = ("alt", "caption", "paragraph", "item")  # of a figure; its labels are names, as in "Step 1"
_DECIMAL = r"[+−–-]?\d{0,12}[.,]\d{1,12}"


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    """The number itself is the first group: it may come from the ledger, and the words around it from the author."""
    word = words(language)
    percent, out_of, each, to = (word[f"number-{name}"] for name in ("percent", "out-of", "each", "to"))
    return tuple(
        re.compile(pattern, re.I)
        for pattern in (
            rf"(?<![\w.,])({_NUMBER})\s?(?:%|‰|(?:{percent})\b)",
            rf"(?<![\w.,])({_NUMBER})(?:\s\w{{1,20}})?\s(?:{out_of})\s(?:(?:{each})\s)?1[.,\u202f\u00a0]?0{{2,3}}\b",
            rf"\bp\s?[=<>≤≥]\s?({_DECIMAL})",
            rf"(?<![\w.,])({_DECIMAL}\s?(?:{to}|–|-)\s?{_DECIMAL})(?![\w])",
        )
    )


def check_typed_numbers(prose: Prose, line: Line, problems: Problems) -> None:
    drawn: dict[int, set[str]] = {}  # the numbers of each figure
    for run in prose.runs:
        if run.kind == "datum":
            drawn.setdefault(run.chart, set()).update(_ALONE.findall(run.text))
    for run in prose.runs:
        language = prose.sections[run.section].language
        if not language:
            continue
        found = [match for pattern in _patterns(language) for match in pattern.finditer(run.text)]
        whole = joined(match.span() for match in found)
        if run.kind == "datum" or (run.chart and run.kind in _TELLS):
            own, sign = drawn.get(run.chart, ()), words(language)["decimal-sign"]
            found += [
                match
                for match in _ALONE.finditer(run.text)
                if run.kind == "datum" or (match[1] not in _SCALE and (match[1] in own or sign in match[1]))
                if not within(whole, *match.span(1))
            ]
        for match in found:
            if not within(run.facts, *match.span(1)) and not within(run.given, *match.span(1)):
                hint = f'print it from the ledger, or say why it stands in none: [{match[0]}]{{.no-fact reason="…"}}'
                if run.chart and run.kind in ("datum", "alt"):  # where no brackets are read
                    hint = (
                        'print it from the ledger, or say at the picture why it stands in none: {.no-fact reason="…"}'
                    )
                problems.add("typed-number", run.place(match.start(1), line), f'"{match[0]}" was typed by hand', hint)
