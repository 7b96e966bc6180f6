"""The door to math-core: TeX comes in, MathML kept to an allow-list goes out, or `BadTex` with the place of the fault.

Whatever the TeX says, time and memory are bounded: by its length, by its depth, and because it defines no commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NoReturn
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

if TYPE_CHECKING:
    from math_core import LatexToMathML

LONGEST = 2000  # characters of TeX
DEEPEST = 30  # elements inside each other


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# MathML Core, and of MathML 3 `columnalign`, without which cases and aligned lines would be centred in older readers.
ELEMENTS = _names(
    "mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd"
)
ATTRIBUTES = _names(
    "accent accentunder displaystyle form largeop linethickness lspace mathvariant maxsize minsize movablelimits "
    "rspace stretchy symmetric width"
)
_PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
_VALUE = re.compile(r"-?[\w.]+%?", re.ASCII)
_ALIGN = re.compile(r"text-align: ?(left|right)")
_SPACING = re.compile(r"(?:(?:text-align|justify-items|padding-left|padding-right|margin-left): ?[\w.-]+;? ?)*")
_UNITLESS = frozenset({"lspace", "rspace"})

_TOKEN = re.compile(
    r"\\(?P<env>begin|end)\s*\{(?P<name>[^{}]*)\}|\\(?P<word>[A-Za-z]+)|(?P<line>\\\\)|\\.|[{}%]", re.DOTALL
)
_DEFINING = _names("newcommand renewcommand providecommand def gdef edef let DeclareMathOperator")
_NUMBERED = _names("align alignat eqnarray equation flalign gather multline")
_HINTS = {
    "ce": r"write \mathrm{H_2O}",
    "SI": r"write 3\,\mathrm{mg}",
    "si": r"write \mathrm{mg}",
    "qty": r"write 3\,\mathrm{mg}",
    "unit": r"write \mathrm{mg}",
    "label": "give the formula an id behind its dollars: $$ … $$ {#eq-name}",
    "tag": "give the formula an id behind its dollars: $$ … $$ {#eq-name}",
    "widetilde": r"write \tilde",
}
# Stretched accents that math-core writes as combining characters; MathML's dictionary has them as these.
_ACCENTS = {("mover", "\u0332"): "\u203e", ("munder", "\u0332"): "_", ("mover", "\u0302"): "^"}


class BadTex(Exception):
    """What is wrong with a formula, at which character of its TeX, and what to do."""

    def __init__(self, message: str, offset: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.offset, self.hint = message, offset, hint


def to_mathml(tex: str, *, display: bool) -> str:
    """The content of a `<math>` element, without namespaces. Raises `BadTex`."""
    if not tex.strip():
        raise BadTex("this formula is empty")
    if len(tex) > LONGEST:
        raise BadTex(f"this formula has {len(tex)} characters of TeX", hint=f"at most {LONGEST}: divide it")
    _look_over(tex)
    try:
        root = ElementTree.fromstring(_convert(tex, display))
    except ElementTree.ParseError as error:
        raise BadTex("this formula cannot be read", hint="write it in another way") from error
    parts = [kept for child in root for kept in _clean(child, 1)]
    if not parts:
        raise BadTex("this formula is empty")
    _join(parts)
    return "".join(ElementTree.tostring(part, encoding="unicode") for part in parts)


def _look_over(tex: str) -> None:
    """What math-core would take and drop without a word, or number by itself."""
    environments = braces = 0
    for match in _TOKEN.finditer(tex):
        at, name = match.start(), match["name"]
        if match[0] == "%":
            raise BadTex("a percent sign hides the rest of the line in TeX", at, r"write \%")
        if match["word"] in _DEFINING:
            raise BadTex(f"\\{match['word']} defines a command", at, "write out what the command stands for")
        if match["env"] == "begin":
            if name.rstrip("*") in _NUMBERED:
                hint = r"write \begin{aligned} or \begin{gathered}; for a number, {#eq-name} behind the dollars"
                raise BadTex(f"\\begin{{{name}}} numbers its lines by itself", at, hint)
            environments += 1
        elif match["env"] == "end":
            environments -= 1
        elif match[0] in "{}":
            braces += 1 if match[0] == "{" else -1
        elif match["line"] and not environments and not braces:
            raise BadTex("a line of a formula ends here", at, r"write \begin{aligned} … \end{aligned} around its lines")


def _convert(tex: str, display: bool) -> str:
    from math_core import LatexError

    try:
        found = _converter().convert_with_local_state(tex, displaystyle=display)
    except LatexError as error:
        place, _, message = str(error).partition(": ")
        _refuse(tex, int(place) if place.isdecimal() else 0, message or str(error))
    return found.replace("&ApplyFunction;", "\u2061")


def _refuse(tex: str, offset: int, message: str) -> NoReturn:
    command = re.compile(r"\\([A-Za-z]+)").match(tex, offset)
    hint = _HINTS.get(command[1], "") if command else ""
    if not hint and command:
        hint = "docs/markdown.md says what formulas may hold"
    raise BadTex(message[:1].lower() + message[1:].rstrip("."), min(offset, len(tex)), hint)


@cache
def _converter() -> LatexToMathML:
    from math_core import LatexToMathML

    return LatexToMathML(fancy_error=False, max_expansions=20)  # of the few commands that it defines by itself


def _clean(element: Element, depth: int) -> Iterator[Element]:
    """The element as it may stand in a book; nothing where it only steers how one browser breaks lines."""
    if depth > DEEPEST:
        raise BadTex("this formula nests too deeply", hint="divide it")
    name = element.tag
    style = element.attrib.pop("style", "")
    if name == "mspace" and (not element.attrib or "margin-left" in style):
        return
    if "border" in style:
        raise BadTex("lines in an array are not supported", hint=r"write its columns without | and \hline")
    if "color" in style:
        raise BadTex("colours are not supported in formulas", hint="nobody hears a colour, and paper may have none")
    if name not in ELEMENTS:
        raise BadTex(f"this formula needs <{name}>, which not every reader shows", hint="write it in another way")
    if not _SPACING.fullmatch(style):
        raise BadTex("this formula needs a look that not every reader gives it", hint="write it in another way")
    if name == "mtable":
        element.attrib.pop("scriptlevel", None)  # a table is never set in small letters, and MathML 3 forbids to say so
    for key, value in list(element.attrib.items()):
        if key not in ATTRIBUTES or not _VALUE.fullmatch(value):
            raise BadTex(f'this formula needs {key}="{value}", which not every reader knows', hint="write it plainly")
        if key in _UNITLESS and value == "0":
            element.set(key, "0em")
    if align := _ALIGN.search(style):
        element.set("columnalign", align[1])
    cleaned = [list(_clean(child, depth + 1)) for child in element]
    if name in _PARTS:  # each part has its place, an empty one too
        cleaned = [one or [Element("mrow")] for one in cleaned]
        if len(cleaned) != _PARTS[name]:
            raise BadTex("something is missing in this formula")
    children = [kept for one in cleaned for kept in one]
    if name == "msqrt" and not children:
        raise BadTex("a root of nothing")
    element[:] = children
    element.tail = None
    if not children and element.text:
        # The selectors of a letter's variant have no glyph, and choose nothing in most fonts.
        element.text = re.sub("[\ufe00-\ufe0f]", "", element.text)
    if name in ("mover", "munder") and len(element) == 2:
        element[1].text = _ACCENTS.get((name, element[1].text or ""), element[1].text)
    _join(element)
    if name == "mrow" and len(element) == 1 and not element.attrib:
        yield element[0]
    elif name != "mo" or (element.text or "").strip("\u2063"):  # the unseen end of a \right.
        yield element


def _join(parts: Element | list[Element]) -> None:
    """Three dots are one sign; `1{,}000` is one number: digits around a comma that was told to have no space."""
    index = 0
    while index + 2 < len(parts):
        first, comma, last = parts[index : index + 3]
        if [(one.tag, one.text) for one in (first, comma, last)] == [("mo", ".")] * 3:
            first.text = "…"
            del parts[index + 1 : index + 3]
        elif (first.tag, comma.text, last.tag) == ("mn", ",", "mn") and comma.get("rspace", "").startswith("0"):
            first.text = f"{first.text},{last.text}"
            del parts[index + 1 : index + 3]
        else:
            index += 1


def shown_letters(mathml: str) -> str:
    """What a font has to have glyphs for: single letters are shown in italics, roots with their sign."""
    root = ElementTree.fromstring(f"<math>{mathml}</math>")
    slanted = {_italic(one.text or "") for one in root.iter("mi") if one.get("mathvariant") != "normal"}
    drawn = "√" if any(one.tag in ("msqrt", "mroot") for one in root.iter()) else ""
    return "".join([*root.itertext(), *sorted(slanted), drawn])


def _italic(letter: str) -> str:
    if len(letter) != 1 or not letter.isalpha():
        return ""
    if letter == "h":
        return "\N{PLANCK CONSTANT}"
    for plain, italic in (("A", 0x1D434), ("a", 0x1D44E), ("Α", 0x1D6E2), ("α", 0x1D6FC)):
        if 0 <= (place := ord(letter) - ord(plain)) < 26 - (plain > "z"):
            return chr(italic + place)
    return ""


def ems(mathml: str) -> float:
    """About how wide it is, in ems of the text: rather too much than too little."""
    return 0.6 + 1.25 * sum(_width(part) for part in ElementTree.fromstring(f"<math>{mathml}</math>"))


def _width(element: Element) -> float:
    inner = [_width(child) for child in element]
    match element.tag:
        case "mi" | "mn" | "mtext":
            return 0.6 * len(element.text or "")
        case "mo":
            sign = element.text or ""
            return 0.45 if sign in "()[]{}|,.!′\u2061" else max(1.4, 0.6 * len(sign))
        case "mspace":
            width = element.get("width", "0").removesuffix("em")
            return max(0.0, float(width)) if re.fullmatch(r"-?\d*\.?\d+", width) else 1
        case "mfrac":
            return max(inner, default=0) + 0.3
        case "msub" | "msup":
            return inner[0] + 0.75 * inner[1]
        case "msubsup":
            return inner[0] + 0.75 * max(inner[1:])
        case "munder" | "mover" | "munderover":
            return max(inner[0], *(0.75 * one for one in inner[1:]))
        case "msqrt" | "mroot":
            return sum(inner) + 1
        case "mtable":
            rows = [[_width(cell) + 1 for cell in row] for row in element]
            columns = max(map(len, rows), default=0)
            return sum(max((row[at] for row in rows if at < len(row)), default=0) for at in range(columns))
        case _:
            return sum(inner)
