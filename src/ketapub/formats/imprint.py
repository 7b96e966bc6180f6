"""What every format says about the book itself: the draft stamp, and the lines of the copyright page.

In: `Info`. Out: text. One place, so that all formats say the same.
"""

from __future__ import annotations

from ketapub.info import Info
from ketapub.locale import words


def stamp(info: Info) -> str:
    """The stamp that stands on every page, or "". A name in `reviewers` does not lift it: only a signature could."""
    review = info.review
    if review is None:
        return ""
    stamps = (review.stamp, review.overdue_stamp if info.overdue else "")
    return " · ".join(one for one in stamps if one)


def imprint_lines(info: Info) -> tuple[str, ...]:
    """Title, makers, edition, dates, rights and identifiers, a line each; empty ones are left out."""
    book, about, word = info.book, info.about, words(info.book.language)
    edition = word.format("edition-number", number=book.edition) if book.edition > 1 else ""
    version = word.format("version-number", version=book.version) if book.version else ""
    dates = []
    if info.review is not None and info.review.reviewed:
        dates.append(word.format("reviewed", date=info.review.reviewed.isoformat()))
    if info.review is not None and info.review.next_review:
        dates.append(word.format("next-review", date=info.review.next_review.isoformat()))
    lines = [
        f"{book.title}. {book.subtitle}" if book.subtitle else book.title,
        ", ".join(book.authors),
        ", ".join(
            part for part in (book.publisher, edition, version, book.date.isoformat() if book.date else "") if part
        ),
        book.rights,
        about.authorship,
        about.funding,
        *dates,
        word.format("isbn", number=info.isbn.print_) if info.isbn.print_ else "",
        book.identifier,
        stamp(info),
    ]
    return tuple(line for line in lines if line)
