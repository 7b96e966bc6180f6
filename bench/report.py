"""Results come in; tables as text and for the README, and a drawing, go out."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from bench.goals import STOCK, Judged
from bench.results import Results

BOOKS = {"38": "38 pages", "300": "300 pages", "1457": "1,457 pages", "ketamine": "the book in manuscript/"}
DRAWN = {  # what the drawing shows, and how it calls it
    "ketapub, cold": "ketapub, all formats",
    "ketapub, a word edited": "ketapub, all formats, a word edited",
    "ketapub, PDF": "ketapub, PDF",
    "ketapub, HTML and EPUB": "ketapub, HTML and EPUB",
    STOCK: "WeasyPrint, PDF",
    "Typst": "Typst, PDF",
    "pandoc, HTML": "pandoc, HTML",
    "pandoc, EPUB": "pandoc, EPUB",
    "Chromium": "Chromium, PDF",
    "Vivliostyle": "Vivliostyle, PDF",
}


def conditions(results: Results) -> str:
    """Where, when, and how busy the machine was."""
    machines = "; ".join(dict.fromkeys(row.machine for row in results.rows))
    days = sorted({row.when[:10] for row in results.rows})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    loads = [row.load for row in results.rows]
    return f"{machines}; {when}; load {statistics.median(loads):.1f} (at most {max(loads):.1f})"


def text_of(name: str, results: Results, missing: Mapping[str, str]) -> str:
    rounds = len({row.round for row in results.rows})
    lines = [f"{BOOKS[name]}; {count(rounds, 'round')}, medians", conditions(results), ""]
    columns = "".join(f" {one:>8}" for one in ("CPU s", "× stock", "wall s", "× stock"))
    lines.append(f"{'':44}{columns} {'MiB':>6} {'pages':>6} {'lost':>5} {'twice':>6}")
    for run in results.runs:
        times = [results.median(run, "cpu"), results.median(run, "wall")]
        ratios = [results.ratio([run], [STOCK], "cpu"), results.ratio([run], [STOCK], "wall")]
        pages = results.pages(run)
        lost, twice = results.notes_wrong(run)
        shown = "".join(f" {figure(time):>8} {figure(ratio):>8}" for time, ratio in zip(times, ratios, strict=True))
        about = f" {pages:6} {lost:5} {twice:6}" if pages else ""
        lines.append(f"{run:44}{shown} {results.median(run, 'peak') or 0:6.0f}{about}")
    lines += [f"{run:44} not run: {reason}" for run, reason in missing.items()]
    return "\n".join((*lines, ""))


def goals_of(judgements: Sequence[Judged], books: Mapping[str, Results]) -> str:
    """As a table in Markdown."""
    names = [name for name in BOOKS if name in books]
    head = ["", "must", "aim", *(BOOKS[name] for name in names), ""]
    rows = [head, ["---", *["--:"] * (len(head) - 2), "---"]]
    for one in judgements:
        values = [figure(one.values.get(name), one.goal.unit) for name in names]
        limits = (one.goal.must, one.aim)
        shown = ["" if limit is None else f"≤ {limit:.3g}{one.goal.unit}" for limit in limits]
        rows.append([one.goal.text, *shown, *values, one.verdict])
    rows.append(["a word edited in a preview, save to seen", "≤ 1.5 s", "≤ 0.5 s", *([""] * len(names)), "not run"])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    about = "\n".join(f"- {BOOKS[name]}: {conditions(books[name])}" for name in names)
    return f"{table}\n\n{about}\n"


def drawing_of(name: str, results: Results) -> str:
    """An SVG: what each of them takes, in percent of what WeasyPrint takes."""
    from ketapub.figures import draw_figure
    from ketapub.figures.bars import Bars, Group
    from ketapub.figures.values import Number
    from ketapub.locale import words

    found = {label: results.ratio([run], [STOCK], "cpu") for run, label in DRAWN.items()}
    groups = [Group(label=label, values=(Number(round(ratio * 100)),)) for label, ratio in found.items() if ratio]
    most = max(group.values[0].value for group in groups)
    figure = Bars(
        kind="bars",
        title=f"CPU time, {BOOKS[name]}",
        finding="A bar for each tool.",
        description="A bar for each tool.",
        measure=f"{BOOKS[name]}: CPU time, WeasyPrint's = 100",
        most=Number(math.ceil(most / 50) * 50),
        names=("CPU time",),
        groups=tuple(groups),
    )
    return draw_figure(figure, words("en"))


def figure(value: float | None, unit: str = "") -> str:
    """A number in three digits or so; nothing for none."""
    if value is None:
        return ""
    digits = 0 if unit or value >= 100 or value == int(value) else 1 if value >= 20 else 2 if value >= 0.1 else 3
    return f"{value:.{digits}f}{unit}"


def count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def told(judgements: Sequence[Judged]) -> str:
    return ", ".join(
        f"{sum(one.verdict == verdict for one in judgements)} {verdict}"
        for verdict in ("aim reached", "must reached", "missed", "not run")
    )
