"""What stands in the folder of handouts, as a table and as JSON: the files of a run and the manifest before it come in,
`handouts/manifest.csv` and `.json` go out.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from operator import attrgetter

from ketapub.formats.pdf.sheets import PAPERS
from ketapub.formats.pdf.write import pages_of
from ketapub.handouts.run.stack import ALL
from ketapub.handouts.sheet import Kind, Resolved
from ketapub.outputs import Bundle, OutputFile

FOLDER = "handouts"
MANIFESTS = (f"{FOLDER}/manifest.json", f"{FOLDER}/manifest.csv")


@dataclass(frozen=True, slots=True)
class Row:
    """A file. `path` counts from the manifest; `date` is that of the book; "" and 0 for what a file has not got."""

    path: str
    clinic: str
    handout: str
    version: str
    paper: str
    size: str
    pages: int
    sha256: str
    date: str


def make_manifest(bundle: Bundle, sheets: tuple[Resolved, ...], standing: Mapping[str, Callable[[], bytes]]) -> Bundle:
    """Of the files of a run, and of those `standing` in folders that it does not touch; none where nothing was made."""
    if not bundle:
        return ()
    before = json.loads(standing[MANIFESTS[0]]()) if MANIFESTS[0] in standing else []
    known = {row["path"]: Row(**row) for row in before}
    made = tuple(_rows(bundle, sheets, known))
    touched = {row.clinic for row in made}
    rest = (row for path, row in known.items() if row.clinic not in touched and f"{FOLDER}/{path}" in standing)
    lines = [asdict(row) for row in sorted((*made, *rest), key=attrgetter("path"))]
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, [field.name for field in fields(Row)])  # RFC 4180
    writer.writeheader()
    writer.writerows(lines)
    text = json.dumps(lines, indent=1, ensure_ascii=False)
    return OutputFile(MANIFESTS[0], f"{text}\n".encode()), OutputFile(MANIFESTS[1], table.getvalue().encode())


def _rows(bundle: Bundle, sheets: tuple[Resolved, ...], known: Mapping[str, Row]) -> Iterator[Row]:
    date = sheets[0].book.info.book.date
    named = _names(sheets)
    for file in bundle:
        path, digest = file.path.removeprefix(f"{FOLDER}/"), file.sha256
        if path in known and known[path].sha256 == digest:  # it may be of an earlier version
            yield known[path]
            continue
        clinic, name = path.split("/", 1)
        stem, _, ending = name.rpartition(".")
        sheet, kind = named.get(stem, (None, None))
        yield Row(
            path=path,
            clinic=clinic,
            handout=sheet.handout.name if sheet else "",
            version=sheet.version if sheet else "",
            paper=kind.paper if kind else "",
            size=("large" if kind.large else "standard") if kind else "",
            pages=pages_of(file.data) if ending == "pdf" else 0,
            sha256=digest,
            date=date.isoformat() if date else "",
        )


def _names(sheets: tuple[Resolved, ...]) -> Mapping[str, tuple[Resolved | None, Kind | None]]:
    """What a file is, by its name without ending."""
    kinds = [Kind(paper, large) for paper in PAPERS for large in (False, True)]
    found: dict[str, tuple[Resolved | None, Kind | None]] = {sheet.handout.name: (sheet, None) for sheet in sheets}
    found |= {f"{sheet.handout.name}-{kind.suffix}": (sheet, kind) for sheet in sheets for kind in kinds}
    return found | {f"{ALL}-{kind.suffix}": (None, kind) for kind in kinds}
