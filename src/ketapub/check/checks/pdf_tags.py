"""The tags of a PDF where validators do not look: whether its tree, its links, its outline and its page labels are
sound, and say what they should."""

from __future__ import annotations

import pikepdf

from ketapub.check.findings import Check, Finding, Looked, Place, Subject, pdfs_of
from ketapub.check.tagging import faults
from ketapub.check.tagging.graph import structure_paths
from ketapub.formats.pdf.standard import STANDARDS


def look(subject: Subject, output: str) -> Looked:
    elements, found = 0, list[Finding]()
    for part, path in pdfs_of(subject.files[output]).items():
        try:
            with pikepdf.open(path) as pdf:
                elements += len(structure_paths(pdf))
                found += [one.inside(part) for one in faults(pdf, STANDARDS[subject.standard_of(output)].pdf)]
        except (pikepdf.PdfError, AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            # A part of the file that every tagged PDF has is not there: a finding, never a crash.
            found.append(Finding("structure", f"the tags cannot be read to their end: {error}", Place(part)))
    return Looked(elements, "element", tuple(found))


CHECK = Check(
    "pdf-tags",
    "the tag tree is sound in both directions; headings, lists, tables, notes, links, outline and page labels agree",
    ("pdf", "large-print", "handouts"),
    look,
)
