"""Reads a shorthand with variables once.

What: a value such as `font: 400 14pt/19pt var(--text)` is read anew for each longhand of each element that has it.
Why safe: the same tokens give the same value; they are the same while they are kept. What is wrong is not kept, so that
WeasyPrint complains as it does.
Gain: a twentieth of the time of a short book.
"""

from __future__ import annotations

from typing import Any

from weasyprint.css.tokens import Pending

from ketapub.formats.pdf.fast.replacing import replaced

MOST = 1000  # values that a declaration remembers

ask_solve = Pending.solve


def apply() -> None:
    replaced.put(Pending, "solve", solve)


def solve(self: Any, tokens: Any, wanted_key: str, base_url: str) -> Any:
    solved = self.__dict__.setdefault("_solved", {})
    key = (wanted_key, base_url, *map(id, tokens))
    if key not in solved:
        if len(solved) > MOST:
            solved.clear()
        solved[key] = ask_solve(self, tokens, wanted_key, base_url), tokens
    return solved[key][0]
