"""The stock book as somebody has reviewed, signed and looked at it: all that a release asks for, made for tests."""

from __future__ import annotations

import datetime
import shutil
from functools import cache
from pathlib import Path

from ketapub.check.report.people import tasks
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.signatures import sign
from ketapub.theme import load_theme

STOCK = Path(__file__).parent / "books/stock"
REVIEWER = "Rita Example"
LOOKED = datetime.date(2026, 1, 20)
TODAY = datetime.date(2026, 2, 1)
REVIEW = f'stamp = "Draft for tests"\nreviewed = 2026-01-10\nnext-review = 2027-01-10\nreviewers = ["{REVIEWER}"]\n'
ABOUT = '[about]\nauthorship = "Ada wrote it."\nfunding = "Nobody paid."\ncertified-by = "Example Press"\n'
NOTES = "# Changes\n\n## [1] - 2026-01-15\n\n- Each construct once.\n\n## 0.9\n\n- A first try.\n"


def signed_book(folder: Path, formats: str = "") -> Path:
    """A copy of the stock book in `folder`; `formats` as in book.toml: '"pdf", "site"'."""
    root = shutil.copytree(STOCK, folder)
    settings = (root / "book.toml").read_text("utf-8").replace('stamp = "Draft for tests"\n', REVIEW)
    if formats:
        settings = settings.replace("[bibliography]", f"formats = [{formats}]\n\n[bibliography]", 1)
    (root / "book.toml").write_text(f"{settings}\n{ABOUT}", "utf-8")
    (root / "CHANGELOG.md").write_text(NOTES, "utf-8")
    path, text = _signature()
    (root / "review").mkdir()
    (root / path).write_text(text, "utf-8")
    (root / "review/checks.toml").write_text("\n".join(record(task.name) for task in tasks()), "utf-8")
    return root


@cache
def _signature() -> tuple[str, str]:
    """Under the words of the stock book, which its settings do not change."""
    book = read_book(STOCK, load_theme(), Problems(), as_of=TODAY).book
    files = tuple(chapter.source for chapter in book.chapters if chapter.source)
    return sign((book,), files, name=REVIEWER, credential="Tester", scope="everything", date=LOOKED)


def record(check: str, result: str = "passed", version: str = "1", date: datetime.date = LOOKED) -> str:
    return (
        f'[[check]]\ncheck = "{check}"\nperson = "Otto Example"\ndate = {date}\nversion = "{version}"\n'
        f'result = "{result}"\nnote = "two chapters"\n'
    )
