"""Resolves every citation of the book at once, and adds the reference list.

In: chapters with `CitationMark` nodes. Out: the same with `Citation` nodes, and a last chapter with the works. Numbers
follow the order of the book, so this pass sees all of it, in reading order: notes, captions and cells count where they
are anchored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from ketapub import document as d
from ketapub.book_folder import BookFolder
from ketapub.citation_style import Cluster, EngineFault, Formatted, Style, format_citations, load_style
from ketapub.info import Info
from ketapub.library import Library, Record
from ketapub.locale import Words, words
from ketapub.problems import Position, Problems, did_you_mean

Nodes = TypeVar("Nodes", bound=tuple[d.Node, ...])
NOTHING = "Bibliography entry with no printed form"  # the engine's words; we say it at the record's place
CREATORS = ("author", "editor", "translator", "container-author", "director", "composer")  # who a work is called by


def resolve_citations(
    chapters: tuple[d.Chapter, ...], info: Info, folder: BookFolder, library: Library, problems: Problems
) -> tuple[d.Chapter, ...]:
    """`with_citations`, with the style that book.toml names, a `.csl` file of the book included."""
    if not library.complete:
        return chapters  # or each citation of what could not be read would be reported as unknown
    name, at = info.bibliography.style, info.at("bibliography.style")
    if not name.endswith(".csl"):
        return with_citations(chapters, info, library, load_style(name, at, problems), problems)
    own = folder.read(name, problems, at)
    style = None if own is None else load_style(name, at, problems, own)
    return with_citations(chapters, info, library, style, problems)


def with_citations(
    chapters: tuple[d.Chapter, ...], info: Info, library: Library, style: Style | None, problems: Problems
) -> tuple[d.Chapter, ...]:
    """Turn marks into citations and append the chapter `references`, if anything is cited or listed in a `nocite`.

    Citations are called "cite-1", "cite-2" …, entries "ref-<key>"; an entry's `places` are the citations of its work,
    those inside a range ("2–4") too. In numeric styles the space before a citation goes, and a narrative one gets the
    authors' names. Problems: `unknown-citation`, `nested-citation`, `locator-not-printed`, `unsupported-setting`,
    `citation-engine`. `style` is None after a problem with it: then nothing changes.
    """
    if info.bibliography.placement != "book":
        message = f'the reference list can stand at the end of the book only, not by "{info.bibliography.placement}"'
        problems.add("unsupported-setting", info.at("bibliography.placement"), message, 'write placement = "book"')
    marks = [node for chapter in chapters for node in d.walk_chapter(chapter) if isinstance(node, d.CitationMark)]
    if style is None or not _sound(marks, style, library, problems):
        return chapters
    requests = {f"cite-{number}": _known(mark, library) for number, mark in enumerate(marks, 1)}
    clusters = tuple(Cluster(id, cites) for id, cites in requests.items() if cites)
    nocite = _nocite(chapters, library, problems)
    try:
        formatted = format_citations(style, info.book.language, library.records, clusters, nocite)
    except EngineFault as fault:
        _complain(info, style, str(fault), problems)
        return chapters
    for entry in formatted.entries:
        if not entry.body:
            message = f'the style "{style.name}" finds nothing to print in reference "{entry.key}"'
            problems.add("bad-reference", entry.at, message, "give it a title, authors and a date")
    for warning in formatted.warnings:
        if NOTHING not in warning:
            _complain(info, style, warning, problems)
    language = words(info.book.language)
    resolver = _Resolver(requests, formatted, style, library.records, language)
    resolved = tuple(resolver.chapter(chapter) for chapter in chapters)
    return (*resolved, _references(formatted, requests, language)) if formatted.entries else resolved


def _complain(info: Info, style: Style, said: str, problems: Problems) -> None:
    message = f'the citations cannot be formatted by the style "{style.name}": {said}'
    problems.add("citation-engine", info.at("bibliography.style"), message, "try another style, or report the fault")


# --- what was asked for --------------------------------------------------------------------------------------------


def _sound(marks: list[d.CitationMark], style: Style, library: Library, problems: Problems) -> bool:
    sound = True
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


def _known(mark: d.CitationMark, library: Library) -> tuple[d.Cite, ...]:
    return tuple(cite for cite in mark.cites if cite.key in library.records)


def _nocite(chapters: tuple[d.Chapter, ...], library: Library, problems: Problems) -> tuple[str, ...]:
    """Works to list though nothing cites them, once each: chapters in order, "*" for the whole library."""
    keys: dict[str, None] = {}
    for chapter in chapters:
        for key in (written.removeprefix("@") for written in chapter.nocite):
            if key == "*":
                keys |= dict.fromkeys(library.records)
            elif key in library.records:
                keys[key] = None
            else:
                _unknown(key, Position(chapter.source, 1), library, problems)
    return tuple(keys)


# --- what it became ------------------------------------------------------------------------------------------------


class _Resolver:
    """Puts results in the place of marks; sees the marks in the order in which they were collected."""

    def __init__(
        self,
        requests: Mapping[str, tuple[d.Cite, ...]],
        formatted: Formatted,
        style: Style,
        records: Mapping[str, Record],
        language: Words,
    ) -> None:
        self.requests: Iterator[tuple[str, tuple[d.Cite, ...]]] = iter(requests.items())
        self.formatted, self.style, self.records, self.language = formatted, style, records, language

    def chapter(self, chapter: d.Chapter) -> d.Chapter:
        heading = d.map_nodes(chapter.heading, self.change)  # the order of walk_chapter
        subtitle = closed_up(d.map_nodes(chapter.subtitle, self.change))
        return replace(chapter, heading=heading, subtitle=subtitle, blocks=d.map_nodes(chapter.blocks, self.change))

    def change(self, node: d.Node) -> d.Node | tuple[d.Node, ...]:
        if isinstance(node, d.CitationMark):
            return self.result(node)
        closed: dict[str, Any] = {}
        for field in fields(node):
            value = getattr(node, field.name)
            if isinstance(value, tuple) and (new := closed_up(value)) is not value:
                closed[field.name] = new
        return replace(node, **closed) if closed else node

    def result(self, mark: d.CitationMark) -> tuple[d.Inline, ...]:
        id, cites = next(self.requests)
        if not cites:  # unknown keys, where that is no error
            return (d.Text("[" + "; ".join(cite.key for cite in mark.cites) + "]", at=mark.at),)
        children = d.map_nodes(
            self.formatted.clusters[id], lambda node: node if node.at.file else replace(node, at=mark.at)
        )
        numeric = self.style.form == "numeric"
        citation = d.Citation(children, tuple(cite.key for cite in cites), id, numeric, at=mark.at)
        if cites[0].mode == "narrative" and self.style.form in ("numeric", "label"):
            names = called(self.records[cites[0].key], self.language)
            return (d.Text(names if numeric else f"{names} ", at=mark.at), citation)
        return (citation,)


def called(record: Record, language: Words) -> str:
    """What a work is called in a sentence: "Rush", "Rush and Trivedi", "Rush et al."; without any people, its title."""
    for creator in CREATORS:
        if people := record.fields.get(creator):
            names = [_surname(person) for person in people]
            if len(names) > 2:
                return f"{names[0]} {language['et-al']}"
            return f" {language['and']} ".join(names)
    return re.sub(r"</?[a-z][^<>]*>", "", record.fields.get("title", "")) or record.key


def _surname(person: Mapping[str, str]) -> str:
    if literal := person.get("literal"):
        return literal
    parts = (person.get("non-dropping-particle"), person.get("family"))
    return " ".join(part for part in parts if part) or person.get("given", "")


def closed_up(nodes: Nodes) -> Nodes:
    """Inlines without the space before a numeric citation; a style sheet's margin stands there instead.

    A raised citation also goes after a full stop or a comma (AMA Manual of Style, 11th ed., 3.6).
    """
    if not any(isinstance(node, d.Citation) and node.numeric for node in nodes):
        return nodes
    out: list[d.Node] = []
    for node in nodes:
        match (out[-1] if out else None), node:
            case _, d.Citation(numeric=True):
                end = len(out)
                while end and isinstance(last := out[end - 1], (d.Text, d.SoftBreak, d.IndexMark)):
                    text = last.text.rstrip() if isinstance(last, d.Text) else ""
                    if isinstance(last, d.IndexMark) and last.children:
                        break
                    if text:
                        out[end - 1] = last if text == d.plain_text(last) else d.Text(text, at=last.at)
                        break
                    if not isinstance(last, d.IndexMark):  # a point between words takes no room
                        del out[end - 1]
                    end -= 1
            case d.Citation(numeric=True, children=(d.Superscript(),)) as citation, d.Text(text=text, at=at):
                stop = re.match(r"[.,](?!\w)", text)
                if stop:
                    before = out[-2] if len(out) > 1 else None
                    if isinstance(before, d.Text):
                        ended = stop[0] == "." and before.text.endswith(".")  # "et al."
                        out[-2] = before if ended else d.Text(before.text + stop[0], at=before.at)
                    else:
                        out[-1:] = [d.Text(stop[0], at=at), citation]
                    if not (text := text[1:]):
                        continue
                    node = d.Text(text, at=replace(at, column=at.column + 1) if at.column else at)
        out.append(node)
    return tuple(out)  # type: ignore[return-value]  # inlines, as they came


def _references(formatted: Formatted, requests: Mapping[str, tuple[d.Cite, ...]], language: Words) -> d.Chapter:
    places: dict[str, list[str]] = {}
    for id, cites in requests.items():
        for key in dict.fromkeys(cite.key for cite in cites):
            places.setdefault(key, []).append(id)
    entries = tuple(replace(entry, places=tuple(places.get(entry.key, ()))) for entry in formatted.entries)
    heading = d.Heading(1, (d.Text(language["references"]),), d.Attributes(id="references"))
    return d.Chapter("references", "back", heading, (d.Bibliography(entries),))
