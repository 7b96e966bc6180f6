"""One sheet: a resolved handout, a clinic, a paper and a size come in; its page as XML, laid out to fit, goes out.

Where room is short, lines for notes give way first, then a third question; what a patient must know never does.
"""

from __future__ import annotations

import pickle
from collections.abc import Hashable
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ketapub import document as d
from ketapub.editions import select
from ketapub.formats.imprint import stamp, use_until
from ketapub.formats.pdf.sheets import LINE, Paper, blocks_of, first_words, height_beyond, lay_out, room_below
from ketapub.formats.styling import size_rules
from ketapub.handouts.behind import Behind
from ketapub.handouts.clinics import Clinic
from ketapub.handouts.qr import drawing
from ketapub.handouts.sources import in_two_lines
from ketapub.info import CrisisSettings
from ketapub.locale import Words, direction, words
from ketapub.markup import Medium, Sheet, markup_blank, markup_chapter
from ketapub.problems import Position, Problems
from ketapub.templates import render, traced_templates

if TYPE_CHECKING:
    from ketapub.formats.pdf.engine import Engine
    from ketapub.formats.pdf.sheets import Document

MOST_LINES = 8  # for notes
ROOM_FOR_QR = "@page :first { margin-bottom: 148pt }"  # in the foot of page 1; in large print there is enough
FEWEST_QUESTIONS, MOST_QUESTIONS = 2, 3
LEADING = {False: 19, True: 25}  # points of a line of text
HEADING = {False: 34, True: 46}  # of "My questions and notes" with the space above it


@dataclass(frozen=True, slots=True)
class Kind:
    """On which paper, in which size."""

    paper: Paper = "letter"
    large: bool = False

    @property
    def suffix(self) -> str:
        return f"{self.paper}-large" if self.large else self.paper


@dataclass(frozen=True)
class Resolved:
    """A handout as a small book; its version, "H4 · 2026-11 · K7QD"; and the works it rests on.

    `behind` is what its page of HTML has behind the text, for which paper has no room; `id` the last part of its
    version, by which it is known. It goes to other processes with each clinic and is pickled for all of them once.
    """

    handout: d.Handout
    book: d.Book
    version: str
    sources: tuple[str, ...]
    behind: Behind
    id: str

    @property
    def address(self) -> str:
        """Of its page on the site; "" where nobody has said where that stands."""
        url = self.book.info.site.url
        return f"{url.rstrip('/')}/h/{self.id.lower()}.html" if url else ""

    def budget(self, kind: Kind) -> int:
        return self.handout.large_pages if kind.large else self.handout.pages

    @cached_property
    def _pickled(self) -> bytes:
        return pickle.dumps(tuple(getattr(self, field.name) for field in fields(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self._pickled,)


@lru_cache(maxsize=64)
def _unpickled(data: bytes) -> Resolved:
    return Resolved(*pickle.loads(data))


@dataclass(frozen=True, slots=True)
class _Fitted:
    """How much of what gives way there was room for, and where everything stood then."""

    lines: int
    questions: int
    blocks: tuple[tuple[int, float, float], ...]


@dataclass(slots=True)
class Fits:
    """What fitted so far: a sheet for a clinic that needs as much room as another one is laid out once."""

    known: dict[Hashable, _Fitted] = field(default_factory=dict)


def fit(
    sheet: Resolved, clinic: Clinic | None, kind: Kind, engine: Engine, problems: Problems, fits: Fits | None = None
) -> Document | None:
    """The sheet with as many lines for notes as there is room for; None after `handout-too-long`."""
    shown = show(sheet, clinic, problems)

    css = own_css(sheet)

    def lay(lines: int, questions: int) -> Document:
        text = page(sheet, shown, clinic, kind, lines, questions)
        return lay_out(engine, text, problems, sheet.handout.name, css)

    def keep(laid: Document, lines: int, questions: int) -> Document:
        seen.known[alike] = _Fitted(lines, questions, blocks_of(laid))
        return laid

    seen, alike = fits or Fits(), (sheet.handout.name, kind, needs_of(clinic))
    if before := seen.known.get(alike):
        laid = lay(before.lines, before.questions)
        if blocks_of(laid) == before.blocks:
            return laid
    budget = sheet.budget(kind)
    for questions in (MOST_QUESTIONS, FEWEST_QUESTIONS):
        bare = lay(0, questions)
        if len(bare.pages) <= budget:
            break
    else:
        _complain(bare, sheet, clinic, kind, problems)
        return None
    if not _has_notes(shown):
        return keep(bare, 0, questions)
    lines = min(MOST_LINES, int((room_below(bare) - HEADING[kind.large]) / LINE[kind.large]))
    while lines > 0:
        filled = lay(lines, questions)
        if len(filled.pages) == len(bare.pages):
            return keep(filled, lines, questions)
        lines -= 1
    return keep(bare, 0, questions)


def own_css(sheet: Resolved) -> str:
    """What is not the same for all sheets."""
    return "\n".join((ROOM_FOR_QR if sheet.address else "", size_rules(sheet.book)))


def show(sheet: Resolved, clinic: Clinic | None, problems: Problems) -> d.Book:
    """What the sheet says on paper for this clinic."""
    return select(sheet.book, problems, format="pdf", edition="handout", clinic=clinic.id if clinic else "")


def needs_of(clinic: Clinic | None) -> Hashable:
    """The same for clinics whose own part of a sheet is likely as high."""
    if clinic is None:
        return None
    logo = clinic.picture and clinic.picture.height
    return clinic.letterhead, len(clinic.address), len(clinic.phones), len(clinic.extra), clinic.crisis is None, logo


def page(
    sheet: Resolved,
    book: d.Book,
    clinic: Clinic | None,
    kind: Kind,
    lines: int,
    questions: int,
    *,
    traced: bool = False,
) -> Markup:
    info, word = book.info, words(book.info.book.language)
    medium = Medium(
        href=lambda id: f"#{id}",
        image=lambda asset: picture_name(sheet, asset),
        page=lambda id: "",
        traced=traced,
        sheet=Sheet(fields_of(clinic), lines=lines, questions=questions),
    )
    return render(
        "handout.xml",
        traced_templates() if traced else None,
        book=info.book,
        direction=direction(info.book.language),
        words=word,
        paper=kind.paper,
        large=kind.large,
        letterhead=clinic.letterhead if clinic else "full",
        short=sheet.version,
        stamp=stamp(book),
        ways=ways_of(clinic.crisis if clinic and clinic.crisis else info.crisis, word),
        qr=drawing(sheet.address) if sheet.address else "",
        short_address=sheet.address.partition("://")[2].removesuffix(".html"),
        logo=_logo(clinic),
        **said(sheet, book, clinic, medium),
    )


def said(sheet: Resolved, book: d.Book, clinic: Clinic | None, medium: Medium) -> dict[str, Any]:
    """What a sheet says on paper and on a screen alike, for their templates, by name."""
    word, handouts = words(book.info.book.language), book.info.handouts
    assert handouts is not None

    def blank(name: str) -> Markup:
        return markup_blank(word[name], book, medium)

    return {
        "clinic_name": clinic.name if clinic else blank("clinic-name"),
        "address": clinic.address if clinic else (),
        "phones": phones_of(clinic, word),
        "blank_phones": [] if clinic else [blank("clinic-phone"), blank("clinic-after-hours")],
        "patient": [blank(name) for name in ("patient-name", "handout-date", "clinician", "next-visit")],
        "tick_label": handouts.tick_label,
        "ticks": handouts.ticks,
        "text": markup_chapter(book.chapters[0], book, medium).text,
        "extra": [f"{one.text} ({one.approved_by}, {word.date(one.date)})" for one in clinic.extra if one.date]
        if clinic
        else [],
        "colophon": colophon(sheet, book, word),
    }


def picture_name(sheet: Resolved, asset: d.Asset) -> str:
    """Each handout has named its pictures for itself."""
    return f"{sheet.handout.name}/{asset.name}"


def pictures_of(sheet: Resolved, clinic: Clinic | None) -> dict[str, bytes]:
    """What the pages of the sheet name."""
    found = {picture_name(sheet, asset): asset.data for asset in sheet.book.assets.values()}
    return found | ({clinic.picture.name: clinic.picture.data} if clinic and clinic.picture else {})


def fields_of(clinic: Clinic | None) -> dict[str, str]:
    """What stands for `{{< var clinic.… >}}`."""
    if clinic is None:
        return {}
    return {
        "name": clinic.name,
        "address": ", ".join(clinic.address),
        "phone": clinic.phone,
        "after-hours": clinic.nights if clinic.after_hours == "none" else clinic.after_hours,
        "hours": clinic.hours,
    }


def phones_of(clinic: Clinic | None, word: Words) -> list[tuple[str, str]]:
    if clinic is None:
        return []
    found = [(one.label or word["clinic-phone"], one.number) for one in clinic.phones]
    found = found or [(word["clinic-phone"], clinic.phone)]
    nights = clinic.nights if clinic.after_hours == "none" else clinic.after_hours
    return [*found, (word["clinic-after-hours"], nights)]


def ways_of(crisis: CrisisSettings | None, word: Words) -> list[tuple[str, list[str]]]:
    """Where to call, danger first."""
    if crisis is None:
        return []
    calls = [word.format("call-number", number=crisis.call)] if crisis.call else []
    calls += [word.format("text-number", number=crisis.text)] if crisis.text else []
    danger = [word.format("call-number", number=crisis.emergency)] if crisis.emergency else []
    return [(word[lead], found) for lead, found in (("emergency", danger), ("crisis", calls)) if found]


def colophon(sheet: Resolved, book: d.Book, word: Words) -> list[str]:
    """What the margins say of the sheet, once as text: which one it is, until when it counts, what it rests on."""
    info, review = book.info, book.info.review
    assert info.handouts is not None
    dates = [word.format("handout-version", id=sheet.version)]
    if review and review.reviewed:
        dates.append(word.format("reviewed", date=word.date(review.reviewed)))
    dates += [one for one in (use_until(book), stamp(book)) if one]
    sources = word.format("handout-sources", sources=in_two_lines(sheet.sources, word)) if sheet.sources else ""
    lines = [
        info.handouts.safety_line,
        ". ".join(dates) + ".",
        f"{sources} {info.handouts.copying}".strip(),
    ]
    return [line for line in lines if line]


def _logo(clinic: Clinic | None) -> Markup:
    logo = clinic.picture if clinic else None
    if logo is None:
        return Markup("")
    size = Markup('width="{}" height="{}"').format(f"{logo.width:.1f}pt", f"{logo.height:.1f}pt")
    return Markup('<img src="{}" alt="{}" {}/>').format(logo.name, clinic.name if clinic else "", size)


def _has_notes(book: d.Book) -> bool:
    nodes = d.walk(book.chapters[0].blocks)
    return any(isinstance(node, d.Div) and "notes" in node.attributes.classes for node in nodes)


def _complain(laid: Document, sheet: Resolved, clinic: Clinic | None, kind: Kind, problems: Problems) -> None:
    budget = sheet.budget(kind)
    over = max(1, round(height_beyond(laid, budget) / LEADING[kind.large]))
    size = "18 pt" if kind.large else "14 pt"
    of = clinic.id if clinic else "general"
    message = (
        f"{sheet.handout.label} for {of} is too long by about {over} line{'' if over == 1 else 's'}: it may fill "
        f"{budget} page{'' if budget == 1 else 's'} of {kind.paper} in {size}"
    )
    hint = "what stands from here on does not fit: say less, or allow a page more"
    problems.add("handout-too-long", _place_of(first_words(laid, budget), sheet), message, hint)


def _place_of(text: str, sheet: Resolved) -> Position:
    """The node that says this."""
    said, chapter = " ".join(text.split())[:30], sheet.book.chapters[0]
    for node in d.walk(chapter.blocks):
        is_text = isinstance(node, d.Paragraph | d.Plain | d.Heading | d.Cell)
        if is_text and said in " ".join(d.plain_text(node).split()):
            return node.at
    return chapter.heading.at
