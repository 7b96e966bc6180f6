"""Reflow: whether a page reads on a narrow window without scrolling sideways (WCAG 2.2, 1.4.10)."""

from __future__ import annotations

from ketapub.check.browser import CHROMIUM, PLAYWRIGHT, Scheme, Visit, browser
from ketapub.check.canaries import HTML, prove
from ketapub.check.findings import Check, Finding, Looked, Place, Subject
from ketapub.check.screens import unpacked

WIDTH = 320  # px, of WCAG 1.4.10
KNOWN = [f"/html[1]/body[1]/main[1]/details[1]/p[{number}]" for number in (1, 2)]  # in the file of canaries
# Of drawers that are open one at a time, the last one stays open.
SET = "open => document.querySelectorAll('details').forEach(each => { each.open = open; })"
# The elements because of which the page is wider than the window, and how wide it is: those that end outside of it, or
# whose words do, while no element within them does. What scrolls in a box of its own makes no page wider.
WIDER = """() => {
  const root = document.documentElement, room = root.clientWidth;
  if (root.scrollWidth <= room) return [];
  const scrolls = each => getComputedStyle(each).overflowX !== "visible" && each !== document.body;
  const range = document.createRange(), isOutside = thing => thing.getBoundingClientRect().right + scrollX > room + 0.5;
  const wordsAreOutside = each => !scrolls(each) && [...each.childNodes].some(one => {
    range.selectNode(one);
    return one.nodeType === Node.TEXT_NODE && isOutside(range);
  });
  const sticksOut = each => {
    if (!isOutside(each) && !wordsAreOutside(each)) return false;
    for (let one = each.parentElement; one && one !== root; one = one.parentElement)
      if (scrolls(one)) return false;
    return true;
  };
  const outside = [...document.body.querySelectorAll("*")].filter(sticksOut);
  const inmost = outside.filter(each => ![...each.children].some(one => outside.includes(one)));
  return (inmost.length ? inmost : [root]).map(each => [xpath(each), root.scrollWidth]);
}"""


def look(subject: Subject, output: str) -> Looked:
    """Every page of an output, in light and dark, with all that opens closed and open."""
    with browser() as started:
        canary = unpacked(HTML)
        with started.visit(canary) as visit:
            visit.open(canary.pages[0])
            prove("reflow", _wide(visit), KNOWN)
        files, findings = unpacked(subject.files[output]), list[Finding]()
        with started.visit(files) as visit:
            for name in files.pages:
                visit.open(name)
                for element, width in _wide(visit).items():
                    message = f"makes the page scroll sideways: {width} px wide in a window of {WIDTH} px"
                    findings.append(Finding("sideways-scrolling", message, Place(files.part(name), element=element)))
    return Looked(len(files.pages), "page", tuple(findings))


def _wide(visit: Visit) -> dict[str, int]:
    """The elements that make the open page too wide, as XPaths, and the width of the page in px."""
    found: dict[str, int] = {}
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        visit.show(WIDTH, scheme)
        for is_open in (False, True):
            visit.ask(SET, is_open)
            found |= dict(visit.ask(WIDER))
    return found


CHECK = Check(
    "reflow",
    f"every page reads in a window of {WIDTH} px without scrolling sideways (WCAG 2.2, 1.4.10)",
    ("epub", "html", "site", "handouts"),
    look,
    (PLAYWRIGHT, CHROMIUM),
)
