"""What is wrong with a tagged PDF: an open file in, findings out; none for a good one.

These are the faults that validators do not see, and some that they do, so that the fast tests need no validator: of the
faults that tests/mutants/pdf.py puts into a file, veraPDF 1.28 lets a good part pass. The numbers are clauses of
ISO 32000-1 (PDF 1.7), ISO 14289-1 (PDF/UA-1, "UA") and ISO 19005-2 (PDF/A-2, "A"); where only a file of PDF 2.0 is
asked, of ISO 32000-2 ("2.0"), ISO 14289-2 ("UA-2") and ISO 19005-4 ("A-4").
"""

from __future__ import annotations

import pikepdf

from ketapub.check.findings import Finding
from ketapub.check.pdf_tree import tag_tree
from ketapub.check.tagging.file import of_attachments, of_file
from ketapub.check.tagging.graph import of_graph
from ketapub.check.tagging.heads import of_heads
from ketapub.check.tagging.meaning import of_meaning
from ketapub.check.tagging.references import of_references
from ketapub.check.tagging.ways import of_ways


def faults(pdf: pikepdf.Pdf, version: str = "1.7", *, book: bool = True) -> list[Finding]:
    """`version` of PDF that it has to be; `book`: whether it has to have an outline, page labels, and what goes with a
    book."""
    found = [*of_file(pdf, version), *of_attachments(pdf, version, book=book)]
    if "/StructTreeRoot" not in pdf.Root:
        return [*found, Finding("tags", "the file has no tags (14.7.2)")]
    found += of_graph(pdf)
    if any(one.rule in ("structure", "fonts") for one in found):  # neither the tree nor its words can be relied on
        return found
    tree = tag_tree(pdf)
    if version == "2.0":
        found += of_references(pdf, tree)
    return [*found, *of_meaning(pdf, tree), *of_ways(pdf, tree, book=book), *of_heads(pdf)]
