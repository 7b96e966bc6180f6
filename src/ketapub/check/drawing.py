"""A content stream as it is drawn: a page, form or pattern in; each operator that is watched, with its operands and the
matrix in force, out (ISO 32000-1, 8.3.4 and 8.4.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf


def steps(
    stream: Any, watched: str, matrix: pikepdf.Matrix | None = None
) -> Iterator[tuple[str, list[Any], pikepdf.Matrix]]:
    """`watched` are operators with spaces between; those that save, restore and change the matrix are followed besides,
    and not told. `matrix` is the one to begin with."""
    now, saved = pikepdf.Matrix() if matrix is None else matrix, list[pikepdf.Matrix]()
    for step in pikepdf.parse_content_stream(stream, f"q Q cm {watched}"):
        operands: list[Any] = list(step.operands)
        match str(step.operator):
            case "q":
                saved.append(now)
            case "Q":
                now = saved.pop() if saved else now
            case "cm":
                now = matrix_of(operands) @ now
            case operator:
                yield operator, operands, now


def matrix_of(operands: Iterable[Any]) -> pikepdf.Matrix:
    """That of the operands of `cm` or `Tm`, or of an array with the key Matrix."""
    a, b, c, d, e, f = map(float, operands)
    return pikepdf.Matrix(a, b, c, d, e, f)
