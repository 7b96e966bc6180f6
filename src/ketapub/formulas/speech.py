"""What is said in place of a formula: its MathML and the words of a language come in, a phrase goes out.

A small set of rules for the mathematics of lay books, with words from `locale`. Where it has no words for something,
there is no phrase at all: a formula that is read out by halves is worse than none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ketapub.locale import Words, words

_UNSAID = frozenset("\u2062\u2063\u2064")
_PAUSES = frozenset(",;")
_LEAVES = frozenset({"mi", "mn", "mtext"})
_SUMS = {"∑": "sum", "∏": "product", "∫": "integral"}
_ACCENTS = {
    "¯": "bar", "‾": "bar", "ˆ": "hat", "^": "hat", "˜": "tilde", "~": "tilde", "→": "vector", "⃗": "vector",
    "˙": "dot", "¨": "double-dot",
}  # fmt: skip
_STYLES = {"DOUBLE-STRUCK": "double-struck", "SCRIPT": "script", "FRAKTUR": "fraktur", "BLACK-LETTER": "fraktur"}
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"


class _NoWords(Exception):
    pass


def say(mathml: str, language: str) -> str:
    """The phrase, or "" where the rules or the language have no words for it."""
    word = words(language)
    if word.language.partition("-")[0] != language.lower().partition("-")[0]:
        return ""
    try:
        return _Speaker(word).row(list(ElementTree.fromstring(f"<math>{mathml}</math>")))
    except _NoWords:
        return ""


@cache
def _signs(language: str) -> dict[str, str]:
    """What each sign, or name of a function, is called: a line each in `locale`."""
    lines = words(language)["formula-signs"].strip().splitlines()
    return {sign: said for line in lines for signs, _, said in [line.partition("  ")] for sign in signs.split()}


class _Speaker:
    def __init__(self, word: Words) -> None:
        self.word, self.signs = word, _signs(word.language)
        self.greek = dict(zip(_GREEK, word["formula-greek"].split(), strict=True))
        self.in_limit = False

    def shape(self, key: str, **parts: object) -> str:
        return self.word.format(f"formula-{key}", **parts)

    def row(self, elements: Sequence[Element]) -> str:
        if table := self.fenced_table(elements):
            return table
        said, before = "", None
        for element in elements:
            text, name, before = element.text or "", before, element
            if element.tag == "mo" and text in _PAUSES:
                said += text
            elif element.tag == "mo" and text == "/" and name is not None and len(name.text or "") > 1:
                said += " " + self.shape("per")  # mg/kg
            elif part := self.one(element):
                said += f" {part}" if said else part
        return said

    def one(self, element: Element) -> str:
        inside, text = list(element), (element.text or "").strip()
        match element.tag:
            case "mrow" | "mtd":
                return self.row(inside)
            case "mi":
                return self.identifier(text)
            case "mn" | "mtext":
                return text
            case "mspace":
                return ""
            case "mo":
                return "" if text in _UNSAID else self.sign(text)
            case "mfrac":
                return self.fraction(element)
            case "msqrt":
                return self.root("root", inside)
            case "mroot":
                key = "cube-root" if (inside[1].tag, inside[1].text) == ("mn", "3") else "other-root"
                return self.root(key, inside[:1], order=self.one(inside[1]))
            case "msup":
                return self.raised(self.base(inside[0]), inside[1])
            case "msub" | "munder":
                return self.below(inside[0], inside[1], None)
            case "msubsup" | "munderover":
                return self.below(inside[0], inside[1], inside[2])
            case "mover":
                return self.over(inside[0], inside[1])
            case "mtable":
                return self.table(element)
            case _:
                raise _NoWords

    def base(self, element: Element) -> str:
        if not (said := self.one(element)):
            raise _NoWords  # signs that stand before a letter, as in ¹⁴C
        return said

    # -- letters and signs

    def sign(self, text: str) -> str:
        if text == "→" and self.in_limit:
            return self.shape("approaches")
        if text not in self.signs:
            raise _NoWords
        return self.signs[text]

    def identifier(self, text: str) -> str:
        if text in self.signs:
            return self.signs[text]
        if len(text) != 1:
            return text
        plain, name = unicodedata.normalize("NFKC", text), unicodedata.name(text, "")
        letter = self.greek.get(plain.lower())
        if letter is None:
            if not (plain.isalpha() and plain.isprintable()):
                raise _NoWords
            letter = plain
        elif plain.isupper():
            letter = self.shape("capital", letter=letter)
        style = next((key for part, key in _STYLES.items() if part in name), "")
        style = style or ("bold" if name.startswith("MATHEMATICAL") and "BOLD" in name else "")
        return self.shape(style, letter=letter) if style else letter

    # -- what stands on, under and over each other

    def fraction(self, element: Element) -> str:
        top, bottom = element
        parts = {"top": self.base(top), "bottom": self.base(bottom)}
        if element.get("linethickness", "").startswith("0"):
            return self.shape("choose", **parts)
        return self.shape("over" if top.tag in _LEAVES and bottom.tag in _LEAVES else "fraction", **parts)

    def root(self, key: str, inside: list[Element], **more: str) -> str:
        said = self.shape(key, inside=self.row(inside), **more)
        return said if len(inside) == 1 and inside[0].tag in _LEAVES else said + self.shape("root-end")

    def raised(self, base: str, exponent: Element) -> str:
        text = (exponent.text or "").strip()
        if exponent.tag == "mo":
            if text == "∘":
                return f"{base} {self.signs['°']}"
            if text in "′″‴":
                return f"{base} {self.sign(text)}"
            return self.shape("superscript", base=base, exponent=self.sign(text))
        if exponent.tag == "mn" and text in ("2", "3"):
            return self.shape("squared" if text == "2" else "cubed", base=base)
        said = self.shape("power", base=base, exponent=self.base(exponent))
        return said if exponent.tag in _LEAVES else said + self.shape("power-end")

    def below(self, base: Element, lower: Element, upper: Element | None) -> str:
        text = (base.text or "").strip()
        if base.tag == "mo" and text in _SUMS:
            parts = {"what": self.shape(_SUMS[text]), "lower": self.base(lower)}
            return (
                self.shape("from", **parts) if upper is None else self.shape("range", upper=self.base(upper), **parts)
            )
        if base.tag == "mi" and text == "lim" and upper is None:
            self.in_limit = True
            said = self.shape("limit", lower=self.base(lower))
            self.in_limit = False
            return said
        if base.tag in ("munder", "mover") or (base.tag == "mo" and text not in self.signs):
            raise _NoWords
        key = "log-base" if (base.tag, text) == ("mi", "log") else "sub"
        said = self.shape(key, base=self.base(base), index=self.base(lower))
        said = said if lower.tag in _LEAVES else said + self.shape("sub-end")
        return said if upper is None else self.raised(said, upper)

    def over(self, base: Element, accent: Element) -> str:
        key = _ACCENTS.get(accent.text or "") if accent.tag == "mo" else None
        if key is None or base.tag == "mo":
            raise _NoWords
        return self.shape(key, base=self.base(base))

    # -- tables

    def fenced_table(self, elements: Sequence[Element]) -> str:
        """A matrix without its brackets, or cases without their brace; "" if it is something else."""
        tags, signs = [one.tag for one in elements], [(one.text or "") for one in elements]
        if tags == ["mo", "mtable"] and signs[0] == "{":
            return self.table(elements[1], "case")
        if tags == ["mo", "mtable", "mo"] and (signs[0], signs[2]) in (("(", ")"), ("[", "]")):
            return self.table(elements[1])
        if tags == ["mo", "mfrac", "mo"] and elements[1].get("linethickness", "").startswith("0"):
            return self.one(elements[1])
        return ""

    def table(self, element: Element, kind: str = "") -> str:
        kind = kind or ("line" if element.get("displaystyle") == "true" else "row")
        gap = " " if kind == "line" else ", "
        lines = []
        for number, row in enumerate(element, 1):
            cells = gap.join(said for cell in row if (said := self.one(cell)))
            lines.append(self.shape(kind, number=number, cells=cells))
        columns = max((len(row) for row in element), default=0)
        before = self.shape("matrix", rows=len(element), columns=columns) if kind == "row" else ""
        after = self.shape("matrix-end") if kind == "row" else ""
        return re.sub(r"\s+", " ", f"{before} {'; '.join(lines)}{after}").strip()
