"""LaTeX as people write it in bibliographies in, plain text or text with CSL-JSON's tags out.

One pass over the text with one list of what comes out: neither the depth of its braces nor its length can make it
slow. Macros that nobody knows vanish, as in other decoders, but what stands in their braces is kept.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import Any

ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "G": "\u030f", "U": "\u030e", "t": "\u0361",
}  # fmt: skip
TAGS = {
    "i": ("<i>", "</i>"),
    "b": ("<b>", "</b>"),
    "sup": ("<sup>", "</sup>"),
    "sub": ("<sub>", "</sub>"),
    "caps": ('<span style="font-variant:small-caps;">', "</span>"),
    "nocase": ('<span class="nocase">', "</span>"),
}
STYLES = {
    "emph": "i", "textit": "i", "textsl": "i", "mathit": "i", "mkbibemph": "i", "mkbibitalic": "i",
    "textbf": "b", "mathbf": "b", "mkbibbold": "b", "textsuperscript": "sup", "mkbibsuperscript": "sup",
    "textsubscript": "sub", "mkbibsubscript": "sub", "textsc": "caps",
}  # fmt: skip
DECLARED = {"it": "i", "em": "i", "sl": "i", "itshape": "i", "slshape": "i", "bf": "b", "bfseries": "b", "sc": "caps"}
DROPPED = frozenset(["noopsort", "footnote", "label", "index", "cite", "vspace", "hspace", "todo", "color"])
QUOTED = {"enquote": ("“", "”"), "mkbibquote": ("“", "”"), "mkbibparens": ("(", ")"), "mkbibbrackets": ("[", "]")}
SPACES = frozenset(["par", "newline", "space", "quad", "qquad", "linebreak", "enspace", "thinspace", "nobreakspace"])
SYMBOLS = {
    "i": "ı", "j": "ȷ", "copyright": "©", "pounds": "£", "S": "§", "P": "¶", "textgreater": ">", "textless": "<",
    "slash": "/", "textmd": "", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "textquotesingle": "'",
    "textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\", "textbar": "|", "textunderscore": "_",
    "textbraceleft": "{", "textbraceright": "}", "textdollar": "$", "textpercent": "%", "textampersand": "&",
    "bibrangedash": "–", "hyphen": "-", "textsuperscript": "", "checkmark": "✓", "micro": "µ", "celsius": "°C",
    "dots": "…", "textellipsis": "…", "textendash": "–", "textemdash": "—", "guillemetleft": "«",
    "guillemetright": "»", "flqq": "«", "frqq": "»", "glqq": "„", "grqq": "“", "ldots": "…", "textdegree": "°",
    "textmu": "µ", "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”",
}  # fmt: skip
DOTLESS = {"ı": "i", "ȷ": "j"}  # an accent takes the place of the dot
MARKS = {"---": "—", "--": "–", "``": "“", "''": "”", "`": "‘", "~": " ", "?`": "¿", "!`": "¡"}

_TOKEN = re.compile(
    r"""\\([A-Za-z]+)\*?[ \t\n]*      # 1 a macro of letters, with the space that it swallows
    | \\(.)                           # 2 a macro of one sign
    | ([{}$])                         # 3
    | (---?|``|''|[?!]`|`|~)          # 4
    | ([\^_])                         # 5
    | [^\\{}$~`'\-?!^_]+ | .""",
    re.VERBOSE | re.DOTALL,
)
_SPECIAL = re.compile(r"[\\{}$~`]|--|''")


@dataclass(slots=True)
class _Group:
    """Open braces: where what they hold begins in the output, and what is done to it at their end."""

    start: int
    style: str = ""
    closing: str = ""
    accent: str = ""
    dropped: bool = False
    cased: bool = False  # inside of braces that already keep capitals as they are
    declared: list[tuple[int, str]] = field(default_factory=list)
    letters: int = 0


class _Decoder:
    def __init__(self, text: str, tags: bool) -> None:
        self.text, self.tags = text, tags
        self.out: list[str] = []
        self.groups = [_Group(0)]
        self.letters = 0
        self.math = False
        self.pending: dict[str, Any] | None = None  # what the next braces, or the next sign, are the argument of

    def decode(self) -> str:
        for match in _TOKEN.finditer(self.text):
            word, sign, brace, mark, raised = match.groups()
            if word is not None:
                self.word(word)
            elif sign is not None:
                self.sign(sign)
            elif brace == "{":
                self.open(match.end())
            elif brace == "}":
                self.close()
            elif brace == "$":
                self.math = not self.math
            elif mark is not None and not (self.math and mark in ("''", "`")):
                self.put(MARKS[mark])
            elif raised is not None and self.math:
                self.pending = {"style": "sup" if raised == "^" else "sub"}
            elif self.math:
                self.put("".join(match[0].split()).replace("-", "−"))
            else:
                self.put(match[0])
        while self.groups:
            self.end_group()
        return unicodedata.normalize("NFC", "".join(self.out))

    # --- signs and words -------------------------------------------------------------------------------------------

    def put(self, text: str) -> None:
        if self.pending is not None and text:
            if text.isspace() and "accent" in self.pending:
                return
            argument, self.pending = self.pending, None
            self.begin(**argument)
            self.out.append(text[0])
            self.letters += text[0].isalpha()
            self.end_group()
            text = text[1:]
        if text:
            self.out.append(text)
            self.letters += any(char.isalpha() for char in text)

    def word(self, name: str) -> None:
        if name in ACCENTS:
            self.pending = {"accent": ACCENTS[name]}
        elif name in STYLES:
            self.pending = {"style": STYLES[name]}
        elif name in DECLARED:
            self.out.append("")
            self.groups[-1].declared.append((len(self.out) - 1, DECLARED[name]))
        elif name in DROPPED or name == "href":
            self.pending = {"dropped": True}
        elif name in QUOTED:
            opening, closing = QUOTED[name]
            self.put(opening)
            self.pending = {"closing": closing}
        elif name in SPACES:
            self.put(" ")
        elif (symbol := _symbol(name)) is not None:
            self.put(symbol)
        else:
            self.pending = {}

    def sign(self, sign: str) -> None:
        if sign in ACCENTS and not (self.math and sign in "=.'`"):
            self.pending = {"accent": ACCENTS[sign]}
        elif sign in "()":
            self.math = sign == "("
        elif sign in "-/!@[]":  # where a word may be broken, corrections of space, displayed formulas
            pass
        elif sign in ",;:> \n\t\\":
            self.put(" ")
        else:
            self.put(sign)

    # --- braces ----------------------------------------------------------------------------------------------------

    def open(self, inside: int) -> None:
        if self.pending is not None:
            argument, self.pending = self.pending, None
            self.begin(**argument)
        elif self.math or self.text.startswith("\\", inside):  # "{\'e}" is one letter, not a word to keep
            self.begin()
        else:
            self.begin(style="nocase")

    def begin(self, style: str = "", closing: str = "", accent: str = "", dropped: bool = False) -> None:
        cased = self.groups[-1].cased
        if style == "nocase":
            style, cased = ("" if cased else style), True
        self.out.append("")  # the place of the opening tag
        self.groups.append(_Group(len(self.out) - 1, style, closing, accent, dropped, cased, letters=self.letters))

    def close(self) -> None:
        self.pending = None
        if len(self.groups) > 1:
            self.end_group()

    def end_group(self) -> None:
        group = self.groups.pop()
        if group.dropped:
            del self.out[group.start :]
            self.letters = group.letters
            return
        for start, style in reversed(group.declared):
            self.tag(start, style)
        if group.accent:
            held = self.out[group.start : group.start + 9]  # the letter may stand in braces of its own, but not in many
            if place := next((place for place, text in enumerate(held, group.start) if text), 0):
                letter, rest = self.out[place][0], self.out[place][1:]
                self.out[place] = DOTLESS.get(letter, letter) + group.accent + rest
        if group.style and (group.style != "nocase" or self.letters > group.letters):
            self.tag(group.start, group.style)
        if group.closing:
            self.out.append(group.closing)

    def tag(self, start: int, style: str) -> None:
        if self.tags and len(self.out) > start + 1:
            opening, closing = TAGS[style]
            self.out[start] = opening
            self.out.append(closing)


def from_latex(text: str, *, tags: bool = False) -> str:
    """The text that LaTeX would set. With `tags`, italics and the like are kept, and braces keep capitals."""
    return _Decoder(text, tags).decode() if _SPECIAL.search(text) else text


def verbatim(text: str) -> str:
    """An address or identifier: only the backslashes go that programs put before its special characters."""
    text = re.sub(r"^\\url\s*\{(.*)\}$", r"\1", text.strip(), flags=re.DOTALL)
    return re.sub(r"\\([_%&#~{}$])", r"\1", text.strip("{}")).replace(r"\textasciitilde", "~").strip()


@cache
def _symbols() -> Any:
    from pylatexenc.latex2text import get_default_latex_context_db

    return get_default_latex_context_db()


def _symbol(name: str) -> str | None:
    """What a macro without an argument prints."""
    if name in SYMBOLS:
        return SYMBOLS[name]
    found = getattr(_symbols().get_macro_spec(name), "simplify_repl", None)
    return found if isinstance(found, str) and "%" not in found and "<" not in found else None
