"""Alternative texts that say nothing are warned of; those that say something are not."""

from __future__ import annotations

import pytest
from tree import info, read

from ketapub.problems import Problems
from ketapub.resolve.alternatives import check_alternatives


@pytest.mark.parametrize(
    ("language", "picture", "codes"),
    [
        ("en", '![Bars](images/two-bars.svg){alt="Two bars, one twice as high."}', []),
        ("en", '![Bars](images/two-bars.svg){alt="two-bars"}', ["alt-is-filename"]),
        ("en", '![Bars](images/x.svg){alt="Final chart.PNG"}', []),
        ("en", '![Bars](images/x.svg){alt="chart.PNG"}', ["alt-is-filename"]),
        ("en", "A ![dot](images/dot.png) in a line.", []),
        ("en", '![Two *bars*.](images/x.svg){alt="two bars"}', ["alt-repeats-caption"]),
        ("en", '![Bars](images/x.svg){alt="A photo of two bars"}', ["alt-starts-image-of"]),
        ("en", '![Bars](images/x.svg){alt="Images often fade."}', []),
        ("fr", '![Barres](images/x.svg){alt="Une image d’un chat"}', ["alt-starts-image-of"]),
        ("de", '![Balken](images/x.svg){alt="Das Bild von zwei Balken"}', ["alt-starts-image-of"]),
        ("es", '![Barras](images/x.svg){alt="Imagen de dos barras"}', ["alt-starts-image-of"]),
        ("en", f'![Bars](images/x.svg){{alt="{"Words. " * 30}"}}', ["alt-too-long"]),
        ("en", "![](images/x.svg){.decorative}", []),
        ("en", '::: {#fig-x}\n![](a.svg){alt="Bars"}\n\nBars\n:::', ["alt-repeats-caption"]),
    ],
)
def test_alternatives(language: str, picture: str, codes: list[str]) -> None:
    chapter, problems = read(f"# Title\n\n{picture}\n", language=language)
    assert problems.found == []
    told = Problems()
    check_alternatives((chapter,), info(language), told)
    assert [problem.code for problem in told.found] == codes
    assert all(problem.severity == "warning" and problem.at.line >= 3 for problem in told.found)
