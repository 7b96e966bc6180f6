"""Markdown comes in; a book of one chapter, and its prose, go out: enough for what reads prose only."""

from __future__ import annotations

from dataclasses import replace

from tree import info, read

from ketapub import document as d
from ketapub.editorial.prose import Prose, read_prose
from ketapub.problems import Problems


def book_of(markdown: str, language: str = "en") -> tuple[d.Book, Problems]:
    """A book of one chapter, as `parse` leaves it: enough for what reads prose only."""
    chapter, problems = read(markdown, language=language)
    assert problems.found == []
    known = info(language)
    known = replace(known, book=replace(known.book, title="", description=""))
    chapter = replace(chapter, source="chapter.md")
    return d.Book(known, (chapter,), (), {}, {}, {}), problems


def prose_of(markdown: str) -> tuple[Prose, Problems]:
    book, problems = book_of(markdown)
    return read_prose(book), problems
