"""The documents are held to the code: what there is, is documented; what is documented, there is.

`make golden` writes docs/settings.md, docs/problems.md, docs/mutants.md and the table in docs/check.md anew from the
tables in the code; a person reads the difference.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from mutants import Mutant
from mutants.tables import TABLES, different
from tree import info as info_of, read

from ketapub import document as d, info
from ketapub.book_folder import BookFolder
from ketapub.callouts import ALIASES, BUILT_IN
from ketapub.check.checks import all_checks
from ketapub.check.findings import HANDOUTS, format_of
from ketapub.check.report.wcag import Shown
from ketapub.cli.arguments import parser
from ketapub.formats import FORMATS
from ketapub.handouts import clinics
from ketapub.handouts.clinic_table import COLUMNS
from ketapub.problems import Position, Problem, Problems, explanations
from ketapub.settings import settings_of

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src/ketapub"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "styles/README.md"])
# Settings that are read and checked, but that nothing uses yet: their keys in book.toml, and their names in the code.
UNUSED: Mapping[str, str] = {}
NOTES = {
    "bibliography": ["", "What each kind of file holds is told in [references.md](references.md)."],
    "booklet": ["", "How it is printed, folded and bound is told in [booklet.md](booklet.md)."],
    "print": ["", "What the spine and the cover are made of is told in [cover.md](cover.md)."],
    "press": ["", "What becomes of colours and pictures, and what the presets are, is told in [press.md](press.md)."],
    "markdown": ["", "What may stand between dollars is told in [markdown.md](markdown.md#formulas)."],
}
# No author writes these.
ONLY_RESOLVED = {d.PageMark, d.Citation, d.Reference, d.PageReference, d.Bibliography, d.Entry, d.Index, d.IndexEntry}


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> Mapping[str, argparse.ArgumentParser]:
    groups = parser()._subparsers
    assert groups is not None
    choices = groups._group_actions[0].choices
    assert isinstance(choices, Mapping)
    return choices


def options(command: argparse.ArgumentParser) -> set[str]:
    return {name for action in command._actions for name in action.option_strings if name.startswith("--")} - {"--help"}


def in_backticks(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)))


# --- the reference that is written from the code -------------------------------------------------------------------


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def plain(words: str) -> str:
    """Words that Markdown shows as they are."""
    return cell(re.sub(r"(\*|<(?=[A-Za-z/!]))", r"\\\1", words))


def sort_of(schema: Mapping[str, Any]) -> str:
    """What may be written, in words."""
    if "enum" in schema:
        return ", ".join(f"`{name}`" for name in schema["enum"] if name)
    if "anyOf" in schema:
        return " or ".join(sort_of(one) for one in schema["anyOf"])
    match schema.get("type"):
        case "array":
            count = f"{schema['minItems']} " if "minItems" in schema and "maxItems" in schema else ""
            return f"list: {count}{sort_of(schema['items'])}"
        case "object" if "properties" in schema:
            return "table: " + ", ".join(f"`{key}`" for key in schema["properties"])
        case "object":
            return f"table of names: {sort_of(schema['additionalProperties'])}"
        case "integer" | "number" as kind:
            name = "whole number" if kind == "integer" else "number"
            return f"{name}, {schema['minimum']} to {schema['maximum']}" if "minimum" in schema else name
        case "boolean":
            return "`true` or `false`"
        case "string" if schema.get("format") == "date":
            return "date"
        case list(kinds):
            return " or ".join(kinds)
        case _:
            return "text"


def default_of(schema: Mapping[str, Any]) -> str:
    value = schema.get("default", "")
    return "" if value in ("", []) else f"`{cell(json.dumps(value, ensure_ascii=False))}`"


def rows(table: Mapping[str, Any], path: str) -> Iterator[str]:
    yield "| setting | what may be written | default | what it is |"
    yield "|---|---|---|---|"
    for key, schema in table["properties"].items():
        needed = " Needed." if key in table.get("required", ()) else ""
        unused = " *Not used yet.*" if f"{path}.{key}" in UNUSED else ""
        about = plain(schema["description"])
        yield f"| `{key}` | {sort_of(schema)} | {default_of(schema)} | {about}.{needed}{unused} |"


def settings_page() -> str:
    lines = [
        "# The settings of a book",
        "",
        "Everything that `book.toml` may hold. A key that is not here is an error that names the nearest one.",
        "`ketapub config --show` prints the settings of your book with the defaults filled in, and",
        "`ketapub config --schema` this list as JSON Schema, for editors. Paths count from the folder that holds",
        "`book.toml`. What is marked *not used yet* is read and checked, but no output depends on it so far.",
        "",
        "This page is written from the code (`make golden`).",
    ]
    for key, schema in info.schema()["properties"].items():
        about = plain(schema["description"])
        unused = " *Not used yet.*" if key in UNUSED else ""
        head, table = f"[{key}]", schema
        if schema.get("type") == "array":
            head, table = f"[[{key}]]", schema["items"]
        elif "properties" not in schema:
            table = schema["additionalProperties"]
            head = f"[{key}.NAME]" if "properties" in table else head
        lines += ["", f"## `{head}`", "", f"{about}.{unused}"]
        if "properties" in table:
            lines += ["", *rows(table, key)]
        else:
            lines += ["", f"Any name may stand here, with: {sort_of(table)}."]
        lines += NOTES.get(key, [])
        if key == "checks":
            lines += [
                "",
                "Besides, any problem code of [problems.md](problems.md) that is not always an error:",
                '`image-without-alt = "warning"`. The words are `error`, `warning` and `off`.',
            ]
        if key == "callouts":
            lines += ["", "Built in are:", "", "| kind | id begins with | frame | urgency |", "|---|---|---|---|"]
            lines += [
                f"| `{kind.name}` | `{kind.prefix}-` | {kind.frame} | {kind.urgency} |" for kind in BUILT_IN.values()
            ]
    return "\n".join(lines) + "\n"


def problems_page() -> str:
    lines = [
        "# Problems and their codes",
        "",
        "A problem is printed with its place, a code in brackets and a hint. `ketapub explain CODE` prints what",
        "stands here. In `[checks]` of `book.toml` a code can be made an `error`, a `warning` or `off`, unless it is",
        "always an error.",
        "",
        "This page is written from the code (`make golden`).",
    ]
    for code, entry in sorted(explanations().items()):
        lines += ["", f"## `{code}`", "", plain(entry["what"])]
        if entry.get("always"):
            lines += ["", "Always an error."]
        for name in ("wrong", "right"):
            example = entry[name].strip("\n")
            fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", example)), default=0))
            lines += ["", f"{name.capitalize()}:", "", f"{fence}text", example, fence]
    return "\n".join(lines) + "\n"


def code(words: str) -> str:
    """Words of a manuscript, in a cell."""
    fence = "``" if "`" in words else "`"
    return cell(f"{fence} {words} {fence}" if fence == "``" else f"`{words}`")


def mutants_page() -> str:
    mutants = [mutant for table in TABLES.values() for mutant in table]
    lines = [
        "# Deliberate faults",
        "",
        "`make test-all` puts each of these faults, one at a time, into a finished output of the stock book in",
        "`tests/books/stock`, or of that with the handouts of `tests/books/handouts`, and asks a check about it as",
        "`ketapub check` does. The check has to find it by the rule that stands here, and to lead to the line of the",
        "manuscript that has these words. What has no line lies at no place of the manuscript: what is named of the",
        "output instead stands in *italics*. The same outputs without a fault pass the same checks.",
        "",
        "This page is written from the code (`make golden`).",
        "",
        "| put into | faults | with a line | led elsewhere | not found |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, table in TABLES.items():
        counted = (table, *([one for one in table if getattr(one, key)] for key in ("line", "elsewhere", "unseen")))
        lines.append(" | ".join(("", name, *(str(different(some)) for some in counted), "")).strip())
    for name in (*FORMATS, HANDOUTS):
        if own := [one for one in mutants if format_of(one.output) == name]:
            lines += ["", f"## `{name}`", "", "| fault | check: rule | led to | |", "|---|---|---|---|"]
            lines += dict.fromkeys(mutant_row(one, mutants) for one in own)
    return "\n".join(lines) + "\n"


def mutant_row(one: Mutant, mutants: list[Mutant]) -> str:
    """A row for both standards of a fault that is put into files of both."""
    same = {other.standard for other in mutants if other.name == one.name and other.output == one.output}
    if one.unseen:
        return f"| {plain(one.name)} | | | not found: {plain(one.unseen)} |"
    rule = f"`{one.check}`: {plain(one.rule)}"
    place = f"`{one.line.file}`: {code(one.line.words)}" if one.line else f"*{plain(one.place) or 'the file'}*"
    remarks = [f"led to {plain(one.elsewhere)}"] if one.elsewhere else []
    remarks += ["in PDF 2.0 alone"] if same == {"ua-2"} else []
    return f"| {plain(one.name)} | {rule} | {place} | {'; '.join(remarks)} |"


@pytest.mark.parametrize(
    ("name", "page"),
    [("docs/settings.md", settings_page), ("docs/problems.md", problems_page), ("docs/mutants.md", mutants_page)],
)
def test_golden_reference(name: str, page: Any) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        (ROOT / name).write_text(page(), encoding="utf-8")
    assert text_of(name) == page(), "run `make golden`, then read the difference"


BEGIN_CHECKS, END_CHECKS = "<!-- table of checks: written by `make golden` -->\n", "<!-- end -->\n"


def checks_table() -> str:
    lines = ["| check | where it passes | looks at | needs |", "|---|---|---|---|"]
    for check in all_checks().values():
        needs = "; ".join(f"{tool.name} {tool.wanted}".strip() for tool in check.tools)
        looks_at = ", ".join(f"`{output}`" for output in check.outputs)
        lines.append(f"| `{check.name}` | {plain(check.proves)} | {looks_at} | {needs} |")
    return "\n".join(lines) + "\n"


def test_golden_checks() -> None:
    before, rest = text_of("docs/check.md").split(BEGIN_CHECKS)
    table, after = rest.split(END_CHECKS)
    if os.environ.get("UPDATE_GOLDEN"):
        table = checks_table()
        (ROOT / "docs/check.md").write_text(f"{before}{BEGIN_CHECKS}{table}{END_CHECKS}{after}", encoding="utf-8")
    assert table == checks_table(), "run `make golden`, then read the difference"


BEGIN_CLINICS, END_CLINICS = "<!-- settings of a clinic: written by `make golden` -->\n", "<!-- end of settings -->\n"
BEGIN_COLUMNS, END_COLUMNS = "<!-- columns: written by `make golden` -->\n", "<!-- end of columns -->\n"


def clinic_settings() -> str:
    return "".join(f"{row}\n" for row in rows(clinics.schema(), ""))


def clinic_columns() -> str:
    lines = ["| column | in a file |", "|---|---|"]
    lines += [f"| `{column}` | `{re.sub(r'[.]([0-9])', '', path)}` |" for column, path in COLUMNS.items()]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("begin", "end", "written"),
    [(BEGIN_CLINICS, END_CLINICS, clinic_settings), (BEGIN_COLUMNS, END_COLUMNS, clinic_columns)],
)
def test_golden_clinics(begin: str, end: str, written: Any) -> None:
    before, rest = text_of("docs/clinics.md").split(begin)
    table, after = rest.split(end)
    if os.environ.get("UPDATE_GOLDEN"):
        table = written()
        (ROOT / "docs/clinics.md").write_text(f"{before}{begin}{table}{end}{after}", encoding="utf-8")
    assert table == written(), "run `make golden`, then read the difference"


def test_the_clinic_in_the_documents_is_right(tmp_path: Path) -> None:
    for example in re.findall(r"^```toml\n(.*?)^```$", text_of("docs/clinics.md"), re.MULTILINE | re.DOTALL):
        (tmp_path / "clinics").mkdir(exist_ok=True)
        (tmp_path / "clinics/river-street.toml").write_text(example, encoding="utf-8")
        problems = Problems()
        assert clinics.read_clinics(BookFolder(tmp_path), info_of(), problems)
        assert problems.found == []


def test_the_states_of_criteria_are_documented() -> None:
    section = text_of("docs/check.md").partition("## WCAG")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| \*(.+?)\* \|", section, re.MULTILINE)) == set(get_args(Shown))


def test_the_settings_page_names_each_setting() -> None:
    """Without the code that writes the page: the keys that the reader of book.toml knows are on it, and no others."""
    page = text_of("docs/settings.md")
    found = {}
    for head, body in re.findall(r"^## `\[+([\w-]+)[^`]*`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL):
        found[head] = set(re.findall(r"^\| `([\w-]+)` \| [^\n]+ \| [^\n]* \| ", body, re.MULTILINE)) - set(BUILT_IN)
    known = {}
    for key, one in settings_of(info.Info).items():
        schema = one.metadata["shape"].schema
        table = schema if "properties" in schema else schema.get("items") or schema.get("additionalProperties")
        known[key] = set(table.get("properties", ()))
    assert found == known


def test_what_is_called_unused_is_unused() -> None:
    read_somewhere = {
        node.attr
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert set(UNUSED.values()) & read_somewhere == set()
    text = text_of("docs/settings.md")
    assert text.count("*Not used yet.*") == len(UNUSED)


# --- commands, formats, callouts, problem codes --------------------------------------------------------------------


def test_each_command_and_option_is_documented() -> None:
    text = text_of("README.md")
    documented = {
        name: set(re.findall(r"--[a-z][a-z-]*", line))
        for name, line in re.findall(r"^ketapub ([a-z]+)\b(.*(?:\n {8,}.*)*)", text, re.MULTILINE)
    }
    assert documented == {name: options(command) for name, command in commands().items()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_command_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for quoted in in_backticks(text):
        words = quoted.split()
        if words[:1] == ["ketapub"] and len(words) > 1 and words[1] != "COMMAND":
            if words[1].startswith("-"):
                assert words[1] in ("--version", "--help"), quoted
                continue
            assert words[1] in commands(), quoted
            assert {word for word in words if word.startswith("--")} <= options(commands()[words[1]]) | {"--help"}, (
                quoted
            )
        if words[:1] == ["make"]:
            assert len(words) == 1 or re.search(rf"^{words[1]}:", text_of("Makefile"), re.MULTILINE), quoted


def test_the_problem_in_the_readme_looks_as_printed() -> None:
    block = re.search(r"^```\n(([^:\n]+):(\d+):(\d+): error\[.*?)```", text_of("README.md"), re.MULTILINE | re.DOTALL)
    assert block
    first, source, _, hint = block[1].splitlines()
    code, message = re.findall(r"error\[(.*?)\]: (.*)", first)[0]
    at = Position(block[2], int(block[3]), int(block[4]))
    problem = Problem(code, at, message, hint.removeprefix("  hint: "), source=source.strip())
    assert f"{problem}\n" == block[1]


def test_each_format_is_documented() -> None:
    outputs = re.search(r"^## Outputs\n(.*?)^## ", text_of("README.md"), re.MULTILINE | re.DOTALL)
    assert outputs
    assert set(re.findall(r"^\| `([a-z-]+)` ", outputs[1], re.MULTILINE)) == set(FORMATS)


def test_each_callout_is_documented() -> None:
    text = text_of("docs/markdown.md")
    listed = re.search(r"^\| kind .*?(?=\n\n)", text, re.MULTILINE | re.DOTALL)
    assert listed
    table = {
        name: (prefix, set(re.findall(r"`([a-z]+)`", others)))
        for name, prefix, others in re.findall(
            r"^\| `([a-z]+)` \| `@([a-z]+)-x` \| ?(.*?) ?\|$", listed[0], re.MULTILINE
        )
    }
    others = {name: {other for other, kind in ALIASES.items() if kind == name} for name in BUILT_IN}
    assert table == {name: (kind.prefix, others[name]) for name, kind in BUILT_IN.items()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_problem_code_that_is_named_exists(document: Path) -> None:
    text = "" if document.name == "problems.md" else document.read_text(encoding="utf-8")  # its examples are wrong ones
    named = set(re.findall(r"\b(?:error|warning)\[([a-z0-9-]+)\]", text)) | set(
        re.findall(r"explain ([a-z][a-z0-9-]+)", text)
    )
    named |= {
        word for word in in_backticks(text) if re.fullmatch(r"(unsupported|unknown|missing|broken)-[a-z-]+", word)
    }
    assert named - set(explanations()) == set()


# --- Markdown ------------------------------------------------------------------------------------------------------


def examples() -> list[str]:
    return re.findall(r"^````markdown\n(.*?)^````$", text_of("docs/markdown.md"), re.MULTILINE | re.DOTALL)


def test_the_examples_show_each_construct_and_are_right() -> None:
    signs = "figures/signs.toml"  # of the starter book
    included = {"parts/help.md": "Words from another file.\n", signs: text_of(f"src/ketapub/new/{signs}")}
    shown: set[type] = set()
    for example in examples():
        opening = "" if example.startswith(("# ", "---\n")) else "# Title\n\n"
        chapter, problems = read(opening + example, included, math="$$" in example, handout="\nmessage: " in example)
        assert problems.found == [], example
        shown |= {type(node) for node in d.walk_chapter(chapter)}
    nodes = {kind for kind in vars(d).values() if isinstance(kind, type) and issubclass(kind, d.Node)} - {d.Node}
    assert {kind.__name__ for kind in nodes - ONLY_RESOLVED - shown} == set()


def test_what_is_not_supported_is_listed() -> None:
    listed = {word for word in in_backticks(text_of("docs/markdown.md")) if word.startswith("unsupported-")}
    known = {code for code in explanations() if code.startswith("unsupported-")}
    assert listed == known


# --- files and links -----------------------------------------------------------------------------------------------


def test_architecture_names_what_there_is() -> None:
    text = text_of("ARCHITECTURE.md")
    listed = re.search(r"^## Map\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert listed
    named = set(re.findall(r"^\| `([^`]+)`", listed[1], re.MULTILINE))
    assert {name for name in named if not (ROOT / name).exists()} == set()
    inside = {f"src/ketapub/{path.name}{'/' * path.is_dir()}" for path in SOURCES.iterdir() if path.name[0] not in "_."}
    inside -= {"src/ketapub/py.typed"}
    assert {name for name in inside if name not in named} == set()


def test_architecture_is_short() -> None:
    assert len(text_of("ARCHITECTURE.md").splitlines()) <= 150


def test_architecture_has_the_layers() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(one for one in contracts if one["containers"] == ["ketapub"])["layers"]
    names = [[name.strip(" ()") for name in layer.split("|")] for layer in layers]
    there = [[n for n in layer if (SOURCES / n).exists() or (SOURCES / f"{n}.py").exists()] for layer in names]
    listed = re.search(
        r"^## Who may import whom\n.*?```\n(.*?)```", text_of("ARCHITECTURE.md"), re.MULTILINE | re.DOTALL
    )
    assert listed
    assert [layer.strip().split(" | ") for layer in listed[1].split(">")] == [layer for layer in there if layer]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_link_leads_to_a_file(document: Path) -> None:
    text = re.sub(r"^(`{3,}).*?^\1", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", re.sub(r"`[^`\n]+`", "", text)):
        assert "://" in target or (document.parent / target).exists(), target


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_each_path_that_is_named_is_there(document: str) -> None:
    made = ("build/", "manuscript/build")
    for word in in_backticks(text_of(document)):
        if re.fullmatch(r"(?:src|tests|styles|setup|docs|manuscript|requirements)/[\w./-]*", word) and word not in made:
            assert (ROOT / word).exists(), word


def test_the_picture_is_small() -> None:
    assert (ROOT / "docs/pages.png").stat().st_size <= 300_000
