"""The small pages of tag_cases.xml, laid out: one construct each, as a chapter of a book in English, or in a language
that is written from right to left."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from PIL import Image

from ketapub.formats.pdf.engine import Engine
from ketapub.formats.styling import sheet
from ketapub.theme import load_theme

SMALL = "@page { size: 4in 3in; margin: .4in } "
WORDS = "Words that fill a line and run over to the next one, and to the one after that. "
ROW = '<tr><th scope="row">r{0}</th><td>{0}</td></tr>'


@dataclass(frozen=True)
class Case:
    name: str
    body: str
    css: str
    language: str = "en"

    @property
    def direction(self) -> str:
        return "ltr" if self.language == "en" else "rtl"


def cases() -> list[Case]:
    text = (Path(__file__).parent / "tag_cases.xml").read_text(encoding="utf-8")
    text = re.sub(r"\{words (\d+)\}", lambda found: (WORDS * int(found[1])).strip(), text)
    text = re.sub(r"\{rows (\d+)\}", lambda found: "".join(ROW.format(n) for n in range(int(found[1]))), text)
    found = []
    for case in ElementTree.fromstring(text.encode()):
        css = (SMALL if "small" in case.attrib else "") + case.get("css", "")
        body = "".join(ElementTree.tostring(kid, encoding="unicode") for kid in case)
        found.append(Case(case.attrib["name"], body, css, case.get("lang", "en")))
    return found


@cache
def _engine() -> Engine:
    picture = io.BytesIO()
    Image.new("L", (9, 9), 0).save(picture, "PNG")
    theme = load_theme()
    resources = {"dot.png": picture.getvalue()}
    rules = [sheet(theme, "print.css")]
    for path in sorted((Path(__file__).parent / "fonts").glob("*.ttf")):
        resources[path.name] = path.read_bytes()
        rules.append(f'@font-face {{ font-family: "{path.stem}"; src: url({path.name}) }}')
    rules.append(':lang(he), :lang(ar) { font-family: "Literata", "hebrew", "arabic" }')
    return Engine("\n".join(rules), resources, theme.folder / "fonts")


def document(case: Case) -> Any:
    head = f"<head><title>{case.name}</title></head>"
    body = f"<body><section><h1>Case</h1>{case.body}</section></body>"
    html = f"<html lang='{case.language}' dir='{case.direction}'>{head}{body}</html>"
    made = _engine().lay_out(ElementTree.fromstring(html), case.css)
    for one in made.pages:
        one.bookmarks.clear()  # a book makes an outline of its own
    made.metadata.created = made.metadata.modified = "2026-01-15"
    return made
