"""What outputs say of themselves beyond what follows from the book: nothing in a plain build.

`ketapub release` alone hands claims to the formats, and publishes only files for which they were shown to hold. What
standards for PDF ask a file to say of itself is not among them: validators need it, so every build writes it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

WCAG = "WCAG 2.2 Level AA"  # W3C Recommendation, 5 October 2023
EPUB_ACCESSIBILITY = f"EPUB Accessibility 1.1 - {WCAG}"  # to the letter: its section "Publication conformance"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who says, after looking, that the outputs for screens conform to WCAG, and the day of the last look."""

    by: str
    date: datetime.date


@dataclass(frozen=True, slots=True)
class Claims:
    """`checked`: programs have looked at these very files, and found nothing."""

    checked: bool = False
    certificate: Certificate | None = None


NO_CLAIMS = Claims()
