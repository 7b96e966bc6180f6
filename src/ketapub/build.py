"""The pipeline, top to bottom. Read this file first.

    manuscript/ -> Manuscript -> Draft -> Book -> formats -> outputs -> build/

In: a book's folder and what to make of it. Out: `Built`, and the files in place. Everything is made in memory and
checked; only then is anything in the output folder replaced.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from functools import cache as once, partial
from pathlib import Path

from ketapub.cache import Cache
from ketapub.document import Book, in_order
from ketapub.editions import EDITIONS, SHOWN_AS, check_same_words, select
from ketapub.formats import PRINTED, UNPAGED, maker
from ketapub.formats.made import Made, Paged, Printed
from ketapub.outputs import Built, Bundle, build_id, check_out, write_outputs
from ketapub.page_marks import with_page_marks
from ketapub.problems import Problems
from ketapub.reading import read_book
from ketapub.theme import Theme, load_theme


def build(
    root: Path,
    out: Path,
    *,
    as_of: datetime.date,
    formats: tuple[str, ...] | None = None,
    cache: Path | None = None,
    strict: bool = False,
    jobs: int = 1,
    pdf_standard: str = "ua-1",
    progress: Callable[[str], None] = lambda step: None,
) -> Built:
    """Make the outputs named in `formats` (default: those of book.toml) of the book in `root`, into `out`.

    Raises `Stopped` with every problem of the stage that failed; with `strict`, for warnings too. What stood in `out`
    before then stands there still.
    """
    problems = Problems()
    check_out(out, root, problems)  # before the work, not after it
    theme = load_theme()
    kept = Cache(cache, problems)
    read = read_book(root, theme, problems, as_of=as_of, progress=progress, cache=kept)
    book = read.book
    names = formats or book.info.book.formats
    made = Made(cache=kept, jobs=jobs, pdf_standard=pdf_standard, progress=progress)
    if "site" in names:
        from ketapub.handouts.work import current_handouts, pages_of_sheets

        made = replace(made, sheets=pages_of_sheets(current_handouts(read, problems, as_of, kept), problems))
    problems.stop_on_warnings(strict)  # before the slow part
    bundle = make_formats(book, theme, names, problems, progress, made)
    problems.stop_on_warnings(strict)
    progress("writing")
    write_outputs(out, bundle, build_id=build_id(bundle), manuscript_root=root, problems=problems)
    problems.stop_on_errors()
    return Built(problems.in_order(), bundle, _remarks(names))


def _remarks(names: tuple[str, ...]) -> tuple[str, ...]:
    said = []
    if "epub" in names and not tells_of_pages(names):
        said.append("the EPUB has no page numbers of print: they are known only where the same run makes pdf or press")
    if not set(PRINTED).isdisjoint(names):
        from ketapub.formats.pdf.fast import unknown

        if engine := unknown():
            said.append(f"PDFs are made slowly: this is {engine}, and our shortcuts are for another one")
    return tuple(said)


def tells_of_pages(names: tuple[str, ...]) -> bool:
    """Whether an output of a run has the page numbers of another one, of print."""
    return not set(PRINTED).isdisjoint(names) and not set(UNPAGED).isdisjoint(names)


def make_formats(
    book: Book,
    theme: Theme,
    names: tuple[str, ...],
    problems: Problems,
    progress: Callable[[str], None] = lambda step: None,
    made: Made | None = None,
) -> Bundle:
    """The files of each format, one after the other; a later one may use what an earlier one made."""
    made = made or Made()
    if {"epub", "site"} & {*names}:
        from ketapub.formats.pdf.cover import cover_picture

        made = replace(made, cover=once(partial(cover_picture, book, theme, made.cache, problems)))
    if tells_of_pages(names):
        book = in_order(book)
        made = replace(made, meanwhile=once(partial(_make_ahead, book, theme, names, made)))
    # Print comes first, as others tell of its pages; booklet and cover are made of those of other editions; the site
    # offers what was made before it.
    for name in sorted(names, key=lambda name: (name == "site", name not in PRINTED, name in ("booklet", "cover"))):
        progress(name)
        if name == "press":
            check_same_words(book, problems, format="press", other="pdf")
        shown = select(book, problems, format=SHOWN_AS.get(name, name), edition=EDITIONS.get(name, ""))
        problems.stop_on_errors()
        if name in UNPAGED and made.pages:
            shown = with_page_marks(shown, made.pages)
        result = maker(name)(shown, theme, made, problems)
        problems.stop_on_errors()
        bundle = result.files if isinstance(result, Printed) else result
        if tells_of_pages(names) and isinstance(result, Printed):
            made = replace(made, pages=made.pages or result.pages)
        made = replace(made, files=made.files + bundle)
        if name == "pdf" and bundle:
            made = replace(made, reading=Paged(shown, bundle[0].data))
        if name == "press" and bundle:
            made = replace(made, press=Paged(shown, bundle[0].data))
        if "site" in names:
            made = replace(made, page_counts={**made.page_counts, **count_pages(bundle)})
    return made.files


def _make_ahead(book: Book, theme: Theme, names: tuple[str, ...], made: Made) -> None:
    """What formats without pages need, as far as it does not hang on page numbers."""
    if made.cover:
        made.cover()
    if "html" in names:
        from ketapub.formats.html import cut_ahead

        cut_ahead(select(book, Problems(), format="html"), theme, made)


def count_pages(bundle: Bundle) -> dict[str, int]:
    """The number of pages of each PDF, by path."""
    from ketapub.formats.pdf.write import pages_of

    return {file.path: pages_of(file.data) for file in bundle if file.path.endswith(".pdf")}
