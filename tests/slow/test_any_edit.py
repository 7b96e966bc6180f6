"""Whatever is done to the chapters of the stock book, edit upon edit with one cache: the last build gives the files
that a cold one gives, or the same complaints."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import BOOKS, TODAY
from hypothesis import HealthCheck, given, settings, strategies as st

from ketapub.build import build
from ketapub.problems import Problem, Stopped

pytestmark = pytest.mark.slow

CHAPTERS = tuple(sorted(path.name for path in (BOOKS / "stock/chapters").glob("*.md")))
WORDS = (
    "word",
    "ﬁﬀ — ÄÖ 123",
    "^[A note.]",
    "^[A note with a [mark]{.index}.]",
    "[mark]{.index}",
    "[@rose2002, p. 4]",
    "[](#sec-words){.page}",
    "[](#wrn-end)",
    "![](../images/dot.png){.decorative width=20px}",
    "\n\n## Another heading\n\nText.",
    "\n\n::: {.callout-note}\nA note.\n:::",
    "\n\n{{< pagebreak >}}",
    " many words" * 400,
)


@dataclass(frozen=True)
class Edit:
    """What happens to a paragraph of a chapter; a place counts from the first one again behind the last."""

    chapter: str
    place: int
    words: str | None  # to put at its end; None: it is taken away, to stand behind the one at `target` if that is named
    target: int | None = None

    def change(self, chapters: Path) -> None:
        file = chapters / self.chapter
        blocks = file.read_text("utf-8").split("\n\n")
        place = self.place % len(blocks)
        if self.words is not None:
            blocks[place] = blocks[place].rstrip("\n") + self.words
        else:
            block = blocks.pop(place)
            if self.target is not None:
                blocks.insert(self.target % (len(blocks) + 1), block)
        file.write_text("\n\n".join(blocks) + "\n", "utf-8")


places = st.integers(0, 30)
chapters = st.sampled_from(CHAPTERS)
edits = st.one_of(
    st.builds(Edit, chapters, places, st.sampled_from(WORDS)),
    st.builds(Edit, chapters, places, st.none(), st.none() | places),
)


@pytest.fixture(scope="module")
def warmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of a build of the book as it is."""
    folder = tmp_path_factory.mktemp("warmed")
    made(BOOKS / "stock", folder / "cache", folder)
    return folder / "cache"


def made(book: Path, cache: Path | None, folder: Path) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    """The files, or the complaints that stopped the build."""
    try:
        built = build(book, folder / "out", as_of=TODAY, formats=("pdf",), cache=cache)
    except Stopped as stopped:
        return {}, stopped.problems
    return {file.path: file.data for file in built.outputs}, built.problems


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(edits, min_size=1, max_size=4))
def test_any_edits(warmed: Path, done: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = shutil.copytree(BOOKS / "stock", folder / "book")
        cache = shutil.copytree(warmed, folder / "cache")
        for edit in done:
            edit.change(book / "chapters")
            files, told = made(book, cache, folder)
        cold, told_cold = made(book, None, folder)
        assert told == told_cold
        assert files.keys() == cold.keys()
        assert all(data == cold[path] for path, data in files.items())
