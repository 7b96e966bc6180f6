"""What a run has made so far, for the formats that build on it: `site` lists downloads, the EPUB shows the cover."""

from __future__ import annotations

from dataclasses import dataclass

from ketapub.document import Pages
from ketapub.outputs import Bundle


@dataclass(frozen=True, slots=True)
class Made:
    cover: bytes | None = None  # the front cover as JPEG
    pages: Pages | None = None  # of the print edition that this run makes
    files: Bundle = ()
