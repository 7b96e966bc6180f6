"""What printers ask of a press file, as data (presets.toml): nothing comes in, a `Preset` a printer goes out."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Preset:
    """`press` holds keys of [press] in book.toml; `source` tells of each where it was read, on the day `read`."""

    printer: str
    read: datetime.date
    press: Mapping[str, Any]
    source: Mapping[str, str]


@cache
def presets() -> Mapping[str, Preset]:
    text = resources.files(__package__).joinpath("presets.toml").read_text(encoding="utf-8")
    return {name: Preset(**table) for name, table in tomllib.loads(text).items()}
