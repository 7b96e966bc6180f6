"""Sets parts on pages, or finds what an earlier run has set: a part and the number of its first page in; what is to be
known of its pages, and later the pages themselves, out.

Nothing is made twice: what a part becomes is kept under a key of all that it is made of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ketapub import document as d
from ketapub.cache import Cache, cache_key
from ketapub.formats.imprint import stamp, use_until
from ketapub.formats.pdf.boxed import callouts_of
from ketapub.formats.pdf.composer import Composed, Manner, tokens
from ketapub.formats.pdf.crew import Crew
from ketapub.formats.pdf.desk import Desk, Heard, Task
from ketapub.formats.pdf.drawn import Drawn, drawn_from
from ketapub.formats.pdf.edition import Edition
from ketapub.formats.pdf.engine import engine_versions
from ketapub.formats.pdf.facts import PartFacts, facts_from
from ketapub.formats.pdf.parts import Part
from ketapub.formats.pdf.standard import Standard
from ketapub.formats.styling import face_rule, own_faces, size_rules
from ketapub.problems import Problems
from ketapub.theme import Theme

LETTERS = 1_150  # on a page, about: in a book with many boxes, tables and figures


@dataclass(frozen=True, slots=True)
class LaidPart:
    part: Part
    first: int  # number of its first page
    facts: PartFacts
    key: str

    @property
    def task(self) -> Task:
        return Task(self.part, self.first, self.key)


class Setter:
    """For one edition. With more than one of `jobs`, other processes lay out what is to be laid out, side by side."""

    def __init__(
        self,
        book: d.Book,
        theme: Theme,
        edition: Edition,
        problems: Problems,
        cache: Cache | None = None,
        jobs: int = 1,
    ) -> None:
        self.language, self.problems, self.jobs = book.info.book.language, problems, jobs
        self.cache = cache or Cache(None, problems)
        self.laid: set[str] = set()  # keys of the parts that this run has laid out
        self.manner = manner_of(book, theme, edition)
        self._facts: dict[str, bytes] = {}
        self._crew: Crew | None = None
        self._digests = {name: _digest(data) for name, data in self.manner.resources.items()}
        fonts = [theme.read(name) for name in theme.fonts]
        own = (*edition.faces, *own_faces(book))
        self.fonts = {_digest(data): data for data in (*fonts, *(face.data for face in own))}
        named = [digest for name, digest in sorted(self._digests.items()) if f'"{name}"' in edition.css]
        engines = engine_versions(theme.folder / "fonts")
        told = problems.severities.get("typesetting")  # what is off is not heard, and so kept
        kind = json.dumps([edition.judged, edition.inks, edition.splits_help, edition.suffix, engines, told])
        sizes = size_rules(book)
        self._sizes = {rule[rule.index("[") + 1 : rule.index("]")]: rule for rule in sizes.splitlines()}
        self._style = cache_key(self.manner.css.replace(sizes, ""), kind, *named, *self.fonts)
        self._key_of_plan = cache_key("plan", book.info.book.identifier, edition.suffix)
        self.labels, self.lengths = self._last_plan()
        self._letters, self._pages = 0, 0  # of the text that this run has set so far

    @cached_property
    def desk(self) -> Desk:
        """The one of this process."""
        return Desk(self.manner, self.problems.severities)

    def take_desk(self, other: Setter) -> None:
        """Go on at the desk of another one, with the pages that lie there, if it lays out in the same manner."""
        desk = other.__dict__.get("desk")
        if desk is not None and (other.manner, desk.severities) == (self.manner, self.problems.severities):
            self.desk = desk

    def lay_out(self, part: Part, first: int) -> LaidPart:
        task = self._task(part, first)
        if (facts := self._known_facts(task)) is None:
            facts = self._keep_facts(task, self.desk.lay_out(task))
        self._learn(part, facts)
        return LaidPart(part, first, facts, task.key)

    def lay_out_ahead(self, parts: Iterable[tuple[Part, int]]) -> None:
        """Side by side, where that pays; so that `lay_out` finds it."""
        if self.jobs < 2:
            return
        todo = [task for part, first in parts if self._known_facts(task := self._task(part, first)) is None]
        if len(todo) < 2:
            return
        self._crew = self._crew or Crew(self.manner, self.problems.severities, min(self.jobs, len(todo)))
        for task, made in zip(todo, self._crew.lay_out(todo), strict=True):
            self._learn(task.part, self._keep_facts(task, made))

    def length(self, part: Part) -> int:
        """How many pages a part had last, or may have."""
        return self.lengths.get(part.key) or 1 + part.letters * (self._pages or 1) // (self._letters or LETTERS)

    def _learn(self, part: Part, facts: PartFacts) -> None:
        self.lengths[part.key] = facts.pages
        if part.starts and not part.of_numbers:  # of contents, references, an index as much goes on a page as may be
            self._letters += part.letters
            self._pages += facts.pages

    def draw(self, parts: Sequence[LaidPart], standard: Standard) -> list[Drawn]:
        keys = [cache_key("drawn", laid.key, standard.pdf, self.language) for laid in parts]
        found = dict(zip(keys, map(self.cache.get, keys), strict=True))
        todo = {key: laid.task for key, laid in zip(keys, parts, strict=True) if found[key] is None}
        crew = self._crew
        theirs = {key: task for key, task in todo.items() if crew and crew.knows(task)}
        if crew:
            for key, made in zip(theirs, crew.draw([*theirs.values()], self.language, standard), strict=True):
                found[key] = self._keep(key, made)
        for key, task in todo.items():
            if key not in theirs:
                found[key] = self._keep(key, self.desk.draw(task, self.language, standard))
        return [drawn_from(data) for key in keys if (data := found[key]) is not None]

    def pages(self, laid: LaidPart) -> Composed:
        """The pages of a part, in this process."""
        return self.desk.pages(laid.task)

    def keep_plan(self, labels: Mapping[str, str]) -> None:
        """The page numbers of this run are the first guess of the next one, and no more: others come out the same."""
        self.cache.put(self._key_of_plan, json.dumps([dict(labels), self.lengths]).encode())

    def close(self) -> None:
        if self._crew:
            self._crew.close()

    def _last_plan(self) -> tuple[Mapping[str, str], dict[str, int]]:
        found = self.cache.get(self._key_of_plan)
        labels, lengths = json.loads(found) if found is not None else ({}, {})
        return labels, lengths

    def _task(self, part: Part, first: int) -> Task:
        page = part.page(self.manner.title, self.manner.stamp)
        ids = [
            sorted(id for id in group if f'"{id}"' in page) for group in (self.manner.urgent, self.manner.emergencies)
        ]
        pictures = [digest for name, digest in sorted(self._digests.items()) if f'"{name}"' in page]
        sizes = [rule for attribute, rule in self._sizes.items() if attribute in page]
        nodes = json.dumps([part.starts_apart(), ids, sizes])
        return Task(part, first, cache_key(self._style, page, str(first), nodes, *pictures))

    def _known_facts(self, task: Task) -> PartFacts | None:
        found = self._facts.get(task.key) or self.cache.get(cache_key("facts", task.key))
        return None if found is None else facts_from(found)

    def _keep_facts(self, task: Task, made: Heard[bytes]) -> PartFacts:
        self.laid.add(task.key)
        self._facts[task.key] = self._keep(cache_key("facts", task.key), made)
        return facts_from(made.result)

    def _keep(self, key: str, made: Heard[bytes]) -> bytes:
        """What the engine complained of is not kept: it would not be told of again."""
        self.problems.take(made.problems)
        if not made.problems:
            self.cache.put(key, made.result)
        return made.result


def manner_of(book: d.Book, theme: Theme, edition: Edition) -> Manner:
    own = (*edition.faces, *own_faces(book))
    rules = [face_rule(face, f'url("{face.file}")') for face in own]
    resources = {name: asset.data for name, asset in book.assets.items()} | dict(book.files)
    return Manner(
        css="\n".join((*rules, edition.css)),
        resources=resources | {face.file: face.data for face in edition.faces},
        fonts=theme.folder / "fonts",
        title=book.info.book.title,
        stamp=stamp(book) or use_until(book),
        ink=tokens(theme.css["tokens.css"]),
        urgent=frozenset(callouts_of(book, "urgent")),
        emergencies=frozenset(callouts_of(book, "emergency")),
        suffix=edition.suffix,
        judged=edition.judged,
        inks=edition.inks,
        splits_help=edition.splits_help,
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
