"""The page for staff, who print the sheets: a clinic and its sheets come in, a page as XML goes out."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ketapub.handouts.clinics import Clinic
from ketapub.handouts.sheet import Kind, Resolved
from ketapub.locale import direction, words
from ketapub.templates import render


def how_to_print(clinic: Clinic | None, sheets: Sequence[Resolved], kinds: Sequence[Kind]) -> Markup:
    """`kinds` are those on which the clinic has its sheets."""
    info = sheets[0].book.info
    word = words(info.book.language)
    papers = tuple(dict.fromkeys(kind.paper for kind in kinds))
    return render(
        "how-to-print.xml",
        words=word,
        language=info.book.language,
        direction=direction(info.book.language),
        paper=papers[0],
        clinic=clinic.name if clinic else "",
        papers=[word[f"paper-{paper}"] for paper in papers],
        endings=[(f"-{kind.suffix}.pdf", word[f"paper-{kind.paper}"], _size(kind)) for kind in kinds],
        sheets=[(sheet.handout.name, sheet.book.info.book.title, sheet.version) for sheet in sheets],
    )


def _size(kind: Kind) -> str:
    return "18 pt" if kind.large else "14 pt"
