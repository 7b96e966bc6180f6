"""The line of rights of a book comes in; the licence that it names, and nothing else besides, goes out: as an address
for readers and as an SPDX identifier for programs."""

from __future__ import annotations

import re

_CREATIVE_COMMONS = re.compile(r"CC (BY(?:-NC)?(?:-SA|-ND)?) (\d\.\d)")
_ZERO = "CC0 1.0"


def licence_address(rights: str) -> str:
    """ "" where it names no licence that we know."""
    if rights == _ZERO:
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    if found := _CREATIVE_COMMONS.fullmatch(rights):
        return f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/"
    return ""


def licence_id(rights: str) -> str:
    """As in the SPDX License List: "CC-BY-4.0"; "" where it names no licence that we know."""
    if rights == _ZERO:
        return "CC0-1.0"
    found = _CREATIVE_COMMONS.fullmatch(rights)
    return f"CC-{found[1]}-{found[2]}" if found else ""
