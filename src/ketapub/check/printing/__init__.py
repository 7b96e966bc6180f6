"""What is wrong with a file for the press, by its structure: PDF/X-4 (ISO 15930-7) or PDF/X-1a:2001 (ISO 15930-1).

No free validator knows PDF/X. This one shares no code with the writer: it looks at every object of the file, used or
not, and at every operator of every page. In: the bytes of a file. Out: findings; none for a good one.
"""

from __future__ import annotations

import io

import pikepdf

from ketapub.check.findings import Finding, Place
from ketapub.check.printing.file import of_file, of_intent, of_metadata
from ketapub.check.printing.objects import of_object
from ketapub.check.printing.pages import of_boxes, of_content


def press_faults(data: bytes, standard: str) -> list[Finding]:
    """`standard` is "x-4" or "x-1a"."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = [*of_file(pdf, data, standard), *of_intent(pdf), *of_metadata(pdf, standard)]
        for number, page in enumerate(pdf.pages, 1):
            faults = (*of_boxes(page.obj), *of_content(page.obj, page.obj))
            found += [Finding(rule, message, Place(page=number)) for rule, message in dict.fromkeys(faults)]
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary):
                faults = tuple(of_object(thing, standard))
                found += [Finding(rule, f"object {thing.objgen[0]}: {message}") for rule, message in faults]
        return found
