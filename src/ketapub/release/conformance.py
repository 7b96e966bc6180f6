"""conformance.json: what the released files claim, and all that shows it, for programs; a run of the gate and the
records of people come in.

docs/release.md tells of the keys. New ones may come; those that are there keep their names and meanings.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from ketapub import __version__
from ketapub.check.report.as_json import criteria
from ketapub.check.report.run import Run
from ketapub.check.report.wcag import VERSIONS
from ketapub.formats.claims import Claims
from ketapub.release.by_people import Record
from ketapub.release.claims import Claim


def conformance(
    run: Run, claims: Claims, made: Collection[Claim], records: Collection[Record], *, draft: bool
) -> bytes:
    """Without times and without today's date: the same book and the same tools give the same bytes."""
    book, certificate = run.read.book.info.book, claims.certificate
    proves = {check.name: check.proves for check in run.checks}
    told: dict[str, Any] = {
        "ketapub": __version__,
        "book": {
            "title": book.title,
            "version": book.version,
            "language": book.language,
            "identifier": book.identifier,
        },
        "draft": draft,
        "outputs": dict(run.names),
        "certified": {"by": certificate.by, "date": certificate.date.isoformat()} if certificate else None,
        "claims": [_claim(claim, run) for claim in made],
        "checks": [
            {
                "check": one.check,
                "output": one.output,
                "proves": proves[one.check],
                "state": one.state,
                "things": one.things,
                "unit": one.unit,
                "versions": dict(one.versions),
            }
            for one in run.results
        ],
        "by_people": [_record(record) for record in records],
        "signatures": [
            {
                "name": one.name,
                "credential": one.credential,
                "scope": one.scope,
                "date": one.date.isoformat() if one.date else "",
                "files": sorted(one.files),
            }
            for one in run.read.signatures
        ],
        "wcag": {version: criteria(version, run) for version in VERSIONS},
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=1)}\n".encode()


def _claim(claim: Claim, run: Run) -> dict[str, Any]:
    return {
        "says": claim.says,
        "outputs": list(run.subject.of_formats(claim.outputs)),
        "where": claim.where,
        "shown_by": list(claim.shown_by),
        "by_person": claim.by_person,
    }


def _record(record: Record) -> dict[str, Any]:
    told = asdict(record.made)
    return told | {"date": record.made.date.isoformat() if record.made.date else ""}
