"""Signatures of reviewers: the files in review/ and a resolved book come in; what is signed and what changed go out.

A signature is a record of who read what and when, not a cryptographic proof: anyone who can write into the folder can
write one.
"""

# ruff: noqa: RUF009  (`setting` makes dataclass fields, as `field` does)

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ketapub import document as d
from ketapub.passages import Passage, digest, passages
from ketapub.problems import Problems
from ketapub.settings import Place, read_table, setting, toml
from ketapub.shapes import DAY, TEXT, list_of, mapping_of, table_of
from ketapub.slugs import slug
from ketapub.toml_file import read_toml
from ketapub.toml_places import key_places


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    hash: str = setting(TEXT, "", "The SHA-256 of the words of the file, as resolved", required=True)
    passages: tuple[str, ...] = setting(list_of(TEXT), (), "The first digits of the hash of each passage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """`files`: path in the book folder -> what it said when it was signed."""

    name: str = setting(TEXT, "", "Who signed", required=True)
    credential: str = setting(TEXT, "", "What makes them able to", required=True)
    scope: str = setting(TEXT, "", "What they vouch for", required=True)
    date: datetime.date | None = setting(DAY, None, "When", required=True)
    files: Mapping[str, SignedFile] = setting(mapping_of(table_of(SignedFile)), dict, "What they read", required=True)


@dataclass(frozen=True, slots=True)
class ChapterReview:
    """Who has signed a chapter as it stands; and for each older signature, the indexes of passages new since."""

    chapter: d.Chapter
    passages: tuple[Passage, ...]
    signed: tuple[Signature, ...] = ()
    outdated: tuple[tuple[Signature, tuple[int, ...]], ...] = ()


def read_signatures(files: tuple[tuple[str, str], ...], problems: Problems) -> tuple[Signature, ...]:
    """`files` are (path, text). What is wrong is reported at its line."""
    found = []
    for path, text in files:
        problems.know(path, text)
        raw = read_toml(text, path, problems)
        if raw is not None:
            found.append(read_table(Signature, raw, Place("", problems, key_places(text, path))))
    return tuple(found)


def review_of(book: d.Book, signatures: tuple[Signature, ...]) -> tuple[ChapterReview, ...]:
    """The state of every chapter that somebody wrote."""
    return tuple(_chapter(chapter, book, signatures) for chapter in book.chapters if chapter.source)


def _chapter(chapter: d.Chapter, book: d.Book, signatures: tuple[Signature, ...]) -> ChapterReview:
    now = passages(chapter, book)
    signed, outdated = [], []
    for signature in signatures:
        if (then := signature.files.get(chapter.source)) is None:
            continue
        if then.hash == digest(now):
            signed.append(signature)
        else:
            outdated.append((signature, new_since(then.passages, now)))
    return ChapterReview(chapter, now, tuple(signed), tuple(outdated))


def new_since(then: Iterable[str], now: tuple[Passage, ...]) -> tuple[int, ...]:
    """The indexes of the passages that were not among those of these digests, which were signed or recorded."""
    found, left = [], Counter(then)
    for index, passage in enumerate(now):
        if left[passage.digest]:
            left[passage.digest] -= 1
        else:
            found.append(index)
    return tuple(found)


def is_signed(book: d.Book, signatures: tuple[Signature, ...]) -> bool:
    """Whether the stamp may go: both dates are set, and each reviewer has signed every chapter as it stands."""
    review = book.info.review
    if review is None or not (review.reviewers and review.reviewed and review.next_review):
        return False
    names = set(review.reviewers)
    return all(names <= {one.name for one in chapter.signed} for chapter in review_of(book, signatures))


def signable(books: Iterable[d.Book]) -> dict[str, tuple[d.Chapter, d.Book]]:
    """What somebody wrote, by its file: the chapters of a book, and its handouts, each of them a small book."""
    return {chapter.source: (chapter, book) for book in books for chapter in book.chapters if chapter.source}


def sign(
    books: Iterable[d.Book], files: tuple[str, ...], *, name: str, credential: str, scope: str, date: datetime.date
) -> tuple[str, str]:
    """A new signature over `files` of a book and its handouts: the path of its own file in the book, and its text."""
    by_source = signable(books)
    lines = [f"{key} = {toml(value)}" for key, value in (("name", name), ("credential", credential), ("scope", scope))]
    lines.append(f"date = {toml(date)}")
    for file in files:
        found = passages(*by_source[file])
        lines += ["", f"[files.{toml(file)}]", f"hash = {toml(digest(found))}", "passages = ["]
        lines += [f"  {toml(passage.digest)}," for passage in found]
        lines.append("]")
    return f"review/{date.isoformat()}-{slug(name) or 'signature'}.toml", "\n".join(lines) + "\n"
