"""Data from a CSV file: its text in, the tables that a figure's TOML would hold out, with the place of every cell.

RFC 4180: commas, quotation marks, a first row of names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ketapub.problems import Position, Problems

MOST_ROWS = 401
_CELL = re.compile(r'"((?:[^"]|"")*)"|([^",\n]*)')
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?")


@dataclass(frozen=True, slots=True)
class Entry:
    text: str
    at: Position


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a CSV file; `head` has the names of the columns."""

    head: tuple[Entry, ...]
    body: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a figure's tables and, by key path, where it stands."""

    raw: dict[str, Any]
    where: dict[str, Position]


def read_csv(text: str, file: str, problems: Problems) -> Sheet | None:
    """The rows of a file; None after a complaint (`broken-csv`)."""
    rows: list[tuple[Entry, ...]] = []
    line, begin, offset = 1, 0, 0
    while offset < len(text):
        cells: list[Entry] = []
        row_line = line
        while True:
            match = _CELL.match(text, offset)
            assert match is not None  # the second form fits nothing at all too
            at = Position(file, line, offset - begin + 1)
            quoted = match[1] is not None
            cells.append(Entry((match[1].replace('""', '"') if quoted else match[2]).strip(), at))
            line += match[0].count("\n")
            if "\n" in match[0]:
                begin = offset + match[0].rfind("\n") + 1
            offset = match.end()
            if text[offset : offset + 1] == ",":
                offset += 1
                continue
            break
        if text[offset : offset + 1] not in ("", "\n"):
            place = Position(file, line, offset - begin + 1)
            problems.add("broken-csv", place, "a quotation mark in a cell", 'write "a ""word"" in quotes"')
            return None
        offset += 1
        line, begin = line + 1, offset
        if any(cell.text for cell in cells):
            rows.append(tuple(cells))
        if rows and len(cells) != len(rows[0]) and any(cell.text for cell in cells):
            message = f"this row has {len(cells)} cells, the first one {len(rows[0])}"
            problems.add("broken-csv", Position(file, row_line, 1), message, "a comma in a cell needs quotes around it")
            return None
        if len(rows) > MOST_ROWS:
            message = f"more than {MOST_ROWS - 1} rows"
            problems.add("broken-csv", Position(file, row_line, 1), message, "a figure in a book has few numbers")
            return None
    if len(rows) < 2 or len(rows[0]) < 2:
        hint = "a first row of names, then a row for each thing"
        problems.add("broken-csv", Position(file, 1, 1), "no data in this file", hint)
        return None
    return Sheet(rows[0], tuple(rows[1:]))


def value_of(entry: Entry) -> int | float | str:
    """A number where the cell is one."""
    if not _NUMBER.fullmatch(entry.text):
        return entry.text
    return float(entry.text) if "." in entry.text else int(entry.text)


def _table(row: Sequence[Entry], head: Sequence[Entry], texts: Sequence[str], path: str, part: Part) -> dict[str, Any]:
    """One row as a table with the names of the columns as keys; empty cells are not set."""
    part.where[path] = row[0].at
    found: dict[str, Any] = {}
    for name, cell in zip(head, row, strict=True):
        part.where.setdefault(f"{path}.{name.text}", cell.at)
        if cell.text:
            found[name.text] = cell.text if name.text in texts else value_of(cell)
    return found


def entries(sheet: Sheet, name: str, *, texts: Sequence[str]) -> Part:
    """A list of tables, a row each."""
    part = Part({}, {name: sheet.head[0].at})
    part.raw[name] = [_table(row, sheet.head, texts, f"{name}.{index}", part) for index, row in enumerate(sheet.body)]
    return part


def _panels(sheet: Sheet) -> tuple[tuple[Entry, ...], list[tuple[Entry | None, list[tuple[Entry, ...]]]]]:
    """The columns but `panel`, and the rows by what stands in that, in the order in which it first stands there."""
    column = next((index for index, name in enumerate(sheet.head) if name.text == "panel"), -1)
    if column < 0:
        return sheet.head, [(None, list(sheet.body))]
    head = sheet.head[:column] + sheet.head[column + 1 :]
    panels: dict[str, tuple[Entry | None, list[tuple[Entry, ...]]]] = {}
    for row in sheet.body:
        rest = row[:column] + row[column + 1 :]
        panels.setdefault(row[column].text, (row[column], []))[1].append(rest)
    return head, list(panels.values())


def parts_by_panel(sheet: Sheet, name: str, *, texts: Sequence[str]) -> Part:
    """Panels of lists of tables: rows with the same `panel` stand together."""
    head, panels = _panels(sheet)
    part = Part({"panels": []}, {"panels": sheet.head[0].at})
    for index, (title, rows) in enumerate(panels):
        path = f"panels.{index}"
        part.where.update({path: rows[0][0].at, f"{path}.{name}": rows[0][0].at})
        tables = [_table(row, head, texts, f"{path}.{name}.{number}", part) for number, row in enumerate(rows)]
        part.raw["panels"].append({**_titled(title, path, part), name: tables})
    return part


def _titled(title: Entry | None, path: str, part: Part) -> dict[str, Any]:
    if title is None:
        return {}
    part.where[f"{path}.title"] = title.at
    return {"title": title.text}


def _columns(rows: Sequence[Sequence[Entry]], index: int, path: str, part: Part) -> list[Any]:
    """One column as a list of values."""
    part.where[path] = rows[0][index].at
    part.where.update({f"{path}.{number}": row[index].at for number, row in enumerate(rows)})
    return [value_of(row[index]) for row in rows]


def series_columns(sheet: Sheet) -> Part:
    """`series` by the names of the columns behind the first, `groups` by the rows."""
    part = Part({}, {"series": sheet.head[1].at, "groups": sheet.body[0][0].at})
    part.raw["series"] = [name.text for name in sheet.head[1:]]
    part.where.update({f"series.{index}": name.at for index, name in enumerate(sheet.head[1:])})
    groups = []
    for index, row in enumerate(sheet.body):
        path = f"groups.{index}"
        part.where.update({path: row[0].at, f"{path}.label": row[0].at, f"{path}.values": row[1].at})
        part.where.update({f"{path}.values.{number}": cell.at for number, cell in enumerate(row[1:])})
        groups.append({"label": row[0].text, "values": [value_of(cell) for cell in row[1:]]})
    part.raw["groups"] = groups
    return part


def line_panels(sheet: Sheet) -> Part:
    """Panels of lines: the first column is the scale and its name, the others are the lines."""
    head, panels = _panels(sheet)
    part = Part({"panels": []}, {"panels": sheet.head[0].at})
    for index, (title, rows) in enumerate(panels):
        path = f"panels.{index}"
        part.where.update({path: rows[0][0].at, f"{path}.along": head[0].at})
        panel = _titled(title, path, part)
        panel |= {"along": head[0].text, "at": _columns(rows, 0, f"{path}.at", part), "series": []}
        for number, name in enumerate(head[1:], 1):
            if any(row[number].text for row in rows):  # a line of another panel has no values here
                here = f"{path}.series.{len(panel['series'])}"
                part.where.update({here: name.at, f"{here}.label": name.at})
                panel["series"].append({"label": name.text, "values": _columns(rows, number, f"{here}.values", part)})
        part.raw["panels"].append(panel)
    return part
