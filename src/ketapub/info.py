"""The settings of a book: the text of book.toml comes in, `Info` goes out.

The dataclasses below are the one table of settings: what is read, complained about, shown by `config --show`
and described by `config --schema` derives from their fields.
"""

# ruff: noqa: RUF009  (`setting` and `section` make dataclass fields, as `field` does)

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ketapub.callouts import BUILT_IN, KINDS, Kind
from ketapub.presses import presets
from ketapub.problems import Position, did_you_mean, explanations
from ketapub.settings import Place, find_place, schema_of, setting, settings_of, table_lines
from ketapub.shapes import (
    DAY,
    FLAG,
    ISBN,
    LANGUAGE,
    LENGTH,
    PATH,
    TEXT,
    VARIABLE,
    WEB_ADDRESS,
    Length,
    choice,
    length_up_to,
    list_of,
    mapping_of,
    matching,
    number,
    section,
    table_of,
    whole,
    words_up_to,
)

FORMATS = ("pdf", "press", "cover", "large-print", "booklet", "epub", "html", "site", "json")
PAPERS = ("letter", "a4")

_SLUG = matching(
    r"(?!(?i:con|prn|aux|nul|com\d|lpt\d|report)(?:\.|$))[A-Za-z0-9][A-Za-z0-9._-]{0,79}(?<!\.)",
    "letters, digits, hyphens and dots, a letter or digit first; it names the files",
)
_UUID = r"urn:uuid:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_IDENTIFIER = matching(
    rf"{_UUID}|urn:isbn:[0-9Xx-]{{10,17}}|(?:doi:|https?://)\S+",
    'as in "urn:uuid:" and a UUID, "urn:isbn:…", "doi:…" or an address',
)
_PERIOD = matching(r"[1-9]\d{0,2}[dwmy]", 'a number and d, w, m or y, as in "6m" or "5y"')
_SEVERITY = choice("error", "warning", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    name: str = setting(TEXT, "", "The name", required=True)
    role: str = setting(
        matching("[a-z]{3}", 'a MARC relator code, as in "edt"'), "ctb", "A MARC relator code: ill, edt, trl"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSettings:
    title: str = setting(TEXT, "", "The title, as on the cover", required=True)
    subtitle: str = setting(TEXT, "", "The subtitle")
    slug: str = setting(_SLUG, "", "What the output files are named; from the title when not given")
    version: str = setting(TEXT, "", "The version printed in the book, as in 2026-11")
    language: str = setting(LANGUAGE, "en", "The language, a BCP 47 tag such as en-US", required=True)
    authors: tuple[str, ...] = setting(list_of(TEXT), (), "The authors, in the order of the title page")
    contributors: tuple[Contributor, ...] = setting(
        list_of(table_of(Contributor)), (), 'Others, as in { name = "…", role = "ill" }'
    )
    identifier: str = setting(_IDENTIFIER, "", "Names the edition for ever; from ISBN or title when not given")
    date: datetime.date | None = setting(DAY, None, "The date of the edition, printed and in the metadata")
    publisher: str = setting(TEXT, "", "The publisher")
    rights: str = setting(TEXT, "", "The licence or copyright line")
    description: str = setting(TEXT, "", "What the book is, in a sentence or two")
    subjects: tuple[str, ...] = setting(list_of(TEXT), (), "Subjects, for catalogues")
    edition: int = setting(whole(1, 999), 1, "The number of the edition")
    series: str = setting(TEXT, "", "The series it belongs to")
    cover: str = setting(PATH, "", "The book's own front cover, a picture file; else the theme's")
    formats: tuple[str, ...] = setting(
        list_of(choice(*FORMATS), unique=True), ("pdf", "epub", "html"), "What `ketapub build` makes without --to"
    )
    frontmatter: tuple[str, ...] = setting(list_of(PATH), (), "Files before the chapters: roman pages, unnumbered")
    chapters: tuple[str, ...] = setting(list_of(PATH), (), "The files of the chapters in order; or use [[parts]]")
    backmatter: tuple[str, ...] = setting(list_of(PATH), (), "Files after the chapters, unnumbered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    title: str = setting(TEXT, "", "The title of the part", required=True)
    chapters: tuple[str, ...] = setting(list_of(PATH), (), "Its chapters, in order", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IsbnSettings:
    print_: str = setting(ISBN, "", "ISBN of the printed book")
    epub: str = setting(ISBN, "", "ISBN of the EPUB")
    large_print: str = setting(ISBN, "", "ISBN of the large-print book")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    url: str = setting(WEB_ADDRESS, "", "Where the site will stand: for absolute links and QR codes; empty for none")
    safety_note: str = setting(
        TEXT, "", "The id of a section that readers should know before all others; the site's first page shows it"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeSettings:
    css: tuple[str, ...] = setting(list_of(PATH), (), "The book's own style sheets, read after the theme's")
    fonts: tuple[str, ...] = setting(list_of(PATH), (), "The book's own font files")
    templates: str = setting(PATH, "", "A folder of templates that replace the theme's")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintSettings:
    trim: tuple[Length, ...] = setting(
        list_of(LENGTH, exactly=2), (Length("6in"), Length("9in")), "Width and height of the trimmed page"
    )
    paper_caliper: Length = setting(
        length_up_to("1mm"), Length("0.0025in"), "Thickness of a page, half that of a leaf, for the spine of the cover"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PressSettings:
    preset: str = setting(choice("", *presets()), "", "A printer's rules by name; the other keys go over them")
    standard: str = setting(choice("x-4", "x-1a"), "x-4", "The PDF/X standard")
    bleed: Length = setting(length_up_to("1in"), Length("0.125in"), "How far pictures reach over the trim")
    bleed_at_spine: bool = setting(FLAG, True, "Whether they do so at the spine as well; some printers want none there")
    ink_limit: int = setting(whole(100, 400), 240, "Most ink on one spot, in per cent")
    output_intent: str = setting(PATH, "", "The printer's ICC profile, a file of the book; else a general one")
    black_only: bool = setting(
        FLAG, False, "Whether the pages, not the cover, are printed in black ink alone: colours become greys"
    )
    crop_marks: bool = setting(FLAG, False, "Whether to draw crop marks")


@dataclass(frozen=True, slots=True, kw_only=True)
class LargePrintSettings:
    size: float = setting(number(14, 36), 18, "Size of the text, in points")
    paper: str = setting(choice(*PAPERS), "letter", "The paper")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookletSettings:
    signature: int = setting(whole(4, 128, step=4), 16, "Most pages in one signature, a multiple of 4")
    paper: str = setting(choice(*PAPERS), "letter", "The paper")
    creep: Length = setting(
        length_up_to("1mm"), Length("0.1mm"), "How far each sheet pushes the next one out: its thickness, at most 1mm"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesSettings:
    numbering: str = setting(choice("chapter", "book"), "chapter", "Where the numbers of footnotes begin again")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownSettings:
    math: bool = setting(FLAG, False, "Whether dollars enclose formulas")


@dataclass(frozen=True, slots=True, kw_only=True)
class BibliographySettings:
    files: tuple[str, ...] = setting(
        list_of(PATH, unique=True), (), "Reference files: CSL-JSON, CSL-YAML, BibTeX, RIS, PubMed"
    )
    style: str = setting(
        TEXT,
        "nlm-citation-sequence-brackets",
        "A CSL style by name (`ketapub config --styles WORD` finds it), or the path of a .csl file",
    )
    placement: str = setting(choice("book", "chapter", "both"), "book", "Where the reference list stands")


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSettings:
    authorship: str = setting(TEXT, "", "Who wrote the book, printed on the copyright page")
    funding: str = setting(TEXT, "", "Who paid for it")
    certified_by: str = setting(TEXT, "", "Who certified its accessibility")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    stamp: str = setting(TEXT, "", "Printed on every page until the book is released")
    overdue_stamp: str = setting(TEXT, "", "Printed too, once the next review is overdue")
    reviewed: datetime.date | None = setting(DAY, None, "The day of the last review")
    next_review: datetime.date | None = setting(DAY, None, "The day by which it must be reviewed again")
    reviewers: tuple[str, ...] = setting(list_of(TEXT), (), "Who reviewed it; their signatures lie in review/")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisSettings:
    call: str = setting(TEXT, "", "The number to call")
    text: str = setting(TEXT, "", "The number to text")
    chat: str = setting(WEB_ADDRESS, "", "The address of the chat")
    emergency: str = setting(TEXT, "", "The number when someone is in danger right now")
    more: tuple[str, ...] = setting(list_of(TEXT), (), "Further lines, a sentence each")
    languages: str = setting(TEXT, "", "In which languages there is help")
    elsewhere: str = setting(TEXT, "", "What to do in other countries")
    search_words: tuple[str, ...] = setting(list_of(TEXT), (), "Words for which the site's search shows this help")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoutSettings:
    files: tuple[str, ...] = setting(list_of(PATH), (), "The files of the handouts, with * as in handouts/*.md")
    clinics: str = setting(PATH, "clinics/", "The folder of the clinics, a TOML file each")
    safety_line: str = setting(words_up_to(25), "", "Printed on every handout; at most 25 words")
    tick_label: str = setting(TEXT, "", "What is asked above the title, with a box to tick for each of `ticks`")
    ticks: tuple[str, ...] = setting(list_of(TEXT), (), "What may be ticked there, such as kinds of treatment")
    copying: str = setting(TEXT, "", "Who may copy the sheet, in one line")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingGrade:
    max: float = setting(number(1, 20), 8, "The highest school grade of the chapters")
    handouts: float | None = setting(number(1, 20), None, "The highest school grade of the handouts")
    severity: str = setting(_SEVERITY, "warning", "What a harder text is: error, warning or off")
    words: str = setting(PATH, "", "A file of words that count as easy")


def _is_changeable_code(code: str, place: Place) -> bool:
    known = explanations()
    if code not in known:
        hint = did_you_mean(code, [*known, *settings_of(CheckSettings)]) or "`ketapub explain` lists the problem codes"
        place.wrong(f'no problem code "{code}"', hint, "unknown-setting")
    elif known[code].get("always"):
        place.wrong(f'"{code}" is always an error', "without the missing piece there is no book to build")
    return code in known and not known[code].get("always")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    rules: str = setting(PATH, "", "The book's own word and topic rules, a TOML file")
    reading_grade: ReadingGrade | None = setting(table_of(ReadingGrade), None, "How hard the text may be to read")
    max_age: Mapping[str, str] = setting(
        mapping_of(_PERIOD), dict, 'How old a source may be, as in { guideline = "5y" }'
    )
    severities: Mapping[str, str] = setting(
        mapping_of(_SEVERITY, _is_changeable_code), dict, "Any problem code: error, warning or off", rest=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """Everything book.toml says, with defaults filled in. `overdue`: the day of the build is after the next review."""

    book: BookSettings = section(BookSettings, "The book itself")
    parts: tuple[Part, ...] = setting(
        list_of(table_of(Part)), (), "Parts with their chapters, instead of book.chapters"
    )
    isbn: IsbnSettings = section(IsbnSettings, "ISBNs; their check digits are tested")
    site: SiteSettings = section(SiteSettings, "The site")
    theme: ThemeSettings = section(ThemeSettings, "The book's own looks, over the theme's")
    print_: PrintSettings = section(PrintSettings, "The printed page")
    press: PressSettings = section(PressSettings, "The file for the printer")
    large_print: LargePrintSettings = section(LargePrintSettings, "The large-print edition")
    booklet: BookletSettings = section(BookletSettings, "The booklet")
    notes: NotesSettings = section(NotesSettings, "Footnotes")
    markdown: MarkdownSettings = section(MarkdownSettings, "The Markdown of the chapters")
    bibliography: BibliographySettings = section(BibliographySettings, "The references")
    about: AboutSettings = section(AboutSettings, "Printed on page one; needed for a release")
    vars: Mapping[str, str] = setting(mapping_of(VARIABLE), dict, "Words for {{< var name >}}")
    review: ReviewSettings | None = section(
        ReviewSettings, "Only a book with this table is under review", optional=True
    )
    crisis: CrisisSettings | None = section(CrisisSettings, "Crisis help, printed in every format", optional=True)
    handouts: HandoutSettings | None = section(HandoutSettings, "Handouts", optional=True)
    callouts: Mapping[str, Kind] = setting(
        KINDS, lambda: dict(BUILT_IN), "New kinds of callout, or changes to built-in ones"
    )
    checks: CheckSettings | None = section(CheckSettings, "What is checked, and how strictly", optional=True)
    where: Mapping[str, Position] = field(default_factory=dict, compare=False, repr=False)
    overdue: bool = False

    def at(self, path: str) -> Position:
        """Where a setting stands in book.toml ("bibliography.files.0"), or the table it belongs to."""
        return find_place(self.where, path)


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of book.toml, for editors that complete and check TOML."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "book.toml", **schema_of(Info)}


def show(info: Info) -> str:
    """The effective settings as TOML, defaults included; reading it again gives the same `Info`."""
    sections: list[str] = []
    for key, one in settings_of(Info).items():
        value = getattr(info, one.name)
        if value is None:
            sections.append(f"# [{key}] is not set\n")
        elif isinstance(value, tuple):
            sections += [_section(f"[[{key}]]", table_lines(entry)) for entry in value]
        elif value and isinstance(value, Mapping) and all(isinstance(entry, Kind) for entry in value.values()):
            sections += [_section(f"[{key}.{name}]", table_lines(entry)) for name, entry in value.items()]
        else:
            sections.append(_section(f"[{key}]", table_lines(value)))
    return "\n".join(sections)


def _section(head: str, lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in [head, *lines])
