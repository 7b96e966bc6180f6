"""Puts the citations of a style that cites in footnotes into footnotes.

In: chapters with `CitationMark` nodes, before anything is numbered. Out: the same with a note around each mark that
stands in the text. A mark inside an author's own note stays where it is.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ketapub import document as d
from ketapub.citation_style import Style
from ketapub.info import Info
from ketapub.library import Library
from ketapub.locale import words
from ketapub.problems import Problems
from ketapub.resolve.spacing import AFTER_NOTE, closed_up, closed_up_inside
from ketapub.resolve.work_names import called

NEVER = re.compile("(?!)")


def number_notes_for(style: Style | None, info: Info, problems: Problems) -> Info:
    """Styles of footnotes refer back by number ("n 12"), so notes are then numbered through what has one list.

    Problem: `note-numbering`, where the author asked for numbers that begin again in each chapter.
    """
    if style is None or style.form != "note" or info.bibliography.placement == "chapter":
        return info
    if info.notes.numbering == "chapter" and "notes.numbering" in info.where:
        message = f'the style "{style.name}" refers to notes by number, but the numbers begin again in each chapter'
        hint = 'remove the line; or write placement = "chapter" under [bibliography], and each chapter stands alone'
        problems.add("note-numbering", info.at("notes.numbering"), message, hint)
    return replace(info, notes=replace(info.notes, numbering="book"))


def cite_in_notes(
    chapters: tuple[d.Chapter, ...], style: Style | None, info: Info, library: Library
) -> tuple[d.Chapter, ...]:
    """Each mark in the text becomes a note; a narrative one leaves the authors' names behind."""
    if style is None or style.form != "note":
        return chapters
    return tuple(_chapter(chapter, info, library) for chapter in chapters)


def _chapter(chapter: d.Chapter, info: Info, library: Library) -> d.Chapter:
    language = chapter.language or info.book.language
    word = words(language)
    after = NEVER if language.partition("-")[0] == "fr" else AFTER_NOTE  # in French the number stands before the stop
    own = {
        id(mark)
        for note in d.walk_chapter(chapter)
        if isinstance(note, d.Note)
        for mark in d.walk(note)
        if isinstance(mark, d.CitationMark)
    }
    made: set[int] = set()

    def is_made(node: d.Node) -> bool:
        return id(node) in made

    def change(node: d.Node) -> d.Node | tuple[d.Node, ...]:
        if not isinstance(node, d.CitationMark):
            return closed_up_inside(node, is_made, is_made, after)
        return node if id(node) in own else noted(node)

    def noted(mark: d.CitationMark) -> tuple[d.Node, ...]:
        first, *others = mark.cites
        names: tuple[d.Node, ...] = ()
        if first.mode == "narrative":
            mark = replace(mark, cites=(replace(first, mode="normal"), *others))
            if first.key in library.records:
                names = (d.Text(called(library.records[first.key], word), at=mark.at),)
        note = d.Note((d.Paragraph((mark,), at=mark.at),), at=mark.at)
        made.add(id(note))
        kept.append(note)
        return (*names, note)

    kept: list[d.Note] = []  # a name by identity holds only while the thing lives
    changed = d.map_nodes(chapter, change)
    return replace(changed, subtitle=closed_up(changed.subtitle, is_made, is_made, after))
