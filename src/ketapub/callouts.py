"""The kinds of callout: a name as an author wrote it comes in, its kind, label and icon go out.

The one table of kinds. A book adds kinds, or changes named fields of these, under [callouts] of its book.toml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ketapub.locale import words
from ketapub.settings import Place, Shape, read_table, schema_of, setting
from ketapub.shapes import FLAG, TEXT, choice, either, language_tag, mapping_of, matching

URGENCIES = ("none", "advice", "urgent", "emergency")
FRAMES = ("bar", "thick-bar", "dotted", "dashed", "rule", "double", "round", "panel", "hair", "heavy")
TAKEN_PREFIXES = ("fig", "tbl", "sec", "eq", "lst", "ref", "fn", "fnref", "cite")  # the program's own ids begin so


def _labels(text: Shape, by_language: Shape) -> Shape:
    """One label for every language (kept under ""), or a table of them."""
    shape = either(text, by_language)

    def read(value: Any, place: Place) -> Any:
        found = shape.read(value, place)
        return {"": found} if isinstance(found, str) and found else found or None

    return Shape(read, shape.schema)


def _is_language(key: str, place: Place) -> bool:
    if not language_tag(key):
        place.wrong(f'"{key}" is no language tag', 'one label a language, as in label = { en = "…", es = "…" }')
    return bool(language_tag(key))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of callout. `labels`: language tag -> words, "" for every language; see `label`.

    `icon` is a name among the theme's icons, or a path in the book folder (it ends in .svg).
    """

    name: str
    labels: Mapping[str, str] = setting(
        _labels(TEXT, mapping_of(TEXT, _is_language)), dict, "The printed label, or one a language", key="label"
    )
    icon: str = setting(TEXT, "", "An icon of the theme by name, or an SVG file of the book")
    urgency: str = setting(choice(*URGENCIES), "none", "How pressing it is")
    frame: str = setting(choice(*FRAMES), "bar", "The frame, the same in every format")
    heading: bool = setting(FLAG, False, "Whether its title is a real heading, out of the contents")
    prefix: str = setting(
        matching("[a-z][a-z0-9]{0,15}", "lower-case letters and digits, a letter first"),
        "",
        'What ids of this kind begin with, for references: "key" for @key-x; "" when it is never referred to',
    )


BUILT_IN: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("note", icon="note", urgency="none", frame="bar", prefix="nte"),
        Kind("tip", icon="tip", urgency="none", frame="dotted", prefix="tip"),
        Kind("important", icon="important", urgency="advice", frame="rule", prefix="imp"),
        Kind("warning", icon="warning", urgency="urgent", frame="thick-bar", prefix="wrn"),
        Kind("caution", icon="caution", urgency="advice", frame="dashed", prefix="cau"),
    )
}

ALIASES: Mapping[str, str] = {
    "attention": "warning",
    "danger": "warning",
    "error": "warning",
    "hint": "tip",
    "seealso": "tip",
    "admonition": "note",
}


def find(name: str, kinds: Mapping[str, Kind]) -> Kind | None:
    """The kind that an author means by `name`: a declared kind before an accepted other name; any case."""
    lowered = name.lower()
    return kinds.get(lowered) or kinds.get(ALIASES.get(lowered, ""))


def label(kind: Kind, language: str) -> str:
    """The printed label in a language: the book's own, else the locale's for a built-in kind."""
    for tag in (language, language.partition("-")[0], ""):
        if tag in kind.labels:
            return kind.labels[tag]
    if kind.name in BUILT_IN:
        return words(language)[f"callout-{kind.name}"]
    return kind.labels.get("en") or next(iter(kind.labels.values()))


def ends_itself(label: str) -> bool:
    """Whether a label ends like a sentence, so that no colon follows it: "How sure are we? One dose"."""
    return label.endswith(("?", "!"))


def _read_kinds(raw: Any, place: Place) -> dict[str, Kind] | None:
    """[callouts] of book.toml over the built-in kinds. A new kind's label and icon default to its name."""
    if not isinstance(raw, dict):
        place.wrong("callouts must be tables", "write [callouts.keypoints]")
        return None
    kinds = dict(BUILT_IN)
    for name, fields_written in raw.items():
        here = place.under(name)
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            here.wrong(f'no callout kind can be named "{name}"', "use lower-case letters, digits and hyphens")
        elif not isinstance(fields_written, dict):
            here.wrong(f"callouts.{name} must be a table", f"write [callouts.{name}] and its settings below")
        else:
            own = Kind(name, {"": name.replace("-", " ").capitalize()}, icon=name)
            base = BUILT_IN.get(name, own)
            given = {one.name: getattr(base, one.name) for one in fields(Kind)}
            kinds[name] = read_table(Kind, fields_written, here, **given)
    _check_prefixes(kinds, place)
    return kinds


def _check_prefixes(kinds: Mapping[str, Kind], place: Place) -> None:
    owners = dict.fromkeys(TAKEN_PREFIXES, "the program")
    for kind in kinds.values():
        if owner := owners.get(kind.prefix):
            message = f'the prefix "{kind.prefix}" of {kind.name} already belongs to {owner}'
            place.under(kind.name).under("prefix").wrong(message, "choose another", "callout-prefix-taken")
        elif kind.prefix:
            owners[kind.prefix] = f"the kind {kind.name}"


KINDS = Shape(_read_kinds, {"type": "object", "additionalProperties": schema_of(Kind)})
