"""Signatures and the packet: what voids a signature, what does not, and what lifts the draft stamp."""

from __future__ import annotations

import datetime
import io
import shutil
from pathlib import Path

import pypdfium2
import pytest

from ketapub.cli import main
from ketapub.document import Book
from ketapub.formats.imprint import stamp, use_until
from ketapub.info import BookSettings, Info
from ketapub.packet import make_packet
from ketapub.passages import passages
from ketapub.problems import Problems
from ketapub.reading import Read, read_book
from ketapub.signatures import review_of
from ketapub.theme import load_theme

STOCK = Path(__file__).parent / "books/stock"
FACTS = "chapters/03-facts.md"
WHO = ["--name", "Rosa Muster", "--credential", "MD", "--scope", "all of it", "--as-of", "2026-02-01"]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STOCK, tmp_path / "book"))


def read(book: Path, as_of: str = "2026-02-01") -> Read:
    return read_book(book, load_theme(), Problems(), as_of=datetime.date.fromisoformat(as_of))


def change(book: Path, file: str, old: str, new: str) -> None:
    text = (book / file).read_text(encoding="utf-8")
    assert old in text
    (book / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def sign(book: Path, *files: str, who: list[str] = WHO) -> None:
    assert main(["sign", str(book), *who, *(part for file in files for part in ("--file", file))]) == 0


def signed(book: Path, file: str) -> tuple[int, list[str]]:
    """How many signatures hold for a chapter, and the passages that are new for those that do not."""
    now = read(book)
    review = next(one for one in review_of(now.book, now.signatures) if one.chapter.source == file)
    return len(review.signed), [review.passages[index].text for _, new in review.outdated for index in new]


def test_a_signature_holds_for_the_chapter_as_it_stands(book: Path) -> None:
    assert signed(book, FACTS) == (0, [])
    sign(book, FACTS)
    assert signed(book, FACTS) == (1, [])
    assert signed(book, "chapters/01-words.md") == (0, [])


def test_a_changed_word_voids_it_and_is_shown(book: Path) -> None:
    sign(book, FACTS)
    change(book, FACTS, "It asked", "It also asked")
    held, new = signed(book, FACTS)
    assert held == 0
    assert len(new) == 1
    assert "It also asked" in new[0]


def test_a_changed_fact_voids_it(book: Path) -> None:
    sign(book, FACTS)
    change(book, "facts.toml", "none = 33", "none = 34")
    held, new = signed(book, FACTS)
    assert held == 0
    assert len(new) == 3  # the paragraph, the row, and the picture's alternative text
    assert all("34" in passage for passage in new)


def test_a_changed_included_file_voids_it(book: Path) -> None:
    sign(book, "chapters/01-words.md")
    change(book, "chapters/more.md", "a file of its own", "a file")
    assert signed(book, "chapters/01-words.md")[0] == 0


def test_a_changed_crisis_line_voids_it(book: Path) -> None:
    sign(book, "chapters/00-preface.md")
    change(book, "book.toml", 'text = "1234"', 'text = "1235"')
    assert signed(book, "chapters/00-preface.md")[0] == 0


@pytest.mark.parametrize(
    ("said", "new", "printed"),
    [
        ('# A\n\n[w](x.md "old")\n', "new", 0),
        ('# A\n\n[w](https://example.org "old {{< fact halpern2002-answer none >}}") [@halpern2002]\n', "new", 1),
        ('# A\n\n[w]{title="old"} `c`{title=x}\n', "new", 0),
        ('# A\n\n![a](../images/chart.svg "old") in text\n', "new", 0),
        ("# A\n\n## B {title=old}\n", "new", 0),
        ("# A\n\nNote[^1].\n\n[^1]: Said:\n\n    ```\n    old\n    ```\n", "new", 0),
        ("# A\n\nold {{< fact halpern2002-answer none >}}\n:   Meaning [@halpern2002].\n", "new", 1),
        ("---\nsubtitle: old {{< fact halpern2002-answer none >}} [@halpern2002]\n---\n\n# A\n", "new", 1),
    ],
)
def test_whatever_readers_get_is_in_a_passage_and_its_facts_too(book: Path, said: str, new: str, printed: int) -> None:
    (book / "chapters/extra.md").write_text(said.replace("x.md", "01-words.md"), encoding="utf-8")
    change(book, "book.toml", 'chapters = ["', 'chapters = ["chapters/extra.md", "')
    sign(book, "chapters/extra.md")
    assert signed(book, "chapters/extra.md") == (1, [])
    now = read(book).book
    found = passages(next(one for one in now.chapters if one.name == "extra"), now)
    assert sum(len(passage.facts) for passage in found if "old" in passage.text) == printed
    assert sum(len(passage.facts) for passage in found) == printed
    change(book, "chapters/extra.md", "old", new)
    assert signed(book, "chapters/extra.md")[0] == 0


def test_renumbering_does_not_void_it(book: Path) -> None:
    sign(book, FACTS)
    # The cited work, the table and the figure get other numbers, the chapter too.
    (book / "chapters/extra.md").write_text("# Before\n\nFirst [@dpp2002; @rose2002].\n", encoding="utf-8")
    change(book, "book.toml", 'chapters = ["', 'chapters = ["chapters/extra.md", "')
    assert signed(book, FACTS) == (1, [])


def test_taking_something_out_voids_it_though_nothing_is_new(book: Path) -> None:
    sign(book, FACTS)
    change(book, FACTS, "- {{< fact advice-ask-first >}}\n", "")
    assert signed(book, FACTS) == (0, [])


def test_two_signatures_on_one_day_are_two_files(book: Path) -> None:
    sign(book, FACTS)
    sign(book, FACTS)
    names = ["2026-02-01-rosa-muster-2.toml", "2026-02-01-rosa-muster.toml"]
    assert sorted(path.name for path in (book / "review").iterdir()) == names


def test_only_chapters_can_be_signed(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sign", str(book), *WHO, "--file", "chapters/more.md"]) == 2
    assert "error[unknown-signed-file]" in capsys.readouterr().err
    assert not (book / "review").exists()


@pytest.mark.parametrize("name", ["", " ", "a\x01b", "caf\udce9", "two\nlines"])
def test_only_a_line_of_text_signs(book: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        sign(book, FACTS, who=["--name", name, *WHO[2:]])
    assert "is not a line of text" in capsys.readouterr().err
    assert not (book / "review").exists()


def test_a_book_that_is_not_under_review_cannot_be_signed(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(book, "book.toml", '[review]\nstamp = "Draft for tests"\n', "")
    assert main(["sign", str(book), *WHO, "--file", FACTS]) == 2
    assert "the book is not under review" in capsys.readouterr().err
    assert not (book / "review").exists()


def test_no_signature_leaves_the_book_or_comes_from_outside(book: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (book / "review").symlink_to(tmp_path / "outside")
    assert main(["sign", str(book), *WHO, "--file", FACTS]) == 1
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_broken_signature_is_named(book: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (book / "review").mkdir()
    (book / "review/mine.toml").write_text(
        'name = "A"\ncredential = "B"\ndate = 2026-01-01\n[files."x.md"]\nhsh = "1"\n'
    )
    assert main(["build", str(book), "-o", str(tmp_path / "out"), "--to", "html"]) == 1
    told = capsys.readouterr().err
    assert 'review/mine.toml: error[missing-setting]: review/mine.toml needs "scope"' in told
    assert "review/mine.toml:5:1: error[unknown-setting]" in told


# --- the stamp ---


def test_the_stamp_goes_when_every_reviewer_has_signed_every_chapter(book: Path) -> None:
    dates = (
        'stamp = "Draft for tests"\nreviewed = 2026-02-01\nnext-review = 2027-02-01\nreviewers = ["Rosa Muster", "Bo"]'
    )
    change(book, "book.toml", 'stamp = "Draft for tests"', dates)
    files = [chapter.source for chapter in read(book).book.chapters if chapter.source]
    sign(book, *files)
    assert stamp(read(book).book) == "Draft for tests"  # one of two
    sign(book, *files, who=["--name", "Bo", *WHO[2:]])
    assert stamp(read(book).book) == ""
    assert use_until(read(book).book) == "Use until February 1, 2027"
    change(book, FACTS, "It asked", "It also asked")
    assert stamp(read(book).book) == "Draft for tests"


def test_a_past_date_prints_the_overdue_stamp(book: Path) -> None:
    dates = 'stamp = "Draft for tests"\noverdue-stamp = "Too old"\nnext-review = 2027-02-01'
    change(book, "book.toml", 'stamp = "Draft for tests"', dates)
    assert stamp(read(book, "2027-02-02").book) == "Draft for tests · Too old"


def test_a_book_that_is_not_under_review_has_no_stamp() -> None:
    book = Book(Info(book=BookSettings(title="T", language="en")), (), (), {}, {}, {})
    assert stamp(book) == use_until(book) == ""


# --- the packet ---


def test_the_packet_shows_each_passage_with_what_the_ledger_says(book: Path) -> None:
    change(book, "facts.toml", 'text = { default = "Ask', 'text = { short = "Ask!", default = "Ask')
    now = read(book)
    problems = Problems()
    (file,) = make_packet((now.book,), now.manuscript, now.signatures, load_theme(), problems)
    assert problems.found == []
    with pypdfium2.PdfDocument(io.BytesIO(file.data)) as pdf:
        text = " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())
    text = text.replace("￾", "").replace("\ufffe", "")
    words = "".join(text.split())
    for chapter in now.book.chapters:
        for passage in passages(chapter, now.book) if chapter.source else ():
            assert "".join(passage.text.split()).replace("-", "") in words.replace("-", ""), passage
    for said in ("people: people on the list", "compared with: no offer", "certainty: low", "Seen only second-hand."):
        assert "".join(said.split()) in words
    assert "advice-ask-first:Askbeforeyouanswer." in words
    assert "Answersbyage:madeup" in words
    assert "Section Words Grade Adjusted".replace(" ", "") in words


def test_the_command_says_what_changed(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(book)
    sign(book, FACTS)
    change(book, FACTS, "It asked", "It also asked")
    assert main(["review"]) == 0
    told = capsys.readouterr().err
    assert f"ketapub: {FACTS}: nobody has signed it as it stands" in told
    assert f"changed since Rosa Muster signed on 2026-02-01: {FACTS}:3:1" in told
    assert Path("build/review/stock-review.pdf").is_file()
