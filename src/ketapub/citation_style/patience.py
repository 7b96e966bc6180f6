"""A style and a count of works come in; about how long the engine takes, and how long to wait for it, go out.

The engine's time grows in step with the works, except in styles that tell people of one surname apart throughout the
book (CSL 1.0.2, `givenname-disambiguation-rule`, all but "by-cite"): there it compares each work with each other one,
several times over. APA and Chicago are of this kind. Measured: 300 works 2 seconds, 1,000 works 34, 2,000 works 190 to
319.
"""

from __future__ import annotations

import re

from ketapub.citation_style.style import Style

MANY = 800  # works; with fewer, nobody waits for half a minute
SHORTEST, LONGEST = 300, 7200  # seconds to wait
_GIVEN_NAMES = re.compile(rb'\sdisambiguate-add-givenname="true"')
_RULE = re.compile(rb'\sgivenname-disambiguation-rule="(?:all|primary)-name')


def estimated_seconds(style: Style, works: int) -> float:
    """Of one processor of the year 2026, for the whole book."""
    seconds = 0.0037 * works
    if _compares_all(style):
        seconds += 3.03e-8 * works**3
    return seconds


def long_wait(style: Style, works: int) -> str:
    """How long a book will wait for its citations, in words, if that is worth a warning; else ""."""
    return _in_words(estimated_seconds(style, works)) if works > MANY and _compares_all(style) else ""


def seconds_to_wait(style: Style, works: int) -> int:
    """A bound that only an engine which hangs will meet: 20 times the estimate, five minutes to two hours."""
    return round(min(LONGEST, max(SHORTEST, 20 * estimated_seconds(style, works))))


def _compares_all(style: Style) -> bool:
    return style.form != "numeric" and bool(_GIVEN_NAMES.search(style.xml) and _RULE.search(style.xml))


def _in_words(seconds: float) -> str:
    """ "20 seconds", "a minute", "4 minutes", "2 hours"."""
    for unit, name in ((3600, "hour"), (60, "minute")):
        if seconds >= 0.9 * unit:
            number = round(seconds / unit)
            return f"{'an' if name == 'hour' else 'a'} {name}" if number <= 1 else f"{number} {name}s"
    return f"{max(10, round(seconds, -1)):.0f} seconds"
