"""veraPDF 1.28 from Maven, and the two things it says: how many rules it has looked at, and which fail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import VENV, java

JAR = VENV / "verapdf/greenfield-apps-1.28.2.jar"
MAIN = "org.verapdf.apps.GreenfieldCliWrapper"


@dataclass(frozen=True)
class Verdict:
    rules: int
    failed: dict[str, tuple[int, str]]  # "clause-test": how often, and what the rule demands


def verdict(pdf: Path, flavour: str) -> Verdict:
    """`flavour` as veraPDF calls it: ua1, ua2, 2a …"""
    (found,) = verdicts(pdf, flavour).values()
    return found


def verdicts(place: Path, flavour: str) -> dict[str, Verdict]:
    """By name: of a file, or of all in a folder."""
    done = java(JAR, "veraPDF", "-f", flavour, "--format", "json", place, main=MAIN)
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    jobs = json.loads(done.stdout)["report"]["jobs"]
    return {Path(job["itemDetails"]["name"]).name: _verdict(job) for job in jobs}


def _verdict(job: Any) -> Verdict:
    (result,) = job["validationResult"]
    details = result["details"]
    failed = {
        f"{rule['clause']}-{rule['testNumber']}": (rule["failedChecks"], rule["description"])
        for rule in details["ruleSummaries"]
        if rule["ruleStatus"] == "FAILED"
    }
    assert result["compliant"] == (not failed)
    assert len(failed) == details["failedRules"]
    return Verdict(details["passedRules"] + details["failedRules"], failed)
