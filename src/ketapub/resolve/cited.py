"""Puts what the engine made in the place of the marks of a chapter.

In: a chapter, what it asked for, and the results. Out: the chapter with `Citation` nodes, closed up with the words
around them, whose links lead into the right reference list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ketapub import document as d
from ketapub.citation_style import Formatted, Style, with_links
from ketapub.info import Info
from ketapub.library import Record
from ketapub.locale import Words, words
from ketapub.problems import Position
from ketapub.resolve.numbering import WHOLE, entry_id
from ketapub.resolve.spacing import AFTER_NUMBER, closed_up, closed_up_inside
from ketapub.resolve.work_names import called, named


@dataclass(frozen=True, slots=True)
class Request:
    """A mark: the id that it will have, the works of it that there are, and the number of the note it stands in."""

    id: str
    cites: tuple[d.Cite, ...]
    note: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a chapter cites, what it lists without citing it, and the language that this is formatted in."""

    chapter: d.Chapter
    requests: tuple[Request, ...]
    nocite: tuple[str, ...]
    language: str

    @property
    def works(self) -> dict[str, None]:
        return dict.fromkeys([*(cite.key for one in self.requests for cite in one.cites), *self.nocite])


@dataclass(frozen=True, slots=True)
class Scope:
    """Chapters whose works are numbered and told apart together; the name and the language of their list."""

    name: str
    language: str
    chapters: tuple[Asked, ...]

    @property
    def languages(self) -> dict[str, None]:
        cited = [one.language for one in self.chapters if one.works]
        return dict.fromkeys([self.language, *cited]) if cited else {}

    @property
    def places(self) -> dict[str, list[str]]:
        """The citations of each work, in reading order."""
        found: dict[str, list[str]] = {}
        for request in (request for one in self.chapters for request in one.requests):
            for key in dict.fromkeys(cite.key for cite in request.cites):
                found.setdefault(key, []).append(request.id)
        return found


def put_back(
    asked: Asked,
    scope: Scope,
    formatted: Formatted | None,
    style: Style,
    info: Info,
    records: Mapping[str, Record],
) -> d.Chapter:
    """The chapter with its citations. `formatted` is None where nothing in the scope is cited."""
    whole = info.bibliography.placement == "book"
    language = asked.chapter.language or info.book.language
    list_name = WHOLE if whole else asked.chapter.name
    return _Resolver(asked, scope, formatted or Formatted({}, ()), style, list_name, language, records).chapter()


class _Resolver:
    """Sees the marks of one chapter in the order in which they were asked for."""

    def __init__(
        self,
        asked: Asked,
        scope: Scope,
        formatted: Formatted,
        style: Style,
        list_name: str,
        language: str,
        records: Mapping[str, Record],
    ) -> None:
        self.asked, self.style, self.list_name, self.records = asked, style, list_name, records
        self.requests: Iterator[Request] = iter(asked.requests)
        self.formatted, self.word = formatted, words(language)
        self.labels = {entry.key: entry.label for entry in formatted.entries}
        # Where a style without a list leads to: the first citation of the work.
        self.first = {} if style.has_list else {key: places[0] for key, places in scope.places.items()}

    def chapter(self) -> d.Chapter:
        changed: d.Chapter = d.map_nodes(self.asked.chapter, self.change)  # in the order of walk_chapter
        return replace(changed, subtitle=closed_up(changed.subtitle, _is_numeric, _is_raised, AFTER_NUMBER))

    def change(self, node: d.Node) -> d.Node | tuple[d.Node, ...]:
        if isinstance(node, d.CitationMark):
            return self.result(node)
        if self.style.form != "note":
            return closed_up_inside(node, _is_numeric, _is_raised, AFTER_NUMBER)
        match node:
            case d.Paragraph(children=nodes) | d.Plain(children=nodes):
                return replace(node, children=_in_own_note(nodes))
            case d.Note(blocks=(d.Paragraph() | d.Plain() as first, *rest)) if self.style.capitalises:
                return replace(node, blocks=(replace(first, children=self.opened(first.children)), *rest))
            case _:
                return node

    def result(self, mark: d.CitationMark) -> tuple[d.Inline, ...]:
        request = next(self.requests)
        if not request.cites:  # unknown keys, where that is no error
            return (d.Text("[" + "; ".join(cite.key for cite in mark.cites) + "]", at=mark.at),)
        children = d.map_nodes(self.formatted.clusters[request.id], lambda node: self.link(node, request.id, mark.at))
        form, keys = self.style.form, tuple(cite.key for cite in request.cites)
        citation = d.Citation(children, keys, request.id, form == "numeric", at=mark.at)
        if request.cites[0].mode != "narrative" or form not in ("numeric", "label", "note"):
            return (citation,)
        names = called(self.records[keys[0]], self.word)
        if form == "note":  # in an author's own note; the others are in notes of ours by now
            return (d.Text(f"{names} ", at=mark.at), citation)
        return (d.Text(names if form == "numeric" else f"{names} ", at=mark.at), citation)

    def link(self, node: d.Node, id: str, at: Position) -> d.Node | tuple[d.Node, ...]:
        """All that the engine made stands where the mark stood, and its links lead where this book has the work."""
        node = node if node.at.file else replace(node, at=at)
        if not isinstance(node, d.Link) or not node.target.startswith("#ref-"):
            return node
        key = node.target.removeprefix("#ref-")
        outside: d.Inlines = ()
        if self.style.form == "note":
            node, outside = self.apart(node, self.records[key])
        if self.style.has_list:
            inside = replace(node, target=f"#{entry_id(key, self.list_name)}", name=self.link_name(key, node))
            return (inside, *outside)
        first = self.first[key]
        return (*(node.children if first == id else (replace(node, target=f"#{first}"),)), *outside)

    def apart(self, node: d.Link, record: Record) -> tuple[d.Link, d.Inlines]:
        """The link of a whole note ends where the first address begins: that leads out of the book."""
        words = with_named_links(with_links(node.children, record.fields), record, self.word)
        for index, word in enumerate(words):
            if isinstance(word, d.Link):
                placed = (d.map_nodes(one, lambda inner: replace(inner, at=node.at)) for one in words[index:])
                return replace(node, children=words[:index]), tuple(placed)
        return node, ()

    def link_name(self, key: str, node: d.Link) -> str:
        """What is seen, and what it means: "Reference 5, Dean et al. 2021", "Page et al. 2021a"; "" for whole names."""
        shown, record = d.plain_text(node.children), self.records[key]
        if self.labels.get(key):
            return self.word.format("reference-name", number=shown, work=named(record, self.word))
        return f"{called(record, self.word)} {shown}" if re.fullmatch(r"\d{4}\w?", shown) else ""

    def opened(self, nodes: d.Inlines) -> d.Inlines:
        """A note that opens with a citation opens with a capital: "Ibid.", "See". Names of people stay as they are."""
        if not nodes or not isinstance(citation := nodes[0], d.Citation):
            return nodes
        first = next((node for node in d.walk(citation) if isinstance(node, d.Text)), None)
        word = re.match(r"\w+", first.text) if first else None
        if not word or word[0] in ("http", "https") or self.is_named(citation.keys[0], word[0]):
            return nodes

        def change(node: d.Node) -> d.Node:
            return d.Text(first.text[:1].upper() + first.text[1:], at=first.at) if first and node is first else node

        return (d.map_nodes(citation, change), *nodes[1:])

    def is_named(self, key: str, word: str) -> bool:
        """Whether a work's names or titles begin with that word, as it is."""
        values = self.records[key].fields.values()
        people = (person for value in values if isinstance(value, list) for person in value)
        texts = (*values, *(part for person in people for part in person.values()))
        return any(isinstance(text, str) and text.startswith(word) for text in texts)


def with_named_links(nodes: d.Inlines, record: Record, word: Words) -> d.Inlines:
    """Addresses that say of which work they are: "https://doi.org/10.1000/1, Dean et al. 2021"."""

    def change(node: d.Node) -> d.Node:
        if not isinstance(node, d.Link) or node.name or node.target.startswith("#"):
            return node
        return replace(node, name=f"{d.plain_text(node.children)}, {named(record, word)}")

    return d.map_nodes(nodes, change)


def _is_numeric(node: d.Node) -> bool:
    return isinstance(node, d.Citation) and node.numeric


def _is_raised(node: d.Node) -> bool:
    match node:
        case d.Citation(numeric=True, children=(d.Superscript(),)):
            return True
        case _:
            return False


def _in_own_note(nodes: d.Inlines) -> d.Inlines:
    """Citations among an author's words in a note stand in brackets, but for one that opens the note.

    The full stop with which a style ends a note goes where more words follow.
    """
    out: list[d.Inline] = []
    for index, node in enumerate(nodes):
        if not isinstance(node, d.Citation) or len(nodes) == 1:
            out.append(node)
        elif index:
            out += [d.Text("(", at=node.at), _without_stop(node), d.Text(")", at=node.at)]
        else:
            out.append(_without_stop(node))
    return tuple(out)


def _without_stop(citation: d.Citation) -> d.Citation:
    texts = [node for node in d.walk(citation) if isinstance(node, d.Text)]
    if not texts or not (stop := re.search(r"(?<!\.)\.([”’]*)$", texts[-1].text)):
        return citation
    last, kept = texts[-1], texts[-1].text[: stop.start()] + stop[1]

    def change(node: d.Node) -> d.Node | None:
        if node is not last:
            return node
        return replace(last, text=kept) if kept else None

    changed: d.Citation = d.map_nodes(citation, change)
    return changed
