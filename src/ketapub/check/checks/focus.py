"""Focus: whether one sees where the keyboard is, at each step of the Tab key (WCAG 2.2, 2.4.7)."""

from __future__ import annotations

from ketapub.check.browser import CHROMIUM, PLAYWRIGHT, Scheme, Visit, browser
from ketapub.check.canaries import HTML, prove
from ketapub.check.findings import Check, Finding, Looked, Place, Subject
from ketapub.check.screens import unpacked

WIDTH = 1280  # px
OPEN = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"
# The elements that look the same with the focus on them as without. It may show on an element itself, on what it stands
# in, on its label, or before and behind these. An outline that is transparent is none. What moves into its new look is
# shown at the end of that.
UNSEEN = """() => {
  const SHOWN = ["boxShadow", "backgroundColor", "backgroundImage", "color", "textDecoration", "opacity", "visibility",
    "clipPath", "transform", "top", "left", "width", "height", "fontWeight",
    ...["Top", "Right", "Bottom", "Left"].flatMap(side => ["Style", "Width", "Color"].map(of => `border${side}${of}`))];
  const OUTLINE = ["outlineStyle", "outlineWidth", "outlineColor", "outlineOffset"];
  const isDrawn = style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 &&
    !/^rgba.*, 0\\)$|\\/ 0\\)$/.test(style.outlineColor);
  const look = elements => elements.flatMap(each => [null, "::before", "::after"].map(part => {
    const style = getComputedStyle(each, part);
    return [...(isDrawn(style) ? OUTLINE : []), ...SHOWN].map(name => style[name]).join(" ");
  })).join(" ");
  const unseen = each => {
    const around = [each, each.parentElement, ...(each.labels ?? [])];
    document.activeElement.blur();
    const before = look(around);
    each.focus({ preventScroll: true });
    if (document.activeElement !== each) return false;
    document.getAnimations().forEach(one => one instanceof CSSTransition && one.finish());
    return look(around) === before;
  };
  const reached = [...document.body.querySelectorAll("*")].filter(each => each.tabIndex >= 0 && each.checkVisibility());
  return reached.filter(unseen).map(xpath);
}"""


def look(subject: Subject, output: str) -> Looked:
    """Every page of an output, in light and dark, with all that opens open."""
    with browser() as started:
        canary = unpacked(HTML)
        with started.visit(canary) as visit:
            visit.open(canary.pages[0])
            prove("focus", _unseen(visit), ["/html[1]/body[1]/main[1]/p[6]/a[2]"])
        files, findings = unpacked(subject.files[output]), list[Finding]()
        with started.visit(files) as visit:
            for name in files.pages:
                visit.open(name)
                for element, schemes in _unseen(visit).items():
                    message = f"looks the same with the keyboard's focus on it as without ({' and '.join(schemes)})"
                    findings.append(Finding("focus-visible", message, Place(files.part(name), element=element)))
    return Looked(len(files.pages), "page", tuple(findings))


def _unseen(visit: Visit) -> dict[str, list[Scheme]]:
    """The elements of the open page on which nobody sees the focus, as XPaths, and in which colours."""
    found: dict[str, list[Scheme]] = {}
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        visit.show(WIDTH, scheme)
        visit.ask(OPEN)
        visit.page.keyboard.press("Tab")  # from now on the focus is that of the keyboard
        for element in visit.ask(UNSEEN):
            found.setdefault(element, []).append(scheme)
    return found


CHECK = Check(
    "focus",
    "at each step of the Tab key one sees where the focus is (WCAG 2.2, 2.4.7)",
    ("epub", "html", "site", "handouts"),
    look,
    (PLAYWRIGHT, CHROMIUM),
)
