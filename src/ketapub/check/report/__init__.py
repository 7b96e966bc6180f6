"""What the gate leaves in the output folder for people and for programs: a run comes in, report.html and report.json go
out. `sarif` besides is written where somebody asks for it."""

from __future__ import annotations

from ketapub.check.report.as_json import report_json
from ketapub.check.report.page import report_page
from ketapub.check.report.run import Run
from ketapub.outputs import Bundle, OutputFile

PAGE, JSON = "report.html", "report.json"


def report_files(run: Run) -> Bundle:
    return OutputFile(PAGE, report_page(run)), OutputFile(JSON, report_json(run))
