"""The resolved book as JSON, for people, tests and other tools."""

from __future__ import annotations

from ketapub import document as d
from ketapub.formats.as_json import book_as_json
from ketapub.formats.made import Made
from ketapub.outputs import Bundle, OutputFile
from ketapub.problems import Problems
from ketapub.theme import Theme


def make_json(book: d.Book, theme: Theme, made: Made, problems: Problems) -> Bundle:
    return (OutputFile("book.json", book_as_json(book)),)
