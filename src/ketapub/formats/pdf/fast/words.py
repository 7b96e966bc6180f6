"""Words as Pango shapes them: text and its style in, glyphs and widths of words, and where they stand in a line, out.

A line is the sum of its words and spaces, in whole Pango units. A font that kerns with the space makes the space or the
glyph before it wider or narrower. Each `Face` has Pango shape each word once, and once each two glyphs with a space
between them. What is not such a sum is None.

A layout of Pango finds out direction, script and font of its text, and where it may be broken, before it shapes it, and
that takes nine tenths of its time. For text in one script all of it but the font is the same, and the font is asked for
once for each character.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise, zip_longest
from typing import Any, NamedTuple

from weasyprint.text.ffi import FROM_UNITS, ffi, pango
from weasyprint.text.line_break import Layout, get_log_attrs, line_size

# Left to right, in the Latin script, no character that breaks lines, joins or stretches in a way of its own.
SIMPLE = re.compile(
    "[ -~\u00a0-\u00a8\u00ab\u00ac\u00af-\u024f\u2010\u2012-\u2014\u2018-\u201e\u2020-\u2022\u2026\u2032\u2033\u20ac"
    "\u2190-\u2193\u2212\u2248\u2260\u2264\u2265]*"
)
# Text without one of these is in no script, and has other features of the font.
LETTER = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
OFTEN = (  # characters about which a face asks at once, in texts without letters, and with
    {one for one in map(chr, range(ord("!"), ord("~") + 1)) if not LETTER.match(one)},
    {*map(chr, range(ord("!"), ord("~") + 1))},
)
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
ffi.cdef(
    """
    PangoGlyphString * pango_glyph_string_new (void);
    void pango_glyph_string_free (PangoGlyphString *string);
    void pango_shape_full (
        const char *item_text, int item_length, const char *paragraph_text, int paragraph_length,
        const PangoAnalysis *analysis, PangoGlyphString *glyphs);
    """,
    override=True,
)
FIELDS = ffi.sizeof("PangoGlyphInfo") // ffi.sizeof("int")  # its id, width, offset, rise, and what kind it is of
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
        self.model = Layout(style)  # keeps the font alive
        self.model.set_text("x")
        line, _ = self.model.get_first_line()
        self.height = line_size(line, style)[1]
        self.baseline = pango.pango_layout_get_baseline(self.model.layout) * FROM_UNITS
        self.font = line.runs[0].data.item.analysis.font
        self._plain, self._probe = Layout(style), Layout(style)
        # Of texts without letters, and with; so below. A pointer into the model is good as long as its text is.
        self._analyses: list[Any] = [None, ffi.addressof(line.runs[0].data.item.analysis)]
        self._string = ffi.gc(pango.pango_glyph_string_new(), pango.pango_glyph_string_free)
        self._own: tuple[dict[str, bool], ...] = ({}, {})  # whether a character is set in this font
        self._words: tuple[dict[str, Word | None], ...] = ({"": None}, {"": None})
        self._gaps: tuple[dict[tuple[int, int], Gap | None], ...] = ({}, {})
        glyphs = self._shape("x ", letters=True)
        self.simple = glyphs is not None and self._is_own("x", letters=True)
        if glyphs:
            self.space = glyphs[-1]

    def word(self, text: str, letters: bool) -> Word | None:
        """As it is drawn alone, in a text with letters or without."""
        words = self._words[letters]
        if text not in words:
            glyphs = self._shape(text, letters) if self._is_own(text, letters) else None
            words[text] = (
                Word(text, glyphs, sum(one.width for one in glyphs), glyphs[0].id, glyphs[-1].id) if glyphs else None
            )
        return words[text]

    def gap(self, left: Word | None, right: Word | None, letters: bool) -> Gap | None:
        """Between two words, or at the edge of a text, which is None."""
        gaps = self._gaps[letters]
        pair = (left.last if left else EDGE, right.first if right else EDGE)
        if pair not in gaps:
            gaps[pair] = self._gap(left, right, letters)
        return gaps[pair]

    def _gap(self, left: Word | None, right: Word | None, letters: bool) -> Gap | None:
        before, after = left.text if left else "", right.text if right else ""
        glyphs = self._shape(f"{before} {after}", letters)
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

    def _is_own(self, text: str, letters: bool) -> bool:
        """Whether a layout sets all of these characters in the font of this face, with the same glyphs."""
        known = self._own[letters]
        if new := set(text) - known.keys():
            self._ask_font(new | (OFTEN[letters] - known.keys()), letters)
        return all(map(known.__getitem__, text))

    def _ask_font(self, characters: Set[str], letters: bool) -> None:
        known = self._own[letters]
        known.update(dict.fromkeys(characters, False))
        data = ("a" * letters + "".join(sorted(characters))).encode()
        for run in _runs(self._probe, data):
            part = data[run.item.offset : run.item.offset + run.item.length]
            if run.item.analysis.font == self.font and run.item.analysis.level % 2 == 0:
                text, glyphs = part.decode(), _glyphs(run.glyphs, part)
                if glyphs and glyphs == self._shape(text, letters):
                    known.update(dict.fromkeys(text, True))
                elif len(characters) > 1:
                    for one in text:
                        self._ask_font({one}, letters)

    def _shape(self, text: str, letters: bool) -> tuple[Glyph, ...] | None:
        data = text.encode()
        characters = ffi.from_buffer(data)
        analysis = self._analyses[letters] or self._ask_about_digits()
        pango.pango_shape_full(characters, len(data), characters, len(data), analysis, self._string)
        return _glyphs(self._string, data)

    def _ask_about_digits(self) -> Any:
        """Not before there is such text: what Pango says of signs that no font has depends on what was asked before."""
        (run,) = _runs(self._plain, b"0")
        self._analyses[False] = ffi.new("PangoAnalysis *", run.item.analysis)
        self._analyses[False].font = self.font
        return self._analyses[False]

    def spaced(self, text: str) -> tuple[list[Word | None], list[Gap]] | None:
        """The words of a text, and what is between them. A space at an edge is beside an empty word."""
        if not (self.simple and SIMPLE.fullmatch(text)):
            return None
        letters = LETTER.search(text) is not None
        known, kerned = self._words[letters], self._gaps[letters]
        tokens = text.split(" ")
        words = [known[token] if token in known else self.word(token, letters) for token in tokens]
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


def _runs(layout: Layout, text: bytes) -> list[Any]:
    """As Pango divides a text by font, script and direction."""
    pango.pango_layout_set_text(layout.layout, ffi.from_buffer(text), len(text))
    line, _ = layout.get_first_line()
    runs, rest = [], line.runs
    while rest != ffi.NULL:
        runs.append(rest.data)
        rest = rest.next
    return runs


def _glyphs(string: Any, text: bytes) -> tuple[Glyph, ...] | None:
    """Of a text; None if it is more than glyphs beside each other."""
    count = string.num_glyphs
    numbers = memoryview(ffi.buffer(string.glyphs, count * FIELDS * ffi.sizeof("int"))).cast("i").tolist()
    ids, widths, offsets, rises = (numbers[index::FIELDS] for index in range(4))
    if any(rises) or any(one == pango.PANGO_GLYPH_EMPTY or one & pango.PANGO_GLYPH_UNKNOWN_FLAG for one in ids):
        return None
    starts = [*ffi.unpack(string.log_clusters, count), len(text)]
    parts = [text[start:end].decode() for start, end in pairwise(starts)]
    return tuple(map(Glyph, ids, widths, offsets, parts))


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
