"""Links to terms of a glossary lead back."""

from __future__ import annotations

from tree import info, read

from ketapub import document as d
from ketapub.resolve.crossrefs import resolve_references
from ketapub.resolve.glossary import link_terms
from ketapub.resolve.numbering import number_book

TEXT = """# Title

A [word](#gls-word), the [word](#gls-word){#mine} again, a [place](#heading).

## Heading

## Gls word link 1 {#gls-word-link-1}

::: {.glossary}
Word
:   What is [said](#gls-word).

Other
:   Nobody links to this.
:::

Term
:   In no glossary.
"""


def test_each_link_has_an_id_and_each_term_its_links() -> None:
    chapter, problems = read(TEXT)
    chapters, where = resolve_references(number_book((chapter,), info("en"), problems), info("en"), problems)
    (chapter,), found = link_terms(chapters, where)
    assert problems.found == []
    links = [node.place for node in d.walk_chapter(chapter) if isinstance(node, d.Link)]
    assert links == ["gls-word-link-2", "mine", "", "gls-word-link-3"]  # the first id is a heading's
    terms = {node.id: node.places for node in d.walk_chapter(chapter) if isinstance(node, d.Definition)}
    assert terms == {"gls-word": ("gls-word-link-2", "mine", "gls-word-link-3"), "gls-other": (), "": ()}
    assert set(found) - set(where) == {"gls-word-link-2", "gls-word-link-3"}
    assert d.ids_in(chapter) >= set(found) - set(where)
