"""What goes with the files of a release: a run of the gate over them comes in; the whole package goes out.

A draft has "draft" in every name: in that of the book, which its files take over, and here in those of the rest.
"""

from __future__ import annotations

from collections.abc import Collection

from markupsafe import Markup

from ketapub import __version__
from ketapub.check.findings import format_of
from ketapub.check.report.run import Run
from ketapub.formats.claims import Claims
from ketapub.formats.html import source_hash
from ketapub.formats.imprint import edition_line
from ketapub.formats.statement import accessibility_statement
from ketapub.formats.styling import sheet
from ketapub.locale import direction
from ketapub.outputs import Bundle, OutputFile
from ketapub.release.by_people import Record
from ketapub.release.claims import claims_made
from ketapub.release.conformance import conformance
from ketapub.release.inventory import inventory
from ketapub.templates import render

SUMS, STATEMENT, CONFORMANCE = "SHA256SUMS", "accessibility-statement.html", "conformance.json"
INVENTORY, NOTES = "inventory.spdx.json", "release-notes.md"


def package(
    run: Run,
    bundle: Bundle,
    claims: Claims,
    records: Collection[Record],
    notes: str,
    pdf_standard: str,
    *,
    draft: bool,
) -> Bundle:
    """`bundle` are the outputs that `run` looked at; `notes` is what the changelog says of this version."""
    slug = run.read.book.info.book.slug
    formats = tuple(dict.fromkeys(map(format_of, run.subject.files)))
    made = claims_made(run.read.book.info, formats, claims, pdf_standard)
    besides = {
        STATEMENT: _statement(run, claims, formats, pdf_standard),
        CONFORMANCE: conformance(run, claims, made, records, draft=draft),
        INVENTORY: inventory(run.read.book, run.subject.theme, bundle),
        NOTES: _notes(run, notes),
    }
    files = (*bundle, *(OutputFile(name, data) for name, data in besides.items()))
    if draft:
        files = tuple(OutputFile(drafted(file.path, slug), file.data) for file in files)
    sums = "".join(f"{file.sha256}  {file.path}\n" for file in files)
    return (*files, OutputFile(drafted(SUMS, slug) if draft else SUMS, sums.encode()))


def drafted(path: str, slug: str) -> str:
    """A name with "draft" in it: "conformance-draft.json", "site-draft/index.html". What begins with `slug`, the name
    of the book in its draft, has it already."""
    first, slash, rest = path.partition("/")
    if not first.startswith(slug):
        stem, dot, ending = first.partition(".")
        first = f"{stem}-draft{dot}{ending}"
    return f"{first}{slash}{rest}"


def _statement(run: Run, claims: Claims, formats: Collection[str], pdf_standard: str) -> bytes:
    """A page that works offline; `Content-Security-Policy` as in the report: nothing is fetched, no script runs."""
    book, style = run.read.book, sheet(run.subject.theme, "report.css")
    return render(
        "statement.html",
        said=accessibility_statement(book, formats, claims, pdf_standard),
        book=book.info.book,
        edition=edition_line(book),
        language=book.info.book.language,
        direction=direction(book.info.book.language),
        style=Markup(style),
        policy=f"default-src 'none'; style-src '{source_hash(style)}'; base-uri 'none'; form-action 'none'",
        version=__version__,
    ).encode()


def _notes(run: Run, notes: str) -> bytes:
    """Markdown; a draft may have none."""
    book = run.read.book
    lines = [f"# {book.info.book.title}", edition_line(book), notes]
    return ("\n\n".join(line for line in lines if line) + "\n").encode()
