"""What goes to the press, and what the author should hear of it: a book in, a `Job` out; notes in, problems out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import md5

from ketapub import document as d
from ketapub.formats.pdf.engine import BASE
from ketapub.formats.pdf.press.content import Noted
from ketapub.formats.pdf.press.intent import Intent
from ketapub.info import Info
from ketapub.problems import Position, Problems

FINE = 300  # pixels an inch, below which a picture looks soft in print


@dataclass(frozen=True)
class Job:
    """What goes to the press. `pictures` by the name in the layout; `places` are where each one stands in the book."""

    info: Info
    intent: Intent
    pictures: Mapping[str, bytes]
    places: Mapping[str, tuple[Position, ...]]
    page_name: Callable[[int], str] = lambda index: f"page {index + 1}"
    folds: tuple[float, ...] = ()  # points from the left trim, where the sheet of a cover is folded
    spine: str = ""  # on which side of the first page the spine is, where no bleed is wanted; else ""
    black_only: bool = False  # whether colours become greys

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Image objects are named after the address of their picture (WeasyPrint 70, `Stream.add_image`)."""
        hashes = {name: md5((BASE + name).encode(), usedforsecurity=False).hexdigest() for name in self.pictures}
        return {f"/i{hash}{smooth}": name for name, hash in hashes.items() for smooth in (0, 1)}


def job_of(book: d.Book, intent: Intent) -> Job:
    """The job of printing a book's pages."""
    places: dict[str, tuple[Position, ...]] = {}
    for node in d.walk_book(book):
        if isinstance(node, d.Image):
            places[node.source] = (*places.get(node.source, ()), node.at)
    places |= {name: (book.info.at("theme.css"),) for name in book.files}
    if book.cover:
        places.setdefault(book.cover, (book.info.at("book.cover"),))
    pictures = {name: asset.data for name, asset in book.assets.items() if asset.svg is None} | dict(book.files)
    return Job(book.info, intent, pictures, places)


def tell(noted: Noted, job: Job, problems: Problems) -> None:
    _tell_of_pictures(noted, job, problems)
    settings, at = job.info.press, job.info.at
    for colour, index in noted.heavy.items():
        message = f"{job.page_name(index)}: device-cmyk({' '.join(f'{part:g}' for part in colour)}) lays"
        message += f" {sum(colour):.0%} ink on one spot, and the limit is {settings.ink_limit}%"
        hint = "give the colour less ink, or raise ink-limit if the printer allows it"
        problems.add("too-much-ink", at("press.ink-limit"), message, hint, severity="warning")
    if settings.standard == "x-1a" and noted.shining:
        first = min(noted.shining)
        more = f" and {len(noted.shining) - 1} more" if len(noted.shining) > 1 else ""
        message = f"{job.page_name(first)}{more}: something shines through, which PDF/X-1a has no way to say"
        hint = 'leave out opacity, masks and half-clear colours, or set standard = "x-4"'
        problems.add("transparency", at("press.standard"), message, hint)


def _tell_of_pictures(noted: Noted, job: Job, problems: Problems) -> None:
    seen: Counter[str] = Counter()
    for place in noted.placed:
        name = job.names.get(place.name, "")
        places = job.places.get(name, (job.info.at("press"),))
        at = places[min(seen[name], len(places) - 1)]
        seen[name] += 1
        if round(place.ppi) < FINE:
            shown = name.rpartition("/")[2] or "a picture"
            message = f"{shown} is printed with {place.ppi:.0f} pixels an inch, and {FINE} look sharp"
            hint = f"use a picture {FINE / place.ppi:.1f} times as wide, or print it smaller"
            problems.add("picture-resolution", at, message, hint, severity="warning")
