"""What of others is inside of a finished PDF: its bytes in; the names of its fonts and its colour profiles out."""

from __future__ import annotations

import io

import pikepdf


def fonts_in(data: bytes) -> tuple[str, ...]:
    """As PostScript calls them, without the letters that mark a subset (ISO 32000-1, 9.6.4): "Literata-Semi-Bold"."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = {
            str(one.FontName).lstrip("/").partition("+")[2] or str(one.FontName).lstrip("/")
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and "/FontName" in one
        }
    return tuple(sorted(found))


def profiles_in(data: bytes) -> tuple[bytes, ...]:
    """The ICC profiles of its output intents (14.11.5), each once."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        intents = pdf.Root.get("/OutputIntents", pikepdf.Array())
        found = (one.DestOutputProfile.read_bytes() for one in intents if "/DestOutputProfile" in one)
        return tuple(dict.fromkeys(found))
