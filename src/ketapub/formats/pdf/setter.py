"""Sets parts on pages, or finds what an earlier run has set: a part and the number of its first page in; what is to be
known of its pages, and later the pages themselves, out.

Nothing is made twice: what a part becomes is kept under a key of all that it is made of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
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
from ketapub.formats.pdf.numbers import put_in, with_numbers
from ketapub.formats.pdf.parts import Part
from ketapub.formats.pdf.union import Originals
from ketapub.formats.styling import face_rule, own_faces, size_rules
from ketapub.problems import Problems
from ketapub.theme import Theme

LETTERS = 1_350  # on a page, about: fewer in a book with many boxes, tables and figures, more in one of plain text


@dataclass(frozen=True)
class LaidPart:
    part: Part
    first: int  # number of its first page
    facts: PartFacts
    task: Task  # by which its pages are made

    @cached_property
    def labels(self) -> list[str]:
        """Those of its pages."""
        return self.part.labels(self.first, self.facts.pages)

    @property
    def key(self) -> str:
        """Another one for other pages."""
        return cache_key(self.task.key, *self.labels, *self.part.numbers)


class Setter:
    """For one edition. With more than one of `jobs`, other processes lay out what is to be laid out, side by side, and
    this one does `meanwhile`."""

    def __init__(
        self,
        book: d.Book,
        theme: Theme,
        edition: Edition,
        problems: Problems,
        cache: Cache | None = None,
        jobs: int = 1,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self.language, self.problems = book.info.book.language, problems
        self.jobs, self._meanwhile = jobs, meanwhile
        self.cache = cache or Cache(None, problems)
        self.laid: set[str] = set()  # keys of the parts that this run has laid out
        self.manner = manner_of(book, theme, edition)
        self._made: dict[tuple[str, str], bytes] = {}  # what the cache does not keep, and the key of its task
        self._crew: Crew | None = None
        self._digests = {name: _digest(data) for name, data in self.manner.resources.items()}
        fonts = [theme.read(name) for name in theme.fonts]
        own = (*edition.faces, *own_faces(book))
        files = {_digest(data): data for data in (*fonts, *(face.data for face in own))}
        named = [digest for name, digest in sorted(self._digests.items()) if f'"{name}"' in edition.css]
        engines = engine_versions(theme.folder / "fonts")
        self.originals = Originals(files, json.dumps(engines), self.cache)
        told = problems.severities.get("typesetting")  # what is off is not heard, and so kept
        standard = edition.standard.pdf if edition.standard else ""
        kind = json.dumps(
            [edition.judged, edition.inks, edition.splits_help, edition.suffix, self.language, standard, engines, told]
        )
        sizes = size_rules(book)
        self._sizes = {rule[rule.index("[") + 1 : rule.index("]")]: rule for rule in sizes.splitlines()}
        self._style = cache_key(self.manner.css.replace(sizes, ""), kind, *named, *files)
        self._key_of_plan = cache_key("plan", book.info.book.identifier, edition.suffix)
        self.labels, self.lengths = self._last_plan()
        self._letters, self._pages = 0, 0  # of the text that this run has set so far

    @cached_property
    def desk(self) -> Desk:
        """The one of this process."""
        return Desk(self.manner, self.problems.severities)

    def take_desk(self, other: Setter) -> None:
        """Go on at the desk of another one, with what it has made, if it lays out in the same manner."""
        desk = other.__dict__.get("desk")
        if desk is not None and (other.manner, desk.severities) == (self.manner, self.problems.severities):
            self.desk, self._made = desk, other._made

    def lay_out(self, part: Part, first: int) -> LaidPart:
        while (facts := self._known_facts(task := self._task(part, first))) is None:
            self._keep_made(task, self.desk.lay_out(task))
        self._learn(part, facts)
        return LaidPart(part, first, facts, task)

    def lay_out_ahead(self, parts: Iterable[tuple[Part, int]]) -> None:
        """Side by side, where that pays; so that `lay_out` finds it."""
        if self.jobs < 2:
            return
        todo = [task for part, first in parts if self._known_facts(task := self._task(part, first)) is None]
        if len(todo) < 2:
            return
        self._crew = self._crew or Crew(self.manner, self.problems.severities, min(self.jobs, len(todo)))
        for task, made in zip(todo, self._crew.lay_out(todo, self._meanwhile), strict=True):
            self._learn(task.part, self._keep_made(task, made))

    def length(self, part: Part) -> int:
        """How many pages a part had last, or may have."""
        return self.lengths.get(part.key) or 1 + part.letters * (self._pages or 1) // (self._letters or LETTERS)

    def _learn(self, part: Part, facts: PartFacts) -> None:
        self.lengths[part.key] = facts.pages
        if part.starts and not part.of_numbers:  # of contents, references, an index as much goes on a page as may be
            self._letters += part.letters
            self._pages += facts.pages

    def drawn(self, laid: LaidPart) -> Drawn:
        """The part as a PDF of its own, with its page numbers."""
        key = cache_key("numbered", laid.key)
        if (found := self.cache.get(key)) is not None:
            return drawn_from(found)
        drawn = self._drawn_open(laid.task)
        drawn = replace(drawn, data=with_numbers(drawn.data, laid.part.numbers, laid.labels))
        self.cache.put(key, drawn.as_bytes())
        return drawn

    def _drawn_open(self, task: Task) -> Drawn:
        """With room for page numbers."""
        data = self._find("drawn", task)
        if data is None:
            made = self.desk.lay_out(task)
            self._keep_made(task, made)
            _, data = made.result
        return drawn_from(data)

    def pages(self, laid: LaidPart) -> Composed:
        """The pages of a part, in this process, with their numbers."""
        composed = self.desk.pages(laid.task)
        put_in(composed.document.pages, composed.open, laid.part.numbers, laid.labels)
        return composed

    def keep_plan(self, labels: Mapping[str, str], parts: Iterable[LaidPart]) -> None:
        """The page numbers of this run are the first guess of the next one, and no more: others come out the same."""
        self.cache.put(self._key_of_plan, json.dumps([dict(labels), self.lengths]).encode())
        keys = {laid.task.key for laid in parts}
        self._made = {name: data for name, data in self._made.items() if name[1] in keys}

    def close(self) -> None:
        if self._crew:
            self._crew.close()

    def _last_plan(self) -> tuple[Mapping[str, str], dict[str, int]]:
        found = self.cache.get(self._key_of_plan)
        labels, lengths = json.loads(found) if found is not None else ({}, {})
        return labels, lengths

    def _task(self, part: Part, first: int) -> Task:
        """With numbers to be put in later, unless it is known that this part needs them."""
        task = self._task_of(part, _like(part, first, self.length(part)), is_open=True)
        facts = self._known_facts(task)
        if facts is not None and (right := _like(part, first, facts.pages)) != task.first:
            task = self._task_of(part, right, is_open=True)
            facts = self._known_facts(task)
        return self._task_of(part, first, is_open=False) if facts is not None and not facts.is_open else task

    def _task_of(self, part: Part, first: int, *, is_open: bool) -> Task:
        page = part.page(self.manner.title, self.manner.stamp, is_open=is_open)
        quoted = {*page.split('"')}
        ids = [sorted(quoted.intersection(group)) for group in (self.manner.urgent, self.manner.emergencies)]
        pictures = [self._digests[name] for name in sorted(quoted.intersection(self._digests))]
        sizes = [rule for attribute, rule in self._sizes.items() if attribute in page]
        nodes = json.dumps([part.starts_apart(), ids, sizes, is_open])
        return Task(part, first, is_open, cache_key(self._style, page, str(first), nodes, *pictures))

    def _known_facts(self, task: Task) -> PartFacts | None:
        found = self._find("facts", task)
        return None if found is None else facts_from(found)

    def _find(self, what: str, task: Task) -> bytes | None:
        return self._made.get((what, task.key)) or self.cache.get(cache_key(what, task.key))

    def _keep_made(self, task: Task, made: Heard[tuple[bytes, bytes]]) -> PartFacts:
        """What the engine complained of is not kept: it would not be told of again."""
        self.laid.add(task.key)
        self.problems.take(made.problems)
        facts, drawn = made.result
        for what, data in (("facts", facts), ("drawn", drawn)):
            if made.problems or not self.cache.put(cache_key(what, task.key), data):
                self._made[what, task.key] = data
        return facts_from(facts)


def _like(part: Part, first: int, pages: int) -> int:
    """The least number of a first page, on the right, whose pages have numbers of as many digits."""
    least = 10 ** (len(str(first)) - 1)
    return least | 1 if part.folio == "arabic" and first + pages <= 10 * least else first


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
        language=book.info.book.language,
        standard=edition.standard,
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
