"""What stands in the output folder, brought up to date: a book's folder and OUT in, the outputs that are there out.

An output is made again if it is missing, not what ketapub wrote, older than the manuscript, or made for another
standard. Then all are made in one run, because some of them tell of others.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ketapub.book_folder import BookFolder
from ketapub.formats import FORMATS, place
from ketapub.handouts.sets import ClinicSet
from ketapub.outputs import is_unchanged, read_list
from ketapub.problems import Problems

CONFORMING = ("pdf", "large-print")  # those that `--pdf-standard` is for
UNJUDGED = "json"  # the book's own tree, for programs: there is nothing to judge by


def stale(
    root: Path, out: Path, slug: str, formats: tuple[str, ...], problems: Problems, standard: str = ""
) -> tuple[str, ...]:
    """The formats to make before anything is checked: none, or all that the book asks for and all that is there.

    `standard` is what the PDFs are to conform to, or empty where it may be any.
    """
    listed = read_list(out, problems)
    changed = BookFolder(root).changed()
    there = [name for name in FORMATS if any(_is_of(path, place(name, slug)) for path in listed)]
    wanted = tuple(name for name in FORMATS if name in {*formats, *there})
    for name in wanted:
        files = [made for path, made in listed.items() if _is_of(path, place(name, slug))]
        if not files or not all(is_unchanged(out, made) for made in files):
            return wanted
        if min((out / made.path).stat().st_mtime for made in files) < changed:
            return wanted
        if standard and name in CONFORMING and standard_of(out / place(name, slug)) != standard:
            return wanted
    return ()


def stale_sets(root: Path, out: Path, sets: Iterable[ClinicSet], problems: Problems) -> bool:
    """Whether any handout of these sets is missing, too much, not what ketapub wrote, or older than the book."""
    listed, changed = read_list(out, problems), BookFolder(root).changed()
    for one in sets:
        there = {path: made for path, made in listed.items() if _is_of(path, one.folder)}
        if there.keys() != {f"{one.folder}/{name}" for name in one.names}:
            return True
        if not all(is_unchanged(out, made) and (out / path).stat().st_mtime >= changed for path, made in there.items()):
            return True
    return False


def standing(out: Path, slug: str, problems: Problems) -> dict[str, Path]:
    """The outputs that are there and can be judged, by format; absolute, because programs are told of them."""
    out = out.absolute()
    listed = read_list(out, problems)
    return {
        name: out / place(name, slug)
        for name in FORMATS
        if name != UNJUDGED and any(_is_of(path, place(name, slug)) for path in listed)
    }


def standard_of(pdf: Path) -> str:
    """The standard that a PDF says it conforms to, by its name on the command line."""
    import pikepdf

    from ketapub.formats.pdf.standard import STANDARDS

    with pikepdf.open(pdf) as file:
        found = str(file.pdf_version)
    return next(name for name, standard in STANDARDS.items() if standard.pdf == found)


def _is_of(path: str, unit: str) -> bool:
    return path == unit or path.startswith(f"{unit}/")
