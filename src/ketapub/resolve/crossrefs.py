"""Turns cross-references into text and a link: `@fig-x`, `[](#x)`, page references, links between chapter files.

In: numbered chapters. Out: chapters without `ReferenceMark` and `PageReferenceMark`, whose links "#id" all lead
somewhere; and the chapter in which each id stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ketapub import callouts, document as d
from ketapub.info import Info
from ketapub.locale import Words, words
from ketapub.problems import Position, Problems, did_you_mean

HOLD = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Place:
    """What an id stands for: its name in running text, its number alone, and its title."""

    name: d.Inlines
    number: str
    title: d.Inlines


def chapters_by_id(chapters: tuple[d.Chapter, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chapter in chapters:
        ids = d.ids_in((chapter.heading, *chapter.subtitle, *chapter.blocks))
        for node in d.walk_chapter(chapter):
            if isinstance(node, d.Entry):
                ids.add(node.id)
            elif isinstance(node, d.Note):
                ids.add(f"{node.id}-ref")
        found |= dict.fromkeys(sorted(ids), chapter.name)
    return found


def resolve_references(
    chapters: tuple[d.Chapter, ...], info: Info, problems: Problems
) -> tuple[tuple[d.Chapter, ...], Mapping[str, str]]:
    where = chapters_by_id(chapters)
    places = places_of(chapters, info)
    files = {chapter.source: chapter for chapter in chapters if chapter.source}
    resolved = tuple(
        d.map_nodes(chapter, _Resolver(chapter, where, places, files, words(info.book.language), problems).change)
        for chapter in chapters
    )
    if (note := info.site.safety_note) and d.section_of(resolved, note) is None:
        message = f'no section of the book has the id "{note}", which `safety-note` names'
        problems.add("unknown-reference", info.at("site.safety-note"), message, did_you_mean(note, places))
    return resolved, where


def places_of(chapters: tuple[d.Chapter, ...], info: Info) -> dict[str, Place]:
    word = words(info.book.language)
    places: dict[str, Place] = {}
    for chapter in chapters:
        for node in d.walk_chapter(chapter):
            match node:
                case d.Heading(children=children, attributes=attributes, number=number):
                    title = d.bare(children)
                    before, after = word.quotes[:2]
                    name: d.Inlines = (d.Text(before), *title, d.Text(after))
                    if number:
                        name = (d.Text(word.format("chapter-number", number=number).replace(" ", HOLD)),)
                    places[attributes.id] = Place(name, number, title)
                case d.Figure(attributes=attributes, number=number, caption=caption) if number:
                    places[attributes.id] = _numbered(word.format("figure-number", number=number), number, caption)
                case d.Table(attributes=attributes, number=number, caption=caption) if number:
                    places[attributes.id] = _numbered(word.format("table-number", number=number), number, caption)
                case d.DisplayFormula(attributes=attributes, number=number) if number:
                    name = (d.Text(word.format("equation-number", number=number).replace(" ", HOLD)),)
                    places[attributes.id] = Place(name, number, name)
                case d.Callout(attributes=attributes, number=number, title=more):
                    label = callouts.label(info.callouts[node.kind], info.book.language)
                    if number:
                        label = word.format("label-number", label=label, number=number).replace(" ", HOLD)
                    places[attributes.id] = Place((d.Text(label),), number, d.bare(more) or (d.Text(label),))
                case d.Definition(id=id, term=term) if id:
                    places[id] = Place(d.bare(term), "", d.bare(term))
                case _:
                    pass
    return places


def _numbered(name: str, number: str, caption: d.Inlines) -> Place:
    return Place((d.Text(name.replace(" ", HOLD)),), number, d.bare(caption))


class _Resolver:
    """Resolves the references of one chapter."""

    def __init__(
        self,
        chapter: d.Chapter,
        where: Mapping[str, str],
        places: Mapping[str, Place],
        files: Mapping[str, d.Chapter],
        word: Words,
        problems: Problems,
    ) -> None:
        self.chapter, self.where, self.places = chapter, where, places
        self.files, self.word, self.problems = files, word, problems

    def change(self, node: d.Node) -> d.Node | tuple[d.Node, ...]:
        match node:
            case d.ReferenceMark(targets=targets):
                return self.references(targets, node.at)
            case d.PageReferenceMark(children=children, target=target):
                id = self.find(target, node.at)
                place = self.place(id, node.at) if id else None
                if id is None or place is None:
                    return children
                return d.PageReference(children, id, place.title, at=node.at)
            case d.Link(target=target) if not _leaves_the_book(target):
                address = self.address(target, node.at)
                return node if address is None else replace(node, target=f"#{address}")
            case _:
                return node

    def references(self, targets: tuple[d.Target, ...], at: Position) -> tuple[d.Node, ...]:
        out: list[d.Node] = []
        for index, target in enumerate(targets):
            if index:
                last = index == len(targets) - 1
                out.append(d.Text(f" {self.word['and']} " if last else ", ", at=target.at))
            out += target.prefix
            id = self.find(target.id, target.at if target.at.file else at)
            place = self.place(id, at) if id else None
            if id is not None and place is not None:
                name: d.Inlines = place.name
                if target.form == "number":
                    name = (d.Text(place.number),) if place.number else place.title
                out.append(d.Reference(_placed(name, at), id, at=at))
            out += target.suffix
        return tuple(out)

    def find(self, id: str, at: Position) -> str | None:
        """An id of the book, or this chapter's automatic one for a bare slug."""
        own = f"{self.chapter.name}-{id}"
        if id in self.where:
            return id
        if own in self.where:
            return own
        hint = did_you_mean(
            id, [known for known in self.where if not known.startswith(("cite-", "fn-", "idx-", "ref-"))]
        )
        self.problems.add("unknown-reference", at, f'nothing in the book has the id "{id}"', hint)
        return None

    def place(self, id: str, at: Position) -> Place | None:
        if id not in self.places:
            self.problems.add(
                "nameless-reference",
                at,
                f'"{id}" has neither number nor title to name it by',
                "write the words yourself: [words](#id)",
            )
            return None
        return self.places[id]

    def address(self, target: str, at: Position) -> str | None:
        """The id that a link inside the book leads to: "#id", "chapter.md", "chapter.md#id"."""
        file, _, id = target.partition("#")
        if not file:
            return self.find(id, at)
        folder = self.chapter.source.rpartition("/")[0]
        chapter = self.files.get(_join(folder, file)) or self.files.get(file)
        if chapter is None:
            self.problems.add(
                "unknown-chapter", at, f'"{file}" is not a chapter of this book', did_you_mean(file, self.files)
            )
            return None
        if not id:
            return chapter.heading.attributes.id
        own = f"{chapter.name}-{id}"
        return own if own in self.where else self.find(id, at)


def _leaves_the_book(target: str) -> bool:
    return ":" in target.partition("#")[0]


def _placed(nodes: d.Inlines, at: Position) -> d.Inlines:
    """The words of a reference stand where the reference stands."""
    return d.map_nodes(nodes, lambda node: replace(node, at=at))


def _join(folder: str, file: str) -> str:
    parts = [part for part in folder.split("/") if part]
    for part in file.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
