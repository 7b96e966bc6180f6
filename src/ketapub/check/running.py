"""Runs checks side by side: checks and a subject in; a `Result` for each check of each output, in the order of the
table, out.

What a check of an output came to is kept under the bytes of the output and the versions of the tools, so that nothing
is looked at twice.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ketapub.cache import Cache, cache_key
from ketapub.check.findings import Check, Finding, Looked, Place, Result, Subject
from ketapub.check.tools import NotRun


def run_checks(
    checks: Sequence[Check],
    subject: Subject,
    kept: Cache,
    *,
    jobs: int = 1,
    progress: Callable[[str], None] = lambda step: None,
) -> tuple[Result, ...]:
    """The work is done by outside programs for the most part, so threads are enough to keep the processors busy."""
    digests = {output: digest(path) for output, path in subject.files.items()}

    def one(work: tuple[Check, str]) -> Result:
        check, output = work
        progress(f"{check.name}: {output}")
        return _run(check, output, subject, digests[output], kept)

    work = [(check, output) for check in checks for output in subject.of_formats(check.outputs)]
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        # What takes minutes begins first: none of it is left alone at the end.
        results = dict(pool.map(lambda each: (each, one(each)), sorted(work, key=lambda each: not each[0].slow)))
    return tuple(results[each] for each in work)


def digest(path: Path) -> str:
    """SHA-256 over a file, or over a folder's files with their names."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    files = sorted(each for each in path.rglob("*") if each.is_file())
    return cache_key(*(part for each in files for part in (each.relative_to(path).as_posix(), each.read_bytes())))


def _run(check: Check, output: str, subject: Subject, digest: str, cache: Cache) -> Result:
    started = time.monotonic()
    try:
        versions = {tool.name: tool.found() for tool in check.tools}
        key = cache_key("check", check.name, subject.standard_of(output), digest, json.dumps(versions))
        kept = None if check.by_book else cache.get(key)
        looked = _read(kept) if kept else check.look(subject, output)
    except NotRun as why:
        return Result(check.name, output, "not run", reason=str(why))
    if not kept and not check.by_book:
        cache.put(key, json.dumps(asdict(looked)).encode())
    return Result(
        check.name,
        output,
        "failed" if looked.findings else "passed",
        looked.things,
        looked.unit,
        looked.findings,
        versions,
        time.monotonic() - started,
        kept is not None,
    )


def _read(kept: bytes) -> Looked:
    """What the cache holds is our own; where a finding comes from is not in it, as the manuscript may have moved."""
    stored: Any = json.loads(kept)
    findings = tuple(Finding(one["rule"], one["message"], Place(**one["place"])) for one in stored["findings"])
    return Looked(stored["things"], stored["unit"], findings)
