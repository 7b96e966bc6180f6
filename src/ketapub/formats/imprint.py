"""What every format says about the book itself: the draft stamp, and the lines of the copyright page.

In: a `Book`. Out: text. One place, so that all formats say the same.
"""

from __future__ import annotations

from ketapub.document import Book
from ketapub.locale import words


def is_draft(book: Book) -> bool:
    """Whether the book is under review, and not every reviewer has signed all of it."""
    return book.info.review is not None and not book.signed


def stamp(book: Book) -> str:
    """The stamp that stands on every page, or "". Only signatures lift the draft's: a name in `reviewers` does not."""
    info = book.info
    if (review := info.review) is None:
        return ""
    stamps = (review.stamp if is_draft(book) else "", review.overdue_stamp if info.overdue else "")
    return " · ".join(one for one in stamps if one)


def use_until(book: Book) -> str:
    """ "Use until November 23, 2027", or "": so that an old copy shows by itself that it is old."""
    review, word = book.info.review, words(book.info.book.language)
    return word.format("use-until", date=word.date(review.next_review)) if review and review.next_review else ""


def edition_line(book: Book) -> str:
    """Which edition a page shows and who has looked at it: "Version 2026-11 · November 23, 2026 · …"."""
    info, word = book.info, words(book.info.book.language)
    review = info.review
    reviewed = review is not None and review.reviewed
    parts = [
        word.format("version-number", version=info.book.version) if info.book.version else "",
        word.date(info.book.date) if info.book.date else "",
        word.format("reviewed", date=word.date(reviewed)) if reviewed else "",
        word.format("reviewed-by", names=", ".join(review.reviewers))
        if review is not None and review.reviewers and book.signed
        else "",
        use_until(book),
        stamp(book),
    ]
    return " · ".join(part for part in parts if part)


def cover_words(of: Book) -> str:
    """What stands on the front cover, as its alternative text."""
    book, word = of.info.book, words(of.info.book.language)
    said = (book.title, book.subtitle, ", ".join(book.authors))
    return word["cover"] + ": " + ". ".join(part for part in said if part)


def imprint_lines(of: Book, isbn: str | None = None) -> tuple[str, ...]:
    """Title, makers, edition, dates, rights and identifiers, a line each; empty ones are left out.

    `isbn`: that of an edition with a number of its own.
    """
    info = of.info
    book, about, word = info.book, info.about, words(info.book.language)
    edition = word.format("edition-number", number=book.edition) if book.edition > 1 else ""
    version = word.format("version-number", version=book.version) if book.version else ""
    isbn = info.isbn.print_ if isbn is None else isbn
    dates = []
    if info.review is not None and info.review.reviewed:
        dates.append(word.format("reviewed", date=word.date(info.review.reviewed)))
    if info.review is not None and info.review.reviewers and of.signed:
        dates.append(word.format("reviewed-by", names=", ".join(info.review.reviewers)))
    lines = [
        f"{book.title}. {book.subtitle}" if book.subtitle else book.title,
        ", ".join(book.authors),
        ", ".join(
            part for part in (book.publisher, edition, version, word.date(book.date) if book.date else "") if part
        ),
        book.rights,
        about.authorship,
        about.funding,
        *dates,
        word.format("isbn", number=isbn) if isbn else "",
        book.identifier,
        use_until(of),
        stamp(of),
    ]
    return tuple(line for line in lines if line)
