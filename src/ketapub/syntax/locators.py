"""Where in a work: the text behind a citation key comes in; CSL label, locator and the start of the suffix go out.

Pandoc's rule: a locator word and numbers; numbers alone after a comma (pages); or anything in braces: `{p. 3a–c}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# CSL 1.0.2, appendix IV: the labels that pandoc's citeproc knows; the words are those of the CSL locales.
_ENGLISH = {
    "book": "book books bk. bks. bk bks",
    "chapter": "chapter chapters chap. chaps. chap chaps ch. chs. ch",
    "column": "column columns col. cols. col cols",
    "figure": "figure figures fig. figs. fig figs",
    "folio": "folio folios fol. fols. fol fols",
    "issue": "number numbers issue issues no. nos. no nos",
    "line": "line lines l. ll.",
    "note": "note notes n. nn.",
    "opus": "opus opera op. opp.",
    "page": "page pages p. pp. p pp pg. pgs.",
    "paragraph": "paragraph paragraphs para. paras. para paras ¶ ¶¶",
    "part": "part parts pt. pts. pt pts",
    "section": "section sections sec. secs. sec secs sect. § §§",
    "sub-verbo": "s.v. s.vv. sub_verbo",
    "verse": "verse verses v. vv.",
    "volume": "volume volumes vol. vols. vol vols",
}
_WORDS = {
    "en": _ENGLISH,
    "de": {
        "book": "Buch Bücher B.",
        "chapter": "Kapitel Kap.",
        "column": "Spalte Spalten Sp.",
        "figure": "Abbildung Abbildungen Abb.",
        "issue": "Nummer Nummern Nr. Heft Hefte",
        "line": "Zeile Zeilen Z.",
        "page": "Seite Seiten S.",
        "paragraph": "Absatz Absätze Abs.",
        "part": "Teil Teile",
        "section": "Abschnitt Abschnitte Abschn. § §§",
        "volume": "Band Bände Bd. Bde.",
    },
    "es": {
        "book": "libro libros lib.",
        "chapter": "capítulo capítulos cap. caps.",
        "column": "columna columnas col. cols.",
        "figure": "figura figuras fig. figs.",
        "issue": "número números núm. núms.",
        "line": "línea líneas l. ls.",
        "page": "página páginas pág. págs. p. pp.",
        "paragraph": "párrafo párrafos párr. ¶",
        "part": "parte partes pt. pts.",
        "section": "sección secciones sec. secs. §",
        "volume": "volumen volúmenes vol. vols.",
    },
    "fr": {
        "book": "livre livres liv.",
        "chapter": "chapitre chapitres chap.",
        "column": "colonne colonnes col.",
        "figure": "figure figures fig.",
        "issue": "numéro numéros no nos n° nᵒ",
        "line": "ligne lignes l.",
        "page": "page pages p. pp.",
        "paragraph": "paragraphe paragraphes paragr. §",
        "part": "partie parties part.",
        "section": "section sections sect.",
        "volume": "volume volumes vol.",
    },
}
_NUMBER = r"(?:[A-Za-z]{0,3}\d[\w.:/]*|(?:[ivxlcdm]+|[IVXLCDM]+)\b)(?:\([\w]+\))?"
_NUMBERS = rf"{_NUMBER}(?:(?:\s*[-–—]{{1,3}}\s*|\s*(?:,|&|and|und|y|et)\s*)(?={_NUMBER}){_NUMBER})*"
_TAIL = re.compile(r"[.,:/]+$")


@dataclass(frozen=True, slots=True)
class Locator:
    label: str
    text: str
    end: int  # where the suffix starts


@cache
def _terms(language: str) -> dict[str, str]:
    """Locator word, in lower case -> CSL label. English words are known in every language."""
    terms = {}
    for words in (_ENGLISH, _WORDS.get(language.partition("-")[0].lower(), {})):
        terms.update({word.replace("_", " ").lower(): label for label, row in words.items() for word in row.split()})
    return terms


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in sorted(_terms(language), key=len, reverse=True))
    return re.compile(
        rf"(?P<comma>\s*,)?\s*(?:(?P<term>{words})(?:\s*(?=[\dA-Z(])|\s+)|(?(comma)|(?!)))(?P<numbers>{_NUMBERS})", re.I
    )


def find_locator(text: str, begin: int, end: int, language: str) -> Locator | None:
    """The locator that starts at `begin`, right behind the key (and a comma)."""
    terms = _terms(language)
    if braces := re.compile(r"\s*,?\s*\{([^{}]*)\}").match(text, begin, end):
        inner = braces[1].strip()
        words = sorted(terms, key=len, reverse=True)
        term = next((word for word in words if re.match(rf"{re.escape(word)}(?=[\s\d]|$)", inner, re.I)), "")
        return Locator(terms.get(term, "page"), inner[len(term) :].strip(), braces.end()) if inner else None
    match = _pattern(language).match(text, begin, end)
    if not match:
        return None
    numbers = _TAIL.sub("", match["numbers"])
    label = terms[match["term"].lower()] if match["term"] else "page"
    return Locator(label, numbers, match.start("numbers") + len(numbers))
