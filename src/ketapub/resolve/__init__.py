"""The passes that make a `Book` of a `Draft`, a line each, in an order that matters.

In: a `Draft` and what its chapters name (references, pictures, icons, style sheets). Out: a `Book` with nothing open.
"""

from __future__ import annotations

from ketapub import document as d
from ketapub.cache import Cache
from ketapub.library import read_library
from ketapub.manuscript import Manuscript
from ketapub.problems import Problems
from ketapub.resolve.alternatives import check_alternatives
from ketapub.resolve.assets import collect_assets, collect_icons, collect_output_intent
from ketapub.resolve.citations import book_style, resolve_citations
from ketapub.resolve.contents import list_figures, list_tables, make_contents
from ketapub.resolve.crisis import add_crisis_lines
from ketapub.resolve.crossrefs import resolve_references
from ketapub.resolve.facts import check_facts
from ketapub.resolve.glossary import link_terms
from ketapub.resolve.glyphs import check_glyphs
from ketapub.resolve.index import add_index
from ketapub.resolve.note_citations import cite_in_notes, number_notes_for
from ketapub.resolve.numbering import number_book
from ketapub.resolve.reference_care import check_library
from ketapub.resolve.theming import collect_theming
from ketapub.theme import Theme


def resolve(
    draft: d.Draft, manuscript: Manuscript, theme: Theme, problems: Problems, cache: Cache | None = None
) -> d.Book:
    folder, chapters = manuscript.folder, draft.chapters
    library = read_library(manuscript.references, problems)
    style = book_style(draft.info, folder, problems)
    info = number_notes_for(style, draft.info, problems)
    chapters = add_crisis_lines(chapters, info)  # before anything counts: they are part of the text
    texts = (*chapters, *(handout.chapter for handout in draft.handouts))
    check_facts(texts, manuscript.ledger, library, problems)  # while citations still stand as the author wrote them
    check_library(texts, manuscript.ledger, library, problems)  # likewise
    chapters = cite_in_notes(chapters, style, info, library)
    chapters = number_book(chapters, info, problems)  # before citations: notes count where they are called
    chapters = resolve_citations(chapters, info, library, style, problems, cache)  # adds the lists, with their ids
    chapters = add_index(chapters, info, problems)  # behind the reference list; its entries have ids as well
    chapters, chapter_of = resolve_references(chapters, info, problems)  # after all ids and numbers are given
    chapters, chapter_of = link_terms(chapters, chapter_of)  # links between chapters lead to ids now
    check_alternatives(chapters, info, problems)  # before pictures lose the names that authors gave them
    chapters, assets, cover = collect_assets(chapters, folder, info, problems, cache)
    icons = collect_icons(info, folder, theme, problems)
    theming = collect_theming(info, folder, problems)
    output_intent = collect_output_intent(info, folder, problems)
    sources = {source.path: source.text for source in manuscript.sources}
    check_glyphs(chapters, assets, info, theme, theming, problems, sources)  # last: every letter is there now
    problems.stop_on_errors()
    return d.Book(
        info=info,
        chapters=chapters,
        contents=make_contents(chapters),
        figures=list_figures(chapters, info),
        tables=list_tables(chapters, info),
        assets=assets,
        icons=icons,
        chapter_of=chapter_of,
        cover=cover,
        styles=theming.styles,
        fonts=theming.fonts,
        files=theming.files,
        templates=theming.templates,
        output_intent=output_intent,
    )
