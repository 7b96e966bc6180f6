"""Where in a work: the text behind a citation key comes in; CSL label, locator and the start of the suffix go out.

Pandoc's rule: a locator word and numbers; numbers alone after a comma (pages); or anything in braces: `{p. 3a–c}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# CSL 1.0.2, appendix IV: every kind of locator, in the words of the CSL locales and those that people write besides.
# A word with a space has "_" for it. English words are known in every language.
_ENGLISH = {
    "act": "act acts",
    "appendix": "appendix appendices appendixes app. apps. appx. app apps",
    "article-locator": "article articles art. arts. art arts",
    "book": "book books bk. bks. bk bks",
    "canon": "canon canons can. cann.",
    "chapter": "chapter chapters chap. chaps. chap chaps ch. chs. ch",
    "column": "column columns col. cols. col cols",
    "elocation": "location locations loc. locs. elocation elocations",
    "equation": "equation equations eq. eqs. eqq. eq eqs",
    "figure": "figure figures fig. figs. fig figs",
    "folio": "folio folios fol. fols. fol fols",
    "issue": "number numbers issue issues no. nos. no nos",
    "line": "line lines l. ll.",
    "note": "note notes n. nn.",
    "opus": "opus opera op. opp.",
    "page": "page pages p. pp. p pp pg. pgs.",
    "paragraph": "paragraph paragraphs para. paras. para paras ¶ ¶¶",
    "part": "part parts pt. pts. pt pts",
    "rule": "rule rules r. rr.",
    "scene": "scene scenes sc. scs.",
    "section": "section sections sec. secs. sec secs sect. § §§",
    "sub-verbo": "s.v. s.vv. sub_verbo sub_verbis",
    "supplement": "supplement supplements supp. supps. suppl. suppls. supp supps",
    "surah": "surah surahs sura suras",
    "table": "table tables tbl. tbls. tab. tabs. tbl tbls",
    "timestamp": "timestamp timestamps",
    "title-locator": "title titles tit. titt.",
    "verse": "verse verses v. vv.",
    "volume": "volume volumes vol. vols. vol vols",
}
_WORDS = {
    "en": _ENGLISH,
    "de": {
        "act": "Akt Akte",
        "appendix": "Anhang Anhänge Anh. Appendix Appendices",
        "article-locator": "Artikel Art.",
        "book": "Buch Bücher B.",
        "canon": "Canon Canones Kanon can. cann.",
        "chapter": "Kapitel Kap.",
        "column": "Spalte Spalten Sp.",
        "elocation": "Position Positionen Pos.",
        "equation": "Gleichung Gleichungen Gl. Gln.",
        "figure": "Abbildung Abbildungen Abb. Abbn.",
        "folio": "Blatt Blätter Bl. Folio Fol.",
        "issue": "Nummer Nummern Nr. Nrn. Heft Hefte",
        "line": "Zeile Zeilen Z.",
        "note": "Anmerkung Anmerkungen Anm. Fußnote Fußnoten Fn.",
        "opus": "Opus Opera op.",
        "page": "Seite Seiten S.",
        "paragraph": "Absatz Absätze Abs.",
        "part": "Teil Teile",
        "rule": "Regel Regeln",
        "scene": "Szene Szenen Sz.",
        "section": "Abschnitt Abschnitte Abschn. Paragraf Paragraph § §§",
        "sub-verbo": "Stichwort Stichworte Stichwörter s._v. s._vv.",
        "supplement": "Supplement Supplemente Suppl. Beilage Beilagen",
        "surah": "Sure Suren",
        "table": "Tabelle Tabellen Tab.",
        "timestamp": "Zeitmarke Zeitmarken Zeitstempel",
        "title-locator": "Titel Tit.",
        "verse": "Vers Verse V.",
        "volume": "Band Bände Bd. Bde.",
    },
    "es": {
        "act": "acto actos",
        "appendix": "apéndice apéndices ap. aps. apénd. anexo anexos",
        "article-locator": "artículo artículos art. arts.",
        "book": "libro libros lib.",
        "canon": "canon cánones can. cáns.",
        "chapter": "capítulo capítulos cap. caps.",
        "column": "columna columnas col. cols.",
        "elocation": "posición posiciones pos. ubicación ubicaciones",
        "equation": "ecuación ecuaciones ec. ecs.",
        "figure": "figura figuras fig. figs.",
        "folio": "folio folios f. fol. fols.",
        "issue": "número números núm. núms. n.º n.os",
        "line": "línea líneas l. ls.",
        "note": "nota notas n.",
        "opus": "opus opera op.",
        "page": "página páginas pág. págs. p. pp.",
        "paragraph": "párrafo párrafos párr. párrs. ¶",
        "part": "parte partes pt. pts.",
        "rule": "regla reglas",
        "scene": "escena escenas esc. escs.",
        "section": "sección secciones sec. secs. §",
        "sub-verbo": "sub_voce sub_vocibus s._v. s._vv.",
        "supplement": "suplemento suplementos supl. supls.",
        "surah": "sura suras azora azoras",
        "table": "tabla tablas tab. tabs. cuadro cuadros",
        "timestamp": "marca_de_tiempo marcas_de_tiempo minuto minutos",
        "title-locator": "título títulos tít. títs.",
        "verse": "versículo versículos verso versos v. vv.",
        "volume": "volumen volúmenes vol. vols. tomo tomos t. ts.",
    },
    "fr": {
        "act": "acte actes",
        "appendix": "appendice appendices append. annexe annexes",
        "article-locator": "article articles art.",
        "book": "livre livres liv.",
        "canon": "canon canons can.",
        "chapter": "chapitre chapitres chap.",
        "column": "colonne colonnes col.",
        "elocation": "emplacement emplacements emplact",
        "equation": "équation équations éq. eqt.",
        "figure": "figure figures fig.",
        "folio": "folio folios fol. f° fᵒ fᵒˢ",
        "issue": "numéro numéros no nos n° nᵒ nᵒˢ",
        "line": "ligne lignes l.",
        "note": "note notes n.",
        "opus": "opus op.",
        "page": "page pages p. pp.",
        "paragraph": "paragraphe paragraphes paragr. par. §",
        "part": "partie parties part.",
        "rule": "règle règles",
        "scene": "scène scènes sc.",
        "section": "section sections sect.",
        "sub-verbo": "sub_verbo sub_verbis s._v.",
        "supplement": "supplément suppléments suppl.",
        "surah": "sourate sourates",
        "table": "tableau tableaux tab. tabl.",
        "timestamp": "minutage minutages horodatage minute minutes",
        "title-locator": "titre titres tit.",
        "verse": "verset versets vers v.",
        "volume": "volume volumes vol. tome tomes t.",
    },
}
_NUMBER = r"(?:[A-Za-z]{0,3}\d[\w.:/]*|(?:[ivxlcdm]+|[IVXLCDM]+)\b)(?:\([\w]+\))?"
_LETTER = r"(?-i:[A-Z])(?:[.:/-]\d[\w.:/]*)?(?!\w)"  # "appendix A": only behind a word that says what it is
_TAIL = re.compile(r"[.,:/]+$")


@dataclass(frozen=True, slots=True)
class Locator:
    label: str
    text: str
    end: int  # where the suffix starts


def find_locator(text: str, begin: int, end: int, language: str) -> Locator | None:
    """The locator that starts at `begin`, right behind the key (and a comma)."""
    if braces := re.compile(r"\s*+,?\s*+\{([^{}]*)\}").match(text, begin, end):
        inner = braces[1].strip()
        term = _first_word(language).match(inner)
        label, said = (_label(term[0], language), inner[term.end() :]) if term else ("page", inner)
        return Locator(label, said.strip(), braces.end()) if inner else None
    match = _pattern(language).match(text, begin, end)
    if not match:
        return None
    numbers = _TAIL.sub("", match["numbers"])
    label = _label(match["term"], language) if match["term"] else "page"
    return Locator(label, numbers, match.start("numbers") + len(numbers))


@cache
def _terms(language: str) -> dict[str, str]:
    """Locator word, in lower case -> CSL label. English words are known in every language."""
    terms = {}
    for words in (_ENGLISH, _WORDS.get(language.partition("-")[0].lower(), {})):
        terms.update({word.replace("_", " ").lower(): label for label, row in words.items() for word in row.split()})
    return terms


def _label(term: str, language: str) -> str:
    return _terms(language)[" ".join(term.lower().split())]


def _any_term(language: str) -> str:
    longest_first = sorted(_terms(language), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)


@cache
def _first_word(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_any_term(language)})(?=[\s\d]|$)", re.I)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """A number of any kind needs a space before it, unless it begins with a digit or the word ends in a sign."""
    gap = r"(?:\s+|(?=[\d(])|(?<=[.§¶°º])(?=[A-Z]))"
    term = rf"(?:(?P<term>{_any_term(language)}){gap}|(?(comma)|(?!)))"
    numbers = rf"(?P<numbers>(?(term){_row(f'(?:{_NUMBER}|{_LETTER})')}|{_row(_NUMBER)}))"
    return re.compile(rf"(?P<comma>\s*+,)?\s*+{term}{numbers}", re.I)


def _row(number: str) -> str:
    """Numbers joined by dashes, commas, "and"."""
    return rf"{number}(?:(?:\s*[-–—]{{1,3}}\s*|\s*(?:,|&|and|und|y|et)\s*)(?={number}){number})*"
