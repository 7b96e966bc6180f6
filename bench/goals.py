"""Results of the books come in; how fast ketapub must be and would like to be, and whether it is, goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.results import Results, What

Books = Mapping[str, Results]
Measure = Callable[[Books, str], float | None]  # of the book with that name

STOCK = "WeasyPrint"
COLD = "ketapub, cold"
TWO = "ketapub, cold, two workers with a page map"
EDIT = "ketapub, a word edited"
PDF = "ketapub, PDF"


@dataclass(frozen=True, slots=True)
class Goal:
    """It counts for the book `at`, or for "all"; what others take is there to be known."""

    text: str
    must: float
    aim: float | Measure
    of: Measure
    at: str = "300"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    goal: Goal
    values: Mapping[str, float]  # by the names of the books
    aim: float | None
    verdict: str  # "not run", "missed", "must reached", "aim reached"


def ratio(ours: Sequence[str], theirs: Sequence[str], what: What = "cpu") -> Measure:
    return lambda books, name: books[name].ratio(ours, theirs, what) if name in books else None


def milliseconds(ours: str, theirs: str) -> Measure:
    def found(books: Books, name: str) -> float | None:
        seconds = books[name].difference(ours, theirs, "cpu")
        return None if seconds is None else seconds * 1000

    return found


def growth(books: Books, name: str) -> float | None:
    """CPU a page of the largest book over that of the middle one."""
    if name != "1457" or "300" not in books:
        return None
    large, middle = books["1457"], books["300"]
    most, some = large.median(COLD, "cpu"), middle.median(COLD, "cpu")
    return None if most is None or some is None else most / large.pages(COLD) / (some / middle.pages(COLD))


def citations(books: Books, name: str) -> float | None:
    """What it takes less to make the text when all citations are known, over a PDF."""
    less = books[name].difference("ketapub, text", "ketapub, text, citations kept", "cpu")
    whole = books[name].median(PDF, "cpu")
    return None if less is None or whole is None else less / whole


def notes(books: Books, name: str) -> float | None:
    return float(sum(books[name].notes_wrong(COLD))) if books[name].of(COLD) else None


GOALS = (
    Goal("PDF, EPUB and HTML, cold, one process, CPU over WeasyPrint's PDF", 0.45, 0.33, ratio([COLD], [STOCK])),
    Goal("the same with 1,457 pages", 0.35, 0.22, ratio([COLD], [STOCK]), at="1457"),
    Goal("the same, two workers, page map of the last build, time passed", 0.35, 0.2, ratio([TWO], [STOCK], "wall")),
    Goal("PDF, cold, CPU over Typst's", 4, 2.5, ratio([PDF], ["Typst"])),
    Goal("CPU a page, 1,457 over 300 pages", 1.1, 1, growth, at="1457"),
    Goal("most memory over WeasyPrint's", 0.8, 0.5, ratio([COLD], [STOCK], "peak")),
    Goal("PDF with tags, CPU over one without", 1.2, 1.08, ratio([PDF], ["ketapub, PDF without tags"])),
    Goal(
        "a word edited, all formats, CPU over WeasyPrint's PDF (aim: less than pandoc and Typst take)",
        0.08,
        ratio(["pandoc to Typst", "Typst"], [STOCK]),
        ratio([EDIT], [STOCK]),
    ),
    Goal("the same with 1,457 pages", 0.03, 0.015, ratio([EDIT], [STOCK]), at="1457"),
    Goal(
        "nothing changed, CPU over `python -c pass`",
        60,
        40,
        milliseconds("ketapub, nothing changed", "python -c pass"),
        unit=" ms",
    ),
    Goal(
        "HTML and EPUB, CPU over pandoc's",
        0.5,
        0.25,
        ratio(["ketapub, HTML and EPUB"], ["pandoc, HTML", "pandoc, EPUB"]),
    ),
    Goal("citations, share of the CPU of a PDF", 0.05, 0, citations),
    Goal("notes lost or repeated, any size", 0, 0, notes, at="all"),
)


def judged(goal: Goal, books: Books) -> Judged:
    found = {name: goal.of(books, name) for name in books}
    values = {name: value for name, value in found.items() if value is not None}
    counted = [value for name, value in values.items() if goal.at in (name, "all")]
    aim = goal.aim(books, goal.at) if callable(goal.aim) else goal.aim
    return Judged(goal, values, aim, verdict_of(max(counted, default=None), goal.must, aim))


def verdict_of(value: float | None, must: float, aim: float | None) -> str:
    if value is None:
        return "not run"
    if value > must:
        return "missed"
    return "aim reached" if aim is not None and value <= aim else "must reached"
