"""What the command line and the environment say: texts come in; folders, formats and the day go out."""

from __future__ import annotations

import argparse
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ketapub.cli.quick import default_cache
from ketapub.cli.telling import usage
from ketapub.problems import did_you_mean

if TYPE_CHECKING:
    import datetime


def count_of_jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes")
    return int(text)


def port_number(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a port")
    return int(text)


def line_of_text(text: str) -> str:
    """What may stand in a signature: words, without control characters and broken ones (of another encoding)."""
    if not text.strip() or any(unicodedata.category(letter) in ("Cc", "Cn", "Cs") for letter in text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a line of text")
    return text.strip()


def file_to_write(text: str) -> Path:
    """Asked before the work, not after it."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not a file in a folder that exists")
    return path


def processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def book_folder(given: str) -> Path:
    if given:
        path = Path(given)
        return path.parent if path.name == "book.toml" and path.is_file() else path
    return Path() if Path("book.toml").is_file() else Path("manuscript")


def formats_of(lists: Sequence[str]) -> tuple[str, ...] | None:
    """The names in `--to`, each once; None without it."""
    if not lists:
        return None
    from ketapub.formats import FORMATS

    return _known(lists, FORMATS, "format")


def checks_of(lists: Sequence[str]) -> tuple[str, ...]:
    """The names in `--only`, each once; empty without it."""
    if not lists:
        return ()
    from ketapub.check.checks import NAMES

    return _known(lists, NAMES, "check")


def _known(lists: Sequence[str], known: Sequence[str], noun: str) -> tuple[str, ...]:
    names = dict.fromkeys(name.strip() for name in ",".join(lists).split(","))
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"known here: {', '.join(known)}"
            raise usage(f"unknown-{noun}", f'no {noun} "{name}"', hint)
    return tuple(names)


def today(given: str) -> datetime.date:
    """The one date of a run: `--as-of`, else SOURCE_DATE_EPOCH (seconds since 1970, in UTC), else the clock."""
    import datetime

    if given:
        try:
            return datetime.date.fromisoformat(given)
        except ValueError:
            raise usage("wrong-date", f'"{given}" is no date', "write it as in 2026-11-23") from None
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        try:
            return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
        except (ValueError, OverflowError, OSError):
            hint = "it counts seconds since 1970, as in 1795392000"
            raise usage("wrong-date", f'SOURCE_DATE_EPOCH is "{epoch}"', hint) from None
    return datetime.date.today()


def day_of_clock(given: str) -> str:
    """That date if it comes from the clock, else ""."""
    return "" if given or os.environ.get("SOURCE_DATE_EPOCH") else today(given).isoformat()


def cache_folder() -> Path | None:
    folder = default_cache()
    return Path(folder) if folder else None
