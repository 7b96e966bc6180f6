"""The medical references and citations in a style, as texts: by ketapub, and by citeproc-js, its oracle.

citeproc-js (Frank Bennett's, CPAL or AGPL) runs here only: it is no part of what ketapub is or ships. It is given the
style's file as it is, and the CSL locales of the time of our engine.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import medical
from check.tools import MINUTES, NODE_MODULES, VENV, part, program
from compare import from_html, from_nodes
from lxml import etree

from ketapub import document as d
from ketapub.citation_style import Style, format_citations, load_style
from ketapub.citation_style.style import CSL, _folder
from ketapub.problems import NOWHERE, Problems

HERE = Path(__file__).parent
LANGUAGE = "en-US"
CORES = 2


@dataclass(frozen=True)
class Texts:
    """Citations by their names and entries by their keys; `order` of the entries. Or the engine's `error`."""

    citations: Mapping[str, str]
    entries: Mapping[str, str]
    order: tuple[str, ...] = ()
    error: str = ""

    def items(self) -> dict[str, str]:
        return {**self.entries, **self.citations, "order": " ".join(self.order)}


def medical_styles() -> tuple[str, ...]:
    """The independent styles of CSL's field "medicine"."""
    return tuple(path.stem for path in sorted(_folder().glob("*.csl")) if "medicine" in _fields(path))


def _fields(path: Path) -> set[str | None]:
    return {category.get("field") for category in etree.parse(path).getroot().iter(f"{CSL}category")}


def loaded(names: Iterable[str]) -> dict[str, Style]:
    problems = Problems()
    styles = {name: load_style(name, NOWHERE, problems) for name in names}
    assert problems.found == []
    return {name: style for name, style in styles.items() if style}


def ours(styles: Mapping[str, Style]) -> dict[str, Texts]:
    with ThreadPoolExecutor(CORES) as pool:  # threads: each waits for a process
        return dict(zip(styles, pool.map(_ours, styles.values()), strict=True))


def _ours(style: Style) -> Texts:
    try:
        formatted = format_citations(style, LANGUAGE, medical.LIBRARY, medical.clusters(style))
    except Exception as error:  # a style that cannot be formatted is a result too
        return Texts({}, {}, error=repr(error))
    return Texts(
        {id: from_nodes(text) for id, text in formatted.clusters.items() if _compared(style, id)},
        {entry.key: from_nodes(entry.body) for entry in formatted.entries},
        tuple(entry.key for entry in formatted.entries),
        "; ".join(formatted.warnings),
    )


def theirs(styles: Mapping[str, Style]) -> dict[str, Texts]:
    jobs = [_job(name, style) for name, style in styles.items()]
    answers: dict[str, dict[str, Any]] = {}
    with ThreadPoolExecutor(CORES) as pool:
        for lines in pool.map(_node, (jobs[start::CORES] for start in range(CORES))):
            answers |= {answer["name"]: answer for answer in map(json.loads, lines)}
    return {name: _theirs(answers[name], style) for name, style in styles.items()}


def _theirs(answer: Mapping[str, Any], style: Style) -> Texts:
    if error := answer.get("error"):
        return Texts({}, {}, error=error)
    numeric = style.form == "numeric"
    return Texts(
        {id: from_html(html) for id, html in answer["clusters"].items() if _compared(style, id)},
        {key: from_html(html, place if numeric else 0) for place, (key, html) in enumerate(answer["entries"], 1)},
        tuple(key for key, _ in answer["entries"]),
    )


def _compared(style: Style, id: str) -> bool:
    """citeproc-js prints NO_PRINTED_FORM for authors in a sentence in numeric styles, where we print their names."""
    return id != "in-sentence" or style.form == "author-date"


def _job(name: str, style: Style) -> dict[str, Any]:
    citations = []
    for note, (id, cites) in enumerate(medical.CITES.items(), 1):
        properties: dict[str, Any] = {"noteIndex": note if style.form == "note" else 0}
        if cites[0].mode == "narrative":
            properties["mode"] = "composite"
        items = [_item(cite) for cite in cites]
        citations.append({"citationID": id, "citationItems": items, "properties": properties})
    return {"name": name, "style": str(_folder() / f"{name}.csl"), "language": LANGUAGE, "clusters": citations}


def _item(cite: d.Cite) -> dict[str, Any]:
    item: dict[str, Any] = {"id": cite.key}
    if cite.prefix:
        item["prefix"] = f"{d.plain_text(cite.prefix)} "
    if cite.suffix:
        item["suffix"] = f" {d.plain_text(cite.suffix)}"
    if cite.locator:
        item |= {"locator": cite.locator, "label": cite.label}
    if cite.mode == "suppress-author":
        item["suppress-author"] = True
    return item


def _node(jobs: list[dict[str, Any]]) -> list[str]:
    records = {key: dict(record.fields) for key, record in medical.LIBRARY.items()}
    package = part(NODE_MODULES / "citeproc", "citeproc-js")
    locales = part(VENV / "csl-locales", "the CSL locales")
    done = subprocess.run(
        [program("node"), HERE / "oracle.js", package, locales],
        input=json.dumps({"records": records, "jobs": jobs}),
        capture_output=True,
        text=True,
        timeout=MINUTES * 60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def plain(text: str) -> str:
    return re.sub(r"</?\w+>", "", text)
