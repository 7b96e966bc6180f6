"""Runs of text and rules come in; words that are kept out, empty link words and long sentences are reported."""

from __future__ import annotations

from ketapub import document as d
from ketapub.editorial.phrases import Phrases, phrases
from ketapub.editorial.places import joined, within
from ketapub.editorial.prose import Line, Prose, Run
from ketapub.editorial.rules import Links, Sentences, WordRule
from ketapub.editorial.sentences import asks, sentences, words
from ketapub.problems import Problems

_SENTENCES = ("paragraph", "item", "note", "caption")
_TRIMMED = " \t\u00a0.,;:!?…→»«“”\"'’()[]"


def check_words(prose: Prose, rules: tuple[WordRule, ...], line: Line, problems: Problems) -> None:
    for rule in rules:
        kept_out, allowed = phrases(rule.patterns), phrases(rule.except_)
        for run in prose.runs:
            for start, end in _breaches(run, rule, kept_out, allowed):
                found = run.text[start:end]
                message = f'"{found}": {rule.message}' if rule.message else f'this book does not say "{found}"'
                hint = rule.hint or f'the rule "{rule.name}" keeps it out; in a quotation, write [{found}]{{.quoted}}'
                problems.add("banned-word", run.place(start, line), message, hint, rule.severity)


def _breaches(run: Run, rule: WordRule, kept_out: Phrases, allowed: Phrases) -> list[tuple[int, int]]:
    found = [span for span in kept_out.find(run.text) if not within(run.quoted, *span) and not within(run.given, *span)]
    if found and rule.except_:
        fine = joined(allowed.cover(run.text))
        found = [span for span in found if not within(fine, *span)]
    if found and rule.except_questions:
        questions = tuple(span for span in sentences(run.text) if asks(run.text[slice(*span)], 0))
        found = [span for span in found if not within(questions, *span)]
    return found


def check_links(book: d.Book, links: Links, problems: Problems) -> None:
    """The words of each link, which read alone have to say where it leads (WCAG 2.2, 2.4.9)."""
    empty = {" ".join(one.casefold().split()): one for one in links.empty_words}
    for node in d.walk_book(book):
        if not isinstance(node, d.Link) or not node.at.file:
            continue
        text = " ".join(d.plain_text(node.children).split()).strip(_TRIMMED)
        if text.casefold() in empty:
            hint = "say what stands there, as in [the label of the medicine](…)"
            problems.add("empty-link-words", node.at, f'"{text}" does not say where this link leads', hint)


def check_sentences(prose: Prose, rule: Sentences, line: Line, problems: Problems) -> None:
    for run in prose.runs:
        if run.kind not in _SENTENCES or len(run.text) < rule.max_words:
            continue
        for start, end in sentences(run.text):
            count = len(words(run.text, start, end))
            if count > rule.max_words:
                message = f"this sentence has {count} words, more than {rule.max_words}"
                problems.add("long-sentence", run.place(start, line), message, "make two of it", "warning")
