"""The list of what ketapub wrote into a folder: the text of `.ketapub.json` comes in; what it names goes out, and
whether that stands there unchanged.

Imports next to nothing: a build that has nothing to do asks no more than this.
"""

from __future__ import annotations

import hashlib
import json
import os

LIST = ".ketapub.json"
STAGE = ".ketapub-stage"


def read_lines(path: str) -> dict[str, dict[str, str]]:
    """By the path of each file: that `path`, the `sha256` of its bytes and the `build` it came from. Raises
    `ValueError` for a list that is not as we write it."""
    try:
        with open(path, "rb") as file:
            content = json.loads(file.read())
        lines = [{key: str(line[key]) for key in ("path", "sha256", "build")} for line in content["files"]]
        if content["ketapub"] != 1 or os.path.islink(path) or not all(is_plain(line["path"]) for line in lines):
            raise ValueError(path)
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError(path) from error
    return {line["path"]: line for line in lines}


def is_plain(path: str) -> bool:
    """Relative, in its one normal form, and not a name that ketapub uses itself."""
    parts = path.split("/")
    return not {"", ".", ".."} & {*parts} and "\0" not in path and not parts[0].startswith(".ketapub")


def is_unchanged(out: str, path: str, sha256: str) -> bool:
    """Whether a file in `out` still has the bytes that ketapub wrote there. Nothing is read through a link."""
    names = path.split("/")
    if any(os.path.islink(os.path.join(out, *names[:end])) for end in range(1, len(names) + 1)):
        return False
    place = os.path.join(out, path)
    if not os.path.isfile(place):
        return False
    with open(place, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest() == sha256
