"""The grid of a table: a <table> in; out: its rows, each as long as the longest, with scopes and, where cells span
others, the headers of each cell (ISO 14289-1, 7.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

LARGEST = 1000  # rows or columns that a cell may span, as in HTML
SCOPES = {"row": "/Row", "rowgroup": "/Row", "col": "/Column", "colgroup": "/Column"}


@dataclass(frozen=True, slots=True)
class Cell:
    role: str
    element: Element | None  # None: a cell that the row lacks
    attributes: Mapping[str, Any]
    headers: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    element: Element
    group: Element | None
    cells: tuple[Cell, ...]


def lay_out_table(table: Element) -> list[Row]:
    rows = [(group, row) for group in table if group.tag in ("thead", "tbody", "tfoot") for row in group.findall("tr")]
    found: list[tuple[Element | None, Element]] = [*rows, *((None, row) for row in table.findall("tr"))]
    grid, spanning = _grid([row for _, row in found])
    columns = max((column for _, column in grid), default=-1) + 1
    made = []
    for number, (group, row) in enumerate(found):
        cells = []
        seen: set[Element] = set()
        for column in range(columns):
            cell = grid.get((number, column))
            if cell is None:
                cells.append(Cell("TD", None, {}))
            elif cell not in seen and grid.get((number - 1, column)) is not cell:
                headers = _headers(grid, cell, number, column) if spanning and cell.tag == "td" else ()
                cells.append(Cell(str(cell.tag).upper(), cell, _attributes(cell), headers))
            if cell is not None:
                seen.add(cell)
        made.append(Row(row, group, tuple(cells)))
    return made


def _grid(rows: list[Element]) -> tuple[dict[tuple[int, int], Element], bool]:
    """Which cell covers each place, and whether any covers several."""
    grid: dict[tuple[int, int], Element] = {}
    spanning = False
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while (number, column) in grid:
                column += 1
            wide, high = _span(cell, "colspan"), min(_span(cell, "rowspan"), len(rows) - number)
            spanning = spanning or wide > 1 or high > 1
            grid |= {(number + down, column + right): cell for down in range(high) for right in range(wide)}
    return grid, spanning


def _span(cell: Element, name: str) -> int:
    text = cell.get(name, "")
    return min(max(int(text), 1), LARGEST) if text.isascii() and text.isdecimal() else 1


def _attributes(cell: Element) -> dict[str, Any]:
    spans = {"ColSpan": _span(cell, "colspan"), "RowSpan": _span(cell, "rowspan")}
    scope = {"Scope": SCOPES.get(cell.get("scope", ""), "/Column")} if cell.tag == "th" else {}
    return scope | {name: count for name, count in spans.items() if count > 1}


def _headers(grid: Mapping[tuple[int, int], Element], cell: Element, row: int, column: int) -> tuple[Element, ...]:
    """The header cells to the left of a cell and above it, wherever it reaches."""
    down = [row + n for n in range(_span(cell, "rowspan")) if grid.get((row + n, column)) is cell]
    right = [column + n for n in range(_span(cell, "colspan")) if grid.get((row, column + n)) is cell]
    heads = [grid.get((one, n)) for one in down for n in range(column)]
    found = [head for head in heads if head is not None and _attributes(head).get("Scope") == "/Row"]
    heads = [grid.get((n, one)) for one in right for n in range(row)]
    found += [head for head in heads if head is not None and _attributes(head).get("Scope") == "/Column"]
    return tuple(dict.fromkeys(found))
