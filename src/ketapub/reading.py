"""The first half of all work on a book: its folder comes in, the resolved book goes out."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ketapub.cache import Cache
from ketapub.document import Book, Draft
from ketapub.editorial import check_text
from ketapub.manuscript import Manuscript, read_manuscript
from ketapub.parse import Known, parse
from ketapub.problems import Problems
from ketapub.resolve import resolve
from ketapub.signatures import Signature, is_signed, read_signatures
from ketapub.theme import Theme


@dataclass(frozen=True, slots=True)
class Read:
    """A book as the formats get it, and what reviewers want to know besides."""

    book: Book
    manuscript: Manuscript
    signatures: tuple[Signature, ...]
    draft: Draft  # from which handouts are cut


def read_book(
    root: Path,
    theme: Theme,
    problems: Problems,
    *,
    as_of: datetime.date,
    progress: Callable[[str], None] = lambda step: None,
    cache: Cache | None = None,
) -> Read:
    """The first half of a build: from the folder to the resolved book. Raises `Stopped` as `build` does."""
    read = resolved_book(root, theme, problems, as_of=as_of, progress=progress, cache=cache)
    check_text(read.book, read.manuscript, problems)
    problems.stop_on_errors()
    return read


def resolved_book(
    root: Path,
    theme: Theme,
    problems: Problems,
    *,
    as_of: datetime.date,
    progress: Callable[[str], None] = lambda step: None,
    cache: Cache | None = None,
    known: Known | None = None,
) -> Read:
    """The same, before its text is held to the book's own rules: for who wants to see it first, time and again."""
    progress("reading")
    manuscript = read_manuscript(root, problems, as_of)
    draft = parse(manuscript, problems, known)
    progress("resolving")
    book = resolve(draft, manuscript, theme, problems, cache)
    signatures = read_signatures(manuscript.signatures, problems)
    return Read(replace(book, signed=is_signed(book, signatures)), manuscript, signatures, draft)
