"""A table of clinics comes in, as CSV or XLSX, a clinic a row; out go the same checked clinics as from TOML files.

Everything in a table is text: a spreadsheet that makes numbers of phones and postal codes loses their zeros.
"""

from __future__ import annotations

import csv
import datetime
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import PurePath
from typing import Any

from ketapub.book_folder import BookFolder
from ketapub.handouts.clinics import Clinic, Clinics
from ketapub.info import Info
from ketapub.problems import Position, Problems, Severity, did_you_mean
from ketapub.settings import Place
from ketapub.slugs import file_slug

MOST_ROWS, MOST_COLUMNS = 10_000, 50
BYTES = 20_000_000
LAST_OF_WORKBOOK = 1_048_576  # rows that XLSX has
MOST_UNPACKED = 100_000_000  # bytes; XLSX is a ZIP archive, and a small one may hold any amount

# The heading of each column, and where its cells stand in a clinic's TOML file.
COLUMNS: Mapping[str, str] = {
    "id": "id",
    "name": "name",
    **{f"address-{number + 1}": f"address.{number}" for number in range(3)},
    "phone": "phones.0.number",
    "phone-label": "phones.0.label",
    **{
        f"phone-{number + 1}{ending}": f"phones.{number}.{key}"
        for number in range(1, 8)
        for ending, key in (("", "number"), ("-label", "label"))
    },
    **{one: one for one in ("after-hours", "nights", "hours", "logo", "letterhead", "language", "paper", "sizes")},
    "handouts": "handouts",
    **{f"crisis-{one}": f"crisis.{one}" for one in ("call", "text", "chat", "emergency", "languages", "elsewhere")},
    "crisis-more": "crisis.more.0",
    **{
        f"extra-{number + 1}{ending}": f"extra.{number}.{key}"
        for number in range(3)
        for ending, key in (("", "text"), ("-approved-by", "approved-by"), ("-date", "date"))
    },
}
NEEDED = ("name", "phone", "after-hours")

_SAMPLES: tuple[Mapping[str, str], ...] = (
    {
        "id": "sample-river-street",
        "name": "Sample: River Street Clinic",
        "address-1": "1 Sample Street",
        "address-2": "Sampletown, ZZ 00001",
        "phone": "555-555-0111",
        "phone-label": "Front desk",
        "phone-2": "555-555-0112",
        "phone-2-label": "Nurse line",
        "after-hours": "555-555-0113",
        "hours": "Monday to Friday, 8 am to 5 pm",
        "letterhead": "full",
        "paper": "letter",
        "sizes": "both",
    },
    {
        "id": "sample-north-hill",
        "name": "Sample: North Hill Clinic",
        "address-1": "2 Sample Road",
        "address-2": "Sampletown, ZZ 00002",
        "phone": "555-555-0121",
        "after-hours": "none",
        "nights": "No one answers at night. Call 911 in an emergency.",
        "letterhead": "preprinted",
        "paper": "letter",
        "sizes": "standard",
        "extra-1": "This is an invented line of an invented clinic.",
        "extra-1-approved-by": "Dr. Sample",
        "extra-1-date": "2026-11-23",
    },
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, as text; `fault` says why it cannot be read as one.

    `is_day`: the workbook has a date there, into which spreadsheets also turn words such as 8-5.
    """

    text: str
    at: Position
    fault: str = ""
    is_day: bool = False


Row = tuple[Cell, ...]


class _Unread(Exception):
    """Why the rest of a table cannot be read: code, place, message and hint of the problem."""


def read_table_of_clinics(
    path: str, data: bytes, folder: BookFolder, info: Info, problems: Problems, taken: Iterable[str] = ()
) -> tuple[Clinic, ...]:
    """The clinics of a table that lies anywhere; the logos it names lie in the book folder. `taken`: ids of others.

    In a place, the line is the row and the column is that of the table. Rows with mistakes are told of and left out.
    """
    clinics = Clinics(folder, info, problems, taken)
    try:
        rows = _rows(path, data)
        head = next(rows, ())
        if _check_head(head, path, problems):
            number = 0
            for row in rows:
                if any(cell.text or cell.fault for cell in row):
                    number += 1
                    _read_row(row, head, clinics)
            if not number:
                message = "the table holds no clinic below its headings"
                problems.add("broken-clinic-table", Position(path), message)
    except _Unread as why:
        problems.add(*why.args)
    return clinics.give()


def template(path: str) -> bytes:
    """A table with the headings that most clinics need and two invented clinics: XLSX by its ending, else CSV."""
    head = [column for column in COLUMNS if any(column in sample for sample in _SAMPLES)]
    rows = [head, *([sample.get(column, "") for column in head] for sample in _SAMPLES)]
    if PurePath(path).suffix.lower() == ".xlsx":
        return _xlsx(rows)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")  # spreadsheets take UTF-8 without a mark for Windows-1252


# --- what a row says -----------------------------------------------------------------------------------------


def _check_head(head: Row, path: str, problems: Problems) -> bool:
    """Whether each column has a known heading of its own, and all are there that every clinic needs."""
    before = len(problems.errors)
    hint = "`ketapub handouts --template FILE` writes a table with the right headings"
    headings = [cell.text for cell in head]
    if not set(headings) & set(COLUMNS):
        problems.add("broken-clinic-table", Position(path, 1), "the first row holds no headings of clinics", hint)
        return False
    for index, cell in enumerate(head):
        if cell.text in headings[:index] and cell.text:
            problems.add("broken-clinic-table", cell.at, f'two columns have the heading "{cell.text}"', "delete one")
        elif cell.text and cell.text not in COLUMNS:
            message = f'no column has the heading "{cell.text[:80]}"'
            problems.add("unknown-setting", cell.at, message, did_you_mean(cell.text, COLUMNS) or hint)
    for heading in NEEDED:
        if heading not in headings:
            problems.add("missing-setting", Position(path, 1), f'the table has no column "{heading}"', hint)
    return len(problems.errors) == before


class _OfRow(Problems):
    """The problems of one row: each names the heading of its column, which its author knows it by."""

    def __init__(self, head: Row, severities: Mapping[str, str]) -> None:
        super().__init__()
        self.head, self.severities = head, severities

    def add(self, code: str, at: Position, message: str, hint: str = "", severity: Severity = "error") -> None:
        if 0 < at.column <= len(self.head) and at.file == self.head[0].at.file and self.head[at.column - 1].text:
            message = f"{self.head[at.column - 1].text}: {message}"
        super().add(code, at, message, hint, severity)


def _read_row(row: Row, head: Row, clinics: Clinics) -> None:
    own = _OfRow(head, clinics.problems.severities)
    cells: dict[str, Cell] = {}
    for index, cell in enumerate(row):
        heading = head[index].text if index < len(head) else ""
        fault = cell.fault or ("the cell holds a date" if cell.is_day and not heading.endswith("-date") else "")
        if fault:
            own.add("broken-clinic", cell.at, fault, "format the column as text, and type the value again")
        elif cell.text and not heading:
            hint = "give the column a heading, or clear the cell"
            own.add("broken-clinic", cell.at, "the cell stands in a column without a heading", hint)
        elif cell.text:
            cells[heading] = cell
    raw, where = _raw_clinic(cells, own)
    if own.errors:
        clinics.tell(own)
        return
    where[""] = replace(row[0].at, column=0)
    if "name" in where:
        where.setdefault("id", where["name"])
    id = raw.pop("id", "") or file_slug(raw.get("name", ""))
    clinics.add(id, raw, Place("", own, where))


def _raw_clinic(cells: Mapping[str, Cell], own: Problems) -> tuple[dict[str, Any], dict[str, Position]]:
    """The tables that a clinic's TOML file would hold, and the place of each key in it."""
    nested: dict[str, Any] = {}
    for column, path in COLUMNS.items():
        if column in cells:
            *above, last = path.split(".")
            inside = nested
            for part in above:
                inside = inside.setdefault(part, {})
            inside[last] = cells[column]
    where: dict[str, Position] = {}
    return _plain(nested, "", where, own), where


def _plain(value: Any, path: str, where: dict[str, Position], own: Problems) -> Any:
    """Dictionaries whose keys are numbers become lists without gaps, cells become what TOML would hold."""
    if isinstance(value, Cell):
        where[path] = value.at
        return value.text.split() if path == "handouts" else _day(value, own) if path.endswith(".date") else value.text
    listed = all(key.isdecimal() for key in value)
    if path:
        where[path] = next(_cells(value)).at
    pairs = [(str(index) if listed else key, one) for index, (key, one) in enumerate(value.items())]
    plain = {key: _plain(one, f"{path}.{key}" if path else key, where, own) for key, one in pairs}
    return list(plain.values()) if listed and path else plain


def _cells(value: Any) -> Iterator[Cell]:
    if isinstance(value, Cell):
        yield value
    else:
        for one in value.values():
            yield from _cells(one)


def _day(cell: Cell, own: Problems) -> datetime.date | str:
    try:
        return datetime.date.fromisoformat(cell.text)
    except ValueError:
        own.add("wrong-setting", cell.at, f'"{cell.text[:40]}" is no date', "year, month, day, as in 2026-11-23")
        return cell.text


# --- the rows of a file --------------------------------------------------------------------------------------


def _rows(path: str, data: bytes) -> Iterator[Row]:
    """The rows of a table, by what its bytes are, whatever its name. Raises `_Unread`."""
    if len(data) > BYTES:
        message = f"{path} has {len(data) / 1e6:.1f} MB, more than {BYTES // 1_000_000} MB"
        raise _Unread("file-too-large", Position(path), message)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unread(Position(path), "the table is an old workbook (XLS) or has a password", "save it as XLSX or CSV")
    rows = _xlsx_rows(path, data) if data.startswith(b"PK\x03\x04") else _csv_rows(path, data)
    for row in rows:
        if any(cell.text or cell.fault for cell in row):
            at = replace(row[0].at, column=0)
            if at.line > MOST_ROWS + 1:
                message = f"the row stands below row {MOST_ROWS + 1:,}, the last that is read"
                raise _unread(at, message, "delete blank rows above it, or make two tables of it")
            if any(cell.text or cell.fault for cell in row[MOST_COLUMNS:]):
                raise _unread(at, f"the row has more than {MOST_COLUMNS} cells")
        yield row[:MOST_COLUMNS]


def _unread(at: Position, message: str, hint: str = "") -> _Unread:
    return _Unread("broken-clinic-table", at, message, hint)


def _csv_rows(path: str, data: bytes) -> Iterator[Row]:
    text = _decoded(path, data)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            reason = str(error).replace(f"'{separator}'", "the separator").replace("'\"'", "a quotation mark")
            hint = 'a cell that holds a quotation mark, a separator or a line break stands in quotes: "…"'
            raise _unread(Position(path, number), f"the row cannot be read: {reason}", hint) from None
        if cells is None:
            return
        yield tuple(Cell(" ".join(cell.split()), Position(path, number, one)) for one, cell in enumerate(cells, 1))


def _decoded(path: str, data: bytes) -> str:
    """UTF-8, or else Windows-1252, which has five bytes without a meaning."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Unread("invalid-utf-8", Position(path), "the table is UTF-16", 'save it as "CSV UTF-8", or as XLSX')
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError as error:
            at = Position(path, data.count(b"\n", 0, error.start) + 1)
            message = f"the byte 0x{data[error.start]:02X} is neither UTF-8 nor Windows-1252"
            raise _Unread("invalid-utf-8", at, message, 'save the table as "CSV UTF-8", or as XLSX') from None


def _xlsx_rows(path: str, data: bytes) -> list[Row]:
    """The rows of the first sheet of a workbook, up to the first one that is too far down."""
    from openpyxl import load_workbook

    hint = "save it anew as XLSX or CSV"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())  # no more than that is ever unpacked
        if unpacked > MOST_UNPACKED:
            raise _unread(Position(path), f"the workbook unpacks to {unpacked / 1e6:,.0f} MB", hint)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that openpyxl leaves out, such as lists of choices
            sheet = load_workbook(io.BytesIO(data), read_only=True, keep_links=False).worksheets[0]
            sheet.reset_dimensions()  # what a file says of them need not be true
            head = sheet.iter_rows(max_row=1)  # as wide as it is: no column may be left out in silence
            body = sheet.iter_rows(min_row=2, max_row=LAST_OF_WORKBOOK, max_col=MOST_COLUMNS + 1)
            found = []
            for number, cells in enumerate(chain(head, body), 1):
                too_far = number > MOST_ROWS + 1
                if too_far and all(cell.value is None for cell in cells):
                    continue
                row = (_cell(cell, Position(path, number, column)) for column, cell in enumerate(cells, 1))
                found.append(tuple(row))
                if too_far:
                    break
            return found
    except _Unread:
        raise
    except Exception as error:  # openpyxl raises whatever comes up in a broken part
        reason = str(error).rstrip(".").partition("\n")[0][:120] or type(error).__name__
        raise _unread(Position(path), f"the workbook cannot be read: {reason}", hint) from None


def _cell(cell: Any, at: Position) -> Cell:
    """Text and days as they are; of all else nobody knows what its author typed."""
    value = cell.value
    if cell.data_type == "f":
        return Cell("", at, "the cell holds a formula")
    if cell.data_type == "e":
        return Cell("", at, f"the cell holds an error ({value})")
    if value is None or isinstance(value, str):
        return Cell(" ".join((value or "").split()), at)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return Cell(value.date().isoformat(), at, is_day=True)
    return Cell("", at, f"the cell holds {value} and not text, so zeros in front may be lost")


def _xlsx(rows: list[list[str]]) -> bytes:
    """A workbook in which every cell is formatted as text, also those that are still empty."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for number in range(1, len(rows[0]) + 1):
        sheet.column_dimensions[get_column_letter(number)].number_format = "@"
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.number_format = "@"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
