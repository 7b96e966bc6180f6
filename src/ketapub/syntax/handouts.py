"""What only handouts have: what their shortcodes say comes in; blanks, fields of the clinic and slices go out.

Anywhere else each is `only-in-handouts`.
"""

from __future__ import annotations

import re

from ketapub.document import CLINIC_FIELDS, Blank, Field
from ketapub.problems import Position, did_you_mean
from ketapub.syntax.states import Reading

CLINIC = "clinic."
DIVS = {"teach-back": "teach-back questions", "notes": "room for notes"}  # classes
_BLANK = re.compile(r'["“”]([^"“”]*)["“”](?:\s+hidden=(true|false))?')


def is_allowed(what: str, at: Position, reading: Reading) -> bool:
    """Whether this is a handout; a complaint if not."""
    if not reading.handout:
        hint = "move it into a file of handouts, or leave it out"
        reading.problems.add("only-in-handouts", at, f"{what} can stand in handouts only", hint)
    return reading.handout


def make_blank(arguments: str, at: Position, reading: Reading) -> Blank | None:
    if not is_allowed("a blank to write in", at, reading):
        return None
    found = _BLANK.fullmatch(arguments.strip())
    if not found or not found[1].strip():
        hint = '{{< blank "My ride home" >}}, or {{< blank "Price" hidden=true >}} where a header says it already'
        reading.problems.add("broken-shortcode", at, "a blank needs a label: what is to be written there", hint)
        return None
    return Blank(found[1].strip(), found[2] == "true", at=at)


def make_field(key: str, at: Position, reading: Reading) -> Field | None:
    """`key` is the name of a variable: "clinic.phone"."""
    if not is_allowed(f'"{key}"', at, reading):
        return None
    name = key.removeprefix(CLINIC)
    if name not in CLINIC_FIELDS:
        known = [CLINIC + one for one in CLINIC_FIELDS]
        hint = did_you_mean(key, known) or f"known are {', '.join(known)}"
        reading.problems.add("unknown-variable", at, f'no variable "{key}"', hint)
        return None
    return Field(name, at=at)


def slice_target(arguments: str, at: Position, reading: Reading) -> str:
    """The id behind "#"; "" after a complaint."""
    if not is_allowed("a slice of the book", at, reading):
        return ""
    if not re.fullmatch(r"#\S+", arguments.strip()):
        reading.problems.add(
            "broken-shortcode", at, "slice takes the id of a place in the book", "{{< slice #sec-x >}}"
        )
        return ""
    return arguments.strip()[1:]
