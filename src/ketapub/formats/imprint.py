"""What every format says about the book itself: the draft stamp, and the lines of the copyright page.

In: a `Book`. Out: text. One place, so that all formats say the same.
"""

from __future__ import annotations

from ketapub.document import Book
from ketapub.locale import words


def stamp(book: Book) -> str:
    """The stamp that stands on every page, or "". Only signatures lift the draft's: a name in `reviewers` does not."""
    info = book.info
    if (review := info.review) is None:
        return ""
    stamps = ("" if book.signed else review.stamp, review.overdue_stamp if info.overdue else "")
    return " · ".join(one for one in stamps if one)


def use_until(book: Book) -> str:
    """ "Use until November 23, 2027", or "": so that an old copy shows by itself that it is old."""
    review, word = book.info.review, words(book.info.book.language)
    return word.format("use-until", date=word.date(review.next_review)) if review and review.next_review else ""


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
