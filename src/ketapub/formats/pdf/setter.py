"""Sets parts on pages, or finds what an earlier run has set: a part and the number of its first page in; what is to be
known of its pages, and later the pages themselves, out.

Nothing is asked twice: what a part becomes is kept under a key of all that it is made of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ketapub import __version__, document as d
from ketapub.cache import Cache, cache_key
from ketapub.formats.imprint import stamp, use_until
from ketapub.formats.pdf.boxed import callouts_of
from ketapub.formats.pdf.composer import Composed, Composer, tokens
from ketapub.formats.pdf.drawn import Drawn, draw_part, drawn_from
from ketapub.formats.pdf.edition import Edition
from ketapub.formats.pdf.engine import Engine, engine_versions, log_as_problems
from ketapub.formats.pdf.facts import PartFacts, facts_from
from ketapub.formats.pdf.parts import Part
from ketapub.formats.pdf.standard import Standard
from ketapub.formats.styling import face_rule, own_faces
from ketapub.problems import Problems
from ketapub.theme import Theme

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class LaidPart:
    part: Part
    first: int  # number of its first page
    facts: PartFacts
    key: str  # of all that its pages are made of

    @property
    def last(self) -> int:
        return self.first + self.facts.pages - 1


@dataclass
class Setter:
    """For one edition. Without a cache that keeps anything, all is laid out here."""

    book: d.Book
    theme: Theme
    edition: Edition
    problems: Problems
    cache: Cache = field(default_factory=lambda: Cache(None, Problems()))
    composed: dict[str, tuple[LaidPart, Composed]] = field(default_factory=dict)  # by the key of the part
    clean: bool = True  # whether nothing was logged so far: what is found in the cache is not complained of again

    def __post_init__(self) -> None:
        own = (*self.edition.faces, *own_faces(self.book))
        rules = [face_rule(face, f'url("{face.file}")') for face in own]
        css = "\n".join((*rules, self.edition.css))
        resources = {name: asset.data for name, asset in self.book.assets.items()} | dict(self.book.files)
        resources |= {face.file: face.data for face in self.edition.faces}
        self.engine = self.listened(lambda: Engine(css, resources, self.theme.folder / "fonts"))
        self.composer = Composer(
            title=self.book.info.book.title,
            stamp=stamp(self.book) or use_until(self.book),
            ink=tokens(self.theme.css["tokens.css"]),
            urgent=callouts_of(self.book, "urgent"),
            emergencies=callouts_of(self.book, "emergency"),
            edition=self.edition,
            engine=self.engine,
        )
        self.digests = {name: hashlib.sha256(data).hexdigest() for name, data in resources.items()}
        named = [digest for name, digest in sorted(self.digests.items()) if f'"{name}"' in css]
        fonts = [self.theme.read(name) for name in self.theme.fonts]
        self.fonts = {hashlib.sha256(data).hexdigest(): data for data in (*fonts, *(face.data for face in own))}
        kind = (self.edition.judged, self.edition.inks, self.edition.splits_help, self.edition.suffix)
        engines = engine_versions(self.theme.folder / "fonts")
        self.style = cache_key(__version__, css, json.dumps(kind), *engines, *named, *self.fonts)

    def lay_out(self, part: Part, first: int) -> LaidPart:
        key = self.key(part, first)
        known = self.composed.get(part.key)
        if known and known[0].key == key:
            return replace(known[0], part=part)
        if (found := self.cache.get(cache_key("facts", key))) is not None:
            return LaidPart(part, first, facts_from(found), key)
        laid = self.compose(part, first, key)
        if self.clean:
            self.cache.put(cache_key("facts", key), laid.facts.as_json())
        return laid

    def pages(self, laid: LaidPart) -> Composed:
        """The pages of a part that was set, laid out again where only the cache knew of them."""
        known = self.composed.get(laid.part.key)
        if known is None or known[0].key != laid.key:
            self.compose(laid.part, laid.first, laid.key)
        return self.composed[laid.part.key][1]

    def draw(self, laid: LaidPart, standard: Standard) -> Drawn:
        key = cache_key("drawn", laid.key, standard.pdf, self.book.info.book.language)
        if (found := self.cache.get(key)) is not None:
            return drawn_from(found)
        composed = self.pages(laid)
        drawn = self.listened(lambda: draw_part(composed, self.book.info.book.language, standard))
        if self.clean:
            self.cache.put(key, drawn.as_bytes())
        return drawn

    def compose(self, part: Part, first: int, key: str) -> LaidPart:
        composed = self.listened(lambda: self.composer.compose(part, first))
        laid = LaidPart(part, first, composed.facts, key)
        self.composed[part.key] = laid, composed
        return laid

    def key(self, part: Part, first: int) -> str:
        page = part.page(self.composer.title, self.composer.stamp)
        least = part.first_order
        starts = [(one.at, one.node.order - least, one.part, type(one.node).__name__) for one in part.starts]
        ids = [[id for id in group if f'"{id}"' in page] for group in (self.composer.urgent, self.composer.emergencies)]
        pictures = [digest for name, digest in sorted(self.digests.items()) if f'"{name}"' in page]
        return cache_key(self.style, page, str(first), json.dumps([starts, ids]), *pictures)

    def listened(self, make: Callable[[], Result]) -> Result:
        """What `make` gives; whatever the engine logs meanwhile is a problem, and keeps the result out of the cache."""
        told = Problems()
        told.severities = self.problems.severities
        with log_as_problems(told):
            made = make()
        self.problems.take(told.found)
        self.clean = self.clean and not told.found
        return made

    # The page numbers of the last run are the first guess of the next one, and no more: others come out the same.

    def last_labels(self) -> Mapping[str, str]:
        found = self.cache.get(self._key_of_labels())
        return json.loads(found) if found is not None else {}

    def keep_labels(self, labels: Mapping[str, str]) -> None:
        self.cache.put(self._key_of_labels(), json.dumps(labels).encode())

    def _key_of_labels(self) -> str:
        return cache_key("labels", self.book.info.book.identifier, self.edition.suffix)
