"""`.content-visible` and `.content-hidden` with `when-…` and `unless-…`: attributes come in, `Condition`s go out."""

from __future__ import annotations

from collections.abc import Mapping

from ketapub.document import Condition
from ketapub.problems import Position, Problems

_KEYS = ("format", "edition", "clinic", "lang")
CONDITION_KEYS = tuple(f"{word}-{key}" for word in ("when", "unless") for key in _KEYS)
_CLASSES = ("content-visible", "content-hidden")


def is_conditional(classes: list[str]) -> bool:
    return any(name in classes for name in _CLASSES)


def conditions_of(
    classes: list[str], pairs: Mapping[str, str], at: Position, problems: Problems
) -> tuple[Condition, ...]:
    """What must hold for the content to be shown. Several words in one value are alternatives."""
    hidden = "content-hidden" in classes
    conditions = []
    for name, value in pairs.items():
        word, _, key = name.partition("-")
        if name not in CONDITION_KEYS:
            continue
        if values := tuple(value.replace(",", " ").split()):
            conditions.append(Condition(key, values, wanted=(word == "when") != hidden))
        else:
            problems.add("condition-missing", at, f"{name} has no value", f'as in {name}="pdf"')
    if not any(name in CONDITION_KEYS for name in pairs):
        problems.add("condition-missing", at, "it does not say when to show this", 'add when-format="pdf" or the like')
    elif (
        hidden and len(conditions) > 1
    ):  # hidden when all hold means shown when any fails: two `Condition`s cannot say so
        problems.add(
            "two-conditions-to-hide", at, "content-hidden takes one condition", "put one such block into another"
        )
    return tuple(conditions)
