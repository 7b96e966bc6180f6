"""Runs of text come in; numbers of studies that were typed by hand, past the ledger, are reported.

What is looked for are percentages, counts out of 100 (or 1,000), p-values and intervals with decimals: in a book that
has a ledger, each of these stands in it, with its source.
"""

from __future__ import annotations

import re
from functools import cache

from ketapub.editorial.places import within
from ketapub.editorial.prose import Line, Prose
from ketapub.locale import words
from ketapub.problems import Problems

_NUMBER = r"[+−–-]?\d{1,12}(?:[.,\u202f\u00a0]\d{1,12})*"
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
    for run in prose.runs:
        language = prose.sections[run.section].language
        for pattern in _patterns(language) if language else ():
            for match in pattern.finditer(run.text):
                if within(run.facts, *match.span(1)) or within(run.given, *match.span(1)):
                    continue
                message = f'"{match[0]}" was typed by hand'
                hint = f'print it from the ledger, or say why it stands in none: [{match[0]}]{{.no-fact reason="…"}}'
                problems.add("typed-number", run.place(match.start(1), line), message, hint)
