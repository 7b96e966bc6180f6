"""What a book says of itself: a draft is called a draft until somebody signs it."""

from __future__ import annotations

from ketapub.formats.imprint import stamp
from ketapub.info import BookSettings, Info, ReviewSettings

BOOK = BookSettings(title="T", language="en")
REVIEW = ReviewSettings(stamp="Draft", overdue_stamp="Overdue", reviewers=("A Name",))


def test_a_name_does_not_lift_the_stamp() -> None:
    assert stamp(Info(book=BOOK, review=REVIEW)) == "Draft"


def test_an_overdue_review_is_said_beside_it() -> None:
    assert stamp(Info(book=BOOK, review=REVIEW, overdue=True)) == "Draft · Overdue"


def test_a_book_that_is_not_under_review_has_no_stamp() -> None:
    assert stamp(Info(book=BOOK)) == ""
