"""The files of a book's clinics come in, a TOML file each; out go checked clinics with their logos.

A clinic with a mistake is told of at its place and left out; the others are given all the same.
"""

# ruff: noqa: RUF009  (`setting` and `section` make dataclass fields, as `field` does)

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from ketapub.book_folder import BookFolder
from ketapub.fonts import coverage, has_glyph, read_font
from ketapub.handouts.logos import Logo, Logos
from ketapub.info import CrisisSettings, HandoutSettings, Info
from ketapub.problems import NOWHERE, Position, Problems, did_you_mean
from ketapub.settings import MOST_PROBLEMS, Place, Shape, key_of, read_table, schema_of, setting
from ketapub.shapes import DAY, LANGUAGE, PATH, choice, list_of, section, table_of, text_like
from ketapub.theme import load_theme
from ketapub.toml_file import read_toml
from ketapub.toml_places import key_places

GENERAL = "general"  # the name of the set without a clinic
LONGEST_TEXT = 160  # characters; what is printed of a clinic and has no limit of its own

_ID = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9][a-z0-9-]{0,79}")  # it names a folder, on any disk
_ID_HINT = "lower-case letters, digits and hyphens, a letter or digit first, as in river-street"
_BLANKS = re.compile(r"[ \t\r\n]+")


def line(most: int) -> Shape:
    """A text of one line, of at most so many characters. Breaks and runs of blanks become one blank."""

    def check(text: str, place: Place) -> str | None:
        text = _BLANKS.sub(" ", text).strip(" ")
        if not text:
            place.wrong(f"{place.name} is blank", "write it, or leave it out")
            return None
        if len(text) > most:
            place.wrong(f"{place.name} has {len(text)} characters, more than {most}", "it must fit on the sheet")
            return None
        return text

    return text_like(check, maxLength=most)


def _phone(text: str, place: Place) -> str | None:
    number: str | None = line(30).read(text, place)
    if number and sum(one.isdecimal() for one in number) < 3:
        place.wrong(f'{place.name}: "{number}" is no phone number', 'as in "555-555-0101" or "555-555-0101, ext. 4"')
        return None
    return number


def _night_phone(text: str, place: Place) -> str | None:
    return "none" if text.strip().lower() == "none" else _phone(text, place)


def at_most(most: int, shape: Shape) -> Shape:
    """A list with so many entries or fewer."""
    several = list_of(shape)

    def read(value: Any, place: Place) -> Any:
        if isinstance(value, list) and len(value) > most:
            place.under(most).wrong(f"{place.name} has {len(value)} entries; there is room for {most}")
            return None
        return several.read(value, place)

    return Shape(read, {**several.schema, "maxItems": most})


PHONE = text_like(_phone, maxLength=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    number: str = setting(PHONE, "", "The number as it is printed", required=True)
    label: str = setting(line(30), "", "Whose number it is, such as Front desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A line of the clinic's own. The book's reviewers have not seen it, so it names who has."""

    text: str = setting(line(LONGEST_TEXT), "", "The line, a sentence", required=True)
    approved_by: str = setting(line(80), "", "Who at the clinic answers for it", required=True)
    date: datetime.date | None = setting(DAY, None, "When they approved it", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """A clinic as handouts print it. `phone` is the first of `phones`, whichever of the two its file gives.

    `id` names its folder; `picture` is the logo itself.
    """

    name: str = setting(line(80), "", "The name, as patients know it", required=True)
    address: tuple[str, ...] = setting(at_most(3, line(60)), (), "The address, a line each, at most three")
    phone: str = setting(PHONE, "", "The phone, where there is one; else use phones")
    phones: tuple[Phone, ...] = setting(at_most(8, table_of(Phone)), (), "Up to eight phones, instead of phone")
    after_hours: str = setting(
        text_like(_night_phone, maxLength=30), "", 'The phone at night, or "none"', required=True
    )
    nights: str = setting(line(LONGEST_TEXT), "", 'What is printed for nights; needed with after-hours = "none"')
    hours: str = setting(line(80), "", "When the clinic is open")
    logo: str = setting(PATH, "", "The logo, a path in the book folder: SVG, PNG or JPEG")
    letterhead: str = setting(
        choice("full", "preprinted", "none"),
        "full",
        "Printed in full; left free for paper with a letterhead (2 in at the top of page 1); or none",
    )
    language: str = setting(LANGUAGE, "", "The language of its handouts; the book's when not given")
    paper: str = setting(choice("letter", "a4", "both"), "letter", "The paper in its printer")
    sizes: str = setting(choice("standard", "large", "both"), "both", "Standard print (14 pt), large print (18 pt)")
    handouts: tuple[str, ...] = setting(
        list_of(line(80), unique=True), (), "Which handouts, by the names of their files; all when not given"
    )
    crisis: CrisisSettings | None = section(
        CrisisSettings, "Its own crisis help, instead of all of the book's", optional=True
    )
    extra: tuple[Extra, ...] = setting(
        at_most(3, table_of(Extra)), (), "Up to three lines of its own, under From this clinic"
    )
    id: str = ""
    picture: Logo | None = field(default=None, repr=False)


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a clinic's file, for editors that complete and check TOML."""
    one_of = {"oneOf": [{"required": ["phone"]}, {"required": ["phones"]}]}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "clinic"}
    return {**head, **schema_of(Clinic), **one_of}


def read_clinics(folder: BookFolder, info: Info, problems: Problems) -> tuple[Clinic, ...]:
    """The clinics of the book's folder of clinics, in the order of their names of files."""
    path, missing = (info.handouts or HandoutSettings()).clinics, Problems()
    files = folder.find(f"{path.rstrip('/')}/*.toml", missing, info.at("handouts.clinics"))
    named = "handouts.clinics" in info.where  # only such a folder must be there
    problems.take(one for one in missing.found if named or one.code != "missing-file")
    clinics = Clinics(folder, info, problems)
    for file in files:
        if (text := folder.read_text(file, problems, Position(file))) is not None:
            _read_file(text, file, clinics)
    return clinics.give()


def _read_file(text: str, file: str, clinics: Clinics) -> None:
    own = Problems()
    own.severities = clinics.problems.severities
    own.know(file, text)
    if (raw := read_toml(text, file, own)) is None:
        clinics.tell(own)
        return
    clinics.add(PurePosixPath(file).stem, raw, Place("", own, key_places(text, file)))


class Clinics:
    """Clinics on their way from raw tables to checked ones, with what they share: fonts, logos, names of handouts."""

    def __init__(self, folder: BookFolder, info: Info, problems: Problems, taken: Iterable[str] = ()) -> None:
        self.folder, self.info, self.problems = folder, info, problems
        self._logos = Logos(folder)
        self._first: dict[str, Position] = dict.fromkeys(taken, NOWHERE)
        self._good: list[Clinic] = []
        self._untold = 0

    def add(self, id: str, raw: Mapping[str, Any], place: Place) -> None:
        """Read a clinic; keep it, or tell what is wrong with it.

        `place.problems` are of this clinic alone, so that it can be seen whether it has errors.
        """
        own = place.problems
        clinic = read_table(Clinic, raw, place, id=id)
        self._check_id(id, place)
        _check_relations(clinic, place, raw)
        self._check_handouts(clinic, place)
        self._check_language(clinic, place)
        self._check_characters(clinic, place)
        if clinic.logo:
            clinic = replace(clinic, picture=self._logos.read(clinic.logo, place.under("logo").at, own))
        if not own.errors:
            phones = clinic.phones or (Phone(number=clinic.phone),)
            language = clinic.language or self.info.book.language
            self._good.append(replace(clinic, phone=phones[0].number, phones=phones, language=language))
        self.tell(own)

    def tell(self, own: Problems) -> None:
        """Pass on what was found in one clinic, as long as anyone would read it."""
        if len(self.problems.found) < MOST_PROBLEMS:
            self.problems.take(own.found)
        elif own.errors:
            self._untold += 1

    def give(self) -> tuple[Clinic, ...]:
        """The good ones, when all are read."""
        if self._untold:
            message = f"{self._untold:,} more clinics have mistakes and are left out"
            self.problems.add("broken-clinic", NOWHERE, message, "mend those that are told of, and run it again")
        return tuple(self._good)

    def _check_language(self, clinic: Clinic, place: Place) -> None:
        spoken, book = clinic.language, self.info.book.language
        if spoken and spoken.partition("-")[0] != book.partition("-")[0]:
            message = f'there are no handouts in "{spoken}": the book is in "{book}"'
            place.under("language").wrong(message, "leave it out, or give the clinic a book in its language")

    def _check_id(self, id: str, place: Place) -> None:
        if not _ID.fullmatch(id) or id == GENERAL:
            taken = " here: it is the name of the set without a clinic" if id == GENERAL else ""
            place.under("id").wrong(f'"{id}" cannot name a clinic{taken}', _ID_HINT, "broken-clinic")
        elif id in self._first:
            first = self._first[id]
            message = f'there is a clinic "{id}" already{f", at {first}" if first.file else ""}'
            place.under("id").wrong(message, "give one of them another id", "broken-clinic")
        else:
            self._first[id] = place.under("id").at

    def _check_handouts(self, clinic: Clinic, place: Place) -> None:
        for index, name in enumerate(clinic.handouts):
            if name not in self._names:
                label = next((one for one in self._names if one.startswith(f"{name.lower()}-")), "")
                hint = f'did you mean "{label}"?' if label else did_you_mean(name, self._names)
                hint = hint or f"the handouts of the book: {', '.join(self._names) or 'none'}"
                place.under("handouts").under(index).wrong(f'no handout "{name}"', hint)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """The names of the book's handouts; who reads them tells of files that are missing."""
        patterns = self.info.handouts.files if self.info.handouts else ()
        files = [file for pattern in patterns for file in self.folder.find(pattern, Problems(), NOWHERE)]
        return tuple(PurePosixPath(file).stem for file in files)

    def _check_characters(self, clinic: Clinic, place: Place) -> None:
        for path, text in _texts(clinic):
            at = replace(place, path=path)
            if len(text) > LONGEST_TEXT:
                at.wrong(f"{at.name} has {len(text)} characters, more than {LONGEST_TEXT}", "it must fit on the sheet")
            for character in dict.fromkeys(unicodedata.normalize("NFC", text)):
                if fault := self._fault(character):
                    called = unicodedata.name(character, "without a name")
                    at.wrong(f"{at.name} holds U+{ord(character):04X} ({called}), {fault[0]}", fault[1], fault[2])

    def _fault(self, character: str) -> tuple[str, str, str] | None:
        """Why a character cannot be printed, what to do, and the code."""
        kind = unicodedata.category(character)
        if kind in ("Cc", "Cf", "Zl", "Zp"):
            return "which no one can see", "delete it: it often comes along when text is copied", "broken-clinic"
        if "\U0001f000" <= character <= "\U0001faff" or (
            character > "\xff" and not has_glyph(character, self._covered)
        ):
            return "for which there is no letter in the fonts", "write it in another way", "missing-glyph"
        return None

    @cached_property
    def _covered(self) -> frozenset[int]:
        """The characters that the theme's fonts and the book's own draw; who reads those tells of broken ones."""
        theme, none = load_theme(), Problems()
        files = ((path, self.folder.read(path, none, NOWHERE)) for path in self.info.theme.fonts)
        own = [read_font(data, path, NOWHERE, none) for path, data in files if data is not None]
        return frozenset().union(
            *(coverage(theme.read(name)) for name in theme.fonts), *(font.coverage for font in own if font)
        )


def _check_relations(clinic: Clinic, place: Place, raw: Mapping[str, Any]) -> None:
    """What two settings mean for each other."""
    if "phone" in raw and "phones" in raw:
        place.under("phone").wrong("a clinic has phone or phones, not both", "move it into phones", "broken-clinic")
    elif "phone" not in raw and "phones" not in raw:
        hint = "patients must know whom to call"
        place.wrong(f'{place.table} needs "phone"', hint, "missing-setting")
    elif not raw.get("phone") and not raw.get("phones"):
        place.under("phone" if "phone" in raw else "phones").wrong("a clinic needs a phone", "", "missing-setting")
    if clinic.after_hours == "none" and not raw.get("nights"):
        hint = 'write what patients do at night, as in nights = "At night, call 911 or 988."'
        place.under("after-hours").wrong('after-hours = "none" needs "nights"', hint, "missing-setting")
    elif clinic.nights and clinic.after_hours not in ("", "none"):
        hint = 'leave it out, or write after-hours = "none"'
        place.under("nights").wrong('nights is printed with after-hours = "none" only', hint, "broken-clinic")
    crisis = clinic.crisis
    if crisis and not (crisis.emergency and (crisis.call or crisis.text or crisis.chat)):
        hint = "it stands in place of all of the book's: give emergency, and call, text or chat"
        place.under("crisis").wrong("[crisis] names too little help", hint, "broken-clinic")


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a clinic that is printed, with the path of its key."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _texts(one, f"{path}.{index}")
    elif is_dataclass(value):
        for one in fields(value):
            if one.metadata.get("shape"):
                key = key_of(one)
                yield from _texts(getattr(value, one.name), f"{path}.{key}" if path else key)
