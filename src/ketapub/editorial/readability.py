"""A resolved English book comes in; how hard each of its sections is to read goes out, and what is too hard is
reported.

The measure is the Flesch-Kincaid grade (Kincaid and others, 1975): 0.39 × words a sentence + 11.8 × syllables a word
- 15.59. A section is one of level 2 with all below it, or the text of a chapter before its first one. Only running
prose counts: paragraphs, and list items that are whole sentences. Not: notes, tables, headings, captions, titles of
callouts, definitions, citations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ketapub import document as d
from ketapub.editorial.prose import RUNNING, Prose, Section, read_prose
from ketapub.editorial.sentences import is_whole, sentences, words
from ketapub.editorial.syllables import syllables
from ketapub.problems import Position, Problems, Severity

FEWEST_WORDS = 100  # the grade of less text says little
MOST_EXEMPTIONS = 5
LONG = 3  # syllables of a long word
EASY = 2  # syllables that an easy word counts at most

_BE = r"(?:am|is|are|was|were|be|been|being|isn't|aren't|wasn't|weren't)"
_PARTICIPLES = (
    "born built bought brought caught chosen cut done drawn driven eaten fed felt found given gone grown heard held "
    "hit hurt kept known laid led left lost made meant met paid put read said seen sent set shown shut sold spent "
    "spread spoken taken taught thought told understood woken won worn written"
)
_PASSIVE = re.compile(
    rf"(?<!\w){_BE}(?: not| also| often| never| always| still| already| \w+ly)? "
    rf"(?:\w+ed|{'|'.join(_PARTICIPLES.split())})(?!\w)",
    re.IGNORECASE,
)
_ACTIVE = re.compile(r"(?:need|indeed|tired|worried|interested|scared|depressed)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SectionReading:
    """One section. `grade` counts words as they are, `adjusted` the easy words as easy. Shares lie between 0 and 1."""

    title: str
    at: Position
    words: int
    sentences: int
    grade: float
    adjusted: float
    sentence_length: float
    passive: float  # share of sentences that look passive: a form of "be" before a participle, which is a guess
    long_words: float  # share of words of three syllables or more
    easy_syllables: int  # of all its words, the easy ones counted as easy
    reason: str = ""  # why its grade is no problem, where an author says so


def grade(words_: int, sentences_: int, syllables_: int) -> float:
    """The Flesch-Kincaid grade."""
    return 0.39 * words_ / sentences_ + 11.8 * syllables_ / words_ - 15.59


def reading_report(book: d.Book, easy: Iterable[str] = ()) -> tuple[SectionReading, ...]:
    """Each section in order that has any running prose, whatever its length. Empty for books that are not English."""
    return tuple(reading for _, reading in _readings(read_prose(book), easy_words(book, easy)))


def readings_by_chapter(book: d.Book, easy: Iterable[str] = ()) -> tuple[tuple[str, tuple[SectionReading, ...]], ...]:
    """The title of each chapter that has any running prose, with its sections in order."""
    prose = read_prose(book)
    chapters: dict[int, list[SectionReading]] = {}
    for section, reading in _readings(prose, easy_words(book, easy)):
        chapter = next((one for one in prose.around(section) if prose.sections[one].level <= 1), section)
        chapters.setdefault(chapter, []).append(reading)
    return tuple((prose.sections[chapter].title, tuple(found)) for chapter, found in sorted(chapters.items()))


def grade_of(readings: Sequence[SectionReading]) -> float:
    """The grade of several sections as one text, the easy words counted as easy."""
    return grade(
        sum(one.words for one in readings),
        sum(one.sentences for one in readings),
        sum(one.easy_syllables for one in readings),
    )


def is_too_hard(reading: SectionReading, most: float) -> bool:
    """Of the grades that are too high only those count that are so when rounded, as they are printed."""
    return reading.words >= FEWEST_WORDS and not reading.reason and round(reading.adjusted, 1) > most


def easy_words(book: d.Book, easy: Iterable[str] = ()) -> frozenset[str]:
    """The words of a list and of the terms of the book's glossary, in small letters."""
    found = {one.casefold() for line in easy for one in words(line)}
    for node in d.walk_book(book):
        if d.is_glossary(node):
            terms = [one.term for one in d.walk((node,)) if isinstance(one, d.Definition)]
            found |= {one.casefold() for term in terms for one in words(d.plain_text(term))}
    return frozenset(found)


def word_list(text: str) -> list[str]:
    """The lines of a file of easy words; what follows a # is a remark."""
    return [line.partition("#")[0].strip() for line in text.split("\n")]


def check_reading(prose: Prose, easy: frozenset[str], most: float, severity: Severity, problems: Problems) -> None:
    for index, reading in _readings(prose, easy):
        section = prose.sections[index]
        if is_too_hard(reading, most):
            message = (
                f'"{section.title}" reads at grade {reading.adjusted:.1f}, above {most:g} '
                f"({reading.sentence_length:.0f} words a sentence, {reading.long_words:.0%} long words)"
            )
            hint = "write shorter sentences and shorter words"
            problems.add("reading-grade", section.at, message, hint, severity)
    exempt = [section for section in prose.sections if d.GRADE_OK in section.attributes.classes]
    for section in exempt[MOST_EXEMPTIONS:]:
        message = f"more than {MOST_EXEMPTIONS} sections are exempt from the reading grade"
        problems.add("too-many-exemptions", section.at, message, f"the first one is at {exempt[0].at}")


def _readings(prose: Prose, easy: frozenset[str]) -> Iterator[tuple[int, SectionReading]]:
    """The place of each section in `Prose.sections`, and how it reads."""
    texts: dict[int, list[str]] = {}
    for run in prose.runs:
        section = prose.sections[run.section]
        if run.kind not in RUNNING or section.language.lower().split("-")[0] != "en":
            continue
        if run.kind == "item" and not is_whole(run.text):
            continue
        part = prose.part(run.section)
        if _reason(prose, run.section) and not _reason(prose, part):
            continue  # a part of the section is exempt: the rest is measured without it
        texts.setdefault(part, []).append(run.text)
    for part, found in texts.items():
        reading = _reading(prose.sections[part], found, easy, _reason(prose, part))
        if reading:
            yield part, reading


def _reason(prose: Prose, section: int) -> str:
    for one in prose.around(section):
        attributes = prose.sections[one].attributes
        if d.GRADE_OK in attributes.classes:
            return attributes.get("reason") or "no reason"
    return ""


def _reading(section: Section, texts: list[str], easy: frozenset[str], reason: str) -> SectionReading | None:
    spans = [text[start:end] for text in texts for start, end in sentences(text)]
    spoken = [word for text in spans for word in words(text)]
    if not spoken:
        return None
    counts = [spoken_syllables(word) for word in spoken]
    eased = [min(EASY, n) if is_easy(word, easy) else n for word, n in zip(spoken, counts, strict=True)]
    return SectionReading(
        title=section.title,
        at=section.at,
        words=len(spoken),
        sentences=len(spans),
        grade=grade(len(spoken), len(spans), sum(counts)),
        adjusted=grade(len(spoken), len(spans), sum(eased)),
        sentence_length=len(spoken) / len(spans),
        passive=sum(map(looks_passive, spans)) / len(spans),
        long_words=sum(n >= LONG for n in counts) / len(spoken),
        easy_syllables=sum(eased),
        reason=reason,
    )


def spoken_syllables(word: str) -> int:
    """A number in digits counts one, an abbreviation in capitals one a letter, a word with hyphens all of its parts."""
    total = 0
    for part in re.split(r"[^\w'’]+", word):
        if part.isupper() and len(part) > 1 and part.isalpha():
            total += len(part)
        elif part:
            total += syllables(part) if any(one.isalpha() for one in part) else 0
    return total or 1


def is_easy(word: str, easy: frozenset[str]) -> bool:
    """A listed word, also with "s" or "'s" behind it; of a word with hyphens the whole."""
    bare = re.sub(r"['’]s?$", "", word.casefold())
    return bare in easy or bare.removesuffix("s") in easy


def looks_passive(sentence: str) -> bool:
    return any(not _ACTIVE.search(match[0]) for match in _PASSIVE.finditer(sentence.replace("’", "'")))
