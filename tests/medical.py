"""Fifteen medical references and twelve citations, chosen for what is hard: the same for golden texts and the oracle.

Nine of the references are samples of the ICMJE (https://www.nlm.nih.gov/bsd/uniform_requirements.html).
"""

from __future__ import annotations

from pathlib import Path

from ketapub import document as d
from ketapub.citation_style import Cluster, Style
from ketapub.library import read_library
from ketapub.problems import Problems

HERE = Path(__file__).parent / "citations"
MEDICAL = read_library((("medical.json", (HERE / "medical.json").read_bytes()),), Problems())
LIBRARY = MEDICAL.records

CITES: dict[str, tuple[d.Cite, ...]] = {
    "one": (d.Cite("halpern2002"),),
    "range": (d.Cite("rose2002"), d.Cite("dpp2002"), d.Cite("ellingsen2002")),
    "range-and-one": (d.Cite("halpern2002"), d.Cite("rose2002"), d.Cite("dpp2002"), d.Cite("geraud2002")),
    "page": (d.Cite("murray2002", locator="93", label="page"),),
    "words": (
        d.Cite("murray2002", (d.Text("see"),), (), "93-97", "page"),
        d.Cite("gilstrap2002", (), (d.Text("for a review"),)),
    ),
    "two": (d.Cite("meltzer2002"), d.Cite("borkowski2002")),
    "three": (d.Cite("polack2020"), d.Cite("malfertheiner2017"), d.Cite("who2020")),
    "unsorted": (d.Cite("ellingsen2002"), d.Cite("rose2002"), d.Cite("halpern2002")),
    "one-year": (d.Cite("page2021a"), d.Cite("page2021b")),
    "without-author": (d.Cite("page2021b", mode="suppress-author"),),
    "chapter": (d.Cite("hofman2021", locator="3", label="chapter"),),
    "in-sentence": (d.Cite("rose2002", mode="narrative"),),
}


def clusters(style: Style) -> tuple[Cluster, ...]:
    """The citations in reading order; in a style that cites in notes, each in a note of its own."""
    noted = style.form == "note"
    return tuple(Cluster(id, cites, number if noted else 0) for number, (id, cites) in enumerate(CITES.items(), 1))
