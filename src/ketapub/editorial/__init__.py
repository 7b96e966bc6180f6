"""The rules for the text that a book asks for in `[checks]`, or with a ledger: a `Book` comes in, problems go out.

`prose` makes plain text with places of the tree; each of the other modules reads that. A book that asks for nothing
is not looked at.
"""

from __future__ import annotations

from ketapub import document as d
from ketapub.manuscript import Manuscript
from ketapub.problems import Problems, Severity


def check_text(book: d.Book, manuscript: Manuscript, problems: Problems) -> None:
    """Problems: those of rules.toml itself, `banned-word`, `topic-…`, `undefined-abbreviation`, `empty-link-words`,
    `long-sentence`, `reading-grade`, `too-many-exemptions`; in a book with a ledger `typed-number`."""
    checks = book.info.checks
    wanted = checks.reading_grade if checks else None
    if not manuscript.ledger and (checks is None or not (manuscript.rules or wanted)):
        return
    from ketapub.editorial import abbreviations, prose, readability, rules, topics, typed_numbers, wording

    text = prose.read_prose(book)
    line = problems.line
    if manuscript.ledger:
        typed_numbers.check_typed_numbers(text, line, problems)
    if checks is None:
        return
    found = rules.read_rules(manuscript.rules, checks.rules, problems) if manuscript.rules else None
    if found:
        wording.check_words(text, found.words, line, problems)
        topics.check_topics(text, found.topics, dict(book.info.callouts), line, problems)
        if found.abbreviations:
            abbreviations.check_abbreviations(text, found.abbreviations.known, line, problems)
        if found.links:
            wording.check_links(book, found.links, problems)
        if found.sentences:
            wording.check_sentences(text, found.sentences, line, problems)
    if wanted and wanted.severity != "off":
        easy = readability.easy_words(book, readability.word_list(manuscript.reading_words))
        severity: Severity = "error" if wanted.severity == "error" else "warning"
        readability.check_reading(text, easy, wanted.max, severity, problems)
