"""Equality of handouts: whether each sheet of paper and each page of a clinic says what the resolved handout says.

In: a `ClinicSet` and the files of its folder, or the site's pages about versions. Out: findings, each with its place in
the manuscript. What paper may leave out is no finding: room for notes, a third question, citations.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat

import pikepdf

from ketapub import document as d
from ketapub.check.equality.compared import compared
from ketapub.check.equality.expected import expected_chapter
from ketapub.check.equality.front import expected_help
from ketapub.check.equality.items import Item
from ketapub.check.equality.on_paper import read_paper
from ketapub.check.equality.on_screens import handout_pages, read_frame, read_whole
from ketapub.check.equality.speaker import Medium, Sheet, Speaker
from ketapub.check.findings import Finding, Looked, Place
from ketapub.check.pdf_tree import artifacts, pages_of_sheets
from ketapub.editions import select
from ketapub.formats.imprint import stamp, use_until
from ketapub.formats.made import SheetPage
from ketapub.formats.pdf.write import pages_of
from ketapub.handouts import HOW_TO_PRINT, INDEX
from ketapub.handouts.clinics import Clinic
from ketapub.handouts.run.stack import ALL
from ketapub.handouts.sets import ClinicSet
from ketapub.handouts.sheet import Kind, Resolved
from ketapub.handouts.sources import in_two_lines
from ketapub.info import CrisisSettings
from ketapub.locale import Words, words
from ketapub.problems import Position, Problems

UNIT = "line"
ON_PAPER = tuple(Sheet({}, questions=questions, notes=notes) for questions in (3, 2) for notes in (True, False))
SIZES = {False: "14 pt", True: "18 pt"}


def set_differs(one: ClinicSet, files: Mapping[str, bytes]) -> Looked:
    """`files` are those of its folder by name."""
    found, lines = list(_other_files(one, files)), 0
    for name, (_, sheets) in one.pdfs.items():
        if name in files:
            expected, differences = _of_pdf(files[name], one, sheets)
            lines += expected
            found += (finding.inside(name) for finding in differences)
    pages = handout_pages({name: files[name] for name in (*one.pages, INDEX) if name in files})
    for name, page in pages.items():
        items = _index(one, files) if name == INDEX else _on_screen(one.pages[name], one.clinic)
        lines += len(items)
        found += _wrong_language(one.sheets[0].book, page.language, Place(name))
        found += (finding.inside(name) for finding in compared(items, read_whole(page, pages)))
    if HOW_TO_PRINT in files:
        items = _how_to_print(one)
        lines += len(items)
        with pikepdf.open(io.BytesIO(files[HOW_TO_PRINT])) as pdf:
            found += (finding.inside(HOW_TO_PRINT) for finding in compared(items, _said_in(pdf)))
    return Looked(lines, UNIT, tuple(found))


def versions_differ(book: d.Book, sheets: Sequence[SheetPage], files: Mapping[str, bytes]) -> Looked:
    """The pages of a site in its folder h/, by name: one for each version, and the list of all."""
    pages, word, lines = handout_pages(files), words(book.info.book.language), 0
    found: list[Finding] = []
    help = expected_help(book, Medium())
    expected = {f"h/{sheet.id.lower()}.html": _version(book, sheet, word) for sheet in sheets}
    if sheets:
        expected["h/index.html"] = _versions(book, sheets, word)
    for name, items in expected.items():
        at = items[0].at
        if name not in pages:
            found.append(Finding("missing", "missing: the page", Place(name), at))
            continue
        lines += len(items)
        said = [replace(item, kind="text") for item in read_frame(pages[name], pages)]
        found += (finding.inside(name) for finding in compared(help, said, more=True))
        found += (finding.inside(name) for finding in compared(items, read_whole(pages[name], pages, "main")))
    found += (Finding("extra", "no version is told of here", Place(name)) for name in pages.keys() - expected.keys())
    return Looked(lines, UNIT, tuple(found))


def _other_files(one: ClinicSet, files: Mapping[str, bytes]) -> Iterator[Finding]:
    for name in sorted(one.names - files.keys()):
        sheet = next((each for each in one.sheets if name.startswith(each.handout.name)), one.sheets[0])
        yield Finding("missing", "missing: the file", Place(name), sheet.book.chapters[0].heading.at)
    for name in sorted(files.keys() - one.names):
        yield Finding("extra", "this file is of no handout", Place(name))


def _wrong_language(book: d.Book, language: str, place: Place) -> Iterator[Finding]:
    if language.lower() != (own := book.info.book.language).lower():
        message = f'the language of the whole is "{language}", that of the book is "{own}"'
        yield Finding("language", message, place, book.info.at("book.language"))


# --- paper -----------------------------------------------------------------------------------------------------------


def _of_pdf(data: bytes, one: ClinicSet, sheets: tuple[Resolved, ...]) -> tuple[int, list[Finding]]:
    """How many lines a file of sheets should have, and what is wrong with it."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if "/StructTreeRoot" not in pdf.Root:
            return 0, [Finding("untagged", "the file has no tags, so nobody can hear what it says")]
        found, lines = list(_wrong_language(sheets[0].book, read_paper(pdf).language, Place())), 0
        pages, said = pages_of_sheets(pdf), _said_in(pdf)
        named = [str(pdf.pages[own[0] - 1].label).rpartition("-")[0] for own in pages]  # "H4-2", in a file of many
        if named != (wanted := [each.handout.label for each in sheets] if len(sheets) > 1 else [""]):
            message = f"its sheets are called {', '.join(named) or 'nothing'}, and should be {', '.join(wanted)}"
            found.append(Finding("order", message))
        for sheet, own in zip(sheets, chain(pages, repeat(list[int]())), strict=False):
            variants = [_on_paper(sheet, one.clinic, medium) for medium in ON_PAPER]
            lines += len(variants[0])
            found += _fewest(variants, [item for item in said if len(sheets) == 1 or item.place.page in own])
            found += _of_margins(pdf, own, sheet, one.clinic)
        return lines, found


def _said_in(pdf: pikepdf.Pdf) -> list[Item]:
    return [item for part in read_paper(pdf).parts for item in part]


def _fewest(variants: Iterable[Sequence[Item]], found: Sequence[Item]) -> list[Finding]:
    """What is wrong by that one of the texts it may have that it comes closest to."""
    best: list[Finding] | None = None
    for expected in variants:
        differences = list(compared(expected, found))
        if best is None or len(differences) < len(best):
            best = differences
        if not best:
            break
    return best or []


def _of_margins(pdf: pikepdf.Pdf, pages: Sequence[int], sheet: Resolved, clinic: Clinic | None) -> Iterator[Finding]:
    """What each page shows in its margins, and nobody hears again: the version; behind page 1, whose text has them,
    stamp and help too."""
    info = sheet.book.info
    calls = [call for _, calls in _ways(_crisis(sheet.book, clinic), words(info.book.language)) for call in calls]
    version = ("version", sheet.version, sheet.book.chapters[0].heading.at)
    more = [("stamp", stamp(sheet.book), info.at("review")), *(("help", call, info.at("crisis")) for call in calls)]
    for number in pages:
        drawn = "".join("".join(artifacts(pdf.pages[number - 1])).split())
        for rule, text, at in (version, *(more if number != pages[0] else ())):
            if "".join(text.split()) not in drawn:
                yield Finding(rule, f'the margins of the page do not show "{text}"', Place(page=number), at)


def _on_paper(sheet: Resolved, clinic: Clinic | None, shown: Sheet) -> list[Item]:
    medium = Medium(page={}, sheet=replace(shown, clinic=_fields(clinic)))
    book = select(sheet.book, Problems(), format="pdf", edition="handout", clinic=clinic.id if clinic else "")
    frame = _Frame(sheet, book, clinic, medium)
    return [
        *frame.strip(),
        *frame.address(),
        *frame.of_setting(stamp(book), "review"),
        *(frame.letterhead(logo=True) if clinic is None or clinic.letterhead == "full" else ()),
        *frame.patient(),
        *frame.ticks(),
        *_text(book, medium),
        *frame.extra(),
        *frame.colophon(),
    ]


# --- screens ---------------------------------------------------------------------------------------------------------


def _on_screen(sheet: Resolved, clinic: Clinic | None) -> list[Item]:
    """What the page of a handout says: all that its sheet says, and what stands behind it."""

    def shown_in(book: d.Book) -> d.Book:
        return select(book, Problems(), format="html", edition="handout", clinic=clinic.id if clinic else "")

    medium = Medium(sheet=Sheet(_fields(clinic), typed=True, cited=True))
    book = shown_in(sheet.book)
    frame = _Frame(sheet, book, clinic, medium)
    items = [
        *frame.way_past(),
        *frame.help(),
        *frame.of_setting(stamp(book), "review"),
        *frame.letterhead(logo=False),
        *frame.of_setting(frame.word["handout-fields"], "handouts"),
        *frame.patient(),
        *frame.ticks(),
        *_text(book, medium),
        *frame.extra(),
        *frame.colophon(),
    ]
    passages = shown_in(replace(sheet.book, chapters=sheet.behind.passages)).chapters
    if passages:
        items += frame.of_setting(frame.word.format("handout-behind", title=sheet.behind.book), "site.safety-note")
    for passage in map(_alone, passages):
        whole = replace(book, chapters=(passage,), assets={**book.assets, **sheet.behind.assets})
        heading, *rest = expected_chapter(whole, passage, medium)
        items += [_lower(heading), *(_lower(item, 2 - passage.heading.level) for item in rest)]
    for chapter in book.chapters[1:]:  # the references
        items += map(_lower, expected_chapter(book, chapter, medium))
    return items


def _text(book: d.Book, medium: Medium) -> list[Item]:
    return expected_chapter(book, book.chapters[0], medium)


def _alone(passage: d.Chapter) -> d.Chapter:
    """What is taken from the book leaves behind what leads out of it."""

    def change(node: d.Node) -> d.Node | None:
        return None if isinstance(node, d.Note | d.Citation) else node

    return replace(passage, blocks=d.map_nodes(passage.blocks, change))


def _lower(item: Item, levels: int = 1) -> Item:
    """The same, of a heading so many levels lower."""
    name, _, level = item.kind.partition(" ")
    return replace(item, kind=f"{name} {int(level) + levels}") if name == "heading" else item


def _index(one: ClinicSet, files: Mapping[str, bytes]) -> list[Item]:
    """The list of a clinic's handouts."""
    book = one.sheets[0].book
    frame = _Frame(one.sheets[0], book, one.clinic, Medium())
    word = frame.word
    title = word.format("handouts-of-clinic", clinic=one.clinic.name) if one.clinic else word["handouts"]
    items = [*frame.way_past(), *frame.help(), *frame.of_setting(title, "handouts", "heading 1")]
    items += frame.of_setting(f"{word['handouts-how-to-print']} (PDF)", "handouts", links=(HOW_TO_PRINT,))

    def printed(stem: str, at: Position) -> Iterator[Item]:
        for name, (kind, _) in one.pdfs.items():
            if name == f"{stem}-{kind.suffix}.pdf" and name in files:
                yield from _item(f"{_paper(kind, word)} ({_size(files[name], word)})", name, at)

    if whole := list(printed(ALL, book.info.at("handouts"))):
        items += [*frame.of_setting(word["all-handouts"], "handouts", "heading 2"), *whole]
    for sheet in one.sheets:
        at = sheet.book.chapters[0].heading.at
        items.append(Item("heading 2", sheet.book.info.book.title, at=at))
        items.append(Item("text", word.format("handout-version", id=sheet.version), at=at))
        items += frame.of_setting(stamp(sheet.book), "review")
        items += _item(f"{word['handout-on-screen']} (HTML)", f"{sheet.handout.name}.html", at)
        items += printed(sheet.handout.name, at)
    return items


def _item(text: str, target: str, at: Position) -> Iterator[Item]:
    yield Item("label", "•", at=at)
    yield Item("text", text, (target,), at=at)


def _paper(kind: Kind, word: Words) -> str:
    size = word["handout-large" if kind.large else "handout-standard"]
    return word.format(f"handout-{kind.paper}", size=size)


def _size(pdf: bytes, word: Words) -> str:
    pages = word.format("count-of-pages", count=word.number(pages_of(pdf)))
    return f"PDF, {pages}, {word.format('size-kb', number=word.number(max(1, round(len(pdf) / 1000))))}"


# --- other pages -----------------------------------------------------------------------------------------------------


def _how_to_print(one: ClinicSet) -> list[Item]:
    """The page for staff."""
    frame = _Frame(one.sheets[0], one.sheets[0].book, one.clinic, Medium())
    word = frame.word
    papers = ", ".join(word[f"paper-{paper}"] for paper in dict.fromkeys(kind.paper for kind in one.kinds))
    advice = [word.format("print-paper", papers=papers)]
    advice += [word[key] for key in ("print-size", "print-sides", "print-all", "print-old")]
    rows = [[word[key] for key in ("print-ending", "print-on", "print-letters")]]
    rows += [[f"-{kind.suffix}.pdf", word[f"paper-{kind.paper}"], SIZES[kind.large]] for kind in one.kinds]
    files = [[word[key] for key in ("print-file", "print-title", "print-version")]]
    files += [[f"{sheet.handout.name}…", sheet.book.info.book.title, sheet.version] for sheet in one.sheets]
    items = [*frame.of_setting(word["how-to-print"], "handouts", "heading 1")]
    items += frame.of_setting(one.clinic.name if one.clinic else "", "handouts")
    for text in advice:
        items += [*frame.of_setting("•", "handouts", "label"), *frame.of_setting(text, "handouts")]
    items += frame.of_setting(word["print-which"], "handouts", "heading 2")
    for table in (rows, files):
        for index, row in enumerate(table):
            for column, text in enumerate(row):
                kind = "column header" if index == 0 else "row header" if column == 0 else "cell"
                items += frame.of_setting(text, "handouts", kind)
    return items


def _version(book: d.Book, sheet: SheetPage, word: Words) -> list[Item]:
    """What `main` says on the page of a version."""
    at = sheet.today.chapters[0].heading.at if sheet.today else book.info.at("handouts")
    state = word.format(f"sheet-is-{sheet.state}", why=sheet.why.rstrip("."))
    is_old = sheet.state != "current"
    items = [Item("heading 1", word.format("handout-version", id=sheet.version), at=at), Item("text", state, at=at)]
    items += [Item("text", word.format("sheet-today", id=sheet.newer), at=at)] if is_old and sheet.newer else []
    items += [Item("text", use_until(book), at=at)] if not is_old and use_until(book) else []
    items.append(Item("text", word["is-my-sheet-current"], ("index.html",), at=at))
    if sheet.today:
        opening = "" if stamp(book) else stamp(sheet.today)
        medium = Medium(opening=opening, sheet=Sheet({}, notes=False))
        items += map(_lower, _text(sheet.today, replace(medium, page=None)))
    if sheet.sources:
        items.append(Item("text", word.format("handout-sources", sources=sheet.sources), at=at))
    return items


def _versions(book: d.Book, sheets: Sequence[SheetPage], word: Words) -> list[Item]:
    at = book.info.at("handouts")
    items = [Item("heading 1", word["is-my-sheet-current"], at=at), Item("text", word["find-your-sheet"], at=at)]
    for sheet in sheets:
        state = word[f"state-{sheet.state}"]
        text = " ".join(filter(None, (sheet.version, sheet.title, state)))
        items += _item(text, f"{sheet.id.lower()}.html", at)
    return items


# --- around the text -------------------------------------------------------------------------------------------------


class _Frame(Speaker):
    """What stands around the text of a handout, in lines. `book` is the handout as it is shown."""

    def __init__(self, sheet: Resolved, book: d.Book, clinic: Clinic | None, medium: Medium) -> None:
        super().__init__(book, medium)
        assert book.info.handouts is not None
        self.sheet, self.clinic, self.settings = sheet, clinic, book.info.handouts
        self.of_clinic = book.info.at("handouts")
        if clinic:
            self.of_clinic = Position(f"{self.settings.clinics.rstrip('/')}/{clinic.id}.toml", 1)

    def of_setting(self, text: str, key: str, kind: str = "text", links: tuple[str, ...] = ()) -> Iterator[Item]:
        """A line that follows from book.toml; nothing where it is empty."""
        if text:
            yield Item(kind, text, links, at=self.book.info.at(key))

    def its(self, *lines: str) -> Iterator[Item]:
        """Lines of the clinic's own."""
        return (Item("text", line, at=self.of_clinic) for line in lines if line)

    def room(self, *names: str) -> Iterator[Item]:
        """Lines to be filled in, by the names of their labels."""
        for name in names:
            self.blank(self.word[name])
            if item := self.line.end("text", self.of_clinic):
                yield item

    def way_past(self) -> Iterator[Item]:
        return self.of_setting(self.word["skip-to-text"], "book", links=("#main",))

    def help(self) -> Iterator[Item]:
        """Whom to call in a crisis, as links: the clinic's own help stands in place of the book's."""
        info = replace(self.book.info, crisis=_crisis(self.book, self.clinic))
        own = self.clinic is not None and self.clinic.crisis is not None
        for item in expected_help(replace(self.book, info=info), Medium()):
            yield replace(item, at=self.of_clinic) if own else item

    def strip(self) -> Iterator[Item]:
        """The same on paper."""
        own = self.clinic is not None and self.clinic.crisis is not None
        for lead, calls in _ways(_crisis(self.book, self.clinic), self.word):
            for text in (lead, *calls):
                yield Item("text", text, at=self.of_clinic if own else self.book.info.at("crisis"))

    def address(self) -> Iterator[Item]:
        """Of the page about this version, to scan and to type."""
        if url := self.book.info.site.url:
            page = f"{url.rstrip('/')}/h/{self.sheet.id.lower()}"
            yield from self.of_setting(f"⟦{page}.html⟧", "site.url")
            yield from self.of_setting(page.partition("://")[2], "site.url")

    def letterhead(self, *, logo: bool) -> Iterator[Item]:
        clinic = self.clinic
        if clinic is None:
            yield from self.room("clinic-name", "clinic-phone", "clinic-after-hours")
            return
        phones = [(one.label or self.word["clinic-phone"], one.number) for one in clinic.phones]
        phones.append((self.word["clinic-after-hours"], _nights(clinic)))
        yield from self.its(f"⟦{clinic.name}⟧" if logo and clinic.picture else "", clinic.name, *clinic.address)
        yield from self.its(*(f"{label}: {number}" for label, number in phones))

    def patient(self) -> Iterator[Item]:
        return self.room("patient-name", "handout-date", "clinician", "next-visit")

    def ticks(self) -> Iterator[Item]:
        if self.settings.ticks:
            yield from self.of_setting(self.settings.tick_label, "handouts.tick-label")
            for index, tick in enumerate(self.settings.ticks):
                yield from self.of_setting(f"☐ {tick}", f"handouts.ticks.{index}")

    def extra(self) -> Iterator[Item]:
        if self.clinic and self.clinic.extra:
            yield Item("heading 2", self.word["from-clinic"], at=self.of_clinic)
            for one in self.clinic.extra:
                assert one.date is not None
                yield from self.its(f"{one.text} ({one.approved_by}, {self.word.date(one.date)})")

    def colophon(self) -> Iterator[Item]:
        """What the sheet is: its safety line, version and dates, sources, who may copy it."""
        review, at = self.book.info.review, self.sheet.book.chapters[0].heading.at
        said = [self.word.format("handout-version", id=self.sheet.version)]
        if review and review.reviewed:
            said.append(self.word.format("reviewed", date=self.word.date(review.reviewed)))
        said += filter(None, (use_until(self.book), stamp(self.book)))
        yield from self.of_setting(self.settings.safety_line, "handouts.safety-line")
        yield Item("text", f"{'. '.join(said)}.", at=at)
        if self.sheet.sources:
            sources = self.word.format("handout-sources", sources=in_two_lines(self.sheet.sources, self.word))
            yield Item("text", f"{sources} {self.settings.copying}".strip(), at=at)
        else:
            yield from self.of_setting(self.settings.copying, "handouts.copying")


def _fields(clinic: Clinic | None) -> dict[str, str]:
    """What stands for the fields of a clinic in the text."""
    if clinic is None:
        return {}
    address = ", ".join(clinic.address)
    found = {"name": clinic.name, "address": address, "phone": clinic.phone, "hours": clinic.hours}
    return found | {"after-hours": _nights(clinic)}


def _nights(clinic: Clinic) -> str:
    return clinic.nights if clinic.after_hours == "none" else clinic.after_hours


def _crisis(book: d.Book, clinic: Clinic | None) -> CrisisSettings | None:
    return clinic.crisis if clinic and clinic.crisis else book.info.crisis


def _ways(crisis: CrisisSettings | None, word: Words) -> list[tuple[str, list[str]]]:
    """Whom to call or text, danger first."""
    if crisis is None:
        return []
    danger = [word.format("call-number", number=crisis.emergency)] if crisis.emergency else []
    calls = [word.format("call-number", number=crisis.call)] if crisis.call else []
    calls += [word.format("text-number", number=crisis.text)] if crisis.text else []
    return [(word[lead], found) for lead, found in (("emergency", danger), ("crisis", calls)) if found]
