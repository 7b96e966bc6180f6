"""axe-core: whether the pages of an output break rules of WCAG, in a browser, in light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

from ketapub.check.browser import CHROMIUM, PLAYWRIGHT, Scheme, Visit, browser
from ketapub.check.canaries import HTML, prove
from ketapub.check.findings import Check, Finding, Looked, Place, Subject, format_of
from ketapub.check.screens import unpacked
from ketapub.check.tools import Tool, node_module, node_version

# Dark comes after light of the same width, because it is compared with it.
LOOKS: tuple[tuple[int, Scheme], ...] = ((1280, "light"), (1280, "dark"), (320, "light"), (320, "dark"))
# The rules of axe that read colours or sizes. All others ask the markup and what of it can be seen: where nothing of
# that changes from light to dark (`SAME_SHOWN`), they have been answered.
OF_LOOKS = ("color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable")
# What axe asks of a whole site. A page of an EPUB is a piece of a book, whose frame the reading system makes.
OF_SITES = ("region", "landmark-one-main", "page-has-heading-one", "bypass")
# The colours that a reading system gives to a page of an EPUB, whose style sheet sets none.
READING_SYSTEM = {
    "light": "html { background: #ffffff; color: #111111 } a { color: inherit }",
    "dark": "html { background: #000000; color: #dddddd } a { color: inherit }",
}
SET_COLOURS = """css => {
  const sheet = document.getElementById("of-the-reading-system") ?? document.head.appendChild(
    Object.assign(document.createElement("style"), { id: "of-the-reading-system" }));
  sheet.textContent = css;
}"""
OPEN = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"
# Whether the markup, and what of it can be seen, is as it was before the colours changed. Read is what axe reads:
# styles that hide, boxes without room, places outside of the page, and words from the style sheet. The page keeps the
# answer, because it is much to send.
SAME_SHOWN = """() => {
  const parts = [document.body.innerHTML];
  for (const each of document.querySelectorAll("*")) {
    const box = each.getBoundingClientRect(), style = getComputedStyle(each);
    parts.push(box.width > 0, box.height > 0, box.right + scrollX > 0, box.bottom + scrollY > 0, style.display,
      style.visibility, style.opacity, style.position, style.overflow, style.clip, style.clipPath, style.textIndent,
      style.contentVisibility, style.pointerEvents);
    for (const pseudo of ["::before", "::after"]) parts.push(getComputedStyle(each, pseudo).content);
  }
  const before = window.shownBefore;
  window.shownBefore = parts.join(" ");
  return before === window.shownBefore;
}"""


@dataclass(frozen=True, slots=True)
class Excused:
    """What axe says and is no fault, and why. `within` selects the element or one around it, `said` are the keys of
    axe's messages; empty, each excuses whatever the other one does. `decided` is false for what axe leaves open."""

    rule: str
    why: str
    within: str = ""
    said: tuple[str, ...] = ()
    decided: bool = False
    outputs: tuple[str, ...] = ("epub", "html", "site", "handouts")


EXCUSED = (
    Excused(
        "color-contrast",
        "text that has moved out of a table's scrolling box, or over which the room of a link for a finger reaches: "
        "nothing that shows lies between it and its ground, and axe decides on the same colours elsewhere on the page",
        said=("bgOverlap", "elmPartiallyObscured", "elmPartiallyObscuring"),
    ),
    Excused("color-contrast", "axe does not see what is drawn behind the words of a drawing", within="svg"),
    Excused(
        "aria-prohibited-attr",
        "axe knows no role for where a page of print begins, and would forbid it the name that EPUB Accessibility 1.1 "
        "and Ace ask for",
        within="[role=doc-pagebreak]",
        decided=True,
        outputs=("epub",),
    ),
)

# What has to be found in the file of canaries, and in which looks: the colours and the width are really changed.
KNOWN = (
    "html-has-lang /html[1] (everywhere)",
    "color-contrast /html[1]/body[1]/main[1]/p[2] (dark)",
    "image-alt /html[1]/body[1]/main[1]/p[3]/img[1] (dark at 320 px)",
    "image-alt /html[1]/body[1]/main[1]/p[4]/img[1] (320 px)",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What axe says about one element, or, not decided, leaves to a person. `element` is an XPath. Two are the same
    whatever colours and sizes their messages name."""

    rule: str
    element: str
    message: str = field(compare=False)
    decided: bool


def look(subject: Subject, output: str) -> Looked:
    """Every page of an output, in each of the `LOOKS`."""
    with browser() as started:
        canary = unpacked(HTML)
        with started.visit(canary, script=source()) as visit:
            visit.open(canary.pages[0])
            found = _faults(visit, "html")
        prove("axe", (f"{fault.rule} {fault.element} ({in_words(looks)})" for fault, looks in found.items()), KNOWN)
        files, findings = unpacked(subject.files[output]), list[Finding]()
        with started.visit(files, script=source()) as visit:
            for name in files.pages:
                visit.open(name)
                for fault, looks in _faults(visit, output).items():
                    place = Place(part=files.part(name), element=fault.element)
                    doubt = "" if fault.decided else "for a person to decide: "
                    findings.append(Finding(fault.rule, f"{doubt}{fault.message} ({in_words(looks)})", place))
    return Looked(len(files.pages), "page", tuple(findings))


def _faults(visit: Visit, output: str) -> dict[Fault, list[tuple[int, Scheme]]]:
    """The faults of the open page, and the looks in which each shows."""
    found: dict[Fault, list[tuple[int, Scheme]]] = {}
    for width, scheme in LOOKS:
        visit.show(width, scheme)
        if output == "epub":
            visit.ask(SET_COLOURS, READING_SYSTEM[scheme])
        visit.ask(OPEN)
        answered = visit.ask(SAME_SHOWN) and scheme == "dark"
        for fault in ask_axe(visit, output, OF_LOOKS if answered else ()):
            found.setdefault(fault, []).append((width, scheme))
        if answered:
            for fault, looks in found.items():
                if fault.rule not in OF_LOOKS and (width, "light") in looks:
                    looks.append((width, scheme))
    return found


def ask_axe(visit: Visit, output: str, only: Sequence[str] = ()) -> Iterator[Fault]:
    """Ask axe, which is in the open page, for the rules in `only`, or for all that fit the output."""
    excused = [asdict(one) for one in EXCUSED if format_of(output) in one.outputs]
    off = OF_SITES if output == "epub" else ()
    for rule, element, message, decided in visit.ask(_script("axe.js"), {"off": off, "excused": excused, "only": only}):
        yield Fault(rule, element, " ".join(message.split()), decided)


def in_words(looks: Sequence[tuple[int, Scheme]]) -> str:
    """In words: "everywhere", "dark", "320 px", "dark at 320 px"."""
    if len(looks) == len(LOOKS):
        return "everywhere"
    widths, schemes = {width for width, _ in looks}, {scheme for _, scheme in looks}
    if len(looks) == len(widths) * len(schemes):
        said: list[str] = [*schemes] if len(schemes) == 1 else []
        said += [f"{width} px" for width in widths] if len(widths) == 1 else []
        return " at ".join(said)
    return ", ".join(f"{scheme} at {width} px" for width, scheme in looks)


@cache
def _script(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _file() -> Path:
    return node_module("axe-core/axe.min.js")


def source() -> str:
    """axe itself, a script. Raises `NotRun` where it is not installed."""
    return _file().read_text(encoding="utf-8")


AXE = Tool("axe-core", lambda: node_version("axe-core"), "run `npm install axe-core@4.14.1`", wanted="4.14.1")
CHECK = Check(
    "axe",
    "no page breaks a rule of WCAG 2.2, A and AA, that axe-core can judge, in light and dark, wide and narrow",
    ("epub", "html", "site", "handouts"),
    look,
    (AXE, PLAYWRIGHT, CHROMIUM),
    slow=True,
)
