"""Resolves every citation of the book at once, and adds the reference lists.

In: chapters with `CitationMark` nodes, whose notes have their numbers. Out: the same with `Citation` nodes, and the
lists of the works. Works are numbered through the book, or through each chapter where lists stand there alone: in
reading order (`document.walk_chapter`), notes, captions and cells where they are anchored.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

from ketapub import document as d
from ketapub.book_folder import BookFolder
from ketapub.cache import Cache
from ketapub.citation_style import (
    Cluster,
    EngineFault,
    Formatted,
    Style,
    format_citations,
    load_style,
    long_wait,
    report_faults,
)
from ketapub.info import Info
from ketapub.library import Library
from ketapub.locale import words
from ketapub.problems import Position, Problems, did_you_mean
from ketapub.resolve.cited import Asked, Request, Scope, put_back, with_named_links
from ketapub.resolve.numbering import WHOLE, entry_id
from ketapub.resolve.reference_care import check_references
from ketapub.resolve.reference_lists import Entries, place_lists

NOTHING = "Bibliography entry with no printed form"  # the engine's words; we say it at the record's place
Results = Mapping[tuple[str, str], Formatted]  # by the name of the scope, and the language


def book_style(info: Info, folder: BookFolder, problems: Problems) -> Style | None:
    """The style that book.toml names, a `.csl` file of the book included; None after a problem with it."""
    name, at = info.bibliography.style, info.at("bibliography.style")
    if not name.endswith(".csl"):
        return load_style(name, at, problems)
    own = folder.read(name, problems, at)
    return None if own is None else load_style(name, at, problems, own)


def resolve_citations(
    chapters: tuple[d.Chapter, ...],
    info: Info,
    library: Library,
    style: Style | None,
    problems: Problems,
    cache: Cache | None = None,
) -> tuple[d.Chapter, ...]:
    """Turn marks into citations, and place the lists of what is cited or named in a `nocite`.

    Citations are called "cite-1", "cite-2" …; an entry's `places` are the citations of its work, those inside a range
    ("2–4") too. In numeric styles the space before a citation goes, and a narrative one gets the authors' names.
    Problems: `unknown-citation`, `nested-citation`, `locator-not-printed`, `citation-engine`, `bad-reference`,
    `second-reference-list`, `style-without-list`, `slow-citations`, `reference-looks-wrong`. Without a style, or with
    an incomplete library, nothing changes: one problem is enough.
    """
    if style is None or not library.complete or not _sound(chapters, style, library, problems):
        return chapters
    if not style.has_list and style.form != "note":
        message = f'the style "{style.name}" has no reference list, so nothing tells readers what the works are'
        problems.add("style-without-list", info.at("bibliography.style"), message, "choose another style", "warning")
    asked = _asked(chapters, info, style, library, problems)
    scopes = [Scope(WHOLE, style.language or info.book.language, asked)]
    if info.bibliography.placement == "chapter":
        scopes = [Scope(one.chapter.name, one.language, (one,)) for one in asked]
    _warn_of_waiting(scopes, info, style, problems)
    try:
        results = _format(scopes, style, library, cache)
    except EngineFault as fault:
        _complain(info, style, str(fault), problems)
        return chapters
    _check(results, info, style, problems)
    places = {request.id: request.cites[0].at for one in asked for request in one.requests if request.cites}
    report_faults(results.values(), places, style.name, problems)
    check_references(library, style, (key for one in asked for key in one.works), problems)
    resolved = tuple(
        put_back(one, scope, results.get((scope.name, one.language)), style, info, library.records)
        for scope in scopes
        for one in scope.chapters
    )
    return place_lists(resolved, _lists(scopes, results, info, style, library), info, problems)


def _warn_of_waiting(scopes: list[Scope], info: Info, style: Style, problems: Problems) -> None:
    works = max((len({key for one in scope.chapters for key in one.works}) for scope in scopes), default=0)
    if time := long_wait(style, works):
        message = f'{works:,} works in the {style.form} style "{style.name}": their citations take about {time}'
        hint = "choose a numeric style"
        if info.bibliography.placement != "chapter":
            hint += ', or give each chapter its own list: placement = "chapter"'
        problems.add("slow-citations", info.at("bibliography.style"), message, hint, "warning")


# --- what is asked for ---------------------------------------------------------------------------------------------


def _sound(chapters: tuple[d.Chapter, ...], style: Style, library: Library, problems: Problems) -> bool:
    sound = True
    marks = (node for chapter in chapters for node in d.walk_chapter(chapter) if isinstance(node, d.CitationMark))
    for mark in marks:
        for inner in d.walk(mark):
            if isinstance(inner, d.CitationMark):
                message = "a citation stands inside the words of another citation"
                problems.add("nested-citation", inner.at, message, "put both into one pair of brackets: [@one; @two]")
                sound = False
        for cite in mark.cites:
            if cite.key not in library.records:
                _unknown(cite.key, cite.at, library, problems)
            elif cite.locator and not style.prints_locators:
                message = f'the style "{style.name}" prints no {cite.label or "page"} numbers, so this one is lost'
                hint = (
                    'say it in the sentence, or choose a style that prints them, such as "american-medical-association"'
                )
                problems.add("locator-not-printed", cite.at, message, hint, "warning")
    return sound


def _unknown(key: str, at: Position, library: Library, problems: Problems) -> None:
    hint = did_you_mean(key, library.records)
    if not library.records:
        hint = "no references were read: name their files in book.toml, [bibliography] files"
    problems.add("unknown-citation", at, f'no reference "{key}"', hint)


def _asked(
    chapters: tuple[d.Chapter, ...], info: Info, style: Style, library: Library, problems: Problems
) -> tuple[Asked, ...]:
    numbers, asked = count(1), []
    for chapter in chapters:
        requests = tuple(
            Request(f"cite-{next(numbers)}", tuple(cite for cite in mark.cites if cite.key in library.records), note)
            for mark, note in _marks(chapter, 0)
        )
        # A style of one language speaks it everywhere.
        language = style.language or chapter.language or info.book.language
        asked.append(Asked(chapter, requests, _nocite(chapter, library, problems), language))
    return tuple(asked)


def _marks(node: object, note: int) -> Iterator[tuple[d.CitationMark, int]]:
    """Every mark in reading order, with the number of the note it stands in."""
    for child in d.children(node):
        if isinstance(child, d.CitationMark):
            yield child, note
        else:
            yield from _marks(child, child.number if isinstance(child, d.Note) else note)


def _nocite(chapter: d.Chapter, library: Library, problems: Problems) -> tuple[str, ...]:
    """Works to list though nothing cites them, once each; "*" for the whole library."""
    keys: dict[str, None] = {}
    for key in (written.removeprefix("@") for written in chapter.nocite):
        if key == "*":
            keys |= dict.fromkeys(library.records)
        elif key in library.records:
            keys[key] = None
        else:
            _unknown(key, Position(chapter.source, 1), library, problems)
    return tuple(keys)


def _format(scopes: list[Scope], style: Style, library: Library, cache: Cache | None) -> Results:
    """Every scope once a language: the engine's processes side by side, as it waits for no other."""

    def run(scope: Scope, language: str) -> Formatted:
        clusters = tuple(
            Cluster(request.id, request.cites, request.note)
            for one in scope.chapters
            for request in one.requests
            if request.cites
        )
        nocite = tuple(dict.fromkeys(key for one in scope.chapters for key in one.nocite))
        return format_citations(style, language, library.records, clusters, nocite, cache)

    jobs = [(scope, language) for scope in scopes for language in scope.languages]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = list(pool.map(lambda job: run(*job), jobs))
    return {(scope.name, language): one for (scope, language), one in zip(jobs, results, strict=True)}


def _check(results: Results, info: Info, style: Style, problems: Problems) -> None:
    warnings = (warning for one in results.values() for warning in one.warnings if NOTHING not in warning)
    for warning in dict.fromkeys(warnings):
        _complain(info, style, warning, problems)
    for entry in _once(entry for one in results.values() for entry in one.entries):
        if not entry.body:
            message = f'the style "{style.name}" finds nothing to print in reference "{entry.key}"'
            problems.add("bad-reference", entry.at, message, "give it a title, authors and a date")


def _once(entries: Iterable[d.Entry]) -> Iterable[d.Entry]:
    return {entry.key: entry for entry in entries}.values()


def _complain(info: Info, style: Style, said: str, problems: Problems) -> None:
    message = f'the citations cannot be formatted by the style "{style.name}": {said}'
    problems.add("citation-engine", info.at("bibliography.style"), message, "try another style, or report the fault")


# --- the lists --------------------------------------------------------------------------------------------------


def _lists(scopes: list[Scope], results: Results, info: Info, style: Style, library: Library) -> Mapping[str, Entries]:
    """The entries of each list by its name, with their ids and the places that cite them."""
    lists: dict[str, Entries] = {}
    for scope in scopes if style.has_list else ():
        if whole := results.get((scope.name, scope.language)):
            lists[scope.name] = _entries(whole, scope, scope.name, library, info)
        if info.bibliography.placement == "both":  # a chapter's part of the book's list, under the same numbers
            for one in scope.chapters:
                if one.works:
                    chapter = Scope(scope.name, scope.language, (one,))
                    formatted = results[scope.name, one.language]
                    lists[one.chapter.name] = _entries(formatted, chapter, one.chapter.name, library, info)
    return lists


def _entries(formatted: Formatted, scope: Scope, list_name: str, library: Library, info: Info) -> Entries:
    works = {key for one in scope.chapters for key in one.works}
    alone = scope.chapters[0].chapter.language if list_name else ""
    word, places = words(alone or info.book.language), scope.places
    return tuple(
        replace(
            entry,
            id=entry_id(entry.key, list_name),
            body=with_named_links(entry.body, library.records[entry.key], word),
            places=tuple(places.get(entry.key, ())),
        )
        for entry in formatted.entries
        if entry.key in works
    )
