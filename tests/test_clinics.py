"""Clinics: what their files and tables may say, and that a mistake costs one clinic, never the others."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ketapub.book_folder import BookFolder
from ketapub.handouts.clinic_table import COLUMNS, MOST_COLUMNS, MOST_ROWS, read_table_of_clinics, template
from ketapub.handouts.clinics import Clinic, Extra, Phone, named_clinics, read_clinics, schema
from ketapub.handouts.logos import HEIGHT, WIDTH, Logo, Logos
from ketapub.info import BookSettings, CrisisSettings, HandoutSettings, Info, ThemeSettings
from ketapub.problems import Position, Problems

INFO = Info(book=BookSettings(title="Book", language="en-US"), handouts=HandoutSettings(files=("handouts/*.md",)))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">{}</svg>'
RIVER = '<path d="M0 30h120v8H0z" fill="#14384a"/>'
NAME, PHONE, NIGHT = 'name = "Sample: Second"\n', 'phone = "555-555-0101"\n', 'after-hours = "555-555-0102"\n'
ENOUGH = NAME + PHONE + NIGHT


def read(folder: Path, files: Mapping[str, str | bytes], info: Info = INFO) -> tuple[tuple[Clinic, ...], Problems]:
    """The clinics of a book with these files, and two handouts."""
    for name, content in {"handouts/h1-start.md": "", "handouts/h2-day.md": "", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    problems = Problems()
    return read_clinics(BookFolder(folder), info, problems), problems


def told(problems: Problems) -> list[str]:
    """The first line of each problem: its place, code and message."""
    return [str(problem).splitlines()[0] for problem in problems.found]


def picture(
    size: tuple[int, int], form: str = "PNG", mode: str = "RGB", ink: Any = (20, 56, 74), **options: Any
) -> bytes:
    """A white picture whose lower half is of one ink."""
    made = Image.new(mode, size, "white")
    made.paste(ink, (0, size[1] // 2, *size))
    out = io.BytesIO()
    made.save(out, form, **options)
    return out.getvalue()


# --- a clinic's file ---


def test_a_clinic_is_a_file(tmp_path: Path) -> None:
    text = """
name = "Sample: Riverbend Clinic"
address = ["1 Sample Street", "Sampletown, ZZ 00001"]
phones = [{label = "Front desk", number = "555-555-0101"}, {number = "555-555-0103, ext. 4"}]
after-hours = "None"
nights = "No one answers at night. Call 911."
hours = "Monday to Friday, 8 am to 5 pm"
letterhead = "preprinted"
language = "es-us"
paper = "both"
sizes = "large"
handouts = ["h2-day"]
extra = [{text = "Park behind the house.", approved-by = "Dr. Sample", date = 2026-11-23}]

[crisis]
call = "555-555-0199"
emergency = "112"
"""
    clinics, problems = read(tmp_path, {"clinics/sample-riverbend.toml": text})
    assert told(problems) == []
    assert clinics == (
        Clinic(
            id="sample-riverbend",
            name="Sample: Riverbend Clinic",
            address=("1 Sample Street", "Sampletown, ZZ 00001"),
            phone="555-555-0101",
            phones=(Phone(label="Front desk", number="555-555-0101"), Phone(number="555-555-0103, ext. 4")),
            after_hours="none",
            nights="No one answers at night. Call 911.",
            hours="Monday to Friday, 8 am to 5 pm",
            letterhead="preprinted",
            language="es-US",
            paper="both",
            sizes="large",
            handouts=("h2-day",),
            crisis=CrisisSettings(call="555-555-0199", emergency="112"),
            extra=(Extra(text="Park behind the house.", approved_by="Dr. Sample", date=datetime.date(2026, 11, 23)),),
        ),
    )


def test_little_is_needed_and_the_rest_follows(tmp_path: Path) -> None:
    (clinic,), problems = read(tmp_path, {"clinics/second.toml": ENOUGH})
    assert told(problems) == []
    assert clinic.phones == (Phone(number="555-555-0101"),)
    assert (clinic.language, clinic.paper, clinic.sizes, clinic.letterhead) == ("en-US", "letter", "both", "full")
    assert (clinic.handouts, clinic.crisis, clinic.picture) == ((), None, None)


def test_line_breaks_are_blanks(tmp_path: Path) -> None:
    (clinic,), _ = read(tmp_path, {"clinics/a.toml": 'name = """Sample:\n  Long  name """\n' + PHONE + NIGHT})
    assert clinic.name == "Sample: Long name"


def test_a_book_need_not_have_clinics(tmp_path: Path) -> None:
    clinics, problems = read(tmp_path, {})
    assert (clinics, told(problems)) == ((), [])


def test_a_folder_that_the_book_names_must_be_there(tmp_path: Path) -> None:
    info = Info(book=INFO.book, handouts=HandoutSettings(clinics="ours/"))
    clinics, problems = read(tmp_path, {"clinics/second.toml": ENOUGH}, info)
    assert clinics == ()
    assert told(problems) == ['book.toml: error[missing-file]: no file of the book fits "ours/*.toml"']
    (clinic,), _ = read(tmp_path, {"ours/third.toml": ENOUGH}, info)
    assert clinic.id == "third"


def test_clinics_are_asked_for_by_their_ids(tmp_path: Path) -> None:
    clinics, problems = read(tmp_path, {"clinics/hilltop.toml": ENOUGH, "clinics/riverbend.toml": ENOUGH})
    assert [one.id for one in named_clinics(("riverbend", "general"), clinics, problems)] == ["riverbend"]
    assert told(problems) == []
    assert named_clinics(("hiltop",), clinics, problems) == ()
    assert str(problems.found[0]) == 'error[unknown-clinic]: no clinic "hiltop"\n  hint: did you mean "hilltop"?'


def test_a_font_of_the_book_draws_what_the_theme_cannot(tmp_path: Path) -> None:
    clinic = {"clinics/a.toml": f'name = "عيادة"\n{PHONE}{NIGHT}'}
    clinics, problems = read(tmp_path, clinic)
    assert clinics == ()
    assert {problem.code for problem in problems.found} == {"missing-glyph"}
    arabic = Path(__file__).parent / "fonts/arabic.ttf"
    info = Info(book=INFO.book, theme=ThemeSettings(fonts=("arabic.ttf",)))
    clinics, problems = read(tmp_path, {**clinic, "arabic.ttf": arabic.read_bytes()}, info)
    assert told(problems) == []
    assert clinics[0].name == "عيادة"


def test_the_schema_describes_the_file() -> None:
    found = schema()
    assert found["required"] == ["name", "after-hours"]
    assert found["properties"]["name"]["maxLength"] == 80
    assert found["properties"]["phones"]["maxItems"] == 8
    assert found["additionalProperties"] is False


# --- mistakes ---

LOGO = f'{ENOUGH}logo = "clinics/{{}}"\n'
EXTRA = '{text = "Words.", approved-by = "Dr. Sample", date = 2026-11-23}'

BROKEN: dict[str, tuple[str, list[str]]] = {
    "no TOML": (
        f"{ENOUGH}hours = 8 to 5\n",
        ["4:11: error[broken-toml]: expected newline or end of document after a statement"],
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_told_of_and_the_others_are_given(case: str, tmp_path: Path) -> None:
    text, wanted = BROKEN[case]
    files = {"clinics/first.toml": ENOUGH, "clinics/second.toml": text, "clinics/third.toml": ENOUGH}
    clinics, problems = read(tmp_path, files)
    assert told(problems) == [f"clinics/second.toml:{one}" for one in wanted]
    assert [one.id for one in clinics] == ["first", "third"]
