"""Loading: whether every page loads as it is, under its own policy, and asks for nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from ketapub.check.browser import CHROMIUM, PLAYWRIGHT, Visit, browser
from ketapub.check.canaries import HTML, prove
from ketapub.check.findings import Check, Finding, Looked, Place, Subject
from ketapub.check.screens import unpacked

PICTURES = "() => [...document.images].filter(each => !each.naturalWidth).map(xpath)"
FONTS = "() => [...document.fonts].filter(each => each.status === 'error').map(each => each.family)"
# The first element that names an address: what asks for it, if that is not a style sheet or a script.
NAMING = """address => [...document.querySelectorAll("[src], [href], [data], [poster]")]
  .filter(each => [each.src, each.href, each.data, each.poster].includes(address)).slice(0, 1).map(xpath)"""
# Whether a page names a style sheet and none counts.
UNSTYLED = """() => document.querySelector("link[rel~=stylesheet], style") !== null &&
  ![...document.styleSheets].some(each => each.cssRules.length)"""


def look(subject: Subject, output: str) -> Looked:
    with browser() as started:
        canary = unpacked(HTML)
        with started.visit(canary) as visit:
            visit.open(canary.pages[0])
            prove("the browser", (finding.rule for finding in _findings(visit, "")), ["console", "picture", "request"])
        files, findings = unpacked(subject.files[output]), list[Finding]()
        with started.visit(files) as visit:
            for name in files.pages:
                visit.open(name)
                findings += _findings(visit, files.part(name))
    return Looked(len(files.pages), "page", tuple(findings))


def _findings(visit: Visit, part: str) -> Iterator[Finding]:
    """What is wrong with the open page."""
    for address in visit.asked:
        element = "".join(visit.ask(NAMING, address))
        yield Finding("request", f"asks for {address}, which lies elsewhere", Place(part, element=element))
    for message in visit.said:
        yield Finding("console", f"the browser says: {message}", Place(part))
    for element in visit.ask(PICTURES):
        yield Finding("picture", "the picture does not load", Place(part, element=element))
    for family in visit.ask(FONTS):
        yield Finding("font", f'the font "{family}" does not load', Place(part))
    if visit.ask(UNSTYLED):
        yield Finding("style", "no style sheet counts", Place(part))


CHECK = Check(
    "loading",
    "every page loads under its own policy without a message, with its pictures, fonts and style sheets, and asks for "
    "nothing from elsewhere",
    ("epub", "html", "site", "handouts"),
    look,
    (PLAYWRIGHT, CHROMIUM),
)
