"""A person's or a group's name as a file writes it in, a name in CSL-JSON's terms out."""

from __future__ import annotations

import re
from typing import Any

Name = dict[str, Any]

OTHERS: Name = {"literal": "others"}  # the engine makes "et al." of it, in the style's own way
_OTHERS = re.compile(r"(?:and )?others|et al\.?", re.IGNORECASE)
_GENERATION = re.compile(r"(Jr|Sr|[1-9](?:st|nd|rd|th)|II|III|IV)\.?", re.IGNORECASE)


def comma_name(written: str) -> Name:
    """A name such as "Frenck, Robert W., Jr"; one without a comma, or with nothing behind it, is that of a group."""
    parts = [part.strip() for part in written.split(",")]
    if is_others(written):
        return OTHERS
    if len(parts) == 1 or not any(parts[1:]):
        return {"literal": parts[0]}
    name = {"family": parts[0], "given": parts[1]}
    if len(parts) > 2:
        if is_generation(parts[-1]):
            name = {"family": parts[0], "given": ", ".join(parts[1:-1]), "suffix": parts[-1]}
        elif is_generation(parts[1]):
            name = {"family": parts[0], "given": ", ".join(parts[2:]), "suffix": parts[1]}
        else:
            return {"literal": written.strip()}
    return {part: text for part, text in name.items() if text}


def is_others(written: str) -> bool:
    """Whether this stands for all further authors, as the last name of a list may."""
    return _OTHERS.fullmatch(written.strip()) is not None


def is_generation(written: str) -> bool:
    return _GENERATION.fullmatch(written) is not None


def with_generation(name: Name) -> Name:
    """A name whose given names end in "Jr" or "3rd", with that as its suffix."""
    given, _, last = name.get("given", "").rpartition(" ")
    return {**name, "given": given, "suffix": last} if given and is_generation(last) else name
