"""Where in a work: every kind of locator of CSL 1.0.2, as authors write it and as styles print it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from medical import LIBRARY

from ketapub import document as d
from ketapub.citation_style import Cluster, Style, format_citations, load_style
from ketapub.citation_style.locators import with_locators
from ketapub.citation_style.style import LOCATORS
from ketapub.problems import NOWHERE, Problems
from ketapub.syntax.locators import Locator, find_locator

HERE = Path(__file__).parent / "citations"
UNKNOWN = [
    "act",
    "appendix",
    "article-locator",
    "canon",
    "elocation",
    "equation",
    "rule",
    "scene",
    "supplement",
    "surah",
    "table",
    "timestamp",
    "title-locator",
]
KINDS = sorted([*LOCATORS, *UNKNOWN])
# One, several, and an abbreviation (or another word) of each, as people write them.
WRITTEN = {
    "en": """
        act: act, acts
        appendix: appendix, appendices, app.
        article-locator: article, articles, art.
        book: book, books, bk.
        canon: canon, canons, can.
        chapter: chapter, chapters, ch.
        column: column, columns, col.
        elocation: location, locations, loc.
        equation: equation, equations, eq.
        figure: figure, figures, fig.
        folio: folio, folios, fol.
        issue: issue, issues, no.
        line: line, lines, ll.
        note: note, notes, n.
        opus: opus, opera, op.
        page: page, pages, pp.
        paragraph: paragraph, paragraphs, ¶
        part: part, parts, pt.
        rule: rule, rules, r.
        scene: scene, scenes, sc.
        section: section, sections, §§
        sub-verbo: sub verbo, sub verbis, s.v.
        supplement: supplement, supplements, suppl.
        surah: surah, surahs
        table: table, tables, tbl.
        timestamp: timestamp, timestamps
        title-locator: title, titles, tit.
        verse: verse, verses, v.
        volume: volume, volumes, vol.""",
    "de": """
        act: Akt, Akte
        appendix: Anhang, Anhänge, Anh.
        article-locator: Artikel, Art.
        book: Buch, Bücher, B.
        canon: Canon, Canones, can.
        chapter: Kapitel, Kap.
        column: Spalte, Spalten, Sp.
        elocation: Position, Positionen, Pos.
        equation: Gleichung, Gleichungen, Gl.
        figure: Abbildung, Abbildungen, Abb.
        folio: Blatt, Blätter, Bl.
        issue: Nummer, Nummern, Nr.
        line: Zeile, Zeilen, Z.
        note: Anmerkung, Anmerkungen, Anm.
        opus: Opus, Opera, op.
        page: Seite, Seiten, S.
        paragraph: Absatz, Absätze, Abs.
        part: Teil, Teile
        rule: Regel, Regeln
        scene: Szene, Szenen, Sz.
        section: Abschnitt, Abschnitte, Abschn.
        sub-verbo: Stichwort, Stichworte, s. v.
        supplement: Supplement, Supplemente, Suppl.
        surah: Sure, Suren
        table: Tabelle, Tabellen, Tab.
        timestamp: Zeitmarke, Zeitmarken
        title-locator: Titel, Tit.
        verse: Vers, Verse, V.
        volume: Band, Bände, Bd.""",
    "es": """
        act: acto, actos
        appendix: apéndice, apéndices, ap.
        article-locator: artículo, artículos, art.
        book: libro, libros, lib.
        canon: canon, cánones, can.
        chapter: capítulo, capítulos, cap.
        column: columna, columnas, col.
        elocation: posición, posiciones, pos.
        equation: ecuación, ecuaciones, ec.
        figure: figura, figuras, fig.
        folio: folio, folios, fol.
        issue: número, números, n.º
        line: línea, líneas, l.
        note: nota, notas, n.
        opus: opus, opera, op.
        page: página, páginas, pág.
        paragraph: párrafo, párrafos, párr.
        part: parte, partes, pt.
        rule: regla, reglas
        scene: escena, escenas, esc.
        section: sección, secciones, sec.
        sub-verbo: sub voce, sub vocibus, s. v.
        supplement: suplemento, suplementos, supl.
        surah: sura, suras
        table: tabla, tablas, cuadro
        timestamp: marca de tiempo, marcas de tiempo
        title-locator: título, títulos, tít.
        verse: versículo, versículos, v.
        volume: volumen, volúmenes, tomo""",
    "fr": """
        act: acte, actes
        appendix: annexe, annexes, append.
        article-locator: article, articles, art.
        book: livre, livres, liv.
        canon: canon, canons, can.
        chapter: chapitre, chapitres, chap.
        column: colonne, colonnes, col.
        elocation: emplacement, emplacements
        equation: équation, équations, éq.
        figure: figure, figures, fig.
        folio: folio, folios, fᵒ
        issue: numéro, numéros, n°
        line: ligne, lignes, l.
        note: note, notes, n.
        opus: opus, op.
        page: page, pages, p.
        paragraph: paragraphe, paragraphes, paragr.
        part: partie, parties, part.
        rule: règle, règles
        scene: scène, scènes, sc.
        section: section, sections, sect.
        sub-verbo: sub verbo, sub verbis, s. v.
        supplement: supplément, suppléments, suppl.
        surah: sourate, sourates
        table: tableau, tableaux, tabl.
        timestamp: minutage, minutages
        title-locator: titre, titres, tit.
        verse: verset, versets, v.
        volume: tome, tomes, vol.""",
}


def style(name: str, own: str | None = None) -> Style:
    loaded = load_style(name, NOWHERE, Problems(), own.encode() if own else None)
    assert loaded is not None
    return loaded


def found(text: str, language: str = "en") -> tuple[str, str, str] | None:
    """Kind, locator, and what is left for the suffix."""
    locator = find_locator(text, 0, len(text), language)
    return (locator.label, locator.text, text[locator.end :]) if locator else None


def printed(name: str, language: str, *cites: tuple[str, str], own: str | None = None) -> list[str]:
    clusters = tuple(
        Cluster(str(number), (d.Cite("murray2002", locator=locator, label=kind),))
        for number, (kind, locator) in enumerate(cites)
    )
    formatted = format_citations(style(name, own), language, LIBRARY, clusters)
    assert formatted.warnings == ()
    return [d.plain_text(text).replace("\N{NO-BREAK SPACE}", " ") for text in formatted.clusters.values()]


# --- as authors write them -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", WRITTEN)
def test_every_kind_is_known_by_its_words(language: str) -> None:
    rows = [line.strip().partition(": ") for line in WRITTEN[language].strip().splitlines()]
    assert [kind for kind, _, _ in rows] == KINDS
    for kind, _, words in rows:
        for word in words.split(", "):
            for text in (f", {word} 3–4", f" {{{word} 3–4}}", f", {word.upper()} 3–4", f" {word} 3–4"):
                assert found(text, language) == (kind, "3–4", ""), text


def test_english_words_are_known_in_every_language() -> None:
    assert found(", table 3", "de-AT") == found(", Tabelle 3", "de-AT") == ("table", "3", "")
    assert found(", Tabelle 3", "fr") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (", table S1 shows", ("table", "S1", " shows")),
        (", app. A", ("appendix", "A", "")),
        (", appendix A.2 and C", ("appendix", "A.2 and C", "")),
        (", table A-3", ("table", "A-3", "")),
        (", section a long one", None),
        (", A and B", None),
        (", table of 3", None),
        (", timestamp 01:02:33", ("timestamp", "01:02:33", "")),
        (", surah 2:255", ("surah", "2:255", "")),
        (", act 3, scene 2", ("act", "3", ", scene 2")),
        (", loc. e1234", ("elocation", "e1234", "")),
        (", sub  verbo 3", ("sub-verbo", "3", "")),
        (" {app. A, left} as well", ("appendix", "A, left", " as well")),
        (" {}", None),
        (", p.S3", ("page", "S3", "")),
        (", tabernacle 3", None),
    ],
)
def test_numbers_and_letters(text: str, expected: tuple[str, str, str] | None) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text", [" " * 100_000, ", table " + "1, " * 30_000, ", p. " + "a1-" * 30_000, ", " + "i" * 100_000, " {" * 50_000]
)
def test_hostile_text_is_read_in_no_time(text: str) -> None:
    start = time.process_time()
    find_locator(text, 0, len(text), "en")
    assert time.process_time() - start < 5  # the square of the length would take minutes


def test_a_locator_says_where_the_suffix_starts() -> None:
    assert find_locator("@a, tbl. 2 shows", 2, 16, "en") == Locator("table", "2", 10)


# --- as styles print them ------------------------------------------------------------------------------------------

PRINTED = [
    ("apa", "en-US de-DE fr-FR es-ES"),
    ("ieee", "en-US de-DE fr-FR es-ES"),
    ("american-medical-association", "en"),
]


def test_every_kind_is_printed_in_the_words_of_the_styles_language() -> None:
    told = []
    for name, languages in PRINTED:
        for language in languages.split():
            told.append(f"== {name} {language}")
            lines = {}
            for some in (LOCATORS, UNKNOWN[:7], UNKNOWN[7:]):
                cites = [(kind, locator) for kind in some for locator in ("3", "3–4")]
                texts = printed(name, language, *cites)
                lines |= dict(zip(some, zip(texts[::2], texts[1::2], strict=True), strict=True))
            told += [f"{kind}: {one} {several}" for kind, (one, several) in sorted(lines.items())]
    assert "\n".join(told) + "\n" == (HERE / "locators.txt").read_text(encoding="utf-8")


def test_the_words_of_other_languages_are_those_of_the_locales() -> None:
    assert printed("apa", "pt-BR", ("table", "3–4"), ("act", "1"), ("appendix", "2")) == [
        "(Murray et al., 2002, Tabelas 3–4)",
        "(Murray et al., 2002, Ato 1)",
        "(Murray et al., 2002, Apêndice 2)",
    ]
    assert printed("apa", "pt", ("act", "1")) == ["(Murray et al., 2002, Ata 1)"]
    assert printed("ieee", "en-GB", ("table", "3–4")) == ["[1, Tbls 3–4]"]
    assert printed("apa", "sv-SE", ("table", "3")) == ["(Murray m.fl., 2002, Table 3)"]  # as the locale has it


def test_a_styles_own_words_and_conditions_hold_for_a_stand_in() -> None:
    assert printed("chicago-author-date", "en-US", ("timestamp", "01:23"), ("folio", "3"), ("opus", "7")) == [
        "(Murray et al. 2002, at 01:23)",
        "(Murray et al. 2002, fol. 3)",
        "(Murray et al. 2002, op. 7)",
    ]
    own = OWN.format(locale='<locale xml:lang="en"><terms><term name="table">grid</term></terms></locale>')
    assert printed("own.csl", "en-US", ("table", "3–4"), ("equation", "2"), ("opus", "1"), own=own) == [
        "(T: grid 3–4)",
        "(equation 2)",
        "(O: opus 1)",
    ]


OWN = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>Own</title><id>own</id><updated>2026-01-01T00:00:00+00:00</updated></info>{locale}
<citation><layout prefix="(" suffix=")"><choose>
<if locator="table"><text value="T: "/></if><else-if locator="opus"><text value="O: "/></else-if>
<else-if locator="folio verse"><text value="never"/></else-if></choose>
<label variable="locator" suffix=" "/><text variable="locator"/></layout></citation>
<bibliography><layout><text variable="title"/></layout></bibliography></style>"""


def test_more_kinds_than_stand_ins_are_words_like_any_others() -> None:
    texts = printed("apa", "en-US", *((kind, "3") for kind in KINDS))
    assert len(texts) == len(KINDS)
    assert all(text.endswith(" 3)") for text in texts)
    assert "(Murray et al., 2002, table 3)" in texts


def test_a_style_without_such_locators_stays_as_it_is() -> None:
    apa = style("apa")
    assert with_locators(apa, ["page", "chapter"], "en-US") is apa
