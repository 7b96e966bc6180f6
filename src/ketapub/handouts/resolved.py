"""Makes a small book of each handout: a handout as cut from the draft and the resolved book around it come in, a `Book`
with nothing open goes out.

It is resolved once, whatever clinics, papers and sizes it is printed for. What it refers to outside of itself is named
as a place of the book, without a link: a sheet of paper stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ketapub import document as d
from ketapub.cache import Cache
from ketapub.editorial import check_text
from ketapub.handouts.versions import Versions, read_versions
from ketapub.info import Info
from ketapub.library import Library, read_library
from ketapub.locale import words
from ketapub.manuscript import Manuscript
from ketapub.problems import Problems, did_you_mean
from ketapub.resolve.alternatives import check_alternatives
from ketapub.resolve.assets import collect_assets
from ketapub.resolve.citations import book_style, resolve_citations
from ketapub.resolve.contents import make_contents
from ketapub.resolve.crossrefs import Place, places_of, resolve_references
from ketapub.resolve.numbering import number_book
from ketapub.signatures import Signature, is_signed


@dataclass(frozen=True, slots=True)
class Around:
    """What all handouts of a book share: the book as context, its places by id, its library, and their versions as
    far as those were recorded."""

    book: d.Book
    manuscript: Manuscript
    signatures: tuple[Signature, ...]
    library: Library
    places: Mapping[str, Place]
    versions: Versions


def around(book: d.Book, manuscript: Manuscript, signatures: tuple[Signature, ...], problems: Problems) -> Around:
    library = read_library(manuscript.references, problems)
    versions = read_versions(manuscript, problems)
    return Around(book, manuscript, signatures, library, places_of(book.chapters, book.info), versions)


def resolve_handout(handout: d.Handout, of: Around, problems: Problems, cache: Cache | None = None) -> d.Book:
    """Without the crisis lines that a chapter has in each emergency callout: they stand on each page of a handout."""
    info, folder = handout_info(handout, of.book.info), of.manuscript.folder
    chapters: tuple[d.Chapter, ...] = (_without_places_of_the_book(handout.chapter, of, problems),)
    chapters = d.map_nodes(number_book(chapters, info, problems), _without_number)
    style = book_style(info, folder, problems)
    chapters = resolve_citations(chapters, info, of.library, style, problems, cache)
    chapters, chapter_of = resolve_references(chapters, info, problems)
    check_alternatives(chapters, info, problems)
    chapters, assets, _ = collect_assets(chapters, folder, info, problems, cache)
    book = replace(
        of.book,
        info=info,
        chapters=chapters,
        contents=make_contents(chapters),
        figures=(),
        tables=(),
        assets=assets,
        chapter_of=chapter_of,
        cover="",
        signed=False,
    )
    check_text(book, of.manuscript, problems)
    return replace(book, signed=is_signed(book, of.signatures))


def _without_number(node: d.Node) -> d.Node:
    """On a sheet there is no other callout of its kind to tell it from."""
    return replace(node, number="") if isinstance(node, d.Callout) else node


def handout_info(handout: d.Handout, info: Info) -> Info:
    """The settings of the book, as far as they hold for a sheet: its title, one list of references, its own grade."""
    title = d.plain_text(d.bare(handout.chapter.heading.children))
    grade = info.checks.reading_grade if info.checks else None
    checks = info.checks
    if checks and grade and grade.handouts:
        checks = replace(checks, reading_grade=replace(grade, max=grade.handouts))
    return replace(
        info,
        book=replace(info.book, title=title, subtitle="", cover="", slug=handout.name),
        bibliography=replace(info.bibliography, placement="book"),
        site=replace(info.site, safety_note=""),
        checks=checks,
    )


def _without_places_of_the_book(chapter: d.Chapter, of: Around, problems: Problems) -> d.Chapter:
    """References to what stands in the book alone, as words."""
    own, word = d.ids_in((*chapter.subtitle, *chapter.blocks)), words(of.book.info.book.language)

    def named(id: str) -> d.Inlines:
        before, after = word["in-the-book"].split("{place}")
        return (d.Text(before), *of.places[id].name, d.Text(after))

    def change(node: d.Node) -> d.Node | tuple[d.Node, ...]:
        match node:
            case d.ReferenceMark(targets=targets) if not {target.id for target in targets} & own:
                found: list[d.Inline] = []
                for target in targets:
                    if target.id in of.places:
                        found += [*target.prefix, *named(target.id), *target.suffix]
                    else:
                        message = f'nothing in the handout or in the book has the id "{target.id}"'
                        problems.add("unknown-reference", node.at, message, did_you_mean(target.id, of.places))
                return tuple(found)
            case d.PageReferenceMark(target=target) if target not in own and target in of.places:
                return named(target)
            case d.Link(children=children, target=target) if target.startswith("#") and target[1:] in of.places:
                return node if target[1:] in own else children
            case _:
                return node

    return d.map_nodes(chapter, change)
