"""The output intent of a press file: the press that its colours are made for, as an ICC profile.

In: the book, the theme. Out: an `Intent`, which every colour and picture is converted to and which the file carries
(ISO 32000-1, 14.11.5; ICC.1:2010). The book's own profile, as the printer hands it out, or a general one.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from ketapub import document as d
from ketapub.problems import Problems
from ketapub.theme import Theme

SHIPPED = "press/chemical-proof.icc"  # in the theme
LARGEST = 16_000_000  # bytes; the widest known profiles of presses have nine million
REGISTRY = "http://www.color.org"
# Names of printing conditions in that registry, as they stand in profiles made for them.
_CONDITIONS = re.compile(r"\b(FOGRA\d{2}L?|CGATS[ _]TR[ _]?00\d|CGATS21-2-CRPC\d|JC20\d\d|IFRA\d\d)\b")
_SIGNATURE = slice(36, 40)  # of the header of every profile: "acsp"


@dataclass(frozen=True, slots=True)
class Intent:
    """`identifier` is the name of the printing condition in the ICC's registry, or "Custom"."""

    profile: bytes
    identifier: str
    info: str


def intent_of(book: d.Book, theme: Theme, problems: Problems) -> Intent | None:
    """The intent of the book's own profile, else of the theme's. None when it cannot be used (`output-intent`)."""
    profile = book.output_intent or theme.read(SHIPPED)
    opened = _opened(profile)
    if isinstance(opened, str):
        at, path = book.info.at("press.output-intent"), book.info.press.output_intent
        hint = "ask the printer for the ICC profile of the press and the paper: an output profile in CMYK"
        problems.add("output-intent", at, f"{path} {opened}", hint)
        return None
    said = f"{opened.profile_description or ''} {opened.target or ''}"
    condition = _CONDITIONS.search(said)
    info = " ".join((opened.profile_description or "").split()) or "profile of the book"
    return Intent(profile, condition[0] if condition else "Custom", info)


def _opened(profile: bytes) -> Any:
    """The profile as the colour engine knows it, or the words why it cannot be used."""
    from PIL import ImageCms

    if profile[_SIGNATURE] != b"acsp":
        return "is no ICC profile"
    if len(profile) > LARGEST:
        return f"has more than {LARGEST // 1_000_000} MB"
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile
        kind, space = opened.device_class, opened.xcolor_space.strip()
        if space != "CMYK" or kind != "prtr":
            return f"is a profile of the class {kind.strip()} in {space}"
        # A profile that only shows how a print looks has no way from a colour to inks.
        ImageCms.buildTransform(
            ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(io.BytesIO(profile)), "RGB", "CMYK"
        )
    except (OSError, ImageCms.PyCMSError, AttributeError) as error:
        return f"cannot be used: {str(error).rstrip('.') or 'it is damaged'}"
    return opened
