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
from ketapub.cli import main
from ketapub.handouts import clinic_table
from ketapub.handouts.clinic_table import COLUMNS, MOST_COLUMNS, read_table_of_clinics, template
from ketapub.handouts.clinics import Clinic, Extra, Phone, read_clinics, schema
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
language = "en-us"
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
            language="en-US",
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
    where = {"handouts.clinics": Position("book.toml", 5, 1)}
    info = Info(book=INFO.book, handouts=HandoutSettings(clinics="ours/"), where=where)
    clinics, problems = read(tmp_path, {"clinics/second.toml": ENOUGH}, info)
    assert clinics == ()
    assert told(problems) == ['book.toml:5:1: error[missing-file]: no file of the book fits "ours/*.toml"']
    (clinic,), _ = read(tmp_path, {"ours/third.toml": ENOUGH}, info)
    assert clinic.id == "third"


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
    assert found["oneOf"] == [{"required": ["phone"]}, {"required": ["phones"]}]


def test_the_samples_of_our_book_are_right() -> None:
    problems = Problems()
    root = Path(__file__).parents[1] / "manuscript"
    hilltop, riverbend = read_clinics(BookFolder(root), INFO, problems)
    assert told(problems) == []
    assert hilltop.name.startswith("Sample: ")
    assert riverbend.name.startswith("Sample: ")
    assert (hilltop.letterhead, hilltop.picture, hilltop.after_hours) == ("preprinted", None, "none")
    assert (riverbend.letterhead, riverbend.picture is None) == ("full", False)
    numbers = [one.number for clinic in (hilltop, riverbend) for one in clinic.phones]
    assert all(number.startswith("555-555-01") for number in numbers)


# --- mistakes in it ---

EXTRA = '{text = "Words.", approved-by = "Dr. Sample", date = 2026-11-23}'
LOGO = ENOUGH + 'logo = "{}"\n'

BROKEN: Mapping[str, tuple[str, list[str]]] = {
    "it is no TOML": (
        ENOUGH + "hours = 8 to 5\n",
        [":4:11: error[broken-toml]: expected newline or end of document after a statement"],
    ),
    "it is empty": (
        "",
        [
            ': error[missing-setting]: clinics/second.toml needs "name"',
            ': error[missing-setting]: clinics/second.toml needs "after-hours"',
            ': error[missing-setting]: clinics/second.toml needs "phone"',
        ],
    ),
    "a slip of the pen": (
        ENOUGH + 'adress = ["1 Sample Street"]\n',
        [':4:1: error[unknown-setting]: no setting "adress" in clinics/second.toml'],
    ),
    "a table that there is not": (
        ENOUGH + '[crises]\ncall = "988"\n',
        [':4:2: error[unknown-setting]: no setting "crises" in clinics/second.toml'],
    ),
    "a phone left blank": (
        NAME + NIGHT + 'phone = ""\n',
        [":3:1: error[missing-setting]: a clinic needs a phone"],
    ),
    "a phone that no one can dial": (
        NAME + NIGHT + 'phone = "ask at the desk"\n',
        [':3:1: error[wrong-setting]: phone: "ask at the desk" is no phone number'],
    ),
    "a phone as a number": (
        NAME + NIGHT + "phone = 5555550101\n",
        [":3:1: error[wrong-setting]: phone must be a text in quotes, not a number"],
    ),
    "two phones in one": (
        NAME + NIGHT + 'phone = "555-555-0101 or 555-555-0103 or later"\n',
        [":3:1: error[wrong-setting]: phone has 37 characters, more than 30"],
    ),
    "one phone and several": (
        ENOUGH + 'phones = [{number = "555-555-0103"}]\n',
        [":2:1: error[broken-clinic]: a clinic has phone or phones, not both"],
    ),
    "nine phones": (
        NAME + NIGHT + "phones = [\n" + '{number = "555-555-0103"},\n' * 9 + "]\n",
        [":12:1: error[wrong-setting]: phones has 9 entries; there is room for 8"],
    ),
    "a label without a phone": (
        NAME + NIGHT + 'phones = [{label = "Front desk"}]\n',
        [':3:11: error[missing-setting]: entry 1 of phones needs "number"'],
    ),
    "nothing about nights": (
        NAME + PHONE,
        [': error[missing-setting]: clinics/second.toml needs "after-hours"'],
    ),
    "no phone at night, and no words for it": (
        NAME + PHONE + 'after-hours = "none"\n',
        [':3:1: error[missing-setting]: after-hours = "none" needs "nights"'],
    ),
    "words for nights beside a phone": (
        ENOUGH + 'nights = "No one answers."\n',
        [':4:1: error[broken-clinic]: nights is printed with after-hours = "none" only'],
    ),
    "a blank name": (
        'name = "  "\n' + PHONE + NIGHT,
        [":1:1: error[wrong-setting]: name is blank"],
    ),
    "a very long name": (
        f'name = "{"x" * 81}"\n' + PHONE + NIGHT,
        [":1:1: error[wrong-setting]: name has 81 characters, more than 80"],
    ),
    "a name that turns the direction": (
        'name = "Sample: \\u202Ecinilc"\n' + PHONE + NIGHT,
        [":1:1: error[broken-clinic]: name holds U+202E (RIGHT-TO-LEFT OVERRIDE), which no one can see"],
    ),
    "a name with an isolate": (
        'name = "Sample: \\u2066Clinic"\n' + PHONE + NIGHT,
        [":1:1: error[broken-clinic]: name holds U+2066 (LEFT-TO-RIGHT ISOLATE), which no one can see"],
    ),
    "a name with a control character": (
        'name = "Sample: \\u0007Clinic"\n' + PHONE + NIGHT,
        [":1:1: error[wrong-setting]: name holds the control character U+0007"],
    ),
    "a name with an emoji": (
        'name = "Sample: 🌞"\n' + PHONE + NIGHT,
        [":1:1: error[missing-glyph]: name holds U+1F31E (SUN WITH FACE), for which there is no letter in the fonts"],
    ),
    "a long line of the address": (
        ENOUGH + f'address = ["1 Sample Street", "{"x" * 61}"]\n',
        [":4:31: error[wrong-setting]: entry 2 of address has 61 characters, more than 60"],
    ),
    "an address of four lines": (
        ENOUGH + 'address = ["a", "b", "c", "d"]\n',
        [":4:27: error[wrong-setting]: address has 4 entries; there is room for 3"],
    ),
    "an address in one text": (
        ENOUGH + 'address = "1 Sample Street"\n',
        [":4:1: error[wrong-setting]: address must be a list in brackets, not a text"],
    ),
    "a letterhead that there is not": (
        ENOUGH + 'letterhead = "pre-printed"\n',
        [':4:1: error[wrong-setting]: letterhead cannot be "pre-printed"'],
    ),
    "paper that there is not": (
        ENOUGH + 'paper = "legal"\n',
        [':4:1: error[wrong-setting]: paper cannot be "legal"'],
    ),
    "another language than the book's": (
        ENOUGH + 'language = "es"\n',
        [':4:1: error[wrong-setting]: there are no handouts in "es": the book is in "en-US"'],
    ),
    "a language by its name": (
        ENOUGH + 'language = "english"\n',
        [':4:1: error[wrong-setting]: language: "english" is no language tag'],
    ),
    "a handout by its label": (
        ENOUGH + 'handouts = ["h1-start", "H2"]\n',
        [':4:25: error[wrong-setting]: no handout "H2"'],
    ),
    "a handout twice": (
        ENOUGH + 'handouts = ["h1-start", "h1-start"]\n',
        [':4:25: error[wrong-setting]: handouts names "h1-start" twice'],
    ),
    "crisis help that leaves out emergencies": (
        ENOUGH + '[crisis]\ncall = "988"\n',
        [":4:2: error[broken-clinic]: [crisis] names too little help"],
    ),
    "crisis help that turns the direction": (
        ENOUGH + '[crisis]\ncall = "9\\u202E88"\nemergency = "911"\n',
        [":5:1: error[broken-clinic]: call holds U+202E (RIGHT-TO-LEFT OVERRIDE), which no one can see"],
    ),
    "crisis help that never ends": (
        ENOUGH + f'[crisis]\ncall = "988"\nemergency = "911"\nmore = ["{"x" * 161}"]\n',
        [":7:9: error[wrong-setting]: entry 1 of more has 161 characters, more than 160"],
    ),
    "four lines of its own": (
        ENOUGH + f"extra = [\n{EXTRA},\n{EXTRA},\n{EXTRA},\n{EXTRA}]\n",
        [":8:1: error[wrong-setting]: extra has 4 entries; there is room for 3"],
    ),
    "a line of its own that nobody answers for": (
        ENOUGH + 'extra = [{text = "Words.", date = 2026-11-23}]\n',
        [':4:10: error[missing-setting]: entry 1 of extra needs "approved-by"'],
    ),
    "a line of its own without a day": (
        ENOUGH + 'extra = [{text = "Words.", approved-by = "Dr. Sample", date = "2026"}]\n',
        [":4:56: error[wrong-setting]: date must be a date, not a text"],
    ),
    "a line of its own that fills the sheet": (
        ENOUGH + f'extra = [{{text = "{"x" * 161}", approved-by = "Dr. Sample", date = 2026-11-23}}]\n',
        [":4:11: error[wrong-setting]: text has 161 characters, more than 160"],
    ),
    "a logo that is not there": (
        LOGO.format("clinics/logo.svg"),
        [":4:1: error[missing-file]: no file clinics/logo.svg in the book"],
    ),
    "a logo outside of the book": (
        LOGO.format("../logo.svg"),
        [':4:1: error[outside-book]: "../logo.svg" leads out of the book folder'],
    ),
    "a logo from the network": (
        LOGO.format("https://example.org/logo.svg"),
        [':4:1: error[network-address]: "https://example.org/logo.svg" is an address, not a file of the book'],
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_told_of_and_the_others_are_given(case: str, tmp_path: Path) -> None:
    text, wanted = BROKEN[case]
    files = {"clinics/first.toml": ENOUGH, "clinics/second.toml": text, "clinics/third.toml": ENOUGH}
    clinics, problems = read(tmp_path, files)
    assert told(problems) == [f"clinics/second.toml{one}" for one in wanted]
    assert [one.id for one in clinics] == ["first", "third"]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("general.toml", '"general" cannot name a clinic here: it is the name of the set without a clinic'),
        ("River Street.toml", '"River Street" cannot name a clinic'),
        ("con.toml", '"con" cannot name a clinic'),
    ],
)
def test_a_file_is_named_as_a_folder_can_be(file: str, message: str, tmp_path: Path) -> None:
    clinics, problems = read(tmp_path, {f"clinics/{file}": ENOUGH, "clinics/third.toml": ENOUGH})
    assert told(problems) == [f"clinics/{file}: error[broken-clinic]: {message}"]
    assert [one.id for one in clinics] == ["third"]


def test_what_the_book_weighs_as_a_warning_leaves_a_clinic_in(tmp_path: Path) -> None:
    (tmp_path / "clinics").mkdir()
    (tmp_path / "clinics/a.toml").write_text(f'name = "診"\n{PHONE}{NIGHT}', encoding="utf-8")
    problems = Problems()
    problems.severities = {"missing-glyph": "warning"}
    assert [one.id for one in read_clinics(BookFolder(tmp_path), INFO, problems)] == ["a"]
    assert [one.severity for one in problems.found] == ["warning"]


# --- logos ---


def read_logo(folder: Path, name: str, data: str | bytes) -> tuple[Logo | None, Problems]:
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    problems = Problems()
    return Logos(BookFolder(folder)).read(name, Position("clinics/a.toml", 4, 1), problems), problems


def test_a_clinic_brings_its_logo(tmp_path: Path) -> None:
    text = LOGO.format("clinics/logo.svg")
    files = {"clinics/a.toml": text, "clinics/b.toml": text, "clinics/logo.svg": SVG.format(RIVER)}
    (first, second), problems = read(tmp_path, files)
    assert told(problems) == []
    assert first.picture is not None
    assert first.picture is second.picture
    assert (first.picture.media_type, first.picture.width, first.picture.height) == ("image/svg+xml", 128, 42.67)


def test_a_broken_logo_costs_every_clinic_that_names_it(tmp_path: Path) -> None:
    text = LOGO.format("logo.svg")
    files = {"clinics/a.toml": text, "clinics/b.toml": text, "clinics/c.toml": ENOUGH}
    clinics, problems = read(tmp_path, {**files, "logo.svg": SVG.format("<script/>" + RIVER)})
    assert [one.id for one in clinics] == ["c"]
    assert told(problems) == [
        "logo.svg:1: error[svg-not-allowed]: <script> may not stand in a drawing",
        "clinics/b.toml:4:1: error[broken-logo]: logo.svg cannot be printed",
    ]


def test_a_drawing_becomes_grey(tmp_path: Path) -> None:
    drawing = (
        '<style>.wave { fill: rgb(255, 0, 0) }</style><linearGradient id="g"><stop stop-color="blue"/>'
        '<stop offset="1" stop-color="rgba(0, 255, 0, .5)"/></linearGradient>'
        '<path class="wave" d="M0 0h9v9z"/><path d="M9 0h9v9z" fill="url(#g)" stroke="device-cmyk(0 0 1 0)"/>'
    )
    logo, problems = read_logo(tmp_path, "logo.svg", SVG.format(drawing))
    assert told(problems) == []
    assert logo is not None
    text = logo.data.decode()
    assert '<path d="M0 0h9v9z" fill="#4c4c4c"/>' in text
    assert '<stop stop-color="#1d1d1d"/><stop offset="1" stop-color="rgba(150,150,150,0.5)"/>' in text
    assert 'fill="url(#i1)" stroke="#e2e2e2"' in text


@pytest.mark.parametrize(("form", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "L"), ("JPEG", "RGB")])
def test_a_picture_becomes_grey_and_no_finer_than_print(form: str, mode: str, tmp_path: Path) -> None:
    ink = {"RGB": (200, 0, 0), "RGBA": (200, 0, 0, 255), "L": 60}[mode]
    logo, problems = read_logo(tmp_path, "logo.bin", picture((2560, 920), form, mode, ink))
    assert told(problems) == []
    assert logo is not None
    assert (logo.media_type, logo.width, logo.height) == ("image/png", 128, 46)
    with Image.open(io.BytesIO(logo.data)) as made:
        assert (made.mode, made.size, made.info) == ("L", (1067, 383), {})
        assert made.getpixel((500, 10)) == 255
        assert made.getpixel((500, 370)) == pytest.approx(60, abs=1)


def test_what_shines_through_lies_on_white(tmp_path: Path) -> None:
    data = picture((400, 200), mode="RGBA", ink=(0, 0, 0, 0))
    half = Image.open(io.BytesIO(data))
    half.paste((0, 0, 0, 128), (0, 0, 200, 200))
    out = io.BytesIO()
    half.save(out, "PNG")
    logo, _ = read_logo(tmp_path, "logo.png", out.getvalue())
    assert logo is not None
    with Image.open(io.BytesIO(logo.data)) as made:
        assert (made.getpixel((10, 10)), made.getpixel((390, 190))) == (127, 255)


def test_a_tall_logo_fits_and_a_photo_stands_upright(tmp_path: Path) -> None:
    tall, _ = read_logo(tmp_path, "tall.png", picture((300, 600)))
    assert tall is not None
    assert (tall.width, tall.height) == (23, HEIGHT)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned to its side
    turned, _ = read_logo(tmp_path, "turned.jpg", picture((200, 800), "JPEG", exif=exif))
    assert turned is not None
    assert (turned.width, turned.height) == (WIDTH, 32)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def only_a_head(width: int, height: int) -> bytes:
    """The beginning of a PNG, which says how large it is."""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def animated() -> bytes:
    out = io.BytesIO()
    red, blue = (Image.new("RGB", (400, 200), name) for name in ("red", "blue"))
    red.save(out, "PNG", save_all=True, append_images=[blue])
    return out.getvalue()


HERE = "clinics/a.toml:4:1: error"
NOT_WELL = "no well-formed XML: Opening and ending tag mismatch: g line 1 and svg"
BROKEN_LOGOS: Mapping[str, tuple[str | bytes, str]] = {
    "script.svg": (
        SVG.format("<script>alert(1)</script>" + RIVER),
        "script.svg:1: error[svg-not-allowed]: <script> may not stand in a drawing",
    ),
    "event.svg": (
        SVG.format('<path d="M0 0h9v9z" onload="x()"/>'),
        'event.svg:1: error[svg-not-allowed]: onload="x()" on <path> is not allowed',
    ),
    "linked.svg": (
        SVG.format('<image href="https://example.org/logo.png" width="9" height="9"/>' + RIVER),
        "linked.svg:1: error[svg-not-allowed]: <image> may not stand in a drawing",
    ),
    "other.svg": (
        SVG.format('<use href="other.svg#a"/>' + RIVER),
        'other.svg:1: error[svg-not-allowed]: href="other.svg#a" on <use> leads outside the drawing',
    ),
    "entity.svg": (
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG.format("<text>&a;</text>"),
        'entity.svg:1: error[svg-not-allowed]: the drawing declares its own entities ("a")',
    ),
    "open.svg": (
        '<svg xmlns="http://www.w3.org/2000/svg"><g></svg>',
        f"open.svg:1:50: error[broken-svg]: {NOT_WELL}",
    ),
    "sizeless.svg": (
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "sizeless.svg:1: error[broken-svg]: nothing says how large the drawing is",
    ),
    "white.svg": (
        SVG.format('<path d="M0 0h9v9z" fill="#fff"/><path d="M0 0h9v9z" display="none"/>'),
        f"{HERE}[broken-logo]: white.svg shows nothing: all of it has one colour",
    ),
    "thin.svg": (
        SVG.replace("120 40", "40 900").format(RIVER),
        f"{HERE}[broken-logo]: thin.svg would be printed 2 × 46 points large, too narrow to make out",
    ),
    "bomb.png": (
        only_a_head(30_000, 30_000),
        f"{HERE}[broken-image]: bomb.png has 30000 × 30000 pixels, more than 12 million",
    ),
    "large.png": (
        only_a_head(4_000, 3_001),
        f"{HERE}[broken-image]: large.png has 4000 × 3001 pixels, more than 12 million",
    ),
    "heavy.png": (
        picture((800, 288)) + bytes(3_000_000),
        f"{HERE}[file-too-large]: heavy.png has 3 MB, more than 2 MB",
    ),
    "cut.png": (
        picture((800, 288))[:150],
        f"{HERE}[broken-image]: cut.png cannot be read: image file is truncated",
    ),
    "print.jpg": (
        picture((800, 288), "JPEG", "CMYK", (255, 0, 0, 0)),
        f"{HERE}[image-format]: print.jpg has the colours of print (CMYK)",
    ),
    "moving.png": (
        animated(),
        f"{HERE}[animated-image]: moving.png is animated",
    ),
    "logo.gif": (
        picture((800, 288), "GIF", "L", 0),
        f"{HERE}[image-format]: logo.gif is no SVG, PNG or JPEG",
    ),
    "words.png": (
        "no picture",
        f"{HERE}[image-format]: words.png is no SVG, PNG or JPEG",
    ),
    "coarse.png": (
        picture((200, 72)),
        f"{HERE}[broken-logo]: coarse.png has 200 × 72 pixels, fewer than 150 an inch where it is printed",
    ),
    "white.png": (
        picture((800, 288), ink="white"),
        f"{HERE}[broken-logo]: white.png shows nothing: all of it has one colour",
    ),
    "clear.png": (
        picture((800, 288), mode="RGBA", ink=(0, 0, 0, 0)),
        f"{HERE}[broken-logo]: clear.png shows nothing: all of it has one colour",
    ),
}


@pytest.mark.parametrize("name", BROKEN_LOGOS)
def test_a_logo_that_cannot_be_printed_is_told_of(name: str, tmp_path: Path) -> None:
    data, wanted = BROKEN_LOGOS[name]
    _, problems = read_logo(tmp_path, name, data)
    assert told(problems) == [wanted]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("faint.svg", SVG.format('<path d="M0 0h9v9z" fill="#f7d98b"/>')),
        ("faint.png", picture((800, 288), ink=(240, 200, 90))),
    ],
)
def test_a_faint_logo_is_warned_of(name: str, data: str | bytes, tmp_path: Path) -> None:
    logo, problems = read_logo(tmp_path, name, data)
    assert logo is not None
    (one,) = told(problems)
    assert one.startswith(f"clinics/a.toml:4:1: warning[faint-logo]: {name} is faint")


def test_one_dark_part_in_twenty_is_enough(tmp_path: Path) -> None:
    for height, warnings in ((10, 0), (6, 1)):  # of 144 faint rows
        made = Image.open(io.BytesIO(picture((800, 288), mode="L", ink=200)))
        made.paste(0, (0, 288 - height, 800, 288))
        out = io.BytesIO()
        made.save(out, "PNG")
        assert len(read_logo(tmp_path, "logo.png", out.getvalue())[1].found) == warnings


# --- tables ---

HEAD = "name,phone,after-hours"
ROW = "Sample: A,555-555-0101,555-555-0102"


def read_table(folder: Path, data: str | bytes, taken: tuple[str, ...] = ()) -> tuple[tuple[Clinic, ...], Problems]:
    """The clinics of a table beside a book that has two handouts and no clinics."""
    read(folder, {})
    problems = Problems()
    data = data.encode() if isinstance(data, str) else data
    return read_table_of_clinics("list.csv", data, BookFolder(folder), INFO, problems, taken), problems


def workbook(*rows: list[Any]) -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def test_the_command_writes_a_template_and_keeps_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("clinics.csv", "clinics-2.csv"):
        assert main(["handouts", "--template", str(tmp_path / "clinics.csv")]) == 0
        assert capsys.readouterr().out.startswith(f"{tmp_path / name} holds two invented clinics")
        assert (tmp_path / name).read_bytes() == template("clinics.csv")
    with pytest.raises(SystemExit, match="2"):
        main(["handouts", "--template", str(tmp_path / "none/clinics.csv")])


@pytest.mark.parametrize("file", ["clinics.csv", "clinics.XLSX"])
def test_the_template_is_a_table_of_two_samples(file: str, tmp_path: Path) -> None:
    clinics, problems = read_table(tmp_path, template(file))
    assert told(problems) == []
    assert [one.id for one in clinics] == ["sample-river-street", "sample-north-hill"]
    assert all(one.name.startswith("Sample: ") for one in clinics)
    river, hill = clinics
    assert river.phones == (
        Phone(number="555-555-0111", label="Front desk"),
        Phone(number="555-555-0112", label="Nurse line"),
    )
    assert (hill.after_hours, hill.letterhead, hill.sizes) == ("none", "preprinted", "standard")
    assert hill.extra[0].date == datetime.date(2026, 11, 23)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_spreadsheets_write_tables_in_many_ways(encoding: str, separator: str, end: str, tmp_path: Path) -> None:
    rows = (HEAD, "Sample: Café – 1,0049 555 0101,555-555-0102", "", "Sample: B,555-555-0101,555-555-0102,,")
    text = "".join(row.replace(",", separator) + end for row in rows)
    clinics, problems = read_table(tmp_path, text.encode(encoding))
    assert told(problems) == []
    assert [(one.id, one.name, one.phone) for one in clinics] == [
        ("sample-cafe-1", "Sample: Café – 1", "0049 555 0101"),
        ("sample-b", "Sample: B", "555-555-0101"),
    ]


def test_cells_in_quotes_may_hold_anything(tmp_path: Path) -> None:
    text = f'{HEAD},nights\n"Sample:\nA, ""B""",555-555-0101,none,"No one\r\nanswers."\n'
    (clinic,), problems = read_table(tmp_path, text)
    assert told(problems) == []
    assert (clinic.name, clinic.nights) == ('Sample: A, "B"', "No one answers.")


def test_gaps_between_columns_are_closed(tmp_path: Path) -> None:
    text = f"id,{HEAD},address-1,address-3,phone-4,handouts,crisis-call,crisis-emergency,crisis-more\n"
    text += f"north,{ROW},1 Sample Street,Sampletown,555-555-0104,h1-start  h2-day,555-555-0199,112,Words.\n"
    (clinic,), problems = read_table(tmp_path, text)
    assert told(problems) == []
    assert clinic.id == "north"
    assert clinic.address == ("1 Sample Street", "Sampletown")
    assert [one.number for one in clinic.phones] == ["555-555-0101", "555-555-0104"]
    assert clinic.handouts == ("h1-start", "h2-day")
    assert clinic.crisis == CrisisSettings(call="555-555-0199", emergency="112", more=("Words.",))


def test_a_workbook_keeps_text_and_days(tmp_path: Path) -> None:
    head = [*HEAD.split(","), "extra-1", "extra-1-approved-by", "extra-1-date"]
    row = ["Sample: A", "00555 0101", "555-555-0102", "Words.", "Dr. Sample", datetime.date(2026, 11, 23)]
    (clinic,), problems = read_table(tmp_path, workbook(head, row))
    assert told(problems) == []
    assert clinic.phone == "00555 0101"
    assert clinic.extra == (Extra(text="Words.", approved_by="Dr. Sample", date=datetime.date(2026, 11, 23)),)


def test_every_column_leads_to_a_setting(tmp_path: Path) -> None:
    """A table that uses all of them is read, and nothing in it is left out."""
    cells = dict.fromkeys(COLUMNS, "555-0101")
    cells |= {"id": "all", "after-hours": "none", "letterhead": "none", "language": "en", "paper": "a4"}
    cells |= {"sizes": "both", "handouts": "h1-start", "crisis-chat": "https://example.org", "logo": "logo.svg"}
    cells |= {f"extra-{number}-date": "2026-11-23" for number in (1, 2, 3)}
    (tmp_path / "logo.svg").write_text(SVG.format(RIVER), encoding="utf-8")
    (clinic,), problems = read_table(tmp_path, f"{','.join(cells)}\n{','.join(cells.values())}\n")
    assert told(problems) == []
    assert len(cells) <= MOST_COLUMNS
    assert (len(clinic.phones), len(clinic.address), len(clinic.extra)) == (8, 3, 3)
    assert clinic.picture is not None


BROKEN_ROWS: Mapping[str, tuple[str, str, list[str]]] = {
    "a cell left out": ("", "Sample: B,555-555-0101", ['2: error[missing-setting]: list.csv needs "after-hours"']),
    "a cell too many": (
        "",
        "Sample: B,555-555-0101,555-555-0102,x",
        ["2:4: error[broken-clinic]: the cell stands in a column without a heading"],
    ),
    "a name that turns the direction": (
        "",
        "Sample: \u202eB,555-555-0101,555-555-0102",
        ["2:1: error[broken-clinic]: name: name holds U+202E (RIGHT-TO-LEFT OVERRIDE), which no one can see"],
    ),
    "a day as spreadsheets show it": (
        ",extra-1,extra-1-approved-by,extra-1-date",
        "Sample: B,555-555-0101,555-555-0102,Words.,Dr. Sample,11/23/2026",
        ['2:6: error[wrong-setting]: extra-1-date: "11/23/2026" is no date'],
    ),
    "a long line of the address": (
        ",address-1,address-3",
        f"Sample: B,555-555-0101,555-555-0102,,{'x' * 61}",
        ["2:5: error[wrong-setting]: address-3: entry 1 of address has 61 characters, more than 60"],
    ),
    "a label without a phone": (
        ",phone-3-label",
        "Sample: B,555-555-0101,555-555-0102,Front desk",
        ['2:4: error[missing-setting]: phone-3-label: entry 2 of phones needs "number"'],
    ),
    "crisis help that leaves out emergencies": (
        ",crisis-call",
        "Sample: B,555-555-0101,555-555-0102,988",
        ["2:4: error[broken-clinic]: crisis-call: [crisis] names too little help"],
    ),
    "a handout that there is not": (
        ",handouts",
        "Sample: B,555-555-0101,555-555-0102,h1-start h3-gone",
        ['2:4: error[wrong-setting]: handouts: no handout "h3-gone"'],
    ),
    "a logo that is not there": (
        ",logo",
        "Sample: B,555-555-0101,555-555-0102,logo.svg",
        ["2:4: error[missing-file]: logo: no file logo.svg in the book"],
    ),
    "an id that names no folder": (
        ",id",
        "Sample: B,555-555-0101,555-555-0102,r/s",
        ['2:4: error[broken-clinic]: id: "r/s" cannot name a clinic'],
    ),
    "an id that another clinic has": (
        ",id",
        "Sample: B,555-555-0101,555-555-0102,taken",
        ['2:4: error[broken-clinic]: id: there is a clinic "taken" already'],
    ),
}


@pytest.mark.parametrize("case", BROKEN_ROWS)
def test_a_broken_row_is_told_of_and_the_others_are_given(case: str, tmp_path: Path) -> None:
    columns, row, wanted = BROKEN_ROWS[case]
    clinics, problems = read_table(tmp_path, f"{HEAD}{columns}\n{row}\n{ROW}\n", taken=("taken",))
    assert told(problems) == [f"list.csv:{one}" for one in wanted]
    assert [one.id for one in clinics] == ["sample-a"]


def test_two_rows_of_one_name_need_ids(tmp_path: Path) -> None:
    clinics, problems = read_table(tmp_path, f"{HEAD}\n{ROW}\n{ROW}\n")
    assert [one.id for one in clinics] == ["sample-a"]
    message = 'name: there is a clinic "sample-a" already, at list.csv:2:1'
    assert told(problems) == [f"list.csv:3:1: error[broken-clinic]: {message}"]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (5555550101, "the cell holds 5555550101 and not text, so zeros in front may be lost"),
        (True, "the cell holds True and not text, so zeros in front may be lost"),
        ("=1+1", "the cell holds a formula"),
        ("#N/A", "the cell holds an error (#N/A)"),
        (datetime.date(2026, 8, 5), "the cell holds a date"),
    ],
)
def test_a_cell_of_a_workbook_that_is_no_text_is_told_of(value: object, fault: str, tmp_path: Path) -> None:
    data = workbook(HEAD.split(","), ["Sample: B", value, "555-555-0102"], ROW.split(","))
    clinics, problems = read_table(tmp_path, data)
    assert told(problems) == [f"list.csv:2:2: error[broken-clinic]: phone: {fault}"]
    assert [one.id for one in clinics] == ["sample-a"]


NO_HEADINGS = "1: error[broken-clinic-table]: the first row holds no headings of clinics"
UNREADABLE = "the row cannot be read"
BROKEN_TABLES: Mapping[str, tuple[str | bytes, list[str]]] = {
    "nothing": ("", [NO_HEADINGS]),
    "no headings": (ROW, [NO_HEADINGS]),
    "a mark in front, and a column missing": (
        "\ufeffname,phone\nSample: A,555-555-0101\n",
        ['1: error[missing-setting]: the table has no column "after-hours"'],
    ),
    "a heading that there is not": (
        f"{HEAD},adress-1\n{ROW},x\n",
        ['1:4: error[unknown-setting]: no column has the heading "adress-1"'],
    ),
    "headings alone": (
        f"{HEAD}\n\n",
        [" error[broken-clinic-table]: the table holds no clinic below its headings"],
    ),
    "a workbook with a column far away": (
        workbook([*HEAD.split(","), *[None] * 60, "logo"], ROW.split(",")),
        [f"1: error[broken-clinic-table]: the row has more than {MOST_COLUMNS} cells"],
    ),
    "a heading twice": (
        f"{HEAD},name\n{ROW},x\n",
        ['1:4: error[broken-clinic-table]: two columns have the heading "name"'],
    ),
    "an open quotation mark": (
        f'{HEAD}\n"{ROW}\n',
        [f"2: error[broken-clinic-table]: {UNREADABLE}: unexpected end of data"],
    ),
    "a quotation mark inside": (
        f'{HEAD}\n"Sample" A,1,2\n',
        [f"2: error[broken-clinic-table]: {UNREADABLE}: the separator expected after a quotation mark"],
    ),
    "an endless cell": (
        f"{HEAD}\n{'x' * 140_000},1,2\n",
        [f"2: error[broken-clinic-table]: {UNREADABLE}: field larger than field limit (131072)"],
    ),
    "too many columns": (
        ",".join([HEAD] + ["x"] * MOST_COLUMNS),
        [f"1: error[broken-clinic-table]: the row has more than {MOST_COLUMNS} cells"],
    ),
    "UTF-16": (f"{HEAD}\n{ROW}\n".encode("utf-16"), [" error[invalid-utf-8]: the table is UTF-16"]),
    "bytes of no encoding": (
        f"{HEAD}\n".encode() + b"Sample: \x81,1,2\n",
        ["2: error[invalid-utf-8]: the byte 0x81 is neither UTF-8 nor Windows-1252"],
    ),
    "an old workbook": (
        b"\xd0\xcf\x11\xe0" + bytes(100),
        [" error[broken-clinic-table]: the table is an old workbook (XLS) or has a password"],
    ),
    "a damaged workbook": (
        workbook(HEAD.split(","))[:2000],
        [" error[broken-clinic-table]: the workbook cannot be read: File is not a zip file"],
    ),
    "a workbook that bursts": (
        archive(bomb=bytes(101_000_000)),
        [" error[broken-clinic-table]: the workbook unpacks to 101 MB"],
    ),
    "a huge file": (bytes(20_000_001), [" error[file-too-large]: list.csv has 20.0 MB, more than 20 MB"]),
}


@pytest.mark.parametrize("case", BROKEN_TABLES)
def test_a_broken_table_is_told_of(case: str, tmp_path: Path) -> None:
    data, wanted = BROKEN_TABLES[case]
    clinics, problems = read_table(tmp_path, data)
    assert clinics == ()
    assert told(problems) == [f"list.csv:{one}" for one in wanted]


TOO_FAR = "the row stands below row 41, the last that is read"


def test_a_table_with_too_many_rows_is_read_up_to_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clinic_table, "MOST_ROWS", 40)
    rows = [[f"Sample: {number}", "555-555-0101", "555-555-0102"] for number in range(41)]
    for data in ("\n".join(map(",".join, [HEAD.split(","), *rows])).encode(), workbook(HEAD.split(","), *rows)):
        clinics, problems = read_table(tmp_path, data)
        assert len(clinics) == 40
        assert told(problems) == [f"list.csv:42: error[broken-clinic-table]: {TOO_FAR}"]


@pytest.mark.parametrize("row", [42, 43, 90, 1_048_576])
def test_a_row_behind_a_gap_is_not_lost(row: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from openpyxl import Workbook

    monkeypatch.setattr(clinic_table, "MOST_ROWS", 40)
    book, out = Workbook(), io.BytesIO()
    for number, cells in ((1, HEAD), (2, ROW), (row, ROW)):
        for column, text in enumerate(cells.split(","), 1):
            book.worksheets[0].cell(number, column, text)
    book.save(out)
    tables = [out.getvalue()]
    if row < 100:
        tables.append("\n".join([HEAD, ROW, *[""] * (row - 3), ROW]).encode())
    for data in tables:
        clinics, problems = read_table(tmp_path, data)
        assert [one.id for one in clinics] == ["sample-a"]
        assert told(problems) == [f"list.csv:{row}: error[broken-clinic-table]: {TOO_FAR}"]


def test_thousands_of_mistakes_are_counted_and_not_told(tmp_path: Path) -> None:
    clinics, problems = read_table(tmp_path, "\n".join([HEAD, *["Sample: B,none,555-555-0102"] * 1000, ROW]))
    assert [one.id for one in clinics] == ["sample-a"]
    assert len(problems.found) < 250
    assert told(problems)[-1].endswith("more clinics have mistakes and are left out")
