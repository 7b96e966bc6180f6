"""The words of the interface: a language tag comes in, its words go out, one TOML file a language."""

from __future__ import annotations

import datetime
import decimal
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language by key ("contents"). `language` is the tag of the file they were found in, which is
    English where a language has no file: mark such words with it."""

    language: str
    entries: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.entries[key]

    def format(self, key: str, **values: object) -> str:
        """The words with their places filled in: `format("figure-number", number="2.1")` is "Figure 2.1"."""
        return self.entries[key].format(**values)

    def date(self, day: datetime.date) -> str:
        """A day as people of the language write it: "November 23, 2027"."""
        month = self.entries["months"].split()[day.month - 1]
        return self.format("date", day=day.day, month=month, year=day.year)

    def number(self, value: int | float, decimals: int | None = None) -> str:
        """A number as readers of the language write it: 2,665 and −5.1; rounded half up where that is asked."""
        exact = decimal.Decimal(str(abs(value)))
        if decimals is not None:
            exact = exact.quantize(decimal.Decimal(1).scaleb(-decimals), decimal.ROUND_HALF_UP)
        whole, point, rest = f"{exact:f}".partition(".")
        if len(whole) > 3:
            whole = re.sub(r"\B(?=(\d{3})+$)", self.entries["group-sign"], whole)
        minus = "\N{MINUS SIGN}" if value < 0 and exact else ""  # −0.4, rounded, is 0
        return minus + whole + (self.entries["decimal-sign"] + rest if point else "")

    @property
    def quotes(self) -> tuple[str, str, str, str]:
        """Opening and closing double, opening and closing single quotation marks."""
        return (
            self.entries["quote-open"],
            self.entries["quote-close"],
            self.entries["inner-quote-open"],
            self.entries["inner-quote-close"],
        )


@cache
def languages() -> tuple[str, ...]:
    """The tags of the languages that have a file."""
    return tuple(sorted(one.name[:-5] for one in resources.files(__name__).iterdir() if one.name.endswith(".toml")))


@cache
def words(language: str) -> Words:
    """The words of a language: of the whole tag, else with fewer and fewer subtags (RFC 4647, 3.4), else English."""
    tag = language
    known = {one.lower(): one for one in languages()}
    while tag and tag.lower() not in known:
        tag = tag.rpartition("-")[0]
    found = known.get(tag.lower(), "en")
    text = resources.files(__name__).joinpath(f"{found}.toml").read_text(encoding="utf-8")
    return Words(found, tomllib.loads(text))


_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku", "ps", "sd", "syr", "ug", "ur", "yi"}


def direction(language: str) -> str:
    """ "rtl" for languages written from right to left, else "ltr"."""
    tag = language.lower().split("-")
    return "rtl" if tag[0] in _RIGHT_TO_LEFT and "latn" not in tag else "ltr"
