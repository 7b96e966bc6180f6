"""Each medical style by ketapub and by citeproc-js: the same, or different for a reason that is written down.

`reasons.toml` has the reasons, each with who is right and the places it explains; `known.txt`, written from what is
found (UPDATE_GOLDEN=1), has every style and item that differs, by reason. A difference without a reason fails, and so
does one that is not in `known.txt` or that is there and has gone.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import engines
import pytest
from compare import differences
from engines import Texts, plain

from ketapub.citation_style import Style
from ketapub.citation_style.lint import fault_in

HERE = Path(__file__).parent
NAMED = (
    "nlm-citation-sequence",
    "nlm-citation-sequence-superscript",
    "nlm-citation-sequence-brackets",
    "american-medical-association",
    "bmj",
    "apa",
    "chicago-author-date",
)
SHOWN = 400  # lines of a complaint
NOTES = ("chicago-notes-bibliography", "oscola")  # not of the field, and cite in notes
FAULTY = 1.0  # at most so many of a hundred entries may have a fault that the style does not ask for


@dataclass(frozen=True)
class Run:
    styles: Mapping[str, Style]
    ours: Mapping[str, Texts]
    theirs: Mapping[str, Texts]

    @cached_property
    def differing(self) -> dict[tuple[str, str], list[str]]:
        """The differences by style and item, where both engines printed something."""
        return {
            (name, item): found
            for name, texts in self.ours.items()
            if not (texts.error or self.theirs[name].error)
            for item, text in texts.items().items()
            if (found := differences(text, self.theirs[name].items().get(item, "")))
        }


@pytest.fixture(scope="session")
def run() -> Run:
    styles = engines.loaded(dict.fromkeys((*engines.medical_styles(), *NAMED, *NOTES)))
    return Run(styles, engines.ours(styles), engines.theirs(styles))


@dataclass(frozen=True)
class Reason:
    name: str
    patterns: tuple[re.Pattern[str], ...]
    styles: frozenset[str]
    items: frozenset[str]

    def explains(self, style: str, item: str, place: str) -> bool:
        return (
            (not self.styles or style in self.styles)
            and (not self.items or item in self.items)
            and any(pattern.search(place) for pattern in self.patterns)
        )


def reasons() -> list[Reason]:
    told = tomllib.loads((HERE / "reasons.toml").read_text(encoding="utf-8"))
    for reason in told.values():
        assert reason["right"] in ("ours", "theirs", "either", "neither")
        assert reason["why"]
    return [
        Reason(
            name,
            tuple(re.compile(pattern) for pattern in reason["places"]),
            frozenset(reason.get("styles", ())),
            frozenset(reason.get("items", ())),
        )
        for name, reason in told.items()
    ]


def test_every_difference_is_known(run: Run) -> None:
    unexplained = []
    known_reasons = reasons()
    found: dict[str, dict[str, list[str]]] = {reason.name: defaultdict(list) for reason in known_reasons}
    for (style, item), places in run.differing.items():
        for place in places:
            reason = next((reason.name for reason in known_reasons if reason.explains(style, item, place)), None)
            if reason is None:
                unexplained.append(f"{style} {item}: {place}")
            elif item not in found[reason][style]:
                found[reason][style].append(item)
    lines = []
    for name, styles in found.items():
        lines += [f"[{name}]", *(f"{style}: {' '.join(sorted(items))}" for style, items in sorted(styles.items())), ""]
    if os.environ.get("UPDATE_GOLDEN"):
        (HERE / "known.txt").write_text("\n".join(lines), encoding="utf-8")
    _none(unexplained, "differences without a reason")
    known = (HERE / "known.txt").read_text(encoding="utf-8").split("\n")
    _none([line for line in lines if line not in known], "new differences")
    _none([line for line in known if line not in lines], "differences that have gone")
    assert known == lines
    _none([name for name, styles in found.items() if not styles], "reasons that explain nothing")


def _none(found: list[str], what: str) -> None:
    if found:
        pytest.fail(f"{len(found)} {what}:\n" + "\n".join(found[:SHOWN]), pytrace=False)


def test_no_style_fails(run: Run) -> None:
    """Of ours none may; those that fail citeproc-js are named, so that one more or one fewer is noticed."""
    assert {name: texts.error for name, texts in run.ours.items() if texts.error} == {}
    assert {name for name, texts in run.theirs.items() if texts.error} == {
        "klinische-padiatrie",
        "thieme-german",
        "universite-cheikh-anta-diop-faculte-de-medecine-de-pharmacie-et-dodontologie",
    }
    assert all(len(texts.entries) == (15 if run.styles[name].has_list else 0) for name, texts in run.ours.items())


def test_what_agrees(run: Run) -> None:
    """How far the two agree, of a hundred: a little under what was measured, so that a fall is noticed."""
    both = [name for name in run.ours if not run.theirs[name].error]
    differing = Counter("entry" if item in run.ours[style].entries else item for style, item in run.differing)
    entries = sum(len(run.ours[name].entries) for name in both)
    citations = sum(len(run.ours[name].citations) for name in both)
    other = sum(times for item, times in differing.items() if item not in ("entry", "order"))
    alike = sum(all((name, item) not in run.differing for item in run.ours[name].items()) for name in both)
    print(f"{len(run.ours)} styles")
    print(f"equal: {entries - differing['entry']} of {entries} entries, {citations - other} of {citations} citations")
    print(f"{alike} of {len(both)} styles wholly equal")
    assert 100 * differing["entry"] / entries < 6
    assert 100 * other / citations < 4


def test_few_entries_look_wrong(run: Run) -> None:
    """Entries with a fault (`citation_style/lint.py`) that the style does not ask for.

    The style asks for a fault if citeproc-js, which reads the same file by itself, prints the same fault in the same
    entry; where citeproc-js fails, each fault is counted as ours.
    """
    wrong, asked, total = list[str](), 0, 0
    for name, texts in run.ours.items():
        for key, text in texts.entries.items():
            total += 1
            if fault := fault_in(plain(text)):
                other = fault_in(plain(run.theirs[name].entries.get(key, "A title.")))
                if other and other.name == fault.name:
                    asked += 1
                else:
                    wrong.append(f"{name} {key}: {fault.name}: {fault.shown}")
    print(*wrong, sep="\n")
    print(f"{len(wrong)} of {total} entries have a fault of the engine's ({100 * len(wrong) / total:.2f} %),")
    print(f"{asked} one that their style asks for ({100 * asked / total:.2f} %)")
    assert 100 * len(wrong) / total <= FAULTY


@pytest.mark.parametrize("name", [*NAMED, *NOTES])
def test_the_named_styles_have_no_fault(name: str, run: Run) -> None:
    assert {item: fault_in(plain(text)) for item, text in run.ours[name].items().items() if fault_in(plain(text))} == {}


@pytest.mark.parametrize("name", NAMED)
def test_the_named_styles_agree(name: str, run: Run) -> None:
    """All fifteen entries equal, but for what `ALLOWED` explains one by one."""
    differing = {item: places for (style, item), places in run.differing.items() if style == name}
    entries = {item: places for item, places in differing.items() if item in run.ours[name].entries}
    assert entries == ALLOWED.get(name, {})


# Chicago's 18th edition capitalises prepositions of five letters and more: ours is right.
ALLOWED = {
    "chicago-author-date": {
        "rose2002": ["Excitatory Amino Acid Concentrations ⟦After|after⟧ Cortical Contusion Injury.'"],
        "hofman2021": ["Lu]Lu-PSMA-617 ⟦Versus|versus⟧ Cabazitaxel in Patients with"],
    },
}
