"""Whether a table can stand as a table on a phone, whose page cannot scroll sideways: a `Table` in, yes or no out.

A reading system that turns pages cuts off what is wider than its page. Such a table becomes a list of its rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ketapub import document as d
from ketapub.widths import width_of

PHONE = 320  # CSS pixels: the narrowest screen that WCAG 2.2, 1.4.10 asks for
MARGIN = 10  # on one side; the table may reach into the other one
SIZE = 16 * 0.88  # of the text in tables, by epub.css
GAP = 0.5 * SIZE  # between columns, likewise
_WORD = re.compile(r"[^ \t\n–—/-]*[–—/-]*")  # what browsers keep on one line


def is_too_wide(table: d.Table) -> bool:
    """Whether the longest words of its columns are too long to stand side by side. A table of heads alone stays one."""
    if not table.body:
        return False
    columns = range(len(table.head.cells))
    rows = [[d.plain_text(cell.children) for cell in row.cells] for row in (table.head, *table.body)]
    widths = [_width([row[column] for row in rows if column < len(row)], head=column == 0) for column in columns]
    return sum(widths) + GAP * (len(widths) - 1) > PHONE - MARGIN


def _width(cells: Iterable[str], *, head: bool) -> float:
    """Of a column: that of its longest word. What heads a row or a column is bold."""
    return max(
        (width_of(word, SIZE, bold=head or row == 0) for row, cell in enumerate(cells) for word in _WORD.findall(cell)),
        default=0,
    )
