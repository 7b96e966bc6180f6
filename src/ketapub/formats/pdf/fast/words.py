"""Words as Pango shapes them: text and its style in, glyphs and widths of words, and where they stand in a line, out.

A line is the sum of its words and spaces, in whole Pango units. A font that kerns with the space makes the space or the
glyph before it wider or narrower. Each `Face` asks Pango once for each word, for all new ones of a text together, and
once for each two glyphs with a space between them. What is not such a sum is None.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, zip_longest
from typing import Any, NamedTuple

from weasyprint.text.ffi import FROM_UNITS, ffi, pango, unicode_to_char_p
from weasyprint.text.fonts import font_features
from weasyprint.text.line_break import Layout, get_log_attrs, line_size

# Left to right, in the Latin script, no character that breaks lines, joins or stretches in a way of its own.
SIMPLE = re.compile(
    "[ -~\u00a0-\u00a8\u00ab\u00ac\u00af-\u024f\u2010\u2012-\u2014\u2018-\u201e\u2020-\u2022\u2026\u2032\u2033\u20ac"
    "\u2190-\u2193\u2212\u2248\u2260\u2264\u2265]*"
)
# Text without one of these is in no script, and has other features of the font.
LETTER = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
# All that decides about shaping or breaking.
PROPERTIES = dict.fromkeys(
    (
        "font_family",
        "font_style",
        "font_stretch",
        "font_weight",
        "font_size",
        "font_variation_settings",
        "font_kerning",
        "font_variant_ligatures",
        "font_variant_position",
        "font_variant_caps",
        "font_variant_numeric",
        "font_variant_alternates",
        "font_variant_east_asian",
        "font_feature_settings",
        "font_language_override",
        "lang",
        "direction",
        "text_decoration_line",
        "letter_spacing",
        "word_spacing",
        "white_space",
        "overflow_wrap",
        "word_break",
        "hyphens",
        "hyphenate_character",
        "hyphenate_limit_chars",
    )
)
MOST = 4000  # texts that a face remembers
EDGE = -1  # of a text, where a word has the id of a glyph


class Glyph(NamedTuple):
    id: int
    width: int
    offset: int
    text: str  # the characters that it stands for


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    text: str
    glyphs: tuple[Glyph, ...]
    width: int  # in Pango units, as all numbers here
    first: int  # the ids of the glyphs at its edges
    last: int


class Gap(NamedTuple):
    kern: int  # how much wider the glyph before the space is there
    space: int


class Face:
    """What Pango says about one set of text properties. `simple`: lines are sums of words, as far as is known."""

    def __init__(self, style: Any) -> None:
        self.simple = (
            style["direction"] == "ltr"
            and style["letter_spacing"] in ("normal", 0)
            and style["word_spacing"] == 0
            and style["white_space"] in ("normal", "nowrap", "pre", "pre-wrap")
            and style["word_break"] == "normal"
            and style["font_size"] > 0
        )
        if not self.simple:
            return
        self.wraps = style["white_space"] in ("normal", "pre-wrap")
        self.collapses = style["white_space"] in ("normal", "nowrap")
        self.lang = style["lang"]
        self.decorated = style["text_decoration_line"] != "none"
        self.asked: dict[Any, Any] = {}  # WeasyPrint's answers, for what is not simple
        self.compared = 0  # lines about which it was asked all the same
        self._texts: dict[str, Text | None] = {}
        self.pen: Any = None  # of `draw`
        self.drawn = 0
        self._words: tuple[dict[str, Word | None], ...] = ({"": None}, {"": None})  # in texts without letters, and with
        self._gaps: tuple[dict[tuple[int, int], Gap | None], ...] = ({}, {})
        self._layout = Layout(style)
        self._font_features = _font_features(style)
        self.model = Layout(style)  # keeps the font alive
        self.model.set_text("x")
        line, _ = self.model.get_first_line()
        self.height = line_size(line, style)[1]
        self.baseline = pango.pango_layout_get_baseline(self.model.layout) * FROM_UNITS
        self.font = line.runs[0].data.item.analysis.font
        glyphs = self._shape("x ")
        self.simple = glyphs is not None
        if glyphs:
            self.space = glyphs[-1]

    def word(self, text: str, letters: bool) -> Word | None:
        """As it is drawn alone, in a text with letters or without."""
        words = self._words[letters]
        if text not in words:
            self._learn([text], letters)
        return words[text]

    def _learn(self, texts: Sequence[str], letters: bool) -> None:
        """Pango shapes new words in one text, where each is a run of its own, as it is in a justified line: most of
        what that takes is the same for one word and for many."""
        attributes = self._features()
        places = [0, *accumulate(len(text.encode()) + 1 for text in texts)]
        for place in places[1:]:
            attribute = pango.pango_attr_letter_spacing_new(2048)  # of the space before it
            attribute.start_index, attribute.end_index = place - 1, place
            pango.pango_attr_list_insert(attributes, attribute)
        runs = self._runs(" ".join((*texts, "a" if letters else "0")), attributes)
        for text, place in zip(texts, places, strict=False):
            glyphs = self._glyphs(text, runs.get(place))
            self._words[letters][text] = (
                Word(text, glyphs, sum(glyph.width for glyph in glyphs), glyphs[0].id, glyphs[-1].id)
                if glyphs
                else None
            )

    def gap(self, left: Word | None, right: Word | None, letters: bool) -> Gap | None:
        """Between two words, or at the edge of a text, which is None."""
        gaps = self._gaps[letters]
        pair = (left.last if left else EDGE, right.first if right else EDGE)
        if pair not in gaps:
            gaps[pair] = self._gap(left, right, letters)
        return gaps[pair]

    def _gap(self, left: Word | None, right: Word | None, letters: bool) -> Gap | None:
        before, after = left.text if left else "", right.text if right else ""
        text = f"{before} {after}"
        if letters and not LETTER.search(text):
            text += " a" if right else "a"
        glyphs = self._shape(text)
        count = len(left.glyphs) if left else 0
        wanted = [*(left.glyphs if left else ()), self.space, *(right.glyphs if right else ())]
        if not glyphs or [one.id for one in glyphs[: len(wanted)]] != [one.id for one in wanted]:
            return None
        kern = glyphs[count - 1].width - wanted[count - 1].width if left else 0
        space = glyphs[count].width if right else self.space.width
        if left:
            wanted[count - 1] = wanted[count - 1]._replace(width=wanted[count - 1].width + kern)
        wanted[count] = self.space._replace(width=space)
        compared = len(wanted) - 1 if right else count  # what follows may be kerned too
        return Gap(kern, space) if glyphs[:compared] == tuple(wanted[:compared]) else None

    def _features(self) -> Any:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
        if self._font_features:
            pango.pango_attr_list_insert(attributes, pango.pango_attr_font_features_new(self._font_features))
        return attributes

    def _runs(self, text: str, attributes: Any) -> dict[int, Any]:
        """The runs of a text by the places where they begin, in bytes."""
        characters, _ = unicode_to_char_p(text)
        pango.pango_layout_set_text(self._layout.layout, characters, -1)
        pango.pango_layout_set_attributes(self._layout.layout, attributes)
        line, _ = self._layout.get_first_line()
        found, rest = {}, line.runs
        while rest != ffi.NULL:
            found[rest.data.item.offset] = rest.data
            rest = rest.next
        return found

    def _shape(self, text: str) -> tuple[Glyph, ...] | None:
        return self._glyphs(text, self._runs(text, self._features()).get(0))

    def _glyphs(self, text: str, run: Any) -> tuple[Glyph, ...] | None:
        """Of a text; None if it is not this run, in the font of this face."""
        data = text.encode()
        if run is None or run.item.length != len(data):
            return None
        if run.item.analysis.font != self.font or run.item.analysis.level % 2:
            return None
        glyphs, starts, count = run.glyphs.glyphs, run.glyphs.log_clusters, run.glyphs.num_glyphs
        found = []
        for index in range(count):
            glyph = glyphs[index]
            id, geometry = glyph.glyph, glyph.geometry
            if id == pango.PANGO_GLYPH_EMPTY or id & pango.PANGO_GLYPH_UNKNOWN_FLAG or geometry.y_offset:
                return None
            end = len(data) if index == count - 1 else starts[index + 1]
            found.append(Glyph(id, geometry.width, geometry.x_offset, data[starts[index] : end].decode()))
        return tuple(found)

    def spaced(self, text: str) -> tuple[list[Word | None], list[Gap]] | None:
        """The words of a text, and what is between them. A space at an edge is beside an empty word."""
        if not (self.simple and SIMPLE.fullmatch(text)):
            return None
        letters = LETTER.search(text) is not None
        known, kerned = self._words[letters], self._gaps[letters]
        tokens = text.split(" ")
        if new := [token for token in dict.fromkeys(tokens) if token not in known]:
            self._learn(new, letters)
        words = [*map(known.__getitem__, tokens)]
        if None in words[1:-1] or any(token and words[at] is None for at, token in ((0, tokens[0]), (-1, tokens[-1]))):
            return None
        gaps = []
        before, left = words[0], words[0].last if words[0] else EDGE
        for word in words[1:]:
            gap = kerned.get((left, word.first if word else EDGE)) or self.gap(before, word, letters)
            if gap is None:
                return None
            gaps.append(gap)
            before, left = word, word.last if word else EDGE
        return words, gaps

    def text(self, text: str) -> Text | None:
        if text not in self._texts:
            if len(self._texts) > MOST:
                self._texts.clear()
            found = self.spaced(text) if text else None
            self._texts[text] = Text(text, *found, self.lang) if found else None
        return self._texts[text]


class Text:
    """Where the words of a text stand: `starts` in characters, from `lefts` to `rights` in Pango units. `kerned`: where
    they end if a space follows."""

    def __init__(self, text: str, words: list[Word | None], gaps: list[Gap], lang: str) -> None:
        self.text, self.words, self._lang = text, words, lang
        self.lines: dict[Any, Any] = {}  # of `text`
        self.letters = LETTER.search(text) is not None
        self.starts = [0, *accumulate(len(word.text) + 1 if word else 1 for word in words)][:-1]
        self.lefts, self.rights, self.kerned = [0], [], []
        for word, gap in zip_longest(words, gaps):
            self.rights.append(self.lefts[-1] + (word.width if word else 0))
            self.kerned.append(self.rights[-1] + (gap.kern if gap else 0))
            if gap:
                self.lefts.append(self.kerned[-1] + gap.space)

    def least(self, start: int) -> int:
        """How wide it is from there on, without spaces at its end; the word that is begun before may come to that."""
        last = len(self.text.rstrip(" "))
        return self.rights[bisect_left(self.starts, last) - 1] - self.lefts[bisect_left(self.starts, start)]

    @cached_property
    def breaks(self) -> list[int]:
        """Where a line may end, in characters."""
        attributes = get_log_attrs(self.text, self._lang)
        flags = memoryview(ffi.buffer(attributes)).cast("I")
        return [index for index, flag in enumerate(flags[: len(self.text)]) if flag & 1 and index]


def _font_features(style: Any) -> bytes:
    """As Layout.setup writes them."""
    found = font_features(
        style["font_kerning"],
        style["font_variant_ligatures"],
        style["font_variant_position"],
        style["font_variant_caps"],
        style["font_variant_numeric"],
        style["font_variant_alternates"],
        style["font_variant_east_asian"],
        style["font_feature_settings"],
    )
    return ",".join(f"{name} {value}" for name, value in found.items()).encode()


def face_of(style: Any) -> Face:
    """The same for styles that set text in the same way."""
    face = style.__dict__.get("_face")
    if face is None:
        if _is_as_its_parent(style):
            face = face_of(style.parent_style)
        else:
            faces = style.font_config.__dict__.setdefault("_faces", {})
            key = str([style[name] for name in PROPERTIES])
            face = faces[key] if key in faces else faces.setdefault(key, Face(style))
        style._face = face
    return face  # type: ignore[no-any-return]


def _is_as_its_parent(style: Any) -> bool:
    """Whether all that matters here is inherited, or passed on: no rule sets any of it, nor was it changed since."""
    parent = getattr(style, "parent_style", None)  # a text in a drawing has none
    if parent is None or any(key in PROPERTIES for key in getattr(style, "cascaded", ())):
        return False
    return all(style[key] == parent[key] for key in PROPERTIES if key in style)
